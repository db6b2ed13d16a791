"""What is owed in one go: as many as one by one, each once."""

from datetime import timedelta

from sqlmodel import Session, col, select

from bot.checkins.schemas import ReminderDue
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.outbox import Debt, OwedNotice
from tests.makers import ANA, BOB, Office


def _debt(key: str, to: str = ANA, total: int = 1) -> Debt:
    notice = ReminderDue(reminder_id=new_id(), person_id=to, first_name="Ana", total=total, rows=())
    return Debt(notice, to, key)


def _owe(session: Session, *, debts: list[Debt], now: object) -> int:
    return outbox.owe_all(session, debts, now=now)  # type: ignore[arg-type]  # the runtime's instant


def _kept(office: Office) -> list[OwedNotice]:
    return list(office.look(lambda session: session.exec(select(OwedNotice).order_by(col(OwedNotice.key))).all()))


def test_many_are_owed_in_one_go_and_each_once(office: Office) -> None:
    """Of two with one key the first counts; keys that are owed already are left as they are."""
    assert office.do(_owe, debts=[_debt("a", total=1), _debt("a", total=2), _debt("b", BOB)]) == 2
    assert office.do(_owe, debts=[_debt("b", total=9), _debt("c")]) == 1
    assert office.do(_owe, debts=[]) == 0
    rows = _kept(office)
    assert [(row.key, row.recipient, row.body["total"]) for row in rows] == [
        ("a", ANA, 1),
        ("b", BOB, 1),
        ("c", ANA, 1),
    ]
    assert {row.state for row in rows} == {outbox.State.PENDING}


def test_more_than_fit_into_one_statement_are_owed(office: Office) -> None:
    """Twelve hundred, and then the same twelve hundred and one."""
    debts = [_debt(f"k{n:04}") for n in range(1201)]
    assert office.do(_owe, debts=debts[:1200]) == 1200
    assert office.do(_owe, debts=debts) == 1


def test_one_that_expires_waits_and_dies_like_any_other(office: Office) -> None:
    """Its times are kept."""
    now = office.runtime.clock.now()
    late = Debt(
        _debt("late").notice, ANA, "late", not_before=now + timedelta(hours=1), expires_at=now + timedelta(days=1)
    )
    assert office.do(_owe, debts=[late]) == 1
    [row] = _kept(office)
    assert (row.owed_at, row.not_before, row.expires_at) == (now, late.not_before, late.expires_at)
