"""What leaves this feature about an import: its run, its refused rows, and the news of its end."""

from datetime import datetime
from uuid import UUID

from bot.core.schemas import Notification, PromptNotification, Schema


class Spread(Schema):
    """
    How new customers of a list are spread over the days of their owners, of whom each gets at most *a_day* on one.

    First check-ins are spread over *weeks* (0: they are no more than a day's). *is_evened*: others, who were talked to
    before, would be more on one day, and some of them come up earlier.
    """

    weeks: int
    a_day: int
    is_evened: bool = False


class RefusedFile(Schema):
    """The rows that an import of the list *file_name* refused, as a CSV file."""

    file_name: str
    rows: int
    content: bytes


class ImportTakenBack(Notification):
    """An import that gave somebody customers was undone: how many it gave, the first *names*, how many are *left*."""

    kind = "customers.import_taken_back"
    file_name: str
    names: tuple[str, ...]
    given: int
    left: int
    by: str


class ImportRun(Schema):
    """
    The right to write an import, or its undoing, until another run takes over: *runner* is its token.

    *by* has imported the list, at the instant *at*.
    """

    id: UUID
    runner: UUID
    by: str
    at: datetime
    file_name: str
    is_undo: bool = False


class ImportInterrupted(PromptNotification):
    """The import of a list, or its undoing, stopped before its end, when *done* customers were written."""

    kind = "customers.import_interrupted"
    import_id: UUID
    file_name: str
    is_undo: bool = False
    done: int = 0


class ListImported(PromptNotification):
    """A list was taken in by the person who is told."""

    kind = "customers.imported"
    import_id: UUID
    file_name: str
    added: int
    changed: int
    left_alone: int
    refused: int
    remarks: int
    first_refusals: tuple[str, ...] = ()
    unowned: int = 0
    may_share: bool = False
    spread: Spread | None = None
