"""Reads that every kind of commitment has: one, lists and their pages, what a command asks for, lines for others."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments.queries.commands import find_mentioned, find_named
from bot.commitments.rules import PAGE_ROWS, TIMELINE_ROWS, one_line
from bot.commitments.schemas import CommitmentList, NotifiedCommitments, S
from bot.commitments.tables import CommitmentRow
from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.core.feature import COMMITMENT_LINES
from bot.core.schemas import Line, OfferButton, Overdue, OwedLine
from bot.customers.queries import get_customer, list_by_ids
from bot.customers.queries.searching import find_customer, list_exact
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.people.queries import find_person_row, get_person, get_today, list_rows
from bot.people.rules import DAY, known_zone
from bot.people.tables import Person
from bot.people.usecases import require_here
from bot.workspaces.tables import Workspace
from bot.workspaces.usecases import BOT

R = TypeVar("R", bound=CommitmentRow)
T = TypeVar("T", bound=NotifiedCommitments[Any])

NOBODY = "somebody"
TEAM = "team"
QUOTES = '"“”„«»'
INACTIVE = (Status.LOST, Status.EXCLUDED)

Scope = tuple[tuple[Any, ...], str]
"""The conditions of a list and its title."""


@dataclass(frozen=True)
class CommitmentKind(Generic[R, S]):
    """
    What the shared code has to know about one kind of commitment.

    *subject* names it in the audit trail, *plural* and *preposition* in titles, *missing* is the sentence when one is
    gone. *assignee* is the column of who owes it, *people* are all columns that hold a person. *is_open* is the
    condition for what is still owed, *order* the order of every list. `audited(row)` returns what can change about
    one as JSON values, `viewed(session, person_id, now)` the fields of the schema that depend on who looks at it, and
    `late(viewed)` the condition for what a list counts as late. *lists* are the ids of lists that only this kind has,
    by the word that asks for them (`{}`: who asks); *scopes* returns `(session, key, viewer)` conditions and title of
    such a list, by the word that begins its id.
    """

    table: type[R]
    schema: type[S]
    listed: type[CommitmentList[S]]
    subject: str
    plural: str
    preposition: str
    command: str
    missing: str
    assignee: str
    people: tuple[str, ...]
    is_open: Any
    order: tuple[Any, ...]
    audited: Callable[[R], dict[str, Any]]
    viewed: Callable[[Session, str | None, datetime], dict[str, Any]]
    late: Callable[[Mapping[str, Any]], Any]
    lists: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, Callable[[Session, str, str], Scope]] = field(default_factory=dict)

    def column(self, name: str) -> Any:
        """Return the column *name* of the table."""
        return col(getattr(self.table, name))


def view_on_day(session: Session, person_id: str | None, now: datetime) -> dict[str, Any]:
    """Return the day of who looks at a commitment that is due on a day; of nobody, the workspace's."""
    return {"today": get_today(session, person_id=person_id, now=now)}


# --- one, and several --------------------------------------------------------------------------------------------


def get_commitment(session: Session, kind: CommitmentKind[R, S], commitment_id: UUID) -> R:
    """
    Return the commitment with that id.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    row = session.exec(select(kind.table).where(kind.table.id == commitment_id)).first()
    if row is None:
        raise NotFound(kind.missing)
    return row


def get_one(session: Session, *, kind: CommitmentKind[R, S], commitment_id: UUID, viewer: str, now: datetime) -> S:
    """Return one commitment as *viewer* sees it; raises `NotFound`."""
    return get_schema(session, kind, get_commitment(session, kind, commitment_id), viewer=viewer, now=now)


def find_open(
    session: Session, kind: CommitmentKind[R, S], commitment_id: UUID, *, viewer: str | None, now: datetime
) -> S | None:
    """Return an open commitment as *viewer* sees it, or None when it is closed or gone."""
    query = select(kind.table).where(kind.table.id == commitment_id, kind.is_open)
    row = session.exec(query).first()
    return None if row is None else list_schemas(session, kind, [row], viewer=viewer, now=now)[0]


def list_commitments(session: Session, kind: CommitmentKind[R, S], *which: Any, limit: int | None = None) -> list[R]:
    """Return the open commitments that *which* holds for, in the order of every list."""
    query = select(kind.table).where(kind.is_open, *which).order_by(*kind.order).limit(limit)
    return list(session.exec(query).all())


def get_schema(session: Session, kind: CommitmentKind[R, S], row: R, *, viewer: str | None, now: datetime) -> S:
    """Return a commitment as *viewer*'s screens show it; customer and people are read once in a session."""
    customer = cast("Customer", session.get(Customer, row.customer_id))
    people = {key: find_person_row(session, key) for key in _people_of(kind, row)}
    known = {key: person for key, person in people.items() if person}
    return _schema(kind, row, customer, known, kind.viewed(session, viewer, now))


