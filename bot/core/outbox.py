"""
The outbox of messages to Slack.

A use case stores a notification in its own transaction, and a job delivers it once. The states are
`pending → claimed → sending → sent | dead | unknown`, and `unknown → sent | pending` after the channel was read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, Session, col

from bot.core.database import Row, choice, insert_new, locks_rows, within_workspace, workspaces_with
from bot.core.inbox import InboxEntry
from bot.core.restores import CATCHING_UP, Gap
from bot.core.schemas import Notification, Schema

LEASE = timedelta(seconds=30)
QUIET_TIME = timedelta(seconds=20)  # after an unclear answer, before looking whether the message is there
KEY_LENGTH = 200
RETRY_PAUSES = (1, 5, 15, 60, 300)  # seconds after the first, second … failed try; the last one repeats
SLACKS_ANSWER = "Slack answers"  # begins the reason of a message that Slack didn't take for now, before its code
HELD_UP = timedelta(minutes=15)  # after which somebody should know that a message can't be delivered


class DeliveryState(StrEnum):
    """How far a notification has come."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "unknown"


UNSETTLED = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNKNOWN)
UNDELIVERED = (DeliveryState.PENDING, *UNSETTLED)


class OutboxMessage(Row, table=True):
    """
    A notification to a person or a channel, to be delivered once.

    `posted_at` is when it was last posted, or looked for in vain; `attempts` is how often that failed.
    """

    __tablename__ = "outbox"
    __table_args__ = within_workspace(
        sa.UniqueConstraint("workspace_id", "key"),
        sa.Index(None, "state", "not_before"),
        sa.Index(None, "workspace_id", "recipient", "state"),
        sa.Index(None, "workspace_id", "recipient", "posted_at"),
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
    posted_at: datetime | None = None
    channel: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    finished_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=200)


class HeldUp(NamedTuple):
    """Messages that can't be delivered for one reason (empty: nobody tried), and since when the oldest waits."""

    reason: str
    messages: int
    since: datetime


class Waiting(NamedTuple):
    """How many messages aren't delivered yet, and since when the oldest that is due waits."""

    by_state: dict[DeliveryState, int]
    due_since: datetime | None


class SentMessage(NamedTuple):
    """Where a message stands in Slack."""

    channel: str
    ts: str


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
    """
    A notification that was claimed, with the fencing number of the claim and the failed attempts before it.

    One that may be sent already was posted between `said_from` and `said_until`.
    """

    id: UUID
    workspace_id: str
    key: str
    kind: str
    body: dict[str, Any]
    recipient: str
    reply_to_ts: str | None = None
    channel: str | None = None
    fence: int
    attempts: int = 0
    said_from: datetime | None = None
    said_until: datetime | None = None

    @property
    def may_be_sent(self) -> bool:
        """Whether it is to be looked for before it is sent."""
        return self.said_from is not None


class Post(NamedTuple):
    """A claimed message, the channel that it goes to, and its timestamp there once Slack has accepted it."""

    claimed: ClaimedMessage
    channel: str
    ts: str = ""


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


def said_between(row: OutboxMessage, gap: Gap | None) -> tuple[datetime, datetime | None] | tuple[None, None]:
    """Return between which instants *row* may have been posted; nothing when it certainly wasn't."""
    posted_at = row.posted_at
    if gap is not None and row.enqueued_at <= gap.until + CATCHING_UP and (posted_at is None or posted_at < gap.until):
        return min(posted_at or gap.since, gap.since), gap.until
    if row.state in {DeliveryState.SENDING, DeliveryState.UNKNOWN}:
        return posted_at or row.enqueued_at, posted_at
    return None, None


@locks_rows
def mark_sending(session: Session, *, posts: Sequence[Post], now: datetime) -> list[bool]:
    """
    Store, before each POST, that it is about to be made; return of each whether its claim is still valid.

    A message that Slack refused may be marked again under the same claim, to be posted in another form.
    """
    update = _update_of(posts, DeliveryState.CLAIMED, DeliveryState.SENDING).where(col(OutboxMessage.lease_until) > now)
    marked = set(session.scalars(update.values(state=DeliveryState.SENDING, posted_at=now)))
    return [post.claimed.id in marked for post in posts]


