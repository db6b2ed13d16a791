"""Statements that go to the driver as they are give what SQLAlchemy gives, with its errors, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, select

from bot.core.clock import MovableClock, new_id
from bot.core.database import Database
from bot.core.prepared import Prepared, Together, prepared
from bot.core.runtime import Runtime
from bot.customers.rules.due import SnoozeReason
from bot.customers.tables import Customer
from bot.people.tables import Person
from tests.makers import ANA, MARA, WORKSPACE, Office, open_office

pytestmark = pytest.mark.both_databases

CUSTOMERS = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
PEOPLE = cast("sa.Table", Person.__table__)  # type: ignore[attr-defined]  # as above
NAMES = (
    "id", "name", "status", "effective_cadence_days", "due_on", "snoozed_until", "snooze_reason", "preferences", "annual_value",
    "changed_at",
)  # fmt: skip
HOSTILE = (
    'Zoë "quoted" \\ back',
    "line\nbreak\tand tab",
    "שלום <!channel>",
    "🦊\u2028\x7f",
    "'; DROP TABLE customers; --",
)
SHARP = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # no fraction of a second, which drivers like to write in another way


@prepared(many="customers")
def of_customers() -> sa.Select[Any]:
    """Ids, words, choices, numbers, days, moments, lists, nothing; and something computed."""
    return (
        sa.select(
            *(CUSTOMERS.c[name] for name in NAMES),
            (sa.cast(CUSTOMERS.c.effective_cadence_days, sa.Float) / 7).label("weeks"),
        )
        .where(
            CUSTOMERS.c.workspace_id == sa.bindparam("workspace"),
            CUSTOMERS.c.id.in_(sa.bindparam("customers", expanding=True)),
            CUSTOMERS.c.changed_at >= sa.bindparam("since", type_=CUSTOMERS.c.changed_at.type),
            CUSTOMERS.c.snooze_reason.is_(None) | CUSTOMERS.c.snooze_reason.in_(list(SnoozeReason)),
        )
        .order_by(CUSTOMERS.c.name.desc(), CUSTOMERS.c.id)
    )


@prepared(many="customers")
def of_owners() -> sa.Select[Any]:
    """Truth values, and a second column called `name`."""
    return (
        sa.select(CUSTOMERS.c.id, CUSTOMERS.c.name, PEOPLE.c.name.label("who"), PEOPLE.c.is_bot, PEOPLE.c.synced_at)
        .join(PEOPLE, sa.and_(PEOPLE.c.workspace_id == CUSTOMERS.c.workspace_id, PEOPLE.c.id == CUSTOMERS.c.owner_id))
        .where(
            CUSTOMERS.c.workspace_id == sa.bindparam("workspace"),
            CUSTOMERS.c.id.in_(sa.bindparam("customers", expanding=True)),
        )
        .order_by(CUSTOMERS.c.name)
    )


@prepared()
def of_people() -> sa.Select[Any]:
    """No list among its values."""
    return sa.select(PEOPLE.c.id, PEOPLE.c.is_deactivated).where(
        PEOPLE.c.workspace_id == sa.bindparam("workspace"), PEOPLE.c.id == sa.bindparam("person")
    )


def stock(office: Office) -> list[UUID]:
    """Customers with hostile names, some asleep, some owned, some with preferences."""
    made = [office.customer(name, owner=ANA, waited=40) for name in HOSTILE]
    asleep = {"snoozed_until": SHARP.date() + timedelta(days=9), "snooze_reason": SnoozeReason.CUSTOMER_ASKED}
    made.append(office.customer("Asleep", **asleep, preferences=["coffee black", 'says "ahoy"'], changed_at=SHARP))
    return [
        *made,
        office.customer(
            "Owned by Mara", owner=MARA, annual_value=Decimal("1200.50"), changed_at=SHARP + timedelta(microseconds=7)
        ),
    ]


def values_for(customers: Sequence[UUID], since: datetime = SHARP - timedelta(days=9999)) -> dict[str, Any]:
    """All values that the statements above ask for."""
    return {"workspace": WORKSPACE, "customers": list(customers), "since": since}


def as_sqlalchemy_gives(session: Session, statement: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The same rows by SQLAlchemy's own way."""
    return [tuple(row) for row in session.connection().execute(statement.statement, values)]


@pytest.mark.parametrize("statement", [of_customers, of_owners], ids=["customers", "owners"])
@pytest.mark.parametrize("since", [timedelta(days=-9999), timedelta(), timedelta(microseconds=1)], ids=str)
def test_rows_are_those_that_sqlalchemy_gives(office: Office, statement: Prepared, since: timedelta) -> None:
    """In kind, value and order; also where a moment is the very one that is asked for."""
    values = values_for(stock(office), SHARP + since)

    def both(session: Session) -> tuple[list[Any], list[Any]]:
        return statement.rows(session, values), as_sqlalchemy_gives(session, statement, values)

    ours, theirs = office.look(both)
    assert [tuple(row) for row in ours] == theirs
    assert ours
    assert [[type(value) for value in row] for row in ours] == [[type(value) for value in row] for row in theirs]
    assert {row.name for row in ours} <= {*HOSTILE, "Asleep", "Owned by Mara"}


