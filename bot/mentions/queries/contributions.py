"""What mentions contribute to other features' screens: cards, reminders, Home, digests, exports, the doctor."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of, workspaces_with
from bot.core.schemas import Count, DigestSlot, Line, OfferButton, OwedLine
from bot.customers.queries import list_customer_names
from bot.customers.tables import Customer
from bot.mentions.queries.matching import export_matching
from bot.mentions.rules.mentions import (
    BRIEF_DAYS,
    BRIEF_LINES,
    FAILING_AFTER,
    HOME_LINES,
    SOURCES_NAMED,
    MentionState,
)
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.texts import joined
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.mentions import Day, MentionsDigest
from bot.mentions.tables import Mention, Source

MENTIONS = cast("sa.Table", Mention.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
TOLD = ("customer_id", "kind", "title", "words", "feeling", "state", "found_at", "tier", "published_at")
WORDS = 120
TIMELINE_ROWS = 20
CHART_DAYS = 14
WAITING_SHOWN, TOP_SHOWN = 3, 3
PRAISE_WORDS = 300
DAY = timedelta(days=1)
COUNTED = (MentionState.OPEN, MentionState.ANSWERED)
SURE = (Tier.LINKED, Tier.LIKELY)
FEELINGS = {
    Sentiment.COMPLAINT: "reads as a complaint",
    Sentiment.PRAISE: "reads as praise",
    Sentiment.NEUTRAL: "a mention",
}


def _latest(customers: Any) -> sa.Select[Any]:
    """Return the statement for the latest few recent mentions of each customer."""
    found_at = MENTIONS.c.found_at
    since = sa.bindparam("mentions_since", type_=found_at.type)
    few = first_few(
        MENTIONS,
        customers,
        TOLD,
        found_at > since,
        _is_of_late(since),
        MENTIONS.c.state != MentionState.DISMISSED,
        MENTIONS.c.tier.in_([Tier.LINKED, Tier.LIKELY]),
        order=(found_at.desc(), MENTIONS.c.id.desc()),
        shown=BRIEF_LINES,
    )
    return sa.select(few)


brief = Brief(
    _latest,
    telling_first_few(
        lambda row, _now: Line(text=as_told(row), urgent=_presses(row)),
        shown=BRIEF_LINES,
        more=lambda count: f"{count:,} more mentions in 30 days",
    ),
    values=lambda now: {"mentions_since": now - BRIEF_DAYS},
)
"""The mentions of each customer in the last thirty days, the latest first; unanswered complaints are urgent."""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[OwedLine]:
    """Return what a person is going to answer."""
    return [
        OwedLine(
            text=f"answer: {as_told(row)}",
            urgent=bool(row.answer_due_at and row.answer_due_at <= now),
            on=row.answer_due_at.date() if row.answer_due_at else None,
            buttons=_card_button(row),
        )
        for row in _open(session, col(Mention.taken_by) == person_id)
    ]


def due_counts(session: Session, now: datetime, person_id: str | None = None) -> Sequence[Count]:
    """Return how many mentions somebody wanted to answer and hasn't in time; nothing when none is."""
    query = sa.select(sa.func.count()).where(
        col(Mention.workspace_id) == workspace_of(session),
        col(Mention.state) == MentionState.OPEN,
        col(Mention.answer_due_at) <= now,
    )
    if person_id is not None:
        query = query.where(col(Mention.taken_by) == person_id)
    late = session.execute(query).scalar_one()
    return [Count(text=f"{late:,} answer{'' if late == 1 else 's'} to a mention late", urgent=True)] if late else []


def news_section(session: Session, person_id: str, now: datetime) -> Sequence[OwedLine]:
    """Return what was written about a person's customers in the last week, except what they are going to answer."""
    owned = _open(
        session,
        col(Mention.found_at) > now - BRIEF_DAYS / 4,
        col(Mention.customer_id).in_(
            select(Customer.id).where(
                Customer.workspace_id == workspace_of(session), col(Customer.owner_id) == person_id
            )
        ),
        sa.or_(col(Mention.taken_by).is_(None), col(Mention.taken_by) != person_id),
    )
    names = _names(session, owned)
    return [
        OwedLine(
            text=f"{names.get(row.customer_id, 'a customer')}: {as_told(row)}",
            urgent=_presses(row),
            buttons=_card_button(row),
        )
        for row in owned
    ]


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """Return how many mentions wait for an answer, and which sources have failed for a day."""
    ours = (col(Mention.workspace_id) == workspace_of(session), col(Mention.state) == MentionState.OPEN)
    late = sa.func.coalesce(sa.func.sum(sa.case((col(Mention.answer_due_at) <= now, 1), else_=0)), 0)
    waiting, overdue = session.execute(sa.select(sa.func.count(), late).where(*ours)).one()
    failing = [source.name for source in list_failing(session, now)]
    counts = []
    if waiting:
        past = f", {overdue:,} past the time for it" if overdue else ""
        waits = "mention waits" if waiting == 1 else "mentions wait"
        counts.append(Count(text=f"{waiting:,} {waits} for an answer{past}", urgent=bool(overdue)))
    if failing:
        names = ", ".join(_cut(name, 40) for name in failing[:3])
        more = f" and {len(failing) - 3:,} more" if len(failing) > 3 else ""  # noqa: PLR2004 - as named before
        counts.append(Count(text=f"no mentions from {names}{more} for a day", urgent=True))
    return counts


