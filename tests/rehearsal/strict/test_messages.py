"""Violations in messages, with their paths."""

import json
from typing import Any

import pytest

from rehearsal.strict import check_message
from tests.rehearsal.strict.samples import OPTIONS, RICH, button, choice, message, mrkdwn, plain


def says(*blocks: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """Return the violations in a message of these blocks, as pairs of path and code."""
    found = check_message({"channel": "C1", "text": "Hello", "blocks": list(blocks), **more})
    return [(violation.path, violation.code) for violation in found]


def section(text: Any = None, **more: Any) -> dict[str, Any]:
    """Return a section with *text*."""
    return {"type": "section", "text": text or mrkdwn("Hello"), **more}


def accessory(element: dict[str, Any]) -> dict[str, Any]:
    """Return a section with *element* as its accessory."""
    return section(accessory=element)


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an actions block."""
    return {"type": "actions", "elements": list(elements), **more}


def test_a_message_with_every_block_passes() -> None:
    """Everything that Slack allows in a message is valid."""
    assert check_message(message()) == []


def test_blocks_and_metadata_may_come_as_json_strings() -> None:
    """JSON strings, as in form bodies, are parsed."""
    integer = message()
    packed = {**integer, "blocks": json.dumps(integer["blocks"]), "metadata": json.dumps(integer["metadata"])}
    assert check_message(packed) == []
    broken = check_message({"text": "Hello", "blocks": "[{"})
    assert [(v.path, v.code) for v in broken] == [("blocks", "invalid_blocks_format")]


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("unknown block", {"type": "hologram"}, "blocks[0].type"),
    ("video", {"type": "video"}, "blocks[0].type"),
    ("block without type", {"text": plain("x")}, "blocks[0]"),
    ("unknown field", section(colour="red"), "blocks[0].colour"),
    ("section of nothing", {"type": "section"}, "blocks[0]"),
    ("section text too long", section(mrkdwn("x" * 3001)), "blocks[0].text.text"),
    ("section text empty", section(mrkdwn("")), "blocks[0].text.text"),
    ("section text a bare string", section("x"), "blocks[0].text"),
    ("11 fields", {"type": "section", "fields": [plain("x")] * 11}, "blocks[0].fields"),
    ("field too long", {"type": "section", "fields": [plain("x" * 2001)]}, "blocks[0].fields[0].text"),
    ("no fields", {"type": "section", "fields": []}, "blocks[0].fields"),
    ("header in mrkdwn", {"type": "header", "text": mrkdwn("x")}, "blocks[0].text.type"),
    ("header too long", {"type": "header", "text": plain("x" * 151)}, "blocks[0].text.text"),
    ("header of nothing", {"type": "header"}, "blocks[0].text"),
    ("11 pieces of context", {"type": "context", "elements": [plain("x")] * 11}, "blocks[0].elements"),
    ("button in context", {"type": "context", "elements": [button("x", "x")]}, "blocks[0].elements[0].type"),
    ("26 actions", actions(*[button("x", f"a{n}") for n in range(26)]), "blocks[0].elements"),
    ("no actions", actions(), "blocks[0].elements"),
    ("one action twice", actions(button("x", "a"), button("y", "a")), "blocks[0].elements[1].action_id"),
    ("text input among actions", actions({"type": "plain_text_input"}), "blocks[0].elements[0].type"),
    ("workflow button", actions({"type": "workflow_button"}), "blocks[0].elements[0].type"),
    ("image among actions", actions({"type": "image"}), "blocks[0].elements[0].type"),
    ("several users among actions", actions({"type": "multi_users_select"}), "blocks[0].elements[0].type"),
    ("moment beside a section", accessory({"type": "datetimepicker"}), "blocks[0].accessory.type"),
    ("long block_id", section(block_id="x" * 256), "blocks[0].block_id"),
    ("long action_id", accessory(button("x", "a" * 256)), "blocks[0].accessory.action_id"),
    ("long button", accessory(button("x" * 76, "a")), "blocks[0].accessory.text.text"),
    ("button in mrkdwn", accessory({**button("x", "a"), "text": mrkdwn("x")}), "blocks[0].accessory.text.type"),
    ("long button value", accessory(button("x", "a", value="x" * 2001)), "blocks[0].accessory.value"),
    ("long button link", accessory(button("x", "a", url="https://" + "x" * 3000)), "blocks[0].accessory.url"),
    ("script as a link", accessory(button("x", "a", url="javascript:x")), "blocks[0].accessory.url"),
    ("button style", accessory(button("x", "a", style="loud")), "blocks[0].accessory.style"),
    ("number as value", accessory(button("x", "a", value=7)), "blocks[0].accessory.value"),
    ("empty confirm", accessory(button("x", "a", confirm={})), "blocks[0].accessory.confirm.title"),
    ("no options", accessory({"type": "static_select", "options": []}), "blocks[0].accessory.options"),
    ("neither options nor groups", accessory({"type": "static_select"}), "blocks[0].accessory"),
    (
        "two options of one value",
        accessory({"type": "static_select", "options": [choice("x", "v"), choice("y", "v")]}),
        "blocks[0].accessory.options",
    ),
    (
        "101 options",
        accessory({"type": "static_select", "options": [choice(f"n{n}") for n in range(101)]}),
        "blocks[0].accessory.options",
    ),
    (
        "initial option elsewhere",
        accessory({"type": "static_select", "options": OPTIONS, "initial_option": choice("Letter")}),
        "blocks[0].accessory.initial_option",
    ),
    (
        "long option",
        accessory({"type": "static_select", "options": [choice("x" * 76, "v")]}),
        "blocks[0].accessory.options[0].text.text",
    ),
    (
        "long option value",
        accessory({"type": "static_select", "options": [choice("x", "v" * 151)]}),
        "blocks[0].accessory.options[0].value",
    ),
    (
        "option in mrkdwn",
        accessory({"type": "static_select", "options": [{"text": mrkdwn("x"), "value": "v"}]}),
        "blocks[0].accessory.options[0].text.type",
    ),
    (
        "link in a select",
        accessory({"type": "static_select", "options": [choice("x", url="https://a.b")]}),
        "blocks[0].accessory.options[0].url",
    ),
    (
        "long description",
        accessory({"type": "static_select", "options": [choice("x", description=plain("d" * 76))]}),
        "blocks[0].accessory.options[0].description.text",
    ),
    ("6 in an overflow", accessory({"type": "overflow", "options": [choice("x")] * 6}), "blocks[0].accessory.options"),
    ("11 radios", actions({"type": "radio_buttons", "options": [choice("x")] * 11}), "blocks[0].elements[0].options"),
    (
        "no such day",
        accessory({"type": "datepicker", "initial_date": "2026-02-30"}),
        "blocks[0].accessory.initial_date",
    ),
    ("no such hour", accessory({"type": "timepicker", "initial_time": "25:00"}), "blocks[0].accessory.initial_time"),
    (
        "long placeholder",
        accessory({"type": "users_select", "placeholder": plain("x" * 151)}),
        "blocks[0].accessory.placeholder.text",
    ),
    ("image without words", {"type": "image", "image_url": "https://a.b/c.png"}, "blocks[0].alt_text"),
    ("image from nowhere", {"type": "image", "alt_text": "x"}, "blocks[0].image_url"),
    (
        "image from a file",
        {"type": "image", "alt_text": "x", "slack_file": {"id": "F012345678"}},
        "blocks[0].slack_file",
    ),
    (
        "long words for an image",
        {"type": "image", "alt_text": "x" * 2001, "image_url": "https://a.b/c.png"},
        "blocks[0].alt_text",
    ),
    (
        "21 cells",
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]},
        "blocks[0].rows[0]",
    ),
    ("101 rows", {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}, "blocks[0].rows"),
    ("mrkdwn cell", {"type": "table", "rows": [[mrkdwn("x")]]}, "blocks[0].rows[0][0].type"),
    (
        "ping in rich text",
        {**RICH, "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]}]},
        "blocks[0].elements[0].elements[0].type",
    ),
    (
        "file input in a message",
        {"type": "input", "label": plain("x"), "element": {"type": "file_input", "action_id": "f"}},
        "blocks[0].element.type",
    ),
    ("text of spaces", section(mrkdwn(" \n\u00a0")), "blocks[0].text.text"),
    (
        "two options with one value",
        accessory({"type": "static_select", "action_id": "a", "options": [choice("A", "1"), choice("B", "1")]}),
        "blocks[0].accessory.options",
    ),
    (
        "two options of a menu with one value",
        accessory({"type": "overflow", "action_id": "a", "options": [choice("A", "1"), choice("B", "1")]}),
        "blocks[0].accessory.options",
    ),
    ("NUL", section(mrkdwn("a\x00b")), "blocks[0].text.text"),
    ("half an emoji", section(mrkdwn("a\ud83d")), "blocks[0].text.text"),
    ("a channel pinged", section(mrkdwn("<!channel> look")), "blocks[0].text.text"),
    ("a stray angle bracket", section(mrkdwn("a <b> c")), "blocks[0].text.text"),
    ("a bare ampersand", section(mrkdwn("Q&A")), "blocks[0].text.text"),
]


@pytest.mark.parametrize(("block", "path"), [add[1:] for add in FAULTS], ids=[add[0] for add in FAULTS])
def test_each_fault_is_found_where_it_stands(block: dict[str, Any], path: str) -> None:
    """One error gives at least one violation, one of them with the exact path."""
    assert path in [where for where, _ in says(block)]


def test_one_fault_gives_one_violation_with_a_sentence_that_says_what_to_do() -> None:
    """The violation has path, advice and Slack's code."""
    (violation,) = check_message({"text": "Hi", "blocks": [section(mrkdwn("x" * 3001))]})
    assert str(violation) == "blocks[0].text.text: Shorten this to 3000 characters; it has 3001. (invalid_blocks)"


def test_ids_are_unique_and_blocks_are_counted() -> None:
    """A block_id is unique in a message, which has 50 blocks at most."""
    assert says(section(block_id="a"), section(block_id="a")) == [("blocks[1].block_id", "invalid_blocks")]
    assert says(*[{"type": "divider"}] * 50) == []
    assert says(*[{"type": "divider"}] * 51) == [("blocks", "invalid_blocks")]


def test_words_of_all_blocks_together_are_counted() -> None:
    """Fifty long sections exceed the total, although each one is valid."""
    assert says(*[section(mrkdwn("x" * 2600))] * 5) == []
    assert says(*[section(mrkdwn("x" * 2700))] * 5) == [("blocks", "msg_blocks_too_long")]


def test_one_table_a_message() -> None:
    """A second table is refused."""
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    assert says(table, table) == [("blocks[1]", "only_one_table_allowed")]


@pytest.mark.parametrize(
    ("payload", "path", "code"),
    [
        ({}, "text", "no_text"),
        ({"text": ""}, "text", "no_text"),
        ({"text": " \n"}, "text", "no_text"),
        ({"text": "", "blocks": []}, "text", "no_text"),
        ({"text": "x" * 40_001}, "text", "msg_too_long"),
        ({"text": 7}, "text", "invalid_arguments"),
        ({"text": "x", "attachments": [{}]}, "attachments", "invalid_arguments"),
        ({"text": "x", "reply_broadcast": True}, "reply_broadcast", "invalid_arguments"),
        ({"text": "x", "link_names": True}, "link_names", "invalid_arguments"),
        ({"text": "x", "parse": "full"}, "parse", "invalid_arguments"),
        ({"text": "x", "markdown_text": "x"}, "markdown_text", "markdown_text_conflict"),
        ({"text": "x", "respone_type": "ephemeral"}, "respone_type", "invalid_arguments"),
        ({"text": "x", "response_type": "everyone"}, "response_type", "invalid_arguments"),
        ({"text": "<!everyone>"}, "text", "unescaped_text"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "metadata.event_payload", "invalid_metadata_format"),
        ({"text": "x", "metadata": "{"}, "metadata", "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "a", "event_payload": {"k": None}}},
            "metadata.event_payload.k",
            "invalid_metadata_schema",
        ),
    ],
)
def test_faults_around_the_blocks(payload: dict[str, Any], path: str, code: str) -> None:
    """Text, metadata and other fields have their own rules."""
    assert [(v.path, v.code) for v in check_message(payload)] == [(path, code)]


def test_deleting_the_original_needs_no_words() -> None:
    """A response with delete_original needs no text."""
    assert check_message({"delete_original": True}) == []


def test_blocks_alone_are_a_message() -> None:
    """A message with blocks needs no text."""
    assert check_message({"blocks": [{"type": "divider"}]}) == []


@pytest.mark.parametrize(
    "rubbish", [None, 7, "x", [], [None], [[]], {"type": []}, [{"type": "actions", "elements": 3}]]
)
def test_rubbish_is_refused_not_crashed_on(rubbish: Any) -> None:
    """Any value in place of blocks gives violations."""
    found = check_message({"text": "x", "blocks": rubbish})
    assert bool(found) == (rubbish not in (None, []))


def test_escaped_words_and_real_links_pass() -> None:
    """Escaped markup, mentions, links, dates and mail addresses are valid."""
    good = "&lt;!channel&gt; &amp; <@U012AB> <#C012AB|general> <mailto:a@b.c|mail> <https://a.b?x=1&y=2>"
    assert says(section(mrkdwn(good)), text=good) == []
