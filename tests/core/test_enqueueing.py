"""What is owed in one go: as many as one by one, each once."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.checkins.schemas import ReminderDue
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.outbox import NewNotification, OutboxMessage
from tests.makers import ANA, BOB, Office

pytestmark = pytest.mark.both_databases


def _new_notification(key: str, to: str = ANA, total: int = 1) -> NewNotification:
    notification = ReminderDue(reminder_id=new_id(), person_id=to, first_name="Ana", total=total, rows=())
    return NewNotification(notification, to, key)


def _enqueue(session: Session, *, notifications: list[NewNotification], now: object) -> int:
    return outbox.enqueue_all(session, notifications, now=now)  # type: ignore[arg-type]  # the runtime's instant


def _kept(office: Office) -> list[OutboxMessage]:
    return list(office.look(lambda session: session.exec(select(OutboxMessage).order_by(col(OutboxMessage.key))).all()))


def test_many_are_owed_in_one_go_and_each_once(office: Office) -> None:
    """Of two with one key the first counts; keys that are owed already are left as they are."""
    assert (
        office.do(
            _enqueue,
            notifications=[
                _new_notification("a", total=1),
                _new_notification("a", total=2),
                _new_notification("b", BOB),
            ],
        )
        == 2
    )
    assert office.do(_enqueue, notifications=[_new_notification("b", total=9), _new_notification("c")]) == 1
    assert office.do(_enqueue, notifications=[]) == 0
    rows = _kept(office)
    assert [(row.key, row.recipient, row.body["total"]) for row in rows] == [
        ("a", ANA, 1),
        ("b", BOB, 1),
        ("c", ANA, 1),
    ]
    assert {row.state for row in rows} == {outbox.DeliveryState.PENDING}


def test_more_than_fit_into_one_statement_are_owed(office: Office) -> None:
    """Twelve hundred, and then the same twelve hundred and one."""
    notifications = [_new_notification(f"k{n:04}") for n in range(1201)]
    assert office.do(_enqueue, notifications=notifications[:1200]) == 1200
    assert office.do(_enqueue, notifications=notifications) == 1


def test_one_that_expires_waits_and_dies_like_any_other(office: Office) -> None:
    """Its times are kept."""
    now = office.runtime.clock.now()
    late = NewNotification(
        _new_notification("late").notification,
        ANA,
        "late",
        not_before=now + timedelta(hours=1),
        expires_at=now + timedelta(days=1),
    )
    assert office.do(_enqueue, notifications=[late]) == 1
    [row] = _kept(office)
    assert (row.enqueued_at, row.not_before, row.expires_at) == (now, late.not_before, late.expires_at)
