"""Defaults and ranges of a workspace's settings; kinds of Slack's tokens."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

DEFAULT_CADENCE_DAYS = 30
DEFAULT_CADENCE_FLOOR_DAYS = 90
DEFAULT_NEGLECT_FACTOR = 1.5
DEFAULT_FIRST_CALLS_A_DAY = 8

CADENCE_RANGE = (1, 365)
FLOOR_RANGE = (1, 365)
FACTOR_RANGE = (1.0, 5.0)
FIRST_CALLS_RANGE = (1, 100)

RENEWAL = timedelta(hours=2)
"""How long before its end a token that expires is renewed, as Slack's own libraries do; Slack's last twelve hours."""


class TokenKind(StrEnum):
    """What a token is for: calls to Slack's API, or connections by Socket Mode."""

    BOT = "bot"
    APP = "app"


def fingerprint(token: str) -> str:
    """Return what identifies a token and doesn't tell it."""
    return sha256(token.encode()).hexdigest()


def is_renewal_due(expires_at: datetime | None, now: datetime) -> bool:
    """Return whether a token that expires has to be renewed; one of which it isn't known when is renewed at once."""
    return expires_at is None or expires_at - now <= RENEWAL
