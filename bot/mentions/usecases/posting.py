"""Posts mentions to their channels: a few cards at a time, what comes closer upon each other as one list."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.feature import Feature
from bot.mentions.queries.mentions import list_schemas
from bot.mentions.rules.feeling import Feeling
from bot.mentions.rules.mentions import CARD_WINDOW, CARDS_AT_ONCE, LIST_ROWS, Posted, State, is_quiet
from bot.mentions.schemas.mentions import MentionPosted, MentionsListed
from bot.mentions.tables.mentions import Mention, Source
from bot.workspaces.queries import get_workspace

AT_ONCE = 2000  # mentions of one channel in one transaction; the next run takes the rest


def post_waiting(session: Session, *, channels: Sequence[str], features: Sequence[Feature] = (), now: datetime) -> int:
    """Owe each of these channels what waits for it, quiet hours and the pace of cards kept; returns how many."""
    return sum(_post(session, channel, features, now) for channel in channels)


def _post(session: Session, channel: str, features: Sequence[Feature], now: datetime) -> int:
    rows = [row for row in _list_waiting(session, channel) if not _is_quiet(session, row, now)]
    rows.sort(key=lambda row: (row.feeling is not Feeling.COMPLAINT, row.found_at, row.id))
    room = max(CARDS_AT_ONCE - _count_recent(session, channel, Posted.CARD, now), 0)
    cards, rest = rows[:room], rows[room:]
    for row, schema in zip(cards, list_schemas(session, cards, features=features, now=now), strict=True):
        outbox.enqueue(session, MentionPosted(mention=schema), to=channel, key=f"mention:{row.id}", now=now)
        row.posted_at, row.posted_as = now, Posted.CARD
    if rest and not _count_recent(session, channel, Posted.LIST, now):
        _post_list(session, channel, rest, now)
        return len(rows)
    return len(cards)


def _post_list(session: Session, channel: str, rows: Sequence[Mention], now: datetime) -> None:
    notification = MentionsListed(
        total=len(rows),
        complaints=sum(row.feeling is Feeling.COMPLAINT for row in rows),
        rows=tuple(list_schemas(session, rows[:LIST_ROWS], now=now)),
    )
    outbox.enqueue(session, notification, to=channel, key=f"mentions:{channel}:{rows[0].id}", now=now)
    for row in rows:
        row.posted_at, row.posted_as = now, Posted.LIST


def _list_waiting(session: Session, channel: str) -> list[Mention]:
    query = select(Mention).where(
        Mention.workspace_id == workspace_of(session),
        Mention.channel_id == channel,
        col(Mention.posted_at).is_(None),
        col(Mention.state) == State.OPEN,
    )
    return list(session.exec(query.order_by(col(Mention.id)).limit(AT_ONCE)).all())


def _is_quiet(session: Session, row: Mention, now: datetime) -> bool:
    source = session.get(Source, row.source_id) if row.source_id else None
    if source is None or source.quiet_from is None:
        return False
    return is_quiet(now, get_workspace(session).zone, source.quiet_from, source.quiet_to)


def _count_recent(session: Session, channel: str, kind: Posted, now: datetime) -> int:
    """How many mentions went to a channel as *kind* in the last quarter of an hour."""
    query = sa.select(sa.func.count()).where(
        col(Mention.workspace_id) == workspace_of(session),
        col(Mention.channel_id) == channel,
        col(Mention.posted_at) > now - CARD_WINDOW,
        col(Mention.posted_as) == kind,
    )
    return int(session.execute(query).scalar_one())
