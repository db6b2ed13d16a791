"""Where a press came from, read from payloads that anybody may have changed."""

from typing import Any
from uuid import uuid4

import pytest

from bot.checkins.listeners.origins import CheckinModalState, Origin, origin_of, subject_in
from bot.core.errors import InvalidInput, NotFound
from bot.core.schemas import Subject

URL = "https://hooks.slack.com/actions/1"


def pressed(block_id: str, *, ephemeral: bool = False, **more: Any) -> dict[str, Any]:
    """A payload of a button in a message."""
    container = {"type": "message", "channel_id": "D1", "message_ts": "1.2", "is_ephemeral": ephemeral}
    return {"container": container, "response_url": URL, "actions": [{"block_id": block_id, "value": "v"}], **more}


def test_each_place_is_known_by_its_block() -> None:
    """The queue with its page, a reminder with its id, others by what holds them."""
    reminder = uuid4()
    assert origin_of(pressed("checkins.queue:3:x:more", ephemeral=True)) == Origin(kind="queue", page=3, url=URL)
    assert origin_of(pressed(f"checkins.reminder:{reminder}:x")) == Origin(
        kind="reminder", reminder_id=reminder, channel="D1", ts="1.2", url=URL
    )
    assert origin_of(pressed("digests.row:x")) == Origin(kind="message", channel="D1", ts="1.2", url=URL)
    assert origin_of(pressed("digests.row:x", ephemeral=True)) == Origin(kind="private", url=URL)
    assert origin_of({"view": {"type": "home"}, "container": {"type": "view"}}) == Origin(kind="window")


@pytest.mark.parametrize("block_id", ["", "checkins.queue", "checkins.queue:x", "checkins.reminder:none", ":::", "²:³"])
def test_a_block_id_nobody_made_is_just_a_message(block_id: str) -> None:
    """No error, no page, no reminder."""
    assert origin_of(pressed(block_id)).kind == "message"
    assert origin_of({}).kind == "none"


def test_a_button_carries_an_id_or_another_features_subject() -> None:
    """Anything else is out of date, politely."""
    customer = uuid4()
    assert subject_in(str(customer)).customer_id == customer
    offered = Subject(kind="mention", id="m1", customer_id=customer, words="never called back", link="https://x")
    assert subject_in(offered.model_dump_json()) == offered
    bare = Subject(kind="customer", id=str(customer))
    assert subject_in(bare.model_dump_json()).customer_id == customer
    for forged in ("", "x", "{}", '{"kind":"customer","id":"1"}', "[1]"):
        with pytest.raises(NotFound, match="out of date"):
            subject_in(forged)


def test_a_window_whose_state_was_changed_is_out_of_date() -> None:
    """It says to open it again; an untouched one comes back as it was."""
    state = CheckinModalState(origin=Origin(kind="queue", page=2, url=URL), customer_id=uuid4())
    assert CheckinModalState.load({"private_metadata": state.dump()}) == state
    assert CheckinModalState.load({}) == CheckinModalState()
    for forged in ("x", '{"origin": {"kind": "bank"}}', '{"customer_id": "1"}', "[]"):
        with pytest.raises(InvalidInput, match="open it again"):
            CheckinModalState.load({"private_metadata": forged})
