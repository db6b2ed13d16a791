"""Actions about a customer from a list (snooze, wake, hand over), and undoing them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries.history import CONTACTS, get_checkin, get_contacts
from bot.checkins.rules import ActionKind, Preset, can_undo, latest_contact, snooze_day
from bot.checkins.schemas import ActionDone
from bot.checkins.tables import Checkin, CustomerAction
from bot.checkins.usecases.recording import known_elsewhere
from bot.core import inbox, outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.feature import UndoCheckin
from bot.customers.queries import get_customer, schema_of
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema, CustomerTaken
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.scheduling import (
    reschedule,
    restore_snooze,
    set_last_contact,
    snooze_customer,
    snooze_state,
    wake_customer,
)
from bot.people.queries import find_cover, find_person_row, get_calendar, get_today, list_names
from bot.people.rules import Mute
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import record

NOTHING_TO_UNDO = "There is nothing to undo here; /checkin shows how your customers stand."
REASONS = {SnoozeReason.CUSTOMER_ASKED: ", they asked", SnoozeReason.DEFERRED: ""}


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
    Snooze a customer for a week, two weeks or until a date; allowed to its owner, their cover and managers.

    Raises:
        InvalidInput: no date, a past one, or one later than the rules allow; fields `until`.
        NotAllowed: it is somebody else's.
        AlreadyDone: it is snoozed just so already, or this form was saved before.
    """
    customer = require_may(session, customer_id, by=by, now=now, wish="snooze this")
    if customer.status is not Status.ACTIVE:
        raise InvalidInput(
            fields={
                "until": f"{customer.name} is {customer.status.value}; nothing is due, so there is nothing to snooze."
            }
        )
    _once(session, view_id, now=now)
    today = get_today(session, person_id=by, now=now)
    day = snooze_day(preset, today=today, chosen=until, calendar=get_calendar(session, customer.owner_id))
    if day is None:
        raise InvalidInput(fields={"until": "Choose the day on which this customer should come back."})
    if (customer.snoozed_until, customer.snooze_reason) == (day, reason) and day > today:
        raise AlreadyDone(f"{customer.name} is snoozed until {day.day} {day:%b} already.")
    before = snooze_state(customer)
    schema = snooze_customer(
        session, customer_id=customer_id, until=day, reason=reason, note=clean_text(note, 300), by=by, now=now
    )
    words = f"snoozed until {day.day} {day:%b}{REASONS[reason]}"
    return record_action(
        session, schema, ActionKind.SNOOZED, words, before=before, after=snooze_state(customer), by=by, now=now
    )


def wake_from_list(session: Session, *, customer_id: UUID, by: str, now: datetime) -> ActionDone:
    """
    End a snooze now; allowed to the customer's owner, their cover and managers.

    Raises:
        NotAllowed: it is somebody else's.
        AlreadyDone: it isn't snoozed.
    """
    customer = require_may(session, customer_id, by=by, now=now, wish="wake this")
    if customer.snoozed_until is None:
        raise AlreadyDone(f"{customer.name} is awake already.")
    before = snooze_state(customer)
    schema = wake_customer(session, customer_id=customer_id, by=by, now=now)
    return record_action(session, schema, ActionKind.WOKEN, "awake again", before=before, after={}, by=by, now=now)


def hand_over_from_list(
    session: Session, *, customer_id: UUID, to: str | None, by: str, now: datetime, note: str = "", view_id: str = ""
) -> ActionDone:
    """
    Give a customer to a colleague and notify them; owners, managers, and anyone for themselves, are allowed to.

    Raises:
        InvalidInput: nobody was chosen, or somebody who can't own customers; fields `to`.
        NotAllowed, AlreadyDone: as in handing over anywhere.
    """
    if not to:
        raise InvalidInput(fields={"to": "Choose who should look after this customer."})
    _once(session, view_id, now=now)
    before = get_customer(session, customer_id).owner_id
    schema = hand_over(session, customer_id=customer_id, to=to, by=by, note=clean_text(note, 300), now=now)
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
    """Store an action, so that its row can show it and it can be undone."""
    action = CustomerAction(
        customer_id=schema.id, kind=kind, by=by, at=now, words=words[:300], before=before, after=after
    )
    session.add(action)
    session.flush()
    return ActionDone(customer_action_id=action.id, kind=kind, by=by, words=words, customer=schema)


