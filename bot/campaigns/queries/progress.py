"""Reads which messages in channels show how far a campaign was, not how far it is."""

from datetime import datetime

from sqlmodel import Session, col, select

from bot.campaigns.queries import list_running, schema_of
from bot.campaigns.schemas import PostedProgress
from bot.core.outbox import DeliveryState, OutboxMessage


def list_outdated(session: Session, *, now: datetime) -> list[PostedProgress]:
    """Return the campaigns that run whose message in the channel shows other counts than are so now."""
    rows = {f"campaign:{row.id}": row for row in list_running(session) if row.channel_id}
    sent = select(OutboxMessage).where(col(OutboxMessage.key).in_(rows), OutboxMessage.state == DeliveryState.SENT)
    found = []
    for message in session.exec(sent).all() if rows else ():
        row = rows[message.key]
        schema = schema_of(session, row, viewer=None, now=now)
        if schema.counts != row.shown and message.channel and message.ts:
            found.append(PostedProgress(campaign=schema, channel_id=message.channel, ts=message.ts))
    return found
