"""
What is owed to Slack, and what has come from it.

A use case stores a notice in its own transaction; a job delivers it once. States:
`pending → claimed → sending → sent | dead | unknown`, and `unknown → sent | pending` after looking back in the channel.
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
from bot.core.schemas import Notice, Schema

LEASE = timedelta(seconds=30)
QUIET_TIME = timedelta(seconds=20)  # after an unclear answer, before looking whether the message is there
KEY_LENGTH = 200
KEYS_AT_ONCE = 500  # in one statement
RETRY_PAUSES = (1, 5, 15, 60, 300)  # seconds after the first, second … failed try; the last one repeats
MOST_ATTEMPTS = 12


class State(StrEnum):
    """Where a notice is on its way."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "unknown"


class OwedNotice(Row, table=True):
    """A notice that Slack has to carry to a person or a channel, once."""

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
    state: State = Field(default=State.PENDING, sa_type=choice(State))
    owed_at: datetime
    not_before: datetime
    expires_at: datetime | None = None
    fence: int = 0
    lease_until: datetime | None = None
    attempts: int = 0
    channel: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    settled_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=200)


class Received(Row, table=True):
    """An event, click or submission that has had its effect."""

    __tablename__ = "inbox"
    __table_args__ = within_workspace(
        sa.UniqueConstraint("workspace_id", "source", "external_id"), sa.Index(None, "received_at")
    )

    source: str = Field(max_length=40)
    external_id: str = Field(max_length=255)
    received_at: datetime


@dataclass(frozen=True)
class Debt:
    """One notice that is to be owed, with the same words as `owe` takes."""

    notice: Notice
    to: str
    key: str
    not_before: datetime | None = None
    expires_at: datetime | None = None
    reply_to: str | None = None


class Parcel(Schema):
    """A notice that was claimed for sending: what it says, where it goes, and the fence of the claim."""

    id: UUID
    workspace_id: str
    key: str
    kind: str
    body: dict[str, Any]
    recipient: str
    owed_at: datetime
    reply_to_ts: str | None = None
    channel: str | None = None
    fence: int
    attempts: int


def owe(
    session: Session,
    notice: Notice,
    *,
    to: str,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    reply_to: str | None = None,
) -> bool:
    """
    Owe *notice* to the person or channel *to*, under a *key* unique in the workspace.

    *reply_to* is the key of the notice in whose thread this one belongs; it waits until that one was sent.
    Returns False when the same key is owed already: nothing is said twice.
    """
    debt = Debt(notice, to, key, not_before=not_before, expires_at=expires_at, reply_to=reply_to)
    return owe_all(session, [debt], now=now) == 1


def owe_all(session: Session, debts: Sequence[Debt], *, now: datetime) -> int:
    """Like `owe`, for many in a few statements; returns how many were not owed before."""
    session.flush()
    workspace = workspace_of(session)
    fresh = {debt.key: debt for debt in reversed(debts)}
    for known in _known_keys(session, workspace, list(fresh)):
        del fresh[known]
    rows = [_owed(workspace, debt, now) for debt in debts if fresh.get(debt.key) is debt]
    if rows:
        session.execute(sa.insert(OwedNotice), rows)
    return len(rows)


def _known_keys(session: Session, workspace: str, keys: Sequence[str]) -> list[str]:
    """Which of these keys are owed already."""
    known: list[str] = []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = col(OwedNotice.key).in_(keys[start : start + KEYS_AT_ONCE])
        known += session.exec(select(OwedNotice.key).where(OwedNotice.workspace_id == workspace, some)).all()
    return known


def _owed(workspace: str, debt: Debt, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace,
        "key": debt.key,
        "kind": debt.notice.kind,
        "body": debt.notice.model_dump(mode="json"),
        "recipient": debt.to,
        "reply_to": debt.reply_to,
        "owed_at": now,
        "not_before": debt.not_before or now,
        "expires_at": debt.expires_at,
        "state": State.PENDING,
        "fence": 0,
        "attempts": 0,
    }


