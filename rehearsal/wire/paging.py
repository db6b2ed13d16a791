"""Cursors of the Web API's long lists."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from rehearsal.wire.asking import Ask, Refused

T = TypeVar("T")


def encode_cursor(place: str) -> str:
    """A cursor that stands for *place*."""
    return base64.urlsafe_b64encode(place.encode()).decode()


def decode_cursor(cursor: str) -> str:
    """The place that *cursor* stands for; refused when it isn't one of ours."""
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise Refused("invalid_cursor") from None


def page(ask: Ask, items: Sequence[T], default: int) -> tuple[list[T], str]:
    """The page of *items* that was asked for, and the next cursor (empty at the end)."""
    limit = ask.number("limit", default)
    start = 0
    if ask.text("cursor"):
        place = decode_cursor(ask.text("cursor"))
        if not place.startswith("offset:") or not place.removeprefix("offset:").isdigit():
            raise Refused("invalid_cursor")
        start = int(place.removeprefix("offset:"))
    end = start + limit
    return list(items[start:end]), encode_cursor(f"offset:{end}") if end < len(items) else ""
