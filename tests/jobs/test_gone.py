"""What is for people who left goes to the managers, each of whom gets it once."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.core.schemas import Notification
from bot.people.queries import get_person
from bot.people.rules import Role
from bot.people.schemas import CoverAsked, OwnerLeft, PassedOn
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World, open_world

COVER = CoverAsked(owner="R&D <Bob>", first_day=date(2026, 11, 30), last_day=date(2026, 12, 4))


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """Run the bot, with Mara as the manager."""
    async with open_world(database_url) as running:
        yield running


def leave(world: World, *people: str) -> None:
    """Deactivate people in Slack, without telling the bot."""
    for person in people:
        world.rehearsal.workspace.person(person).deleted = True


def enqueue(world: World, notification: Notification, *people: str) -> None:
    """Store one notification to each of *people*."""
    new = [outbox.NewNotification(notification, person, f"test:{person}") for person in people]
    world.office.do(outbox.enqueue_all, notifications=new)


def rows(world: World, kind: type[Notification]) -> Sequence[OutboxMessage]:
    """Return what is stored of a kind, the oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.kind == kind.kind).order_by(col(OutboxMessage.id))
    return world.office.look(lambda session: session.exec(query).all())


def promote(session: Session, *, now: object) -> None:
    """Make Ana and Bob managers."""
    assert now
    for person_id in (ANA, BOB):
        get_person(session, person_id).role = Role.MANAGER


@pytest.mark.both_databases
async def test_a_message_to_somebody_who_left_goes_to_the_manager(world: World) -> None:
    """It says whom it was for and what it said, once, and as it was written."""
    leave(world, ANA)
    enqueue(world, COVER, ANA)
    for _ in range(3):
        await world.run_jobs()
    [told] = world.as_(MARA).dm()
    assert told.text.startswith("For Ana Lima, who has left Slack: R&amp;D &lt;Bob&gt; is away from ")
    assert "asked you to cover" in told.text
    assert [row.state for row in rows(world, CoverAsked)] == [DeliveryState.DEAD]


async def test_who_was_told_the_same_isnt_told_again(world: World) -> None:
    """Of two managers who were told the same, one left: the other has it already, the third doesn't."""
    world.office.do(promote)
    leave(world, ANA)
    enqueue(world, OwnerLeft(owner="Kiri", customers=3), MARA, ANA)
    await world.run_jobs()
    assert [row.recipient for row in rows(world, PassedOn)] == [BOB]


async def test_what_was_passed_on_in_vain_is_not_passed_on_again(world: World) -> None:
    """When the only manager left, too, nothing goes around in circles."""
    leave(world, ANA, MARA)
    enqueue(world, COVER, ANA)
    await world.run_jobs()
    assert [(row.recipient, row.state) for row in rows(world, PassedOn)] == [(MARA, DeliveryState.DEAD)]


async def test_other_refusals_are_not_passed_on(world: World) -> None:
    """Slack refuses the message and not the person: that is no news for managers."""
    enqueue(world, COVER, KIRI)
    world.rehearsal.control.faults.next("chat.postMessage", error="msg_too_long")
    await world.move(hours=12)
    assert [row.state for row in rows(world, CoverAsked)] == [DeliveryState.DEAD]
    assert rows(world, PassedOn) == []
