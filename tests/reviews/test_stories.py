"""`/evenhand proof` over the wire: what a manager reads, presses and opens."""

from collections.abc import AsyncIterator

import pytest

from bot.reviews import listeners
from tests.checkins.test_stories import window, words
from tests.makers import ANA, MARA
from tests.reviews.test_queries import build
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def test_a_manager_asks_for_the_proof_and_sees_who_waited(world: World) -> None:
    """The sentence, the list behind a figure, a customer's card, and back."""
    build(world.office)
    mara = world.as_(MARA)
    [answer] = (await mara.command("/evenhand proof")).messages
    said = answer.text
    assert said.startswith("Small customers waited 3.")
    sure = "Shuffling the sizes gives such a gap less than once in 100: large customers are favoured."
    assert sure in words(answer.blocks)
    assert "*Smallest fifth* (1,000–12,000 EUR) · 12 customers" in words(answer.blocks)
    await mara.press(answer, "reviews.who")
    listed = await mara.until(lambda me: next((one for one in me.sees() if "Smallest fifth: 12" in one.text), None))
    assert words(listed.blocks).count("longest wait 60 days") == 8
    await mara.press(listed, "reviews.next")
    listed = await mara.until(lambda me: next((one for one in me.sees() if "Page 2 of 2" in words(one.blocks)), None))
    await mara.press(listed, "customers.card")
    await window(mara, "Customer")
    await mara.close(mara.modal())
    await mara.press(listed, "reviews.proof")
    again = await mara.until(lambda me: next((one for one in me.sees() if one.text == said), None))
    await mara.press(again, "reviews.period.30")
    await mara.until(lambda me: next((one for one in me.sees() if "the 30 days before" in one.text), None))


async def test_what_is_asked_wrongly_gets_one_sentence(world: World) -> None:
    """No manager, no customers, no such period; the help names the command."""
    mara, ana = world.as_(MARA), world.as_(ANA)
    [none] = (await mara.command("/evenhand proof")).messages
    assert none.text.startswith("There are no customers to compare yet.")
    [odd] = (await mara.command("/evenhand proof 7")).messages
    assert odd.text == (
        "Say over how many days and by what: /evenhand proof 30, 90 or 365 by size, owner, tag, country or age."
    )
    [refused] = (await ana.command("/evenhand proof")).messages
    assert refused.text.startswith("Only managers can see whether small and large customers get the same care; ask")
    world.office.customer("Acme")
    [few] = (await mara.command("/evenhand proof 365 days")).messages
    assert few.text.startswith("Too few to tell")
    [told] = (await mara.command("/evenhand help")).messages
    assert "*/evenhand proof*" in words(told.blocks)


async def test_a_long_proof_says_that_it_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the figures take seconds, there is an answer at once, and then the proof."""
    monkeypatch.setattr(listeners, "PATIENCE_SECONDS", 0)
    build(world.office, 20)
    mara = world.as_(MARA)
    await mara.command("/evenhand proof")
    await mara.until(lambda me: any(one.text.startswith("The figures are on their way") for one in me.sees()))
    await mara.until(lambda me: any(one.text.startswith("Too few to tell whether small") for one in me.sees()))
    await mara.command("/evenhand review quarter")
    await mara.until(lambda me: any("*Went well*" in words(one.blocks) for one in me.sees()))
