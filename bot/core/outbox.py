"""
The outbox of messages to Slack, and the inbox of what came from it.

A use case stores a notification in its own transaction, and a job delivers it once. The states are
`pending → claimed → sending → sent | dead | unknown`, and `unknown → sent | pending` after the channel was read.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, Session, col, select

from bot.core.database import Row, choice, insert_new, within_workspace
from bot.core.errors import AlreadyDone
from bot.core.schemas import Notification, Schema

LEASE = timedelta(seconds=30)
QUIET_TIME = timedelta(seconds=20)  # after an unclear answer, before looking whether the message is there
KEY_LENGTH = 200
RETRY_PAUSES = (1, 5, 15, 60, 300)  # seconds after the first, second … failed try; the last one repeats
MOST_ATTEMPTS = 12


class DeliveryState(StrEnum):
    """How far a notification has come."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "unknown"


Address = tuple[str, str]
"""A workspace and the person or channel in it."""

Openings = Callable[[Session, Collection[Address], datetime], Mapping[Address, datetime]]
"""`openings(session, addresses, now)`: return when each may be written to: *now*, or the next time after it."""

UNSETTLED = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class OutboxMessage(Row, table=True):
    """A notification to a person or a channel, to be delivered once."""

    __tablename__ = "outbox"
    __table_args__ = within_workspace(
        sa.UniqueConstraint("workspace_id", "key"),
        sa.Index(None, "state", "not_before"),
        sa.Index(None, "workspace_id", "recipient", "state"),
    )

    key: str = Field(max_length=KEY_LENGTH)
    kind: str = Field(max_length=60)
    body: dict[str, Any] = Field(sa_type=sa.JSON)
    recipient: str = Field(max_length=32)
    reply_to: str | None = Field(default=None, max_length=KEY_LENGTH)
    state: DeliveryState = Field(default=DeliveryState.PENDING, sa_type=choice(DeliveryState))
    enqueued_at: datetime
    not_before: datetime
    at_any_hour: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    expires_at: datetime | None = None
    fence: int = 0
    lease_until: datetime | None = None
    attempts: int = 0
    channel: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    finished_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=200)


class InboxEntry(Row, table=True):
    """An event, click or submission that was handled."""

    __tablename__ = "inbox"
    __table_args__ = within_workspace(
        sa.UniqueConstraint("workspace_id", "source", "external_id"), sa.Index(None, "received_at")
    )

    source: str = Field(max_length=40)
    external_id: str = Field(max_length=255)
    received_at: datetime


@dataclass(frozen=True)
class NewNotification:
    """A notification to be stored; the fields are the arguments of `enqueue`."""

    notification: Notification
    to: str
    key: str
    not_before: datetime | None = None
    expires_at: datetime | None = None
    reply_to: str | None = None


class ClaimedMessage(Schema):
    """A notification that was claimed for sending, with the fencing number of the claim."""

    id: UUID
    workspace_id: str
    key: str
    kind: str
    body: dict[str, Any]
    recipient: str
    enqueued_at: datetime
    reply_to_ts: str | None = None
    channel: str | None = None
    fence: int
    may_be_sent: bool = False


def enqueue(
    session: Session,
    notification: Notification,
    *,
    to: str,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    reply_to: str | None = None,
) -> bool:
    """
    Store a notification to the person or channel *to*, under a *key* that is unique in the workspace.

    *reply_to* is the key of the notification in whose thread this one goes; it waits until that one is sent.
    Return False when the key is stored already: nothing is said twice.
    """
    new = NewNotification(notification, to, key, not_before=not_before, expires_at=expires_at, reply_to=reply_to)
    return enqueue_all(session, [new], now=now) == 1


def enqueue_all(session: Session, notifications: Sequence[NewNotification], *, now: datetime) -> int:
    """Do what `enqueue` does for many notifications in one statement; return how many were new."""
    return insert_new(session, OutboxMessage, [_new_row(new, now) for new in notifications])


def _new_row(new: NewNotification, now: datetime) -> dict[str, Any]:
    return {
        "key": new.key,
        "kind": new.notification.kind,
        "body": new.notification.model_dump(mode="json"),
        "recipient": new.to,
        "reply_to": new.reply_to,
        "enqueued_at": now,
        "not_before": new.not_before or now,
        "at_any_hour": new.notification.at_any_hour,
        "expires_at": new.expires_at,
        "state": DeliveryState.PENDING,
        "fence": 0,
        "attempts": 0,
    }


