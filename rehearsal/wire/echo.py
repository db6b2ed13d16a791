"""Blocks as Slack hands them back in payloads and by its methods: with escaped text, defaults and facts of images."""

from typing import Any

Json = dict[str, Any]
_DEFAULTS: dict[str, Json] = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}
_IMAGE = {"image_width": 240, "image_height": 240, "image_bytes": 4096, "is_animated": False}


def handed_back(value: Any) -> Any:
    """
    Return blocks, or a part of them, as Slack returns them.

    They aren't fit to be sent again: plain text would be escaped twice, and Slack refuses its own fields of images.
    """
    if isinstance(value, list):
        return [handed_back(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: Json = {name: handed_back(item) for name, item in value.items()}
    kind = str(found.get("type"))
    if kind == "plain_text":
        found["text"] = _escape(str(found["text"]))
    if kind == "image":
        found = {**_IMAGE, "fallback": f"240x240px image: {found.get('alt_text', '')}", **found}
    return {**_DEFAULTS.get(kind, {}), **found}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
