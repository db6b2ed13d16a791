"""What the clock does: warnings, lateness, the channel, problems whose people or customers are gone."""

from datetime import datetime, time
from functools import partial

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries.reminders import is_decided
from bot.commitments.queries import list_of_inactive, list_orphaned
from bot.commitments.rules import AT_ONCE
from bot.commitments.usecases import (
    erase_customer,
    find_new_assignee,
    list_managers_to_notify,
    reason_of_inactive,
    recording,
)
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.escalations.queries import ESCALATIONS, find_settings, list_for_channel, list_late, list_to_warn
from bot.escalations.rules import EscalationEvent, Severity
from bot.escalations.schemas import ChannelLost, EscalationLate, EscalationPosted, EscalationUpdate, EscalationWarned
from bot.escalations.tables import Escalation
from bot.escalations.usecases.changes import changing, close, enqueue, notify, notify_assignee, pass_clock, schema_for
from bot.people.queries import find_person_row, get_calendar, get_person
from bot.people.rules import Mute
from bot.workspaces.usecases import BOT, record

BEGUN_BY_BOT = ("checkins.reminder", EscalationWarned.kind, EscalationLate.kind)
"""The kinds of messages of which somebody gets one a day, beside those on what stops a customer's work."""
LOST_FOR_GOOD = {
    "channel_not_found": "I can't see it any more",
    "is_archived": "it was archived",
    "not_in_channel": "I was removed from it",
    "is_shared": "it is shared with outsiders now",
}


def warn_people(session: Session, *, now: datetime) -> int:
    """Warn those who are on something, most of whose time is over, once; returns how many problems that are."""
    rows = list_to_warn(session, now=now, limit=AT_ONCE)
    for row in rows:
        row.warned_at = now
        _tell_by_day(session, row, EscalationWarned, row.assignee_id, now=now)
    return len(rows)


def notify_late(session: Session, *, now: datetime) -> int:
    """Tell who is on it, the managers and the channel's thread, once, what is past its time; returns how many are."""
    rows = list_late(session, now=now, limit=AT_ONCE)
    for row in rows:
        with recording(session, ESCALATIONS, row, "late", by=BOT, now=now):
            row.late_told_at, row.channel_due = now, True
        for person_id in dict.fromkeys([row.assignee_id, *(one.id for one in list_managers_to_notify(session))]):
            _tell_by_day(session, row, EscalationLate, person_id, now=now)
    return len(rows)


def _tell_by_day(
    session: Session, row: Escalation, kind: type[EscalationWarned | EscalationLate], to: str, *, now: datetime
) -> None:
    """
    Enqueue at once what stops a customer's work. Of anything else the next morning message tells, unless the person
    gets none, or is at work, has that of today behind them and wasn't written to: then a message of its own does.
    """
    person = get_person(session, to)
    calendar = get_calendar(session, to)
    if row.severity is not Severity.STOPS and Mute.REMINDERS not in person.mutes:
        today = calendar.today(now)
        tells_today = kind is EscalationLate and not is_decided(session, person_id=to, day=today)
        is_at_work = calendar.next_opening(now) == now
        if tells_today or not is_at_work or _was_written_to(session, to, since=calendar.at(today, time(0))):
            return
    enqueue(session, row, kind(escalation=schema_for(session, row, to, now)), to=to, now=now)


def _was_written_to(session: Session, person_id: str, *, since: datetime) -> bool:
    """Return whether the bot has written to that person by itself since then."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.recipient == person_id, col(OutboxMessage.kind).in_(BEGUN_BY_BOT),
        OutboxMessage.enqueued_at >= since, OutboxMessage.state != DeliveryState.DEAD,
    )  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def close_inactive(session: Session, *, now: datetime) -> int:
    """Close what is open with customers that are lost or excluded, and say why; returns how many."""
    rows = list_of_inactive(session, ESCALATIONS, limit=AT_ONCE)
    for row in rows:
        close(session, row, "closed", by=BOT, reason=reason_of_inactive(session, row), now=now)
    return len(rows)


def pass_on_orphaned(session: Session, *, now: datetime) -> int:
    """
    Give what people who left were on to the customer's owner, else a manager, and say so; returns how many.

    With nobody here it stays as it is.
    """
    count = 0
    for row in list_orphaned(session, ESCALATIONS, limit=AT_ONCE):
        assignee, left = find_new_assignee(session, row), find_person_row(session, row.assignee_id)
        if assignee is None:
            continue
        with changing(session, row, "passed_on", by=BOT, now=now):
            pass_clock(session, row, assignee.id, now=now)
        notify_assignee(session, row, now=now, returned_from=left.name if left else "Who was on it")
        count += 1
    return count


erase = partial(erase_customer, kind=ESCALATIONS, notify=notify, forgotten=EscalationEvent.FORGOTTEN)
"""Deletes a customer's escalations."""


def post_to_channel(session: Session, *, now: datetime) -> int:
    """Enqueue what the channel hasn't heard yet: a message for each new one, else how it stands, in its thread."""
    settings = find_settings(session)
    channel = settings.channel_id if settings else None
    rows, posted = list_for_channel(session, limit=AT_ONCE), 0
    for row in rows:
        row.channel_due = False
        if channel is not None:
            posted += _post(session, row, channel, now=now)
    return posted


def forget_channel_news(session: Session, *, now: datetime) -> int:  # noqa: ARG001 - every use case takes the time
    """Clear what waits to be posted when there is no channel; one that is chosen later hears of what comes then."""
    settings = find_settings(session)
    if settings is not None and settings.channel_id is not None:
        return 0
    quiet = sa.update(Escalation).where(
        col(Escalation.workspace_id) == workspace_of(session), col(Escalation.channel_due).is_(True)
    )
    return session.exec(quiet.values(channel_due=False)).rowcount


def lose_channel(session: Session, *, channel: str, reason: str, now: datetime) -> bool:
    """Stop posting to a channel that is gone, or open to outsiders, and tell the managers; whether it was ours."""
    settings = find_settings(session)
    if settings is None or settings.channel_id != channel or reason not in LOST_FOR_GOOD:
        return False
    before, settings.channel_id = {"channel": channel}, None
    record(
        session, "escalations.channel_lost", by=BOT, kind="escalation_settings", subject=settings.id, before=before,
        after={"reason": reason[:80]}, now=now,
    )  # fmt: skip
    notification = ChannelLost(channel_name=settings.channel_name, reason=LOST_FOR_GOOD[reason])
    for manager in list_managers_to_notify(session):
        key = f"escalation_channel_lost:{channel}:{manager.id}:{new_id()}"
        outbox.enqueue(session, notification, to=manager.id, key=key, now=now)
    return True


def _post(session: Session, row: Escalation, channel: str, *, now: datetime) -> bool:
    schema, first = schema_for(session, row, None, now), f"escalation:{row.id}:channel:{channel}"
    if row.posted_to == channel:
        update = EscalationUpdate(escalation=schema)
        return outbox.enqueue(session, update, to=channel, key=f"{first}:{new_id()}", reply_to=first, now=now)
    if row.state.is_over:
        return False
    row.posted_to = channel
    return outbox.enqueue(session, EscalationPosted(escalation=schema), to=channel, key=first, now=now)
