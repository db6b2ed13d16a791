"""The inbox of what came from Slack and other services: each counts once, however often it comes."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Session

from bot.core.database import Row, insert_new, within_workspace
from bot.core.errors import AlreadyDone


class InboxEntry(Row, table=True):
    """An event, click or submission that was handled."""

    __tablename__ = "inbox"
    __table_args__ = within_workspace(
        sa.UniqueConstraint("workspace_id", "source", "external_id"), sa.Index(None, "received_at")
    )

    source: str = Field(max_length=40)
    external_id: str = Field(max_length=255)
    received_at: datetime


def record_received(session: Session, source: str, external_id: str, *, now: datetime) -> bool:
    """Store that *external_id* from *source* is handled now. Return False when it was handled before."""
    entry = {"source": source, "external_id": external_id, "received_at": now}
    return insert_new(session, InboxEntry, [entry]) == 1


def require_new_submission(session: Session, view_id: str, *, now: datetime) -> None:
    """
    Require that the form or press *view_id* wasn't handled before; an empty one never was.

    Raises:
        AlreadyDone: it was handled before.
    """
    if view_id and not record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is saved already; you can close the window.")
