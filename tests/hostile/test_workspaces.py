"""Unusual workspaces: one person, five thousand people, people who leave or are renamed, equal names."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from datetime import time as hour_of

import pytest
from sqlmodel import col, select

from bot.checkins.tables import Reminder, ReminderItem
from bot.core.outbox import OutboxMessage
from bot.customers.queries import get_customer
from bot.customers.tables import Customer
from bot.home.usecases import save_preferences
from bot.people.schemas import OwnerLeft, PreferencesInput
from bot.people.tables import Person
from rehearsal.server import Rehearsal
from tests.hostile.screens import (
    close_modals,
    open_home,
    run_command,
    set_up_digest,
    wait_for_message,
    wait_for_modal,
    words,
)
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office
from tests.world import World, open_world

SOLE = "U0SOLE"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Run the bot against the rehearsal, with the office's people."""
    async with open_world(sqlite_url) as opened:
        opened.rehearsal.control.limit_rates(False)
        yield opened


def owner_of(office: Office, customer: object) -> str | None:
    """Return the owner of a customer."""
    row: Customer = office.look(lambda session: get_customer(session, customer))  # type: ignore[arg-type]  # an id
    return row.owner_id


def outbox_messages(office: Office, kind: str) -> list[OutboxMessage]:
    """Return the messages of one kind in the outbox, sent or not."""
    query = select(OutboxMessage).where(OutboxMessage.kind == kind)
    return list(office.look(lambda session: session.exec(query).all()))


async def until(schema: Callable[[], bool]) -> None:
    """Wait until a condition holds in the database."""
    for _ in range(1000):
        if schema():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It was never so.")


def name_of(office: Office, person: str) -> str:
    """Return a person's stored name."""
    return str(office.look(lambda session: session.exec(select(Person.name).where(Person.id == person)).one()))


async def test_one_person_who_is_everything_gets_from_installation_to_the_first_digest(sqlite_url: str) -> None:
    """One admin, manager and owner sets up, imports, logs a check-in and gets the digest."""
    async with open_world(sqlite_url, people=False) as world:
        control = world.rehearsal.control
        control.add_person("sole", id=SOLE, real_name="Sol Alone", tz="Europe/Lisbon", is_admin=True, is_owner=True)
        control.add_channel("general", members=[SOLE])
        await world.run_jobs()
        sole = world.as_(SOLE)
        assert words(await open_home(sole))
        await sole.command("/evenhand setup")
        form = await wait_for_modal(sole, "Setup")
        await sole.fill(form, digests_channel="general")
        assert await sole.submit(form) is None
        await close_modals(sole)
        for name, waited in (("Bakery", 200), ("Golddex", 47)):
            world.office.customer(name, owner=SOLE, waited=waited)
        await world.run_jobs()
        reminder = await wait_for_message(sole, "Bakery and one more customer wait to hear from you.")
        await sole.press(reminder, "checkins.log", index=1)
        assert await sole.submit(await wait_for_modal(sole, "Check-in")) is None
        await world.move(days=3)
        digest = await wait_for_message(sole, "in cadence (50%")
        assert "Bakery" in words(digest)
        assert "Sol Alone" not in words(digest)  # names stand there only in workspaces that want them


async def test_an_owner_who_is_deactivated_leaves_nobody_behind(world: World) -> None:
    """Customers go to the pool, managers are notified once, and the person gets no reminder and covers nobody."""
    bakery = world.office.customer("Bakery", owner=ANA, waited=200)
    shop = world.office.customer("Shop", owner=BOB, waited=200)
    away = {"away_from": date(2026, 11, 23), "away_to": date(2026, 12, 4), "cover_id": ANA}
    world.office.do(
        save_preferences, preferences=PreferencesInput(hour=hour_of(9), working_days="01234", **away), by=BOB
    )
    control = world.rehearsal.control
    await control.change_person(ANA, deleted=True)
    await control.change_person(ANA, deleted=True)
    await until(lambda: owner_of(world.office, bakery) is None)
    await world.rehearsal.control.move(timedelta(hours=7))
    await world.bot.run_job("sync_people")
    assert (owner_of(world.office, bakery), owner_of(world.office, shop)) == (None, BOB)
    assert [notification.recipient for notification in outbox_messages(world.office, OwnerLeft.kind)] == [MARA]
    await world.move(days=1)
    assert not any("to hear from you" in message.text for message in world.as_(MARA).sees())
    reminded = world.office.look(lambda session: session.exec(select(Reminder.person_id)).all())
    assert ANA not in reminded
    message = await wait_for_message(world.as_(MARA), "Ana Lima was deactivated in Slack")
    assert "Bakery" in words(message)
    pool = await run_command(world.as_(MARA), "/customers pool")
    assert pool is not None
    assert "Bakery" in words(pool)


