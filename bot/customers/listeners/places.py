"""Where somebody pressed a button, and where the answer to it belongs."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.facts import Subject
from bot.core.room import Offer
from bot.core.runtime import Runtime
from bot.customers.views import forms
from bot.customers.views.lists import said
from bot.slack.blocks import Block
from bot.slack.replies import actions_in, sorry, told

Body = dict[str, Any]


def customer_in(value: str) -> UUID:
    """
    The customer behind a button: its id, or a subject another room made.

    Raises:
        NotFound: the value names none.
    """
    try:
        if value.startswith("{"):
            return Subject.model_validate_json(value).customer_id or UUID(int=0)
        return UUID(value)
    except ValueError:
        raise NotFound("No customer stands behind that button; look it up with /customers.") from None


def value_in(body: Mapping[str, Any]) -> str:
    """What the pressed button carries."""
    return str(next((action.get("value") for action in actions_in(body)), None) or "")


def window_in(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The window the button stood in; None for a message and for Home."""
    view = body.get("view")
    return view if view and view.get("type") == "modal" else None


def memory_in(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a window remembers; empty when it is nothing of ours."""
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def show(client: AsyncWebClient, body: Mapping[str, Any], view: Block) -> str:
    """Open a window upon whatever is there; the id of the new view."""
    opener = client.views_push if window_in(body) else client.views_open
    answer = await opener(trigger_id=body["trigger_id"], view=view)
    return str(answer["view"]["id"])


@asynccontextmanager
async def answers(respond: AsyncRespond, client: AsyncWebClient, body: Mapping[str, Any]) -> AsyncIterator[None]:
    """Inside, every error is said where the person is: in an answer to the message, or in a window."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last line before silence
        words = sorry(error)
        if body.get("response_url"):
            await respond(**said(words).answer(), replace_original=False)
        else:
            await show(client, body, told(words))


def offers_of(runtime: Runtime) -> list[Offer]:
    """The buttons that rooms put under others' things."""
    return [offer for room in runtime.rooms for offer in room.offers]


def under_fields(error: InvalidInput) -> InvalidInput:
    """*error* with its sentences under the blocks of this room's forms."""
    return InvalidInput(
        str(error), fields={forms.FIELD_BLOCKS.get(name, name): words for name, words in error.fields.items()}
    )
