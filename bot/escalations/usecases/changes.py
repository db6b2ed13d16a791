"""How an escalation changes: from one state to the next, with its clock, a line in the trail, and who is told."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session

from bot.commitments.queries import get_commitment, get_schema
from bot.commitments.usecases import list_managers_to_notify, list_recipients, recording, wants_news
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, NotAllowed
from bot.core.schemas import Notification
from bot.customers.queries import get_customer
from bot.customers.usecases.families import NAMES_TOLD, tell_relatives
from bot.escalations.queries import ESCALATIONS, describe_state, span_of
from bot.escalations.rules import MOVES, WARN_AT, EscalationEvent, EscalationState, work_between, work_until
from bot.escalations.schemas import EscalationNews, EscalationRaised, EscalationSchema, RelativeEscalated
from bot.escalations.tables import Escalation
from bot.people.queries import find_person_row, get_calendar
from bot.people.tables import Person
from bot.people.usecases import may_manage, require_here

MINUTE = timedelta(minutes=1)
Role = Literal["on_it", "owner", "manager"]


def require_mine(session: Session, escalation_id: UUID, *, by: str) -> tuple[Escalation, Person]:
    """
    Return the escalation with that id, which *by* is on, raised, or manages, or whose customer they own; and *by*.

    Raises:
        NotAllowed: it is none of theirs.
        NotFound: it isn't here.
    """
    actor = require_here(session, by=by)
    row = get_commitment(session, ESCALATIONS, escalation_id)
    owner = get_customer(session, row.customer_id).owner_id
    if by not in {row.assignee_id, row.raised_by, owner} and not may_manage(actor):
        raise NotAllowed(
            "Only who is on it, who raised it, the customer's owner, or a manager can do that; ask one of them."
        )
    return row, actor


def require_can(session: Session, row: Escalation, to: EscalationState) -> None:
    """
    Check that an escalation can go into the state *to*.

    Raises:
        AlreadyDone: it can't; the sentence says how it stands.
    """
    if to not in MOVES[row.state]:
        raise AlreadyDone(describe_state(session, row))


def move(
    session: Session,
    row: Escalation,
    to: EscalationState,
    action: str,
    *,
    by: str,
    now: datetime,
    words: str = "",
    **more: Any,
) -> None:
    """Put an escalation into the state *to* and set *more* of its columns; raises `AlreadyDone` as `require_can`."""
    require_can(session, row, to)
    with changing(session, row, action, by=by, now=now, words=words):
        change(row, state=to, **more)


def change(row: Escalation, **columns: Any) -> None:
    """Set columns of an escalation."""
    for name, value in columns.items():
        setattr(row, name, value)


@contextmanager
def changing(
    session: Session, row: Escalation, action: str, *, by: str, now: datetime, words: str = ""
) -> Iterator[None]:
    """Write into the audit trail what changes inside; the channel learns how it stands."""
    with recording(session, ESCALATIONS, row, action, by=by, now=now, words=words):
        yield
        row.channel_due = True


def close(session: Session, row: Escalation, action: str, *, by: str, reason: str, now: datetime) -> None:
    """End an escalation for a reason other than the customer's word, and say so to those whom it concerns."""
    said = reason[:300]
    move(
        session,
        row,
        EscalationState.CLOSED,
        action,
        by=by,
        now=now,
        words=said,
        closed_at=now,
        closed_by=by,
        reason=said,
    )
    notify(session, row, EscalationEvent.CLOSED, by=by, words=said, now=now)


def start_clock(session: Session, row: Escalation, *, now: datetime) -> None:
    """Let the whole time to answer begin now, on the calendar of who is on it; nobody was warned yet."""
    row.clock_minutes = span_of(session, row.severity).length // MINUTE
    row.warned_at = row.late_told_at = None
    _set_deadline(session, row, whole=row.clock_minutes, now=now)


def pass_clock(session: Session, row: Escalation, to: str, *, now: datetime) -> None:
    """
    Give an escalation to *to*, with the working time that is left: passing it around wins none, and who gets it has
    their own hours for the rest. One that is past its clock, or has been answered, keeps its deadline.
    """
    calendar, whole = get_calendar(session, row.assignee_id), span_of(session, row.severity).length // MINUTE
    used = work_between(row.clock_from, now, calendar) // MINUTE
    row.assignee_id = to
    if row.state is EscalationState.OPEN and row.answer_by > now:
        row.clock_minutes = max(row.clock_minutes - used, 0)
        _set_deadline(session, row, whole=whole, now=now)


