"""Asks somebody to do something, and changes whom, by when, or whether at all."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.queries import get_customer
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.followups.queries import get_row
from bot.followups.rules import LINK, REASON, WHAT, Event, State
from bot.followups.schemas import FollowupSchema
from bot.followups.tables import Followup
from bot.followups.usecases.news import schema_for, tell, tell_assignee
from bot.people.queries import find_person_row, get_today, list_managers
from bot.people.rules.days import due_date_problem
from bot.people.tables import Person
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import record

INACTIVE_STATUSES = {Status.LOST, Status.EXCLUDED}


class OnlyForOneself(NotAllowed):
    """A member asked somebody else; they may take it themselves."""


def assign_followup(
    session: Session,
    *,
    customer_id: UUID,
    assignee_id: str,
    due_on: date | None,
    what: str,
    by: str,
    now: datetime,
    link: str = "",
    view_id: str = "",
) -> FollowupSchema:
    """
    Ask *assignee_id* to do *what* for a customer by *due_on*. Managers ask anyone, members themselves.

    Raises:
        OnlyForOneself: a member asked somebody else.
        InvalidInput: fields `assignee`, `customer`, `due`, `what`.
        AlreadyDone: this form (or this press) has had its effect.
        NotFound: no such customer.
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    if assignee_id != by and not may_manage(actor):
        raise OnlyForOneself(f"Only managers can assign to others; ask {_managers(session)}, or take it yourself.")
    words = clean_text(what, WHAT)
    today = get_today(session, person_id=by, now=now)
    _require_valid(session, customer, assignee_id=assignee_id, due_on=due_on, what=words, today=today)
    if view_id and not outbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is assigned already; you can close the window.")
    row = Followup(
        customer_id=customer.id,
        assignee_id=assignee_id,
        given_by=by,
        given_at=now,
        what=words,
        link=clean_text(link, LINK),
        due_on=due_on or today,
    )
    session.add(row)
    session.flush()
    note(session, row, "given", by=by, before={}, now=now)
    if assignee_id != by:
        tell_assignee(session, row, now=now)
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
    row = require_open(session, followup_id)
    if not (may_manage(actor) or (to == by and row.given_by == by)):
        raise NotAllowed(f"Only managers can give it to somebody else; ask {_managers(session)}.")
    if not to or (problem := _person_problem(find_person_row(session, to))):
        raise InvalidInput(fields={"to": problem if to else "Choose who is to do it."})
    if row.assignee_id == to:
        raise AlreadyDone("They have it already; nothing had to change.")
    outbox.require_new_submission(session, view_id, now=now)
    before, former = state_of(row), row.assignee_id
    row.assignee_id, row.reminded_on, row.told_manager_at = to, None, None
    session.flush()
    note(session, row, "reassigned", by=by, before=before, now=now)
    if to != by:
        tell_assignee(session, row, now=now, reassigned_by=actor.name)
    tell(session, row, Event.REASSIGNED, by=by, former=former, now=now)
    return schema_for(session, row, by, now)


def move_followup(
    session: Session,
    *,
    followup_id: UUID,
    due_on: date | None,
    by: str,
    now: datetime,
    words: str = "",
    view_id: str = "",
) -> FollowupSchema:
    """
    Give an open follow-up another day. Who has it, who asked for it and managers may; the others are told.

    Raises:
        NotAllowed: it is none of theirs.
        InvalidInput: that day is over, or the same; field `due`.
        AlreadyDone: it is closed.
    """
    row = require_mine(session, followup_id, by=by)
    problem = due_date_problem(due_on, today=get_today(session, person_id=by, now=now))
    if problem or due_on is None or due_on == row.due_on:
        raise InvalidInput(fields={"due": problem or "It is due on that day already; choose another one."})
    outbox.require_new_submission(session, view_id, now=now)
    before, said = state_of(row), clean_text(words, REASON)
    row.due_on, row.reminded_on, row.told_manager_at = due_on, None, None
    session.flush()
    note(session, row, "moved", by=by, before=before, words=said, now=now)
    tell(session, row, Event.MOVED, by=by, words=said, now=now)
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
    row = require_open(session, followup_id)
    if row.given_by != by and not may_manage(actor):
        raise NotAllowed("Only who asked for it, or a manager, can cancel it; choose Can't to say why you can't do it.")
    said = clean_text(reason, REASON)
    if not said:
        raise InvalidInput(fields={"reason": "Say why, in a few words; whoever has it will want to know."})
    outbox.require_new_submission(session, view_id, now=now)
    close(session, row, State.CANCELLED, by=by, reason=said, now=now)
    tell(session, row, Event.CANCELLED, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def require_open(session: Session, followup_id: UUID) -> Followup:
    """
    The follow-up with that id, which has to be open still.

    Raises:
        AlreadyDone: it was closed; the sentence says how.
    """
    row = get_row(session, followup_id)
    if row.state is not State.OPEN:
        who = find_person_row(session, row.closed_by or "")
        raise AlreadyDone(
            f"That is {row.state.words} already{f' (by {who.name})' if who else ''}; nothing was changed."
        )
    return row


def require_mine(session: Session, followup_id: UUID, *, by: str) -> Followup:
    """
    The open follow-up with that id, which *by* has, asked for, or manages.

    Raises:
        NotAllowed: it is none of theirs.
    """
    actor = require_here(session, by=by)
    row = get_row(session, followup_id)
    if by not in {row.assignee_id, row.given_by} and not may_manage(actor):
        raise NotAllowed("Only who has it, who asked for it, or a manager can do that; ask one of them.")
    return require_open(session, followup_id)


def close(
    session: Session, row: Followup, state: State, *, by: str, now: datetime, said: str = "", reason: str = ""
) -> None:
    """End a follow-up, with a line in the audit trail."""
    before = state_of(row)
    row.state, row.note, row.reason, row.closed_at, row.closed_by = state, said, reason, now, by
    session.flush()
    note(session, row, state.value, by=by, before=before, words=said or reason, now=now)


def state_of(row: Followup) -> dict[str, str]:
    """What can change about a follow-up, as JSON values."""
    return {"state": row.state.value, "assignee": row.assignee_id, "due_on": row.due_on.isoformat()}


def note(
    session: Session, row: Followup, action: str, *, by: str, before: dict[str, str], now: datetime, words: str = ""
) -> None:
    """Write what happened to a follow-up into the audit trail."""
    after = {**state_of(row), **({"words": words} if words else {})}
    record(
        session, f"followup.{action}", by=by, kind="followup", subject=row.id, customer_id=row.customer_id,
        before=before, after=after, now=now,
    )  # fmt: skip
    session.flush()


def _require_valid(
    session: Session, customer: Customer, *, assignee_id: str, due_on: date | None, what: str, today: date
) -> None:
    who = _person_problem(find_person_row(session, assignee_id))
    shut = customer.status in INACTIVE_STATUSES
    problems = {
        "assignee": who,
        "customer": f"{customer.name} is {customer.status.value}; choose another customer." if shut else None,
        "due": due_date_problem(due_on, today=today),
        "what": None if what else "Say in a few words what is to be done.",
    }
    if wrong := {name: sentence for name, sentence in problems.items() if sentence}:
        raise InvalidInput(fields=wrong)


def _person_problem(person: Person | None) -> str:
    if person is None:
        return "I don't know this person yet; choose a colleague."
    if person.is_deactivated or person.is_bot or person.is_guest:
        return f"{person.name} can't take follow-ups; choose a full member who is still here."
    return ""


def _managers(session: Session) -> str:
    return " or ".join(person.name.split(" ")[0] for person in list_managers(session)[:2]) or "a manager"
