"""What leaves the customers feature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.core.schemas import Line, Notification, Schema, Topic
from bot.customers.rules.cells import ContactDetails
from bot.customers.rules.due import SnoozeReason, Standing, Status, overdue_ratio, words_beside_cadence
from bot.customers.rules.headers import Field as Column
from bot.customers.rules.questions import Question
from bot.customers.rules.rows import Note, Refusal, RowDraft
from bot.customers.schemas.families import Family, ParentSuggestion
from bot.customers.schemas.importing import Spread
from bot.customers.schemas.sharing import ShareSummary


class CustomerSchema(Schema):
    """A customer as lists show it, on a given day."""

    id: UUID
    name: str
    owner_id: str | None
    owner_name: str | None = None
    status: Status = Status.ACTIVE
    status_reason: str | None = None
    standing: Standing
    today: date
    effective_cadence_days: int
    waiting_since: date
    last_contact_on: date | None
    due_on: date
    neglected_after: date
    snoozed_until: date | None = None
    snooze_reason: SnoozeReason | None = None
    snooze_note: str | None = None
    preferences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def days_waiting(self) -> int:
        """Return whole days since the last contact, or since it was added when there was none."""
        return max((self.today - self.waiting_since).days, 0)

    @property
    def ratio(self) -> float:
        """Return the days waited as a share of the cadence; lists are ordered by nothing else."""
        return overdue_ratio(self.today, self.waiting_since, self.effective_cadence_days)


class Coverage(Schema):
    """
    How many active customers count as what (`CoverageGroup`): the five numbers after *active* add up to it.

    *snoozed_late* of the snoozed ones are past their cadence; *pool* of all have no owner.
    """

    active: int
    in_cadence: int
    due: int
    neglected: int
    snoozed: int
    never_contacted: int
    snoozed_late: int
    pool: int

    @property
    def percent(self) -> int:
        """Return the share in cadence in whole percent, rounded down so that 100 means all; 0 of no customers."""
        return self.in_cadence * 100 // self.active if self.active else 0

    @property
    def words(self) -> str:
        """Return `13 in cadence (46%) · 7 due · 8 neglected`, whose numbers add up to *active*."""
        beside = words_beside_cadence(**self.model_dump(exclude={"active", "in_cadence", "pool"}))
        return " · ".join((f"{self.in_cadence:,} in cadence ({self.percent}%)", *beside))


class OwnerCoverage(Schema):
    """How one owner's customers stand."""

    person_id: str
    name: str
    coverage: Coverage


class CustomersHandedOver(Notification):
    """Somebody was given customers."""

    kind = "customers.handed_over"
    names: tuple[str, ...]
    total: int
    by: str
    note: str = ""


class CustomerTaken(Notification):
    """A customer was taken from its owner, by somebody else."""

    kind = "customers.taken"
    name: str
    to: str | None
    by: str


class CustomerDetails(Schema):
    """Everything a person may say about a customer; adding and editing take all of it."""

    name: str
    aliases: tuple[str, ...] = ()
    domain: str | None = None
    owner_id: str | None = None
    cadence_days: int | None = None
    parent_id: UUID | None = None
    annual_value: Decimal | None = None
    currency: str | None = None
    headcount: int | None = None
    country: str | None = None
    zone: str | None = None
    tags: tuple[str, ...] = ()
    preferences: tuple[str, ...] = ()
    contacts: tuple[ContactDetails, ...] = ()


class Named(Schema):
    """A customer by id and name."""

    id: UUID
    name: str


class OfferedButton(Schema):
    """What another feature offers on a customer's card: a button, or a line of its menu."""

    label: str
    action_id: str
    in_menu: bool = False


class Card(Schema):
    """
    Everything one screen shows about a customer; `topics` holds what other features know.

    It is due `days_early` days before its cadence says so, since days were levelled; below 0, that many days after it.
    """

    customer: CustomerSchema
    topics: Mapping[Topic, tuple[Line, ...]] = {}
    details: CustomerDetails
    parent: Named | None = None
    family: Family | None = None
    suggestion: ParentSuggestion | None = None
    cadence_approved_by: str | None = None
    status_until: date | None = None
    status_by: str | None = None
    lost_on: date | None = None
    added_on: date
    days_early: int = 0
    source: str | None = None
    external_id: str | None = None
    timeline: tuple[Line, ...] = ()
    offers: tuple[OfferedButton, ...] = ()
    mine: bool = False
    may_erase: bool = False


class ListPage(Schema):
    """
    One page of a list of customers: those called *words*, all of them, or the pool; *page* counts from 1. With
    *and_more*, others may be called so that aren't listed.

    Managers see with the pool the sharings that they can undo.
    """

    rows: tuple[CustomerSchema, ...]
    words: str = ""
    page: int = 1
    pages: int = 1
    total: int = 0
    and_more: bool = False
    pool: bool = False
    may_share: bool = False
    shares: tuple[ShareSummary, ...] = ()


