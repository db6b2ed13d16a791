"""A problem is told, once, to those who look after others of the customer's family."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.escalations.queries import refresh_relative
from bot.escalations.schemas import RelativeEscalated
from bot.escalations.usecases import withdraw_escalation
from tests.customers.screens import told
from tests.customers.test_families import found
from tests.escalations.helpers import escalate, owed
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def test_the_owners_of_others_in_the_family_are_told_of_a_problem_once(office: Office) -> None:
    """Not who is on it, who owns the customer, who raised it, or the managers, who hear of it anyway."""
    ids = found(office)
    for owner, name in ((BOB, "Bob's Shop"), (BOB, "Bob's Bar"), (KIRI, "Kiri's Shop"), (None, "Nobody's Shop")):
        office.customer(name, owner=owner, waited=3, parent_id=ids["Golddex"])
    problem = escalate(office, ids["Oslo Plant"], by=KIRI)
    news = owed(office, "relative")
    assert [one.recipient for one in news] == [BOB]
    said = RelativeEscalated.model_validate(news[0].body)
    assert (said.name, said.root_name, said.names, said.total) == (
        "Oslo Plant", "Golddex", ("Bob's Bar", "Bob's Shop"), 2,
    )  # fmt: skip
    assert office.ask(refresh_relative, notification=said, to=BOB) == said
    office.do(withdraw_escalation, escalation_id=problem.id, reason="by mistake", by=MARA)
    assert office.ask(refresh_relative, notification=said, to=BOB) is None


def test_lost_relatives_and_strangers_are_no_reason_to_be_told(office: Office) -> None:
    """Their owners have nobody to look after there."""
    ids = found(office)
    shop = office.customer("Bob's Shop", owner=BOB, waited=3, parent_id=ids["Golddex"])
    office.do(set_status, customer_id=shop, status=Status.LOST, reason="closed", by=MARA)
    escalate(office, ids["Oslo Plant"])
    assert owed(office, "relative") == []


async def test_the_news_arrives_in_the_readers_hours(world: World) -> None:
    """With the words of the problem and the way to its card."""
    ids = found(world.office)
    world.office.customer("Bob's Shop", owner=BOB, waited=3, parent_id=ids["Golddex"])
    escalate(world.office, ids["Oslo Plant"], by=ANA, what="the line stands still")
    await world.run_jobs()
    assert not [one for one in world.as_(BOB).dm() if "Oslo Plant" in one.text]
    await world.move_to(world.now + timedelta(hours=8))
    news = await told(world, BOB, "the line stands still")
    assert news.text.startswith("Oslo Plant has a problem")
    assert news.text.endswith("Ana Lima is on it. You look after Bob's Shop in the same family, that of Golddex.")
