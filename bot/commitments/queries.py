"""Reads that every kind of commitment has: one, lists and their pages, what a command asks for, lines for others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments.rules import PAGE_ROWS, TIMELINE_ROWS, UNREADABLE, one_line, prefixes, read_due, split_quoted
from bot.commitments.schemas import CommitmentList, CommitmentsTold, ParsedCommand, S
from bot.commitments.tables import CommitmentRow
from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.core.feature import COMMITMENT_LINES
from bot.core.schemas import Line, Subject
from bot.customers.queries import find_customer, get_customer, list_by_ids
from bot.customers.rules.domains import registrable_domain
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text, name_key
from bot.customers.tables import Alias, Customer
from bot.people.queries import find_person_row, get_person, get_today, list_names, list_people
from bot.people.rules import Calendar, Mute, person_key
from bot.people.tables import Person
from bot.people.usecases import require_here
from bot.workspaces.usecases import BOT

R = TypeVar("R", bound=CommitmentRow)
L = TypeVar("L", bound=CommitmentList[Any])
T = TypeVar("T", bound=CommitmentsTold[Any])

NOBODY = "somebody"
TEAM = "team"
QUOTES = '"“”„«»'
MOST_CALLED = 20  # customers of one name that are counted
INACTIVE = (Status.LOST, Status.EXCLUDED)
ABOUT_NAME = frozenset({"customer", "digest_row"})  # subjects whose words are just the customer's name
WHICH = "Which customer is it about? Choose it."

Scope = tuple[tuple[Any, ...], str]
"""The conditions of a list and its title."""


@dataclass(frozen=True)
class CommitmentKind(Generic[R, S]):
    """
    What the shared code has to know about one kind of commitment.

    *subject* names it in the audit trail, *plural* and *preposition* in titles, *missing* is the sentence when one is
    gone. *assignee* is the column of who owes it, *people* are all columns that hold a person. *is_open* is the
    condition for what is still owed, *order* the order of every list. `audited(row)` returns what can change about
    one as JSON values, `viewed(session, person_id, now)` the fields of the schema that depend on who looks at it.
    *scopes* adds lists: `(session, key, viewer)` to conditions and title, by the word that begins the list's id.
    """

    table: type[R]
    schema: type[S]
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
    scopes: Mapping[str, Callable[[Session, str, str], Scope]]

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


def list_commitments(session: Session, kind: CommitmentKind[R, S], *which: Any, limit: int | None = None) -> list[R]:
    """Return the open commitments that *which* holds for, in the order of every list."""
    query = select(kind.table).where(kind.is_open, *which).order_by(*kind.order).limit(limit)
    return list(session.exec(query).all())


def get_schema(session: Session, kind: CommitmentKind[R, S], row: R, *, viewer: str | None, now: datetime) -> S:
    """Return a commitment as *viewer*'s screens show it; customer and people are read once in a session."""
    customer = cast("Customer", session.get(Customer, row.customer_id))
    people = {key: find_person_row(session, key) for key in _people_of(kind, row)}
    names = {key: person.name for key, person in people.items() if person}
    return _schema(kind, row, customer, names, kind.viewed(session, viewer, now))


def list_schemas(
    session: Session, kind: CommitmentKind[R, S], rows: Sequence[R], *, viewer: str | None, now: datetime
) -> tuple[S, ...]:
    """Return commitments as *viewer*'s screens show them (nobody's: the workspace's), in the order given."""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    names = list_names(session, {person_id for row in rows for person_id in _people_of(kind, row)})
    viewed = kind.viewed(session, viewer, now)
    return tuple(_schema(kind, row, customers[row.customer_id], names, viewed) for row in rows)


def get_told(
    session: Session, kind: CommitmentKind[R, S], told: type[T], *, ids: Sequence[UUID], person_id: str,
    now: datetime, total: int = 0, **more: Any,
) -> T:  # fmt: skip
    """Return a message of these commitments as they stand now, in the order given; those that are gone are left out."""
    found = {row.id: row for row in session.exec(select(kind.table).where(kind.column("id").in_(ids)))}
    rows = list_schemas(session, kind, [found[one] for one in ids if one in found], viewer=person_id, now=now)
    first_name = get_person(session, person_id).name.split(" ")[0]
    return told(person_id=person_id, first_name=first_name, total=max(total, len(rows)), rows=rows, **more)


