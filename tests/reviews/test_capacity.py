"""Capacity: what cadences ask of people against what they do, counted another way, and over the wire."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.core.errors import NotAllowed
from bot.customers.rules.sharing import group_families
from bot.customers.tables import Customer
from bot.people.tables import Absence
from bot.reviews.queries.capacity import PAGE_ROWS, get_capacity
from bot.reviews.rules.capacity import UNIT, Week, capacity_of, even_cadence, lengthen, load_of
from bot.reviews.schemas.capacity import CapacityPage
from bot.reviews.views import capacity as views
from tests.checkins.test_stories import words
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office, add_customer
from tests.world import World, open_world

TODAY = date(2026, 11, 23)
WEEKDAYS = [TODAY - timedelta(days=ago) for ago in range(1, 57) if (TODAY - timedelta(days=ago)).weekday() < 5]
CADENCES = st.dictionaries(st.integers(1, 365), st.integers(1, 50), min_size=1, max_size=8)


def employ(
    office: Office, owner: str, customers: int, *, a_day: int, days: int = 40, result: Result = Result.TALKED,
    **more: Any,
) -> list[UUID]:  # fmt: skip
    """Customers of somebody, and so many check-ins a day on each of the last working days; the first is far back."""
    prefix = more.pop("prefix", owner)
    now = office.runtime.clock.now()
    with office.runtime.database.transaction(WORKSPACE) as session:
        made = [
            add_customer(session, f"{prefix} {n}", owner=owner, added_on=date(2026, 1, 5), **more).id
            for n in range(customers)
        ]
        happened = [day for day in WEEKDAYS[:days] for _ in range(a_day)]
        happened += [TODAY - timedelta(days=90)] if days == len(WEEKDAYS) and a_day else []
        session.add_all(
            Checkin(
                customer_id=made[place % len(made)], by=owner, result=result, channel=Channel.CALL, happened_on=day,
                recorded_at=now - (TODAY - day),
            )
            for place, day in enumerate(happened)
        )  # fmt: skip
    return made


def talked_in_june(office: Office, customer: UUID) -> None:
    """Ana talked to a customer, and to nobody since."""
    day = date(2026, 6, 1)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(
            Checkin(
                customer_id=customer, by=ANA, result=Result.TALKED, channel=Channel.CALL, happened_on=day,
                recorded_at=office.runtime.clock.now() - (TODAY - day),
            )
        )  # fmt: skip


def ask(office: Office, page: int = 0) -> CapacityPage:
    """What Mara sees."""
    shown: CapacityPage = office.ask(get_capacity, viewer=MARA, page=page)
    return shown


def drawn(page: CapacityPage) -> str:
    """What can be read on the page."""
    return words(list(views.capacity(page).blocks))


def of(page: CapacityPage, person: str) -> Any:
    """Somebody's row."""
    return next(row for row in page.rows if row.person_id == person)


@pytest.mark.both_databases
def test_what_is_asked_and_made_is_counted_another_way(office: Office) -> None:
    """42 customers every 30 days ask for 1.4 contacts a day: 78.4 in eight weeks of 36 Portuguese working days."""
    employ(office, ANA, 42, a_day=1)
    employ(office, ANA, 2, a_day=2, result=Result.TRIED, prefix="tried", cadence_days=60)
    row = of(ask(office), ANA)
    assert (row.customers, row.cadences) == (44, (30, 60))
    assert row.asked == pytest.approx((42 / 30 + 2 / 60) * 56 / 36)
    talks = office.look(lambda session: session.exec(select(Checkin).where(col(Checkin.result) == Result.TALKED)).all())
    assert len([one for one in talks if one.happened_on >= TODAY - timedelta(days=56)]) == 40
    assert row.made == pytest.approx(1)
    assert row.tried == pytest.approx(2)


def test_what_is_possible_is_what_the_arithmetic_says(office: Office) -> None:
    """126 customers every 30 days ask Bob for six a day of his 37 working days; he makes three."""
    employ(office, BOB, 126, a_day=3)
    shown = ask(office)
    row = of(shown, BOB)
    working = 56 * 126 / 30 / row.asked
    assert working == pytest.approx(37)  # without Thanksgiving, Christmas and New Year's Day
    assert row.possible == (ceil(30 * row.asked / 3), ceil(30 * row.asked / 3))
    assert row.surplus == 126 - int(126 * 3 / row.asked)
    assert shown.team.possible == row.possible[0]
    assert shown.team.made == 3
    assert shown.team.asked == pytest.approx(row.asked)


