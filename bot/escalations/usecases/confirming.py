"""Whether a fix holds: the customer says so in a later check-in; and what undoing that check-in takes back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.checkins.queries.history import get_checkin
from bot.checkins.tables import Checkin
from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.escalations.rules import HOLDS, Event, State
from bot.escalations.tables import Escalation
from bot.escalations.usecases.acting import close
from bot.escalations.usecases.moving import change, move, start_clock, state_of
from bot.escalations.usecases.news import tell, tell_everybody
from bot.people.queries import find_person_row, get_calendar
from bot.workspaces.usecases.refusing import record_refused_press

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
    for escalation_id, holds in answers.items():
        row = _find(session, escalation_id, customer_id)
        if row is None:
            record_refused_press(session, by=by, action=HOLDS, key=str(escalation_id), now=now)
            continue
        _require_answerable(session, row, checkin, by=by)
        if holds:
            _confirm(session, row, checkin_id, by=by, now=now)
        else:
            _reopen(session, row, checkin_id, by=by, now=now)
        settled += 1
    return settled


def undo_settled(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> int:
    """
    Take back what a check-in confirmed or reopened: it waits for the customer's word again, unless somebody has gone on
    with it since; returns how many.
    """
    rows = [row for row in _list(session, customer_id) if row.settled_in == checkin_id]
    for row in rows:
        row.settled_in = None
        if row.state is State.CONFIRMED:
            change(session, row, "unconfirmed", by=by, now=now, state=State.FIXED, closed_at=None, closed_by=None)
        elif row.state is State.OPEN:
            count = row.reopened - 1
            change(session, row, "not_reopened", by=by, now=now, state=State.FIXED, reopened=count)
        else:
            continue
        tell(session, row, Event.UNDONE, by=by, now=now)
    return len(rows)


def undo_raised(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> int:
    """Close what an undone check-in raised, while nobody has answered it; returns how many."""
    rows = [row for row in _list(session, customer_id) if row.raised_in == checkin_id and row.state is State.OPEN]
    for row in rows:
        close(session, row, "withdrawn", by=by, reason=UNDONE, now=now)
    return len(rows)


def _confirm(session: Session, row: Escalation, checkin_id: UUID, *, by: str, now: datetime) -> None:
    move(session, row, State.CONFIRMED, "confirmed", by=by, now=now, closed_at=now, closed_by=by, settled_in=checkin_id)
    tell(session, row, Event.CONFIRMED, by=by, now=now)


def _reopen(session: Session, row: Escalation, checkin_id: UUID, *, by: str, now: datetime) -> None:
    before, count = state_of(row), row.reopened + 1
    start_clock(session, row, now=now)
    move(session, row, State.OPEN, "reopened", by=by, now=now, before=before, settled_in=checkin_id, reopened=count)
    tell_everybody(session, row, by=by, now=now, again=True)


def _require_answerable(session: Session, row: Escalation, checkin: Checkin, *, by: str) -> None:
    fixed_on = row.fixed_at.astimezone(ZoneInfo(get_calendar(session, by).zone)).date() if row.fixed_at else None
    sentence = ""
    if row.state is not State.FIXED or fixed_on is None:
        who = find_person_row(session, row.closed_by or "")
        sentence = f"It is {row.state.words} meanwhile{f' (by {who.name})' if who else ''}; choose “didn't ask”."
    elif not checkin.result.is_contact:
        sentence = "Only the customer can say so, and you didn't reach them; choose “didn't ask”."
    elif checkin.happened_on < fixed_on:
        sentence = "That contact was before the fix; choose “didn't ask”, and ask them next time."
    if sentence:
        raise InvalidInput(fields={f"{HOLDS}.{row.id}": sentence})


def _find(session: Session, escalation_id: UUID, customer_id: UUID) -> Escalation | None:
    return next((row for row in _list(session, customer_id) if row.id == escalation_id), None)


def _list(session: Session, customer_id: UUID) -> Sequence[Escalation]:
    query = select(Escalation).where(
        Escalation.workspace_id == workspace_of(session), Escalation.customer_id == customer_id
    )
    return session.exec(query.order_by(col(Escalation.id))).all()
