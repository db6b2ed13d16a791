"""Revenue and headcount change no date, order or owner."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot.checkins.queries.queue import get_queue
from bot.checkins.queries.reminders import list_due_reminders
from bot.checkins.schemas import ReminderDue
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.outbox import OutboxMessage
from bot.core.runtime import Runtime
from bot.customers.queries.screens import list_page
from bot.customers.tables import Customer
from bot.customers.usecases.lists import apply_import
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.digests.queries import compose_neglected, get_slot, list_neglected_lines
from bot.digests.queries.lists import get_list
from bot.digests.rules import Whose
from bot.digests.tables import Digest
from bot.home.queries import get_home
from tests.customers.lists import read
from tests.makers import ANA, BOB, KIRI, MARA
from tests.properties.histories import PEOPLE, History, begin, library

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 23)
DAYS = 75
HEADINGS = ("name", "owner", "annual value", "currency", "headcount", "last contact", "cadence", "added on")

sizes = st.tuples(st.none() | st.integers(0, 10**12), st.none() | st.integers(0, 3_000_000))
rows = st.tuples(
    st.sampled_from(["", ANA, BOB, KIRI]),
    st.none() | st.integers(0, DAYS),  # days since the last contact
    st.sampled_from([None, None, 7, 14, 60]),  # a cadence of its own
    st.integers(0, DAYS),  # days since it was added
    sizes,
)


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    """Return a runtime with one database for all examples."""
    with library() as made:
        yield made


def as_list(lines: list[tuple[Any, ...]], given_sizes: list[tuple[int | None, int | None]]) -> str:
    """Return a CSV list of these customers, with the size at their place in *given_sizes*."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for number, ((owner, waited, cadence, age, _), (value, heads)) in enumerate(zip(lines, given_sizes, strict=True)):
        contact = "" if waited is None else (MONDAY - timedelta(days=waited)).isoformat()
        added = (MONDAY - timedelta(days=age)).isoformat()
        money = "" if value is None else value
        writer.writerow([f"Shop {number:02}", owner, money, "EUR", heads or "", contact, cadence or "", added])
    return out.getvalue()


def opened(runtime: Runtime, text: str) -> History:
    """Create a workspace and import the list."""
    history = begin(runtime)
    done = history.do(apply_import, drafts=read(text), by=MARA)
    assert done.plan.refused == 0, done.plan.refusals
    return history


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(rows, min_size=2, max_size=20), data=st.data())
def test_first_dates_are_the_same_whatever_the_sizes(runtime: Runtime, lines: list[Any], data: st.DataObject) -> None:
    """Permuting revenues and headcounts changes no date."""
    given_sizes = [line[4] for line in lines]
    dealt = data.draw(st.permutations(given_sizes))
    first, second = opened(runtime, as_list(lines, given_sizes)), opened(runtime, as_list(lines, dealt))
    assert [clock(customer) for customer in first.customers()] == [clock(customer) for customer in second.customers()]


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(rows, min_size=2, max_size=20), later=st.integers(0, 90), data=st.data())
def test_no_screen_changes_when_sizes_are_dealt_out_anew(
    runtime: Runtime, lines: list[Any], later: int, data: st.DataObject
) -> None:
    """All screens and messages show the same customers in the same order."""
    given_sizes = [line[4] for line in lines]
    history = opened(runtime, as_list(lines, given_sizes))
    history.now += timedelta(days=later, hours=5)
    before = screens(history)
    deal(history, data.draw(st.permutations(given_sizes)))
    history.do(reschedule_workspace)
    assert screens(history) == before


def clock(customer: Customer) -> tuple[Any, ...]:
    """Return a customer's stored dates and owner."""
    return (
        customer.name, customer.owner_id, customer.effective_cadence_days, customer.waiting_since,
        customer.first_due_on, customer.due_on, customer.neglected_after,
    )  # fmt: skip


def deal(history: History, dealt: list[tuple[int | None, int | None]]) -> None:
    """Permute the customers' sizes directly in the database."""
    with history.runtime.database.transaction(history.workspace) as session:
        for customer, (value, heads) in zip(history.customers(), dealt, strict=True):
            mine = sa.and_(col(Customer.workspace_id) == history.workspace, col(Customer.id) == customer.id)
            session.execute(sa.update(Customer).where(mine).values(annual_value=value, headcount=heads))


def screens(history: History) -> dict[str, Any]:
    """Return the names of customers on every screen, in order, without storing anything."""
    shown: dict[str, Any] = {"clocks": [clock(customer) for customer in history.customers()]}
    features = history.runtime.features
    for person in PEOPLE:
        queue = history.ask(get_queue, viewer=person, features=features)
        shown[f"queue of {person}"] = [row.customer.name for row in queue.rows]
        home = history.ask(get_home, person_id=person, features=features)
        shown[f"Home of {person}"] = [
            schema.name for schema in (*home.waiting, *home.coming, *home.snoozed, *home.pool)
        ]
    for whose in (Whose.TEAM, Whose.POOL, ANA):
        listed = history.ask(get_list, whose=whose, page=0, viewer=MARA, features=features)
        shown[f"list of {whose}"] = [row.name for row in listed.rows]
    shown["thread"] = history.look(
        lambda session: list_neglected_lines(session, today=history.now.date(), names_owners=True)
    )
    shown["all"] = [schema.name for schema in history.ask(list_page, viewer=MARA).rows]
    shown["messages"] = messages(history)
    return shown


def messages(history: History) -> list[Any]:
    """Return the names of customers in the reminders and the digest that would be sent now, in order."""
    found: list[Any] = []
    with suppress(_DiscardedError), history.runtime.database.transaction(history.workspace) as session:
        found = [*_reminders(session, history), _digest(session, history)]
        raise _DiscardedError
    return found


def _reminders(session: Session, history: History) -> list[Any]:
    people = [one.person_id for one in list_due_reminders(session, features=history.runtime.features, now=history.now)]
    enqueue_reminders(session, person_ids=people, features=history.runtime.features, now=history.now)
    query = select(OutboxMessage).where(OutboxMessage.kind == ReminderDue.kind).order_by(col(OutboxMessage.key))
    return [
        (notification.recipient, [row["customer"]["name"] for row in notification.body["rows"]])
        for notification in session.exec(query).all()
    ]


def _digest(session: Session, history: History) -> Any:
    digest = Digest(channel_id="C1", days="01234", zone="UTC", made_by=MARA, next_slot=history.now)
    slot = get_slot(session, digest=digest, now=history.now, is_test=True)
    schema = compose_neglected(session, slot, history.now, features=history.runtime.features)
    return [row.name for row in schema.rows], schema.neglected, schema.in_cadence


class _DiscardedError(Exception):
    """Rolls the transaction back."""
