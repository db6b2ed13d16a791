"""The Web API methods of the rehearsal: scopes, rate tier, required arguments and errors."""

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
"""Errors that any method may return."""

_KIND_PREFIX: Final[Mapping[str, Kind]] = {"channels": "public", "groups": "private", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True)
class Method:
    """A method: `scopes` (any of them is enough), rate tier, required arguments, and known errors."""

    name: str
    scopes: frozenset[str]
    tier: Tier
    needs: tuple[str, ...]
    errors: frozenset[str]
    token: TokenKind = "bot"  # noqa: S105 - a kind of token, not one

    def scopes_for(self, kind: Kind) -> frozenset[str]:
        """Return the scopes for conversations of one *kind*, or all scopes if the kind makes no difference."""
        matching = {scope for scope in self.scopes if _KIND_PREFIX.get(scope.split(":")[0]) == kind}
        return frozenset(matching) or self.scopes

    def knows(self, error: str) -> bool:
        """Return whether Slack documents *error* for this method."""
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
    """Return the method called *name*, or None for `unknown_method`."""
    return _table().get(name)


def all_methods() -> Mapping[str, Method]:
    """Return every method by name."""
    return _table()
