"""Modals: what state they carry, and the ones that every feature shows."""

import secrets
from collections.abc import Mapping
from typing import Any, Self

import structlog
from pydantic import ValidationError

from bot.core.errors import BotError, InvalidInput
from bot.core.schemas import Schema
from bot.slack.blocks import Block, escape, modal, section

OUT_OF_DATE = "This window is out of date; close it and open it again."

log = structlog.get_logger(__name__)


class ModalState(Schema):
    """What a modal carries in its `private_metadata` until it is submitted."""

    def dump(self) -> str:
        """Return it as `private_metadata`."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def load(cls, view: Mapping[str, Any]) -> Self:
        """
        Return the state that a modal carries.

        Raises:
            InvalidInput: it was changed on the way, or an older version made it.
        """
        try:
            return cls.model_validate_json(view.get("private_metadata") or "{}")
        except ValidationError as error:
            raise InvalidInput(OUT_OF_DATE) from error


def notice_modal(words: str, title: str = "That didn't work") -> Block:
    """Return a modal that only shows a sentence."""
    return modal(title, [section(escape(words))], callback_id="told", close="Close")


def loading_modal(title: str) -> Block:
    """Return a modal to show until the real one is drawn: a trigger is valid for three seconds."""
    return modal(title, [section("One moment…")], callback_id="waiting", close="Close")


def error_sentence(error: Exception) -> str:
    """Return the sentence for an error; an unexpected one is logged, with a reference that the sentence names."""
    if isinstance(error, BotError):
        return str(error)
    reference = secrets.token_hex(2).upper()
    log.error("unexpected", reference=reference, error=type(error).__name__, exc_info=error)
    return f"That didn't work, and nothing was changed. Reference {reference}."
