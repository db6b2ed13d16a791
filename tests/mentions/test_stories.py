"""Mentions over the wire: the real bot in a rehearsal workspace, a feed on this machine, people acting."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from sqlmodel import select

from bot.customers.queries import get_customer
from bot.escalations.tables import Escalation
from bot.followups.tables import Followup
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.usecases.sources import remove_source
from bot.promises.tables import Promise
from bot.workspaces.queries import list_audit
from rehearsal.state.messages import Message
from tests.checkins.test_stories import reads, told, window, words
from tests.makers import ANA, BOB, MARA
from tests.mentions.helpers import COMPLAINT, stored
from tests.mentions.outside import ADDRESS, Outside, open_outside
from tests.world import World, open_world


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """A feed with one complaint in it."""
    async with open_outside() as made:
        made.posts = [("https://forum.example/post/1", COMPLAINT)]
        yield made


@pytest.fixture
async def world(sqlite_url: str, outside: Outside) -> AsyncIterator[World]:
    """Run on SQLite, with the feed as a host override."""
    async with open_world(sqlite_url, host_overrides=outside.host_overrides) as made:
        yield made


async def add_feed(world: World, **more: Any) -> None:
    """Mara adds the feed, looks at what it brings, and saves it; the jobs run."""
    mara = world.as_(MARA)
    [listed] = (await mara.command("/mentions sources")).messages
    await mara.press(listed, "mentions.add_source")
    form = await window(mara, "New source")
    await mara.fill(form, mentions_source_word=ADDRESS, mentions_source_channel="accounts", **more)
    assert await mara.submit(form) is None
    shown = await mara.until(
        lambda me: me.modal() if me.modal() and "Today it brings" in words(me.modal().blocks) else None
    )
    assert COMPLAINT[:40] in words(shown.blocks)
    assert await mara.submit(shown) is None
    await mara.until(lambda me: me.modal() and "Its first items come" in words(me.modal().blocks))
    await mara.close(mara.modal(), everything=True)
    await world.move(minutes=2)


def card(world: World) -> Message:
    """The latest card in #accounts."""
    return [one for one in world.as_(MARA).sees("accounts") if one.blocks][-1]


async def test_from_a_feed_to_the_answer_and_the_next_call(world: World) -> None:
    """Preview, card, owner told, I'll answer, Answered with a thought about the words, the brief of the next call."""
    golddex = world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    await add_feed(world)
    ana, bob = world.as_(ANA), world.as_(BOB)
    message = card(world)
    assert message.text.startswith("Reads as a complaint about Golddex Widgets: “Golddex Widgets support never")
    assert "About *Golddex Widgets* · owner Ana Lima · last contact 3 days ago" in words(message.blocks)
    assert "Ask somebody" in words(message.blocks)
    told_ana = await told(ana, "and it reads as a complaint.")
    assert "Your next check-in with them moved up to Wed 25 Nov." in words(told_ana.blocks)
    await asyncio.gather(ana.press(message, "mentions.take"), bob.press(message, "mentions.take"))
    await reads(bob, message, "answers by Tue 24 Nov")
    taker = stored(world.office)[0].taken_by
    first, other = (ana, bob) if taker == ANA else (bob, ana)
    await told(other, "has it already")
    await first.press(message, "mentions.answered")
    form = await window(first, "Answered")
    await first.fill(
        form, mentions_words="Calm down, as I said, no problem", mentions_where="https://forum.example/post/1#comment-2"
    )
    assert await first.submit(form) is None
    hinted = await first.until(
        lambda me: me.modal() if me.modal() and "a thought about the words" in words(me.modal().blocks) else None
    )
    assert "“Calm down” could be" in words(hinted.blocks)
    await first.fill(hinted, mentions_words="So sorry; we have called, no problem")
    assert await first.submit(hinted) is None
    await reads(first, message, "answered by")
    [row] = stored(world.office)
    assert (row.state, row.answer_words) == (MentionState.ANSWERED, "So sorry; we have called, no problem")
    [answer] = (await ana.command("/customers Golddex Widgets")).messages
    assert 'reads as a complaint: "Golddex Widgets support never' in words(answer.blocks)
    assert world.office.look(lambda session: get_customer(session, golddex).last_contact_on).isoformat() == "2026-11-20"