def record_received(session: Session, source: str, external_id: str, *, now: datetime) -> bool:
    """Store that *external_id* from *source* is handled now. Return False when it was handled before."""
    entry = {"source": source, "external_id": external_id, "received_at": now}
    return insert_new(session, InboxEntry, [entry]) == 1


def require_new_submission(session: Session, view_id: str, *, now: datetime) -> None:
    """
    Require that the form or press *view_id* wasn't handled before; an empty one never was.

    Raises:
        AlreadyDone: it was handled before.
    """
    if view_id and not record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is saved already; you can close the window.")


def claim(
    session: Session,
    *,
    now: datetime,
    openings: Openings | None = None,
    limit: int = 20,
    passed_over: sa.Select[tuple[str]] | None = None,
) -> list[ClaimedMessage]:
    """
    Claim up to *limit* due notifications of all workspaces, with a new fencing number, the longest waiting first.

    Those of the workspaces that *passed_over* selects stay as they are. Those to be sent are claimed for `LEASE`, one
    for each recipient; with *openings*, those that come outside the hours of their recipient wait for them. Those that
    may have been sent already, whose quiet time is over, are to be looked for. Those that have expired are given up.
    """
    claimed_messages, recipients = [], set()
    rows = session.exec(_due(now, limit, passed_over)).all()
    while openings and _hold_back(session, rows, openings, now=now):
        rows = session.exec(_due(now, limit, passed_over)).all()
    for row in rows:
        may_be_sent = row.state in {DeliveryState.SENDING, DeliveryState.UNKNOWN}
        if not may_be_sent and row.expires_at is not None and row.expires_at <= now:
            row.state, row.reason, row.finished_at = DeliveryState.DEAD, "expired", now
            continue
        ready, reply_to_ts = _thread_of(session, row) if row.reply_to else (True, None)
        if may_be_sent:
            row.state, row.not_before, row.lease_until = DeliveryState.UNKNOWN, now + LEASE, None
        elif ready and (row.workspace_id, row.recipient) not in recipients:
            recipients.add((row.workspace_id, row.recipient))
            row.state, row.lease_until = DeliveryState.CLAIMED, now + LEASE
        else:
            continue
        row.fence += 1
        claimed = ClaimedMessage.model_validate(row, from_attributes=True)
        claimed_messages.append(claimed.model_copy(update={"may_be_sent": may_be_sent, "reply_to_ts": reply_to_ts}))
    return claimed_messages


def mark_sending(session: Session, *, claimed: ClaimedMessage, channel: str, now: datetime) -> bool:
    """
    Store, before each POST, that it is about to be made; return False when the claim was lost meanwhile.

    A message that Slack refused may be marked again under the same claim, to be posted in another form.
    """
    held = _held(claimed, DeliveryState.CLAIMED, DeliveryState.SENDING).where(col(OutboxMessage.lease_until) > now)
    more = col(OutboxMessage.attempts) + 1
    return bool(session.exec(held.values(state=DeliveryState.SENDING, attempts=more, channel=channel)).rowcount)


