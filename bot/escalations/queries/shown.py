"""What other features' screens show of escalations: cards, queues, Home, the digest, exports."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import PEOPLE
from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.feature import COMMITMENT_LINES
from bot.core.schemas import Count, Line
from bot.escalations.queries import list_live, list_schemas, live
from bot.escalations.queries.rates import list_repeats
from bot.escalations.rules import BRIEF_LINES, HOME_LINES, State, moment
from bot.escalations.schemas import EscalationSchema
from bot.escalations.tables import Escalation
from bot.people.rules import known_zone

ESCALATIONS = cast("sa.Table", Escalation.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
TOLD = ("workspace_id", "customer_id", "what", "state", "answer_by", "assignee_id")
WORDS = 120
TIMELINE_ROWS = 20
REPEATS_SHOWN = 2
SOON = timedelta(days=1)


def _first_live(customers: Any) -> sa.Select[Any]:
    """The first few of each customer's problems, unanswered first."""
    state = ESCALATIONS.c.state
    rank = sa.case((state == State.OPEN, 0), (state == State.ANSWERED, 1), else_=2)
    order = (rank, ESCALATIONS.c.answer_by, ESCALATIONS.c.id)
    few = first_few(ESCALATIONS, customers, TOLD, ESCALATIONS.c.closed_at.is_(None), order=order, shown=BRIEF_LINES)
    assignee = sa.and_(PEOPLE.c.workspace_id == few.c.workspace_id, PEOPLE.c.id == few.c.assignee_id)
    told = few.c["customer_id", "what", "state", "answer_by", "place", "total"]
    return sa.select(*told, PEOPLE.c.name, PEOPLE.c.zone).join(PEOPLE, assignee)


brief = Brief(
    _first_live,
    telling_first_few(
        lambda row, now: _brief_line(row, now, known_zone(row.zone, "UTC")),
        shown=BRIEF_LINES,
        more=lambda count: f"{count:,} more escalations",
    ),
)
"""What is open with each customer, unanswered first, and how many more things are."""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[Line]:
    """The problems that a person is on, and how many more than fit."""
    mine = col(Escalation.assignee_id) == person_id
    rows = list_live(session, mine, limit=HOME_LINES + 1)
    schemas = list_schemas(session, rows[:HOME_LINES], viewer=person_id, now=now)
    lines = [_home_line(schema) for schema in schemas]
    if len(rows) > HOME_LINES:
        total = session.execute(sa.select(sa.func.count()).where(*live(session, mine))).scalar_one()
        lines.append(Line(text=f"{total - HOME_LINES:,} more escalations; /escalate list shows them all"))
    return lines


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """How many are open, how many past their clock, and which causes come again; nothing where nothing is."""
    past = sa.and_(col(Escalation.state) == State.OPEN, col(Escalation.answer_by) <= now)
    late = sa.func.coalesce(sa.func.sum(sa.case((past, 1), else_=0)), 0)
    total, overdue = session.execute(sa.select(sa.func.count(), late).where(*live(session))).one()
    counts = [Count(text=f"{total:,} escalation{'' if total == 1 else 's'} open")] if total else []
    if overdue:
        counts.append(Count(text=f"{overdue:,} past {'its' if overdue == 1 else 'their'} clock", urgent=True))
    return counts + [Count(text=line) for line in list_repeats(session, now=now)[:REPEATS_SHOWN]]


def commitments_section(session: Session, now: datetime) -> Sequence[Line]:
    """Customers whose problem has no answer, past its clock or within a day of it, the most late first."""
    query = (
        select(Escalation)
        .where(
            Escalation.workspace_id == workspace_of(session),
            Escalation.state == State.OPEN,
            col(Escalation.answer_by) <= now + SOON,
        )
        .order_by(col(Escalation.answer_by), col(Escalation.id))
        .limit(COMMITMENT_LINES)
    )
    schemas = list_schemas(session, session.exec(query).all(), viewer=None, now=now)
    lines = [(_home_line(schema), schema.assignee_name) for schema in schemas]
    return [line.model_copy(update={"text": f"{line.text} ({who})"}) for line, who in lines]


def timeline(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:
    """What went wrong with a customer and how it ended, the latest first."""
    query = (
        select(Escalation)
        .where(Escalation.workspace_id == workspace_of(session), Escalation.customer_id == customer_id)
        .order_by(col(Escalation.id).desc())
        .limit(TIMELINE_ROWS)
    )
    rows = session.exec(query).all()
    schemas = list_schemas(session, rows, viewer=None, now=now)
    lines = [line for row, schema in zip(rows, schemas, strict=True) for line in _history(row, schema)]
    return sorted(lines, key=lambda line: line.on or date.min, reverse=True)[:TIMELINE_ROWS]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """All escalations of a customer, or that a person raised or is on, as JSON values."""
    if kind == "customer":
        which = col(Escalation.customer_id) == UUID(subject_id)
    elif kind == "person":
        which = sa.or_(col(Escalation.assignee_id) == subject_id, col(Escalation.raised_by) == subject_id)
    else:
        return {}
    query = select(Escalation).where(Escalation.workspace_id == workspace_of(session), which)
    found = session.exec(query.order_by(col(Escalation.id))).all()
    rows = [row.model_dump(mode="json", exclude={"workspace_id"}) for row in found]
    return {"escalations": rows} if rows else {}


def _brief_line(row: Any, now: datetime, zone: str) -> Line:
    what, late = _cut(row.what), row.state is State.OPEN and row.answer_by <= now
    if row.state is State.FIXED:
        return Line(text=f"does the fix hold? {what}")
    if row.state is State.ANSWERED:
        return Line(text=f"went wrong: {what} ({row.name} has answered)")
    when = moment(row.answer_by, now=now, zone=zone)
    return Line(text=f"went wrong: {what} ({row.name}, answer {'was due' if late else 'by'} {when})", urgent=late)


def _home_line(schema: EscalationSchema) -> Line:
    due, when = (
        schema.answer_by.astimezone(ZoneInfo(schema.zone)),
        moment(schema.answer_by, now=schema.now, zone=schema.zone),
    )
    said = {
        State.OPEN: f"answer {'was due' if schema.is_late else 'by'} {when}",
        State.ANSWERED: "answered, not fixed yet",
    }.get(schema.state, schema.state.words)
    text = f"{_cut(schema.customer_name)}: {_cut(schema.what)} ({said})"
    return Line(text=text, urgent=schema.is_late, on=due.date() if schema.state is State.OPEN else None)


def _history(row: Escalation, schema: EscalationSchema) -> list[Line]:
    what = _cut(schema.what)
    lines = [Line(text=f"{schema.raised_by_name} escalated: {what} ({schema.severity.words})", on=row.raised_at.date())]
    if row.fixed_at is not None and schema.cause is not None:
        words = f", {_cut(schema.cause_words)}" if schema.cause_words else ""
        avoidable = "avoidable" if schema.avoidable else "not avoidable"
        lines.append(Line(text=f"{what}: fixed ({schema.cause.words}{words}; {avoidable})", on=row.fixed_at.date()))
    if row.closed_at is not None:
        why = f" ({_cut(schema.reason)})" if schema.reason else ""
        end = "they confirmed that the fix holds" if row.state is State.CONFIRMED else f"closed{why}"
        lines.append(Line(text=f"{what}: {end}", on=row.closed_at.date()))
    return lines


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= WORDS else one_line[: WORDS - 1].rstrip() + "…"
