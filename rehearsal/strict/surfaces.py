"""Checks of a whole message, modal, Home tab, or response to a payload."""

import json
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.blocks import check_blocks
from rehearsal.strict.elements import GROUP, option, unique_values
from rehearsal.strict.rules import ObjectRule, any_value, array, boolean, enumeration, string
from rehearsal.strict.texts import check_mrkdwn, plain
from rehearsal.strict.violations import Report, Violation, check_characters, join, strings

_TEXT_PATHS: Final = (".text", ".alt_text", ".text.text")
_MESSAGE: Final = ObjectRule(
    {
        **dict.fromkeys(
            ("token", "channel", "user", "ts", "thread_ts", "username", "icon_emoji", "icon_url"), any_value
        ),
        **dict.fromkeys(("parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media", "as_user"), any_value),
        **dict.fromkeys(("text", "blocks", "attachments", "metadata", "reply_broadcast", "markdown_text"), any_value),
        **dict.fromkeys(("file_ids", "client_msg_id", "team_id"), any_value),
        **dict.fromkeys(("response_type", "replace_original", "delete_original"), any_value),
    }
)
_METADATA: Final = ObjectRule(
    {"event_type": string(limits.IDENTIFIER), "event_payload": ObjectRule({})}, ["event_type", "event_payload"]
)
_MODAL: Final = ObjectRule(
    {
        "type": enumeration("modal"),
        "title": plain(limits.VIEW_LABEL),
        "submit": plain(limits.VIEW_LABEL),
        "close": plain(limits.VIEW_LABEL),
        "blocks": any_value,
        "private_metadata": string(limits.PRIVATE_METADATA, min_length=0),
        "callback_id": string(limits.IDENTIFIER, min_length=0),
        "external_id": string(limits.IDENTIFIER, min_length=0),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    ["type", "title", "blocks"],
)
_HOME: Final = ObjectRule(
    {
        "type": enumeration("home"),
        "blocks": any_value,
        "private_metadata": string(limits.PRIVATE_METADATA, min_length=0),
        "callback_id": string(limits.IDENTIFIER, min_length=0),
        "external_id": string(limits.IDENTIFIER, min_length=0),
    },
    ["type", "blocks"],
)
_INVALID: Final = object()


def check_message(payload: Mapping[str, Any]) -> list[Violation]:
    """
    Return violations in a message: text, blocks, metadata and other fields.

    *payload* is the body of chat.postMessage, chat.postEphemeral or chat.update, of a response_url, or of a response to
    a slash command. Blocks and metadata may be JSON strings, as in form bodies.
    """
    report = Report("message", "invalid_arguments")
    check_characters(report, payload)
    _MESSAGE(report, "", payload)
    _check_message_ways(report, payload)
    blocks = _parse_json(report, payload, "blocks", "invalid_blocks_format")
    if blocks is not None and blocks is not _INVALID:
        report.code = "invalid_blocks"
        check_blocks(report, "blocks", blocks, limits.MESSAGE_BLOCKS)
        _check_total_length(report, blocks)
    _check_text(report, payload, has_blocks=bool(blocks))
    _check_metadata(report, payload)
    return report.violations


def _check_message_ways(report: Report, payload: Mapping[str, Any]) -> None:
    if payload.get("attachments"):
        report.add("attachments", "Attachments are a thing of the past; use blocks.")
    if payload.get("markdown_text"):
        report.add(
            "markdown_text", "Say it in `text` and `blocks`; markdown_text excludes both.", "markdown_text_conflict"
        )
    if payload.get("reply_broadcast") not in (None, False, "false"):
        report.add("reply_broadcast", "Replies stay in their thread; leave reply_broadcast out.")
    if payload.get("link_names") not in (None, False, "0", "false"):
        report.add("link_names", "Leave link_names off, or names in customers' words become mentions.")
    if payload.get("parse") not in (None, "none"):
        report.add("parse", "Leave parse out; it turns words into links and mentions.")
    response_type = payload.get("response_type")
    if response_type not in (None, "ephemeral", "in_channel"):
        report.add("response_type", f"Only `ephemeral` or `in_channel` can stand here; this is {response_type!r}.")


def _check_text(report: Report, payload: Mapping[str, Any], *, has_blocks: bool) -> None:
    text = payload.get("text")
    if text is not None and not isinstance(text, str):
        report.add("text", "Put a string here.", "invalid_arguments")
    elif not text or not text.strip():
        if not has_blocks and payload.get("delete_original") not in (True, "true"):
            report.add("text", "A message needs text or blocks.", "no_text")
    elif len(text) > limits.MESSAGE_TEXT:
        report.add(
            "text", f"Slack cuts text at {limits.MESSAGE_TEXT} characters; this has {len(text)}.", "msg_too_long"
        )
    else:
        check_mrkdwn(report, "text", text)


def _check_total_length(report: Report, blocks: Any) -> None:
    words = sum(len(text) for path, text in strings(blocks, "blocks") if path.endswith(_TEXT_PATHS))
    if words > limits.MESSAGE_BLOCKS_CHARACTERS:
        most = limits.MESSAGE_BLOCKS_CHARACTERS
        report.add("blocks", f"All blocks together hold {most} characters; these are {words}.", "msg_blocks_too_long")


def _check_metadata(report: Report, payload: Mapping[str, Any]) -> None:
    metadata = _parse_json(report, payload, "metadata", "invalid_metadata_format")
    if metadata is None or metadata is _INVALID:
        return
    report.code = "invalid_metadata_format"
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("event_payload"), Mapping):
        _METADATA(report, "metadata", metadata)
    else:
        _METADATA(report, "metadata", {**metadata, "event_payload": {}})
        _check_metadata_values(report, metadata["event_payload"])