def first_time(session: Session, source: str, external_id: str, *, now: datetime) -> bool:
    """Note that *external_id* from *source* has its effect now; False when it had it before."""
    known = select(Received.id).where(
        Received.workspace_id == workspace_of(session),
        Received.source == source,
        Received.external_id == external_id,
    )
    if session.exec(known).first():
        return False
    session.add(Received(source=source, external_id=external_id, received_at=now))
    session.flush()
    return True


def require_first(session: Session, view_id: str, *, now: datetime) -> None:
    """
    Let a form (or a press) have its effect once; "" always has it.

    Raises:
        AlreadyDone: it had it before.
    """
    if view_id and not first_time(session, "view", view_id, now=now):
        raise AlreadyDone("That is saved already; you can close the window.")


def claim(session: Session, *, now: datetime, limit: int = 20) -> list[Parcel]:
    """Take up to *limit* notices whose time has come, of all workspaces, one a recipient, for `LEASE`."""
    _give_up_expired(session, now)
    rows = session.exec(_claimable(now, limit)).all()
    parcels, recipients = [], set()
    for row in rows:
        ready, reply_to_ts = _thread_of(session, row)
        if not ready or (row.workspace_id, row.recipient) in recipients:
            continue
        recipients.add((row.workspace_id, row.recipient))
        row.state, row.fence, row.lease_until = State.CLAIMED, row.fence + 1, now + LEASE
        parcels.append(_parcel(row, reply_to_ts))
    return parcels


def mark_sending(session: Session, *, parcel: Parcel, channel: str, now: datetime) -> bool:
    """Say, before the one POST, that it is about to be made; False when the claim was lost meanwhile."""
    row = _held(session, parcel, State.CLAIMED)
    if row is None or row.lease_until is None or row.lease_until <= now:
        return False
    row.state, row.attempts, row.channel = State.SENDING, row.attempts + 1, channel
    return True


def settle_sent(session: Session, *, parcel: Parcel, channel: str, ts: str, now: datetime) -> None:
    """Slack took it."""
    row = _held(session, parcel, State.SENDING, State.UNKNOWN)
    if row is not None:
        row.state, row.channel, row.ts, row.settled_at, row.reason = State.SENT, channel, ts, now, None


def settle_dead(session: Session, *, parcel: Parcel, reason: str, now: datetime) -> bool:
    """Slack refused it for good; True when this call was the one that gave up."""
    row = _held(session, parcel, State.CLAIMED, State.SENDING, State.UNKNOWN)
    if row is None:
        return False
    row.state, row.reason, row.settled_at = State.DEAD, reason[:200], now
    return True


def settle_unknown(session: Session, *, parcel: Parcel, reason: str, now: datetime) -> None:
    """Nobody can tell whether Slack took it: look back after a quiet time."""
    row = _held(session, parcel, State.CLAIMED, State.SENDING, State.UNKNOWN)
    if row is not None:
        row.state, row.reason, row.not_before, row.lease_until = State.UNKNOWN, reason[:200], now + QUIET_TIME, None


def put_back(session: Session, *, parcel: Parcel, after: timedelta | None, reason: str, now: datetime) -> None:
    """It was certainly not sent: try again *after* that time, or after a growing pause."""
    row = _held(session, parcel, State.CLAIMED, State.SENDING, State.UNKNOWN)
    if row is None:
        return
    pause = after or timedelta(seconds=RETRY_PAUSES[min(row.attempts, len(RETRY_PAUSES) - 1)])
    if row.attempts >= MOST_ATTEMPTS:
        row.state, row.settled_at = State.DEAD, now
    else:
        row.state, row.not_before, row.lease_until = State.PENDING, now + pause, None
    row.reason = reason[:200]


def hold_channel(session: Session, *, parcel: Parcel, until: datetime, now: datetime) -> None:
    """Slack asked this channel to wait: nothing goes there before *until*. Other channels go on."""
    put_back(session, parcel=parcel, after=until - now, reason="ratelimited", now=now)
    session.exec(
        sa.update(OwedNotice)
        .where(
            col(OwedNotice.workspace_id) == parcel.workspace_id,
            col(OwedNotice.recipient) == parcel.recipient,
            col(OwedNotice.state) == State.PENDING,
            col(OwedNotice.not_before) < until,
        )
        .values(not_before=until)
    )