@locks_rows
def mark_sent(session: Session, *, posts: Sequence[Post], now: datetime) -> list[bool]:
    """Store that Slack accepted them; return of each whether that wasn't known already."""
    ts = sa.case({post.claimed.id: post.ts for post in posts}, value=col(OutboxMessage.id))
    update = _update_of(posts, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    marked = set(session.scalars(update.values(state=DeliveryState.SENT, ts=ts, finished_at=now, reason=None)))
    return [post.claimed.id in marked for post in posts]


@locks_rows
def mark_dead(session: Session, *, claimed: ClaimedMessage, reason: str, now: datetime) -> bool:
    """Store that Slack refused it. Return True when this call was the one that gave up."""
    held = _held([claimed], *UNSETTLED)
    return bool(session.exec(held.values(state=DeliveryState.DEAD, reason=reason[:200], finished_at=now)).rowcount)


@locks_rows
def mark_unknown(
    session: Session, *, claimed: ClaimedMessage, after: timedelta | None = None, reason: str, now: datetime
) -> None:
    """
    Store that nobody knows whether Slack accepted it.

    The channel is read *after* that time, or after a quiet time which grows with the attempts to find out.
    """
    pause = after if after is not None else max(QUIET_TIME, _pause(claimed))
    again = {"state": DeliveryState.UNKNOWN, "not_before": now + pause, "lease_until": None}
    session.exec(_failed(claimed, reason, counts=after is None).values(again))


@locks_rows
def requeue(session: Session, *, claimed: ClaimedMessage, after: timedelta | None, reason: str, now: datetime) -> None:
    """Store that it was not sent, to be tried again *after* that time, or after a growing pause; it is never lost."""
    pause = after if after is not None else _pause(claimed)
    again = {"state": DeliveryState.PENDING, "not_before": now + pause, "lease_until": None}
    session.exec(_failed(claimed, reason, counts=after is None).values(again))


@locks_rows
def mark_absent(session: Session, *, claimed: ClaimedMessage, now: datetime) -> None:
    """Store that it isn't in the channel: it is posted now, and not looked for again before that."""
    again = {"state": DeliveryState.PENDING, "not_before": now, "posted_at": now, "lease_until": None}
    session.exec(_failed(claimed, "it isn't there", counts=False).values(again))


@locks_rows
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


def wait_by_present_time(session: Session, *, now: datetime) -> int:
    """
    Let messages of all workspaces that a clock ahead of *now* put off, claimed or posted wait by the present time.

    Whether it is an hour to write to their recipients is looked at again. Return how many rows were changed.
    """
    state, not_before = col(OutboxMessage.state), col(OutboxMessage.not_before)
    lease_until, enqueued_at = col(OutboxMessage.lease_until), col(OutboxMessage.enqueued_at)
    posted_at = col(OutboxMessage.posted_at)
    unsent, unknown = state == DeliveryState.PENDING, state == DeliveryState.UNKNOWN
    changes: tuple[tuple[Any, dict[str, datetime]], ...] = (
        (sa.and_(unsent, not_before > now), {"not_before": now}),
        (sa.and_(unknown, not_before > now + QUIET_TIME), {"not_before": now + QUIET_TIME}),
        (lease_until > now + LEASE, {"lease_until": now + LEASE}),
        (enqueued_at > now, {"enqueued_at": now}),
        (posted_at > now, {"posted_at": now}),
    )
    undelivered = sa.update(OutboxMessage).where(state.in_(UNDELIVERED))
    return sum(session.exec(undelivered.where(which).values(values)).rowcount for which, values in changes)


def find_sent(session: Session, key: str) -> SentMessage | None:
    """Return where the message that was enqueued under *key* stands; None while it isn't sent."""
    row = session.scalars(sa.select(OutboxMessage).where(col(OutboxMessage.key) == key)).first()
    return SentMessage(row.channel, row.ts) if row and row.channel and row.ts else None


def list_recipients_of(session: Session, message: ClaimedMessage) -> set[str]:
    """Return everybody who is told the same as *message* says: what was stored for them at the same time."""
    own = sa.select(col(OutboxMessage.enqueued_at)).where(col(OutboxMessage.id) == message.id).scalar_subquery()
    query = sa.select(col(OutboxMessage.recipient), col(OutboxMessage.body)).where(
        col(OutboxMessage.kind) == message.kind, col(OutboxMessage.enqueued_at) == own
    )
    return {recipient for recipient, body in session.execute(query) if body == message.body}


def list_held_up(session: Session, *, now: datetime) -> list[HeldUp]:
    """Return why messages of this workspace can't be delivered for longer than `HELD_UP`, the most messages first."""
    count, since = sa.func.count(), sa.func.min(col(OutboxMessage.enqueued_at))
    query = (
        sa.select(col(OutboxMessage.reason), count, since)
        .where(*_is_held_up(now))
        .group_by(col(OutboxMessage.reason))
        .order_by(count.desc(), col(OutboxMessage.reason))
    )
    return [HeldUp(reason or "", total, oldest) for reason, total, oldest in session.execute(query)]


def list_workspaces_held_up(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:
    """Return those of *workspaces* in which `list_held_up` finds messages."""
    return workspaces_with(session, OutboxMessage, workspaces, *_is_held_up(now))


def _is_held_up(now: datetime) -> tuple[Any, ...]:
    return (
        col(OutboxMessage.state).in_([DeliveryState.PENDING, *UNSETTLED]),
        sa.or_(col(OutboxMessage.reason).is_not(None), col(OutboxMessage.not_before) <= now - HELD_UP),
        col(OutboxMessage.enqueued_at) <= now - HELD_UP,
    )


def count_waiting(session: Session, *, now: datetime) -> Waiting:
    """Count the messages of all workspaces that aren't delivered yet, by state."""
    state, not_before = col(OutboxMessage.state), col(OutboxMessage.not_before)
    due_since = sa.func.min(sa.case((not_before <= now, not_before)))
    query = sa.select(state, sa.func.count(), due_since).where(state.in_(UNDELIVERED)).group_by(state)
    rows = session.execute(query).all()
    counts = dict.fromkeys(UNDELIVERED, 0) | {state: count for state, count, _ in rows}
    return Waiting(counts, min((since for *_, since in rows if since is not None), default=None))


def delete_old(session: Session, *, before: datetime) -> int:
    """Delete what was settled or received before that instant, and return how many rows that were."""
    done = sa.delete(OutboxMessage).where(
        col(OutboxMessage.finished_at) < before, col(OutboxMessage.state).in_([DeliveryState.SENT, DeliveryState.DEAD])
    )
    seen = sa.delete(InboxEntry).where(col(InboxEntry.received_at) < before)
    return sum(session.exec(statement).rowcount for statement in (done, seen))


def _held(claims: Sequence[ClaimedMessage], *states: DeliveryState) -> Any:
    """Return the UPDATE of the rows of *claims* whose claim is valid and which are in one of *states*."""
    own = sa.tuple_(col(OutboxMessage.id), col(OutboxMessage.fence))
    return (
        sa.update(OutboxMessage)
        .where(own.in_([(claimed.id, claimed.fence) for claimed in claims]), col(OutboxMessage.state).in_(states))
        .execution_options(synchronize_session=False)
    )


def _update_of(posts: Sequence[Post], *states: DeliveryState) -> Any:
    """Return what `_held` does for *posts*; it stores the channel of each, and returns the ids of what was changed."""
    channel = sa.case({post.claimed.id: post.channel for post in posts}, value=col(OutboxMessage.id))
    return _held([post.claimed for post in posts], *states).values(channel=channel).returning(col(OutboxMessage.id))


def _failed(claimed: ClaimedMessage, reason: str, *, counts: bool) -> Any:
    """Return the UPDATE of the row of *claimed* after an attempt that failed; one that Slack delayed doesn't count."""
    attempts = claimed.attempts + 1 if counts else claimed.attempts
    return _held([claimed], *UNSETTLED).values(reason=reason[:200], attempts=attempts)


def _pause(claimed: ClaimedMessage) -> timedelta:
    return timedelta(seconds=RETRY_PAUSES[min(claimed.attempts, len(RETRY_PAUSES) - 1)])