def _check_metadata_values(report: Report, values: Mapping[str, Any]) -> None:
    """Report values other than strings, numbers, booleans, and flat objects or lists of them."""
    for name, value in values.items():
        if value is None:
            report.add(
                f"metadata.event_payload.{name}", "Leave the field out instead of null.", "invalid_metadata_schema"
            )


def _parse_json(report: Report, payload: Mapping[str, Any], name: str, code: str) -> Any:
    value = payload.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        report.add(name, "This is no JSON.", code)
        return _INVALID


def check_view(view: Mapping[str, Any]) -> list[Violation]:
    """Return violations in a modal or a Home tab."""
    report = Report("home" if view.get("type") == "home" else "modal", "invalid_arguments")
    _check_view(report, "", view)
    return report.violations


def _check_view(report: Report, path: str, view: Mapping[str, Any]) -> None:
    check_characters(report, view)
    (_HOME if report.surface == "home" else _MODAL)(report, path, view)
    blocks = view.get("blocks")
    if blocks is not None:
        check_blocks(report, join(path, "blocks"), blocks, limits.VIEW_BLOCKS)
        if blocks in ([], ()):
            report.add(join(path, "blocks"), "A view needs at least one block.")
    if report.surface == "modal" and input_blocks(view) and "submit" not in view:
        report.add(join(path, "submit"), "A modal with inputs needs a submit button.")
    size = len(json.dumps(view, default=str).encode())
    if size > limits.VIEW_BYTES:
        report.add(path, f"A view holds {limits.VIEW_BYTES} bytes; this has {size}.", "view_too_large")


def input_blocks(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the input blocks of *view*, in order."""
    blocks = view.get("blocks")
    listed = blocks if isinstance(blocks, list | tuple) else []
    return [block for block in listed if isinstance(block, Mapping) and block.get("type") == "input"]


def check_view_response(body: Mapping[str, Any], view: Mapping[str, Any]) -> list[Violation]:
    """Return violations in the response to submitting *view*: errors must name its input blocks."""
    report = Report("modal", "invalid_arguments")
    if not body:
        return report.violations
    action = body.get("response_action")
    enumeration("update", "push", "clear", "errors")(report, "response_action", action)
    wanted = {"update": "view", "push": "view", "errors": "errors"}.get(str(action))
    ObjectRule({"response_action": any_value, **({wanted: any_value} if wanted else {})}, [wanted] if wanted else [])(
        report, "", body
    )
    if wanted == "view" and isinstance(body.get("view"), Mapping):
        _check_view(report, "view", body["view"])
    elif wanted == "errors" and "errors" in body:
        check_characters(report, body)
        _check_errors(report, body["errors"], {str(block.get("block_id")) for block in input_blocks(view)})
    return report.violations


def _check_errors(report: Report, errors: Any, known: set[str]) -> None:
    if not isinstance(errors, Mapping) or not errors:
        report.add("errors", "Name at least one input block and what is wrong with it.")
        return
    for block_id, sentence in errors.items():
        string()(report, f"errors.{block_id}", sentence)
        if block_id not in known:
            report.add(f"errors.{block_id}", f"No input block of this view is called {block_id!r}.")


def check_options(body: Mapping[str, Any]) -> list[Violation]:
    """Return violations in the options for an external select: up to 100 options, or groups of them."""
    report = Report("options", "invalid_arguments")
    check_characters(report, body)
    unique_values(report, "", body)
    rules = {
        "options": array(option(), 0, limits.SELECT_OPTIONS),
        "option_groups": array(GROUP, 0, limits.OPTION_GROUPS),
    }
    ObjectRule(rules)(report, "", body)
    if ("options" in body) == ("option_groups" in body):
        report.add("options", "Give either `options` or `option_groups`.")
    return report.violations