def _people_of(kind: CommitmentKind[R, S], row: R) -> set[str]:
    return {getattr(row, name) for name in kind.people} - {None, BOT}


def _schema(
    kind: CommitmentKind[R, S], row: R, customer: Customer, names: Mapping[str, str], viewed: Mapping[str, Any]
) -> S:
    """Make the schema of its fields: columns of the same name, `{column}_name` for people, and what was *viewed*."""
    same = {name: getattr(row, name) for name in kind.schema.model_fields if hasattr(row, name)}
    people = {name: getattr(row, name) for name in kind.people}
    named = {
        f"{name.removesuffix('_id')}_name": "" if key in {None, BOT} else names.get(key, NOBODY)
        for name, key in people.items()
    }
    known = {name: value for name, value in named.items() if name in kind.schema.model_fields}
    return kind.schema(**same, **known, customer_name=customer.name, **viewed)


# --- lists and their pages ---------------------------------------------------------------------------------------


def find_whose(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """
    Return the id of the list that is meant: nothing or `mine`, `team`, a mention or handle, else a customer's name.

    Raises:
        NotFound: nobody is called so, or no customer.
        Ambiguous: several customers are.
    """
    asked = words.strip()
    if asked.casefold() in {"", "mine", "me", "my"}:
        return f"p-{viewer}"
    if asked.casefold() in {"team", "all"}:
        return TEAM
    if person := find_mentioned(session, asked):
        return f"p-{person[0]}"
    return f"c-{find_customer(session, asked.strip(QUOTES)).id}"


def get_page(
    session: Session, kind: CommitmentKind[R, S], listed: type[L], *, whose: str, page: int, viewer: str,
    now: datetime, late: Any,
) -> L:  # fmt: skip
    """
    Return a page (from 0) of open commitments: `p-` and who owes them, `c-` and a customer, `team`, or a list of the
    kind's own. A page that isn't there any more becomes the last one. *late* is the condition for what is counted so.

    Raises:
        NotFound: no such person or customer here.
        NotAllowed: the viewer is no full member.
    """
    viewing = require_here(session, by=viewer)
    which, title = _scope(session, kind, whose, viewing.id)
    ours = (kind.column("workspace_id") == workspace_of(session), kind.is_open, *which)
    counted = sa.func.coalesce(sa.func.sum(sa.case((late, 1), else_=0)), 0)
    total, of_them_late = session.execute(sa.select(sa.func.count(), counted).where(*ours)).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    query = select(kind.table).where(*ours).order_by(*kind.order)
    rows = session.exec(query.offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    shown = list_schemas(session, kind, rows, viewer=viewer, now=now)
    return listed(whose=whose, title=title, total=total, late=of_them_late, page=page, pages=pages, rows=shown)


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


# --- what a command or a button asks for -------------------------------------------------------------------------


def parse_command(
    session: Session, *, words: str, viewer: str, now: datetime, what_length: int, ask_what: str
) -> ParsedCommand:
    """
    Read `@ana Acme friday call about the invoice`, on *viewer*'s own day; without @, it is about themselves.

    What can't be told for certain is left out, with a sentence that asks for it; *ask_what* asks for missing words.
    """
    viewing = require_here(session, by=viewer)
    today = get_today(session, person_id=viewing.id, now=now)
    problems: list[str] = []
    assignee, rest = viewer, words.strip()
    try:
        if mentioned := find_mentioned(session, rest):
            assignee, rest = mentioned
    except NotFound as unknown:
        problems.append(str(unknown))
        rest = rest.partition(" ")[2].strip()
    customer, rest, problem = split_customer(session, rest, guess=lambda words: _before_a_day(words, today))
    due = read_due(rest, today=today)
    what = clean_text(due.rest, what_length)
    if customer is None:
        return ParsedCommand(assignee_id=assignee, due_on=due.on, what=what, problems=(*problems, problem))
    if due.on is None:
        problems.append(f"By when? {due.problem or UNREADABLE}")
    if not what:
        problems.append(ask_what)
    return ParsedCommand(
        assignee_id=assignee, customer_id=customer.id, customer_name=customer.name, due_on=due.on, what=what,
        problems=tuple(problems),
    )  # fmt: skip


def command_about(session: Session, subject: Subject | None, *, viewer: str, what_length: int) -> ParsedCommand:
    """
    Return what a button or message asks for: its customer, and its words unless they are just the customer's name.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: no such customer here.
    """
    require_here(session, by=viewer)
    if subject is None:
        return ParsedCommand(assignee_id=viewer)
    what = "" if subject.kind in ABOUT_NAME else clean_text(subject.words, what_length)
    if subject.customer_id is None:
        return ParsedCommand(assignee_id=viewer, what=what)
    customer = get_customer(session, subject.customer_id)
    return ParsedCommand(assignee_id=viewer, customer_id=customer.id, customer_name=customer.name, what=what)


def parse_subject(value: str, *, command: str) -> Subject | None:
    """
    Read what a button is about: a customer's id, or the subject that another feature's offer carries; None: nothing.

    Raises:
        NotFound: the value is none of ours.
    """
    if not value:
        return None
    try:
        if value.startswith("{"):
            return Subject.model_validate_json(value)
        return Subject(kind="customer", id=value, customer_id=UUID(value))
    except ValueError as error:
        raise NotFound(f"That button is out of date; use {command} instead.") from error


def find_mentioned(session: Session, words: str) -> tuple[str, str] | None:
    """
    Return the person that *words* begin with, as Slack writes a mention or as `@handle`, and what follows; else None.

    Raises:
        NotFound: it is an @ that nobody here goes by.
    """
    first, _, rest = words.strip().partition(" ")
    if first.startswith("<@") and first.endswith(">"):
        return get_person(session, first[2:-1].partition("|")[0]).id, rest.strip()
    if not first.startswith("@") or len(first) == 1:
        return None
    wanted = person_key(first[1:])
    people = list_people(session)
    exact = [one for one in people if wanted in {one.name_key, one.handle.casefold()}]
    found = exact or [one for one in people if one.name_key.split()[:1] == [wanted]]
    if len(found) != 1:
        raise NotFound(f"I can't tell who {first[:60]} is; write @ and choose the person from Slack's list.")
    return found[0].id, rest.strip()


def split_customer(
    session: Session, words: str, *, guess: Callable[[str], tuple[str, str]]
) -> tuple[Customer | None, str, str]:
    """
    Return the customer with the longest name that *words* begin with, what follows it, and what has to be asked.

    `guess(words)` returns what is most likely a name, and the rest, where no customer is called so.
    """
    quoted = split_quoted(words)
    choices = [quoted] if quoted else prefixes(words.split())
    called = _list_called(session, [name for name, _ in choices])
    for name, rest in choices:
        found = called[name]
        if len(found) == 1:
            return found[0], rest, ""
        if found:
            return None, rest, f"{len(found)} customers are called {clean_text(name, 80)}; choose one."
    name, rest = quoted or guess(words)
    return None, rest, _unknown(session, name)


def _list_called(session: Session, names: Sequence[str]) -> dict[str, list[Customer]]:
    """Return the customers whose name, alias or domain is just that, for each of *names*; one or two statements."""
    keys = {name: name_key(name) for name in names}
    wanted = [key for key in keys.values() if key]
    domains = {name: registrable_domain(name) for name in names if keys[name]}
    ours, known = Alias.workspace_id == workspace_of(session), col(Alias.name_key).in_(wanted)
    aliased = select(Alias.customer_id).where(ours, known)
    either = [col(Customer.name_key).in_(wanted), col(Customer.id).in_(aliased)]
    if any(domains.values()):
        either.append(col(Customer.domain).in_([domain for domain in domains.values() if domain]))
    query = select(Customer).where(Customer.workspace_id == workspace_of(session), sa.or_(*either))
    rows = session.exec(query.order_by(col(Customer.name_key), col(Customer.id)).limit(500)).all() if wanted else []
    others = select(Alias.name_key, Alias.customer_id).where(known)
    aliases = set(session.exec(others).all()) if any(row.name_key not in wanted for row in rows) else set()

    def is_called(row: Customer, name: str) -> bool:
        key, domain = keys[name], domains.get(name)
        return row.name_key == key or bool(domain and row.domain == domain) or (key, row.id) in aliases

    return {name: [row for row in rows if is_called(row, name)][: MOST_CALLED + 1] for name in names}


def _before_a_day(words: str, today: date) -> tuple[str, str]:
    """Return the words before the first day that they name, and the rest; without a day, the first word is the name."""
    for name, rest in reversed(prefixes(words.split())):
        if read_due(rest, today=today).on is not None:
            return name, rest
    return words.partition(" ")[0], words


def _unknown(session: Session, name: str) -> str:
    """Return the sentence that nobody is called so, with the nearest names."""
    try:
        find_customer(session, name)
    except NotFound as unknown:
        return str(unknown) if name else WHICH
    return WHICH


# --- what jobs and others' screens ask ---------------------------------------------------------------------------


def list_of_inactive(session: Session, kind: CommitmentKind[R, S], *, limit: int | None = None) -> list[R]:
    """Return the open commitments about customers that are lost or excluded."""
    query = _joined(kind, Customer, "customer_id").where(col(Customer.status).in_(INACTIVE)).limit(limit)
    return list(session.exec(query).all())


def list_orphaned(session: Session, kind: CommitmentKind[R, S], *, limit: int | None = None) -> list[R]:
    """Return the open commitments of people who left or became guests."""
    gone = sa.or_(col(Person.is_deactivated), col(Person.is_guest))
    return list(session.exec(_joined(kind, Person, kind.assignee).where(gone).limit(limit)).all())


def count_stuck(session: Session, kind: CommitmentKind[R, S]) -> int:
    """Return how many open commitments have nobody who is here, or no active customer."""
    return len(list_orphaned(session, kind)) + len(list_of_inactive(session, kind))


def list_working(calendars: Mapping[Any, Calendar], now: datetime) -> Iterable[tuple[str, date]]:
    """Yield the people on whose working day the hour of messages has come, each with that day."""
    for person, calendar in calendars.items():
        today = calendar.today(now)
        if person and calendar.is_working_day(today) and calendar.hour_has_come(now):
            yield person, today


def list_silent(session: Session, people: Iterable[str]) -> set[str]:
    """Return those of *people* who want no reminders, or can't be reminded any more."""
    rows = session.exec(select(Person).where(col(Person.id).in_(list(people))))
    return {row.id for row in rows if row.is_deactivated or row.is_guest or Mute.REMINDERS in row.mutes}


def list_due_lines(
    session: Session, kind: CommitmentKind[R, S], *, today: date, text: Callable[[str, str, str], str]
) -> list[Line]:
    """Return what is late or due today, the most late first, as `text(customer, what, who)`; one statement."""
    due_on = kind.column("due_on")
    query = (
        sa.select(kind.column("what"), due_on, col(Customer.name), col(Person.name).label("who"))
        .join(Customer, _same(kind, Customer, "customer_id"))
        .join(Person, _same(kind, Person, kind.assignee))
        .where(kind.is_open, due_on <= today)
        .order_by(*kind.order)
        .limit(COMMITMENT_LINES)
    )
    return [
        Line(text=text(one_line(row.name), one_line(row.what), row.who), urgent=row.due_on < today, on=row.due_on)
        for row in session.execute(query)
    ]


def list_history(
    session: Session, kind: CommitmentKind[R, S], customer_id: UUID, *, now: datetime,
    tell: Callable[[R, S], list[Line]],
) -> list[Line]:  # fmt: skip
    """Return what `tell(row, schema)` says of a customer's last commitments, open and ended, the latest line first."""
    query = select(kind.table).where(kind.column("customer_id") == customer_id)
    rows = session.exec(query.order_by(kind.column("id").desc()).limit(TIMELINE_ROWS)).all()
    schemas = list_schemas(session, kind, rows, viewer=None, now=now)
    lines = [line for row, schema in zip(rows, schemas, strict=True) for line in tell(row, schema)]
    return sorted(lines, key=lambda line: line.on or date.min, reverse=True)[:TIMELINE_ROWS]


def export_rows(session: Session, kind: CommitmentKind[R, S], about: str, subject_id: str) -> dict[str, Any]:
    """Return all commitments about a customer, or that name a person in any column but the closing, as JSON values."""
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
    return select(kind.table).join(table, _same(kind, table, key)).where(kind.is_open).order_by(*kind.order)


def _same(kind: CommitmentKind[R, S], table: Any, key: str) -> Any:
    return sa.and_(col(table.workspace_id) == kind.column("workspace_id"), col(table.id) == kind.column(key))
