"""Reads what somebody entered into a form from the state of its view."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any


class Form:
    """The values of a submitted (or half-filled) view, by block id. Missing and empty ones are None or ""."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._values: dict[str, Mapping[str, Any]] = {}
        for block_id, elements in (state.get("values") or {}).items():
            for element in elements.values():
                self._values[block_id] = element

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> "Form":
        """Return the form in a view as Slack sends it."""
        return cls(view.get("state") or {})

    def text(self, block_id: str) -> str:
        """Return the text of an input, stripped."""
        return str(self._get(block_id).get("value") or "").strip()

    def choice(self, block_id: str) -> str | None:
        """Return the value of the chosen option."""
        option = self._get(block_id).get("selected_option")
        return str(option["value"]) if option else None

    def choices(self, block_id: str) -> tuple[str, ...]:
        """Return the values of all chosen options."""
        return tuple(str(option["value"]) for option in self._get(block_id).get("selected_options") or ())

    def day(self, block_id: str) -> date | None:
        """Return the chosen day."""
        chosen = self._get(block_id).get("selected_date")
        return date.fromisoformat(chosen) if chosen else None

    def person(self, block_id: str) -> str | None:
        """Return the chosen person's id."""
        return self._get(block_id).get("selected_user") or None

    def people(self, block_id: str) -> tuple[str, ...]:
        """Return the chosen people's ids."""
        return tuple(self._get(block_id).get("selected_users") or ())

    def channel(self, block_id: str) -> str | None:
        """Return the chosen channel's id."""
        return self._get(block_id).get("selected_conversation") or self._get(block_id).get("selected_channel") or None

    def files(self, block_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the uploaded files as Slack describes them."""
        return self._get(block_id).get("files") or ()

    def _get(self, block_id: str) -> Mapping[str, Any]:
        return self._values.get(block_id) or {}
