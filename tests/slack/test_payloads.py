"""What a press says, read from payloads that anybody may have changed."""

from typing import Any
from uuid import uuid4

import pytest

from bot.slack.payloads import action_and_id, block_in, ids_in, message_in, page_in, uuid_in, value_in


def pressed(**action: Any) -> dict[str, Any]:
    """A payload with one control that was used."""
    return {"actions": [action]}


def test_values_come_from_buttons_and_menus() -> None:
    """Whichever was used; nothing from nothing."""
    assert value_in(pressed(value="a")) == "a"
    assert value_in(pressed(selected_option={"value": "b"})) == "b"
    assert value_in({}) == ""
    assert uuid_in("nonsense") is None


def test_a_button_says_what_is_wanted_by_its_id_and_a_menu_by_its_choice() -> None:
    """Either way with the row that it is about."""
    assert action_and_id(pressed(action_id="followups.done", value="7")) == ("followups.done", "7")
    assert action_and_id(pressed(action_id="followups.more", selected_option={"value": "later:7"})) == ("later", "7")
    assert action_and_id({}) == ("", "")


@pytest.mark.parametrize(("text", "page"), [("3", 3), ("", 0), ("x", 0), ("²", 0), ("-1", 0), ("9" * 5000, 999_999)])
def test_a_page_nobody_made_is_the_first(text: str, page: int) -> None:
    """No error from a forged number, and none beyond a million."""
    assert page_in(text) == page


def test_rows_of_a_message_are_known_by_their_blocks() -> None:
    """Each once, in their order; others' blocks and forged ones are passed over."""
    one, two = uuid4(), uuid4()
    names = [f"a.due:{one}", f"a.due:{one}:do", "a.due", "a.due:x", f"b.due:{two}", f"a.due:{two}", None]
    body = {"message": {"blocks": [{"block_id": name} for name in names]}}
    assert ids_in(body, "a.due") == (one, two)
    assert ids_in({"message": {"blocks": [{"block_id": f"a:1:2:{one}"}]}}, "a", part=-1) == (one,)
    assert ids_in({}, "a.due") == ()
    assert block_in(pressed(block_id="a.list:2:p-U1")) == ("a.list", "2:p-U1")


def test_a_message_shortcut_tells_where_the_message_is_and_its_words() -> None:
    """With the words as they were typed: Slack escapes three characters."""
    body = {
        "message": {"ts": "1.2", "text": "Tea &amp; cake"}, "channel": {"id": "C1"}, "team": {"domain": "acme"},
    }  # fmt: skip
    assert message_in(body) == ({"channel": "C1", "ts": "1.2", "domain": "acme"}, "Tea & cake")
    assert message_in({"message": {}, "message_ts": "1.2"}) == ({"channel": "", "ts": "1.2", "domain": ""}, "")