class LookUp(Schema):
    """What a search led to: a card, a list of several, or the nearest names."""

    words: str
    card: Card | None = None
    page: ListPage | None = None
    nearest: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Drafts:
    """
    A list that was read: its customers, and what couldn't be read.

    `problems` are sentences about its columns that must be settled first; `columns` says which heading each field was
    read from, `spares` which ones were read where that one says nothing; with problems there are no rows. `questions`
    are about what was read as somebody answered, or else as proposed. `remarks` are about the list as a whole. A list
    `of_people` has columns of first and last names, or rows for each person, order or product of a customer.
    """

    file_name: str
    system: str = ""
    headers: tuple[str, ...] = ()
    columns: Mapping[Column, str] = field(default_factory=dict)
    spares: Mapping[Column, Sequence[str]] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    rows: Sequence[RowDraft] = ()
    refusals: Sequence[Refusal] = ()
    remarks: Sequence[Note] = ()
    questions: Sequence[Question] = ()
    of_people: bool = False

    def list_columns(self) -> list[tuple[str, Column]]:
        """Return the headings that each field was read from ("Domain, else Website"), with the field."""
        return [(", else ".join((head, *self.spares.get(column, ()))), column) for column, head in self.columns.items()]


Cell = str | int | float | Decimal | bool | date | Sequence[str] | None
"""A cell of an exported list; several words are joined by "; "."""


class Changed(Schema):
    """One field of a known customer that a list changes, in words."""

    row_number: int
    name: str
    field: str
    before: str
    after: str


class SampleRow(Schema):
    """A customer that a list adds, as a preview shows it."""

    name: str
    domain: str = ""
    owner_name: str = ""


class TakenAsOne(Schema):
    """Rows of a list that are about one customer, how it is spelt in them, and why they were taken as one."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    why: str


class ImportPlan(Schema):
    """
    What taking a list in would do: `added` names, `changes`, customers left alone, rows refused, and rows that were
    `taken_as_one`. Each row of the file is the first of a customer that is added, changed or left alone, or it joins
    an earlier row, or it is refused; `added_rows` and `changed_rows` are such first rows. `remarks` are about rows that
    are taken all the same (an unknown owner, a look-alike). `late` first calls find no room in their cadence; `spread`
    tells how the customers that it would add are spread over days.

    `unowned` of the added customers have no owner; managers may share them out, for instance among `proposed` people.
    `shares` says by name who got how many. With `only_managers`, a sentence, the list can't be imported by who asks.
    """

    file_name: str
    source: str = ""
    added: tuple[str, ...] = ()
    added_rows: tuple[int, ...] = ()
    changed: int = 0
    changed_rows: tuple[int, ...] = ()
    changes: tuple[Changed, ...] = ()
    left_alone: int = 0
    taken_as_one: tuple[TakenAsOne, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Note, ...] = ()
    late: int = 0
    spread: Spread | None = None
    sample: tuple[SampleRow, ...] = ()
    unowned: int = 0
    may_share: bool = False
    proposed: tuple[str, ...] = ()
    shares: tuple[tuple[str, int], ...] = ()
    only_managers: str = ""

    @property
    def refused(self) -> int:
        """Return how many rows are not taken."""
        return len({refusal.row_number for refusal in self.refusals})

    @property
    def joined(self) -> int:
        """Return how many rows join an earlier row of the same customer."""
        return sum(len(group.rows) - 1 for group in self.taken_as_one)

    @property
    def changes_nothing(self) -> bool:
        """Return whether importing the list would change nothing."""
        return not self.added and not self.changed


class ImportDone(Schema):
    """A list was taken in."""

    id: UUID
    plan: ImportPlan


class ImportSummary(Schema):
    """
    A list that was taken in: by whom (a name) and when, what it did, and who undid it, if anybody did.

    *has_refused* says that the viewer can get its refused rows as a file.
    An import or undoing that `is_running` can't be undone now; one that `is_interrupted` can go on.
    """

    id: UUID
    file_name: str
    by: str
    on: date
    today: date
    added: int
    changed: int
    refused: int
    undone_by: str | None = None
    may_undo: bool = False
    has_refused: bool = False
    is_running: bool = False
    is_undoing: bool = False
    is_interrupted: bool = False


class ImportMessage(Schema):
    """The message in Slack that says that a list was taken in, and what is to be said there now."""

    channel: str
    ts: str
    summary: ImportSummary


class ImportUndone(Schema):
    """What undoing a list did: customers removed, customers put back, and (name, why) of what stays as it is."""

    id: UUID
    file_name: str
    removed: int
    restored: int
    kept: tuple[tuple[str, str], ...] = ()
    kept_total: int = 0


class UploadSchema(Schema):
    """A list that was uploaded and isn't imported yet; *choices* are those of an import that was interrupted."""

    id: UUID
    by: str
    file_name: str
    content: bytes
    today: date
    by_hand: Mapping[str, str] = {}
    answers: Mapping[str, str] = {}
    apart: tuple[int, ...] = ()
    choices: Mapping[str, Any] = {}


class ErasureSubject(Schema):
    """The customer or person that is to be exported or erased; *kind* is `customer` or `person`."""

    kind: str
    id: str
    name: str


class SubjectExport(Schema):
    """Everything that is kept about a customer or person, as JSON values by feature."""

    name: str
    content: Mapping[str, Any]


class SubjectErased(Schema):
    """A customer or person was erased: how many rows were touched, by feature."""

    kind: str
    rows: Mapping[str, int]
