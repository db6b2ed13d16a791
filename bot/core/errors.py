"""What can go wrong in a way that a person can mend. The message is the sentence they read; it says what to do next."""

from collections.abc import Mapping
from uuid import UUID


class BotError(Exception):
    """A request that can't be carried out; nothing was changed."""


class NotAllowed(BotError):
    """The person's role doesn't permit it."""


class NotFound(BotError):
    """What was named doesn't exist; *nearest* holds (id, name) of what may have been meant, *asked* the words used."""

    def __init__(self, message: str, *, asked: str = "", nearest: tuple[tuple[UUID, str], ...] = ()) -> None:
        super().__init__(message)
        self.asked = asked
        self.nearest = nearest


class Ambiguous(NotFound):
    """The words fit several; *nearest* holds them."""


class InvalidInput(BotError):
    """Input that breaks a rule; *fields* holds a sentence per field name when it came from a form."""

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        super().__init__(message or " ".join(self.fields.values()))


class AlreadyDone(BotError):
    """Somebody was faster, or the same press came twice."""


class SettingsError(BotError):
    """A setting is missing or wrong; nothing was started."""
