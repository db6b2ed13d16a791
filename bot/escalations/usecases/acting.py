"""What is done about an escalation: the customer is answered, it is fixed and understood, passed on, withdrawn."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import clean_note, record_checkin
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.rules.names import clean_text
from bot.escalations.queries.acts import stands
from bot.escalations.queries.rates import find_repeat
from bot.escalations.rules import CAUSE_WORDS, MOST_ASKS, MOVES, NOTE, REASON, Cause, Event, State, cause_key
from bot.escalations.schemas import EscalationFixed, EscalationSchema, Fix
from bot.escalations.tables import Escalation
from bot.escalations.usecases.moving import move, note, pass_clock, require_mine, state_of
from bot.escalations.usecases.news import schema_for, tell, tell_person
from bot.escalations.usecases.raising import person_problem
from bot.followups.usecases import OnlyForOneself, assign_followup
from bot.people.queries import list_managers
from bot.people.usecases import may_manage, require_here

CHANGE_FIELDS = {"assignee": "change_by", "due": "change_on"}


def answer_escalation(
    session: Session,
    *,
    escalation_id: UUID,
    by: str,
    now: datetime,
    said: str = "",
    result: Result | None = None,
    channel: Channel = Channel.CALL,
    view_id: str = "",
) -> EscalationSchema:
    """
    Say that the customer has had a first answer, which stops the clock; with a *result*, a check-in is recorded too.

    Raises:
        AlreadyDone: it was answered before.
        NotAllowed: it is none of theirs.
    """
    row, _ = require_mine(session, escalation_id, by=by)
    _require_can(session, row, State.ANSWERED)
    outbox.require_new_submission(session, view_id, now=now)
    words = clean_note(said, NOTE)
    move(session, row, State.ANSWERED, "answered", by=by, now=now, words=words, answered_at=now, answered_by=by)
    if result is not None:
        record_checkin(
            session, customer_id=row.customer_id, result=result, channel=channel, note=words or row.what, by=by,
            now=now,
        )  # fmt: skip
    tell(session, row, Event.ANSWERED, by=by, words=words, now=now)
    return schema_for(session, row, by, now)


def fix_escalation(
    session: Session, *, escalation_id: UUID, fix: Fix, by: str, now: datetime, view_id: str = ""
) -> EscalationFixed:
    """
    Say that it is fixed, why it happened, and what changes so that it doesn't happen again: a follow-up, assigned in
    the same transaction. Then it waits for the customer's word. Whether the cause came before comes back with it.

    Raises:
        AlreadyDone: it isn't answered yet, or fixed already.
        InvalidInput: fields `cause`, `words`, `avoidable`, `asks`, `change`, `change_by`, `change_on`.
        NotAllowed: it is none of theirs.
    """
    row, _ = require_mine(session, escalation_id, by=by)
    _require_can(session, row, State.FIXED)
    words, changes = clean_text(fix.words, CAUSE_WORDS), clean_text(fix.change, REASON)
    _require_understood(fix, words, changes)
    outbox.require_new_submission(session, view_id, now=now)
    cause = fix.cause or Cause.OTHER
    move(
        session, row, State.FIXED, "fixed", by=by, now=now, words=words, fixed_at=now, cause=cause, cause_words=words,
        cause_key=cause_key(cause, words), avoidable=fix.avoidable, asks=fix.asks,
    )  # fmt: skip
    if changes:
        row.followup_id = _assign_change(session, row, fix, changes, by=by, now=now)
    repeat = find_repeat(session, row.cause_key, now=now, at=row.customer_id)
    tell(session, row, Event.FIXED, by=by, words=repeat, now=now)
    return EscalationFixed(escalation=schema_for(session, row, by, now), repeat=repeat)


def give_escalation(
    session: Session, *, escalation_id: UUID, to: str | None, by: str, now: datetime, view_id: str = ""
) -> EscalationSchema:
    """
    Let somebody else be on it, with the working time that is left on their own calendar. Managers may give it to
    anyone; whom it concerns may take it themselves.

    Raises:
        NotAllowed: somebody else gives it to somebody else.
        InvalidInput: *to* can't be on it; field `to`.
        AlreadyDone: it is over, or *to* is on it already.
    """
    row, actor = require_mine(session, escalation_id, by=by)
    if to != by and not may_manage(actor):
        names = " or ".join(person.name.split(" ")[0] for person in list_managers(session)[:2]) or "a manager"
        raise NotAllowed(f"Only managers can give it to somebody else; ask {names}, or choose yourself.")
    if row.state.is_over:
        raise AlreadyDone(stands(session, row))
    if not to:
        raise InvalidInput(fields={"to": "Choose who is on it from now on."})
    if problem := person_problem(session, to):
        raise InvalidInput(fields={"to": problem})
    if row.assignee_id == to:
        raise AlreadyDone("They are on it already; nothing had to change.")
    outbox.require_new_submission(session, view_id, now=now)
    before, former = state_of(row), row.assignee_id
    pass_clock(session, row, to, now=now)
    row.channel_due = True
    session.flush()
    note(session, row, "reassigned", by=by, before=before, now=now)
    if to != by:
        tell_person(session, row, now=now, given_by=actor.name)
    tell(session, row, Event.REASSIGNED, by=by, former=former, not_to=[to], now=now)
    return schema_for(session, row, by, now)


def withdraw_escalation(
    session: Session, *, escalation_id: UUID, reason: str, by: str, now: datetime, view_id: str = ""
) -> EscalationSchema:
    """
    Close one that was raised by mistake, and say why. Who raised it and managers may.

    Raises:
        NotAllowed: somebody else raised it.
        InvalidInput: no reason; field `reason`.
        AlreadyDone: it is over.
    """
    actor = require_here(session, by=by)
    row, _ = require_mine(session, escalation_id, by=by)
    if row.raised_by != by and not may_manage(actor):
        raise NotAllowed("Only who raised it, or a manager, can say that it was a mistake; ask one of them.")
    _require_can(session, row, State.CLOSED)
    words = clean_text(reason, REASON)
    if not words:
        raise InvalidInput(fields={"reason": "Say why, in a few words; who is on it will want to know."})
    outbox.require_new_submission(session, view_id, now=now)
    close(session, row, "withdrawn", by=by, reason=words, now=now)
    return schema_for(session, row, by, now)


def close(session: Session, row: Escalation, action: str, *, by: str, reason: str, now: datetime) -> None:
    """End an escalation for a reason other than the customer's word, and say so to those whom it concerns."""
    move(
        session, row, State.CLOSED, action, by=by, now=now, words=reason, closed_at=now, closed_by=by,
        reason=reason[:REASON],
    )  # fmt: skip
    tell(session, row, Event.CLOSED, by=by, words=reason, now=now)