def claim_unclear(session: Session, *, now: datetime, limit: int = 20) -> list[Parcel]:
    """Notices whose sending nobody finished or understood, whose quiet time is over; held by a new fence."""
    abandoned = sa.and_(col(OwedNotice.state) == State.SENDING, col(OwedNotice.lease_until) <= now - QUIET_TIME)
    unclear = sa.and_(col(OwedNotice.state) == State.UNKNOWN, col(OwedNotice.not_before) <= now)
    query = select(OwedNotice).where(sa.or_(abandoned, unclear)).order_by(col(OwedNotice.not_before)).limit(limit)
    parcels = []
    for row in session.exec(query.with_for_update(skip_locked=True)).all():
        row.state, row.fence = State.UNKNOWN, row.fence + 1
        row.not_before, row.lease_until = now + LEASE, None
        parcels.append(_parcel(row, _thread_of(session, row)[1]))
    return parcels


def list_unsettled(session: Session, *, now: datetime) -> Sequence[OwedNotice]:
    """What is still on its way, oldest first; for `doctor` and tests."""
    waiting = [State.PENDING, State.CLAIMED, State.SENDING, State.UNKNOWN]
    query = select(OwedNotice).where(col(OwedNotice.state).in_(waiting), col(OwedNotice.not_before) <= now)
    return session.exec(query.order_by(col(OwedNotice.not_before))).all()


def forget_old(session: Session, *, before: datetime) -> int:
    """Drop what was settled or received before that instant; returns how many rows went."""
    done = sa.delete(OwedNotice).where(
        col(OwedNotice.settled_at) < before, col(OwedNotice.state).in_([State.SENT, State.DEAD])
    )
    seen = sa.delete(Received).where(col(Received.received_at) < before)
    return sum(session.exec(statement).rowcount for statement in (done, seen))


def _claimable(now: datetime, limit: int) -> Any:
    """Pending ones, and claimed ones whose claimer went away before it said that it would send."""
    lapsed = sa.and_(col(OwedNotice.state) == State.CLAIMED, col(OwedNotice.lease_until) <= now)
    waiting = sa.and_(col(OwedNotice.state) == State.PENDING, col(OwedNotice.not_before) <= now)
    query = select(OwedNotice).where(sa.or_(waiting, lapsed))
    return query.order_by(col(OwedNotice.not_before), col(OwedNotice.id)).limit(limit).with_for_update(skip_locked=True)


def _give_up_expired(session: Session, now: datetime) -> None:
    session.exec(
        sa.update(OwedNotice)
        .where(
            col(OwedNotice.state) == State.PENDING,
            col(OwedNotice.not_before) <= now,
            col(OwedNotice.expires_at) <= now,
        )
        .values(state=State.DEAD, reason="expired", settled_at=now)
    )


def _thread_of(session: Session, row: OwedNotice) -> tuple[bool, str | None]:
    """Whether *row* may go, and the ts of the thread it goes to."""
    if row.reply_to is None:
        return True, None
    first = session.exec(
        select(OwedNotice).where(OwedNotice.workspace_id == row.workspace_id, OwedNotice.key == row.reply_to)
    ).first()
    if first is None or first.state is State.DEAD:
        row.state, row.reason = State.DEAD, "the message it answers was never sent"
        return False, None
    return first.ts is not None, first.ts


def _held(session: Session, parcel: Parcel, *states: State) -> OwedNotice | None:
    """The row, if the claim behind *parcel* still holds it."""
    query = select(OwedNotice).where(
        OwedNotice.id == parcel.id, OwedNotice.fence == parcel.fence, col(OwedNotice.state).in_(states)
    )
    return session.exec(query.with_for_update()).first()


def _parcel(row: OwedNotice, reply_to_ts: str | None) -> Parcel:
    return Parcel(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.key,
        kind=row.kind,
        body=row.body,
        recipient=row.recipient,
        owed_at=row.owed_at,
        reply_to_ts=reply_to_ts,
        channel=row.channel,
        fence=row.fence,
        attempts=row.attempts,
    )
