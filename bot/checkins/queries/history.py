"""The history of check-ins with each customer, for cards, queues and exports."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.rules import Result, list_gaps, tally, times
from bot.checkins.schemas import CheckinEntry
from bot.checkins.tables import Checkin
from bot.core.briefs import Brief, among, in_workspace
from bot.core.errors import NotFound
from bot.core.schemas import Line
from bot.customers.queries import get_customer
from bot.customers.queries.due import CUSTOMERS
from bot.customers.tables import Customer
from bot.people.queries import get_today, list_names
from bot.workspaces.tables import Workspace

CHECKINS = cast("sa.Table", Checkin.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
WORDS = 120  # characters of a note in a line
TIMELINE_ROWS = 20
TOLD = ("id", "customer_id", "result", "note", "next_step", "happened_on", "recorded_at")
CONTACTS = (Result.TALKED, Result.THEY_CONTACTED_US)


def _since_contact(customers: Any) -> sa.Select[Any]:
    """Select the last contact of each customer and the attempts after it, which are few however long the history is."""
    same = sa.and_(CUSTOMERS.c.workspace_id == CHECKINS.c.workspace_id, CUSTOMERS.c.id == CHECKINS.c.customer_id)
    last_contact = sa.select(CUSTOMERS.c.last_contact_on).where(same).scalar_subquery()  # a join may scan both tables
    return sa.select(*(CHECKINS.c[name] for name in TOLD)).where(
        in_workspace(CHECKINS),
        among(CHECKINS.c.customer_id, customers),
        CHECKINS.c.undone_at.is_(None),
        CHECKINS.c.happened_on >= sa.func.coalesce(last_contact, CHECKINS.c.happened_on),
    )


def _tell_brief(rows: Sequence[Any], _now: datetime) -> Mapping[UUID, Sequence[Line]]:
    told: dict[UUID, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.happened_on, row.recorded_at, row.id)):
        told[row.customer_id].append(row)
    return {customer_id: _lines(found) for customer_id, found in told.items()}


brief = Brief(_since_contact, _tell_brief)
"""What was last said to or by each customer, how often somebody tried since, and the next step."""


def timeline(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:  # noqa: ARG001 - as above
    """List the last check-ins of a customer, the latest first: who, with what result, what was said."""
    query = (
        select(Checkin)
        .where(Checkin.customer_id == customer_id, col(Checkin.undone_at).is_(None))
        .order_by(col(Checkin.happened_on).desc(), col(Checkin.recorded_at).desc())
        .limit(TIMELINE_ROWS)
    )
    rows = session.exec(query).all()
    names = list_names(session, (row.by for row in rows))
    return [Line(text=_told(row, names.get(row.by, "somebody")), on=row.happened_on) for row in rows]


def setbacks(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:
    """List the times in which nobody talked to a customer for longer than its cadence, the latest first."""
    customer, today = get_customer(session, customer_id), get_today(session, person_id=None, now=now)
    query = sa.select(col(Checkin.happened_on), col(Checkin.known_before)).where(
        col(Checkin.customer_id) == customer_id, col(Checkin.undone_at).is_(None), col(Checkin.result).in_(CONTACTS)
    )
    named = [day for both in session.execute(query) for day in both]
    days = [day for day in (*named, customer.last_contact_on) if day]
    cadence = customer.effective_cadence_days
    gaps = list_gaps(days, since=customer.added_on, today=today, cadence_days=cadence)
    return [Line(text=f"no contact for {length:,} days (every {cadence})", on=end) for end, length in reversed(gaps)]


def get_checkin(session: Session, checkin_id: UUID) -> Checkin:
    """
    Return the check-in with that id.

    Raises:
        NotFound: it isn't there, or it is another workspace's.
    """
    row = session.exec(select(Checkin).where(Checkin.id == checkin_id)).first()
    if row is None:
        raise NotFound("That check-in isn't here any more; look the customer up with /customers.")
    return row


def get_contacts(session: Session, customer_id: UUID) -> tuple[date | None, date | None]:
    """Return the latest contact among check-ins, and the latest one that was known from elsewhere before them."""
    live = sa.and_(col(Checkin.undone_at).is_(None), col(Checkin.result).in_(CONTACTS))
    query = select(sa.func.max(sa.case((live, Checkin.happened_on))), sa.func.max(Checkin.known_before)).where(
        Checkin.customer_id == customer_id
    )
    told, known = session.exec(query).one()
    return told, known


def list_entries(session: Session, *, customer_id: UUID | None = None, by: str | None = None) -> list[CheckinEntry]:
    """List all check-ins of a customer or by a person, oldest first, undone ones too."""
    query = select(Checkin)
    if customer_id is not None:
        query = query.where(Checkin.customer_id == customer_id)
    if by is not None:
        query = query.where(Checkin.by == by)
    rows = session.exec(query.order_by(col(Checkin.recorded_at), col(Checkin.id))).all()
    return [CheckinEntry(**{name: getattr(row, name) for name in CheckinEntry.model_fields}) for row in rows]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Return everything that is kept here about a customer, or recorded by a person, as JSON values."""
    if kind not in {"customer", "person"}:
        return {}
    whose: dict[str, Any] = {"customer_id": UUID(subject_id)} if kind == "customer" else {"by": subject_id}
    entries = list_entries(session, **whose)
    return {"checkins": [entry.model_dump(mode="json") for entry in entries]}


