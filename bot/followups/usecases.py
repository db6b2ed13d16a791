"""What changes follow-ups: they are assigned, moved, closed; and what the clock does about them."""

from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from bot.checkins.queries.history import get_checkin
from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import clean_note, record_checkin
from bot.commitments import usecases as commitments
from bot.commitments.queries import get_commitment, get_schema, list_of_inactive, list_orphaned
from bot.commitments.rules import AT_ONCE, LINK, QUOTED
from bot.core import inbox, outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.core.schemas import Notification
from bot.customers.queries import get_customer
from bot.customers.rules.names import clean_text
from bot.followups import queries
from bot.followups.rules import NOTE, REASON, WHAT, FollowupEvent, FollowupState
from bot.followups.schemas import FollowupGiven, FollowupNews, FollowupSchema
from bot.followups.tables import Followup
from bot.people.queries import find_person_row, get_today
from bot.people.rules.days import due_date_problem
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import BOT

CANNOT = "take follow-ups"


class OnlyForOneself(NotAllowed):
    """A member asked somebody else; they may take it themselves."""


def assign_followup(
    session: Session,
    *,
    customer_id: UUID,
    assignee_id: str | None,
    due_on: date | None,
    what: str,
    by: str,
    now: datetime,
    link: str = "",
    tells: bool = True,
    view_id: str = "",
) -> FollowupSchema:
    """
    Ask *assignee_id* (None: *by* themselves) to do *what* for a customer by *due_on*.

    Anybody asks the customer's owner, who may answer that it can't be done; managers ask anyone. Who is asked is told,
    unless the caller, not *tells*, does that for many at once.

    Raises:
        OnlyForOneself: a member asked somebody else.
        InvalidInput: fields `assignee`, `customer`, `due`, `what`.
        AlreadyDone: this form (or this press) has had its effect.
        NotFound: no such customer.
    """
    actor = require_here(session, by=by)
    customer, to = get_customer(session, customer_id), assignee_id or by
    if to not in {by, customer.owner_id} and not may_manage(actor):
        whom = commitments.name_managers(session)
        others = "others than its owner" if customer.owner_id else "others"
        raise OnlyForOneself(f"Only managers can ask {others}; ask {whom}, or take it yourself.")
    words, today = clean_text(what, WHAT), get_today(session, person_id=by, now=now)
    assignee = find_person_row(session, to)
    commitments.require_valid({
        "assignee": commitments.person_problem(assignee, cannot=CANNOT),
        "customer": commitments.customer_problem(customer),
        "due": due_date_problem(due_on, today=today),
        "what": None if words else "Say in a few words what needs doing.",
    })  # fmt: skip
    if view_id and not inbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is already assigned; you can close the window.")
    row = Followup(
        customer_id=customer.id, assignee_id=to, given_by=by, given_at=now, what=words,
        link=clean_text(link, LINK), due_on=due_on or today,
    )  # fmt: skip
    session.add(row)
    commitments.record_change(session, queries.FOLLOWUPS, row, "given", by=by, before={}, now=now)
    if tells and to != by:
        _notify_assignee(session, row, now=now)
    return schema_for(session, row, by, now)


def reassign_followup(
    session: Session, *, followup_id: UUID, to: str | None, by: str, now: datetime, view_id: str = ""
) -> FollowupSchema:
    """
    Give an open follow-up to somebody else, who is told; so are who had it and who asked for it.

    Raises:
        NotAllowed: only managers can, or who gave it can take it back.
        InvalidInput: *to* can't do it; field `to`.
        AlreadyDone: it is closed, or *to* has it already.
    """
    actor = require_here(session, by=by)
    row = require_open(session, followup_id, by=by, now=now)
    if not (may_manage(actor) or (to == by and row.given_by == by)):
        raise NotAllowed(f"Only managers can give it to somebody else; ask {commitments.name_managers(session)}.")
    if not to:
        raise InvalidInput(fields={"to": "Choose who should do it."})
    commitments.require_valid({"to": commitments.person_problem(find_person_row(session, to), cannot=CANNOT)})
    if row.assignee_id == to:
        raise AlreadyDone("They already have it; nothing was changed.")
    inbox.require_new_submission(session, view_id, now=now)
    former = row.assignee_id
    with commitments.recording(session, queries.FOLLOWUPS, row, "reassigned", by=by, now=now):
        row.assignee_id = to
    if to != by:
        _notify_assignee(session, row, now=now, reassigned_by=actor.name)
    notify(session, row, FollowupEvent.REASSIGNED, by=by, former=former, now=now)
    return schema_for(session, row, by, now)


