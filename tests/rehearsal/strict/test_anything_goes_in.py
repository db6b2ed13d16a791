"""The checks return violations for any payload; they never raise."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.strict import Violation, check_message, check_options, check_view, check_view_response
from rehearsal.strict.blocks import BLOCKS
from rehearsal.strict.elements import ELEMENTS
from tests.rehearsal.strict.samples import message, modal

_KEYS = st.sampled_from(
    [
        "type",
        "text",
        "blocks",
        "elements",
        "element",
        "accessory",
        "options",
        "option_groups",
        "rows",
        "fields",
        "label",
        "initial_option",
        "initial_options",
        "block_id",
        "action_id",
        "view",
        "errors",
        "response_action",
        "metadata",
    ]
)
_WORDS = st.sampled_from([*BLOCKS, *ELEMENTS, "mrkdwn", "plain_text", "home", "modal", "errors", "update", "", "<"])
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)
_OBJECT = st.dictionaries(_KEYS, _JSON, max_size=6)


@given(_OBJECT)
def test_any_object_is_judged(payload: dict[str, Any]) -> None:
    """Every check accepts any JSON object and returns violations with path, code and sentence."""
    found = [*check_message(payload), *check_view(payload), *check_options(payload)]
    found += check_view_response(payload, payload)
    assert all(isinstance(violation, Violation) for violation in found)
    assert all(violation.path and violation.code and violation.sentence for violation in found)


@settings(max_examples=60)
@given(st.data())
def test_a_good_message_or_modal_with_one_piece_replaced_is_judged(data: st.DataObject) -> None:
    """A valid payload with an arbitrary value in one place is checked without an error."""
    for good, check in ((message(), check_message), (modal(), check_view)):
        payload = copy.deepcopy(good)
        place: Any = payload
        for _ in range(data.draw(st.integers(1, 5))):
            inner = place[data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))]
            if not isinstance(inner, dict | list) or not inner:
                break
            place = inner
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        place[key] = data.draw(_JSON)
        assert isinstance(check(payload), list)
