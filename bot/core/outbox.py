"""
The outbox of messages to Slack, and the inbox of what came from it.

A use case stores a notification in its own transaction, and a job delivers it once. The states are
`pending → claimed → sending → sent | dead | unknown`, and `unknown → sent | pending` after the channel was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, Session, col, select

from bot.core.clock import new_id
from bot.core.database import Row, choice, within_workspace, workspace_of
from bot.core.errors import AlreadyDone
from bot.core.schemas import Notification, Schema

LEASE = timedelta(seconds=30)
QUIET_TIME = timedelta(seconds=20)  # after an unclear answer, before looking whether the message is there
KEY_LENGTH = 200
KEYS_AT_ONCE = 500  # in one statement
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
    attempts: int


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
    """Do what `enqueue` does for many notifications in a few statements; return how many were new."""
    session.flush()
    workspace = workspace_of(session)
    fresh = {new.key: new for new in reversed(notifications)}
    for known in _known_keys(session, list(fresh)):
        del fresh[known]
    rows = [_new_row(workspace, new, now) for new in notifications if fresh.get(new.key) is new]
    if rows:
        session.execute(sa.insert(OutboxMessage), rows)
    return len(rows)


def _known_keys(session: Session, keys: Sequence[str]) -> list[str]:
    """Return which of these keys are stored already."""
    known: list[str] = []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = col(OutboxMessage.key).in_(keys[start : start + KEYS_AT_ONCE])
        known += session.exec(select(OutboxMessage.key).where(some)).all()
    return known


def _new_row(workspace: str, new: NewNotification, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace,
        "key": new.key,
        "kind": new.notification.kind,
        "body": new.notification.model_dump(mode="json"),
        "recipient": new.to,
        "reply_to": new.reply_to,
        "enqueued_at": now,
        "not_before": new.not_before or now,
        "expires_at": new.expires_at,
        "state": DeliveryState.PENDING,
        "fence": 0,
        "attempts": 0,
    }


def record_received(session: Session, source: str, external_id: str, *, now: datetime) -> bool:
    """Store that *external_id* from *source* is handled now. Return False when it was handled before."""
    known = select(InboxEntry.id).where(InboxEntry.source == source, InboxEntry.external_id == external_id)
    if session.exec(known).first():
        return False
    session.add(InboxEntry(source=source, external_id=external_id, received_at=now))
    session.flush()
    return True


def require_new_submission(session: Session, view_id: str, *, now: datetime) -> None:
    """
    Require that the form or press *view_id* wasn't handled before; an empty one never was.

    Raises:
        AlreadyDone: it was handled before.
    """
    if view_id and not record_received(session, "view", view_id, now=now):
        raise AlreadyDone("That is saved already; you can close the window.")


def claim(session: Session, *, now: datetime, limit: int = 20) -> list[ClaimedMessage]:
    """Claim up to *limit* due notifications of all workspaces for `LEASE`, one for each recipient."""
    _give_up_expired(session, now)
    rows = session.exec(_claimable(now, limit)).all()
    claimed_messages, recipients = [], set()
    for row in rows:
        ready, reply_to_ts = _thread_of(session, row)
        if not ready or (row.workspace_id, row.recipient) in recipients:
            continue
        recipients.add((row.workspace_id, row.recipient))
        row.state, row.fence, row.lease_until = DeliveryState.CLAIMED, row.fence + 1, now + LEASE
        claimed_messages.append(_claimed_message(row, reply_to_ts))
    return claimed_messages


def mark_sending(session: Session, *, claimed: ClaimedMessage, channel: str, now: datetime) -> bool:
    """
    Store, before each POST, that it is about to be made; return False when the claim was lost meanwhile.

    A message that Slack refused may be marked again under the same claim, to be posted in another form.
    """
    row = _held(session, claimed, DeliveryState.CLAIMED, DeliveryState.SENDING)
    if row is None or row.lease_until is None or row.lease_until <= now:
        return False
    row.state, row.attempts, row.channel = DeliveryState.SENDING, row.attempts + 1, channel
    return True


def mark_sent(session: Session, *, claimed: ClaimedMessage, channel: str, ts: str, now: datetime) -> None:
    """Store that Slack accepted it."""
    row = _held(session, claimed, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    if row is not None:
        row.state, row.channel, row.ts, row.finished_at, row.reason = DeliveryState.SENT, channel, ts, now, None


def mark_dead(session: Session, *, claimed: ClaimedMessage, reason: str, now: datetime) -> bool:
    """Store that Slack refused it. Return True when this call was the one that gave up."""
    row = _held(session, claimed, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    if row is None:
        return False
    row.state, row.reason, row.finished_at = DeliveryState.DEAD, reason[:200], now
    return True


def mark_unknown(session: Session, *, claimed: ClaimedMessage, reason: str, now: datetime) -> None:
    """Store that nobody knows whether Slack accepted it: the channel is read after a quiet time."""
    row = _held(session, claimed, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    if row is not None:
        row.state, row.reason, row.not_before, row.lease_until = (
            DeliveryState.UNKNOWN,
            reason[:200],
            now + QUIET_TIME,
            None,
        )


def requeue(session: Session, *, claimed: ClaimedMessage, after: timedelta | None, reason: str, now: datetime) -> None:
    """Store that it was not sent, to be tried again *after* that time, or after a growing pause."""
    row = _held(session, claimed, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    if row is None:
        return
    pause = after or timedelta(seconds=RETRY_PAUSES[min(row.attempts, len(RETRY_PAUSES) - 1)])
    if row.attempts >= MOST_ATTEMPTS:
        row.state, row.finished_at = DeliveryState.DEAD, now
    else:
        row.state, row.not_before, row.lease_until = DeliveryState.PENDING, now + pause, None
    row.reason = reason[:200]


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


def claim_unknown(session: Session, *, now: datetime, limit: int = 20) -> list[ClaimedMessage]:
    """Claim notifications that may have been sent, when their quiet time is over, with a new fencing number."""
    abandoned = sa.and_(
        col(OutboxMessage.state) == DeliveryState.SENDING, col(OutboxMessage.lease_until) <= now - QUIET_TIME
    )
    unclear = sa.and_(col(OutboxMessage.state) == DeliveryState.UNKNOWN, col(OutboxMessage.not_before) <= now)
    query = select(OutboxMessage).where(sa.or_(abandoned, unclear)).order_by(col(OutboxMessage.not_before)).limit(limit)
    claimed_messages = []
    for row in session.exec(query.with_for_update(skip_locked=True)).all():
        row.state, row.fence = DeliveryState.UNKNOWN, row.fence + 1
        row.not_before, row.lease_until = now + LEASE, None
        claimed_messages.append(_claimed_message(row, _thread_of(session, row)[1]))
    return claimed_messages


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


def _claimable(now: datetime, limit: int) -> Any:
    """Select pending ones, and claimed ones whose claim ended before anything was sent."""
    lapsed = sa.and_(col(OutboxMessage.state) == DeliveryState.CLAIMED, col(OutboxMessage.lease_until) <= now)
    waiting = sa.and_(col(OutboxMessage.state) == DeliveryState.PENDING, col(OutboxMessage.not_before) <= now)
    query = select(OutboxMessage).where(sa.or_(waiting, lapsed))
    return (
        query.order_by(col(OutboxMessage.not_before), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _give_up_expired(session: Session, now: datetime) -> None:
    session.exec(
        sa.update(OutboxMessage)
        .where(
            col(OutboxMessage.state) == DeliveryState.PENDING,
            col(OutboxMessage.not_before) <= now,
            col(OutboxMessage.expires_at) <= now,
        )
        .values(state=DeliveryState.DEAD, reason="expired", finished_at=now)
    )


def _thread_of(session: Session, row: OutboxMessage) -> tuple[bool, str | None]:
    """Return whether *row* may be sent, and the ts of the thread that it belongs to."""
    if row.reply_to is None:
        return True, None
    first = session.exec(
        select(OutboxMessage).where(OutboxMessage.workspace_id == row.workspace_id, OutboxMessage.key == row.reply_to)
    ).first()
    if first is None or first.state is DeliveryState.DEAD:
        row.state, row.reason = DeliveryState.DEAD, "the message it answers was never sent"
        return False, None
    return first.ts is not None, first.ts


def _held(session: Session, claimed: ClaimedMessage, *states: DeliveryState) -> OutboxMessage | None:
    """Return the row of *claimed* while its claim is valid and it is in one of *states*."""
    query = select(OutboxMessage).where(
        OutboxMessage.id == claimed.id, OutboxMessage.fence == claimed.fence, col(OutboxMessage.state).in_(states)
    )
    return session.exec(query.with_for_update()).first()


def _claimed_message(row: OutboxMessage, reply_to_ts: str | None) -> ClaimedMessage:
    return ClaimedMessage(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.key,
        kind=row.kind,
        body=row.body,
        recipient=row.recipient,
        enqueued_at=row.enqueued_at,
        reply_to_ts=reply_to_ts,
        channel=row.channel,
        fence=row.fence,
        attempts=row.attempts,
    )
