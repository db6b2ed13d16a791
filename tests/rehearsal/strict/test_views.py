"""Violations in modals, Home tabs and responses to submissions and searches, with their paths."""

from typing import Any

import pytest

from rehearsal.strict import check_options, check_view, check_view_response
from tests.rehearsal.strict.samples import OPTIONS, choice, field, home, modal, mrkdwn, plain, spoiled


def found(view: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the violations in *view*, as pairs of path and code."""
    return [(violation.path, violation.code) for violation in check_view(view)]


def of(element: dict[str, Any]) -> dict[str, Any]:
    """Return a modal with *element* as its only input."""
    return {**modal(), "blocks": [field("it", element)]}


def test_a_modal_with_every_input_and_a_home_tab_pass() -> None:
    """Everything that Slack allows in views is valid."""
    assert found(modal()) == []
    assert found(home()) == []


@pytest.mark.parametrize(
    ("view", "path"),
    [
        (spoiled(modal(), "title", to=plain("x" * 25)), "title.text"),
        (spoiled(modal(), "title", to=mrkdwn("x")), "title.type"),
        (spoiled(modal(), "submit", to=plain("x" * 25)), "submit.text"),
        (spoiled(modal(), "close", to=plain("")), "close.text"),
        (spoiled(modal(), "private_metadata", to="x" * 3001), "private_metadata"),
        (spoiled(modal(), "callback_id", to="x" * 256), "callback_id"),
        (spoiled(modal(), "external_id", to="x" * 256), "external_id"),
        (spoiled(modal(), "clear_on_close", to="yes"), "clear_on_close"),
        (spoiled(modal(), "colour", to="red"), "colour"),
        (spoiled(modal(), "type", to="window"), "type"),
        ({name: part for name, part in modal().items() if name != "title"}, "title"),
        ({name: part for name, part in modal().items() if name != "submit"}, "submit"),
        ({name: part for name, part in modal().items() if name != "blocks"}, "blocks"),
        (spoiled(modal(), "blocks", to=[{"type": "divider"}] * 101), "blocks"),
        (spoiled(modal(), "blocks", to=[]), "blocks"),
        (spoiled(home(), "blocks", to=[]), "blocks"),
        (spoiled(modal(), "blocks", 1, "block_id", to="due"), "blocks[1].block_id"),
        (spoiled(modal(), "blocks", 1, "label", to=mrkdwn("x")), "blocks[1].label.type"),
        (spoiled(modal(), "blocks", 1, "label", to=plain("x" * 2001)), "blocks[1].label.text"),
        (spoiled(modal(), "blocks", 1, "hint", to=plain("x" * 2001)), "blocks[1].hint.text"),
        (
            spoiled(modal(), "blocks", 0, to={"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}),
            "blocks[0].type",
        ),
        (spoiled(home(), "title", to=plain("Home")), "title"),
        (spoiled(home(), "blocks", to=[field("f", {"type": "file_input"})]), "blocks[0].element.type"),
        (of({"type": "button", "text": plain("x")}), "blocks[0].element.type"),
        (of({"type": "plain_text_input", "max_length": 3001}), "blocks[0].element.max_length"),
        (of({"type": "plain_text_input", "max_length": 2, "initial_value": "abc"}), "blocks[0].element.initial_value"),
        (of({"type": "plain_text_input", "max_length": 2, "min_length": 3}), "blocks[0].element.min_length"),
        (of({"type": "plain_text_input", "multiline": True, "min_lines": 3}), "blocks[0].element.min_lines"),
        (of({"type": "rich_text_input", "action_id": "r", "max_lines": 101}), "blocks[0].element.max_lines"),
        (
            of({"type": "rich_text_input", "action_id": "r", "min_lines": 9, "max_lines": 3}),
            "blocks[0].element.min_lines",
        ),
        (
            of({"type": "radio_buttons", "options": [choice("A", "1"), choice("B", "1")]}),
            "blocks[0].element.options",
        ),
        (of({"type": "number_input"}), "blocks[0].element.is_decimal_allowed"),
        (
            of({"type": "number_input", "is_decimal_allowed": True, "min_value": "9", "max_value": "1"}),
            "blocks[0].element.min_value",
        ),
        (
            of({"type": "number_input", "is_decimal_allowed": True, "initial_value": "nine"}),
            "blocks[0].element.initial_value",
        ),
        (of({"type": "email_text_input", "initial_value": "ana"}), "blocks[0].element.initial_value"),
        (of({"type": "url_text_input", "initial_value": "example"}), "blocks[0].element.initial_value"),
        (of({"type": "file_input", "max_files": 11}), "blocks[0].element.max_files"),
        (
            of({"type": "checkboxes", "options": OPTIONS, "initial_options": [choice("Letter")]}),
            "blocks[0].element.initial_options[0]",
        ),
        (
            of({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 0}),
            "blocks[0].element.max_selected_items",
        ),
        (of({"type": "conversations_select", "filter": {"include": []}}), "blocks[0].element.filter.include"),
        (of({"type": "users_select", "initial_user": "ana"}), "blocks[0].element.initial_user"),
        (of({"type": "datetimepicker", "initial_date_time": 5}), "blocks[0].element.initial_date_time"),
        (of({"type": "users_select", "response_url_enabled": True}), "blocks[0].element.response_url_enabled"),
    ],
)
def test_each_fault_is_found_where_it_stands(view: dict[str, Any], path: str) -> None:
    """A violation has the exact path, with Slack's code for views."""
    assert (path, "invalid_arguments") in found(view)


def test_the_focus_is_given_once() -> None:
    """Two fields can't both have the focus."""
    focused = {"type": "plain_text_input", "focus_on_load": True}
    view = {**modal(), "blocks": [field("a", focused), field("b", focused)]}
    assert found(view) == [("blocks[1].element.focus_on_load", "invalid_arguments")]


def test_a_view_of_250_kilobytes_is_too_large() -> None:
    """A hundred long sections exceed the limit of a view."""
    wide = {"type": "section", "text": mrkdwn("x" * 2900)}
    assert found({**home(), "blocks": [wide] * 80}) == []
    assert found({**home(), "blocks": [wide] * 90}) == [("payload", "view_too_large")]


def test_errors_stand_under_inputs_of_the_view() -> None:
    """An error for a block that isn't an input of the view is refused."""
    answer = {"response_action": "errors", "errors": {"note.block": "Say what happened."}}
    assert check_view_response(answer, modal()) == []
    wrong = spoiled(answer, "errors", to={"due": "Not an input.", "note.block": ""})
    assert [v.path for v in check_view_response(wrong, modal())] == ["errors.due", "errors.note.block"]
    assert [v.path for v in check_view_response(spoiled(answer, "errors", to={}), modal())] == ["errors"]


def test_an_answer_may_be_empty_or_bring_a_view() -> None:
    """An empty response, clear, update and push are valid; the new view is checked, too."""
    assert check_view_response({}, modal()) == []
    assert check_view_response({"response_action": "clear"}, modal()) == []
    assert check_view_response({"response_action": "push", "view": modal()}, modal()) == []
    long = spoiled(modal(), "title", to=plain("x" * 25))
    assert [v.path for v in check_view_response({"response_action": "update", "view": long}, modal())] == [
        "view.title.text"
    ]
    assert [v.path for v in check_view_response({"response_action": "update"}, modal())] == ["view"]
    assert [v.path for v in check_view_response({"response_action": "vanish"}, modal())] == ["response_action"]


def test_a_search_offers_up_to_a_hundred_options_or_groups() -> None:
    """None and a hundred are valid; one more, or both kinds at once, are not."""
    assert check_options({"options": []}) == []
    assert check_options({"options": [choice(f"n{n}") for n in range(100)]}) == []
    assert [v.path for v in check_options({"options": [choice(f"n{n}") for n in range(101)]})] == ["options"]
    assert check_options({"option_groups": [{"label": plain("Near"), "options": OPTIONS}]}) == []
    assert [v.path for v in check_options({"options": [choice("A", "1"), choice("B", "1")]})] == ["options"]
    both: dict[str, Any] = {"options": [], "option_groups": []}
    assert [v.path for v in check_options(both)] == ["options"]
    assert [v.path for v in check_options({"options": [{"text": mrkdwn("x"), "value": "x"}]})] == [
        "options[0].text.type"
    ]