def _set_deadline(session: Session, row: Escalation, *, whole: int, now: datetime) -> None:
    """Set deadline and warning: the warning comes when a quarter of the *whole* time (in minutes) is left."""
    calendar = get_calendar(session, row.assignee_id)
    before_warning = max(row.clock_minutes - whole * (1 - WARN_AT), 0)
    row.clock_from = now
    row.answer_by = work_until(now, row.clock_minutes * MINUTE, calendar)
    row.warn_at = work_until(now, before_warning * MINUTE, calendar)


def schema_for(session: Session, row: Escalation, person_id: str | None, now: datetime) -> EscalationSchema:
    """Return an escalation as that person sees it."""
    return get_schema(session, ESCALATIONS, row, viewer=person_id, now=now)


def notify_everybody(
    session: Session, row: Escalation, *, by: str, now: datetime, again: bool = False
) -> Collection[str]:
    """
    Enqueue a new or reopened escalation for who is on it, the customer's owner and the managers, without *by*.

    Returns whom it concerns, *by* too.
    """
    roles: dict[str, Role] = {row.assignee_id: "on_it"}
    owner_id = get_customer(session, row.customer_id).owner_id
    if owner_id and wants_news(find_person_row(session, owner_id)):
        roles.setdefault(owner_id, "owner")
    for manager in list_managers_to_notify(session):
        roles.setdefault(manager.id, "manager")
    for person_id, role in roles.items():
        if person_id != by:
            one = schema_for(session, row, person_id, now)
            enqueue(session, row, EscalationRaised(escalation=one, role=role, again=again), to=person_id, now=now)
    return {*roles, by}


def notify_relatives(session: Session, row: Escalation, *, but: Collection[str], now: datetime) -> None:
    """Enqueue a new escalation, once, for the owners of others of the customer's family, without those in *but*."""
    customer, one = get_customer(session, row.customer_id), schema_for(session, row, None, now)

    def draw(root_name: str, names: Sequence[str]) -> RelativeEscalated:
        return RelativeEscalated(
            escalation_id=row.id, customer_id=customer.id, name=customer.name, what=row.what, severity=row.severity,
            assignee_name=one.assignee_name, root_name=root_name, names=tuple(names[:NAMES_TOLD]), total=len(names),
        )  # fmt: skip

    tell_relatives(session, customer, draw, key=f"relative_problem:{row.id}", but=but, now=now)


def notify_assignee(
    session: Session, row: Escalation, *, now: datetime, given_by: str = "", returned_from: str = ""
) -> None:
    """Enqueue for who is on it now what they were given."""
    one = schema_for(session, row, row.assignee_id, now)
    notification = EscalationRaised(escalation=one, role="on_it", given_by=given_by, returned_from=returned_from)
    enqueue(session, row, notification, to=row.assignee_id, now=now)


def notify(
    session: Session, row: Escalation, event: EscalationEvent, *, by: str, now: datetime, words: str = "",
    former: str = "", not_to: Iterable[str] = (),
) -> None:  # fmt: skip
    """
    Enqueue what happened for who raised it, who is on it (*former*: who was) and the customer's owner, without *by*.

    Who switched news off is not told. Of a forgotten customer nothing is said but that it was forgotten.
    """
    one, actor = schema_for(session, row, None, now), find_person_row(session, by)
    told = {} if event is EscalationEvent.FORGOTTEN else {
        "customer_id": one.customer_id, "customer_name": one.customer_name, "what": one.what, "words": words,
        "to_name": one.assignee_name,
    }  # fmt: skip
    notification = EscalationNews.model_validate({"event": event, "by_name": actor.name if actor else "", **told})
    concerned = (row.raised_by, former or row.assignee_id, get_customer(session, row.customer_id).owner_id)
    for person_id in list_recipients(session, concerned, but=[by, *not_to]):
        enqueue(session, row, notification, to=person_id, now=now)


def enqueue(session: Session, row: Escalation, notification: Notification, *, to: str, now: datetime) -> None:
    """
    Enqueue a notification about an escalation for a person, under a key of its own: what it tells of is written in
    the same transaction, and that happens once.
    """
    key = f"escalation:{row.id}:{notification.kind.partition('.')[2]}:{to}:{new_id()}"
    outbox.enqueue(session, notification, to=to, key=key, now=now)
