"""Trigger ids, valid once and for three seconds."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.state.views import View
from rehearsal.wire.calls import ApiError

LIFETIME_SECONDS = 3.0


@dataclass
class _Trigger:
    person: str
    view: View | None
    created_at: float
    used: bool = False


class Triggers:
    """The trigger ids of commands, clicks and shortcuts."""

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._known: dict[str, _Trigger] = {}

    def new(self, person: str, view: View | None = None) -> str:
        """Return a trigger id for an interaction of *person*, in *view* if given."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._known[trigger_id] = _Trigger(person, view, self._stopwatch())
        return trigger_id

    def use(self, trigger_id: str) -> tuple[str, View | None]:
        """Return the person and view of a trigger id; raise ApiError if it is unknown, used or expired."""
        trigger = self._known.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._stopwatch() - trigger.created_at > LIFETIME_SECONDS:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger.person, trigger.view
