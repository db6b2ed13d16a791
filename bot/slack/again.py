"""A request whose modal couldn't be opened in time is repeated by a button, which brings a new trigger."""

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.acknowledging import Acknowledgement, until_acknowledged
from bot.slack.blocks import Message, actions, button, section
from bot.slack.payloads import value_in

AGAIN = "slack.again"
EXPIRED_TRIGGER = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
BUTTON_VALUE = 2000  # characters, by Slack's limit
LATE = "Slack was slow, so the window couldn't open in time."

_KEPT = {
    "command": ("command", "text"),
    "block_actions": ("type", "container", "actions"),
    "shortcut": ("type", "callback_id"),
}
_FRESH = (
    "api_app_id", "channel", "enterprise", "is_enterprise_install", "response_url", "team", "token", "trigger_id",
    "user",
)  # fmt: skip


def offer_again(body: Mapping[str, Any]) -> Message:
    """Return the message with the button that repeats the request *body*; without it where it doesn't fit."""
    kept = _kept(body)
    if not kept or len(kept) > BUTTON_VALUE:
        words = f"{LATE} Please do it once more."
        return Message(text=words, blocks=[section(words)])
    return Message(text=LATE, blocks=[section(LATE), actions(button("Open it", AGAIN, kept))])


def register_again(app: AsyncApp) -> None:
    """Register the button that repeats a request: the request goes through *app* with the trigger of the press."""

    async def again(ack: Acknowledgement, respond: AsyncRespond, body: dict[str, Any]) -> None:
        async def repeat() -> None:
            await ack()
            response = await app.async_dispatch(AsyncBoltRequest(body=_repeated(body), mode="socket_mode"))
            if response.body:
                await respond(**json.loads(response.body), replace_original=False)

        await until_acknowledged(ack, repeat())

    app.action(AGAIN)(again)


def _kept(body: Mapping[str, Any]) -> str:
    kind = "command" if "command" in body else str(body.get("type"))
    kept = {name: body[name] for name in _KEPT.get(kind, ()) if name in body}
    if (body.get("view") or {}).get("type") == "modal":
        return ""  # what it stands in can't be repeated
    return json.dumps(kept) if kept else ""


def _repeated(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that the button of *body* repeats, as if it had been sent now."""
    request: dict[str, Any] = {name: body[name] for name in _FRESH if name in body}
    request |= json.loads(value_in(body))
    if "command" in request:
        request |= {
            "user_id": body["user"]["id"],
            "team_id": (body.get("team") or body["user"]).get("team_id") or (body.get("team") or {}).get("id"),
            "channel_id": (body.get("channel") or {}).get("id"),
            "enterprise_id": (body.get("enterprise") or {}).get("id"),
        }
    return request
