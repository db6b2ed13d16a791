"""`/coffee`, and where a customer's coffee is shown."""

from datetime import timedelta

import pytest

from bot.coffee.rules import parse_coffee
from bot.core.errors import InvalidInput
from tests.makers import ANA, MARA
from tests.world import World


@pytest.mark.parametrize("text", ["", "Acme", "Acme:", ": flat white", f"Acme: {'x' * 81}"])
def test_what_cant_be_read_is_refused(text: str) -> None:
    """The customer and the drink are both needed, and a drink has an end."""
    with pytest.raises(InvalidInput):
        parse_coffee(text)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_coffee_is_noted_and_shown_wherever_the_customer_is(world: World) -> None:
    """The command answers; the queue and the digest show what the feature contributes."""
    world.office.customer("Acme", owner=ANA, waited=92)
    ana, mara = world.as_(ANA), world.as_(MARA)

    [answer] = (await ana.command("/coffee Acme: oat flat white")).messages
    assert answer.text == "*Acme* takes oat flat white."
    [refusal] = (await ana.command("/coffee Acme")).messages
    assert refusal.text.startswith("Write the customer, a colon and the drink")

    [queue] = (await ana.command("/checkin")).messages
    assert "takes oat flat white" in str(queue.blocks)

    await mara.command("/evenhand setup")
    setup = await mara.modal_opened("Setup")
    await mara.fill(setup, digests_channel="accounts")
    assert await mara.submit(setup) is None
    await world.rehearsal.control.move(timedelta(days=3))
    await world.run_jobs()
    [digest] = [message for message in mara.sees("accounts") if not message.is_reply]
    assert "coffees known: 1" in str(digest.blocks)
