"""Plain data that leaves a feature: frozen, with no database and no Slack in it."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """Base of all data that leaves a feature: immutable, comparable, and safe to store as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Notification(Schema):
    """News that is owed to somebody. Stored as a schema and drawn when it is sent."""

    kind: ClassVar[str] = ""


class Line(Schema):
    """One thing worth knowing about a customer, in plain words; *urgent* when it is past its time."""

    text: str
    urgent: bool = False
    on: date | None = None


class Subject(Schema):
    """What a button is about when one feature offers it under another feature's thing."""

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
    """A number with the words that go with it, for a digest's or Home's summary."""

    text: str
    urgent: bool = False


class DigestSlot(Schema):
    """
    The slot that a digest is made for, and what its footer says.

    *since* is the slot before it: what happened from there on belongs to this one. On a test, *slot* is now.
    """

    digest_id: UUID
    kind: str
    slot: datetime
    since: datetime
    made_at: datetime
    next_slot: datetime | None
    zone: str
    is_test: bool = False
