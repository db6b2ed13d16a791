"""Where somebody pressed a button, and where the answer to it belongs."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Offer
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.customers.views import forms

Body = dict[str, Any]


def customer_in(value: str) -> UUID:
    """
    The customer behind a button: its id, or a subject another feature made.

    Raises:
        NotFound: the value names none.
    """
    try:
        if value.startswith("{"):
            return Subject.model_validate_json(value).customer_id or UUID(int=0)
        return UUID(value)
    except ValueError:
        raise NotFound("No customer stands behind that button; look it up with /customers.") from None


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


def offers_of(runtime: Runtime) -> list[Offer]:
    """The buttons that features put under others' things."""
    return [offer for feature in runtime.features for offer in feature.offers]


def under_fields(error: InvalidInput) -> InvalidInput:
    """*error* with its sentences under the blocks of this feature's forms."""
    return InvalidInput(
        str(error), fields={forms.FIELD_BLOCKS.get(name, name): words for name, words in error.fields.items()}
    )