def test_several_statements_give_what_each_gives(office: Office) -> None:
    """As one, in their order, with what JSON has no kinds for; again with other values; nothing where nothing is."""
    customers, parts = stock(office), (of_customers, of_owners)
    together = Together(parts, many="customers")

    def both(session: Session, chosen: list[UUID]) -> tuple[list[list[Any]], list[list[Any]]]:
        values = values_for(chosen)
        return together.rows(session, values), [part.rows(session, values) for part in parts]

    for chosen in (customers, customers[-2:], customers[:1], [new_id()], []):
        ours, each = office.look(lambda session, asked=chosen: both(session, asked))
        assert ours == each
        assert {row.id for row in ours[1]} == set(chosen) & {*customers[:-2], customers[-1]}  # "Asleep" has no owner


@prepared(many="owners")
def of_these_owners() -> sa.Select[Any]:
    """A first statement with a list of its own, whose rows the others are about."""
    return (
        sa.select(CUSTOMERS.c.id, CUSTOMERS.c.name, CUSTOMERS.c.preferences)
        .where(
            CUSTOMERS.c.workspace_id == sa.bindparam("workspace"),
            CUSTOMERS.c.owner_id.in_(sa.bindparam("owners", expanding=True)),
        )
        .order_by(CUSTOMERS.c.name.desc())
        .limit(4)
    )


def test_the_list_may_be_what_the_first_statement_finds(office: Office) -> None:
    """One question instead of two; with the same rows, in the same order; none about none."""
    stock(office)
    parts = (of_customers, of_owners)
    together = Together([of_these_owners, *parts], many="customers", source="id")

    def both(session: Session, owners: list[str]) -> tuple[list[list[Any]], list[list[Any]]]:
        asked = {"workspace": WORKSPACE, "since": SHARP - timedelta(days=9999), "owners": owners}
        first = of_these_owners.rows(session, asked)
        values = values_for([row.id for row in first])
        return together.rows(session, asked), [first, *(part.rows(session, values) for part in parts)]

    for owners, count in ([ANA], 4), ([ANA, MARA], 4), ([MARA], 1), (["U0NOBODY"], 0):
        ours, each = office.look(lambda session, asked=owners: both(session, asked))
        assert ours == each
        assert [len(rows) for rows in ours] == [count] * 3
    assert office.look(lambda session: together.rows(session, {**values_for([]), "owners": []})) == [[], [], []]


def test_a_reader_sees_what_was_kept_meanwhile(office: Office) -> None:
    """A statement by itself begins no transaction; whoever needs one has it on the same connection, as ever."""
    first = office.customer("First", owner=ANA, waited=40)

    def look(session: Session) -> list[list[str]]:
        def names() -> list[str]:
            return [row.name for row in of_these_owners.rows(session, {"workspace": WORKSPACE, "owners": [ANA]})]

        before = names()
        office.customer("Second", owner=ANA, waited=40)
        return [before, names(), [session.exec(select(Customer).where(Customer.id == first)).one().name], names()]

    assert office.look(look) == [["First"], ["Second", "First"], ["First"], ["Second", "First"]]


@pytest.mark.parametrize("count", [0, 1, 2, 10, 11, 100, 101, 250])
def test_a_list_may_have_any_length(office: Office, count: int) -> None:
    """What fills a text up changes nothing."""
    known = [office.customer(f"Customer {number:03}", owner=ANA, waited=40) for number in range(min(count, 12))]
    asked = [*known, *(new_id() for _ in range(count - len(known)))]
    rows = office.look(lambda session: of_owners.rows(session, values_for(asked)))
    assert [row.id for row in rows] == known


def test_other_values_give_other_rows(office: Office) -> None:
    """The text is kept, the values aren't."""
    for person in (ANA, MARA, ANA):
        [row] = office.look(
            lambda session, who=person: of_people.rows(session, {"workspace": WORKSPACE, "person": who})
        )
        assert (row.id, row.is_deactivated) == (person, False)
    assert office.look(lambda session: of_people.rows(session, {"workspace": "T0OTHER", "person": ANA})) == []


def test_a_refusal_is_sqlalchemys_and_tells_no_values(office: Office) -> None:
    """Whoever waits for SQLAlchemy's errors gets them; what was asked for isn't in them."""
    nowhere = sa.table("nowhere", sa.column("id", sa.String))
    broken = Prepared(lambda: sa.select(nowhere.c.id).where(nowhere.c.id == sa.bindparam("secret")))
    with pytest.raises(DBAPIError) as refused:
        office.look(lambda session: broken.rows(session, {"secret": "hush"}))
    assert "nowhere" in str(refused.value)
    assert "hush" not in str(refused.value)
    assert not refused.value.connection_invalidated


def test_a_connection_that_was_cut_isnt_used_again(postgres_url: str, clock: MovableClock) -> None:
    """The reader is told; the next one gets a new connection."""
    office = open_office(Runtime(Database(postgres_url), clock))
    ana = {"workspace": WORKSPACE, "person": ANA}

    def cut_in_between(session: Session) -> None:
        mine = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with office.runtime.database.engine.connect() as other:
            assert other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine}).scalar_one()
        of_people.rows(session, ana)

    with pytest.raises(OperationalError) as told:
        office.look(cut_in_between)
    assert told.value.connection_invalidated
    assert [row.id for row in office.look(lambda session: of_people.rows(session, ana))] == [ANA]
    office.runtime.close()


def test_who_listens_to_executions_hears_of_these_too(office: Office) -> None:
    """Tracing and the tests of query plans see the statement; the rows are the same."""
    customers, heard = stock(office), list[str]()

    def note(*told: Any) -> None:
        heard.append(told[2])

    before = office.look(lambda session: of_customers.rows(session, values_for(customers)))
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        found = office.look(lambda session: of_customers.rows(session, values_for(customers)))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert found == before
    assert sum("FROM customers" in text for text in heard) == 1
