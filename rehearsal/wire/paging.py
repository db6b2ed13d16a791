"""Cursors of paginated lists in the Web API."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from rehearsal.wire.calls import ApiCall, ApiError

T = TypeVar("T")


def encode_cursor(place: str) -> str:
    """Return the cursor of a position."""
    return base64.urlsafe_b64encode(place.encode()).decode()


def decode_cursor(cursor: str) -> str:
    """Return the position of *cursor*; raise ApiError if it is invalid."""
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise ApiError("invalid_cursor") from None


def page(call: ApiCall, items: Sequence[T], default: int) -> tuple[list[T], str]:
    """Return the requested page of *items*, and the next cursor (empty at the end)."""
    limit = call.number("limit", default)
    start = 0
    if call.text("cursor"):
        place = decode_cursor(call.text("cursor"))
        if not place.startswith("offset:") or not place.removeprefix("offset:").isdigit():
            raise ApiError("invalid_cursor")
        start = int(place.removeprefix("offset:"))
    end = start + limit
    return list(items[start:end]), encode_cursor(f"offset:{end}") if end < len(items) else ""
