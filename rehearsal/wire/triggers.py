"""Trigger ids: three seconds, once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.state.views import View
from rehearsal.wire.asking import Refused

LIFE_SECONDS = 3.0


@dataclass
class _Trigger:
    person: str
    view: View | None
    born: float
    used: bool = False


class Triggers:
    """Trigger ids handed out with commands, clicks and shortcuts."""

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._known: dict[str, _Trigger] = {}

    def new(self, person: str, view: View | None = None) -> str:
        """A trigger id for *person*, who acted in *view* when it is given."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._known[trigger_id] = _Trigger(person, view, self._stopwatch())
        return trigger_id

    def use(self, trigger_id: str) -> tuple[str, View | None]:
        """Whose it is and where they acted; refused when unknown, used before, or older than three seconds."""
        trigger = self._known.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._stopwatch() - trigger.born > LIFE_SECONDS:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger.person, trigger.view
