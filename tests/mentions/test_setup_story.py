"""`/mentions setup` and the digest of what customers say, over the wire, on both databases."""

from typing import Any

from bot.mentions.queries.matching import list_own_names
from bot.mentions.queries.mentions import get_setup
from bot.workspaces.queries import list_audit
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.checkins.test_stories import reads, told, window
from tests.digests.test_stories import form_of, main, pass_days, words
from tests.makers import ANA, BOB, MARA, WORKSPACE
from tests.mentions.helpers import COMPLAINT, stored
from tests.world import World


async def opened(world: World) -> View:
    """The form of /mentions setup."""
    await world.as_(MARA).command("/mentions setup")
    return await window(world.as_(MARA), "Mentions")


def initial(form: View) -> dict[str, Any]:
    """What stands in the form, by the last part of the block's name."""
    elements = {block["block_id"].rpartition("_")[2]: block["element"] for block in form.blocks if "element" in block}
    return {
        name: element.get("initial_value") or element.get("initial_conversation") for name, element in elements.items()
    }


def cards(world: World) -> list[Message]:
    """What stands in #accounts."""
    return [one for one in world.as_(BOB).sees("accounts") if one.blocks]


async def test_what_a_manager_sets_up_is_what_happens_from_then_on(world: World) -> None:
    """Our names find what is about us, finds go to the channel, the answer's time and the phrases are ours."""
    mara, bob = world.as_(MARA), world.as_(BOB)
    form = await opened(world)
    assert initial(form)["days"] == "1"
    assert "no problem = " in initial(form)["phrases"]
    await mara.fill(
        form, mentions_setup_names="Copperdex\nCopperdex Cloud", mentions_setup_domains="copperdex.com",
        mentions_setup_handles="@copperdex", mentions_setup_answer_days="3",
        mentions_setup_phrases="per my last mail = as we wrote", mentions_setup_channel="accounts",
    )  # fmt: skip
    assert await mara.submit(form) is None
    await mara.close(await window(mara, "Saved"), everything=True)
    await bob.command("/mentions add https://forum.example/post/1 Copperdex lost my order, the worst service")
    await told(bob, "Kept as a mention.")
    await world.run_jobs()
    [card] = cards(world)
    assert card.text.startswith("Reads as a complaint: “Copperdex lost my order")
    assert "About us" in words(card)
    await bob.press(card, "mentions.take")
    await reads(bob, card, "Bob Chen answers by Fri 27 Nov")  # three working days on: Thursday is Thanksgiving
    await bob.press(card, "mentions.answered")
    answer = await window(bob, "Answered")
    await bob.fill(answer, mentions_words="No problem: per my last mail, it is on its way")
    assert await bob.submit(answer) is None
    hinted = await bob.until(lambda me: me.modal() if "a thought about the words" in words(me.modal()) else None)
    assert "“per my last mail” could be “as we wrote”" in words(hinted)
    assert "“No problem”" not in words(hinted)
    assert await bob.submit(hinted) is None
    await reads(bob, card, "answered by Bob Chen")
    again = initial(await opened(world))
    assert (again["names"], again["domains"], again["handles"], again["days"], again["phrases"]) == (
        "Copperdex\nCopperdex Cloud", "copperdex.com", "@copperdex", "3", "per my last mail = as we wrote",
    )  # fmt: skip
    assert again["channel"] == world.rehearsal.workspace.channel("accounts").id
    trail = world.office.look(lambda session: list_audit(session, subject_kind="workspace", subject_id=WORKSPACE))
    assert {"mentions.our_names", "mentions.settings"} <= {entry.action for entry in trail if entry.by == MARA}


async def test_a_setup_that_cannot_be_is_said_under_its_field_and_keeps_nothing(world: World) -> None:
    """Also what was right in it: a shared channel, a phrase alone, no domain; members are told whom to ask."""
    mara = world.as_(MARA)
    accounts = world.rehearsal.workspace.channel("accounts")
    form = await opened(world)
    accounts.is_ext_shared = True
    await mara.fill(form, mentions_setup_names="Copperdex", mentions_setup_channel="accounts")
    assert "shared with outsiders" in (await mara.submit(form) or {})["mentions.setup_channel"]
    accounts.is_ext_shared = False
    await mara.fill(form, mentions_setup_phrases="per my last mail")
    assert await mara.submit(form) == {
        "mentions.setup_phrases": "Write a kinder phrase after “per my last mail”, with = between them."
    }
    await mara.fill(form, mentions_setup_phrases="", mentions_setup_domains="not a domain")
    assert "mentions.setup_domains" in (await mara.submit(form) or {})
    kept = world.office.look(lambda session: (list_own_names(session).names, get_setup(session).channel_id))
    assert kept == ((), "")
    assert "Only managers can" in (await world.as_(ANA).command("/mentions setup")).text


async def test_the_digest_of_what_customers_say_comes_with_its_chart(world: World) -> None:
    """Set up beside the first digest, tried at once, posted by the job on its day; Slack draws its chart."""
    world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    mara, bob = world.as_(MARA), world.as_(BOB)
    await world.move(hours=1)
    await bob.command(f"/mentions add https://forum.example/post/1 {COMPLAINT}")
    await bob.command("/mentions add https://forum.example/post/2 Golddex Widgets is wonderful, thank you so much")
    setup = await form_of(world)
    assert "What was written about us and our customers" in words(setup)
    await mara.press(setup, "digests.arrange", value="mentions")
    form = await window(mara, "Digest")
    await mara.fill(form, digests_channel="accounts")
    assert await mara.submit(form) is None
    await mara.until(lambda _: "The next digest goes to" in words(form))
    await pass_days(world, 3)
    (digest,) = main(world)
    by_day = "Mentions of the last 14 days: 1 read as complaints, 1 as praise, 0 as neither. Most on 23 Nov."
    assert digest.text == f"2 mentions (▲2): 1 reads as a complaint (▲1), 1 as praise. {by_day}"
    said = words(digest)
    assert "*2 mentions wait for an answer*, the oldest first" in said
    assert "Most about *Golddex Widgets* (2)" in said
    assert "Worth passing on about *Golddex Widgets*" in said
    assert by_day in said
    (chart,) = [block["chart"] for block in digest.blocks if block["type"] == "data_visualization"]
    assert [one["name"] for one in chart["series"]] == ["praise", "complaints", "neither"]
    assert {"label": "23 Nov", "value": 1} in chart["series"][0]["data"]
    assert world.rehearsal.workspace.files == {}
    await world.run_jobs()
    assert len(main(world)) == 1
    assert len(stored(world.office)) == 2


async def test_a_digest_comes_in_words_once_where_slack_draws_no_charts(world: World) -> None:
    """In an older workspace the chart is left out, its words stand there, and nothing is said twice."""
    mara, bob = world.as_(MARA), world.as_(BOB)
    await world.move(hours=1)
    await bob.command("/mentions add https://forum.example/post/1 Wonderful, thank you so much")
    setup = await form_of(world)
    await mara.press(setup, "digests.arrange", value="mentions")
    form = await window(mara, "Digest")
    await mara.fill(form, digests_channel="accounts")
    assert await mara.submit(form) is None
    await mara.until(lambda _: "The next digest goes to" in words(form))
    world.rehearsal.control.draw_charts(on=False)
    await pass_days(world, 3)
    (digest,) = main(world)
    assert "1 mention (▲1): 0 read as complaints, 1 as praise." in digest.text
    assert "Mentions of the last 14 days: 0 read as complaints, 1 as praise" in words(digest)
    assert [block for block in digest.blocks if block["type"] == "data_visualization"] == []
