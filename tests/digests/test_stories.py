"""The digest as people meet it: in their Slack, over the wire, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.customers.schemas import CustomerTaken
from bot.customers.usecases import rescheduling
from bot.workspaces.gateways import look_at_channel
from jobs.post_digests import post_digests
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.digests.digest_office import make_admin, owed_rows
from tests.makers import ANA, BOB, KIRI, MARA
from tests.story.play import words
from tests.world import World

CHANNEL = "digests.channel"
TAKE = "digests.take"


def main(world: World, channel: str = "accounts") -> list[Message]:
    """The bot's own messages in a channel, replies left out."""
    return [message for message in world.as_(MARA).sees(channel) if not message.is_reply and not message.ephemeral_to]


async def pass_days(world: World, days: int) -> None:
    """Let days go by at one stroke, then let the jobs run: the bot was off meanwhile, and catches up."""
    await world.rehearsal.control.move(timedelta(days=days))
    await world.run_jobs()


async def form_of(world: World, person: str = MARA) -> View:
    """The setup, opened."""
    actor = world.as_(person)
    if open_window := actor.modal():
        await actor.close(open_window, everything=True)
    await actor.command("/evenhand setup")
    return await actor.modal_opened("Setup")


async def save(world: World, person: str = MARA, **fields: Any) -> tuple[View, dict[str, str] | None]:
    """Fill the setup and save it; the window, and what stands under its fields."""
    view = await form_of(world, person)
    await world.as_(person).fill(view, **fields)
    return view, await world.as_(person).submit(view)


async def saved_in(world: World, channel: str = "accounts", **fields: Any) -> View:
    """The setup saved with a digest in *channel*."""
    view, errors = await save(world, digests_channel=channel, **fields)
    assert errors is None
    return await world.as_(MARA).until(lambda me: view if "digest" in words(view) and me.modal() else None)


async def test_a_manager_sets_the_digest_up_and_posts_a_test(world: World) -> None:
    """From /evenhand setup to a test in the channel, and the first digest on its day."""
    world.office.customer("Bakery Lindqvist", waited=92, owner=ANA)
    view = await saved_in(world)
    mara = world.as_(MARA)
    assert "The next digest goes to" in words(view)
    assert "Thu 26 Nov 09:00" in words(view)
    await mara.press(view, "digests.test")
    told = await mara.modal_opened("Test")
    assert "A test is on its way" in words(told)
    await world.run_jobs()
    (test,) = main(world)
    assert test.text.startswith("Test: The one customer is not in cadence (0%) · 1 neglected.")
    await pass_days(world, 3)
    assert len(main(world)) == 2
    assert "*Bakery Lindqvist* · 95 days (every 30)" in words(main(world)[1])


async def test_a_member_is_told_whom_to_ask(world: World) -> None:
    """Ana can't open the setup; the sentence names Mara, and no window opens."""
    ana = world.as_(ANA)
    await ana.command("/evenhand setup")
    said = await ana.until(lambda me: next((m for m in me.dm() if "Only managers" in m.text), None))
    assert "ask Mara Okafor" in said.text
    assert ana.modal() is None


async def test_a_channel_shared_with_outsiders_is_refused_under_its_field(world: World) -> None:
    """A forged choice of a shared channel stands refused; nothing is saved."""
    shared = world.rehearsal.control.add_channel("with-acme", members=[MARA], is_ext_shared=True)
    view = await form_of(world)
    block = next(block["block_id"] for block in view.blocks if (block.get("element") or {}).get("action_id") == CHANNEL)
    view.state[block] = {CHANNEL: {"type": "conversations_select", "selected_conversation": shared.id}}
    errors = await world.as_(MARA).submit(view)
    assert errors is not None
    assert "shared with outsiders" in errors["digests.setup.channel"]


