"""A list of mentions over the wire: sent, looked at, taken in, posted; and what is no list."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from rehearsal.state.views import View
from tests.checkins.test_stories import words
from tests.customers.screens import shown, told, window
from tests.makers import ANA, MARA
from tests.mentions.helpers import stored
from tests.world import World, open_world

TITLE = "Import mentions"
LIST = (
    "Text,Link,Author,Date,Stars\n"
    "Golddex Widgets support <!channel> never called me back,https://g2.example/1,zed,2026-11-20,1\n"
    "Golddex Widgets is wonderful,https://g2.example/2,amy,2025-03-05,5\n"
    "Broken,nowhere,,,\n"
)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def sent(world: World, data: str | bytes, name: str = "reviews.csv") -> None:
    """Mara sends a file in the window of /mentions import."""
    mara = world.as_(MARA)
    await mara.command("/mentions import")
    form = await window(world, MARA, TITLE, "one a row")
    await mara.fill(form, mentions_file=(name, data.encode() if isinstance(data, str) else data))
    await mara.submit(form)


async def looked_at(world: World, data: str) -> View:
    """What a list would do."""
    await sent(world, data)
    return await window(world, MARA, TITLE, "would be kept")


async def to_accounts(world: World) -> None:
    """Mara has what people bring posted to #accounts."""
    mara = world.as_(MARA)
    await mara.command("/mentions setup")
    form = await window(world, MARA, "Mentions")
    await mara.fill(form, mentions_setup_channel="accounts")
    assert await mara.submit(form) is None
    await mara.close(await window(world, MARA, "Saved"), everything=True)


async def test_from_the_file_to_the_card(world: World) -> None:
    """The preview counts and says which row is refused and why; the recent complaint is posted, the rest kept."""
    world.office.customer("Golddex Widgets", owner=ANA, waited=3)
    await to_accounts(world)
    preview = await looked_at(world, LIST)
    text = shown(preview)
    assert "2 would be kept · 0 known already · 1 row refused" in text
    assert "• Row 4, Link: “nowhere” is no web address; write it like https://g2.com/reviews/1, or leave" in text
    assert "1 of the last two weeks go to <#" in text
    assert "1 older or without a date are kept for the customers" in text
    assert "Stars → rating" in text
    assert stored(world.office) == []
    mara = world.as_(MARA)
    await mara.submit(preview)
    assert "2 kept · 0 known already" in shown(await window(world, MARA, TITLE, "is in."))
    await world.run_jobs()
    cards = [one for one in mara.sees("accounts") if one.blocks]
    assert [one.text[:44] for one in cards] == ["Reads as a complaint about Golddex Widgets: "]
    assert "support &lt;!channel&gt; never called" in words(cards[0].blocks)
    await told(world, ANA, "wrote about your customer Golddex Widgets")
    [answer] = (await world.as_(ANA).command("/customers Golddex Widgets")).messages
    assert "CSV file, 20 Nov, reads as a complaint" in shown(answer)
    assert "CSV file, 5 Mar, reads as praise" in shown(answer)
    await mara.close(await window(world, MARA, TITLE), everything=True)
    again = await looked_at(world, LIST)
    assert "0 would be kept · 2 known already · 1 row refused" in shown(again)
    assert again.payload.get("submit") is None


async def test_one_preview_confirmed_twice_counts_once(world: World) -> None:
    """The second window says so; a window that remembers nonsense says what to do."""
    first = await looked_at(world, LIST)
    memory = first.payload["private_metadata"]
    mara = world.as_(MARA)
    await mara.submit(first)
    await window(world, MARA, TITLE, "is in.")
    for kept, sentence in (
        (memory, "it was imported, or a day has passed"),
        ("x", "send it again with /mentions import"),
    ):
        view = await looked_at(world, "Text\nSome news\n")
        view.payload["private_metadata"] = kept
        await mara.submit(view)
        await window(world, MARA, "That didn't work", sentence)
    assert len(stored(world.office)) == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("Colour,Weight\nred,3\n", "call one of them Text, Title or Link"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "save it as CSV"),
        (b"", "is empty"),
        ("Text\n" + "x\n" * 3_001, "more than 3,000 rows: split it"),
    ],
)
async def test_what_is_no_list_is_answered_in_a_sentence(world: World, data: Any, sentence: str) -> None:
    """What it is, and what to do instead; nothing is kept."""
    await sent(world, data)
    await window(world, MARA, "That didn't work", sentence)
    assert stored(world.office) == []


async def test_members_bring_no_lists_nor_does_a_manager_who_is_none_any_more(world: World) -> None:
    """The command says whom to ask; a preview that was open before is refused; no file is said under the field."""
    assert "Only managers can bring a list of mentions; ask Mara Okafor." in (
        await world.as_(ANA).command("/mentions import")
    ).text  # fmt: skip
    mara = world.as_(MARA)
    await mara.command("/mentions import")
    form = await window(world, MARA, TITLE)
    assert set(await mara.submit(form) or {}) == {"mentions.file"}
    await mara.close(form, everything=True)
    preview = await looked_at(world, LIST)
    await world.rehearsal.control.change_person(MARA, is_restricted=True)
    await world.run_jobs()
    await mara.submit(preview)
    await window(world, MARA, "That didn't work", "Only managers can bring a list of mentions")
    assert stored(world.office) == []
