"""What other features' screens show of follow-ups: cards, queues, Home, the digest, exports."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import PEOPLE, local_date
from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.feature import COMMITMENT_LINES
from bot.core.schemas import Count, Line
from bot.customers.tables import Customer
from bot.followups.queries import list_schemas, open_where
from bot.followups.rules import BRIEF_LINES, HOME_LINES, State
from bot.followups.schemas import FollowupSchema
from bot.followups.tables import Followup
from bot.people.queries import get_today
from bot.people.tables import Person

FOLLOWUPS = cast("sa.Table", Followup.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
WORDS = 120
TIMELINE_ROWS = 20


def _first_open(customers: Any) -> sa.Select[Any]:
    """The first few of each customer's open follow-ups."""
    names = ("id", "workspace_id", "customer_id", "assignee_id", "what", "due_on")
    order = (FOLLOWUPS.c.due_on, FOLLOWUPS.c.id)
    few = first_few(FOLLOWUPS, customers, names, FOLLOWUPS.c.state == State.OPEN, order=order, shown=BRIEF_LINES)
    assignee = sa.and_(PEOPLE.c.workspace_id == few.c.workspace_id, PEOPLE.c.id == few.c.assignee_id)
    told = few.c["customer_id", "what", "due_on", "place", "total"]
    return sa.select(*told, PEOPLE.c.name, PEOPLE.c.zone).join(PEOPLE, assignee)


brief = Brief(
    _first_open,
    telling_first_few(
        lambda row, now: _brief_line(row, local_date(row.zone, now)),
        shown=BRIEF_LINES,
        more=lambda count: f"{count:,} more follow-ups",
    ),
)
"""What is to be done for each customer, the earliest first, and how many more things are."""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[Line]:
    """What a person has to do, and what they gave to others, by date."""
    today = get_today(session, person_id=person_id, now=now)
    theirs = _open(session, col(Followup.assignee_id) == person_id)
    given = _open(session, col(Followup.given_by) == person_id, col(Followup.assignee_id) != person_id)
    schemas = list_schemas(session, [*theirs, *given], today=today)
    return [_home_line(schema, person_id) for schema in schemas]


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """How many follow-ups are late; nothing when none is."""
    today = get_today(session, person_id=None, now=now)
    query = sa.select(sa.func.count()).where(
        col(Followup.workspace_id) == workspace_of(session),
        col(Followup.state) == State.OPEN,
        col(Followup.due_on) < today,
    )
    late = session.execute(query).scalar_one()
    return [Count(text=f"{late:,} follow-up{'' if late == 1 else 's'} late", urgent=True)] if late else []


def commitments_section(session: Session, now: datetime) -> Sequence[Line]:
    """Follow-ups that are late or due today, the most late first; one statement."""
    today = get_today(session, person_id=None, now=now)
    query: Any = (
        sa.select(col(Followup.what), col(Followup.due_on), col(Customer.name), col(Person.name).label("who"))
        .join(Customer, _same(Customer, col(Followup.customer_id)))
        .join(Person, _same(Person, col(Followup.assignee_id)))
        .where(
            col(Followup.workspace_id) == workspace_of(session),
            col(Followup.state) == State.OPEN,
            col(Followup.due_on) <= today,
        )
        .order_by(col(Followup.due_on), col(Followup.id))
        .limit(COMMITMENT_LINES)
    )
    return [
        Line(text=f"{_cut(row.name)}: {_cut(row.what)} ({row.who})", urgent=row.due_on < today, on=row.due_on)
        for row in session.execute(query)
    ]


def timeline(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:
    """What was asked for a customer and how it ended, the latest first."""
    query = (
        select(Followup)
        .where(Followup.workspace_id == workspace_of(session), Followup.customer_id == customer_id)
        .order_by(col(Followup.id).desc())
        .limit(TIMELINE_ROWS)
    )
    rows = session.exec(query).all()
    schemas = list_schemas(session, rows, today=get_today(session, person_id=None, now=now))
    lines = [line for row, schema in zip(rows, schemas, strict=True) for line in _history(row, schema)]
    return sorted(lines, key=lambda line: line.on or date.min, reverse=True)[:TIMELINE_ROWS]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """All follow-ups about a customer, or given to or by a person, as JSON values."""
    if kind == "customer":
        which = col(Followup.customer_id) == UUID(subject_id)
    elif kind == "person":
        which = sa.or_(col(Followup.assignee_id) == subject_id, col(Followup.given_by) == subject_id)
    else:
        return {}
    query = select(Followup).where(Followup.workspace_id == workspace_of(session), which).order_by(col(Followup.id))
    rows = [row.model_dump(mode="json", exclude={"workspace_id"}) for row in session.exec(query).all()]
    return {"followups": rows} if rows else {}


def _same(table: Any, key: Any) -> Any:
    return sa.and_(col(table.workspace_id) == col(Followup.workspace_id), col(table.id) == key)


def _open(session: Session, *which: Any) -> Sequence[Followup]:
    ours = col(Followup.workspace_id) == workspace_of(session)
    found: Sequence[Followup] = session.exec(open_where(ours, *which).limit(HOME_LINES)).all()
    return found


def _brief_line(row: Any, today: date) -> Line:
    late = row.due_on < today
    when = f"{'late since' if late else 'by'} {row.due_on.day} {row.due_on:%b}"
    return Line(text=f"to do: {_cut(row.what)} ({row.name}, {when})", urgent=late)


def _home_line(schema: FollowupSchema, person_id: str) -> Line:
    whose = ""
    if schema.assignee_id != person_id:
        whose = f" ({schema.assignee_name} has it)"
    elif schema.given_by != person_id:
        whose = f" ({schema.given_by_name} asked)"
    return Line(
        text=f"{_cut(schema.customer_name)}: {_cut(schema.what)}{whose}", urgent=schema.is_late, on=schema.due_on
    )


def _history(row: Followup, schema: FollowupSchema) -> list[Line]:
    whom = "themselves" if schema.given_by == schema.assignee_id else schema.assignee_name
    lines = [Line(text=f"{schema.given_by_name} asked {whom}: {_cut(schema.what)}", on=row.given_at.date())]
    if row.closed_at is not None:
        said = f': "{_cut(schema.note)}"' if schema.note else f" ({_cut(schema.reason)})" if schema.reason else ""
        who = f" by {schema.closed_by_name}" if schema.closed_by_name else ""
        lines.append(Line(text=f"{_cut(schema.what)}: {row.state.words}{who}{said}", on=row.closed_at.date()))
    return lines


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= WORDS else one_line[: WORDS - 1].rstrip() + "…"