async def test_a_private_channel_asks_for_an_invitation_and_takes_it(world: World) -> None:
    """The bot isn't in #leads: it says how to mend that; once invited, the same form saves."""
    control = world.rehearsal.control
    leads = control.add_channel("leads", kind="private", members=[MARA], bot=False)
    view, errors = await save(world, digests_channel="leads")
    assert errors is not None
    assert errors["digests.setup.channel"].startswith("Invite me with /invite @Evenhand")
    leads.members.add(world.rehearsal.workspace.bot.id)
    assert await world.as_(MARA).submit(view) is None
    await world.as_(MARA).until(lambda _: "The next digest goes to" in words(view))


async def test_an_archived_channel_is_refused(world: World) -> None:
    """Archived while the form was open: the sentence says so."""
    old = world.rehearsal.control.add_channel("old", members=[MARA])
    view = await form_of(world)
    await world.as_(MARA).fill(view, digests_channel="old")
    old.is_archived = True
    errors = await world.as_(MARA).submit(view)
    assert errors is not None
    assert "#old is archived" in errors["digests.setup.channel"]


async def test_a_public_channel_is_joined(world: World) -> None:
    """A public channel without the bot in it becomes one with it, and the digest arrives there."""
    world.office.customer("Bakery", waited=92, owner=ANA)
    open_to_all = world.rehearsal.control.add_channel("open", members=[MARA], bot=False)
    await saved_in(world, "open")
    assert world.rehearsal.workspace.bot.id in open_to_all.members
    await pass_days(world, 3)
    assert len(main(world, "open")) == 1


async def test_a_slow_slack_is_told_under_the_field(world: World) -> None:
    """When Slack doesn't say what channel it is in time, the form stays, with what to do."""
    view = await form_of(world)
    await world.as_(MARA).fill(view, digests_channel="accounts")
    world.rehearsal.control.faults.slow("conversations.info", 1.5)
    errors = await world.as_(MARA).submit(view)
    assert errors == {"digests.setup.channel": "Slack didn't answer in time; save again in a minute."}
    assert await world.as_(MARA).submit(view) is None


async def test_numbers_that_cannot_be_stand_under_their_fields(world: World) -> None:
    """A usual cadence above the longest one is refused in the form."""
    _, errors = await save(world, digests_cadence="60", digests_floor="30")
    assert errors is not None
    assert list(errors) == ["digests.setup.cadence"]


async def test_the_zone_is_found_by_typing_a_city(world: World) -> None:
    """Typing "auck" offers Auckland, and the digest comes at nine there."""
    view = await form_of(world)
    mara = world.as_(MARA)
    offered = await mara.suggest(view, "digests.zones", "auck")
    assert [option["value"] for option in offered] == ["Pacific/Auckland"]
    await mara.fill(view, digests_channel="accounts", digests_zones="Pacific/Auckland")
    assert await mara.submit(view) is None
    await mara.until(lambda _: "Thu 26 Nov 09:00" in words(view))


@pytest.mark.both_databases
async def test_the_slot_is_posted_once_though_two_jobs_run_at_once(world: World) -> None:
    """Two processes, a restart, a second run: the channel sees one digest."""
    world.office.customer("Bakery", waited=92, owner=ANA)
    await saved_in(world)
    await world.rehearsal.control.move(timedelta(days=3, minutes=5))
    moved = await asyncio.gather(*(post_digests(world.runtime) for _ in range(4)))
    assert sum(moved) == 1
    await world.run_jobs()
    await world.run_jobs()
    assert len(main(world)) == 1


async def test_a_dropped_answer_posts_no_second_digest(world: World) -> None:
    """Slack took the message and the connection died: the channel is looked at, and nothing is said twice."""
    world.office.customer("Bakery", waited=92, owner=ANA)
    await saved_in(world)
    world.rehearsal.control.faults.drop_after("chat.postMessage")
    await pass_days(world, 3)
    for _ in range(3):
        await world.rehearsal.control.move(timedelta(minutes=1))
        await world.run_jobs()
    assert len(main(world)) == 1


