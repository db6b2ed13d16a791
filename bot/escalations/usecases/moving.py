"""How an escalation goes from one state to the next: only where it may, with its clock and a line in the trail."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.core.errors import AlreadyDone, NotAllowed
from bot.customers.queries import get_customer
from bot.escalations.queries import get_row, span_of
from bot.escalations.queries.acts import stands
from bot.escalations.rules import MOVES, WARN_AT, State, work_between, work_until
from bot.escalations.tables import Escalation
from bot.people.queries import get_calendar
from bot.people.tables import Person
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import record

MINUTE = timedelta(minutes=1)


def start_clock(session: Session, row: Escalation, *, now: datetime) -> None:
    """Let the whole time to answer begin now, on the calendar of who is on it; nobody was warned yet."""
    row.clock_minutes = span_of(session, row.severity).length // MINUTE
    row.warned_at = row.late_told_at = None
    _wind(session, row, whole=row.clock_minutes, now=now)


def pass_clock(session: Session, row: Escalation, to: str, *, now: datetime) -> None:
    """
    Give an escalation to *to*, with the working time that is left: passing it around wins none, and who gets it has
    their own hours for the rest. One that is past its clock, or has been answered, keeps its deadline.
    """
    calendar, whole = get_calendar(session, row.assignee_id), span_of(session, row.severity).length // MINUTE
    used = work_between(row.clock_from, now, calendar) // MINUTE
    row.assignee_id = to
    if row.state is State.OPEN and row.answer_by > now:
        row.clock_minutes = max(row.clock_minutes - used, 0)
        _wind(session, row, whole=whole, now=now)


def move(
    session: Session, row: Escalation, to: State, action: str, *, by: str, now: datetime, words: str = "", **more: Any
) -> None:
    """
    Put an escalation into the state *to* and set *more* of its columns; the trail says who did it, from what to what.

    Raises:
        AlreadyDone: it can't go there from where it is; the sentence says how it stands.
    """
    if to not in MOVES[row.state]:
        raise AlreadyDone(stands(session, row))
    change(session, row, action, by=by, now=now, words=words, state=to, **more)


def change(
    session: Session,
    row: Escalation,
    action: str,
    *,
    by: str,
    now: datetime,
    words: str = "",
    before: dict[str, Any] | None = None,
    **more: Any,
) -> None:
    """Set columns of an escalation, with a line in the audit trail; the channel learns how it stands."""
    before = before or state_of(row)
    for name, value in more.items():
        setattr(row, name, value)
    row.channel_due = True
    session.flush()
    note(session, row, action, by=by, before=before, words=words, now=now)


def note(
    session: Session, row: Escalation, action: str, *, by: str, before: dict[str, Any], now: datetime, words: str = ""
) -> None:
    """Write what happened to an escalation into the audit trail."""
    after = {**state_of(row), **({"words": words} if words else {})}
    record(
        session, f"escalation.{action}", by=by, kind="escalation", subject=row.id, customer_id=row.customer_id,
        before=before, after=after, now=now,
    )  # fmt: skip
    session.flush()


def state_of(row: Escalation) -> dict[str, Any]:
    """What can change about an escalation, as JSON values."""
    kept = {"state": row.state.value, "on_it": row.assignee_id, "answer_by": row.answer_by.isoformat()}
    if row.cause is None:
        return kept
    return {**kept, "cause": row.cause.value, "avoidable": row.avoidable, "asks": row.asks}


def require_mine(session: Session, escalation_id: UUID, *, by: str) -> tuple[Escalation, Person]:
    """
    The escalation with that id, which *by* is on, raised, or manages, or whose customer they look after; and *by*.

    Raises:
        NotAllowed: it is none of theirs.
        NotFound: it isn't here.
    """
    actor = require_here(session, by=by)
    row = get_row(session, escalation_id)
    owner = get_customer(session, row.customer_id).owner_id
    if by not in {row.assignee_id, row.raised_by, owner} and not may_manage(actor):
        raise NotAllowed(
            "Only who is on it, who raised it, the customer's owner, or a manager can do that; ask one of them."
        )
    return row, actor


def _wind(session: Session, row: Escalation, *, whole: int, now: datetime) -> None:
    """Set deadline and warning: the warning comes when a quarter of the *whole* time (in minutes) is left."""
    calendar = get_calendar(session, row.assignee_id)
    row.clock_from = now
    row.answer_by = work_until(now, row.clock_minutes * MINUTE, calendar)
    before_warning = max(row.clock_minutes - whole * (1 - WARN_AT), 0)
    row.warn_at = work_until(now, before_warning * MINUTE, calendar)
