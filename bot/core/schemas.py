"""Plain data that leaves a feature: frozen, without a database or Slack in it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """Base of all data that leaves a feature: immutable, comparable, and safe to store as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Notification(Schema):
    """
    A notification to a person or channel. It is stored as data and drawn when it is sent.

    It waits for the hours of whoever reads it, unless it may leave `at_any_hour`.
    """

    kind: ClassVar[str] = ""

    @property
    def at_any_hour(self) -> bool:
        """Whether it is sent by night, too: it can't wait, answers its reader, or its hour was chosen by people."""
        return False


class PromptNotification(Notification):
    """A notification that is sent at any hour: an answer to what its reader does, or a digest at the hour chosen."""

    @property
    def at_any_hour(self) -> bool:
        """Return True."""
        return True


class Line(Schema):
    """One thing worth knowing about a customer, in plain words; *urgent* when it is late."""

    text: str
    urgent: bool = False
    on: date | None = None


class Topic(StrEnum):
    """What the lines of a feature's brief are about; a customer's card has a part for each, in this order."""

    PROBLEM = "problem"
    KNOWN = "known"
    OWED = "owed"
    SAID = "said"


class Subject(Schema):
    """What a button is about that one feature adds to a message of another."""

    kind: str
    id: str
    customer_id: UUID | None = None
    words: str = ""
    link: str = ""


class OfferButton(Schema):
    """A button that a feature adds to a message, with a `Subject` as its value."""

    label: str
    action_id: str
    value: str


class MorningRow(Schema):
    """
    One thing in the morning message: its *markup*, at most three lines, and what can be pressed.

    *menu* is by the values of its options; *menu_id* is the action id of the menu. *is_open*: it is still to be done.
    *days* counts the working days in a row on which it stood in the person's message; 0 when that isn't known.
    """

    id: UUID
    customer_id: UUID
    customer_name: str
    markup: str
    buttons: tuple[OfferButton, ...] = ()
    menu_id: str = ""
    menu: Mapping[str, str] = Field(default_factory=dict)
    is_open: bool = True
    days: int = 0


class MorningSection(Schema):
    """
    The rows of one feature in somebody's morning message.

    *lead* names one of the open rows and *counted* counts them, each as a part of a sentence. *more* don't stand here;
    *command* shows them all.
    """

    key: str
    title: str
    lead: str = ""
    counted: str = ""
    rows: tuple[MorningRow, ...]
    more: int = 0
    command: str


class OwedLine(Line):
    """Something owed to a customer: a line with the name of *who* owes it, and the buttons to act on it."""

    who: str = ""
    buttons: tuple[OfferButton, ...] = ()


class Step(Schema):
    """One step of the bot's setup: its label, whether it is done, and the button that starts it."""

    label: str
    done: bool
    button: str = ""
    action_id: str = ""


class Count(Schema):
    """A number in words, for the summary of a digest or of Home."""

    text: str
    urgent: bool = False


class Overdue(Schema):
    """What somebody owes and is late with: how many things, in words such as `1 promise broken`, the first *since*."""

    count: int
    text: str
    since: date


class DigestSlot(Schema):
    """
    The slot that a digest is made for, with what its footer says.

    It covers what happened from *since*, the slot before, to *slot*. For a test message *slot* is now. Managers choose
    whether it *names_owners*, who look after what is late.
    """

    digest_id: UUID
    kind: str
    slot: datetime
    since: datetime
    made_at: datetime
    next_slot: datetime | None
    zone: str
    is_test: bool = False
    names_owners: bool = True