async def test_the_whole_list_stands_in_the_thread(world: World) -> None:
    """Seven wait: five in the message, all seven in its thread."""
    for n in range(7):
        world.office.customer(f"Customer {n}", waited=60 + n, owner=ANA)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    assert "2 more in the thread" in words(digest)
    replies = [message for message in world.as_(MARA).sees("accounts") if message.is_reply]
    assert [message.thread_ts for message in replies] == [digest.ts]
    assert all(f"Customer {n}" in words(replies[0]) for n in range(7))


async def test_taking_a_customer_changes_its_row_in_place(world: World) -> None:
    """Bob takes Ana's bakery from the digest: the row says so to everybody, and Ana hears of it."""
    bakery = world.office.customer("Bakery Lindqvist", waited=92, owner=ANA)
    world.office.customer("Golddex", waited=80, owner=KIRI)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    await world.as_(BOB).press(digest, TAKE, block_id=f"digests.row:{bakery}")
    await world.as_(BOB).until(lambda _: "✓ Bob Chen took *Bakery Lindqvist*" in words(digest))
    assert "*Golddex* · 83 days (every 30)" in words(digest)
    assert [row.recipient for row in owed_rows(world.office) if row.kind == CustomerTaken.kind] == [ANA]
    answer = await world.as_(BOB).until(lambda me: _ephemeral(me.sees("accounts")))
    assert answer.text == "✓ Bakery Lindqvist is yours now; Ana Lima is told."


async def test_taking_can_be_undone_in_the_digest_by_who_took(world: World) -> None:
    """Kiri is told that it was Bob; his press puts the row back, and Ana hears that the bakery is hers again."""
    bakery = world.office.customer("Bakery Lindqvist", waited=92, owner=ANA)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    await world.as_(BOB).press(digest, TAKE, block_id=f"digests.row:{bakery}")
    await world.as_(BOB).until(lambda _: "✓ Bob Chen took" in words(digest))
    await world.as_(KIRI).press(digest, "digests.undo")
    refused = await world.as_(KIRI).until(lambda me: _ephemeral(me.sees("accounts")))
    assert refused.text == "Bob Chen did that; only they or a manager can undo it."
    await world.as_(BOB).press(digest, "digests.undo")
    await world.as_(BOB).until(lambda _: "*Bakery Lindqvist* · 95 days (every 30)" in words(digest))
    await world.run_jobs()
    assert any("gave you Bakery Lindqvist" in message.text for message in world.as_(ANA).dm())


@pytest.mark.both_databases
async def test_two_people_taking_two_rows_at_once_both_show(world: World) -> None:
    """Neither press undoes the other's row."""
    first = world.office.customer("First", waited=92, owner=ANA)
    second = world.office.customer("Second", waited=80, owner=ANA)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    await asyncio.gather(
        world.as_(BOB).press(digest, TAKE, block_id=f"digests.row:{first}"),
        world.as_(KIRI).press(digest, TAKE, block_id=f"digests.row:{second}"),
    )
    await world.as_(MARA).until(lambda _: words(digest).count("✓") == 2)
    assert "✓ Bob Chen took *First*" in words(digest)
    assert "✓ Kiri Walker took *Second*" in words(digest)


async def test_who_is_second_is_told_kindly(world: World) -> None:
    """Kiri presses a row that Bob took meanwhile elsewhere: only she hears it, and the row is brought up to date."""
    bakery = world.office.customer("Bakery", waited=92)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    await world.as_(BOB).command("/neglected")
    listed = await world.as_(BOB).until(lambda me: _ephemeral(me.dm()))
    await world.as_(BOB).press(listed, TAKE)
    await world.as_(BOB).until(lambda me: "*Bakery* is yours now" in words(me.dm()[-1]))
    await world.as_(KIRI).press(digest, TAKE, block_id=f"digests.row:{bakery}")
    told = await world.as_(KIRI).until(lambda me: _ephemeral(me.sees("accounts")))
    assert told.text == "Bob Chen took Bakery meanwhile; nothing is left to do."
    await world.as_(KIRI).until(lambda _: "✓ Bob Chen took *Bakery*" in words(digest))