def check(session: Session, now: datetime) -> Sequence[str]:  # noqa: ARG001 - every check takes the time
    """Return a sentence when a customer's last contact is earlier than a recorded one."""
    query = sa.select(sa.func.count(sa.distinct(col(Customer.id)))).join(Checkin, _of_customer()).where(*_is_missed())
    behind = session.execute(query).scalar_one()
    if not behind:
        return []
    return [f"Customers whose clock misses a recorded contact: {behind}; record one again, or restore a backup."]


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:  # noqa: ARG001 - as above
    """Return those of *workspaces* where a customer's last contact is earlier than a recorded one."""
    own = (col(Checkin.workspace_id) == col(Workspace.id), *_is_missed())
    missed = sa.select(col(Customer.id)).join(Checkin, _of_customer()).where(*own).limit(1).scalar_subquery()
    # the limit has PostgreSQL look at each of these workspaces by itself, and not at the customers of all
    query = sa.select(col(Workspace.id)).where(col(Workspace.id).in_(workspaces), missed.is_not(None))
    return session.scalars(query).all()


def _of_customer() -> Any:
    return sa.and_(
        col(Checkin.workspace_id) == col(Customer.workspace_id), col(Checkin.customer_id) == col(Customer.id)
    )


def _is_missed() -> tuple[Any, ...]:
    """Return the SQL of whether a `Checkin` is a contact that its `Customer` doesn't know of."""
    last = col(Customer.last_contact_on)
    missed = sa.or_(last.is_(None), last < col(Checkin.happened_on))
    return (col(Checkin.undone_at).is_(None), col(Checkin.result).in_(CONTACTS), missed)


def _lines(rows: Sequence[Any]) -> list[Line]:
    said, attempts = tally((row.result, row.note) for row in rows)
    lines = [Line(text=f'last: "{_cut(said)}"', on=rows[-1].happened_on)] if said else []
    if attempts:
        talked = any(row.result in CONTACTS for row in rows)
        lines.append(Line(text=f"tried {times(attempts)}{' since' if talked else ''}", on=rows[-1].happened_on))
    if rows[-1].next_step:
        lines.append(Line(text=f"next: {_cut(rows[-1].next_step)}"))
    return lines


def _told(row: Checkin, who: str) -> str:
    how = f"{row.result.words} ({row.channel.value})"
    mood = f", {row.mood.value}" if row.mood else ""
    said = f': "{_cut(row.note)}"' if row.note else ""
    return f"{who} {how}{mood}{said}" if row.result is not Result.THEY_CONTACTED_US else f"{how}{mood}, {who}{said}"


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= WORDS else one_line[: WORDS - 1].rstrip() + "…"
