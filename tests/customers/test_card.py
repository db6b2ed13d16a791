"""The customer's card: an open problem on top, one primary button, the rest behind a menu."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from bot.core.schemas import Line, Topic
from bot.customers.schemas import Card, CustomerDetails, OfferedButton
from bot.customers.views import card as view
from tests.customers.screens import answer, customer, shown, told, window
from tests.customers.test_customer_views import schema
from tests.escalations.helpers import escalate
from tests.makers import ANA, BOB, MARA, Office
from tests.mentions.helpers import bring, item
from tests.promises.helpers import promise
from tests.world import World, open_world

OFFERS = (
    OfferedButton(label="Check-in", action_id="checkins.log"),
    OfferedButton(label="Snooze", action_id="checkins.snooze", in_menu=True),
    OfferedButton(label="Promise", action_id="promises.promise"),
)


def card(**more: Any) -> Card:
    """A card of Golddex, which is Ana's."""
    told: dict[str, Any] = {
        "customer": schema(name="Golddex", owner_name="Ana Lima", lines=()), "details": CustomerDetails(name="Golddex"),
        "added_on": date(2026, 1, 1), "offers": OFFERS,
    }  # fmt: skip
    return Card(**{**told, **more})


def buttons(drawn: Card) -> list[tuple[str, str]]:
    """The labels and styles of a card's buttons, and of the lines of its menu."""
    row = next(block["elements"] for block in view.blocks(drawn) if block["type"] == "actions")
    found = [(element["text"]["text"], element.get("style", "")) for element in row[:-1]]
    return found + [(option["text"]["text"], "⋯") for option in row[-1]["options"]]


def test_one_button_is_primary_and_the_rest_stands_behind_the_menu() -> None:
    """What others offer in a menu comes first in it; nobody takes what is theirs already."""
    assert buttons(card(mine=True)) == [
        ("Check-in", "primary"), ("Promise", ""),
        ("Snooze", "⋯"), ("Hand over", "⋯"), ("Edit", "⋯"), ("Status", "⋯"),
    ]  # fmt: skip


def test_taking_a_customer_from_its_owner_asks_first() -> None:
    """By the owner's name; without an owner there is nobody to ask about."""
    free = card(customer=schema(name="Golddex", owner_id=None, owner_name=None))
    rows = (
        next(block["elements"] for block in view.blocks(one) if block["type"] == "actions") for one in (card(), free)
    )
    owned, unowned = (next(one for one in row if one["action_id"] == view.TAKE) for row in rows)
    assert "Ana Lima is the owner" in str(owned["confirm"])
    assert "confirm" not in unowned


def test_the_parts_stand_in_their_order() -> None:
    """The problem first, with the name; then who and since when, what we owe, what they say, what happened."""
    topics = {topic: (Line(text=f"about {topic}"),) for topic in (Topic.SAID, Topic.OWED, Topic.KNOWN, Topic.PROBLEM)}
    texts = [block["text"]["text"] for block in view.blocks(card(topics=topics)) if block["type"] == "section"]
    assert texts[0] == ":warning: *Golddex* has an open problem\n• about problem"
    assert texts[1].startswith("*Golddex* · ")
    assert texts[1].endswith("• about known")
    assert texts[2:4] == ["*What we owe*\n• about owed", "*What they say*\n• about said"]
    assert view.message(card(topics=topics)).text.startswith("Golddex: an open problem, due since")


def test_a_card_without_a_problem_begins_with_the_customer() -> None:
    """Nothing is said of what isn't there."""
    assert view.blocks(card())[0]["text"]["text"].startswith("*Golddex* · ")
    assert "problem" not in view.message(card()).text


