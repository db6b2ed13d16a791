"""What Slack accepts of a whole message, modal, Home tab, or answer to a payload."""

import json
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.blocks import check_blocks
from rehearsal.strict.elements import GROUP, option
from rehearsal.strict.findings import Violation, Walk, check_characters, join, strings
from rehearsal.strict.kinds import Shape, anything, boolean, listing, one_of, string
from rehearsal.strict.texts import check_mrkdwn, plain

_WORDS: Final = (".text", ".alt_text", ".text.text")
_MESSAGE: Final = Shape(
    {
        **dict.fromkeys(
            ("token", "channel", "user", "ts", "thread_ts", "username", "icon_emoji", "icon_url"), anything
        ),
        **dict.fromkeys(("parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media", "as_user"), anything),
        **dict.fromkeys(("text", "blocks", "attachments", "metadata", "reply_broadcast", "markdown_text"), anything),
        **dict.fromkeys(("file_ids", "client_msg_id", "team_id"), anything),
        **dict.fromkeys(("response_type", "replace_original", "delete_original"), anything),
    }
)
_METADATA: Final = Shape(
    {"event_type": string(limits.IDENTIFIER), "event_payload": Shape({})}, ["event_type", "event_payload"]
)
_MODAL: Final = Shape(
    {
        "type": one_of("modal"),
        "title": plain(limits.VIEW_LABEL),
        "submit": plain(limits.VIEW_LABEL),
        "close": plain(limits.VIEW_LABEL),
        "blocks": anything,
        "private_metadata": string(limits.PRIVATE_METADATA, shortest=0),
        "callback_id": string(limits.IDENTIFIER, shortest=0),
        "external_id": string(limits.IDENTIFIER, shortest=0),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    ["type", "title", "blocks"],
)
_HOME: Final = Shape(
    {
        "type": one_of("home"),
        "blocks": anything,
        "private_metadata": string(limits.PRIVATE_METADATA, shortest=0),
        "callback_id": string(limits.IDENTIFIER, shortest=0),
        "external_id": string(limits.IDENTIFIER, shortest=0),
    },
    ["type", "blocks"],
)
_UNJSON: Final = object()


def check_message(payload: Mapping[str, Any]) -> list[Violation]:
    """
    What Slack would refuse of a message: text, blocks, metadata, and the fields around them.

    Takes the bodies of chat.postMessage, chat.postEphemeral and chat.update, of a response_url, and of a slash
    command's answer. Blocks and metadata may be JSON strings, as form bodies have them.
    """
    walk = Walk("message", "invalid_arguments")
    check_characters(walk, payload)
    _MESSAGE(walk, "", payload)
    _check_message_ways(walk, payload)
    blocks = _unpacked(walk, payload, "blocks", "invalid_blocks_format")
    if blocks is not None and blocks is not _UNJSON:
        walk.code = "invalid_blocks"
        check_blocks(walk, "blocks", blocks, limits.MESSAGE_BLOCKS)
        _check_words(walk, blocks)
    _check_text(walk, payload, has_blocks=bool(blocks))
    _check_metadata(walk, payload)
    return walk.found


def _check_message_ways(walk: Walk, payload: Mapping[str, Any]) -> None:
    if payload.get("attachments"):
        walk.fault("attachments", "Attachments are a thing of the past; use blocks.")
    if payload.get("markdown_text"):
        walk.fault(
            "markdown_text", "Say it in `text` and `blocks`; markdown_text excludes both.", "markdown_text_conflict"
        )
    if payload.get("reply_broadcast") not in (None, False, "false"):
        walk.fault("reply_broadcast", "Replies stay in their thread; leave reply_broadcast out.")
    if payload.get("link_names") not in (None, False, "0", "false"):
        walk.fault("link_names", "Leave link_names off, or names in customers' words become mentions.")
    if payload.get("parse") not in (None, "none"):
        walk.fault("parse", "Leave parse out; it turns words into links and mentions.")
    response_type = payload.get("response_type")
    if response_type not in (None, "ephemeral", "in_channel"):
        walk.fault("response_type", f"Only `ephemeral` or `in_channel` can stand here; this is {response_type!r}.")


def _check_text(walk: Walk, payload: Mapping[str, Any], *, has_blocks: bool) -> None:
    text = payload.get("text")
    if text is not None and not isinstance(text, str):
        walk.fault("text", "Put a string here.", "invalid_arguments")
    elif not text:
        if not has_blocks and payload.get("delete_original") not in (True, "true"):
            walk.fault("text", "A message needs text or blocks.", "no_text")
    elif len(text) > limits.MESSAGE_TEXT:
        walk.fault(
            "text", f"Slack cuts text at {limits.MESSAGE_TEXT} characters; this has {len(text)}.", "msg_too_long"
        )
    else:
        check_mrkdwn(walk, "text", text)


def _check_words(walk: Walk, blocks: Any) -> None:
    words = sum(len(text) for path, text in strings(blocks, "blocks") if path.endswith(_WORDS))
    if words > limits.MESSAGE_BLOCKS_CHARACTERS:
        most = limits.MESSAGE_BLOCKS_CHARACTERS
        walk.fault("blocks", f"All blocks together hold {most} characters; these are {words}.", "msg_blocks_too_long")


def _check_metadata(walk: Walk, payload: Mapping[str, Any]) -> None:
    metadata = _unpacked(walk, payload, "metadata", "invalid_metadata_format")
    if metadata is None or metadata is _UNJSON:
        return
    walk.code = "invalid_metadata_format"
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("event_payload"), Mapping):
        _METADATA(walk, "metadata", metadata)
    else:
        _METADATA(walk, "metadata", {**metadata, "event_payload": {}})
        _check_metadata_values(walk, metadata["event_payload"])


