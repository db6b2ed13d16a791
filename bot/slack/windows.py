"""Modals that a button opens, what they keep, and where errors stand in them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from pydantic import ValidationError
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput
from bot.core.schemas import Schema
from bot.slack.blocks import Block, modal
from bot.slack.replies import Say

OUT_OF_DATE = "This window is out of date; close it and open it again."


class Remembered(Schema):
    """What a modal keeps until it is submitted."""

    def kept(self) -> str:
        """Return it as `private_metadata`."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def kept_in(cls, view: Mapping[str, Any]) -> Self:
        """
        Return what a modal kept.

        Raises:
            InvalidInput: it was changed on the way, or an older version made it.
        """
        try:
            return cls.model_validate_json(view.get("private_metadata") or "{}")
        except ValidationError as error:
            raise InvalidInput(OUT_OF_DATE) from error


async def open_window(client: AsyncWebClient, body: Mapping[str, Any], view: Block) -> str:
    """Open a modal, on top of the one that the control stands in if there is one; return the new view's id."""
    is_in_window = (body.get("view") or {}).get("type") == "modal"
    opener = client.views_push if is_in_window else client.views_open
    return str((await opener(trigger_id=body["trigger_id"], view=view))["view"]["id"])


def speaker(client: AsyncWebClient, body: Mapping[str, Any], respond: AsyncRespond) -> Say:
    """Return what answers a request: below its message, or in a modal where there is no message."""
    if body.get("response_url"):
        return respond

    async def say(**answer: Any) -> None:
        window = modal("That didn't work", answer["blocks"], callback_id="told", close="Close")
        await open_window(client, body, window)

    return say


@contextmanager
def fields_named(blocks: Mapping[str, str]) -> Iterator[None]:
    """Replace the field names of an error inside by the ids of their blocks."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(
            str(error), fields={blocks.get(name, name): sentence for name, sentence in error.fields.items()}
        ) from error