def _ephemeral(messages: list[Message]) -> Message | None:
    return next((message for message in reversed(messages) if message.ephemeral_to), None)


async def test_the_pool_opens_from_the_digest_for_one_person_only(world: World) -> None:
    """*Take one* shows the pool to Ana alone; taking there makes it hers, and the pool shorter."""
    world.office.customer("Nobody's", waited=92)
    world.office.customer("Nobody's either", waited=2)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    ana = world.as_(ANA)
    assert "2 have no owner." in digest.text
    await ana.press(digest, "digests.pool")
    pool = await ana.until(lambda me: _ephemeral(me.sees("accounts")))
    assert _ephemeral(world.as_(BOB).sees("accounts")) is None
    assert "2 customers without an owner" in words(pool)
    await ana.press(pool, TAKE, index=1)
    await ana.until(lambda me: "*Nobody's either* is yours now" in words(_ephemeral(me.sees("accounts")) or pool))
    assert "1 customer without an owner" in words(_ephemeral(ana.sees("accounts")) or pool)


async def test_neglected_answers_at_once_and_turns_its_pages(world: World) -> None:
    """Twenty wait: the first eight at once, the others a press away, mine with *Log*."""
    for n in range(20):
        world.office.customer(f"Customer {n:02}", waited=60 + n, owner=ANA if n % 2 else BOB)
    ana = world.as_(ANA)
    outcome = await ana.command("/neglected")
    assert outcome.text == "20 customers are neglected."
    listed = _ephemeral(ana.dm())
    assert listed is not None
    assert "Page 1 of 3" in words(listed)
    await ana.press(listed, "digests.next")
    await ana.until(lambda me: "Page 2 of 3" in words(_ephemeral(me.dm()) or listed))
    listed = _ephemeral(ana.dm()) or listed
    await ana.press(listed, "digests.mine")
    await ana.until(lambda me: "10 of yours are neglected" in words(_ephemeral(me.dm()) or listed))
    mine = _ephemeral(ana.dm()) or listed
    assert "I'll take it" not in words(mine)
    assert "Log" in words(mine)


async def test_neglected_of_a_person_and_of_nobody(world: World) -> None:
    """`/neglected @bob` shows Bob's; a name nobody has gets a sentence."""
    world.office.customer("Bob's", waited=92, owner=BOB)
    ana = world.as_(ANA)
    assert (await ana.command("/neglected @bob")).text == "1 of Bob Chen's is neglected."
    assert (await ana.command("/neglected mine")).text == "None of yours is neglected."
    assert "Nobody here is called zed" in (await ana.command("/neglected zed")).text


async def test_all_clear_in_one_line_or_silence(world: World) -> None:
    """With everybody in cadence the digest is one line; told to stay silent, it does."""
    world.office.customer("Bakery", waited=3, owner=ANA)
    await saved_in(world)
    await pass_days(world, 3)
    assert [message.text for message in main(world)] == ["The one customer is in cadence. Longest wait: 6 of 30 days."]
    await saved_in(world, digests_clear="silent")
    await pass_days(world, 5)
    assert len(main(world)) == 1


async def test_a_channel_archived_later_stops_the_digest_and_tells_the_managers(world: World) -> None:
    """Mara gets one message with the way to mend it; no further slot is tried."""
    world.office.customer("Bakery", waited=92, owner=ANA)
    await saved_in(world)
    world.rehearsal.workspace.channel("accounts").is_archived = True
    for days in (3, 4, 3):
        await pass_days(world, days)
    told = [message for message in world.as_(MARA).dm() if "The digest to #accounts has stopped" in message.text]
    assert len(told) == 1
    await world.as_(MARA).open_home()
    await world.as_(MARA).until(lambda me: "The digest to #accounts has stopped: " in words(me.home() or told[0]))
    await world.as_(MARA).press(told[0], "digests.setup")
    await world.as_(MARA).until(lambda me: "It doesn't go to #accounts any more" in words(me.modal() or told[0]))