def mark_sent(session: Session, *, claimed: ClaimedMessage, channel: str, ts: str, now: datetime) -> None:
    """Store that Slack accepted it."""
    held = _held(claimed, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    session.exec(held.values(state=DeliveryState.SENT, channel=channel, ts=ts, finished_at=now, reason=None))


def mark_dead(session: Session, *, claimed: ClaimedMessage, reason: str, now: datetime) -> bool:
    """Store that Slack refused it. Return True when this call was the one that gave up."""
    held = _held(claimed, *UNSETTLED)
    return bool(session.exec(held.values(state=DeliveryState.DEAD, reason=reason[:200], finished_at=now)).rowcount)


def mark_unknown(session: Session, *, claimed: ClaimedMessage, reason: str, now: datetime) -> None:
    """Store that nobody knows whether Slack accepted it: the channel is read after a quiet time."""
    quiet = {"not_before": now + QUIET_TIME, "lease_until": None}
    session.exec(_held(claimed, *UNSETTLED).values(state=DeliveryState.UNKNOWN, reason=reason[:200], **quiet))


def requeue(session: Session, *, claimed: ClaimedMessage, after: timedelta | None, reason: str, now: datetime) -> None:
    """Store that it was not sent, to be tried again *after* that time, or after a growing pause."""
    held = _held(claimed, *UNSETTLED).values(reason=reason[:200]).returning(col(OutboxMessage.attempts))
    attempts = session.execute(held).scalar()
    if attempts is None:
        return
    pause = after or timedelta(seconds=RETRY_PAUSES[min(attempts, len(RETRY_PAUSES) - 1)])
    again = {"state": DeliveryState.PENDING, "not_before": now + pause, "lease_until": None}
    given_up = {"state": DeliveryState.DEAD, "finished_at": now}
    session.exec(_held(claimed, *UNSETTLED).values(given_up if attempts >= MOST_ATTEMPTS else again))


def pause_channel(session: Session, *, claimed: ClaimedMessage, until: datetime, now: datetime) -> None:
    """Send nothing to this channel before *until*, because Slack asked for it; other channels go on."""
    requeue(session, claimed=claimed, after=until - now, reason="ratelimited", now=now)
    session.exec(
        sa.update(OutboxMessage)
        .where(
            col(OutboxMessage.workspace_id) == claimed.workspace_id,
            col(OutboxMessage.recipient) == claimed.recipient,
            col(OutboxMessage.state) == DeliveryState.PENDING,
            col(OutboxMessage.not_before) < until,
        )
        .values(not_before=until)
    )


def list_undelivered(session: Session, *, now: datetime) -> Sequence[OutboxMessage]:
    """Return what isn't delivered yet, the oldest first; for `doctor` and tests."""
    waiting = [DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN]
    query = select(OutboxMessage).where(col(OutboxMessage.state).in_(waiting), col(OutboxMessage.not_before) <= now)
    return session.exec(query.order_by(col(OutboxMessage.not_before))).all()


def delete_old(session: Session, *, before: datetime) -> int:
    """Delete what was settled or received before that instant, and return how many rows that were."""
    done = sa.delete(OutboxMessage).where(
        col(OutboxMessage.finished_at) < before, col(OutboxMessage.state).in_([DeliveryState.SENT, DeliveryState.DEAD])
    )
    seen = sa.delete(InboxEntry).where(col(InboxEntry.received_at) < before)
    return sum(session.exec(statement).rowcount for statement in (done, seen))


def _due(now: datetime, limit: int, passed_over: sa.Select[tuple[str]] | None) -> Any:
    """Select what waits to be sent, also where its claim ended before that, and what may have been sent."""
    state, not_before, lease_until = (
        col(OutboxMessage.state),
        col(OutboxMessage.not_before),
        col(OutboxMessage.lease_until),
    )
    due = sa.or_(
        sa.and_(state.in_([DeliveryState.PENDING, DeliveryState.UNKNOWN]), not_before <= now),
        sa.and_(state == DeliveryState.CLAIMED, lease_until <= now),
        sa.and_(state == DeliveryState.SENDING, lease_until <= now - QUIET_TIME),
    )
    query = select(OutboxMessage).where(due).order_by(not_before, col(OutboxMessage.id)).limit(limit)
    if passed_over is not None:
        query = query.where(col(OutboxMessage.workspace_id).not_in(passed_over))
    return query.with_for_update(skip_locked=True)


def _hold_back(session: Session, rows: Sequence[OutboxMessage], openings: Openings, *, now: datetime) -> int:
    """Let those of *rows* wait that may not be sent yet, and haven't expired; return how many."""
    unsent = {DeliveryState.PENDING, DeliveryState.CLAIMED}
    fresh = [row for row in rows if row.state in unsent and (row.expires_at is None or row.expires_at > now)]
    waiting = [row for row in fresh if not row.at_any_hour]
    opening = openings(session, {(row.workspace_id, row.recipient) for row in waiting}, now) if waiting else {}
    held = 0
    for row in waiting:
        at = opening.get((row.workspace_id, row.recipient), now)
        if at > now:
            row.state, row.not_before, row.lease_until, row.fence = DeliveryState.PENDING, at, None, row.fence + 1
            held += 1
    return held


def _thread_of(session: Session, row: OutboxMessage) -> tuple[bool, str | None]:
    """Return whether *row* may be sent into its thread, and the ts of that; give it up where the thread never began."""
    first = session.exec(
        select(OutboxMessage).where(OutboxMessage.workspace_id == row.workspace_id, OutboxMessage.key == row.reply_to)
    ).first()
    if first is None or first.state is DeliveryState.DEAD:
        row.state, row.reason = DeliveryState.DEAD, "the message it answers was never sent"
        return False, None
    return first.ts is not None, first.ts


def _held(claimed: ClaimedMessage, *states: DeliveryState) -> Any:
    """Return the UPDATE of the row of *claimed* while its claim is valid and it is in one of *states*."""
    return sa.update(OutboxMessage).where(
        col(OutboxMessage.id) == claimed.id,
        col(OutboxMessage.fence) == claimed.fence,
        col(OutboxMessage.state).in_(states),
    )
