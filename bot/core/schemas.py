"""Plain, frozen data that leaves a feature; it depends on neither the database nor Slack."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """
    The base of all such data: immutable, comparable, and stored as JSON.

    Validators are built with a class's first instance: most of the 150 classes are rarely used, and each takes 10 KB.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Notification(Schema):
    """A message owed to a person or channel. It is stored as data in the outbox and drawn when it is sent."""

    kind: ClassVar[str] = ""


class Line(Schema):
    """One line about a customer, in plain text; *urgent* when it is late."""

    text: str
    urgent: bool = False
    on: date | None = None


class Subject(Schema):
    """What an offered button refers to: a customer, a message, a mention, a row of a digest."""

    kind: str
    id: str
    customer_id: UUID | None = None
    words: str = ""
    link: str = ""


class Step(Schema):
    """One step of the bot's setup: its label, whether it is done, and the button that starts it."""

    label: str
    done: bool
    button: str = ""
    action_id: str = ""


class Count(Schema):
    """A count in words, such as "3 follow-ups late", for the digest's summary; *urgent* when something is late."""

    text: str
    urgent: bool = False


class DigestSlot(Schema):
    """
    The time a digest is made for, and what its footer says.

    The digest covers the time from *since*, the slot before, to *slot*. For a test, *slot* is the present.
    """

    digest_id: UUID
    kind: str
    slot: datetime
    since: datetime
    made_at: datetime
    next_slot: datetime | None
    zone: str
    is_test: bool = False
