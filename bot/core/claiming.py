"""Which messages of the outbox are sent next: one to each recipient, in its hours, replies behind what they answer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.core.database import locks_rows
from bot.core.outbox import LEASE, QUIET_TIME, ClaimedMessage, DeliveryState, OutboxMessage, said_between
from bot.core.restores import LAST_RESTORED, Restore

PACE = timedelta(seconds=0.85)
"""
Between two messages to one recipient, from all processes. Slack takes one a second, and a post begins a tenth of a
second or two after its message was chosen: of 200 channels with many messages, each gets 0.98 a second.
"""

Address = tuple[str, str]
"""A workspace and the person or channel in it."""

Openings = Callable[[Session, Collection[Address], datetime], Mapping[Address, datetime]]
"""`openings(session, addresses, now)`: return when each may be written to: *now*, or the next time after it."""


@locks_rows
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
    for each recipient that nothing is, or was just, being sent to; with *openings*, those that come outside the hours
    of their recipient wait for them. Those that may have been sent already, whose quiet time is over, are to be looked
    for; so are those that may have been sent before a backup was restored. Those that have expired are given up.
    """
    claimed_messages = []
    found = session.exec(_due(now, limit, passed_over)).all()
    while openings and _hold_back(session, [row for row, _ in found], openings, now=now):
        found = session.exec(_due(now, limit, passed_over)).all()
    for row, restore in found:
        gap = restore.gap if restore is not None else None
        may_be_sent = row.state in {DeliveryState.SENDING, DeliveryState.UNKNOWN}
        if not may_be_sent and row.expires_at is not None and row.expires_at <= now:
            row.state, row.reason, row.finished_at = DeliveryState.DEAD, "expired", now
            continue
        ready, reply_to_ts = _thread_of(session, row, now) if row.reply_to else (True, None)
        said_from, said_until = said_between(row, gap) if may_be_sent or ready else (None, None)
        if said_from is not None:
            row.state, row.not_before, row.lease_until = DeliveryState.UNKNOWN, now + LEASE, None
        elif ready:
            row.state, row.lease_until = DeliveryState.CLAIMED, now + LEASE
        else:
            continue
        row.fence += 1
        claimed = ClaimedMessage.model_validate(row, from_attributes=True)
        about = {"reply_to_ts": reply_to_ts, "said_from": said_from, "said_until": said_until}
        claimed_messages.append(claimed.model_copy(update=about))
    return claimed_messages


def _due(now: datetime, limit: int, passed_over: sa.Select[tuple[str]] | None) -> Any:
    """
    Select what waits to be sent, also where its claim ended before that, and what may have been sent, each with the
    last restore of a backup if there was one.

    Of those to be sent it selects the first for each recipient, and none while another is on its way to the same one or
    the message that it answers isn't sent: so that what can't be sent yet is never in the way of what can.
    """
    turns = _in_turn(now, passed_over).subquery()
    is_free = sa.and_(~_being_sent(turns, now), ~_just_sent(turns, now))
    query = (
        select(OutboxMessage, Restore)
        .join(turns, turns.c.id == col(OutboxMessage.id))
        .outerjoin(Restore, col(Restore.restored_at) == LAST_RESTORED)
        .where(turns.c.turn == 1, sa.or_(turns.c.may_be_sent, is_free), sa.or_(_may_be_sent(now), _unsent(now)))
    )
    ordered = query.order_by(col(OutboxMessage.not_before), col(OutboxMessage.id)).limit(limit)
    return ordered.with_for_update(skip_locked=True, of=OutboxMessage)


def _in_turn(now: datetime, passed_over: sa.Select[tuple[str]] | None) -> Any:
    """
    Select the `turn` of each due message among those of its recipient, from 1 on, without replies that have to wait.

    What they answer is joined, and who may be written to is asked for each recipient: PostgreSQL overrates conditions
    on every message so much that it would look for the messages of the result in all of the outbox.
    """
    answered = aliased(OutboxMessage)
    is_it = sa.and_(
        col(answered.workspace_id) == col(OutboxMessage.workspace_id), col(answered.key) == col(OutboxMessage.reply_to)
    )
    is_settled = sa.or_(
        col(answered.id).is_(None), col(answered.ts).is_not(None), col(answered.state) == DeliveryState.DEAD
    )
    address = (col(OutboxMessage.workspace_id), col(OutboxMessage.recipient))
    may_be_sent = _may_be_sent(now)
    turn = sa.func.row_number().over(
        partition_by=(*address, may_be_sent), order_by=(col(OutboxMessage.not_before), col(OutboxMessage.id))
    )
    query = (
        sa.select(col(OutboxMessage.id), *address, may_be_sent.label("may_be_sent"), turn.label("turn"))
        .outerjoin(answered, is_it)
        .where(sa.or_(may_be_sent, sa.and_(_unsent(now), is_settled)))
    )
    return query if passed_over is None else query.where(col(OutboxMessage.workspace_id).not_in(passed_over))


