"""What a row of a list does in one press: log that somebody talked or tried, and add what was said afterwards."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.checkins.queries.history import get_checkin
from bot.checkins.rules import ActionKind, Channel, Mood, Result, is_repeated
from bot.checkins.schemas import ActionDone, CheckinRecorded
from bot.checkins.tables import Checkin, CustomerAction
from bot.checkins.usecases import NOTHING_TO_UNDO, require_may
from bot.checkins.usecases.recording import NOTE, clean_note, record_checkin
from bot.core import inbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.queries import get_customer, schema_of
from bot.customers.schemas import CustomerSchema
from bot.people.queries import get_today
from bot.people.usecases import require_here
from bot.workspaces.usecases import record


def log_from_row(session: Session, *, customer_id: UUID, result: Result, by: str, now: datetime) -> CheckinRecorded:
    """
    Record a call of today, without a note; allowed to the customer's owner, their cover and managers.

    Raises:
        NotAllowed: the customer is somebody else's, such as one that was taken since the row was drawn.
        AlreadyDone: this person logged the same in the last ten minutes.
    """
    customer = require_may(session, customer_id, by=by, now=now, wish="log this in one press")
    if is_repeated(_last_logged(session, customer_id, result, by), now=now):
        raise AlreadyDone(f"{customer.name} is logged already; nothing was added.")
    return record_checkin(session, customer_id=customer_id, result=result, channel=Channel.CALL, by=by, now=now)


def add_note(
    session: Session, *, customer_action_id: UUID, note: str, by: str, now: datetime, mood: Mood | None = None,
    view_id: str = "",
) -> ActionDone:  # fmt: skip
    """
    Add what was said, and how the customer is, to a check-in that was logged without a note.

    Raises:
        InvalidInput: no note; field `note`.
        NotAllowed: somebody else logged it.
        AlreadyDone: it was undone, or has a note.
        NotFound: there is no such check-in here.
    """
    require_here(session, by=by)
    action, checkin = get_logged(session, customer_action_id, by=by)
    said = clean_note(note, NOTE)
    if not said:
        raise InvalidInput(fields={"note": "Write what was said, in a few words."})
    inbox.require_new_submission(session, view_id, now=now)
    checkin.note, checkin.mood = said, mood or checkin.mood
    customer = get_customer(session, action.customer_id)
    record(
        session, "checkin.noted", by=by, kind="checkin", subject=checkin.id, customer_id=customer.id,
        before={"note": ""}, after={"note": said[:300]}, now=now,
    )  # fmt: skip
    session.flush()
    schema = schema_of(customer, today=get_today(session, person_id=by, now=now))
    return ActionDone(
        customer_action_id=action.id, kind=action.kind, by=by, words=action.words, customer=schema, note=said
    )


def get_noteless(session: Session, *, customer_action_id: UUID, by: str, now: datetime) -> CustomerSchema:
    """Return the customer of a check-in that takes a note; raises as `add_note`."""
    action, _ = get_logged(session, customer_action_id, by=by)
    return schema_of(get_customer(session, action.customer_id), today=get_today(session, person_id=by, now=now))


def get_logged(session: Session, customer_action_id: UUID, *, by: str) -> tuple[CustomerAction, Checkin]:
    """Return an action of *by* and the check-in that it recorded, which can take a note; raises as `add_note`."""
    action = session.exec(select(CustomerAction).where(CustomerAction.id == customer_action_id)).first()
    if action is None or action.checkin_id is None:
        raise NotFound(NOTHING_TO_UNDO)
    checkin = get_checkin(session, action.checkin_id)
    if action.by != by:
        raise NotAllowed("Somebody else logged that; record a check-in of your own with /checkin.")
    if action.undone_at is not None:
        raise AlreadyDone("That was undone, so there is nothing to add a note to; record it anew with /checkin.")
    if checkin.note:
        raise AlreadyDone("It has a note already; the customer's card shows it.")
    return action, checkin


def _last_logged(session: Session, customer_id: UUID, result: Result, by: str) -> datetime | None:
    """Return when *by* last logged that result about a customer, unless it was undone."""
    query = (
        select(CustomerAction.at)
        .join(Checkin, col(Checkin.id) == col(CustomerAction.checkin_id))
        .where(
            CustomerAction.customer_id == customer_id,
            CustomerAction.kind == ActionKind.LOGGED,
            CustomerAction.by == by,
            Checkin.result == result,
            col(CustomerAction.undone_at).is_(None),
        )
    )
    return session.exec(query.order_by(col(CustomerAction.at).desc()).limit(1)).first()