async def test_a_mention_becomes_an_escalation_a_promise_and_a_follow_up(world: World) -> None:
    """*Problem*, *Promise* and *Ask somebody* on the card in the channel know the customer, the words and the link."""
    golddex = world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    await add_feed(world)
    bob, message = world.as_(BOB), card(world)
    await bob.press(message, "escalations.raise")
    form = await window(bob, "Record a problem")
    assert "Golddex Widgets" in str(form.blocks)
    assert COMPLAINT in str(form.blocks)
    await bob.fill(form, escalations_severity="It hurts their work")
    assert await bob.submit(form) is None
    await window(bob, "Saved")
    [escalated] = world.office.look(lambda session: session.exec(select(Escalation)).all())
    await bob.close(bob.modal(), everything=True)
    await bob.press(message, "promises.promise")
    form = await window(bob, "Promise")
    assert COMPLAINT in str(form.blocks)
    await bob.fill(form, promises_due="2026-11-27")
    assert await bob.submit(form) is None
    assert "Noted: you promised Golddex Widgets" in words((await window(bob, "Saved")).blocks)
    [promised] = world.office.look(lambda session: session.exec(select(Promise)).all())
    await bob.close(bob.modal(), everything=True)
    await bob.press(message, "followups.assign")
    form = await window(bob, "Ask somebody")
    await bob.fill(form, followups_due="2026-11-27")
    assert await bob.submit(form) is None
    [assigned] = await bob.until(lambda _: world.office.look(lambda session: session.exec(select(Followup)).all()))
    for row in (escalated, promised, assigned):
        assert (row.customer_id, row.what, row.link) == (golddex, COMPLAINT, "https://forum.example/post/1")
    assert (escalated.assignee_id, promised.assignee_id, assigned.assignee_id) == (ANA, BOB, BOB)


async def test_forged_presses_change_nothing_and_leave_a_trace(world: World) -> None:
    """Another workspace's id is refused and stands in the audit trail; nonsense is only out of date."""
    world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    await add_feed(world)
    bob, message = world.as_(BOB), card(world)
    take = next(
        element for block in message.blocks for element in block.get("elements", ())
        if element.get("action_id") == "mentions.take"
    )  # fmt: skip
    stranger = str(uuid4())
    for value, answer in ((stranger, "isn't here any more"), ("nonsense", "That button is out of date")):
        take["value"] = value
        await bob.press(message, "mentions.take")
        await told(bob, answer)
    assert stored(world.office)[0].taken_by is None
    refused = world.office.look(lambda session: list_audit(session, subject_kind="press", subject_id=stranger))
    assert [(entry.by, entry.action) for entry in refused] == [(BOB, "press.refused")]


async def test_the_menu_puts_right_who_and_how_and_whether_at_all(world: World) -> None:
    """It's praise, wrong customer, nobody, not about us; each changes the card in place."""
    golddex = world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    silver = world.office.customer("Silverdex", owner=BOB, waited=3)
    await add_feed(world)
    mara = world.as_(MARA)
    message = card(world)
    await mara.choose(message, "mentions.more", "It's praise")
    await reads(mara, message, "Reads as praise")
    due = world.office.look(lambda session: get_customer(session, golddex).due_on)
    assert due.isoformat() == "2026-12-21"
    await mara.choose(message, "mentions.more", "It's a complaint")
    await reads(mara, message, "Reads as a complaint")
    await mara.choose(message, "mentions.more", "Wrong customer")
    form = await window(mara, "Which customer")
    await mara.choose(form, "customers.options", "Silverdex")
    assert await mara.submit(form) is None
    await reads(mara, message, "About *Silverdex*")
    await world.move(hours=6)  # when it is day in New York
    await told(world.as_(BOB), "wrote about your customer Silverdex")
    assert stored(world.office)[0].customer_id == silver
    await mara.choose(message, "mentions.more", "Wrong customer")
    form = await window(mara, "Which customer")
    assert await mara.submit(form) is None
    await reads(mara, message, "No customer recognised")
    await mara.choose(message, "mentions.more", "Not about us")
    await reads(mara, message, "not about us by Mara Okafor")
    assert stored(world.office)[0].feeling is Sentiment.COMPLAINT


