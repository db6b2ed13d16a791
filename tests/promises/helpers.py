"""Short ways to do what this feature does, for its tests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from bot.core.outbox import OutboxMessage
from bot.promises.queries import PROMISES, get_list
from bot.promises.schemas import PromiseList, PromiseSchema
from bot.promises.tables import Promise
from bot.promises.usecases import keep_promise, record_promise, renegotiate_promise, withdraw_promise
from bot.promises.usecases.scheduled import break_overdue, inherit_orphaned, withdraw_inactive
from tests.checkins.office import remind
from tests.commitments.helpers import owed_notifications, stored_row, trail_of
from tests.makers import ANA, Office

FRIDAY = date(2026, 11, 27)


def promise(office: Office, customer: UUID, **more: Any) -> PromiseSchema:
    """Ana promised the price list by Friday."""
    wish = {"what": "send the new price list", "due_on": FRIDAY, "by": ANA, **more}
    schema: PromiseSchema = office.do(record_promise, customer_id=customer, **wish)
    return schema


def kept(office: Office, schema: PromiseSchema, by: str = ANA, **more: Any) -> PromiseSchema:
    """Say that it was kept."""
    ended: PromiseSchema = office.do(keep_promise, promise_id=schema.id, by=by, **more)
    return ended


def moved(office: Office, schema: PromiseSchema, due_on: date, by: str = ANA, **more: Any) -> PromiseSchema:
    """Agree on another day; the promise that takes its place."""
    wish = {"words": "they are away", "agreed": True, **more}
    new: PromiseSchema = office.do(renegotiate_promise, promise_id=schema.id, due_on=due_on, by=by, **wish)
    return new


def withdrawn(office: Office, schema: PromiseSchema, by: str = ANA, words: str = "no longer wanted") -> PromiseSchema:
    """Say that it isn't owed any more."""
    ended: PromiseSchema = office.do(withdraw_promise, promise_id=schema.id, words=words, by=by)
    return ended


def stored(office: Office, schema: PromiseSchema) -> Promise:
    """A promise as it is stored."""
    row: Promise = stored_row(office, PROMISES, schema.id)
    return row


def listed(office: Office, whose: str = f"p-{ANA}", viewer: str = ANA, page: int = 0) -> PromiseList:
    """A list as somebody sees it."""
    schema: PromiseList = office.ask(get_list, whose=whose, viewer=viewer, page=page)
    return schema


def owed(office: Office, kind: str = "", to: str = "") -> list[OutboxMessage]:
    """What this feature owes to Slack, oldest first."""
    return owed_notifications(office, f"promises.{kind}", to)


def trail(office: Office, schema: PromiseSchema) -> list[str]:
    """What the audit trail says of a promise, oldest first: who did what."""
    return trail_of(office, PROMISES, schema.id)


def tick(office: Office) -> int:
    """Let the clock do what it does about promises."""
    return sum(office.do(one) for one in (withdraw_inactive, inherit_orphaned, break_overdue)) + remind(office)


def at(office: Office, instant: datetime) -> None:
    """Go forward to that instant, and let the clock do its work there."""
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # tests have a clock that moves
    tick(office)
