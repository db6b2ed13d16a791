"""Messages drawn anew after a press, and the windows that remember them."""

import asyncio

import pytest

from bot.core.errors import InvalidInput
from bot.slack.message_refs import MessageLocks, MessageRef, address_of


async def test_a_message_is_drawn_by_one_hand_at_a_time_however_many_press() -> None:
    """Also by one that comes in the very moment in which another's turn ends; afterwards nothing is kept."""
    turns, inside, most = MessageLocks(), 0, 0

    async def draw() -> None:
        nonlocal inside, most
        async with turns.at("C1", "1.2"):
            inside += 1
            most = max(most, inside)
            for _ in range(3):
                await asyncio.sleep(0)
            inside -= 1

    hands = []
    for _ in range(50):
        hands.append(asyncio.create_task(draw()))
        await asyncio.sleep(0)
    await asyncio.gather(*hands)
    hands.clear()
    assert most == 1
    assert len(turns) == 0


async def test_two_messages_are_drawn_side_by_side() -> None:
    """One doesn't wait for the other."""
    turns = MessageLocks()
    async with turns.at("C1", "1.2"), asyncio.timeout(5), turns.at("C1", "1.3"):
        assert len(turns) == 2


def test_a_message_only_one_person_sees_is_reached_by_the_address_of_the_press() -> None:
    """One that all see is reached by channel and time."""
    container = {"channel_id": "C1", "message_ts": "1.2"}
    body = {"response_url": "https://hooks.slack.com/1", "container": container}
    url = {"url": "https://hooks.slack.com/1"}
    assert address_of(body) == {"channel": "C1", "ts": "1.2", **url}
    assert address_of({**body, "container": {**container, "is_ephemeral": True}}) == {"channel": "", "ts": "", **url}


def test_a_window_whose_state_was_changed_is_out_of_date() -> None:
    """It says to open it again; an untouched one comes back as it was."""
    place = MessageRef(kind="list", channel="C1", ts="1.2")
    assert MessageRef.load({"private_metadata": place.dump()}) == place
    for forged in ("x", "[]", '{"channel": 1}', '{"bank": "1"}'):
        with pytest.raises(InvalidInput, match="open it again"):
            MessageRef.load({"private_metadata": forged})