def _require_can(session: Session, row: Escalation, to: State) -> None:
    if to not in MOVES[row.state]:
        raise AlreadyDone(stands(session, row))


def _require_understood(fix: Fix, words: str, changes: str) -> None:
    other = fix.cause is Cause.OTHER and not words
    asked = fix.asks is not None and 0 <= fix.asks <= MOST_ASKS
    nothing_changes = not changes and (fix.avoidable or bool(fix.change_by or fix.change_on))
    problems = {
        "cause": None if fix.cause else "Choose the cause that fits best.",
        "words": "Say in a few words what the cause was." if other else None,
        "avoidable": "Choose whether it could have been avoided." if fix.avoidable is None else None,
        "asks": None if asked else f"Give a whole number from 0 to {MOST_ASKS}.",
        "change": "Say what changes, so that it doesn't happen again." if nothing_changes else None,
    }
    if wrong := {name: sentence for name, sentence in problems.items() if sentence}:
        raise InvalidInput(fields=wrong)


def _assign_change(session: Session, row: Escalation, fix: Fix, changes: str, *, by: str, now: datetime) -> UUID:
    """The follow-up that keeps it from happening again."""
    try:
        followup = assign_followup(
            session, customer_id=row.customer_id, assignee_id=fix.change_by or by, due_on=fix.change_on, what=changes,
            link=row.link, by=by, now=now,
        )  # fmt: skip
    except OnlyForOneself as refused:
        raise InvalidInput(fields={"change_by": str(refused)}) from refused
    except InvalidInput as refused:
        named = {CHANGE_FIELDS.get(name, "change"): sentence for name, sentence in refused.fields.items()}
        raise InvalidInput(fields=named) from refused
    return followup.id
