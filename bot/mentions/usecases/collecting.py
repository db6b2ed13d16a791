"""Keeps what one look at a source brought, and how the source is, in one transaction."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.core.errors import NotFound
from bot.mentions.queries.sources import get_source
from bot.mentions.schemas.found import Brought, FoundItem
from bot.mentions.schemas.mentions import TakenIn
from bot.mentions.usecases.sourcing import keep_health
from bot.mentions.usecases.taking_in import take_in


def keep_brought(session: Session, *, source_id: UUID, brought: Brought, now: datetime) -> TakenIn:
    """Take in what a source brought and keep its health; of one that was removed meanwhile, nothing."""
    try:
        get_source(session, source_id)
    except NotFound:
        return TakenIn(left_out=len(brought.items))
    taken = take_in(session, items=brought.items, source_id=source_id, now=now) if brought.items else TakenIn()
    keep_health(session, source_id=source_id, brought=brought, now=now)
    return taken


def keep_sent(session: Session, *, source_id: UUID, items: tuple[FoundItem, ...], now: datetime) -> TakenIn:
    """Take in what was sent to a webhook; a paused one is answered and keeps nothing."""
    source = get_source(session, source_id)
    if source.paused_at is not None:
        return TakenIn(left_out=len(items))
    source.last_success_at, source.failing_since, source.last_error = now, None, ""
    return take_in(session, items=items, source_id=source_id, now=now)
