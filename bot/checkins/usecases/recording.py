"""Recording the result of an attempt at contact, which reschedules the customer when it was a contact."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries.history import get_contacts
from bot.checkins.rules import ActionKind, Channel, Mood, Result, date_problem, latest_contact
from bot.checkins.schemas import CheckinRecorded
from bot.checkins.tables import Checkin, CustomerAction, Reminder, ReminderItem
from bot.core import inbox
from bot.core.database import Row
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.queries import get_customer, schema_of
from bot.customers.queries.families import tell_by_the_way
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.customers.usecases.scheduling import restore_snooze, set_last_contact, snooze_state
from bot.people.queries import get_today
from bot.people.usecases import require_here
from bot.workspaces.usecases import record

Extra = Callable[..., object]

NOTE, NEXT_STEP, LINK = 3000, 300, 500


def record_checkin(
    session: Session,
    *,
    customer_id: UUID,
    result: Result,
    channel: Channel,
    by: str,
    now: datetime,
    mood: Mood | None = None,
    note: str = "",
    happened_on: date | None = None,
    next_step: str = "",
    link: str = "",
    quote: str = "",
    view_id: str = "",
    extras: Sequence[Extra] = (),
) -> CheckinRecorded:
    """
    Record the result of an attempt at contact on *happened_on* (None: today); any full member may, for any customer.

    A contact sets the last contact to the latest known one and ends a snooze; an attempt does neither. *extras* are
    other features' use cases, run in the same transaction. A form is saved once by its *view_id*.

    Raises:
        InvalidInput: the day is still to come or more than a year ago; fields `when`.
        AlreadyDone: this form was saved before.
        NotFound: no such customer.
    """
    require_here(session, by=by)
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=by, now=now)
    on = happened_on or today
    if problem := date_problem(on, today=today):
        raise InvalidInput(fields={"when": problem})
    if view_id and not inbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("This check-in is saved already; you can close the window.")
    row = Checkin(
        customer_id=customer.id, by=by, result=result, channel=channel, mood=mood, note=clean_note(note, NOTE),
        next_step=clean_text(next_step, NEXT_STEP), link=clean_text(link, LINK), quote=clean_note(quote, NOTE),
        happened_on=on, known_before=known_elsewhere(session, customer), recorded_at=now,
    )  # fmt: skip
    before = schedule_state(customer)
    session.add(row)
    session.flush()
    if result.is_contact:
        _reschedule(session, customer, on, now=now)
    schema = schema_of(customer, today=today)
    action = _record(session, row, schema, before=before, after=schedule_state(customer))
    for extra in extras:
        extra(session, customer_id=customer.id, checkin_id=row.id, by=by, now=now)
    return CheckinRecorded(
        customer_action_id=action.id, kind=ActionKind.LOGGED, by=by, words=action.words, customer=schema,
        checkin_id=row.id, result=result, happened_on=on, next_due_on=_next_due(schema), note=row.note,
        can_note=not row.note, aside=tell_by_the_way(session, customer, today=today) if result.is_contact else "",
    )  # fmt: skip


def schedule_state(customer: Customer) -> dict[str, str | None]:
    """Return a customer's last contact and snooze as JSON values."""
    last = customer.last_contact_on
    return {"last_contact_on": last.isoformat() if last else None, **snooze_state(customer)}


def known_elsewhere(session: Session, customer: Customer) -> date | None:
    """Return the last contact that no check-in records, such as an imported one."""
    recorded, known = get_contacts(session, customer.id)
    current = customer.last_contact_on
    explained = latest_contact(recorded, known)
    return current if current and (explained is None or current > explained) else known


def clean_note(text: str, limit: int) -> str:
    """Return *text* fit to be stored, line by line, in at most *limit* characters."""
    lines = [clean_text(line, limit) for line in text[: 4 * limit].splitlines()]
    whole = "\n".join(lines).strip("\n")
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"


def _reschedule(session: Session, customer: Customer, on: date, *, now: datetime) -> None:
    """End a snooze, and set the last contact, unless a later one is known."""
    if customer.snoozed_until is not None:
        restore_snooze(customer, {}, now=now)
    latest = latest_contact(customer.last_contact_on, on)
    if latest != customer.last_contact_on:
        set_last_contact(session, customer_id=customer.id, on=latest, now=now)


def _record(
    session: Session, row: Checkin, schema: CustomerSchema, *, before: dict[str, Any], after: dict[str, Any]
) -> CustomerAction:
    """Store the action, with what undoing needs, and its entry in the audit trail."""
    about: dict[str, Any] = {"customer_id": row.customer_id, "by": row.by, "before": before}
    action = CustomerAction(
        **about, checkin_id=row.id, kind=ActionKind.LOGGED, at=row.recorded_at, words=_words(row.result, schema),
        after=after,
    )  # fmt: skip
    session.add(action)
    details = {"result": row.result.value, "happened_on": row.happened_on.isoformat(), **after}
    record(session, "checkin.recorded", kind="checkin", subject=row.id, now=row.recorded_at, after=details, **about)
    session.flush()
    return action


def _words(result: Result, schema: CustomerSchema) -> str:
    due = _next_due(schema)
    if due is None:
        return result.words
    if result.is_contact:
        return f"{result.words} · next {due.day} {due:%b}"
    return f"{result.words} · the clock keeps running, due {due.day} {due:%b}"


def _next_due(schema: CustomerSchema) -> date | None:
    return schema.due_on if schema.status is Status.ACTIVE else None


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - every erase takes the time
    """
    Erase a customer's check-ins, or a person's reminders and their name; return how many rows were touched.

    What a person recorded stays with the customer that it is about, under their id.
    """
    if kind == "customer":
        customer_id = UUID(subject_id)
        kinds: tuple[Any, ...] = (CustomerAction, ReminderItem, Checkin)
        return sum(_drop(session, table, table.customer_id == customer_id) for table in kinds)
    if kind == "person":
        theirs = select(Reminder.id).where(Reminder.person_id == subject_id)
        items = _drop(session, ReminderItem, col(ReminderItem.reminder_id).in_(theirs))
        return items + _drop(session, Reminder, col(Reminder.person_id) == subject_id) + _unname(session, subject_id)
    return 0


def _drop(session: Session, table: type[Row], which: Any) -> int:
    return session.exec(sa.delete(table).where(which)).rowcount


def _unname(session: Session, person_id: str) -> int:
    """Take a person's name out of the words of what was handed over to them."""
    actions = session.exec(select(CustomerAction).where(CustomerAction.kind == ActionKind.HANDED_OVER)).all()
    theirs = [action for action in actions if action.after.get("owner") == person_id]
    for action in theirs:
        action.words = "handed over to a colleague"
    return len(theirs)
