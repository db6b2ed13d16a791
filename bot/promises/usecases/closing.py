"""What becomes of a promise: it is kept, agreed anew, withdrawn; or its day goes by."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from bot.checkins.usecases.recording import clean_note
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.queries import get_customer
from bot.customers.rules.names import clean_text
from bot.people.queries import find_cover, find_person_row, get_today, list_names
from bot.people.usecases import may_manage, require_here
from bot.promises.queries import get_row, list_made_in
from bot.promises.rules import NOTE, Event, State, is_over
from bot.promises.schemas import PromiseSchema
from bot.promises.tables import Promise
from bot.promises.usecases.news import schema_for, tell
from bot.promises.usecases.recording import add_promise, day_problem, note, state_of
from bot.workspaces.usecases import BOT

QUOTED = 120  # characters of what was promised, to somebody who knows it


def keep_promise(session: Session, *, promise_id: UUID, by: str, now: datetime, view_id: str = "") -> PromiseSchema:
    """
    Say that it was kept; once its day is over where its assignee is, it was kept late.

    Raises:
        AlreadyDone: it is not owed any more.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, promise_id, by=by, now=now)
    outbox.require_new_submission(session, view_id, now=now)
    late = row.state is State.BROKEN
    end(session, row, State.KEPT_LATE if late else State.KEPT, by=by, now=now)
    tell(session, row, Event.KEPT, by=by, now=now)
    return schema_for(session, row, by, now)


def renegotiate_promise(
    session: Session,
    *,
    promise_id: UUID,
    due_on: date | None,
    words: str,
    agreed: bool,
    by: str,
    now: datetime,
    view_id: str = "",
) -> PromiseSchema:
    """
    Put another promise, by *due_on*, in the place of this one, as was agreed with the customer; the new one comes back.

    A broken promise stays broken: what was agreed afterwards is only what is owed from now on.

    Raises:
        InvalidInput: no day ahead, or the same; no words; not agreed. Fields `due`, `note`, `agreed`.
        AlreadyDone: it is not owed any more.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, promise_id, by=by, now=now)
    said = clean_note(words, NOTE)
    problem = day_problem(session, due_on, by=by, assignee=find_person_row(session, row.assignee_id), now=now)
    if not problem and due_on == row.due_on:
        problem = "It is promised for that day already; choose another one."
    problems = {
        "due": problem,
        "note": None if said else "Say in a few words what was agreed.",
        "agreed": None if agreed else "Talk to the customer first: a promise can only be moved together.",
    }
    if wrong := {name: sentence for name, sentence in problems.items() if sentence}:
        raise InvalidInput(fields=wrong)
    outbox.require_new_submission(session, view_id, now=now)
    row.moved_to = due_on
    end(session, row, State.RENEGOTIATED, by=by, words=said, now=now)
    tell(session, row, Event.RENEGOTIATED, by=by, words=said, now=now)
    return schema_for(session, _succeed(session, row, due_on, by=by, now=now), by, now)


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
    if not said:
        raise InvalidInput(fields={"note": "Say in a few words why it isn't owed any more."})
    outbox.require_new_submission(session, view_id, now=now)
    end(session, row, State.WITHDRAWN, by=by, words=said, now=now)
    tell(session, row, Event.WITHDRAWN, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def undo_checkin(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> list[str]:
    """
    Withdraw what was promised in a check-in that is being undone, and tell its assignee; returns a sentence for each
    promise that stays, because its day is over or somebody has gone on with it since.
    """
    rows = list_made_in(session, customer_id=customer_id, checkin_id=checkin_id)
    for row in rows:
        _break_when_over(session, row, now=now)
        if row.state is State.OPEN:
            end(session, row, State.WITHDRAWN, by=by, words="the check-in was undone", now=now)
            tell(session, row, Event.UNDONE, by=by, now=now)
    gone_on = [row for row in rows if row.state is not State.WITHDRAWN]
    return [f"The promise “{clean_text(row.what, QUOTED)}” stays as it is: {row.state.words}." for row in gone_on]


def require_mine(session: Session, promise_id: UUID, *, by: str, now: datetime) -> Promise:
    """
    The promise with that id, still owed, which *by* is to keep, or to whose customer they are the owner, or who
    manages; who covers for one of them may, too. When its day is over and the clock hasn't said so yet, it breaks now.

    Raises:
        NotAllowed: it is none of theirs.
        AlreadyDone: it is not owed any more; the sentence says how it ended.
    """
    actor = require_here(session, by=by)
    row = get_row(session, promise_id)
    owner = get_customer(session, row.customer_id).owner_id
    theirs = {row.assignee_id, owner} - {None}
    covers = {_cover(session, one, now) for one in theirs if one}
    if by not in theirs | covers and not may_manage(actor):
        assignee = list_names(session, [row.assignee_id]).get(row.assignee_id, "its keeper")
        raise NotAllowed(f"Only {assignee}, the customer's owner or a manager can do that; ask one of them.")
    if not row.is_owed:
        raise AlreadyDone(already(schema_for(session, row, by, now)))
    _break_when_over(session, row, now=now)
    return row


def already(schema: PromiseSchema) -> str:
    """How a promise ended, for who comes too late to end it."""
    how = "not owed any more" if schema.state is State.BROKEN else schema.state.words
    who = f" (by {schema.ended_by_name})" if schema.ended_by_name else ""
    return f"That is {how} already{who}; nothing was changed."


def break_promise(session: Session, row: Promise, *, now: datetime) -> None:
    """Its day is over and it wasn't kept: it is broken, and still owed."""
    before = state_of(row)
    row.state, row.broken_at = State.BROKEN, now
    session.flush()
    note(session, row, "broken", by=BOT, before=before, now=now)


def end(session: Session, row: Promise, state: State, *, by: str, now: datetime, words: str = "") -> None:
    """Owe it no more. What was broken stays so, unless it was kept late."""
    before = state_of(row)
    if row.state is not State.BROKEN or state is State.KEPT_LATE:
        row.state = state
    row.is_owed, row.note, row.ended_at, row.ended_by = False, words, now, by
    session.flush()
    note(session, row, state.value, by=by, before=before, words=words, now=now)


def _break_when_over(session: Session, row: Promise, *, now: datetime) -> None:
    if row.state is State.OPEN and is_over(row.due_on, today=get_today(session, person_id=row.assignee_id, now=now)):
        break_promise(session, row, now=now)


def _succeed(session: Session, row: Promise, due_on: date | None, *, by: str, now: datetime) -> Promise:
    """What is owed instead of *row*, from today on."""
    return add_promise(
        session,
        customer_id=row.customer_id,
        assignee_id=row.assignee_id,
        contact=row.contact,
        what=row.what,
        link=row.link,
        due_on=due_on,
        first_due_on=row.first_due_on,
        moves=row.moves + 1,
        follows_id=row.id,
        by=by,
        now=now,
    )


def _cover(session: Session, person_id: str, now: datetime) -> str | None:
    return find_cover(session, person_id, get_today(session, person_id=person_id, now=now))