def list_schemas(
    session: Session, kind: CommitmentKind[R, S], rows: Sequence[R], *, viewer: str | None, now: datetime
) -> tuple[S, ...]:
    """Return commitments as *viewer*'s screens show them (nobody's: the workspace's), in the order given."""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    people = list_rows(session, {person_id for row in rows for person_id in _people_of(kind, row)})
    viewed = kind.viewed(session, viewer, now)
    return tuple(_schema(kind, row, customers[row.customer_id], people, viewed) for row in rows)


def list_by_person(
    session: Session, ids: Mapping[str, Sequence[UUID]], now: datetime, *, kind: CommitmentKind[R, S]
) -> dict[str, list[S]]:
    """Return the commitments with these *ids*, open or not, as each person sees them, in the order given."""
    wanted = {one for theirs in ids.values() for one in theirs}
    rows = {row.id: row for row in session.exec(select(kind.table).where(kind.column("id").in_(wanted)))}
    customers = list_by_ids(session, list({row.customer_id for row in rows.values()}))
    people = list_rows(session, {person_id for row in rows.values() for person_id in _people_of(kind, row)})
    shown = {}
    for person_id, theirs in ids.items():
        viewed = kind.viewed(session, person_id, now)
        found = [rows[one] for one in theirs if one in rows]
        shown[person_id] = [_schema(kind, row, customers[row.customer_id], people, viewed) for row in found]
    return shown


def get_notified(
    session: Session, *, kind: CommitmentKind[R, S], schema: type[T], ids: Sequence[UUID], person_id: str,
    now: datetime, total: int = 0, **more: Any,
) -> T:  # fmt: skip
    """Return a message of these commitments as they stand now, in the order given; those that are gone are left out."""
    found = {row.id: row for row in session.exec(select(kind.table).where(kind.column("id").in_(ids)))}
    rows = list_schemas(session, kind, [found[one] for one in ids if one in found], viewer=person_id, now=now)
    first_name = get_person(session, person_id).name.split(" ")[0]
    return schema(person_id=person_id, first_name=first_name, total=max(total, len(rows)), rows=rows, **more)


def _people_of(kind: CommitmentKind[R, S], row: R) -> set[str]:
    return {getattr(row, name) for name in kind.people} - {None, BOT}


def _schema(
    kind: CommitmentKind[R, S], row: R, customer: Customer, known: Mapping[str, Person], viewed: Mapping[str, Any]
) -> S:
    """Make the schema of its fields: columns of the same name, names and zones of people, and what was *viewed*."""
    same = {name: getattr(row, name) for name in kind.schema.model_fields if hasattr(row, name)}
    people = {name: getattr(row, name) for name in kind.people}
    named = {}
    for name, key in people.items():
        person, stem = known.get(key), name.removesuffix("_id")
        named[f"{stem}_name"] = "" if key in {None, BOT} else person.name if person else NOBODY
        named[f"{stem}_zone"] = known_zone(person.zone, "UTC") if person else ""
    shown = {name: value for name, value in named.items() if name in kind.schema.model_fields}
    return kind.schema(**same, **shown, customer_name=customer.name, **viewed)


# --- lists and their pages ---------------------------------------------------------------------------------------


def find_list_key(session: Session, *, words: str, viewer: str, now: datetime, kind: CommitmentKind[R, S]) -> str:  # noqa: ARG001 - every query takes the time
    """
    Return the id of the list that is meant: nothing or `mine`, `team`, a mention or handle, a list of the kind's own,
    else a customer's name.

    Raises:
        NotFound: nobody is called so, or no customer.
        Ambiguous: several customers are.
    """
    asked = words.strip()
    if asked.casefold() in {"", "mine", "me", "my"}:
        return f"p-{viewer}"
    if asked.casefold() in {"team", "all"}:
        return TEAM
    if own := kind.lists.get(asked.casefold()):
        return own.format(viewer)
    if person := find_mentioned(session, asked):
        return f"p-{person[0]}"
    if not list_exact(session, asked) and (named := find_named(session, asked)) and not named.rest and named.is_whole:
        return f"p-{named.person_id}"
    return f"c-{find_customer(session, asked.strip(QUOTES)).id}"


