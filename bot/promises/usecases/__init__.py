"""What people do about promises: write them down, keep them, agree on another day, withdraw them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.checkins.usecases.recording import clean_note
from bot.commitments import usecases as commitments
from bot.commitments.queries import get_commitment, get_schema
from bot.commitments.rules import LINK, QUOTED
from bot.core import inbox, outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.queries import get_customer, list_contacts
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.people.queries import find_cover, find_person_row, get_today, list_names
from bot.people.rules.days import due_date_problem
from bot.people.tables import Person
from bot.people.usecases import may_manage, require_here
from bot.promises.queries import PROMISES, describe_ending, list_made_in
from bot.promises.rules import CONTACT, NOTE, WHAT, PromiseEvent, PromiseState, is_over
from bot.promises.schemas import PromiseNews, PromiseNoted, PromiseSchema
from bot.promises.tables import Promise
from bot.workspaces.usecases import BOT


def record_promise(
    session: Session,
    *,
    customer_id: UUID,
    what: str,
    due_on: date | None,
    by: str,
    now: datetime,
    promised_by: str | None = None,
    contact: str = "",
    contact_id: UUID | None = None,
    link: str = "",
    made_in: UUID | None = None,
    view_id: str = "",
) -> PromiseSchema:
    """
    Write down what *promised_by* (None: *by* themselves) promised a customer by *due_on*; who didn't write it is told.

    To whom there: one of the customer's contacts by id, or a name. Any full member may write a promise down. *made_in*
    is the check-in in which it was made.

    Raises:
        InvalidInput: fields `promised_by`, `customer`, `due`, `what`, `contact`.
        AlreadyDone: this form (or this command) has had its effect.
        NotAllowed: *by* is no full member.
        NotFound: no such customer.
    """
    actor = require_here(session, by=by)
    customer, assignee_id = get_customer(session, customer_id), promised_by or by
    assignee = find_person_row(session, assignee_id)
    words, known = clean_text(what, WHAT), _contact_name(session, customer, contact_id)
    nobody = f"That person isn't a contact of {customer.name}; choose one who is, or leave it empty."
    commitments.require_valid({
        "promised_by": commitments.person_problem(assignee, cannot="keep promises here"),
        "customer": commitments.customer_problem(customer),
        "due": _day_problem(session, due_on, by=by, assignee=assignee, now=now),
        "what": None if words else "Say in a few words what was promised.",
        "contact": nobody if contact_id and not known else None,
    })  # fmt: skip
    if view_id and not inbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That promise is already saved; you can close the window.")
    row = _add_promise(
        session, customer_id=customer.id, assignee_id=assignee_id, contact=known or clean_text(contact, CONTACT),
        what=words, link=clean_text(link, LINK), made_in=made_in, due_on=due_on, by=by, now=now,
    )  # fmt: skip
    if assignee_id != by:
        notification = PromiseNoted(promise=schema_for(session, row, assignee_id, now), by_name=actor.name)
        outbox.enqueue(session, notification, to=assignee_id, key=f"promise_noted:{row.id}", now=now)
    return schema_for(session, row, by, now)


def promise_in_checkin(
    session: Session,
    *,
    customer_id: UUID,
    checkin_id: UUID,
    what: str,
    due_on: date | None,
    block_ids: dict[str, str],
    by: str,
    now: datetime,
) -> PromiseSchema:
    """
    Write down what was promised in the contact that is being recorded; *block_ids* are the fields of its form.

    Raises:
        InvalidInput: with those block ids as fields.
    """
    try:
        return record_promise(
            session, customer_id=customer_id, what=what, due_on=due_on, made_in=checkin_id, by=by, now=now
        )
    except InvalidInput as error:
        fields = {block_ids.get(name, name): sentence for name, sentence in error.fields.items()}
        raise InvalidInput(str(error), fields=fields) from error


def keep_promise(session: Session, *, promise_id: UUID, by: str, now: datetime, view_id: str = "") -> PromiseSchema:
    """
    Say that it was kept; once its day is over where its assignee is, it was kept late.

    Raises:
        AlreadyDone: it is not owed any more.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, promise_id, by=by, now=now)
    inbox.require_new_submission(session, view_id, now=now)
    late = row.state is PromiseState.BROKEN
    end(session, row, PromiseState.KEPT_LATE if late else PromiseState.KEPT, by=by, now=now)
    notify(session, row, PromiseEvent.KEPT, by=by, now=now)
    return schema_for(session, row, by, now)


