"""What came of a follow-up: it is done, perhaps with a check-in, or it can't be."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.checkins.queries.history import get_checkin
from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import clean_note, record_checkin
from bot.core import outbox
from bot.core.errors import InvalidInput
from bot.customers.rules.names import clean_text
from bot.followups.queries import list_done_at
from bot.followups.rules import NOTE, Event, State
from bot.followups.schemas import FollowupSchema
from bot.followups.usecases.assigning import close, require_mine
from bot.followups.usecases.news import schema_for, tell

QUOTED = 120  # characters of what was to be done, to somebody who knows it


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
    Say that it is done; with a *result*, a check-in is recorded with it. Who asked for it is told.

    Raises:
        AlreadyDone: it is closed.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, followup_id, by=by)
    outbox.require_new_submission(session, view_id, now=now)
    said = clean_note(note, NOTE)
    close(session, row, State.DONE, by=by, said=said, now=now)
    if result is not None:
        customer_id = row.customer_id
        record_checkin(
            session, customer_id=customer_id, result=result, channel=channel, note=said or row.what, by=by, now=now
        )
    tell(session, row, Event.DONE, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def decline_followup(
    session: Session, *, followup_id: UUID, note: str, by: str, now: datetime, view_id: str = ""
) -> FollowupSchema:
    """
    Say that it can't be done, and why. Who asked for it is told.

    Raises:
        InvalidInput: no reason; field `note`.
        AlreadyDone: it is closed.
        NotAllowed: it is none of theirs.
    """
    row = require_mine(session, followup_id, by=by)
    said = clean_note(note, NOTE)
    if not said:
        raise InvalidInput(fields={"note": "Say why, in a few words; who asked for it will want to know."})
    outbox.require_new_submission(session, view_id, now=now)
    close(session, row, State.CANT, by=by, said=said, now=now)
    tell(session, row, Event.CANT, by=by, words=said, now=now)
    return schema_for(session, row, by, now)


def undo_checkin(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> list[str]:  # noqa: ARG001 - every feature's takes these
    """What was done stays done without the check-in that was recorded with it; returns a sentence for each."""
    checkin = get_checkin(session, checkin_id)
    rows = list_done_at(session, customer_id=customer_id, by=checkin.by, at=checkin.recorded_at)
    return [f"The follow-up “{clean_text(row.what, QUOTED)}” stays done." for row in rows]
