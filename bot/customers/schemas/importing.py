"""What leaves this feature about an import after it was done: its refused rows, and the news that it was undone."""

from bot.core.schemas import Notification, Schema


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
