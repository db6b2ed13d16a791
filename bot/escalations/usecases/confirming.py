"""Whether a fix holds: the customer says so in a later check-in; and what undoing that check-in takes back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.checkins.queries.history import get_checkin
from bot.checkins.tables import Checkin
from bot.commitments.rules import QUOTED
from bot.core.errors import InvalidInput
from bot.customers.rules.names import clean_text
from bot.escalations.queries import list_of_customer
from bot.escalations.rules import HOLDS, EscalationEvent, EscalationState
from bot.escalations.tables import Escalation
from bot.escalations.usecases import changes
from bot.people.queries import find_person_row, get_zone
from bot.workspaces.usecases import record_denial

UNDONE = "the check-in that raised it was undone"


def settle_fixes(
    session: Session, *, customer_id: UUID, checkin_id: UUID, answers: Mapping[UUID, bool], by: str, now: datetime
) -> int:
    """
    Keep what a customer said in a check-in about fixes of theirs: one that holds is closed for good; one that doesn't
    is open again, with a new clock, and everybody is told. Returns how many answers had an effect.

    An escalation that isn't this customer's is left alone, and the audit trail says who tried.

    Raises:
        InvalidInput: the check-in was no contact, or before the fix, or somebody was faster; under the question.
    """
    checkin, settled = get_checkin(session, checkin_id), 0
    rows = {row.id: row for row in list_of_customer(session, customer_id)}
    for escalation_id, holds in answers.items():
        row = rows.get(escalation_id)
        if row is None:
            record_denial(session, by=by, action=HOLDS, key=str(escalation_id), now=now)
            continue
        _require_answerable(session, row, checkin, by=by)
        if holds:
            _confirm(session, row, checkin_id, by=by, now=now)
        else:
            _reopen(session, row, checkin_id, by=by, now=now)
        settled += 1
    return settled


def undo_checkin(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> list[str]:
    """
    Take back what an undone check-in confirmed, reopened or raised, unless somebody has gone on with it since; returns
    a sentence for each problem that stays as it is. One that was answered in the same window stays answered.
    """
    checkin, rows = get_checkin(session, checkin_id), list_of_customer(session, customer_id)
    settled = [row for row in rows if row.settled_in == checkin_id]
    raised = [row for row in rows if row.raised_in == checkin_id]
    answered = [row for row in rows if (row.answered_at, row.answered_by) == (checkin.recorded_at, checkin.by)]
    for row in settled:
        _unsettle(session, row, by=by, now=now)
    for row in raised:
        if row.state is EscalationState.OPEN:
            changes.close(session, row, "withdrawn", by=by, reason=UNDONE, now=now)
    gone_on = [row for row in settled if row.state is not EscalationState.FIXED] + [*raised, *answered]
    return list(dict.fromkeys(_stays(row) for row in gone_on if not row.state.is_over))


def _unsettle(session: Session, row: Escalation, *, by: str, now: datetime) -> None:
    """Let it wait for the customer's word again, unless somebody has gone on with it."""
    row.settled_in = None
    if row.state is EscalationState.CONFIRMED:
        with changes.changing(session, row, "unconfirmed", by=by, now=now):
            changes.change(row, state=EscalationState.FIXED, closed_at=None, closed_by=None)
    elif row.state is EscalationState.OPEN:
        with changes.changing(session, row, "not_reopened", by=by, now=now):
            changes.change(row, state=EscalationState.FIXED, reopened=row.reopened - 1)
    else:
        return
    changes.notify(session, row, EscalationEvent.UNDONE, by=by, now=now)


def _stays(row: Escalation) -> str:
    return f"The problem “{clean_text(row.what, QUOTED)}” stays as it is: {row.state.words}."


def _confirm(session: Session, row: Escalation, checkin_id: UUID, *, by: str, now: datetime) -> None:
    changes.move(
        session,
        row,
        EscalationState.CONFIRMED,
        "confirmed",
        by=by,
        now=now,
        closed_at=now,
        closed_by=by,
        settled_in=checkin_id,
    )
    changes.notify(session, row, EscalationEvent.CONFIRMED, by=by, now=now)


def _reopen(session: Session, row: Escalation, checkin_id: UUID, *, by: str, now: datetime) -> None:
    changes.require_can(session, row, EscalationState.OPEN)
    with changes.changing(session, row, "reopened", by=by, now=now):
        changes.start_clock(session, row, now=now)
        changes.change(row, state=EscalationState.OPEN, settled_in=checkin_id, reopened=row.reopened + 1)
    changes.notify_everybody(session, row, by=by, now=now, again=True)


def _require_answerable(session: Session, row: Escalation, checkin: Checkin, *, by: str) -> None:
    fixed_on = row.fixed_at.astimezone(ZoneInfo(get_zone(session, by))).date() if row.fixed_at else None
    sentence = ""
    if row.state is not EscalationState.FIXED or fixed_on is None:
        who = find_person_row(session, row.closed_by or "")
        sentence = f"It is {row.state.words} meanwhile{f' (by {who.name})' if who else ''}; choose “didn't ask”."
    elif not checkin.result.is_contact:
        sentence = "Only the customer can say so, and you didn't reach them; choose “didn't ask”."
    elif checkin.happened_on < fixed_on:
        sentence = "That contact was before the fix; choose “didn't ask”, and ask them next time."
    if sentence:
        raise InvalidInput(fields={f"{HOLDS}.{row.id}": sentence})
