"""Finds the instants at which the bot has something to do, where the demo stops when time is moved."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.outbox import DeliveryState, OutboxMessage
from bot.digests.tables import Digest
from bot.escalations.rules import EscalationState
from bot.escalations.tables import Escalation
from bot.people.queries import list_calendars, list_people
from bot.people.rules import Calendar

DAY = timedelta(days=1)


def find_next_stop(session: Session, *, posts: Sequence[datetime], now: datetime) -> datetime:
    """
    Return the next instant after *now* at which a job has something to do, or a day later if there is none.

    That is somebody's hour of messages, a digest's slot, a message that waited, a response time, or one of *posts*: the
    instants at which somebody writes something in a feed.
    """
    calendars = list_calendars(session, [person.id for person in list_people(session)]).values()
    known = [*posts, *(_next_hour(calendar, now) for calendar in calendars), *_stored(session, now)]
    return min((at for at in known if at > now), default=now + DAY)


def _next_hour(calendar: Calendar, now: datetime) -> datetime:
    """Return the next instant at which it is this person's hour of messages, on whatever day."""
    today = calendar.today(now)
    hours = (calendar.at(day, calendar.hour) for day in (today, today + DAY))
    return next(hour for hour in hours if hour > now)


def _stored(session: Session, now: datetime) -> Iterator[datetime]:
    """Yield the first instant after *now* in each column that holds one."""
    open_ = col(Escalation.state) == EscalationState.OPEN
    columns: Sequence[tuple[Any, Any]] = (
        (Digest.next_slot, col(Digest.stopped_because).is_(None)),
        (OutboxMessage.not_before, col(OutboxMessage.state) == DeliveryState.PENDING),
        (Escalation.warn_at, open_),
        (Escalation.answer_by, open_),
    )
    for column, condition in columns:
        first = session.exec(select(sa.func.min(column)).where(condition, column > now)).one()
        if first is not None:
            yield first
