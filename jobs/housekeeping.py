"""Deletes old messages, proposals and uploads, ends snoozes and pauses; and logs problems that features find."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from bot.conversations.usecases import discard_proposals
from bot.core import outbox
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.customers.queries.checking import check_part
from bot.customers.queries.tidying import has_ended_snooze, has_unfolded, has_woken
from bot.customers.usecases.details import wake_paused
from bot.customers.usecases.refused import discard_refused_rows
from bot.customers.usecases.rescheduling import keep_part
from bot.customers.usecases.scheduling import end_snoozes
from bot.customers.usecases.tallying import fold_tally
from bot.customers.usecases.uploads import discard_uploads
from bot.workspaces.queries import list_workspaces_where
from jobs.sharing import share_rounds

HOUR = timedelta(hours=1)
MESSAGE_RETENTION = timedelta(days=30)
REFUSED_RETENTION = timedelta(days=30)
UPLOAD_RETENTION = timedelta(days=1)

log = structlog.get_logger(__name__)


async def housekeeping(runtime: Runtime) -> int:
    """Clean up every workspace; return the number of changed rows."""
    changed = await runtime.run(delete_old, workspace=None)
    for workspace in await runtime.read(list_untidy, workspace=None):
        changed += await runtime.run(tidy_workspace, workspace=workspace)
    return changed


async def report_problems(runtime: Runtime) -> int:
    """
    Log a sentence for each problem that a feature finds in a workspace; return 0, since nothing is changed.

    Each workspace is looked at once an hour, by any process. The schedules of its next customers are checked first, in
    a long list a different part each hour. It runs after the other jobs: what an hour without the bot left undone is
    done by then.
    """
    await share_rounds(
        runtime, "report_problems", partial(_check_schedules, runtime), every=HOUR, then=partial(_report, runtime)
    )
    return 0


async def _check_schedules(runtime: Runtime, workspace: str) -> int:
    part = await runtime.read(check_part, workspace=workspace)
    if part.is_news:
        await runtime.run(keep_part, workspace=workspace, part=part)
    return 0


async def _report(runtime: Runtime, workspaces: Sequence[str]) -> None:
    features = [feature for feature in runtime.features if feature.check]
    suspects = await runtime.read(list_suspects, workspace=None, workspaces=workspaces, features=features)
    failures = list[Exception]()
    for workspace, suspected in suspects.items():
        try:
            for problem in await runtime.read(list_problems, workspace=workspace, features=suspected):
                log.warning("house.problem", workspace=workspace, problem=problem)
        except Exception as error:
            log.exception("job.workspace_failed", job="report_problems", workspace=workspace)
            failures.append(error)
    if failures:
        raise failures[0]


def delete_old(session: Session, *, now: datetime) -> int:
    """Delete messages settled, proposals made and rows refused a month ago, and uploads nobody confirmed for a day."""
    return (
        outbox.delete_old(session, before=now - MESSAGE_RETENTION)
        + discard_proposals(session, before=now - MESSAGE_RETENTION)
        + discard_refused_rows(session, before=now - REFUSED_RETENTION)
        + discard_uploads(session, before=now - UPLOAD_RETENTION)
    )


def list_untidy(session: Session, *, now: datetime) -> list[str]:
    """Return the ids of the workspaces in which a pause or a snooze may be over, or the tally is to be folded."""
    return list_workspaces_where(session, has_woken(now), has_ended_snooze(now), *has_unfolded(session))


def tidy_workspace(session: Session, *, now: datetime) -> int:
    """
    Reactivate paused customers whose day has come, and end snoozes that have passed in every time zone.

    The tally is folded afterwards.
    """
    changed = wake_paused(session, now=now) + end_snoozes(session, now=now)
    fold_tally(session)
    return changed


def list_suspects(
    session: Session, *, workspaces: Sequence[str], features: Sequence[Feature], now: datetime
) -> dict[str, list[Feature]]:
    """Return in which of *workspaces* the checks of which *features* may find something."""
    found = defaultdict[str, list[Feature]](list)
    for feature in features:
        for workspace in feature.suspects(session, workspaces, now) if feature.suspects else workspaces:
            found[workspace].append(feature)
    return found


def list_problems(session: Session, *, features: Sequence[Feature], now: datetime) -> list[str]:
    """Return a sentence for each problem that a feature finds."""
    return [problem for feature in features if feature.check for problem in feature.check(session, now)]
