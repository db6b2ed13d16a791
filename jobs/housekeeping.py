"""Deletes old messages, proposals and uploads, ends snoozes and pauses; and logs problems that features find."""

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.conversations.usecases import discard_proposals
from bot.core import outbox
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.customers.queries.checking import check_part
from bot.customers.usecases.details import wake_paused
from bot.customers.usecases.refused import discard_refused_rows
from bot.customers.usecases.rescheduling import keep_part
from bot.customers.usecases.scheduling import end_snoozes
from bot.customers.usecases.tallying import fold_tally
from bot.customers.usecases.uploads import discard_uploads
from bot.workspaces.queries import list_workspaces

MESSAGE_RETENTION = timedelta(days=30)
REFUSED_RETENTION = timedelta(days=30)
UPLOAD_RETENTION = timedelta(days=1)

log = structlog.get_logger(__name__)


async def housekeeping(runtime: Runtime) -> int:
    """Clean up every workspace; return the number of changed rows."""
    changed = await runtime.run(delete_old, workspace=None)
    for workspace in await runtime.read(list_workspaces, workspace=None):
        changed += await runtime.run(tidy_workspace, workspace=workspace)
    return changed


async def report_problems(runtime: Runtime) -> int:
    """
    Log a sentence for each problem that a feature finds in a workspace; return 0, since nothing is changed.

    It checks the schedules of the next customers first, in a long list a different part each hour. It runs after the
    other jobs: what an hour without the bot left undone is done by then.
    """
    for workspace in await runtime.read(list_workspaces, workspace=None):
        part = await runtime.read(check_part, workspace=workspace)
        await runtime.run(keep_part, workspace=workspace, part=part)
        for problem in await runtime.read(list_problems, workspace=workspace, features=runtime.features):
            log.warning("house.problem", workspace=workspace, problem=problem)
    return 0


def delete_old(session: Session, *, now: datetime) -> int:
    """Delete messages settled, proposals made and rows refused a month ago, and uploads nobody confirmed for a day."""
    return (
        outbox.delete_old(session, before=now - MESSAGE_RETENTION)
        + discard_proposals(session, before=now - MESSAGE_RETENTION)
        + discard_refused_rows(session, before=now - REFUSED_RETENTION)
        + discard_uploads(session, before=now - UPLOAD_RETENTION)
    )


def tidy_workspace(session: Session, *, now: datetime) -> int:
    """
    Reactivate paused customers whose day has come, and end snoozes that have passed in every time zone.

    The tally is folded afterwards.
    """
    changed = wake_paused(session, now=now) + end_snoozes(session, now=now)
    fold_tally(session)
    return changed


def list_problems(session: Session, *, features: tuple[Feature, ...], now: datetime) -> list[str]:
    """Return a sentence for each problem that a feature finds."""
    return [problem for feature in features if feature.check for problem in feature.check(session, now)]