def get_list(
    session: Session, *, whose: str, page: int, viewer: str, now: datetime, kind: CommitmentKind[R, S]
) -> CommitmentList[S]:
    """
    Return a page (from 0) of open commitments: `p-` and who owes them, `c-` and a customer, `team`, or a list of the
    kind's own. A page that isn't there any more becomes the last one.

    Raises:
        NotFound: no such person or customer here.
        NotAllowed: the viewer is no full member.
    """
    viewing = require_here(session, by=viewer)
    which, title = _scope(session, kind, whose, viewing.id)
    viewed = kind.viewed(session, viewer, now)
    ours = (kind.column("workspace_id") == workspace_of(session), kind.is_open, *which)
    counted = sa.func.coalesce(sa.func.sum(sa.case((kind.late(viewed), 1), else_=0)), 0)
    total, late = session.execute(sa.select(sa.func.count(), counted).where(*ours)).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    query = select(kind.table).where(*ours).order_by(*kind.order)
    rows = session.exec(query.offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    shown = list_schemas(session, kind, rows, viewer=viewer, now=now)
    return kind.listed(whose=whose, title=title, total=total, late=late, page=page, pages=pages, rows=shown)


def owner_of_list(session: Session, key: str, viewer: str, *, mine: str, theirs: str) -> str:
    """Return the title of a person's list: *mine*, or *theirs* with their name for `{}`."""
    return mine if key == viewer else theirs.format(get_person(session, key).name)


def _scope(session: Session, kind: CommitmentKind[R, S], whose: str, viewer: str) -> Scope:
    name, _, key = whose.partition("-")
    if name in kind.scopes:
        return kind.scopes[name](session, key, viewer)
    if name == "p":
        theirs = f"{{}}'s {kind.plural}"
        title = owner_of_list(session, key, viewer, mine=f"Your {kind.plural}", theirs=theirs)
        return (kind.column(kind.assignee) == key,), title
    if name == "c":
        try:
            customer = get_customer(session, UUID(key))
        except ValueError:
            raise NotFound("That customer isn't here any more; look it up with /customers.") from None
        title = f"{kind.plural.capitalize()} {kind.preposition} {customer.name}"
        return (kind.column("customer_id") == customer.id,), title
    return (), f"The team's {kind.plural}"


# --- what jobs and others' screens ask ---------------------------------------------------------------------------


IS_INACTIVE = col(Customer.status).in_(INACTIVE)
IS_GONE = sa.or_(col(Person.is_deactivated), col(Person.is_guest))


def list_of_inactive(session: Session, kind: CommitmentKind[R, S], *, limit: int | None = None) -> list[R]:
    """Return the open commitments about customers that are lost or excluded."""
    return list(session.exec(_joined(kind, Customer, "customer_id").where(IS_INACTIVE).limit(limit)).all())


def has_stuck(kind: CommitmentKind[R, S]) -> Any:
    """Return the SQL of whether `check_stuck` finds something in a `Workspace`."""
    return _stuck(kind).where(kind.column("workspace_id") == col(Workspace.id)).exists()


def list_orphaned(session: Session, kind: CommitmentKind[R, S], *, limit: int | None = None) -> list[R]:
    """Return the open commitments of people who left or became guests."""
    return list(session.exec(_joined(kind, Person, kind.assignee).where(IS_GONE).limit(limit)).all())


def check_stuck(session: Session, now: datetime, *, kind: CommitmentKind[R, S], sentence: str) -> list[str]:  # noqa: ARG001 - every check takes the time
    """Return *sentence*, with their number for `{}`, when open ones have nobody who is here, or no active customer."""
    stuck = len(list_orphaned(session, kind)) + len(list_of_inactive(session, kind))
    return [sentence.format(stuck)] if stuck else []


def list_stuck_workspaces(
    session: Session,
    workspaces: Collection[str],
    now: datetime,  # noqa: ARG001 - as above
    *,
    kind: CommitmentKind[R, S],
) -> Collection[str]:
    """Return those of *workspaces* where `check_stuck` finds something."""
    return session.scalars(_stuck(kind).where(kind.column("workspace_id").in_(workspaces)).distinct()).all()


def _stuck(kind: CommitmentKind[R, S]) -> Any:
    """Select the workspaces of the open ones of people who are gone, or about inactive customers."""
    return (
        sa.select(kind.column("workspace_id"))
        .join(Person, matches(kind, Person, kind.assignee))
        .join(Customer, matches(kind, Customer, "customer_id"))
        .where(kind.is_open, sa.or_(IS_GONE, IS_INACTIVE))
    )


def list_due_lines(
    session: Session, now: datetime, *, kind: CommitmentKind[R, S], text: str = "{customer}: {what}"
) -> list[OwedLine]:
    """Return what is late or due today, the most late first, as *text* of `customer` and `what`; one statement."""
    due_on, today = kind.column("due_on"), get_today(session, person_id=None, now=now)
    query = (
        sa.select(kind.column("what"), due_on, col(Customer.id), col(Customer.name), col(Person.name).label("who"))
        .join(Customer, matches(kind, Customer, "customer_id"))
        .join(Person, matches(kind, Person, kind.assignee))
        .where(kind.is_open, due_on <= today)
        .order_by(*kind.order)
        .limit(COMMITMENT_LINES)
    )
    return [
        OwedLine(
            text=text.format(customer=one_line(row.name), what=one_line(row.what)),
            urgent=row.due_on < today,
            on=row.due_on,
            who=row.who,
            buttons=(card_button(row.id),),
        )
        for row in session.execute(query)
    ]


def card_button(customer_id: UUID) -> OfferButton:
    """Return the button that opens a customer's card, which the customers feature listens to."""
    return OfferButton(label="Open", action_id="customers.card", value=str(customer_id))


def list_overdue_by_person(
    session: Session, *, kind: CommitmentKind[R, S], day: str, late: Any, words: tuple[str, str]
) -> dict[str, Overdue]:
    """
    Return what people are late with, by the id of the assignee; one statement.

    *late* is the condition, *day* the column of the date or instant after which it is so, *words* what follows the
    number of one and of several. Each is late since the day after that one.
    """
    assignee, first = kind.column(kind.assignee), sa.func.min(kind.column(day))
    query = sa.select(assignee, sa.func.count(), first).where(
        kind.column("workspace_id") == workspace_of(session), kind.is_open, late
    )
    return {
        person_id: Overdue(count=count, text=f"{count:,} {words[count > 1]}", since=_date_of(since) + DAY)
        for person_id, count, since in session.execute(query.group_by(assignee)).all()
    }


def _date_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def list_history(
    session: Session, customer_id: UUID, now: datetime, *, kind: CommitmentKind[R, S],
    tell: Callable[[R, S], list[Line]],
) -> list[Line]:  # fmt: skip
    """Return what `tell(row, schema)` says of a customer's last commitments, open and ended, the latest line first."""
    query = select(kind.table).where(kind.column("customer_id") == customer_id)
    rows = session.exec(query.order_by(kind.column("id").desc()).limit(TIMELINE_ROWS)).all()
    schemas = list_schemas(session, kind, rows, viewer=None, now=now)
    lines = [line for row, schema in zip(rows, schemas, strict=True) for line in tell(row, schema)]
    return sorted(lines, key=lambda line: line.on or date.min, reverse=True)[:TIMELINE_ROWS]


def export_rows(session: Session, about: str, subject_id: str, *, kind: CommitmentKind[R, S]) -> dict[str, Any]:
    """Return all commitments about a `customer`, or that name a `person` in any role, as JSON values."""
    if about == "customer":
        which = kind.column("customer_id") == UUID(subject_id)
    elif about == "person":
        which = sa.or_(*(kind.column(name) == subject_id for name in kind.people))
    else:
        return {}
    query = select(kind.table).where(which).order_by(kind.column("id"))
    rows = [row.model_dump(mode="json", exclude={"workspace_id"}) for row in session.exec(query)]
    return {str(kind.table.__tablename__): rows} if rows else {}


def _joined(kind: CommitmentKind[R, S], table: Any, key: str) -> Any:
    return select(kind.table).join(table, matches(kind, table, key)).where(kind.is_open).order_by(*kind.order)


def matches(kind: CommitmentKind[R, S], table: Any, key: str) -> Any:
    """Return the condition that joins *table* by the column *key* of a commitment, in the same workspace."""
    return sa.and_(col(table.workspace_id) == kind.column("workspace_id"), col(table.id) == kind.column(key))