def renegotiate_promise(
    session: Session, *, promise_id: UUID, due_on: date | None, words: str, agreed: bool, by: str, now: datetime,
    view_id: str = "",
) -> PromiseSchema:  # fmt: skip
    """
    Put another promise, by *due_on*, in the place of this one, as was agreed with the customer; returns the new one.

    A broken promise stays broken: what was agreed afterwards is only what is owed from now on.

    Raises:
        InvalidInput: no day ahead, or the same; no words; not agreed. Fields `due`, `note`, `agreed`.
        AlreadyDone: it is not owed any more.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, promise_id, by=by, now=now)
    said = clean_note(words, NOTE)
    problem = _day_problem(session, due_on, by=by, assignee=find_person_row(session, row.assignee_id), now=now)
    same = "It is promised for that day already; choose another one." if due_on == row.due_on else None
    commitments.require_valid({
        "due": problem or same,
        "note": None if said else "Say in a few words what was agreed.",
        "agreed": None if agreed else "Talk to the customer first: a promise is moved only with their agreement.",
    })  # fmt: skip
    inbox.require_new_submission(session, view_id, now=now)
    row.moved_to = due_on
    end(session, row, PromiseState.RENEGOTIATED, by=by, words=said, now=now)
    notify(session, row, PromiseEvent.RENEGOTIATED, by=by, words=said, now=now)
    successor = _add_promise(
        session, customer_id=row.customer_id, assignee_id=row.assignee_id, contact=row.contact, what=row.what,
        link=row.link, due_on=due_on, first_due_on=row.first_due_on, moves=row.moves + 1, follows_id=row.id, by=by,
        now=now,
    )  # fmt: skip
    return schema_for(session, successor, by, now)


def withdraw_promise(
    session: Session, *, promise_id: UUID, words: str, by: str, now: datetime, view_id: str = ""
) -> PromiseSchema:
    """
    Say that it needn't be kept any more, and why. A broken promise stays broken, and isn't owed any more.

    Raises:
        InvalidInput: no words; field `note`.
        AlreadyDone: it is not owed any more.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, promise_id, by=by, now=now)
    said = clean_note(words, NOTE)
    commitments.require_valid({"note": None if said else "Say in a few words why it isn't owed any more."})
    inbox.require_new_submission(session, view_id, now=now)
    end(session, row, PromiseState.WITHDRAWN, by=by, words=said, now=now)
    notify(session, row, PromiseEvent.WITHDRAWN, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def undo_checkin(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> list[str]:
    """
    Withdraw what was promised in a check-in that is being undone, and tell its assignee; returns a sentence for each
    promise that stays, because its day is over or somebody has gone on with it since.
    """
    rows = list_made_in(session, customer_id=customer_id, checkin_id=checkin_id)
    for row in rows:
        _break_when_over(session, row, now=now)
        if row.state is PromiseState.OPEN:
            end(session, row, PromiseState.WITHDRAWN, by=by, words="the check-in was undone", now=now)
            notify(session, row, PromiseEvent.UNDONE, by=by, now=now)
    gone_on = [row for row in rows if row.state is not PromiseState.WITHDRAWN]
    return [f"The promise “{clean_text(row.what, QUOTED)}” stays as it is: {row.state.words}." for row in gone_on]


def require_mine(session: Session, promise_id: UUID, *, by: str, now: datetime) -> Promise:
    """
    Return the promise with that id, still owed, which *by* is to keep, or whose customer's owner they are, or who
    manages; who covers for one of them may, too. When its day is over and no job has said so yet, it breaks now.

    Raises:
        NotAllowed: it is none of theirs.
        AlreadyDone: it is not owed any more; the sentence says how it ended.
    """
    actor = require_here(session, by=by)
    row = get_commitment(session, PROMISES, promise_id)
    owner = get_customer(session, row.customer_id).owner_id
    theirs = {row.assignee_id, owner} - {None}
    covers = {find_cover(session, one, get_today(session, person_id=one, now=now)) for one in theirs if one}
    if by not in theirs | covers and not may_manage(actor):
        assignee = list_names(session, [row.assignee_id]).get(row.assignee_id, "its keeper")
        raise NotAllowed(f"Only {assignee}, the customer's owner or a manager can do that; ask one of them.")
    if not row.is_owed:
        raise AlreadyDone(describe_ending(schema_for(session, row, by, now)))
    _break_when_over(session, row, now=now)
    return row


def break_promise(session: Session, row: Promise, *, now: datetime) -> None:
    """Mark a promise whose day is over as broken; it is still owed."""
    with commitments.recording(session, PROMISES, row, "broken", by=BOT, now=now):
        row.state, row.broken_at = PromiseState.BROKEN, now


def end(session: Session, row: Promise, state: PromiseState, *, by: str, now: datetime, words: str = "") -> None:
    """Owe it no more. What was broken stays so, unless it was kept late."""
    with commitments.recording(session, PROMISES, row, state.value, by=by, words=words, now=now):
        if row.state is not PromiseState.BROKEN or state is PromiseState.KEPT_LATE:
            row.state = state
        row.is_owed, row.note, row.ended_at, row.ended_by = False, words, now, by


def schema_for(session: Session, row: Promise, person_id: str, now: datetime) -> PromiseSchema:
    """Return a promise as that person sees it today."""
    return get_schema(session, PROMISES, row, viewer=person_id, now=now)


def notify(session: Session, row: Promise, event: PromiseEvent, *, by: str, now: datetime, words: str = "") -> None:
    """
    Enqueue what happened for who keeps the promise and for the customer's owner, without *by*.

    Who switched news off is not told; an owner needn't be told that a colleague kept a promise, or that one which was
    written down by mistake is gone.
    """
    customer, actor = get_customer(session, row.customer_id), find_person_row(session, by)
    named = event is not PromiseEvent.FORGOTTEN
    notification = PromiseNews(
        event=event,
        by_name=actor.name if actor else "",
        customer_id=customer.id if named else None,
        customer_name=customer.name if named else "",
        what=row.what if named else "",
        due_on=row.due_on,
        moved_to=row.moved_to,
        words=words,
    )
    concerned = (
        (row.assignee_id,)
        if event in {PromiseEvent.KEPT, PromiseEvent.UNDONE}
        else (row.assignee_id, customer.owner_id)
    )
    for person_id in commitments.list_recipients(session, concerned, but=[by]):
        outbox.enqueue(session, notification, to=person_id, key=f"promise:{row.id}:{event.value}:{person_id}", now=now)


def _add_promise(
    session: Session, *, assignee_id: str, due_on: date | None, by: str, now: datetime, **more: Any
) -> Promise:
    """Add a row for what was checked before, with its line in the audit trail."""
    today = get_today(session, person_id=assignee_id, now=now)
    day = due_on or today
    row = Promise(
        promised_by=assignee_id, assignee_id=assignee_id, recorded_by=by, recorded_at=now, promised_on=today,
        due_on=day, **{"first_due_on": day, **more},
    )  # fmt: skip
    session.add(row)
    commitments.record_change(session, PROMISES, row, "made", by=by, before={}, now=now)
    return row


def _break_when_over(session: Session, row: Promise, *, now: datetime) -> None:
    if row.state is PromiseState.OPEN and is_over(
        row.due_on, today=get_today(session, person_id=row.assignee_id, now=now)
    ):
        break_promise(session, row, now=now)


def _day_problem(
    session: Session, due_on: date | None, *, by: str, assignee: Person | None, now: datetime
) -> str | None:
    """Return why nothing can be promised by that day; it has to be ahead both for *by* and for the assignee."""
    problem = due_date_problem(due_on, today=get_today(session, person_id=by, now=now))
    if problem or assignee is None or due_on is None:
        return problem
    over = due_on < get_today(session, person_id=assignee.id, now=now)
    return f"That day is over where {assignee.name} is; choose a later one." if over else None


def _contact_name(session: Session, customer: Customer, contact_id: UUID | None) -> str:
    contacts = list_contacts(session, customer.id) if contact_id else ()
    return next((one.name for one in contacts if one.id == contact_id), "")
