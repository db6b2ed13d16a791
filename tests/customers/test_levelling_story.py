"""A story over the wire: three hundred customers come in at once, and no morning asks for more than eight of them."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.customers.rules.due import due_on
from bot.customers.tables import Customer
from bot.people.queries import get_calendar
from tests.customers.screens import answer, shown, told, window
from tests.makers import ANA, MARA
from tests.world import World, open_world

CAP = 8
CADENCE = 90
SPREAD = (
    "Their first check-ins are spread over 13 weeks, at most 8 a day for each owner. "
    "Where more than 8 others are due on one day, some of them come up earlier."
)
EARLY = "to even out busy days"
HEAD = "Company,Owner,Last contact,Cadence"
CALLED = [f"Known {n},Ana Lima,2026-10-05,{CADENCE}" for n in range(100)]
NEW = [f"New {n},Ana Lima,,{CADENCE}" for n in range(200)]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode against the rehearsal, with nobody to look after yet."""
    async with open_world(database_url) as opened:
        yield opened


def customers(world: World) -> list[Customer]:
    """Return Ana's customers."""
    query = select(Customer).where(Customer.owner_id == ANA).order_by(col(Customer.due_on), col(Customer.id))
    return world.office.look(lambda session: list(session.exec(query).all()))


def days(world: World) -> Counter[date]:
    """Return how many customers are due on each day."""
    return Counter(one.due_on for one in customers(world))


async def take_in(world: World) -> None:
    """Mara imports the list, and reads what became of it."""
    mara = world.as_(MARA)
    await mara.command("/customers import")
    form = await window(world, MARA, "Import customers", "A list from HubSpot")
    await mara.fill(form, customers_file=("accounts.csv", "\n".join([HEAD, *CALLED, *NEW]).encode()))
    await mara.submit(form)
    await mara.submit(await window(world, MARA, "Import customers", "300 would be added"))
    assert SPREAD in shown(await window(world, MARA, "Import customers", "is in."))


async def switch(world: World, choice: str) -> None:
    """Mara chooses in the setup what becomes of days that hold too many."""
    mara = world.as_(MARA)
    await mara.command("/evenhand setup")
    form = await window(world, MARA, "Setup", "Days that hold more")
    await mara.fill(form, digests_levels=choice)
    await mara.submit(form)
    await window(world, MARA, "Setup", "Saved.")
    await mara.close(await window(world, MARA, "Setup", "Saved."))


@pytest.mark.slow
async def test_three_hundred_at_once_are_never_more_than_eight_a_day(world: World) -> None:
    """A hundred were talked to on one day, two hundred never: each has a day, within its cadence, and says why."""
    await take_in(world)
    assert max(days(world).values()) > 100
    await world.run_jobs()
    assert SPREAD in shown(await told(world, MARA, "300 added"))
    assert max(days(world).values()) <= CAP
    calendar = world.office.look(lambda session: get_calendar(session, ANA))
    for one in customers(world):
        assert date(2026, 11, 24) <= one.due_on <= due_on(one.waiting_since, CADENCE, calendar)
    early = next(one for one in customers(world) if one.days_early > 1)
    card = await answer(world, ANA, f"/customers {early.name}", EARLY)
    assert f"{early.days_early} days early {EARLY}" in shown(card)

    await world.move_to(datetime(2026, 11, 24, 12, tzinfo=world.now.tzinfo))
    tomorrow = sum(count for day, count in days(world).items() if day <= date(2026, 11, 24))
    assert 0 < tomorrow <= CAP
    await told(world, ANA, "New ")


@pytest.mark.slow
async def test_a_manager_switches_it_off_and_on_again(world: World) -> None:
    """Off, all are due on the day of their cadence; on, days are level within a minute."""
    await take_in(world)
    await world.run_jobs()
    level = days(world)
    await switch(world, "leave")
    await world.run_jobs()
    assert max(days(world).values()) > 100
    last = customers(world)[-1]
    assert EARLY not in shown(await answer(world, ANA, f"/customers {last.name}", last.name))
    await switch(world, "even")
    await world.run_jobs()
    assert days(world) == level


@pytest.mark.slow
async def test_dates_stay_while_time_passes(world: World) -> None:
    """Two weeks on, nothing was moved again."""
    await take_in(world)
    await world.run_jobs()
    before = {one.id: one.due_on for one in customers(world)}
    await world.move_to(world.now + timedelta(days=14))
    assert {one.id: one.due_on for one in customers(world)} == before
