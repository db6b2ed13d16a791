"""Errors that a person can correct. The message is the sentence that they read; it says what to do next."""

from collections.abc import Mapping
from uuid import UUID


class BotError(Exception):
    """Base class: a request can't be carried out, and nothing was changed."""


class NotAllowed(BotError):
    """The role of the person doesn't permit it."""


class NotFound(BotError):
    """What was named doesn't exist. *asked* holds the words; *nearest* (id, name) pairs of what may have been meant."""

    def __init__(self, message: str, *, asked: str = "", nearest: tuple[tuple[UUID, str], ...] = ()) -> None:
        super().__init__(message)
        self.asked = asked
        self.nearest = nearest


class Ambiguous(NotFound):
    """The words match several things; *nearest* holds them."""


class InvalidInput(BotError):
    """Input breaks a rule. *fields* holds a sentence for each field name when it came from a form."""

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        super().__init__(message or " ".join(self.fields.values()))


class AlreadyDone(BotError):
    """Somebody else did it first, or the same request came twice."""


class TookTooLong(BotError):
    """The database was stopped from working on it any longer."""


class SettingsError(BotError):
    """A setting is missing or wrong, and nothing was started."""