def _check_metadata_values(walk: Walk, values: Mapping[str, Any]) -> None:
    """Strings, numbers, booleans, and flat objects or lists of them; nothing deeper, and no null."""
    for name, value in values.items():
        if value is None:
            walk.fault(
                f"metadata.event_payload.{name}", "Leave the field out instead of null.", "invalid_metadata_schema"
            )


def _unpacked(walk: Walk, payload: Mapping[str, Any], name: str, code: str) -> Any:
    value = payload.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        walk.fault(name, "This is no JSON.", code)
        return _UNJSON


def check_view(view: Mapping[str, Any]) -> list[Violation]:
    """What Slack would refuse of a modal or a Home tab."""
    walk = Walk("home" if view.get("type") == "home" else "modal", "invalid_arguments")
    _check_view(walk, "", view)
    return walk.found


def _check_view(walk: Walk, path: str, view: Mapping[str, Any]) -> None:
    check_characters(walk, view)
    (_HOME if walk.surface == "home" else _MODAL)(walk, path, view)
    blocks = view.get("blocks")
    if blocks is not None:
        check_blocks(walk, join(path, "blocks"), blocks, limits.VIEW_BLOCKS)
    if walk.surface == "modal" and input_blocks(view) and "submit" not in view:
        walk.fault(join(path, "submit"), "A modal with inputs needs a submit button.")
    size = len(json.dumps(view, default=str).encode())
    if size > limits.VIEW_BYTES:
        walk.fault(path, f"A view holds {limits.VIEW_BYTES} bytes; this has {size}.", "view_too_large")


def input_blocks(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The input blocks of *view*, in their order."""
    blocks = view.get("blocks")
    listed = blocks if isinstance(blocks, list | tuple) else []
    return [block for block in listed if isinstance(block, Mapping) and block.get("type") == "input"]


def check_view_response(body: Mapping[str, Any], view: Mapping[str, Any]) -> list[Violation]:
    """What Slack would refuse of the answer to submitting *view*: errors name its input blocks, updates are views."""
    walk = Walk("modal", "invalid_arguments")
    if not body:
        return walk.found
    action = body.get("response_action")
    one_of("update", "push", "clear", "errors")(walk, "response_action", action)
    wanted = {"update": "view", "push": "view", "errors": "errors"}.get(str(action))
    Shape({"response_action": anything, **({wanted: anything} if wanted else {})}, [wanted] if wanted else [])(
        walk, "", body
    )
    if wanted == "view" and isinstance(body.get("view"), Mapping):
        _check_view(walk, "view", body["view"])
    elif wanted == "errors" and "errors" in body:
        check_characters(walk, body)
        _check_errors(walk, body["errors"], {str(block.get("block_id")) for block in input_blocks(view)})
    return walk.found


def _check_errors(walk: Walk, errors: Any, known: set[str]) -> None:
    if not isinstance(errors, Mapping) or not errors:
        walk.fault("errors", "Name at least one input block and what is wrong with it.")
        return
    for block_id, sentence in errors.items():
        string()(walk, f"errors.{block_id}", sentence)
        if block_id not in known:
            walk.fault(f"errors.{block_id}", f"No input block of this view is called {block_id!r}.")


def check_options(body: Mapping[str, Any]) -> list[Violation]:
    """What Slack would refuse of the choices offered for an external select: up to 100 options, or groups of them."""
    walk = Walk("options", "invalid_arguments")
    check_characters(walk, body)
    rules = {
        "options": listing(option(), 0, limits.SELECT_OPTIONS),
        "option_groups": listing(GROUP, 0, limits.OPTION_GROUPS),
    }
    Shape(rules)(walk, "", body)
    if ("options" in body) == ("option_groups" in body):
        walk.fault("options", "Give either `options` or `option_groups`.")
    return walk.found