async def test_a_doubtful_name_is_asked_about(world: World, outside: Outside) -> None:
    """Orange may be a customer or a fruit: Yes, or Not this one, after which the source knows better."""
    orange = world.office.customer("Orange", owner=ANA, waited=3)
    outside.posts += [(f"https://forum.example/post/{n}", f"Orange has the worst service, number {n}") for n in (2, 3)]
    await add_feed(world)
    mara = world.as_(MARA)
    asked = [one for one in mara.sees("accounts") if "Is this about *Orange*?" in words(one.blocks)]
    assert len(asked) == 2
    await mara.press(asked[0], "mentions.yes")
    await reads(mara, asked[0], "About *Orange*")
    await mara.press(asked[1], "mentions.no")
    await reads(mara, asked[1], "No customer recognised")
    await world.run_jobs()
    await told(world.as_(ANA), "wrote about your customer Orange")
    assert sorted(str(row.customer_id) for row in stored(world.office) if row.customer_id) == [str(orange)]


async def test_people_bring_mentions_and_work_through_the_list(world: World) -> None:
    """The shortcut, /mentions add, the page with its menu, the help; twice the same is told so."""
    world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    bob, mara = world.as_(BOB), world.as_(MARA)
    said = await world.as_(ANA).say("general", "Golddex Widgets wrote: <b>never again</b>, worst service")
    await bob.shortcut("mentions.save_message", said)
    await told(bob, "Kept as a mention.")
    again = await bob.command("/mentions add https://forum.example/post/7 Golddex Widgets is great, thanks")
    assert again.messages[0].text.startswith("Kept as a mention. Reads as praise about Golddex Widgets")
    twice = await mara.command("/mentions add https://forum.example/post/7?utm_source=x")
    assert "That is kept already" in twice.messages[0].text
    refused = await bob.command("/mentions add something")
    assert "Give the link first" in refused.text
    [listed] = (await bob.command("/mentions")).messages
    assert listed.text == "2 mentions wait for an answer"
    await bob.choose(listed, "mentions.more", "I'll answer")
    await reads(bob, listed, "Bob Chen answers by")
    assert "mentions add" in words((await bob.command("/mentions help")).messages[0].blocks)
    assert "Only managers can" in (await bob.command("/mentions sources")).text


async def test_sources_are_paused_tested_and_removed_and_failing_ones_say_why(world: World, outside: Outside) -> None:
    """With what is wrong in words, and the next try."""
    await add_feed(world)
    mara = world.as_(MARA)
    [listed] = (await mara.command("/mentions sources")).messages
    assert "1 source of mentions" in listed.text
    await mara.choose(listed, "mentions.source_more", "Pause")
    await reads(mara, listed, "paused")
    await mara.choose(listed, "mentions.source_more", "Resume")
    await reads(mara, listed, "next try")
    await world.move(minutes=1)
    outside.status = 500
    await world.rehearsal.control.move(timedelta(minutes=1))
    await mara.choose(listed, "mentions.source_more", "Test now")
    tested = await mara.until(lambda me: me.modal() if me.modal() and me.modal().title == "Test" else None)
    assert words(tested.blocks).startswith("*Widget News*\nIts server has trouble of its own (500)")
    await mara.close(tested)
    [listed] = (await mara.command("/mentions sources")).messages
    assert "failing since" in words(listed.blocks)
    await mara.choose(listed, "mentions.source_more", "Remove")
    form = await window(mara, "Remove a source")
    assert await mara.submit(form) is None
    [listed] = (await mara.command("/mentions sources")).messages
    assert listed.text == "No source brings mentions yet."


