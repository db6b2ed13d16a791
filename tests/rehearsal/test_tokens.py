"""Tokens of the app, as a bot with slack-sdk sees them: revoked, expired, exchanged."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.server import Rehearsal


def _client(rehearsal: Rehearsal, token: str | None) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=rehearsal.api_url, retry_handlers=[])


async def _error(rehearsal: Rehearsal, token: str | None, method: str = "auth.test", **data: Any) -> str:
    """Return the error code of a call; empty when Slack takes it."""
    try:
        await _client(rehearsal, token).api_call(method, data=data)
    except SlackApiError as error:
        return str(error.response["error"])
    return ""


def _exchange(rehearsal: Rehearsal, by: str, **other: str) -> dict[str, str]:
    tokens = rehearsal.wire.tokens
    return {
        "client_id": tokens.client_id, "client_secret": tokens.client_secret, "grant_type": "refresh_token",
        "refresh_token": by, **other,
    }  # fmt: skip


async def test_a_token_that_was_replaced_is_revoked(rehearsal: Rehearsal) -> None:
    """The old token is refused, the new one is taken; the other kind of token stays."""
    old, app = rehearsal.bot_token, rehearsal.app_token
    new = rehearsal.control.replace_token()
    assert await _error(rehearsal, old) == "token_revoked"
    assert await _error(rehearsal, new) == ""
    assert await _error(rehearsal, app, "apps.connections.open") == ""
    rehearsal.control.replace_token("app")
    assert await _error(rehearsal, app, "apps.connections.open") == "token_revoked"


async def test_a_token_that_expires_ends_after_twelve_hours(rehearsal: Rehearsal) -> None:
    """Until then it works; the answer to an exchange says how long the next one lives, and whose it is."""
    pair = rehearsal.control.rotate_tokens()
    await rehearsal.control.move(timedelta(hours=11, minutes=59))
    assert await _error(rehearsal, pair.token) == ""
    asked = _exchange(rehearsal, pair.refresh_token)
    answer = await _client(rehearsal, None).api_call("oauth.v2.access", data=asked)
    assert (answer["expires_in"], answer["token_type"]) == (43200, "bot")
    assert answer["team"]["id"] == rehearsal.workspace.team_id
    await rehearsal.control.move(timedelta(minutes=1))
    assert await _error(rehearsal, pair.token) == "token_expired"
    assert await _error(rehearsal, answer["access_token"]) == ""


async def test_a_refresh_token_works_once(rehearsal: Rehearsal) -> None:
    """The second exchange with the same one is refused."""
    pair = rehearsal.control.rotate_tokens()
    asked = _exchange(rehearsal, pair.refresh_token)
    assert await _error(rehearsal, None, "oauth.v2.access", **asked) == ""
    assert await _error(rehearsal, None, "oauth.v2.access", **asked) == "invalid_refresh_token"


async def test_the_oldest_of_three_tokens_is_revoked(rehearsal: Rehearsal) -> None:
    """Two bot tokens that expire hold at a time."""
    pairs = []
    for _ in range(3):
        pairs.append(rehearsal.control.rotate_tokens())
        await rehearsal.control.move(timedelta(minutes=1))
    assert [await _error(rehearsal, pair.token) for pair in pairs] == ["token_revoked", "", ""]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"client_id": "1.1"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"grant_type": "authorization_code"}, "invalid_grant_type"),
        ({"refresh_token": "xoxe-1-other"}, "invalid_refresh_token"),
    ],
)
async def test_a_wrong_exchange_has_slacks_error(rehearsal: Rehearsal, wrong: dict[str, str], code: str) -> None:
    """Each argument that is wrong has its own code, and the pair stays as it is."""
    pair = rehearsal.control.rotate_tokens()
    assert await _error(rehearsal, None, "oauth.v2.access", **_exchange(rehearsal, pair.refresh_token, **wrong)) == code
    assert await _error(rehearsal, None, "oauth.v2.access", **_exchange(rehearsal, pair.refresh_token)) == ""


async def test_no_token_is_exchanged_before_rotation_is_turned_on(rehearsal: Rehearsal) -> None:
    """An app without token rotation has no refresh token."""
    assert await _error(rehearsal, None, "oauth.v2.access", **_exchange(rehearsal, "")) == "invalid_refresh_token"
