"""Takes back what was done about a customer: for ten minutes; managers correct check-ins at any time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries.history import CONTACTS, get_checkin, get_contacts
from bot.checkins.rules import Act, can_undo, latest_contact
from bot.checkins.schemas import ActDone
from bot.checkins.tables import Checkin, Deed
from bot.checkins.usecases.recording import known_elsewhere
from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, NotAllowed, NotFound
from bot.core.feature import UndoCheckin
from bot.customers.queries import get_customer, schema_of
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerTaken
from bot.customers.tables import Customer
from bot.customers.usecases.scheduling import reschedule, restore_snooze, set_last_contact, snooze_state
from bot.people.queries import find_person_row, get_today, list_names
from bot.people.rules import Mute
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import record


def undo_checkin(session: Session, *, checkin_id: UUID, by: str, now: datetime) -> ActDone:
    """Take back a check-in; see `undo_deed`."""
    row = get_checkin(session, checkin_id)
    query = select(Deed.id).where(Deed.workspace_id == workspace_of(session), Deed.checkin_id == row.id)
    return undo_deed(session, deed_id=session.exec(query).one(), by=by, now=now)


def undo_deed(session: Session, *, deed_id: UUID, by: str, now: datetime, undos: Sequence[UndoCheckin] = ()) -> ActDone:
    """
    Take back what was done: who did it may for ten minutes, and so may managers, who correct a check-in at any time.

    The clock is computed anew from all that is left. What somebody else changed since stays as they left it. *undos*
    take back what came into other features with a check-in, in the same transaction; what they leave is told.

    Raises:
        NotAllowed: the ten minutes are over, or it was somebody else's.
        AlreadyDone: it was undone before, or somebody changed the same thing since.
        NotFound: there is no such deed here.
    """
    actor = require_here(session, by=by)
    deed = _find(session, deed_id)
    customer = get_customer(session, deed.customer_id)
    if deed.undone_at is not None:
        raise AlreadyDone(f"That is undone already; {clean_text(customer.name, 80)} is as it was.")
    _require_may_undo(session, deed, by=by, manages=may_manage(actor), now=now)
    _WAYS[deed.act](session, customer, deed, by, now)
    about = {"customer_id": customer.id, "checkin_id": deed.checkin_id, "by": by, "now": now}
    told = [undo(session, **about) for undo in undos] if deed.checkin_id is not None else []
    deed.undone_at, deed.undone_by = now, by
    how = "undone" if can_undo(deed.at, now=now) else "corrected"
    record(
        session, f"customer.{deed.act.value}.{how}", by=by, kind="customer", subject=customer.id,
        customer_id=customer.id, before=deed.after, after=deed.before, now=now,
    )  # fmt: skip
    session.flush()
    schema = schema_of(customer, today=get_today(session, person_id=by, now=now))
    stays = tuple(sentence for sentences in told for sentence in sentences)
    return ActDone(deed_id=deed.id, act=deed.act, by=by, words="as it was", customer=schema, undone=True, stays=stays)


def _find(session: Session, deed_id: UUID) -> Deed:
    query = select(Deed).where(Deed.workspace_id == workspace_of(session), Deed.id == deed_id)
    deed = session.exec(query).first()
    if deed is None:
        raise NotFound("There is nothing to undo here; /checkin shows how your customers stand.")
    return deed


def _require_may_undo(session: Session, deed: Deed, *, by: str, manages: bool, now: datetime) -> None:
    if deed.by != by and not manages:
        name = list_names(session, [deed.by]).get(deed.by, "Who did it")
        raise NotAllowed(f"{name} did that; only they or a manager can undo it.")
    corrects = manages and deed.act is Act.LOGGED
    if not corrects and not can_undo(deed.at, now=now):
        raise NotAllowed("Undo lasts ten minutes, and they are over; record what is right as a new check-in instead.")


def _undo_log(session: Session, customer: Customer, deed: Deed, by: str, now: datetime) -> None:
    if deed.checkin_id is None:
        raise NotFound("There is nothing to undo here; /checkin shows how your customers stand.")
    checkin = get_checkin(session, deed.checkin_id)
    known = known_elsewhere(session, customer)
    checkin.undone_at, checkin.undone_by = now, by
    session.flush()
    if not checkin.result.is_contact:
        return
    told, _ = get_contacts(session, customer.id)
    latest = latest_contact(told, known)
    if latest != customer.last_contact_on:
        set_last_contact(session, customer_id=customer.id, on=latest, now=now)
    _give_sleep_back(session, customer, deed, now)


def _give_sleep_back(session: Session, customer: Customer, deed: Deed, now: datetime) -> None:
    """The snooze that the undone contact ended holds again, unless it is over or something later decided over it."""
    slept = _sleep(deed.before)
    if not slept["until"] or slept["until"] <= get_today(session, person_id=customer.owner_id, now=now).isoformat():
        return
    later = _next_deed_over_sleep(session, deed)
    if later is None and customer.snoozed_until is None:
        restore_snooze(customer, slept, now=now)
    elif later is not None and later.act is Act.LOGGED and not later.before.get("until"):
        later.before = {**later.before, **slept}


def _next_deed_over_sleep(session: Session, deed: Deed) -> Deed | None:
    """The first deed after this one, not undone, that ended, began or changed a snooze, or would have."""
    query = (
        select(Deed)
        .outerjoin(Checkin, col(Deed.checkin_id) == col(Checkin.id))
        .where(
            Deed.workspace_id == workspace_of(session),
            Deed.customer_id == deed.customer_id,
            col(Deed.id) > deed.id,
            col(Deed.undone_at).is_(None),
            sa.or_(
                col(Deed.act).in_([Act.SNOOZED, Act.WOKEN]),
                col(Checkin.result).in_(CONTACTS),
            ),
        )
        .order_by(col(Deed.id))
    )
    return session.exec(query).first()


def _undo_snooze(_session: Session, customer: Customer, deed: Deed, _by: str, now: datetime) -> None:
    if snooze_state(customer) != _sleep(deed.after):
        raise AlreadyDone(f"{customer.name} was changed since; nothing was undone.")
    restore_snooze(customer, _sleep(deed.before), now=now)


def _undo_hand_over(session: Session, customer: Customer, deed: Deed, by: str, now: datetime) -> None:
    former, present = deed.before.get("owner"), deed.after.get("owner")
    if customer.owner_id != present:
        raise AlreadyDone(f"{customer.name} went on to somebody else since; nothing was undone.")
    person = find_person_row(session, former) if former else None
    if former and (person is None or person.is_deactivated):
        raise NotAllowed(f"{customer.name} can't go back; who had it has left.")
    customer.owner_id = former
    reschedule(session, [customer], now=now)
    told = find_person_row(session, present) if present and present != by else None
    if told is not None and not told.is_deactivated and Mute.NEWS not in told.mutes:
        news = CustomerTaken(name=customer.name, to=former, by=by)
        outbox.enqueue(session, news, to=told.id, key=f"undone:{deed.id}", now=now)


def _sleep(state: dict[str, Any]) -> dict[str, str | None]:
    """The snooze in what a deed keeps."""
    return {key: state.get(key) for key in ("until", "reason", "note", "by")}


_WAYS: dict[Act, Callable[[Session, Customer, Deed, str, datetime], None]] = {
    Act.LOGGED: _undo_log,
    Act.SNOOZED: _undo_snooze,
    Act.WOKEN: _undo_snooze,
    Act.HANDED_OVER: _undo_hand_over,
}
