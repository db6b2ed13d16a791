"""When a backup was restored: what was said between the backup and that moment isn't in the database."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from bot.core.heartbeats import JobRun

CATCHING_UP = timedelta(days=7)  # after a restore: what is enqueued then may have been said before it
LONGEST_GAP = timedelta(days=30)  # where nothing tells when the backup was made


class Restore(SQLModel, table=True):
    """
    A backup that was restored. It belongs to the installation, not to a workspace.

    The backup was made after `made_after`.
    """

    __tablename__ = "restores"

    restored_at: datetime = Field(primary_key=True)
    made_after: datetime


class Gap(NamedTuple):
    """The time that the database knows nothing of."""

    since: datetime
    until: datetime


def record_restore(session: Session, *, now: datetime) -> Gap:
    """
    Store that this database was restored from a backup; return the time that it knows nothing of.

    A job finishes every minute, so the last one that finished tells when the backup was made. Restores within
    `CATCHING_UP` make one gap.
    """
    last_finished = session.exec(select(sa.func.max(JobRun.finished_at))).one()
    before = find_gap(session)
    since = min(last_finished or now - LONGEST_GAP, now)
    if before is not None and now - before.until < CATCHING_UP:
        since = min(since, before.since)
    session.merge(Restore(restored_at=now, made_after=since))
    return Gap(since, now)


def find_gap(session: Session) -> Gap | None:
    """Return the time that the database knows nothing of since its last restore; None when it never was restored."""
    row = session.exec(select(Restore).order_by(col(Restore.restored_at).desc()).limit(1)).first()
    return Gap(row.made_after, row.restored_at) if row is not None else None
