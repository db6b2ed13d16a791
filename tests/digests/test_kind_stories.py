"""Further digests as people meet them, over the wire: set up beside the first one, posted, led back to."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from bot.people.rules import Role
from rehearsal.state.views import View
from tests.digests.digest_office import make, tally_feature
from tests.digests.test_stories import form_of, main, pass_days, words
from tests.followups.helpers import assign
from tests.makers import ANA, MARA
from tests.world import World, open_world

ARRANGE = "digests.arrange"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def form_on_top(world: World, title: str = "Digest") -> View:
    """The form that lies over the setup."""
    return await world.as_(MARA).modal_opened(title)


async def test_a_manager_has_what_we_owe_posted_beside_the_first_digest(world: World) -> None:
    """From one line in the setup to the channel and back to its settings; what was typed meanwhile stays."""
    mara = world.as_(MARA)
    acme = world.office.customer("Acme <&Co>", waited=3, owner=ANA)
    assign(world.office, acme, due_on=date(2026, 11, 24), what="send the price list")
    setup = await form_of(world)
    await mara.fill(setup, digests_cadence="21")
    assert "late or due, the most late first" in words(setup)
    await mara.press(setup, ARRANGE, value="owed")
    form = await form_on_top(world)
    assert await mara.submit(form) is not None
    await mara.fill(form, digests_channel="accounts")
    assert await mara.submit(form) is None
    await mara.until(lambda _: "The next digest goes to" in words(form) and "Goes to" in words(setup))
    assert setup.state["digests.setup.cadence"]["digests.cadence"]["value"] == "21"
    await mara.press(form, "digests.test")
    assert "A test is on its way" in words(await form_on_top(world, "Test"))
    await world.run_jobs()
    await pass_days(world, 3)
    test, digest = main(world)
    assert test.text == "Test: Nothing that we owe a customer is late or due."
    assert digest.text == "We owe: 1 follow-up late."
    assert "• *2 days late* · Acme &lt;&amp;Co&gt;: send the price list" in words(digest)
    await world.run_jobs()
    await pass_days(world, 1)
    assert len(main(world)) == 2
    top = mara.modal()
    assert top is not None
    await mara.close(top, everything=True)
    await mara.press(digest, "digests.setup")
    again = await form_on_top(world)
    assert "on Mon and Thu at 09:00" in words(again)
    await mara.fill(again, digests_days=["Fri"], digests_clear="silent")
    assert await mara.submit(again) is None
    await mara.until(lambda _: "Fri 4 Dec 09:00" in words(again))


async def test_of_two_managers_at_once_the_second_reads_who_was_faster(world: World) -> None:
    """Both have the empty form open; Ana's stays with a sentence under its channel, and opened again shows Mara's."""
    make(world.office, ANA, role=Role.MANAGER)
    mara, ana = world.as_(MARA), world.as_(ANA)
    forms = []
    for manager, person in ((mara, MARA), (ana, ANA)):
        await manager.press(await form_of(world, person), ARRANGE, value="owed")
        forms.append(await manager.modal_opened("Digest"))
    first, second = forms
    await mara.fill(first, digests_channel="accounts")
    assert await mara.submit(first) is None
    await mara.until(lambda _: "The next digest goes to" in words(first))
    await ana.fill(second, digests_channel="general")
    errors = await ana.submit(second)
    assert errors is not None
    assert "Mara Okafor has just set this digest up, for #accounts" in errors["digests.setup.channel"]
    await ana.press(await form_of(world, ANA), ARRANGE, value="owed")
    again = await ana.modal_opened("Digest")
    await ana.fill(again, digests_channel="general")
    assert await ana.submit(again) is None


async def test_members_and_forged_forms_are_told_kindly(world: World) -> None:
    """Ana presses *Settings* and a forged test; Mara's forged kind and shared channel stand refused."""
    mara, ana, control = world.as_(MARA), world.as_(ANA), world.rehearsal.control
    setup = await form_of(world)
    await mara.press(setup, ARRANGE, value="owed")
    form = await form_on_top(world)
    await mara.fill(form, digests_channel="accounts")
    world.rehearsal.workspace.channel("accounts").is_ext_shared = True
    errors = await mara.submit(form)
    assert errors is not None
    assert "shared with outsiders" in errors["digests.setup.channel"]
    world.rehearsal.workspace.channel("accounts").is_ext_shared = False
    form.payload["private_metadata"] = "riches"
    errors = await mara.submit(form)
    assert errors is not None
    assert "Open /evenhand setup" in errors["digests.setup.channel"]
    form.payload["private_metadata"] = "owed"
    assert await mara.submit(form) is None
    await mara.until(lambda _: "The next digest goes to" in words(form))
    await control.move(timedelta(days=3, minutes=5))
    await world.run_jobs()
    (digest,) = main(world)
    await ana.press(digest, "digests.setup")
    assert "Only managers can change the setup" in words(await ana.modal_opened())


async def test_a_features_digest_brings_its_chart_and_arrives_where_slack_draws_none(world: World) -> None:
    """A digest of another feature has its chart at first; in a workspace without charts its words arrive once."""
    for runtime in (world.runtime, world.runtime.background):
        runtime.features = (*runtime.features, tally_feature("Counted: 9.", "Counted: 11."))
    mara, faults = world.as_(MARA), world.rehearsal.control.faults
    setup = await form_of(world)
    await mara.press(setup, ARRANGE, value="tally")
    form = await form_on_top(world)
    assert "What was counted" in words(form)
    await mara.fill(form, digests_channel="accounts")
    assert await mara.submit(form) is None
    await mara.until(lambda _: "The next digest goes to" in words(form))
    await pass_days(world, 3)
    (drawn,) = main(world)
    chart = next(block for block in drawn.blocks if block["type"] == "data_visualization")
    assert chart["title"] == "Counted"
    assert "Seven, then nine." in words(drawn)
    world.rehearsal.control.draw_charts(on=False)
    faults.drop_after("chat.postMessage")
    await pass_days(world, 4)
    for _ in range(3):
        await world.rehearsal.control.move(timedelta(minutes=1))
        await world.run_jobs()
    assert [message.text for message in main(world)] == ["Counted: 9.", "Counted: 11."]
    assert "Seven, then nine." in words(main(world)[1])
    assert "data_visualization" not in [block["type"] for block in main(world)[1].blocks]
    await pass_days(world, 3)
    assert main(world)[-1].text == "Nothing was counted."
