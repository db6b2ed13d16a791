"""Puts away what is over: old messages and uploads, ended snoozes and pauses; and looks whether all is right."""

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.core import outbox
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.customers.usecases.details import wake_paused
from bot.customers.usecases.lists import discard_uploads
from bot.customers.usecases.scheduling import end_snoozes
from bot.workspaces.queries import list_workspaces

KEEP_SETTLED = timedelta(days=30)
KEEP_UPLOADS = timedelta(days=1)

log = structlog.get_logger(__name__)


async def housekeeping(runtime: Runtime) -> int:
    """Tidy every workspace and say in the log what is wrong; how many rows were tidied."""
    moved = await runtime.run(delete_old, workspace=None)
    for workspace in await runtime.read(list_workspaces, workspace=None):
        moved += await runtime.run(tidy_workspace, workspace=workspace)
        for problem in await runtime.read(list_problems, workspace=workspace, features=runtime.features):
            log.warning("house.problem", workspace=workspace, problem=problem)
    return moved


def delete_old(session: Session, *, now: datetime) -> int:
    """Drop what was sent or received a month ago, and uploads nobody confirmed within a day."""
    return outbox.delete_old(session, before=now - KEEP_SETTLED) + discard_uploads(session, before=now - KEEP_UPLOADS)


def tidy_workspace(session: Session, *, now: datetime) -> int:
    """Wake paused customers whose day has come, and clear snoozes that are over everywhere on Earth."""
    return wake_paused(session, now=now) + end_snoozes(session, now=now)


def list_problems(session: Session, *, features: tuple[Feature, ...], now: datetime) -> list[str]:
    """One sentence per thing that a feature finds wrong."""
    return [problem for feature in features if feature.check for problem in feature.check(session, now)]