async def test_a_renamed_colleague_is_called_by_the_new_name_everywhere(world: World) -> None:
    """Card, list, digest, /neglected and Home show the new name."""
    world.office.customer("Bakery", owner=ANA, waited=200)
    await set_up_digest(world)
    await world.rehearsal.control.change_person(ANA, real_name="Ana Costa")
    await until(lambda: name_of(world.office, ANA) == "Ana Costa")
    mara = world.as_(MARA)
    for command in ("/customers bakery", "/neglected team", "/customers", "/neglected Ana Costa"):
        message = await run_command(mara, command)
        assert message is not None, command
        assert "Ana Lima" not in words(message), command
        assert command == "/customers" or "Ana Costa" in words(message), command
    await world.move(days=3)
    assert "Bakery* · 203 days (every 30)" in words(await wait_for_message(mara, "in cadence"))
    reminder = await wait_for_message(world.as_(ANA), "to hear from you")
    assert "Ana Lima" not in words(reminder)
    assert "Ana Costa" in words(await open_home(mara))


async def test_two_customers_of_one_name_are_told_apart_everywhere(world: World) -> None:
    """Commands ask which one is meant; an ambiguous row of a list is refused."""
    first = world.office.customer("Acme", owner=ANA, waited=47, domain="acme.com")
    second = world.office.customer("Acme", owner=BOB, waited=2, domain="acme.org")
    mara = world.as_(MARA)
    for command in ("/checkin acme", "/customers acme", "/customers edit acme"):
        message = await run_command(mara, command)
        assert message is not None, command
        for part in ("2 customers", "acme.com", "acme.org") if command == "/checkin acme" else ("Acme",):
            assert part in words(message), command
        assert mara.modal() is None, command
    await mara.command("/customers import")
    form = await wait_for_modal(mara, "Import customers")
    await mara.fill(form, customers_file=("list.csv", b"name,headcount\nAcme,7\nBolt,8\n"))
    assert await mara.submit(form) is None
    preview = await wait_for_modal(mara, "Import customers", "1 would be added")
    assert "Several customers are called" in words(preview) or "refused" in words(preview)
    assert await mara.submit(preview) is None
    await wait_for_modal(mara, "Import customers", "1 added")
    sizes = {row.headcount for row in (_row(world, first), _row(world, second))}
    assert sizes == {None}


def _row(world: World, customer: object) -> Customer:
    row: Customer = world.office.look(lambda session: get_customer(session, customer))  # type: ignore[arg-type]  # an id
    return row


@pytest.mark.slow
async def test_five_thousand_people_are_synced_reminded_and_served(sqlite_url: str) -> None:
    """All are stored, 500 owners in one zone are reminded within the hour, and screens respond at once."""
    async with open_world(sqlite_url) as world:
        _hire(world.rehearsal, 5000)
        world.rehearsal.control.limit_rates(False)
        await world.rehearsal.control.move(timedelta(hours=7))
        await world.bot.run_job("sync_people")
        count = world.office.look(lambda session: len(session.exec(select(Person.id)).all()))
        assert count >= 5000
        _give_each_a_customer(world.office, 500)
        await world.bot.run_job("send_morning_messages")
        told = select(Reminder.person_id).join(ReminderItem, col(ReminderItem.reminder_id) == col(Reminder.id))
        reminded = world.office.look(lambda session: session.exec(told).all())
        assert len(set(reminded)) == 500
        mara = world.as_(MARA)
        assert "500" in words(await open_home(mara))
        card = await run_command(mara, "/customers Shop 0001")
        assert card is not None
        await mara.choose(card, "customers.card_menu", "Hand over")
        form = await wait_for_modal(mara, "Hand over")
        await mara.fill(form, customers_to="U0N04999")
        assert await mara.submit(form) is None
        await wait_for_modal(mara, "Customer", "Owner Person 4999")
        await close_modals(mara)
        await set_up_digest(world)
        listed = await run_command(mara, "/neglected team")
        assert listed is not None
        assert "500" in words(listed)


def _hire(rehearsal: Rehearsal, many: int) -> None:
    for number in range(many):
        rehearsal.control.add_person(
            f"p{number}", id=f"U0N{number:05}", real_name=f"Person {number}", tz="Europe/Lisbon"
        )


def _give_each_a_customer(office: Office, many: int) -> None:
    long_ago = office.runtime.clock.now().date() - timedelta(days=200)
    with office.runtime.database.transaction(WORKSPACE) as session:
        owners = session.exec(select(Person.id).where(col(Person.id).startswith("U0N")).limit(many)).all()
        for number, owner in enumerate(owners):
            session.add(
                Customer(
                    name=f"Shop {number:04}", name_key=f"shop {number:04}", owner_id=owner, added_on=long_ago,
                    effective_cadence_days=30, waiting_since=long_ago, due_on=long_ago + timedelta(days=30),
                    neglected_after=long_ago + timedelta(days=45), changed_at=office.runtime.clock.now(),
                )
            )  # fmt: skip
