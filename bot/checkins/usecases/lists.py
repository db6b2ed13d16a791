"""What is done about a customer straight from a list: put off, wake, hand over. Each can be undone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.checkins.rules import ActionKind, Preset, snooze_day
from bot.checkins.schemas import ActionDone
from bot.checkins.tables import CustomerAction
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.queries import get_customer
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema
from bot.customers.tables import Customer
from bot.customers.usecases import scheduling
from bot.customers.usecases.scheduling import snooze_state
from bot.people.queries import find_cover, get_calendar, get_today, list_names
from bot.people.usecases import may_manage, require_here

REASONS = {SnoozeReason.CUSTOMER_ASKED: "they asked", SnoozeReason.DEFERRED: "we put it off"}


def snooze_from_list(
    session: Session,
    *,
    customer_id: UUID,
    preset: Preset,
    by: str,
    now: datetime,
    until: date | None = None,
    reason: SnoozeReason = SnoozeReason.DEFERRED,
    note: str = "",
    view_id: str = "",
) -> ActionDone:
    """
    Put a customer off for a week, two weeks or until a date. Its owner, their cover today and managers may.

    Raises:
        InvalidInput: no date, a past one, or one later than the rules allow; fields `until`.
        NotAllowed: it is somebody else's.
        AlreadyDone: it is put off just so already, or this form was saved before.
    """
    customer = _require_may(session, customer_id, by=by, now=now, wish="put this off")
    if customer.status is not Status.ACTIVE:
        raise InvalidInput(fields={"until": f"{customer.name} is {customer.status.value}; nothing is due to put off."})
    _once(session, view_id, now=now)
    today = get_today(session, person_id=by, now=now)
    day = snooze_day(preset, today=today, chosen=until, calendar=get_calendar(session, customer.owner_id))
    if day is None:
        raise InvalidInput(fields={"until": "Choose the day on which this customer should come back."})
    if (customer.snoozed_until, customer.snooze_reason) == (day, reason) and day > today:
        raise AlreadyDone(f"{customer.name} is put off until {day.day} {day:%b} already.")
    before = snooze_state(customer)
    schema = scheduling.snooze_customer(
        session, customer_id=customer_id, until=day, reason=reason, note=clean_text(note, 300), by=by, now=now
    )
    words = f"put off until {day.day} {day:%b}, {REASONS[reason]}"
    return record_action(
        session, schema, ActionKind.SNOOZED, words, before=before, after=snooze_state(customer), by=by, now=now
    )


def wake_from_list(session: Session, *, customer_id: UUID, by: str, now: datetime) -> ActionDone:
    """
    End a snooze now. The customer's owner, their cover today and managers may.

    Raises:
        NotAllowed: it is somebody else's.
        AlreadyDone: it isn't put off.
    """
    customer = _require_may(session, customer_id, by=by, now=now, wish="wake this")
    if customer.snoozed_until is None:
        raise AlreadyDone(f"{customer.name} is awake already.")
    before = snooze_state(customer)
    schema = scheduling.wake_customer(session, customer_id=customer_id, by=by, now=now)
    return record_action(session, schema, ActionKind.WOKEN, "awake again", before=before, after={}, by=by, now=now)


def hand_over_from_list(
    session: Session, *, customer_id: UUID, to: str | None, by: str, now: datetime, note: str = "", view_id: str = ""
) -> ActionDone:
    """
    Give a customer to a colleague and tell them; who may is as everywhere: owners, managers, anyone for themselves.

    Raises:
        InvalidInput: nobody was chosen, or somebody who can't own customers; fields `to`.
        NotAllowed, AlreadyDone: as in handing over anywhere.
    """
    if not to:
        raise InvalidInput(fields={"to": "Choose who should look after this customer."})
    _once(session, view_id, now=now)
    before = get_customer(session, customer_id).owner_id
    schema = scheduling.hand_over(session, customer_id=customer_id, to=to, by=by, note=clean_text(note, 300), now=now)
    words = f"handed over to {schema.owner_name or 'a colleague'}"
    return record_action(
        session, schema, ActionKind.HANDED_OVER, words, before={"owner": before}, after={"owner": to}, by=by, now=now
    )


def record_action(
    session: Session,
    schema: CustomerSchema,
    kind: ActionKind,
    words: str,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    by: str,
    now: datetime,
) -> ActionDone:
    """Remember what was done, so that its row can tell and it can be undone."""
    action = CustomerAction(
        customer_id=schema.id, kind=kind, by=by, at=now, words=words[:300], before=before, after=after
    )
    session.add(action)
    session.flush()
    return ActionDone(customer_action_id=action.id, kind=kind, by=by, words=words, customer=schema)


def _require_may(session: Session, customer_id: UUID, *, by: str, now: datetime, wish: str) -> Customer:
    """The customer, if *by* is its owner, covers for them today, or manages."""
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    owner = customer.owner_id
    if may_manage(actor) or owner == by:
        return customer
    if owner is None:
        raise NotAllowed(f"{customer.name} is in the pool; take it first, or ask a manager to {wish}.")
    if find_cover(session, owner, get_today(session, person_id=owner, now=now)) == by:
        return customer
    name = list_names(session, [owner]).get(owner, "its owner")
    raise NotAllowed(f"Only {name}, their cover or a manager can {wish}; log a check-in, or ask {name}.")


def _once(session: Session, view_id: str, *, now: datetime) -> None:
    if view_id and not outbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("This is saved already; you can close the window.")