async def test_a_preview_that_fails_stands_under_its_field(world: World, outside: Outside) -> None:
    """The form stays filled in; it can be mended and previewed again, or saved by a button that isn't the main one."""
    outside.status = 404
    mara = world.as_(MARA)
    [listed] = (await mara.command("/mentions sources")).messages
    await mara.press(listed, "mentions.add_source")
    form = await window(mara, "New source")
    filled = {"mentions_source_word": ADDRESS, "mentions_source_channel": "accounts"}
    await mara.fill(form, **filled, mentions_source_words="golddex widgets")
    assert await mara.submit(form) is None
    failed = await mara.until(lambda me: me.modal() if "mentions.failed" in str(me.modal().blocks) else None)
    blocks = [block["block_id"] for block in failed.blocks]
    assert blocks.index("mentions.failed") == blocks.index("mentions.source_word") + 1
    [problem] = [block for block in failed.blocks if block["block_id"] == "mentions.failed"]
    assert "Nothing is found at this address (404)" in problem["text"]["text"]
    assert "style" not in problem["accessory"]
    assert failed.payload["submit"]["text"] == "Preview"
    assert "golddex widgets" in str(failed.blocks)
    await mara.fill(failed, **filled)
    await mara.press(failed, "mentions.save_anyway")
    await mara.until(lambda me: "is saved" in words(me.modal().blocks))
    [listed] = (await mara.command("/mentions sources")).messages
    assert "only golddex widgets" in words(listed.blocks)
    await mara.close(mara.modal(), everything=True)
    await mara.choose(listed, "mentions.source_more", "Edit")
    form = await window(mara, "Edit source")
    await world.rehearsal.control.move(timedelta(minutes=1))
    await mara.fill(form, mentions_source_words="silverdex")
    assert await mara.submit(form) is None
    failed = await mara.until(lambda me: me.modal() if "mentions.failed" in str(me.modal().blocks) else None)
    await mara.fill(failed, mentions_source_words="silverdex", mentions_source_channel="accounts")
    await mara.press(failed, "mentions.save_anyway")
    await mara.until(lambda me: "is changed" in words(me.modal().blocks))
    [listed] = (await mara.command("/mentions sources")).messages
    assert "only silverdex" in words(listed.blocks)


async def test_a_source_is_edited_after_a_look_at_what_it_would_bring(world: World, outside: Outside) -> None:
    """The form as it stands, a wrong hour under its field, the preview by the new words, and then just that comes."""
    await add_feed(world, mentions_source_words="golddex widgets\nlate", mentions_source_quiet="22-6")
    mara = world.as_(MARA)
    [listed] = (await mara.command("/mentions sources")).messages
    await mara.choose(listed, "mentions.source_more", "Edit")
    form = await window(mara, "Edit source")
    assert "Its kind and address" in str(form.blocks)
    initial = {block["block_id"]: block["element"] for block in form.blocks if "element" in block}
    assert initial["mentions.source_words"]["initial_value"] == "golddex widgets\nlate"
    assert initial["mentions.source_quiet"]["initial_value"] == "22:00-06:00"
    assert not {"mentions.kind", "mentions.source_word"} & set(initial)
    await mara.fill(form, mentions_source_words="silverdex", mentions_source_quiet="nights")
    assert "Write the hours like" in (await mara.submit(form) or {})["mentions.source_quiet"]
    outside.posts.append(("https://forum.example/post/2", "Silverdex opens at nine"))
    await world.rehearsal.control.move(timedelta(minutes=1))
    await mara.fill(form, mentions_source_quiet="", mentions_source_channel="general")
    assert await mara.submit(form) is None
    shown = await mara.until(lambda me: me.modal() if "Today it brings" in str(me.modal().blocks) else None)
    assert "Today it brings 1 item; your words leave out 1 more." in words(shown.blocks)
    assert await mara.submit(shown) is None
    await mara.until(lambda me: "It is read again within a minute" in words(me.modal().blocks))
    await world.move(minutes=1)
    assert [one.text for one in mara.sees("general") if one.blocks] == ["A mention: “Silverdex opens at nine”"]
    [listed] = (await mara.command("/mentions sources")).messages
    assert "only silverdex" in words(listed.blocks)


