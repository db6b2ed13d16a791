"""The tally says what the customers say, whatever changes them; lists that it bounds are the whole list's beginning."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot.core.database import Database
from bot.core.row_security import EVERY, SETTING
from bot.customers.queries import list_all, list_awake, list_matching, list_neglected, list_pool, list_waiting
from bot.customers.queries.coverage import (
    RECOUNT,
    count_coverage,
    count_customers,
    count_pool,
    find_next_due,
    get_coverage,
    list_tally_problems,
)
from bot.customers.queries.due import CUSTOMERS, is_active, standing_of
from bot.customers.queries.overdue import MOST_PARTS
from bot.customers.rules.due import Standing
from bot.customers.tables import TALLY, TALLY_TRIGGERS, Customer, tally_key
from bot.customers.usecases.tallying import fold_tally, recount_tally
from tests.customers.test_standing import DAY, TODAY, days, replace_customers, rows, stored
from tests.makers import ANA, BOB, WORKSPACE, Office
from tests.triggers import list_triggers, require_described

pytestmark = pytest.mark.both_databases

anybody = st.sampled_from([ANA, BOB, None])
whole_rows = st.builds(
    lambda row, owner, contact: row | {"owner_id": owner, "last_contact_on": contact}, rows, anybody, st.none() | days
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "owner_id": anybody,
    "due_on": days,
    "neglected_after": days,
    "waiting_since": days,
    "last_contact_on": st.none() | days,
    "effective_cadence_days": st.integers(1, 9),
    "status": st.sampled_from(["active", "paused", "lost"]),
    "name": st.sampled_from(["One", "Other"]),
}
values = st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), VALUES[name]))
changes = st.one_of(
    st.tuples(st.just("add"), st.lists(whole_rows, min_size=1, max_size=4)),
    st.tuples(st.just("change one"), st.tuples(st.integers(0, 9), values)),
    st.tuples(st.just("change all"), values),
    st.tuples(st.just("snooze"), st.tuples(st.integers(0, 9), days, st.sampled_from(["customer_asked", "deferred"]))),
    st.tuples(st.just("wake all"), st.none()),
    st.tuples(st.just("remove"), st.integers(0, 9)),
    st.tuples(st.just("fold"), st.none()),
)


def change(session: Session, what: str, how: Any) -> None:
    """Change the customers as use cases do: row by row, or all at once."""
    ours = CUSTOMERS.c.workspace_id == WORKSPACE
    ids = session.execute(sa.select(CUSTOMERS.c.id).where(ours).order_by(CUSTOMERS.c.id)).scalars().all()
    every = sa.update(CUSTOMERS).where(ours)
    if what == "add":
        session.add_all(stored(number, row) for number, row in enumerate(how))
        session.flush()
    elif what == "change all":
        session.execute(every.values(dict([how])))
    elif what == "wake all":
        session.execute(every.values(snoozed_until=None, snooze_reason=None))
    elif what == "fold":
        fold_tally(session)
    elif ids and what == "remove":
        session.execute(sa.delete(CUSTOMERS).where(CUSTOMERS.c.id == ids[how % len(ids)]))
    elif ids:
        fields = dict([how[1]]) if what == "change one" else {"snoozed_until": how[1], "snooze_reason": how[2]}
        session.execute(every.where(CUSTOMERS.c.id == ids[how[0] % len(ids)]).values(fields))
    session.expire_all()


@contextmanager
def thrown_away(database: Database) -> Iterator[Session]:
    """Yield a session whose changes are rolled back; row-level security lets it add rows of other workspaces."""
    with database.transaction(WORKSPACE) as session:
        if database.dialect == "postgresql":
            session.execute(sa.select(sa.func.set_config(SETTING, EVERY, True)))
        yield session
        session.rollback()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(changes, max_size=12))
def test_the_tally_follows_every_change(office: Office, database: Database, history: list[tuple[str, Any]]) -> None:
    """After each step it equals a count of the customers; folded, there is one row for each key and none of 0."""
    with thrown_away(database) as session:
        for what, how in history:
            change(session, what, how)
            assert list_tally_problems(session) == []
        assert count_customers(session)[0] == len(session.exec(select(Customer.id)).all())
        fold_tally(session)
        told = session.execute(sa.select(TALLY)).all()
        assert all(row.number > 0 for row in told)
        assert len({tuple(row[:-1]) for row in told}) == len(told)
        assert list_tally_problems(session) == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(whole_rows, max_size=14), today=days, limit=st.integers(1, 5), offset=st.integers(0, 6))
def test_pages_are_cut_from_the_whole_list(
    office: Office, database: Database, found: list[dict[str, Any]], today: date, limit: int, offset: int
) -> None:
    """Each page, however it is read, is what a sort of all of them has in that place."""
    with thrown_away(database) as session:
        replace_customers(session, found)
        page = slice(offset, offset + limit)
        neglected, pool = list_neglected(session, today=today), list_pool(session, today=today)
        assert list_neglected(session, today=today, limit=limit, offset=offset) == neglected[page]
        coverage, counts = count_coverage(session, today=today)
        assert coverage == get_coverage(session, today=today)
        assert list_neglected(session, today=today, limit=limit, offset=offset, counts=counts) == neglected[page]
        assert list_pool(session, today=today, limit=limit, offset=offset) == pool[page]
        assert count_pool(session) == len(pool)
        everybody, total = list_matching(session, sa.true(), today, limit=99, offset=0)
        assert total == len(everybody)
        assert list_all(session, today=today, limit=limit, offset=offset) == everybody[page]
        up = sa.and_(is_active(), ~asleep(today))
        assert list_awake(session, today=today, limit=1) == list_matching(session, up, today, limit=1, offset=0)[0]
        for owners in ([ANA], [ANA, BOB]):
            whole = list_waiting(session, owner_ids=owners, today=today)
            assert list_waiting(session, owner_ids=owners, today=today, limit=limit) == whole[:limit]
            ahead = [one for one in everybody if one.owner_id in owners and stands_ahead(one, today)]
            first = min((one.due_on for one in ahead), default=None)
            assert find_next_due(session, owner_ids=owners, today=today) == first
        dues = [one.due_on for one in everybody if stands_ahead(one, today)]
        assert find_next_due(session, owner_ids=None, today=today) == min(dues, default=None)


def asleep(today: date) -> sa.ColumnElement[bool]:
    """The condition of snoozed customers."""
    until = CUSTOMERS.c.snoozed_until
    asked = sa.type_coerce(CUSTOMERS.c.snooze_reason, sa.String) == "customer_asked"
    awaited = sa.or_(asked, CUSTOMERS.c.neglected_after >= today)
    return sa.func.coalesce(sa.and_(until > today, awaited), sa.false())


def stands_ahead(customer: Customer, today: date) -> bool:
    """Whether the rules say that it neither waits nor sleeps."""
    return customer.status == "active" and standing_of(customer, today) is Standing.IN_CADENCE


def test_more_cadences_than_parts_are_sorted_as_a_whole(office: Office, database: Database) -> None:
    """The page is the same beginning of the list."""
    row = {"due_on": TODAY, "neglected_after": TODAY, "waiting_since": TODAY - 9 * DAY, "snooze": None}
    many = [row | {"status": "active", "effective_cadence_days": number} for number in range(1, MOST_PARTS + 9)]
    with thrown_away(database) as session:
        replace_customers(session, many)
        whole = list_waiting(session, owner_ids=[ANA], today=TODAY)
        assert len(whole) == len(many)
        assert list_waiting(session, owner_ids=[ANA], today=TODAY, limit=5) == whole[:5]
        assert list_waiting(session, owner_ids=[BOB], today=TODAY, limit=5) == []


def test_a_wrong_tally_is_found_and_counted_anew(office: Office, database: Database) -> None:
    """One sentence says what to do; counting anew mends it, and leaves other workspaces' rows alone."""
    office.customer("Acme", owner=ANA, waited=40)
    with thrown_away(database) as session:
        assert list_tally_problems(session) == []
        theirs = {name: "T0OTHER" if name == "workspace_id" else None for name in tally_key("")}
        session.execute(sa.insert(TALLY).values(theirs | {"status": "active", "number": 7}))
        session.execute(sa.update(TALLY).where(TALLY.c.workspace_id == WORKSPACE).values(number=3))
        assert get_coverage(session, today=TODAY).active == 3
        assert list_tally_problems(session) == [
            f"The counts on Home and in the digest don't follow from the customers; {RECOUNT}"
        ]
        recount_tally(session, now=office.runtime.clock.now())
        assert list_tally_problems(session) == []
        assert get_coverage(session, today=TODAY).active == 1
        others = sa.select(TALLY.c.number).where(TALLY.c.workspace_id == "T0OTHER")
        assert session.execute(others).scalars().all() == [7]


def test_whoever_leaves_no_customer_leaves_no_row(office: Office, database: Database) -> None:
    """Once folded, the tally knows nothing of former owners."""
    customer = office.customer("Acme", owner=ANA, waited=40)
    with thrown_away(database) as session:
        session.execute(sa.update(Customer).where(col(Customer.id) == customer).values(owner_id=None))
        fold_tally(session)
        assert session.execute(sa.select(TALLY.c.owner_id, TALLY.c.number)).all() == [(None, 1)]


def test_migrations_make_the_triggers_that_the_code_describes(database: Database, tmp_path: Path) -> None:
    """One that a migration lost, such as by making the table of customers anew, fails here."""
    require_described(database, tmp_path, triggers, len(TALLY_TRIGGERS[database.dialect]))


def triggers(connection: sa.Connection) -> Sequence[str]:
    """The definitions of the triggers, and of the functions that they call."""
    return list_triggers(connection, names="customer_tally%", functions="customer_tally%")
