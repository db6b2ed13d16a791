"""Every Web API method the rehearsal answers: the scopes it takes, how often it may be called, what it needs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

Tier = Literal[1, 2, 3, 4, "message"]
Kind = Literal["public", "private", "im", "mpim"]
TokenKind = Literal["bot", "app", "none"]

COMMON_ERRORS: Final = frozenset(
    {
        "access_denied",
        "account_inactive",
        "fatal_error",
        "internal_error",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_auth",
        "invalid_form_data",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""Errors any method may answer with."""

_KIND_PREFIX: Final[Mapping[str, Kind]] = {"channels": "public", "groups": "private", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True)
class Method:
    """One method: `scopes` (any of them will do), rate tier, the arguments it needs, the errors it is known to give."""

    name: str
    scopes: frozenset[str]
    tier: Tier
    needs: tuple[str, ...]
    errors: frozenset[str]
    token: TokenKind = "bot"  # noqa: S105 - a kind of token, not one

    def scopes_for(self, kind: Kind) -> frozenset[str]:
        """The scopes that open conversations of one *kind*; all of the method's where it makes no difference."""
        matching = {scope for scope in self.scopes if _KIND_PREFIX.get(scope.split(":")[0]) == kind}
        return frozenset(matching) or self.scopes

    def knows(self, error: str) -> bool:
        """Whether Slack documents *error* for this method."""
        return error in self.errors or error in COMMON_ERRORS


@cache
def _table() -> Mapping[str, Method]:
    raw = json.loads(files(__package__).joinpath("methods.json").read_text(encoding="utf-8"))
    return {name: _method(name, **fields) for name, fields in raw.items()}


def _method(
    name: str,
    *,
    scopes: list[str],
    tier: Tier,
    needs: list[str],
    errors: list[str],
    token: TokenKind = "bot",  # noqa: S107 - a kind of token, not one
) -> Method:
    return Method(name, frozenset(scopes), tier, tuple(needs), frozenset(errors), token)


def find_method(name: str) -> Method | None:
    """The method called *name*, or nothing when Slack's answer would be `unknown_method`."""
    return _table().get(name)


def all_methods() -> Mapping[str, Method]:
    """Every method the rehearsal answers, by name."""
    return _table()
