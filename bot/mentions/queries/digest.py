"""What the digest of mentions says, counted at its slot."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.schemas import DigestSlot, Line
from bot.customers.tables import Customer
from bot.mentions.queries.shown import as_told
from bot.mentions.rules.feeling import Feeling
from bot.mentions.rules.mentions import State
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.digest import Day, MentionsDigest
from bot.mentions.tables.mentions import Mention

CHART_DAYS = 14
WAITING_SHOWN, TOP_SHOWN = 3, 3
PRAISE_WORDS = 300
DAY = timedelta(days=1)
COUNTED = (State.OPEN, State.ANSWERED)
SURE = (Tier.LINKED, Tier.LIKELY)


def compose_digest(session: Session, slot: DigestSlot, now: datetime) -> MentionsDigest | None:
    """What was written in the slot's period and the one before; None when nothing was, and nothing waits."""
    length = slot.made_at - slot.since
    days = _days(slot)
    found = _found(session, min(slot.since - length, now - CHART_DAYS * DAY), slot.made_at)
    ours = [feeling for at, feeling in found if at > slot.since]
    earlier = [feeling for at, feeling in found if slot.since - length < at <= slot.since]
    waiting, open_now = _waiting(session, now)
    if not ours and not earlier and not open_now:
        return None
    answered, in_time = _answered(session, slot)
    praise, about = _praise(session, slot)
    return MentionsDigest(
        slot=slot,
        total=len(ours),
        complaints=ours.count(Feeling.COMPLAINT),
        praise=ours.count(Feeling.PRAISE),
        before=len(earlier),
        complaints_before=earlier.count(Feeling.COMPLAINT),
        answered=answered,
        in_time=in_time,
        open_now=open_now,
        waiting=waiting,
        top=_top(session, slot),
        praise_words=praise,
        praise_about=about,
        days=_by_day(found, days, slot.zone),
    )


def _counted(session: Session, *which: Any) -> tuple[Any, ...]:
    return (col(Mention.workspace_id) == workspace_of(session), col(Mention.state).in_(COUNTED), *which)


def _found(session: Session, since: datetime, until: datetime) -> Sequence[tuple[datetime, Feeling]]:
    query = sa.select(col(Mention.found_at), col(Mention.feeling)).where(
        *_counted(session, col(Mention.found_at) > since, col(Mention.found_at) <= until)
    )
    return [(at, feeling) for at, feeling in session.execute(query)]


def _waiting(session: Session, now: datetime) -> tuple[tuple[Line, ...], int]:
    """The oldest that nobody has answered, and how many there are."""
    ours = (col(Mention.workspace_id) == workspace_of(session), col(Mention.state) == State.OPEN)
    total = session.execute(sa.select(sa.func.count()).where(*ours)).scalar_one()
    query = select(Mention).where(*ours).order_by(col(Mention.found_at), col(Mention.id)).limit(WAITING_SHOWN)
    rows = session.exec(query).all()
    lines = [Line(text=f"{_age(now - row.found_at)} · {as_told(row)}", urgent=_is_late(row, now)) for row in rows]
    return tuple(lines), total


def _answered(session: Session, slot: DigestSlot) -> tuple[int, int]:
    """How many were answered in the period, and how many of them in time."""
    in_time = sa.or_(col(Mention.answer_due_at).is_(None), col(Mention.closed_at) <= col(Mention.answer_due_at))
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((in_time, 1), else_=0)), 0)).where(
        col(Mention.workspace_id) == workspace_of(session),
        col(Mention.state) == State.ANSWERED,
        col(Mention.closed_at) > slot.since,
        col(Mention.closed_at) <= slot.made_at,
    )
    answered, timely = session.execute(query).one()
    return answered, timely


def _top(session: Session, slot: DigestSlot) -> tuple[tuple[str, int], ...]:
    """The customers most was written about; how much, never how big they are."""
    count = sa.func.count()
    query = (
        sa.select(col(Customer.name), count)
        .join(Mention, _same())
        .where(*_counted(session, _within(slot), col(Mention.tier).in_(SURE)))
        .group_by(col(Customer.id), col(Customer.name))
        .order_by(count.desc(), col(Customer.name))
        .limit(TOP_SHOWN)
    )
    return tuple((name, number) for name, number in session.execute(query))


def _praise(session: Session, slot: DigestSlot) -> tuple[str, str]:
    """The warmest words of the period, and about whom they are."""
    query = (
        sa.select(col(Mention.title), col(Mention.words), col(Customer.name))
        .join(Customer, _same(), isouter=True)
        .where(*_counted(session, _within(slot), col(Mention.feeling) == Feeling.PRAISE))
        .order_by(col(Mention.score).desc(), col(Mention.id))
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        return "", ""
    return " ".join(f"{row.words or row.title}".split())[:PRAISE_WORDS], row.name or ""


def _same() -> Any:
    return sa.and_(
        col(Customer.workspace_id) == col(Mention.workspace_id), col(Customer.id) == col(Mention.customer_id)
    )


def _within(slot: DigestSlot) -> Any:
    return sa.and_(col(Mention.found_at) > slot.since, col(Mention.found_at) <= slot.made_at)


def _days(slot: DigestSlot) -> list[date]:
    last = slot.made_at.astimezone(ZoneInfo(slot.zone)).date()
    return [last - DAY * back for back in reversed(range(CHART_DAYS))]


def _by_day(found: Iterable[tuple[datetime, Feeling]], days: Sequence[date], zone: str) -> tuple[Day, ...]:
    """How much of which feeling stands on each of *days*, by the clocks of *zone*."""
    where = ZoneInfo(zone)
    counts = Counter((at.astimezone(where).date(), feeling) for at, feeling in found)
    return tuple(
        Day(
            label=f"{day.day} {day:%b}",
            praise=counts[day, Feeling.PRAISE],
            complaints=counts[day, Feeling.COMPLAINT],
            others=counts[day, Feeling.NEUTRAL],
        )
        for day in days
    )


def _age(waited: timedelta) -> str:
    return "today" if waited < DAY else "1 day" if waited < 2 * DAY else f"{waited.days:,} days"


def _is_late(row: Mention, now: datetime) -> bool:
    return row.answer_due_at is not None and row.answer_due_at <= now