def test_days_away_are_taken_out_on_both_sides(office: Office) -> None:
    """A week away counts for nothing in what was made, and leaves fewer days for what is asked."""
    employ(office, BOB, 30, a_day=1)
    before = of(ask(office), BOB)
    with office.runtime.database.transaction(WORKSPACE) as session:
        for first in (date(2026, 11, 2), date(2026, 12, 7)):
            session.add(Absence(person_id=BOB, first_day=first, last_day=first + timedelta(days=4)))
    row = of(ask(office), BOB)
    assert row.made == before.made == 1
    assert row.asked == pytest.approx(before.asked * 37 / 32)


def test_who_is_away_for_all_the_weeks_is_said_to_be(office: Office) -> None:
    """Nothing can be asked of them; all they have would go to others."""
    employ(office, BOB, 3, a_day=1)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Absence(person_id=BOB, first_day=TODAY, last_day=TODAY + timedelta(days=90)))
    page = ask(office)
    row = of(page, BOB)
    assert (row.asked, row.possible, row.surplus) == (None, None, 3)
    assert "away for the coming eight weeks\nPossible: 3 customers fewer." in drawn(page)
    assert "Possible for everybody: not even once a year." in drawn(page)


def test_too_little_history_is_said(office: Office) -> None:
    """Three weeks of check-ins, or none: nothing is said of what is possible, and they count nowhere."""
    employ(office, ANA, 2, a_day=1, days=15)
    office.customer("Kiri's", owner=KIRI)
    shown = ask(office)
    assert [(row.made, row.possible, row.room) for row in shown.rows] == [(None, None, 0)] * 2
    assert (shown.team.people, shown.team.unknown) == (0, 2)
    assert (
        views.capacity(shown).text
        == "Too little history to tell what the team can do: it takes four weeks of check-ins."
    )
    assert drawn(shown).count("too little history to tell what is possible") == 2


def test_who_made_nothing_for_weeks_has_history(office: Office) -> None:
    """Somebody who stopped two months ago makes none: that isn't too little history."""
    key = office.customer("Acme", owner=ANA)
    talked_in_june(office, key)
    row = of(ask(office), ANA)
    assert (row.made, row.possible, row.surplus) == (0, None, 1)


def test_the_pool_waits_for_somebody_too_and_room_is_named(office: Office) -> None:
    """Customers without an owner are asked of the team; who has room is told how much."""
    employ(office, BOB, 3, a_day=2)
    employ(office, ANA, 9, a_day=1, cadence_days=7)
    office.customer("Nobody's")
    shown = ask(office)
    assert [row.person_id for row in shown.rows] == [ANA, BOB]
    assert (shown.team.customers, shown.team.unowned, shown.team.people) == (13, 1, 2)
    bob = of(shown, BOB)
    assert bob.room == int((2 - bob.asked) * 30 * 37 / 56)
    said = drawn(shown)
    assert f"Room for {bob.room} customers." in said
    assert "1 of them has no owner." in said


def test_only_managers_see_capacity(office: Office) -> None:
    """It tells what colleagues do."""
    with pytest.raises(NotAllowed, match="Only managers can see what cadences ask"):
        office.ask(get_capacity, viewer=ANA)