async def test_a_channel_that_outsiders_joined_gets_nothing(world: World) -> None:
    """Shared after the setup: no customer's name goes there, and the managers are told why."""
    world.office.customer("Bakery", waited=92, owner=ANA)
    await saved_in(world)
    world.rehearsal.workspace.channel("accounts").is_ext_shared = True
    await world.rehearsal.control.move(timedelta(days=3, minutes=5))
    client = world.bot.client
    assert (await look_at_channel(client, world.rehearsal.workspace.channel("accounts").id)).is_shared
    assert await post_digests(world.runtime, lambda _workspace: client) == 0
    await world.run_jobs()
    assert main(world) == []
    assert any("shared with outsiders now" in message.text for message in world.as_(MARA).dm())


async def test_settings_under_the_digest_open_only_for_managers(world: World) -> None:
    """Ana presses *Settings* and is told whom to ask, in a window; Mara gets the setup."""
    world.office.customer("Bakery", waited=92, owner=ANA)
    await saved_in(world)
    await pass_days(world, 3)
    (digest,) = main(world)
    await world.as_(ANA).press(digest, "digests.setup")
    assert "Only managers can change the setup" in words(await world.as_(ANA).modal_opened())
    await world.as_(MARA).close(world.as_(MARA).modal(), everything=True)  # type: ignore[arg-type]
    await world.as_(MARA).press(digest, "digests.setup")
    view = await world.as_(MARA).until(lambda me: (top := me.modal()) and "Cadence" in words(top) and top)
    assert "at 09:00" in words(view)


async def test_help_and_health(world: World) -> None:
    """/evenhand says what it can do; an unknown word is named; managers see how the jobs are."""
    await world.run_jobs()
    mara = world.as_(MARA)
    assert (await mara.command("/evenhand")).text.startswith("I remind each owner")
    assert (await mara.command("/evenhand dance")).text.startswith("I don't know /evenhand dance.")
    await mara.command("/evenhand health")
    health = await mara.until(lambda me: next((m for m in me.dm() if "Posting digests last worked" in words(m)), None))
    assert "All is well" in words(health)
    await world.as_(ANA).command("/evenhand health")
    await world.as_(ANA).until(lambda me: any("Only managers" in message.text for message in me.dm()))


async def test_an_admin_names_managers_in_the_setup(world: World) -> None:
    """A Slack admin sees the menu of managers and names Bob, who may open the setup from then on."""
    make_admin(world.office, KIRI)
    kiri = world.as_(KIRI)
    view = await form_of(world, KIRI)
    await kiri.fill(view, digests_managers=["bob"])
    assert await kiri.submit(view) is None
    await kiri.until(lambda _: "Saved" in words(view))
    assert any(block.get("element", {}).get("action_id") == CHANNEL for block in (await form_of(world, BOB)).blocks)


async def test_a_new_cadence_of_a_long_list_is_saved_at_once_and_the_dates_follow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window says so, and /checkin shows the new cadence once the job has run."""
    monkeypatch.setattr(rescheduling, "AT_ONCE", 1)
    for name in ("Acme", "Birch", "Cedar"):
        world.office.customer(name, waited=20, owner=ANA)
    view = await saved_in(world, digests_cadence="10")
    assert "Due dates follow within a few minutes; until then, some are those of before." in words(view)
    assert "All caught up" in words((await world.as_(ANA).command("/checkin")).messages[-1])
    await world.run_jobs()
    shown = words((await world.as_(ANA).command("/checkin")).messages[-1])
    assert all(f"{name}" in shown for name in ("Acme", "Birch", "Cedar"))
    assert "20 days (every 10)" in shown