@pytest.mark.parametrize("is_looked_at", [False, True])
async def test_a_source_removed_while_somebody_edits_it_is_told_kindly(world: World, *, is_looked_at: bool) -> None:
    """Under the form, in the preview, and from an old list; a window that remembers nonsense changes nothing."""
    await add_feed(world)
    mara = world.as_(MARA)
    [listed] = (await mara.command("/mentions sources")).messages
    await mara.choose(listed, "mentions.source_more", "Edit")
    form = await window(mara, "Edit source")
    await world.rehearsal.control.move(timedelta(minutes=1))
    source_id, form.payload["private_metadata"] = form.payload["private_metadata"], "nonsense"
    assert "That button is out of date" in (await mara.submit(form) or {})["mentions.source_channel"]
    form.payload["private_metadata"] = source_id
    gone = "That source isn't here any more; /mentions sources shows those that are."
    if is_looked_at:
        assert await mara.submit(form) is None
        shown = await mara.until(lambda me: me.modal() if "Today it brings" in str(me.modal().blocks) else None)
        world.office.do(remove_source, source_id=UUID(source_id), by=MARA)
        assert await mara.submit(shown) is None
        await mara.until(lambda me: gone in str(me.modal().blocks))
    else:
        world.office.do(remove_source, source_id=UUID(source_id), by=MARA)
        assert await mara.submit(form) == {"mentions.source_channel": gone}
    await mara.close(mara.modal(), everything=True)
    await mara.choose(listed, "mentions.source_more", "Edit")
    await told(mara, gone)


async def test_a_webhook_takes_what_is_sent_once(world: World) -> None:
    """Its keys are shown once; 200 when it is kept, one sentence otherwise; a replay counts once."""
    world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    mara = world.as_(MARA)
    [listed] = (await mara.command("/mentions sources")).messages
    await mara.press(listed, "mentions.add_source")
    form = await window(mara, "New source")
    await mara.fill(form, mentions_kind="Webhook")
    form = await mara.until(lambda me: me.modal() if "Where the parts stand" in str(me.modal().blocks) else None)
    await mara.fill(form, mentions_source_channel="accounts", mentions_source_mapping="words: post.text")
    assert "says no place" in (await mara.submit(form) or {})["mentions.source_mapping"]
    await mara.fill(form, mentions_source_mapping="wrods = post.text")
    assert "“wrods” is no part of a mention; name some of" in (await mara.submit(form) or {})["mentions.source_mapping"]
    await mara.fill(form, mentions_source_mapping="words = post.text")
    assert await mara.submit(form) is None
    keys = await window(mara, "Webhook")
    path = next(line.strip("`") for line in words(keys.blocks).splitlines() if line.startswith("`/hooks/"))
    body = {"post": {"text": COMPLAINT}, "url": "https://forum.example/post/1"}
    async with aiohttp.ClientSession(world.bot.address) as http:
        for new in (1, 0):
            async with http.post(path, json=body) as answer:
                assert (answer.status, (await answer.json())["new"]) == (200, new)
        for data, status in ((BytesIO(b"{"), 400), (BytesIO(b"x" * (1024 * 1024 + 1)), 413)):
            async with http.post(path, data=data) as answer:
                assert answer.status == status
                assert (await answer.json())["error"].endswith(".")
        async with http.post(path, json=body, headers={"X-Evenhand-Signature": "00"}) as answer:
            assert answer.status == 401
        async with http.post("/hooks/nobody", json=body) as answer:
            assert answer.status == 404
    await world.run_jobs()
    assert "Golddex Widgets" in card(world).text
    assert len(stored(world.office)) == 1