def timeline(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:  # noqa: ARG001 - the shape of every timeline
    """Return the mentions of a customer and their answers, the latest first."""
    query = (
        select(Mention)
        .where(Mention.customer_id == customer_id, col(Mention.tier).in_(SURE))
        .order_by(sa.func.coalesce(col(Mention.published_at), col(Mention.found_at)).desc())
        .limit(TIMELINE_ROWS)
    )
    lines = []
    for row in session.exec(query).all():
        answer = f'; answered: "{_cut(row.answer_words)}"' if row.answer_words else ""
        lines.append(Line(text=f"{as_told(row)}{answer}", on=(row.published_at or row.found_at).date()))
    return sorted(lines, key=lambda line: line.on.isoformat() if line.on else "", reverse=True)


def setbacks(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:  # noqa: ARG001 - the shape of every timeline
    """Return the complaints of a customer, the latest first."""
    query = (
        select(Mention)
        .where(Mention.customer_id == customer_id, col(Mention.tier).in_(SURE))
        .where(Mention.feeling == Sentiment.COMPLAINT, Mention.state != MentionState.DISMISSED)
        .order_by(sa.func.coalesce(col(Mention.published_at), col(Mention.found_at)).desc())
        .limit(TIMELINE_ROWS)
    )
    return [Line(text=as_told(row), on=(row.published_at or row.found_at).date()) for row in session.exec(query).all()]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Return a customer's mentions, or a person's, with what was taught about matching, as JSON values."""
    if kind == "customer":
        which: Any = col(Mention.customer_id) == UUID(subject_id)
    elif kind == "person":
        theirs = (col(Mention.taken_by), col(Mention.closed_by), col(Mention.saved_by))
        which = sa.or_(*(column == subject_id for column in theirs))
    else:
        return {}
    query = select(Mention).where(which).order_by(col(Mention.id))
    rows = [row.model_dump(mode="json", exclude={"workspace_id", "fingerprint"}) for row in session.exec(query)]
    found = {"mentions": rows, **export_matching(session, kind, subject_id)}
    return {name: values for name, values in found.items() if values}


def check(session: Session, now: datetime) -> Sequence[str]:
    """Return a sentence for each source that has failed for a day, and that of `list_lost_channels`."""
    wrong = [
        f"{source.name} brings no mentions since {source.failing_since:%d %b}: {source.last_error or 'no answer'}"
        for source in list_failing(session, now)[:10]
    ]
    return [*wrong, *list_lost_channels(session, now)]


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:
    """Return those of *workspaces* with a source that has failed for a day, or has no channel any more."""
    return workspaces_with(session, Source, workspaces, sa.or_(sa.and_(*_is_failing(now)), sa.and_(*_has_no_channel())))


def list_lost_channels(session: Session, now: datetime) -> Sequence[str]:  # noqa: ARG001 - the shape of every check
    """Return a sentence if sources have no channel any more, since it refused their mentions."""
    query = select(Source.name).where(*_has_no_channel())
    names = session.exec(query.order_by(col(Source.name)).limit(SOURCES_NAMED)).all()
    if not names:
        return ()
    sentence = f"Mentions from {', '.join(names)} are posted nowhere, since their channel refused them; choose another"
    return (f"{sentence} in /mentions sources.",)


def list_failing(session: Session, now: datetime) -> list[Source]:
    """Return the sources that have failed for a day or longer."""
    return list(session.exec(select(Source).where(*_is_failing(now)).order_by(col(Source.failing_since))).all())


def _is_failing(now: datetime) -> tuple[Any, ...]:
    return (
        col(Source.removed_at).is_(None),
        col(Source.paused_at).is_(None),
        col(Source.failing_since) <= now - FAILING_AFTER,
    )


def _has_no_channel() -> tuple[Any, ...]:
    return col(Source.removed_at).is_(None), col(Source.channel_id).is_(None)


def _is_of_late(since: Any) -> Any:
    """Return the condition for what was written after *since*; unposted mentions without a date are old lists'."""
    undated = sa.and_(MENTIONS.c.published_at.is_(None), MENTIONS.c.state != MentionState.KEPT)
    return sa.or_(MENTIONS.c.published_at > since, undated)


def _open(session: Session, *which: Any) -> Sequence[Mention]:
    query = select(Mention).where(Mention.state == MentionState.OPEN, *which).order_by(col(Mention.found_at).desc())
    return session.exec(query.limit(HOME_LINES)).all()


def _card_button(row: Mention) -> tuple[OfferButton, ...]:
    if row.customer_id is None:
        return ()
    return (OfferButton(label="Open", action_id="customers.card", value=str(row.customer_id)),)


def _names(session: Session, rows: Sequence[Mention]) -> dict[UUID | None, str]:
    names = list_customer_names(session, {row.customer_id for row in rows if row.customer_id})
    return {customer_id: _cut(name, 60) for customer_id, name in names.items()}


def as_told(row: Any) -> str:
    """`Reddit, 21 Nov, reads as a complaint: "support never called back"`."""
    at = row.published_at or row.found_at
    said = _cut(joined(row.title, row.words))
    return f'{row.kind.label}, {at.day} {at:%b}, {FEELINGS[row.feeling]}: "{said}"'


def _presses(row: Any) -> bool:
    return row.state is MentionState.OPEN and row.feeling is Sentiment.COMPLAINT


def _cut(text: str, limit: int = WORDS) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= limit else one_line[: limit - 1].rstrip() + "…"


def compose_digest(session: Session, slot: DigestSlot, now: datetime) -> MentionsDigest | None:
    """Return the digest of the slot's period; None if nothing was written then or before, and nothing waits."""
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
        slot=slot, total=len(ours), complaints=ours.count(Sentiment.COMPLAINT), praise=ours.count(Sentiment.PRAISE),
        before=len(earlier), complaints_before=earlier.count(Sentiment.COMPLAINT), answered=answered, in_time=in_time,
        open_now=open_now, waiting=waiting, top=_top(session, slot), praise_words=praise, praise_about=about,
        days=_by_day(found, days, slot.zone),
    )  # fmt: skip


def _found(session: Session, since: datetime, until: datetime) -> Sequence[tuple[datetime, Sentiment]]:
    query = sa.select(col(Mention.found_at), col(Mention.feeling)).where(
        col(Mention.state).in_(COUNTED), col(Mention.found_at) > since, col(Mention.found_at) <= until
    )
    return [(at, feeling) for at, feeling in session.execute(query)]


def _waiting(session: Session, now: datetime) -> tuple[tuple[Line, ...], int]:
    """Return the oldest open mentions, and how many there are."""
    ours = (col(Mention.workspace_id) == workspace_of(session), col(Mention.state) == MentionState.OPEN)
    total = session.execute(sa.select(sa.func.count()).where(*ours)).scalar_one()
    query = select(Mention).where(*ours).order_by(col(Mention.found_at), col(Mention.id)).limit(WAITING_SHOWN)
    lines = [
        Line(text=f"{_age(now - row.found_at)} · {as_told(row)}", urgent=_is_late(row, now))
        for row in session.exec(query)
    ]
    return tuple(lines), total


def _answered(session: Session, slot: DigestSlot) -> tuple[int, int]:
    """Return how many mentions were answered in the period, and how many of them in time."""
    query = select(Mention.closed_at, Mention.answer_due_at).where(
        Mention.state == MentionState.ANSWERED,
        col(Mention.closed_at) > slot.since,
        col(Mention.closed_at) <= slot.made_at,
    )
    rows = session.exec(query).all()
    return len(rows), sum(due is None or (closed is not None and closed <= due) for closed, due in rows)


def _top(session: Session, slot: DigestSlot) -> tuple[tuple[str, int], ...]:
    """Return the customers with the most mentions."""
    count = sa.func.count()
    query = (
        sa.select(col(Customer.name), count)
        .join(Mention, _same())
        .where(col(Mention.state).in_(COUNTED), _within(slot), col(Mention.tier).in_(SURE))
        .group_by(col(Customer.id), col(Customer.name))
        .order_by(count.desc(), col(Customer.name))
        .limit(TOP_SHOWN)
    )
    return tuple((name, number) for name, number in session.execute(query))


def _praise(session: Session, slot: DigestSlot) -> tuple[str, str]:
    """Return the words with the best score of the period, and the customer they are about."""
    query = (
        sa.select(col(Mention.title), col(Mention.words), col(Customer.name))
        .join(Customer, _same(), isouter=True)
        .where(col(Mention.state).in_(COUNTED), _within(slot), col(Mention.feeling) == Sentiment.PRAISE)
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


def _by_day(found: Iterable[tuple[datetime, Sentiment]], days: Sequence[date], zone: str) -> tuple[Day, ...]:
    """Count the mentions of each day and sentiment, on the clock of *zone*."""
    where = ZoneInfo(zone)
    counts = Counter((at.astimezone(where).date(), feeling) for at, feeling in found)
    return tuple(
        Day(
            label=f"{day.day} {day:%b}",
            praise=counts[day, Sentiment.PRAISE],
            complaints=counts[day, Sentiment.COMPLAINT],
            others=counts[day, Sentiment.NEUTRAL],
        )
        for day in days
    )


def _age(waited: timedelta) -> str:
    return "today" if waited < DAY else "1 day" if waited < 2 * DAY else f"{waited.days:,} days"


def _is_late(row: Mention, now: datetime) -> bool:
    return row.answer_due_at is not None and row.answer_due_at <= now