def test_size_plays_no_part_in_capacity(office: Office) -> None:
    """Values and headcounts the other way round show the same page."""
    employ(office, ANA, 60, a_day=1)
    employ(office, BOB, 10, a_day=2)
    before = ask(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        for place, customer in enumerate(session.exec(select(Customer)).all()):
            customer.annual_value, customer.headcount = Decimal(10) ** (place % 9), 10 ** (place % 7)
    assert ask(office) == before


@given(CADENCES, st.fractions(0, 20))
def test_lengthened_cadences_suffice_and_are_even(cadences: dict[int, int], limit: Fraction) -> None:
    """Or a year is too short; the order of cadences stays, none gets shorter, and doing it again changes nothing."""
    most = int(limit * UNIT)
    longer = lengthen(cadences, most)
    if not longer:
        assert sum(cadences.values()) * load_of(365) > most
        return
    assert sum(count * Fraction(UNIT, longer[cadence]) for cadence, count in cadences.items()) <= most
    assert all(longer[cadence] >= cadence for cadence in cadences)
    assert [longer[cadence] for cadence in sorted(cadences)] == sorted(longer.values())
    again: dict[int, int] = {}
    for cadence, count in cadences.items():
        again[longer[cadence]] = again.get(longer[cadence], 0) + count
    assert lengthen(again, most) == {cadence: cadence for cadence in again}
    free = [(cadence, days) for cadence, days in longer.items() if days < 365]
    factors = [Fraction(days, cadence) for cadence, days in free]
    lowest = [Fraction(days - 1, cadence) for cadence, days in free]
    assert not free or max(lowest) < min(factors)  # one factor gives all of them, but for the rounding


@given(st.integers(1, 500), st.fractions(0, 20))
def test_an_even_cadence_is_the_shortest_that_suffices(customers: int, limit: Fraction) -> None:
    """A day less would be too much; none when a year is too short."""
    days = even_cadence(customers, int(limit * UNIT))
    if days is None:
        assert customers * load_of(365) > int(limit * UNIT)
    else:
        assert customers * Fraction(UNIT, days) <= int(limit * UNIT)
        assert days == 1 or customers * Fraction(UNIT, days - 1) > int(limit * UNIT)


@given(st.lists(st.builds(Week, st.integers(0, 50), st.integers(0, 50), st.integers(0, 7)), max_size=8))
def test_capacity_is_the_median_of_the_weeks_that_had_working_days(weeks: list[Week]) -> None:
    """With fewer than four of them it isn't known."""
    capacity = capacity_of(weeks, working_days=40)
    worked = sorted(Fraction(week.contacts, week.working_days) for week in weeks if week.working_days)
    if len(worked) < 4:
        assert capacity.limit is None
    else:
        assert capacity.made is not None
        assert worked[0] <= capacity.made <= worked[-1]
        assert sum(one <= capacity.made for one in worked) * 2 >= len(worked)
        assert capacity.limit == int(capacity.made * 40 * UNIT / 56)


def test_families_are_found_over_any_depth_and_circle() -> None:
    """Also over a parent that isn't among the customers."""
    families = group_families([1, 2, 3, 4, 5, 6, 7], {1: 9, 2: 1, 3: 2, 4: 9, 5: 6, 6: 7, 7: 6})
    assert [families[key] for key in (1, 2, 3, 4)] == [9] * 4
    assert families[5] == families[6] == families[7] == 6


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def test_a_manager_reads_what_is_asked_of_everybody(world: World) -> None:
    """The sentence, each person, pages; anybody else is refused."""
    mara = world.as_(MARA)
    [none] = (await mara.command("/evenhand capacity")).messages
    assert none.text.startswith("Nobody looks after customers yet.")
    employ(world.office, ANA, 60, a_day=1)
    employ(world.office, BOB, 10, a_day=2)
    [answer] = (await mara.command("/evenhand capacity")).messages
    assert answer.text.startswith("70 customers ask for ")
    assert answer.text.endswith("contacts a working day; the team makes 3.")
    said = words(answer.blocks)
    ana = "*Ana Lima* · 60 customers every 30 days\n3.1 a working day asked · 1 made\nPossible: every 94 days, or"
    assert ana in said
    assert "*Bob Chen* · 10 customers every 30 days\n0.5 a working day asked · 2 made\nRoom for 29 customers." in said
    [odd] = (await mara.command("/evenhand capacity ana")).messages
    assert odd.text.startswith("Just /evenhand capacity;")
    [refused] = (await world.as_(ANA).command("/evenhand capacity")).messages
    assert refused.text.startswith("Only managers can see what cadences ask of everybody; ask")


async def test_many_people_come_in_pages(world: World) -> None:
    """The most strained first, then by name."""
    for number in range(PAGE_ROWS + 1):
        person = world.office.person(f"U0P{number}", f"Person {number}")
        world.office.customer(f"Customer {number}", owner=person)
    mara = world.as_(MARA)
    [answer] = (await mara.command("/evenhand capacity")).messages
    assert "Page 1 of 2" in words(answer.blocks)
    await mara.press(answer, views.NEXT)
    last = await mara.until(lambda me: next((one for one in me.sees() if "Page 2 of 2" in words(one.blocks)), None))
    assert "*Person 8*" in words(last.blocks)
    await mara.press(last, views.PREVIOUS)
    await mara.until(lambda me: next((one for one in me.sees() if "Page 1 of 2" in words(one.blocks)), None))