def require_may(session: Session, customer_id: UUID, *, by: str, now: datetime, wish: str) -> Customer:
    """
    Return the customer, if *by* is its owner, covers for them today, or is a manager.

    Raises:
        NotAllowed: it is somebody else's; *wish* completes "can …".
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    owner = customer.owner_id
    if may_manage(actor) or owner == by:
        return customer
    if owner is None:
        raise NotAllowed(f"{customer.name} has no owner; take it first, or ask a manager to {wish}.")
    if find_cover(session, owner, get_today(session, person_id=owner, now=now)) == by:
        return customer
    name = list_names(session, [owner]).get(owner, "its owner")
    raise NotAllowed(f"Only {name}, their cover or a manager can {wish}; log a check-in, or ask {name}.")


def _once(session: Session, view_id: str, *, now: datetime) -> None:
    if view_id and not inbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("This is saved already; you can close the window.")


def undo_action(
    session: Session, *, customer_action_id: UUID, by: str, now: datetime, undos: Sequence[UndoCheckin] = ()
) -> ActionDone:
    """
    Undo an action; who did it may for ten minutes, managers at any time for check-ins.

    The schedule is recomputed. What somebody else changed since stays. *undos* are other features' use cases that undo
    what was stored with a check-in, in the same transaction; each returns sentences on what stays.

    Raises:
        NotAllowed: the ten minutes are over, or it was somebody else's.
        AlreadyDone: it was undone before, or somebody changed the same thing since.
        NotFound: there is no such action here.
    """
    actor = require_here(session, by=by)
    action = session.exec(select(CustomerAction).where(CustomerAction.id == customer_action_id)).first()
    if action is None:
        raise NotFound(NOTHING_TO_UNDO)
    customer = get_customer(session, action.customer_id)
    if action.undone_at is not None:
        raise AlreadyDone(f"That is undone already; {clean_text(customer.name, 80)} is as it was.")
    _require_may_undo(session, action, by=by, manages=may_manage(actor), now=now)
    _UNDO[action.kind](session, customer, action, by, now)
    about = {"customer_id": customer.id, "checkin_id": action.checkin_id, "by": by, "now": now}
    left = [undo(session, **about) for undo in undos] if action.checkin_id is not None else []
    action.undone_at, action.undone_by = now, by
    how = "undone" if can_undo(action.at, now=now) else "corrected"
    record(
        session, f"customer.{action.kind.value}.{how}", by=by, kind="customer", subject=customer.id,
        customer_id=customer.id, before=action.after, after=action.before, now=now,
    )  # fmt: skip
    session.flush()
    schema = schema_of(customer, today=get_today(session, person_id=by, now=now))
    stays = tuple(sentence for sentences in left for sentence in sentences)
    done = {"customer_action_id": action.id, "kind": action.kind, "by": by, "customer": schema}
    return ActionDone(**done, words="as it was", undone=True, stays=stays)


def _require_may_undo(session: Session, action: CustomerAction, *, by: str, manages: bool, now: datetime) -> None:
    if action.by != by and not manages:
        name = list_names(session, [action.by]).get(action.by, "Who did it")
        raise NotAllowed(f"{name} did that; only they or a manager can undo it.")
    corrects = manages and action.kind is ActionKind.LOGGED
    if not corrects and not can_undo(action.at, now=now):
        raise NotAllowed("Undo lasts ten minutes, and they are over; record what is right as a new check-in instead.")


def _undo_log(session: Session, customer: Customer, action: CustomerAction, by: str, now: datetime) -> None:
    if action.checkin_id is None:
        raise NotFound(NOTHING_TO_UNDO)
    checkin = get_checkin(session, action.checkin_id)
    known = known_elsewhere(session, customer)
    checkin.undone_at, checkin.undone_by = now, by
    session.flush()
    if not checkin.result.is_contact:
        return
    recorded, _ = get_contacts(session, customer.id)
    latest = latest_contact(recorded, known)
    if latest != customer.last_contact_on:
        set_last_contact(session, customer_id=customer.id, on=latest, now=now)
    _restore_ended_snooze(session, customer, action, now)


def _restore_ended_snooze(session: Session, customer: Customer, action: CustomerAction, now: datetime) -> None:
    """Restore the snooze that the undone contact ended, unless it is over or a later action changed it."""
    snoozed = _snooze_in(action.before)
    if not snoozed["until"] or snoozed["until"] <= get_today(session, person_id=customer.owner_id, now=now).isoformat():
        return
    later = _next_action_over_snooze(session, action)
    if later is None and customer.snoozed_until is None:
        restore_snooze(customer, snoozed, now=now)
    elif later is not None and later.kind is ActionKind.LOGGED and not later.before.get("until"):
        later.before = {**later.before, **snoozed}


def _next_action_over_snooze(session: Session, action: CustomerAction) -> CustomerAction | None:
    """Return the first later action, not undone, that ended, began or changed a snooze."""
    query = (
        select(CustomerAction)
        .outerjoin(Checkin, col(CustomerAction.checkin_id) == col(Checkin.id))
        .where(
            CustomerAction.customer_id == action.customer_id,
            col(CustomerAction.id) > action.id,
            col(CustomerAction.undone_at).is_(None),
            sa.or_(
                col(CustomerAction.kind).in_([ActionKind.SNOOZED, ActionKind.WOKEN]), col(Checkin.result).in_(CONTACTS)
            ),
        )
        .order_by(col(CustomerAction.id))
    )
    return session.exec(query).first()


def _undo_snooze(_session: Session, customer: Customer, action: CustomerAction, _by: str, now: datetime) -> None:
    if snooze_state(customer) != _snooze_in(action.after):
        raise AlreadyDone(f"{customer.name} was changed since; nothing was undone.")
    restore_snooze(customer, _snooze_in(action.before), now=now)


def _undo_hand_over(session: Session, customer: Customer, action: CustomerAction, by: str, now: datetime) -> None:
    former, present = action.before.get("owner"), action.after.get("owner")
    if customer.owner_id != present:
        raise AlreadyDone(f"{customer.name} went on to somebody else since; nothing was undone.")
    person = find_person_row(session, former) if former else None
    if former and (person is None or person.is_deactivated):
        raise NotAllowed(f"{customer.name} can't go back; who had it has left.")
    customer.owner_id = former
    reschedule(session, [customer], now=now)
    loser = find_person_row(session, present) if present and present != by else None
    if loser is not None and not loser.is_deactivated and Mute.NEWS not in loser.mutes:
        news = CustomerTaken(name=customer.name, to=former, by=by)
        outbox.enqueue(session, news, to=loser.id, key=f"undone:{action.id}", now=now)


def _snooze_in(state: dict[str, Any]) -> dict[str, str | None]:
    """Return the snooze in the state that an action keeps."""
    return {key: state.get(key) for key in ("until", "reason", "note", "by")}


_UNDO: dict[ActionKind, Callable[[Session, Customer, CustomerAction, str, datetime], None]] = {
    ActionKind.LOGGED: _undo_log,
    ActionKind.SNOOZED: _undo_snooze,
    ActionKind.WOKEN: _undo_snooze,
    ActionKind.HANDED_OVER: _undo_hand_over,
}
