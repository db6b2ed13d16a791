"""What other features' screens show of mentions: cards, reminders, Home, the digest, exports; and what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.schemas import Count, Line
from bot.customers.tables import Customer
from bot.mentions.rules.feeling import Feeling
from bot.mentions.rules.mentions import BRIEF_DAYS, BRIEF_LINES, FAILING_AFTER, HOME_LINES, State
from bot.mentions.rules.tiers import Tier
from bot.mentions.tables.mentions import Mention, Source

MENTIONS = cast("sa.Table", Mention.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
TOLD = ("customer_id", "kind", "title", "words", "feeling", "state", "found_at", "tier", "published_at")
WORDS = 120
TIMELINE_ROWS = 20
FEELINGS = {Feeling.COMPLAINT: "reads as a complaint", Feeling.PRAISE: "reads as praise", Feeling.NEUTRAL: "a mention"}


def _latest(customers: Any) -> sa.Select[Any]:
    """The latest few of what was written of late about each customer."""
    found_at = MENTIONS.c.found_at
    since = sa.bindparam("mentions_since", type_=found_at.type)
    few = first_few(
        MENTIONS,
        customers,
        TOLD,
        found_at > since,
        _is_of_late(since),
        MENTIONS.c.state != State.DISMISSED,
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
"""
What was written about each customer in the last thirty days, the latest first, and how many more things were. A
complaint that nobody has answered presses.
"""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[Line]:
    """What a person said they would answer, and what was written about their customers in the last week."""
    mine = _open(session, col(Mention.taken_by) == person_id)
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
    to_answer = [
        Line(
            text=f"answer: {as_told(row)}",
            urgent=bool(row.answer_due_at and row.answer_due_at <= now),
            on=row.answer_due_at.date() if row.answer_due_at else None,
        )
        for row in mine
    ]
    names = _names(session, owned)
    news = [
        Line(text=f"news to bring to {names.get(row.customer_id, 'a customer')}: {as_told(row)}", urgent=_presses(row))
        for row in owned
    ]
    return [*to_answer, *news]


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """How many mentions wait for an answer, and which sources have failed for a day."""
    ours = (col(Mention.workspace_id) == workspace_of(session), col(Mention.state) == State.OPEN)
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
    """What was written about a customer and how it was answered, the latest first."""
    query = (
        select(Mention)
        .where(
            Mention.workspace_id == workspace_of(session),
            Mention.customer_id == customer_id,
            col(Mention.tier).in_([Tier.LINKED, Tier.LIKELY]),
        )
        .order_by(sa.func.coalesce(col(Mention.published_at), col(Mention.found_at)).desc())
        .limit(TIMELINE_ROWS)
    )
    lines = []
    for row in session.exec(query).all():
        answer = f'; answered: "{_cut(row.answer_words)}"' if row.answer_words else ""
        lines.append(Line(text=f"{as_told(row)}{answer}", on=(row.published_at or row.found_at).date()))
    return sorted(lines, key=lambda line: line.on.isoformat() if line.on else "", reverse=True)


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """All mentions of a customer, or taken, answered or saved by a person, as JSON values."""
    if kind == "customer":
        which: Any = col(Mention.customer_id) == UUID(subject_id)
    elif kind == "person":
        theirs = (col(Mention.taken_by), col(Mention.closed_by), col(Mention.saved_by))
        which = sa.or_(*(column == subject_id for column in theirs))
    else:
        return {}
    query = select(Mention).where(Mention.workspace_id == workspace_of(session), which).order_by(col(Mention.id))
    rows = [row.model_dump(mode="json", exclude={"workspace_id", "fingerprint"}) for row in session.exec(query).all()]
    return {"mentions": rows} if rows else {}


def check(session: Session, now: datetime) -> Sequence[str]:
    """A sentence for each source that has brought nothing for a day, and for mentions without a channel."""
    wrong = [
        f"{source.name} brings no mentions since {source.failing_since:%d %b}: {source.last_error or 'no answer'}"
        for source in list_failing(session, now)[:10]
    ]
    query = select(Source.id).where(
        Source.workspace_id == workspace_of(session), col(Source.removed_at).is_(None), col(Source.channel_id).is_(None)
    )
    if session.exec(query.limit(1)).first() is not None:
        wrong.append("A source of mentions has no channel; choose one in /mentions sources.")
    return wrong


def list_failing(session: Session, now: datetime) -> list[Source]:
    """Sources that have failed for a day or longer."""
    query = select(Source).where(
        Source.workspace_id == workspace_of(session),
        col(Source.removed_at).is_(None),
        col(Source.paused_at).is_(None),
        col(Source.failing_since) <= now - FAILING_AFTER,
    )
    return list(session.exec(query.order_by(col(Source.failing_since))).all())


def _is_of_late(since: Any) -> Any:
    """Written after *since*; what was kept quietly and has no date came with somebody's old list."""
    undated = sa.and_(MENTIONS.c.published_at.is_(None), MENTIONS.c.state != State.KEPT)
    return sa.or_(MENTIONS.c.published_at > since, undated)


def _open(session: Session, *which: Any) -> Sequence[Mention]:
    ours = (col(Mention.workspace_id) == workspace_of(session), col(Mention.state) == State.OPEN)
    query = select(Mention).where(*ours, *which).order_by(col(Mention.found_at).desc()).limit(HOME_LINES)
    return session.exec(query).all()


def _names(session: Session, rows: Sequence[Mention]) -> dict[UUID | None, str]:
    ids = [row.customer_id for row in rows]
    query = select(Customer.id, Customer.name).where(
        Customer.workspace_id == workspace_of(session), col(Customer.id).in_(ids)
    )
    return {customer_id: _cut(name, 60) for customer_id, name in session.exec(query).all()}


def as_told(row: Any) -> str:
    """`Reddit, 21 Nov, reads as a complaint: "support never called back"`."""
    at = row.published_at or row.found_at
    said = _cut(" ".join(f"{row.title} {row.words}".split()))
    return f'{row.kind.label}, {at.day} {at:%b}, {FEELINGS[row.feeling]}: "{said}"'


def _presses(row: Any) -> bool:
    return row.state is State.OPEN and row.feeling is Feeling.COMPLAINT


def _cut(text: str, limit: int = WORDS) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= limit else one_line[: limit - 1].rstrip() + "…"