@pytest.mark.parametrize(
    ("days_early", "words"),
    [
        (4, "due Tue 24 Nov, 4 days early to even out busy days"),
        (1, "due Tue 24 Nov, 1 day early to even out busy days"),
        (-2, "due Tue 24 Nov, 2 days later to even out the days after the return"),
        (0, "due Tue 24 Nov"),
    ],
)
def test_a_date_that_was_moved_says_why(days_early: int, words: str) -> None:
    """How many days early or late, and what for."""
    drawn = card(customer=schema(name="Golddex", due_on=date(2026, 11, 24)), days_early=days_early)
    head = next(block["text"]["text"] for block in view.blocks(drawn) if block["type"] == "section")
    assert head.splitlines()[1].endswith(f" · {words}")
    assert f"Golddex: {words}, " in view.message(drawn).text


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, without customers."""
    async with open_world(sqlite_url) as opened:
        yield opened


def furnish(office: Office) -> None:
    """A customer of Bob's with a problem, a promise and a complaint."""
    golddex = office.customer("Golddex", owner=BOB, waited=31, preferences=["tea"])
    escalate(office, golddex, what="the new line stands still")
    promise(office, golddex)
    bring(office, None, item(words="Golddex support never called me back, terrible"))


async def test_a_card_tells_what_is_wrong_owed_said_and_liked(world: World) -> None:
    """As the features know it, each under its own heading."""
    furnish(world.office)
    found = await answer(world, ANA, "/customers golddex", "has an open problem")
    order = [
        "went wrong: the new line stands still", "Owner Bob Chen · every 30 days", "Last contact Fri 23 Oct",
        "*What we owe*", "promised: “send the new price list”", "*What they say*", "never called me back",
        "*How they like it*", "tea", "*So far*",
    ]  # fmt: skip
    places = [shown(found).find(words) for words in order]
    assert places == sorted(places)
    assert -1 not in places


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Ask somebody", "Ask somebody"), ("Snooze", "Snooze"), ("Hand over", "Hand over"), ("Edit", "Edit customer"),
        ("Status", "Status"),
    ],
)  # fmt: skip
async def test_each_line_of_the_menu_opens_its_form(world: World, label: str, title: str) -> None:
    """About the customer of the card, from the message and from the window."""
    world.office.customer("Golddex", owner=ANA, waited=31)
    found = await answer(world, ANA, "/customers golddex", "Owner Ana Lima")
    await world.as_(ANA).choose(found, "customers.card_menu", label)
    form = await window(world, ANA, title, "Golddex")
    await world.as_(ANA).close(form)
    listed = await answer(world, ANA, "/customers", "Golddex")
    await world.as_(ANA).press(listed, "customers.card")
    opened = await window(world, ANA, "Customer", "Owner Ana Lima")
    await world.as_(ANA).choose(opened, "customers.card_menu", label)
    await window(world, ANA, title, "Golddex")


async def test_a_menu_line_that_nobody_offers_any_more_is_answered(world: World) -> None:
    """Such as one of a feature that is gone."""
    world.office.customer("Golddex", owner=ANA, waited=31)
    found = await answer(world, ANA, "/customers golddex", "Owner Ana Lima")
    menu = next(one for block in found.blocks for one in block.get("elements", ()) if one["type"] == "overflow")
    menu["options"][0]["value"] = f"gone.offer:customer:{customer(world, 'golddex').id}"
    await world.as_(ANA).choose(found, "customers.card_menu", menu["options"][0]["text"]["text"])
    await told(world, ANA, "That menu is out of date")


async def test_a_member_asks_the_owner_but_nobody_else(world: World) -> None:
    """The refusal names a manager, and offers to take it."""
    world.office.customer("Golddex", owner=ANA, waited=31)
    bob = world.as_(BOB)
    asked = (await bob.command("/assign @ana Golddex tomorrow call about the invoice")).messages[0]
    assert "Ana Lima has it" in asked.text
    refused = (await bob.command("/assign @kiri Golddex tomorrow call about the invoice")).messages[0]
    assert refused.text == "Only managers can ask others than its owner; ask Mara, or take it yourself."
    assert "Take it" in shown(refused)
    done = (await world.as_(MARA).command("/assign @kiri Golddex tomorrow call")).messages[0]
    assert done.text.startswith("Kiri Walker has it")