def move_followup(
    session: Session, *, followup_id: UUID, due_on: date | None, by: str, now: datetime, words: str = "",
    view_id: str = "",
) -> FollowupSchema:  # fmt: skip
    """
    Give an open follow-up another day. Who has it, who asked for it and managers may; the others are told.

    Raises:
        NotAllowed: it is none of theirs.
        InvalidInput: that day is over, or the same; field `due`.
        AlreadyDone: it is closed.
    """
    row = require_mine(session, followup_id, by=by, now=now)
    problem = due_date_problem(due_on, today=get_today(session, person_id=by, now=now))
    if problem or due_on is None or due_on == row.due_on:
        raise InvalidInput(fields={"due": problem or "It is due on that day already; choose another one."})
    inbox.require_new_submission(session, view_id, now=now)
    said = clean_text(words, REASON)
    with commitments.recording(session, queries.FOLLOWUPS, row, "moved", by=by, words=said, now=now):
        row.due_on = due_on
    notify(session, row, FollowupEvent.MOVED, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def complete_followup(
    session: Session,
    *,
    followup_id: UUID,
    by: str,
    now: datetime,
    note: str = "",
    result: Result | None = None,
    channel: Channel = Channel.CALL,
    view_id: str = "",
) -> FollowupSchema:
    """
    Say that it is done; with a *result*, a check-in is recorded with it. Whoever asked for it will be told.

    Raises:
        AlreadyDone: it is closed.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, followup_id, by=by, now=now)
    inbox.require_new_submission(session, view_id, now=now)
    said = clean_note(note, NOTE)
    close(session, row, FollowupState.DONE, by=by, note=said, now=now)
    if result is not None:
        customer_id = row.customer_id
        record_checkin(
            session, customer_id=customer_id, result=result, channel=channel, note=said or row.what, by=by, now=now
        )
    notify(session, row, FollowupEvent.DONE, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def decline_followup(
    session: Session, *, followup_id: UUID, note: str, by: str, now: datetime, view_id: str = ""
) -> FollowupSchema:
    """
    Say that it can't be done, and why. Whoever asked for it will be told.

    Raises:
        InvalidInput: no reason; field `note`.
        AlreadyDone: it is closed.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, followup_id, by=by, now=now)
    said = clean_note(note, NOTE)
    commitments.require_valid(
        {"note": None if said else "Say why, in a few words; who asked for it will want to know."}
    )
    inbox.require_new_submission(session, view_id, now=now)
    close(session, row, FollowupState.CANT, by=by, note=said, now=now)
    notify(session, row, FollowupEvent.CANT, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def cancel_followup(
    session: Session, *, followup_id: UUID, reason: str, by: str, now: datetime, view_id: str = ""
) -> FollowupSchema:
    """
    Say that it needn't be done any more, and why. Who asked for it and managers may.

    Raises:
        NotAllowed: somebody else asked for it.
        InvalidInput: no reason; field `reason`.
        AlreadyDone: it is closed.
    """
    actor = require_here(session, by=by)
    row = require_open(session, followup_id, by=by, now=now)
    if row.given_by != by and not may_manage(actor):
        raise NotAllowed("Only who asked for it, or a manager, can cancel it; choose Can't to say why you can't do it.")
    said = clean_text(reason, REASON)
    commitments.require_valid(
        {"reason": None if said else "Say why, in a few words; whoever has it will want to know."}
    )
    inbox.require_new_submission(session, view_id, now=now)
    close(session, row, FollowupState.CANCELLED, by=by, reason=said, now=now)
    notify(session, row, FollowupEvent.CANCELLED, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def undo_checkin(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> list[str]:  # noqa: ARG001 - every feature's takes these
    """Return a sentence for each follow-up that was done in a check-in that is being undone: it stays done."""
    checkin = get_checkin(session, checkin_id)
    rows = queries.list_done_at(session, customer_id=customer_id, by=checkin.by, at=checkin.recorded_at)
    return [f"The follow-up “{clean_text(row.what, QUOTED)}” stays done." for row in rows]


def require_open(session: Session, followup_id: UUID, *, by: str, now: datetime) -> Followup:
    """
    Return the follow-up with that id, which has to be open still.

    Raises:
        AlreadyDone: it was closed; the sentence says how.
    """
    row = get_commitment(session, queries.FOLLOWUPS, followup_id)
    if row.state is not FollowupState.OPEN:
        raise AlreadyDone(queries.describe_ending(schema_for(session, row, by, now)))
    return row


def require_mine(session: Session, followup_id: UUID, *, by: str, now: datetime) -> Followup:
    """
    Return the open follow-up with that id, which *by* has, asked for, or manages.

    Raises:
        NotAllowed: it is none of theirs.
        AlreadyDone: it was closed.
    """
    actor = require_here(session, by=by)
    row = get_commitment(session, queries.FOLLOWUPS, followup_id)
    if by not in {row.assignee_id, row.given_by} and not may_manage(actor):
        raise NotAllowed("Only who has it, who asked for it, or a manager can do that; ask one of them.")
    return require_open(session, followup_id, by=by, now=now)


def close(
    session: Session, row: Followup, state: FollowupState, *, by: str, now: datetime, note: str = "", reason: str = ""
) -> None:
    """End a follow-up, with a line in the audit trail."""
    with commitments.recording(session, queries.FOLLOWUPS, row, state.value, by=by, words=note or reason, now=now):
        row.state, row.note, row.reason, row.closed_at, row.closed_by = state, note, reason, now, by


# --- who is told -------------------------------------------------------------------------------------------------


def schema_for(session: Session, row: Followup, person_id: str, now: datetime) -> FollowupSchema:
    """Return a follow-up as that person sees it today."""
    return get_schema(session, queries.FOLLOWUPS, row, viewer=person_id, now=now)


def notify(
    session: Session, row: Followup, event: FollowupEvent, *, by: str, now: datetime, words: str = "", former: str = ""
) -> None:
    """
    Enqueue what happened for who asked for it and who has it (*former*: who had it), without *by*.

    Who switched news off is not told. Of a forgotten customer only the day is named.
    """
    one, actor, had = (
        schema_for(session, row, row.given_by, now),
        find_person_row(session, by),
        former or row.assignee_id,
    )
    forgotten = event is FollowupEvent.FORGOTTEN
    for person_id in commitments.list_recipients(session, (row.given_by, had), but=[by]):
        notification = FollowupNews(
            event=event,
            by_name=actor.name if actor else "",
            customer_id=None if forgotten else one.customer_id,
            customer_name="" if forgotten else one.customer_name,
            what="" if forgotten else one.what,
            due_on=one.due_on,
            words=words,
            to_name=one.assignee_name,
            mine=person_id == had,
        )
        _enqueue(session, notification, row, to=person_id, what=event.value, now=now)


def _notify_assignee(
    session: Session, row: Followup, *, now: datetime, returned_from: str = "", reassigned_by: str = ""
) -> None:
    one = schema_for(session, row, row.assignee_id, now)
    notification = FollowupGiven(followup=one, returned_from=returned_from, reassigned_by=reassigned_by)
    _enqueue(session, notification, row, to=row.assignee_id, what="given", now=now)


def _enqueue(session: Session, notification: Notification, row: Followup, *, to: str, what: str, now: datetime) -> None:
    key = f"followup:{row.id}:{what}:{to}:{int(now.timestamp() * 1000)}"
    outbox.enqueue(session, notification, to=to, key=key, now=now)


# --- what the clock does -----------------------------------------------------------------------------------------


def close_inactive(session: Session, *, now: datetime) -> int:
    """Cancel what is open with customers that are lost or excluded, and say why; returns how many."""
    rows = list_of_inactive(session, queries.FOLLOWUPS, limit=AT_ONCE)
    for row in rows:
        reason = commitments.reason_of_inactive(session, row)
        close(session, row, FollowupState.CANCELLED, by=BOT, reason=reason, now=now)
        notify(session, row, FollowupEvent.CANCELLED, by=BOT, words=reason, now=now)
    return len(rows)


def return_orphaned(session: Session, *, now: datetime) -> int:
    """
    Give open follow-ups of people who left back to who gave them, and say so; returns how many.

    Where that person is gone, too, it is the customer's owner, else a manager; with nobody here it stays as it is.
    """
    count = 0
    for row in list_orphaned(session, queries.FOLLOWUPS, limit=AT_ONCE):
        assignee, left = (
            commitments.find_new_assignee(session, row, row.given_by),
            find_person_row(session, row.assignee_id),
        )
        if assignee is None:
            continue
        with commitments.recording(session, queries.FOLLOWUPS, row, "returned", by=BOT, now=now):
            row.assignee_id = assignee.id
        _notify_assignee(session, row, now=now, returned_from=left.name if left else "Who had it")
        count += 1
    return count


erase = partial(commitments.erase_customer, kind=queries.FOLLOWUPS, notify=notify, forgotten=FollowupEvent.FORGOTTEN)
"""Deletes the follow-ups about a customer."""
