"""When a backup was restored: what was said between the backup and that moment isn't in the database."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from bot.core.heartbeats import JobRun

CATCHING_UP = timedelta(days=7)  # after a restore: what is enqueued then may have been said before it
LONGEST_GAP = timedelta(days=30)  # where nothing tells when the backup was made


class Gap(NamedTuple):
    """The time that the database knows nothing of."""

    since: datetime
    until: datetime


class Restore(SQLModel, table=True):
    """
    A backup that was restored. It belongs to the installation, not to a workspace.

    The backup was made after `made_after`.
    """

    __tablename__ = "restores"

    restored_at: datetime = Field(primary_key=True)
    made_after: datetime

    @property
    def gap(self) -> Gap:
        """The time that the database knows nothing of since this restore."""
        return Gap(self.made_after, self.restored_at)


LAST_RESTORED = sa.select(sa.func.max(col(Restore.restored_at))).scalar_subquery()
"""SQL: when a backup was last restored; NULL when none was."""


def record_restore(session: Session, *, now: datetime) -> Gap:
    """
    Store that this database was restored from a backup; return the time that it knows nothing of.

    A job finishes every minute, so the last one that finished tells when the backup was made. Restores within
    `CATCHING_UP` make one gap.
    """
    last_finished = session.exec(select(sa.func.max(JobRun.finished_at))).one()
    last = session.exec(select(Restore).where(Restore.restored_at == LAST_RESTORED)).first()
    since = min(last_finished or now - LONGEST_GAP, now)
    if last is not None and now - last.restored_at < CATCHING_UP:
        since = min(since, last.made_after)
    session.merge(Restore(restored_at=now, made_after=since))
    return Gap(since, now)
