"""Whether something can be done about an escalation now, for the window that would ask about it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.escalations.queries import get_row, list_schemas
from bot.escalations.rules import MOVES, State
from bot.escalations.schemas import Asked
from bot.escalations.tables import Escalation
from bot.people.queries import find_person_row
from bot.people.usecases import require_here


def get_for_act(session: Session, *, escalation_id: UUID, to: State | None, viewer: str, now: datetime) -> Asked:
    """
    An escalation that *viewer* wants to bring into the state *to* (None: wherever it is, while it isn't over), or why
    that can't be.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: it isn't here.
    """
    require_here(session, by=viewer)
    row = get_row(session, escalation_id)
    can = not row.state.is_over if to is None else to in MOVES[row.state]
    schema = list_schemas(session, [row], viewer=viewer, now=now)[0]
    return Asked(escalation=schema, refused="" if can else stands(session, row))


def stands(session: Session, row: Escalation) -> str:
    """How an escalation stands, for somebody who was too late, or too early."""
    if row.state is State.OPEN:
        return "Nobody has answered the customer yet; press Answered first."
    who = find_person_row(session, (row.closed_by if row.state.is_over else row.answered_by) or "")
    by = f" (by {who.name})" if who and row.state is not State.FIXED else ""
    return f"That is {row.state.words} already{by}; nothing was changed."
