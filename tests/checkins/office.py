"""Short ways to do what this feature does, for its tests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from bot.checkins.queries.queue import get_queue
from bot.checkins.rules import Channel, Preset, Result
from bot.checkins.schemas import ActionDone, CheckinRecorded, Queue, ReminderDue
from bot.checkins.usecases import snooze_from_list, undo_action
from bot.checkins.usecases.recording import record_checkin
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.feature import collect_undos
from bot.core.outbox import OutboxMessage
from bot.core.schemas import MorningSection
from bot.customers.queries import get_customer
from bot.customers.tables import Customer
from bot.people.tables import Absence
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office


def log(office: Office, customer: UUID, result: Result = Result.TALKED, **more: Any) -> CheckinRecorded:
    """Record a check-in as Ana by phone."""
    inputs = {"by": ANA, "channel": Channel.CALL, **more}
    schema: CheckinRecorded = office.do(record_checkin, customer_id=customer, result=result, **inputs)
    return schema


def snooze(office: Office, customer: UUID, preset: Preset = Preset.WEEK, **more: Any) -> ActionDone:
    """Put a customer off as Ana."""
    schema: ActionDone = office.do(snooze_from_list, customer_id=customer, preset=preset, **{"by": ANA, **more})
    return schema


def undo(office: Office, done: ActionDone, by: str = ANA, **more: Any) -> ActionDone:
    """Take back what was done, in every feature, as the button does."""
    undos = collect_undos(office.runtime.features)
    schema: ActionDone = office.do(undo_action, customer_action_id=done.customer_action_id, by=by, undos=undos, **more)
    return schema


def queue_of(office: Office, person: str = ANA, **more: Any) -> Queue:
    """That person's queue now."""
    schema: Queue = office.ask(get_queue, viewer=person, features=office.runtime.features, **more)
    return schema


def names(queue: Queue) -> list[str]:
    """The names on a page, in order."""
    return [row.customer.name for row in queue.rows]


def row_of(office: Office, customer: UUID) -> Customer:
    """A customer as it is stored."""
    row: Customer = office.look(lambda session: get_customer(session, customer))
    return row


def last_contact(office: Office, customer: UUID) -> date | None:
    """When the last contact was, as it is stored."""
    return row_of(office, customer).last_contact_on


def go_away(office: Office, person: str, first: date, last: date, cover: str | None = None) -> None:
    """Put days away into a person's calendar."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Absence(person_id=person, first_day=first, last_day=last, cover_id=cover))


def owed(office: Office) -> list[OutboxMessage]:
    """What is owed to Slack, oldest first."""
    return list(office.look(lambda session: session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()))


def remind(office: Office, *people: str) -> int:
    """Enqueue the reminders of these people, or of all four, if it is their hour; how many there are."""
    inputs = {"person_ids": people or (MARA, ANA, BOB, KIRI), "features": office.runtime.features}
    count: int = office.do(enqueue_reminders, **inputs)
    return count


def told(office: Office, section: str, to: str = "") -> list[tuple[OutboxMessage, MorningSection]]:
    """The reminders with that section, oldest first, for everybody or for one person."""
    found = []
    for row in owed(office):
        if row.kind == ReminderDue.kind and to in {"", row.recipient}:
            sections = ReminderDue.model_validate(row.body).sections
            found += [(row, one) for one in sections if one.key == section]
    return found


def at(office: Office, instant: datetime) -> None:
    """Go forward to that instant."""
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # tests have a clock that moves
