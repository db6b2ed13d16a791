"""Briefs are asked as one statement; their rows travel as JSON and come back with Python's types, on both databases."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from bot.core.briefs import Brief, ask, ask_with_rows, first_few, in_workspace, telling_first_few
from bot.core.clock import MovableClock, new_id
from bot.core.schemas import Line
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.tables import Contact, Customer
from tests.makers import ANA, MARA, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

CUSTOMERS = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
CONTACTS = cast("sa.Table", Contact.__table__)  # type: ignore[attr-defined]  # as above
HOSTILE = (
    'Zoë "quoted" \\ back',
    "line\nbreak\tand tab",
    "שלום <!channel>",
    "🦊\u2028\x7f",
    "'; DROP TABLE customers; --",
)
SHARP = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # no fraction of a second, which drivers write in another way
NAMES = ("id", "name", "status", "effective_cadence_days", "due_on", "snoozed_until", "snooze_reason", "changed_at")


class Heard:
    """A brief that keeps the rows it is told, as `{customer: row}`."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Any] = {}
        self.brief = Brief(self.select, self.tell, values=lambda now: {"heard_since": now - timedelta(days=9999)})

    def select(self, customers: Any) -> sa.Select[Any]:
        """Ids, words, choices, numbers, days, moments and nothing; and something computed."""
        weeks = (sa.cast(CUSTOMERS.c.effective_cadence_days, sa.Float) / 7).label("weeks")
        since = CUSTOMERS.c.changed_at >= sa.bindparam("heard_since", type_=CUSTOMERS.c.changed_at.type)
        columns = (CUSTOMERS.c[name] for name in NAMES)
        return sa.select(*columns, weeks).where(in_workspace(CUSTOMERS), CUSTOMERS.c.id.in_(customers), since)

    def tell(self, rows: Sequence[Any], _now: datetime) -> Mapping[UUID, Sequence[Line]]:
        """A line with the name of each."""
        self.rows = {row.id: row for row in rows}
        return {row.id: [Line(text=row.name)] for row in rows}


def _plain(session: Session, ids: Sequence[UUID], _now: datetime) -> Mapping[UUID, Sequence[Line]]:
    assert session
    return {each: [Line(text="plain")] for each in ids}


def _stock(office: Office) -> list[UUID]:
    made = [office.customer(name, owner=ANA, waited=40) for name in HOSTILE]
    asleep = {"snoozed_until": SHARP.date() + timedelta(days=9), "snooze_reason": SnoozeReason.CUSTOMER_ASKED}
    made.append(office.customer("Asleep", owner=ANA, **asleep, changed_at=SHARP))
    return [*made, office.customer("Sharper", owner=MARA, changed_at=SHARP + timedelta(microseconds=7))]


def test_rows_have_the_types_and_values_that_sqlalchemy_gives(office: Office, clock: MovableClock) -> None:
    """Whatever people write, and moments with and without a fraction of a second."""
    ids, heard = _stock(office), Heard()
    statement = heard.select(ids).params(workspace=WORKSPACE, heard_since=SHARP - timedelta(days=9999))
    [lines], theirs = office.look(
        lambda session: (ask([heard.brief], session, ids, clock.now()), session.execute(statement).all())
    )
    assert {row.id: tuple(row) for row in theirs} == {key: tuple(row) for key, row in heard.rows.items()}
    assert {line.text for [line] in lines.values()} == {*HOSTILE, "Asleep", "Sharper"}
    asleep = next(row for row in heard.rows.values() if row.name == "Asleep")
    assert (asleep.status, asleep.snooze_reason) == (Status.ACTIVE, SnoozeReason.CUSTOMER_ASKED)
    assert (type(asleep.due_on), asleep.changed_at.tzinfo, asleep.snoozed_until) == (date, UTC, date(2026, 12, 5))


@pytest.mark.parametrize("count", [0, 1, 2, 11])
def test_briefs_are_one_statement_for_any_number_of_customers(office: Office, clock: MovableClock, count: int) -> None:
    """Plain functions among them are asked by themselves, in their place."""
    ids = [*(office.customer(f"C{number:02}", owner=ANA) for number in range(count)), *([new_id()] if count else [])]
    one, other, heard = Heard(), Heard(), list[str]()
    engine = office.runtime.database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
    found = office.look(lambda session: ask([one.brief, _plain, other.brief], session, ids, clock.now()))
    assert [len(lines) for lines in found] == [count, len(ids), count]
    assert sum("FROM customers" in statement for statement in heard) == (1 if count else 0)


def test_no_brief_tells_of_another_workspace(office: Office, clock: MovableClock) -> None:
    """The ids alone open nothing."""
    ids = _stock(office)
    with office.runtime.database.reading("T0OTHER") as session:
        assert ask([Heard().brief], session, ids, clock.now()) == [{}]


def _page(size: int) -> sa.Select[Any]:
    place = sa.func.row_number().over(order_by=CUSTOMERS.c.name.desc()).label("place")
    theirs = CUSTOMERS.c.owner_id == sa.bindparam("owner")
    page = sa.select(CUSTOMERS.c.id, CUSTOMERS.c.name, place).where(in_workspace(CUSTOMERS), theirs)
    return page.order_by(place).limit(size)


def test_a_page_comes_in_its_order_with_the_briefs_about_its_rows(office: Office, clock: MovableClock) -> None:
    """And about no others; nothing is told when there are no rows."""
    _stock(office)
    heard = Heard()
    for owner, count in ((ANA, 4), (MARA, 1), ("U0NOBODY", 0)):
        rows, told = office.look(
            lambda session, who=owner: ask_with_rows(
                [heard.brief, _plain], session, _page(4), {"owner": who}, clock.now()
            )
        )
        names = [row.name for row in rows]
        assert (len(names), names) == (count, sorted(names, reverse=True))
        assert told == ([{row.id: [Line(text=row.name)] for row in rows},
                         {row.id: [Line(text="plain")] for row in rows}] if rows else [])  # fmt: skip


def test_each_customer_has_its_first_few_in_order_and_a_line_for_the_rest(office: Office, clock: MovableClock) -> None:
    """Whatever order the database aggregates them in."""
    acme, birch = office.customer("Acme"), office.customer("Birch")
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add_all(Contact(customer_id=acme, name=name) for name in ("c", "a", "d", "b"))
        session.add(Contact(customer_id=birch, name="z"))

    def select(customers: Any) -> sa.Select[Any]:
        order = [CONTACTS.c.name]
        return sa.select(first_few(CONTACTS, customers, ("customer_id", "name"), order=order, shown=2))

    brief = Brief(
        select, telling_first_few(lambda row, _now: Line(text=row.name), shown=2, more=lambda count: f"{count} more")
    )
    found = office.look(lambda session: brief(session, [acme, birch], clock.now()))
    assert {key: [line.text for line in lines] for key, lines in found.items()} == {
        acme: ["a", "b", "2 more"], birch: ["z"],
    }  # fmt: skip
