"""What people do about escalations: raise, answer, fix, pass on and withdraw them; managers set them up."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import clean_note, record_checkin
from bot.commitments.rules import LINK
from bot.commitments.usecases import customer_problem, name_managers, person_problem, record_change, require_valid
from bot.core import inbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.queries import get_customer
from bot.customers.rules.names import clean_text
from bot.escalations.queries import ESCALATIONS, default_assignee, describe_state, find_settings, get_setup
from bot.escalations.queries.contributions import find_repeat
from bot.escalations.rules import (
    CAUSE_WORDS,
    DEFAULT_SPANS,
    MOST_ASKS,
    NOTE,
    RAISED_SEVERITY,
    RAISED_WHAT,
    REASON,
    WHAT,
    Cause,
    EscalationEvent,
    EscalationState,
    Severity,
    cause_key,
    read_span,
)
from bot.escalations.schemas import EscalationFixed, EscalationSchema, Fix, Wishes
from bot.escalations.tables import Escalation, EscalationSettings
from bot.escalations.usecases import changes
from bot.followups.usecases import OnlyForOneself, assign_followup
from bot.people.queries import find_person_row
from bot.people.usecases import may_manage, require_here, require_manager
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import record

CANNOT = "be on it"
CHANGE_FIELDS = {"assignee": "change_by", "due": "change_on"}
UNREADABLE = "Write hours or days of work, such as 4 hours or 1 day; at most 80 hours or 20 days."


def raise_escalation(
    session: Session,
    *,
    customer_id: UUID,
    what: str,
    severity: Severity | None,
    by: str,
    now: datetime,
    assignee_id: str | None = None,
    link: str = "",
    view_id: str = "",
    checkin_id: UUID | None = None,
) -> EscalationSchema:
    """
    Keep that a customer has a problem. Any full member may. *assignee_id* None: the customer's owner, else *by*.

    Who is on it, the owner and the managers are told, and the owners of others of its family, but not *by*; the channel
    is told by a job.

    Raises:
        InvalidInput: fields `customer`, `what`, `severity`, `assignee`.
        AlreadyDone: this form has had its effect.
        NotFound: no such customer.
    """
    require_here(session, by=by)
    customer, words = get_customer(session, customer_id), clean_note(what, WHAT)
    person_id = assignee_id or default_assignee(session, customer.owner_id, by)
    require_valid({
        "customer": customer_problem(customer),
        "what": None if words else "Say in a few words what happened.",
        "severity": None if severity else "Choose how bad it is for them.",
        "on_it": person_problem(find_person_row(session, person_id), cannot=CANNOT),
    })  # fmt: skip
    if view_id and not inbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is saved already; you can close the window.")
    row = Escalation(
        customer_id=customer.id, severity=severity or Severity.HURTS, what=words, link=clean_text(link, LINK),
        raised_by=by, raised_at=now, raised_in=checkin_id, assignee_id=person_id, clock_from=now, clock_minutes=0,
        answer_by=now, warn_at=now, channel_due=True,
    )  # fmt: skip
    changes.start_clock(session, row, now=now)
    session.add(row)
    record_change(session, ESCALATIONS, row, "raised", by=by, before={}, now=now)
    told = changes.notify_everybody(session, row, by=by, now=now)
    changes.notify_relatives(session, row, but=told, now=now)
    return changes.schema_for(session, row, by, now)


def raise_in_checkin(
    session: Session, *, customer_id: UUID, checkin_id: UUID, what: str, severity: Severity | None, by: str,
    now: datetime,
) -> EscalationSchema:  # fmt: skip
    """
    Raise an escalation from a check-in, in its transaction.

    Raises:
        InvalidInput: as `raise_escalation`, under the fields of the check-in form.
    """
    try:
        return raise_escalation(
            session, customer_id=customer_id, what=what, severity=severity, checkin_id=checkin_id, by=by, now=now
        )
    except InvalidInput as refused:
        fields = {"severity": RAISED_SEVERITY}
        named = {fields.get(name, RAISED_WHAT): sentence for name, sentence in refused.fields.items()}
        raise InvalidInput(str(refused), fields=named) from refused


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
    row, _ = changes.require_mine(session, escalation_id, by=by)
    changes.require_can(session, row, EscalationState.ANSWERED)
    inbox.require_new_submission(session, view_id, now=now)
    words = clean_note(said, NOTE)
    changes.move(
        session, row, EscalationState.ANSWERED, "answered", by=by, now=now, words=words, answered_at=now, answered_by=by
    )
    if result is not None:
        customer_id, note = row.customer_id, words or row.what
        record_checkin(session, customer_id=customer_id, result=result, channel=channel, note=note, by=by, now=now)
    changes.notify(session, row, EscalationEvent.ANSWERED, by=by, words=words, now=now)
    return changes.schema_for(session, row, by, now)


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
    row, _ = changes.require_mine(session, escalation_id, by=by)
    changes.require_can(session, row, EscalationState.FIXED)
    words, prevention = clean_text(fix.words, CAUSE_WORDS), clean_text(fix.change, REASON)
    _require_understood(fix, words, prevention)
    inbox.require_new_submission(session, view_id, now=now)
    cause = fix.cause or Cause.OTHER
    changes.move(
        session, row, EscalationState.FIXED, "fixed", by=by, now=now, words=words, fixed_at=now, cause=cause,
        cause_words=words, cause_key=cause_key(cause, words), avoidable=fix.avoidable, asks=fix.asks,
    )  # fmt: skip
    if prevention:
        row.followup_id = _assign_change(session, row, fix, prevention, by=by, now=now)
    repeat = find_repeat(session, row.cause_key, now=now, at=row.customer_id)
    changes.notify(session, row, EscalationEvent.FIXED, by=by, words=repeat, now=now)
    return EscalationFixed(escalation=changes.schema_for(session, row, by, now), repeat=repeat)


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
    row, actor = changes.require_mine(session, escalation_id, by=by)
    if to != by and not may_manage(actor):
        whom = name_managers(session)
        raise NotAllowed(f"Only managers can give it to somebody else; ask {whom}, or choose yourself.")
    if row.state.is_over:
        raise AlreadyDone(describe_state(session, row))
    if not to:
        raise InvalidInput(fields={"to": "Choose who is on it from now on."})
    require_valid({"to": person_problem(find_person_row(session, to), cannot=CANNOT)})
    if row.assignee_id == to:
        raise AlreadyDone("They are on it already; nothing had to change.")
    inbox.require_new_submission(session, view_id, now=now)
    former = row.assignee_id
    with changes.changing(session, row, "reassigned", by=by, now=now):
        changes.pass_clock(session, row, to, now=now)
    if to != by:
        changes.notify_assignee(session, row, now=now, given_by=actor.name)
    changes.notify(session, row, EscalationEvent.REASSIGNED, by=by, former=former, not_to=[to], now=now)
    return changes.schema_for(session, row, by, now)


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
    row, actor = changes.require_mine(session, escalation_id, by=by)
    if row.raised_by != by and not may_manage(actor):
        raise NotAllowed("Only who raised it, or a manager, can say that it was a mistake; ask one of them.")
    changes.require_can(session, row, EscalationState.CLOSED)
    words = clean_text(reason, REASON)
    require_valid({"reason": None if words else "Say why, in a few words; who is on it will want to know."})
    inbox.require_new_submission(session, view_id, now=now)
    changes.close(session, row, "withdrawn", by=by, reason=words, now=now)
    return changes.schema_for(session, row, by, now)


def _require_understood(fix: Fix, words: str, prevention: str) -> None:
    other = fix.cause is Cause.OTHER and not words
    asked = fix.asks is not None and 0 <= fix.asks <= MOST_ASKS
    nothing_changes = not prevention and (fix.avoidable or bool(fix.change_by or fix.change_on))
    require_valid({
        "cause": None if fix.cause else "Choose the cause that fits best.",
        "words": "Say in a few words what the cause was." if other else None,
        "avoidable": "Choose whether it could have been avoided." if fix.avoidable is None else None,
        "asks": None if asked else f"Give a whole number from 0 to {MOST_ASKS}.",
        "change": "Say what changes, so that it doesn't happen again." if nothing_changes else None,
    })  # fmt: skip


def _assign_change(session: Session, row: Escalation, fix: Fix, prevention: str, *, by: str, now: datetime) -> UUID:
    """Assign the follow-up that keeps it from happening again; returns its id."""
    try:
        followup = assign_followup(
            session, customer_id=row.customer_id, assignee_id=fix.change_by, due_on=fix.change_on, what=prevention,
            link=row.link, by=by, now=now,
        )  # fmt: skip
    except OnlyForOneself as refused:
        raise InvalidInput(fields={"change_by": str(refused)}) from refused
    except InvalidInput as refused:
        named = {CHANGE_FIELDS.get(name, "change"): sentence for name, sentence in refused.fields.items()}
        raise InvalidInput(fields=named) from refused
    return followup.id


# --- setup -------------------------------------------------------------------------------------------------------


def check_setup(session: Session, *, wishes: Wishes, channel: ChannelSchema | None, by: str, now: datetime) -> None:  # noqa: ARG001 - the shape of every query
    """
    Check, before anything is changed, whether *by* may set what they wish for.

    Raises:
        NotAllowed: they are no manager.
        InvalidInput: fields `stops`, `hurts`, `annoys`, `channel`.
    """
    require_manager(session, by=by, wish="set problems up")
    unreadable = {one.value: UNREADABLE for one in Severity if read_span(getattr(wishes, one.value)) is None}
    require_valid({**unreadable, "channel": channel.problem if channel else None})


def save_setup(session: Session, *, wishes: Wishes, channel: ChannelSchema | None, by: str, now: datetime) -> Wishes:
    """
    Set clocks and channel; clocks that run already keep their deadlines. Saving the same twice changes nothing.

    Raises:
        NotAllowed, InvalidInput: as `check_setup`.
    """
    check_setup(session, wishes=wishes, channel=channel, by=by, now=now)
    settings = find_settings(session)
    if settings is None:
        settings = EscalationSettings.model_validate({one.value: str(span) for one, span in DEFAULT_SPANS.items()})
        session.add(settings)
    before = _as_kept(settings)
    for one in Severity:
        setattr(settings, one.value, str(read_span(getattr(wishes, one.value))))
    settings.channel_id, settings.channel_name = (channel.id, channel.name[:100]) if channel else (None, "")
    session.flush()
    if before != _as_kept(settings):
        record(
            session, "escalations.set_up", by=by, kind="escalation_settings", subject=settings.id, before=before,
            after=_as_kept(settings), now=now,
        )  # fmt: skip
    return get_setup(session, viewer=by, now=now)


def _as_kept(settings: EscalationSettings) -> dict[str, str | None]:
    return {**{one.value: getattr(settings, one.value) for one in Severity}, "channel": settings.channel_id}