def _may_be_sent(now: datetime) -> Any:
    """Return the SQL of whether a message may have been sent already and its quiet time is over."""
    state = col(OutboxMessage.state)
    return sa.or_(
        sa.and_(state == DeliveryState.UNKNOWN, col(OutboxMessage.not_before) <= now),
        sa.and_(state == DeliveryState.SENDING, col(OutboxMessage.lease_until) <= now - QUIET_TIME),
    )


def _unsent(now: datetime) -> Any:
    """Return the SQL of whether a message is due to be sent, also one whose claim ended before that."""
    state = col(OutboxMessage.state)
    return sa.or_(
        sa.and_(state == DeliveryState.PENDING, col(OutboxMessage.not_before) <= now),
        sa.and_(state == DeliveryState.CLAIMED, col(OutboxMessage.lease_until) <= now),
    )


def _being_sent(turns: Any, now: datetime) -> Any:
    """Return the SQL of whether a message to the recipient of one of *turns* is claimed or being sent."""
    other = aliased(OutboxMessage)
    states = [DeliveryState.CLAIMED, DeliveryState.SENDING]
    return _to_the_same(turns, other).where(col(other.state).in_(states), col(other.lease_until) > now).exists()


def _just_sent(turns: Any, now: datetime) -> Any:
    """
    Return the SQL of whether something was sent to the recipient of one of *turns* less than `PACE` ago.

    What was sent at this very instant doesn't count, so that everything goes out while a test's clock stands still.
    """
    other = aliased(OutboxMessage)
    return _to_the_same(turns, other).where(col(other.posted_at) > now - PACE, col(other.posted_at) < now).exists()


def _to_the_same(turns: Any, other: Any) -> Any:
    return sa.select(col(other.id)).where(
        col(other.workspace_id) == turns.c.workspace_id, col(other.recipient) == turns.c.recipient
    )


def _hold_back(session: Session, rows: Sequence[OutboxMessage], openings: Openings, *, now: datetime) -> int:
    """
    Let what goes to the recipients of *rows* wait where they may not be written to yet; return how many messages do.

    Messages that come at any hour, and those that have expired, are left as they are.
    """
    unsent = {DeliveryState.PENDING, DeliveryState.CLAIMED}
    fresh = [row for row in rows if row.state in unsent and (row.expires_at is None or row.expires_at > now)]
    waiting = {(row.workspace_id, row.recipient) for row in fresh if not row.at_any_hour}
    opening = openings(session, waiting, now) if waiting else {}
    closed: dict[datetime, list[Address]] = {}
    for address, at in opening.items():
        if at > now:
            closed.setdefault(at, []).append(address)
    return sum(_postpone(session, addresses, at, now) for at, addresses in closed.items())


def _postpone(session: Session, addresses: Sequence[Address], until: datetime, now: datetime) -> int:
    """Let what is due to these recipients, and doesn't come at any hour, wait *until* then; return how many do."""
    address = sa.tuple_(col(OutboxMessage.workspace_id), col(OutboxMessage.recipient))
    theirs = sa.update(OutboxMessage).where(
        address.in_(addresses),
        col(OutboxMessage.at_any_hour).is_(False),
        sa.or_(col(OutboxMessage.expires_at).is_(None), col(OutboxMessage.expires_at) > now),
        _unsent(now),
    )
    again = {"state": DeliveryState.PENDING, "not_before": until, "lease_until": None, "reason": None}
    return session.exec(theirs.values(fence=col(OutboxMessage.fence) + 1, **again)).rowcount


def _thread_of(session: Session, row: OutboxMessage, now: datetime) -> tuple[bool, str | None]:
    """Return whether *row* may be sent into its thread, and the ts of that; give it up where the thread never began."""
    first = session.exec(
        select(OutboxMessage).where(OutboxMessage.workspace_id == row.workspace_id, OutboxMessage.key == row.reply_to)
    ).first()
    if first is None or first.state is DeliveryState.DEAD:
        row.state, row.reason, row.finished_at = DeliveryState.DEAD, "the message it answers was never sent", now
        return False, None
    return first.ts is not None, first.ts
