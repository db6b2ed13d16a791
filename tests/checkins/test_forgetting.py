"""Forgetting, handing out and checking what the check-ins feature keeps."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot.checkins.queries.history import check, export
from bot.checkins.rules import Mood, Result
from bot.checkins.tables import Checkin, CustomerAction, Reminder, ReminderItem
from bot.checkins.usecases.recording import erase
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.clock import new_id
from bot.customers.tables import Customer
from tests.checkins.office import log, snooze, undo
from tests.makers import ANA, BOB, WORKSPACE, Office

MONDAY = date(2026, 11, 23)


def _erase(session: Session, *, kind: str, subject: str, now: Any) -> int:
    return erase(session, kind, subject, now)


def _export(session: Session, *, kind: str, subject: str, now: Any) -> Any:
    return export(session, kind, subject)


def _check(session: Session, *, now: Any) -> list[str]:
    return list(check(session, now))


def left(office: Office, table: type[SQLModel]) -> int:
    """How many rows of a table there are."""
    return int(office.look(lambda session: len(session.exec(select(table)).all())))


def test_a_forgotten_customer_leaves_no_trace_and_the_others_stay(office: Office) -> None:
    """Check-ins, actions and its rows in reminders go; the neighbour's are all there."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    shop = office.customer("Shop", owner=ANA, waited=40)
    office.do(enqueue_reminders, person_ids=[ANA], features=())
    for customer in (bakery, shop):
        log(office, customer, note="secret")
        log(office, customer, Result.TRIED)
    assert office.do(_erase, kind="customer", subject=str(bakery)) == 2 + 2 + 1
    kept = office.look(lambda session: session.exec(select(Checkin.customer_id)).all())
    assert set(kept) == {shop}
    assert (left(office, CustomerAction), left(office, ReminderItem), left(office, Reminder)) == (2, 1, 1)
    assert office.do(_erase, kind="customer", subject=str(bakery)) == 0
    assert office.do(_erase, kind="customer", subject=str(new_id())) == 0


def test_a_forgotten_person_loses_their_reminders_and_the_history_stays(office: Office) -> None:
    """What they recorded is the customer's history; other people's reminders stay."""
    for person in (ANA, BOB):
        office.customer(f"{person}'s", owner=person, waited=60)
    shop = office.customer("Shop", owner=ANA, waited=40)
    log(office, shop, Result.TRIED)
    office.do(enqueue_reminders, person_ids=[ANA], features=())
    assert office.do(_erase, kind="person", subject=ANA) == 3
    assert (left(office, Reminder), left(office, ReminderItem), left(office, Checkin)) == (0, 0, 1)
    assert office.do(_erase, kind="planet", subject="X") == 0


def test_an_export_tells_everything_once_and_undone_ones_as_undone(office: Office) -> None:
    """By customer and by person, as JSON values, oldest first."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    log(office, bakery, Result.TRIED, note="no answer")
    undo(office, log(office, bakery, note="talked", mood=Mood.UNEASY, next_step="send the list", by=ANA))
    told = office.ask(_export, kind="customer", subject=str(bakery))["checkins"]
    assert [(one["result"], one["note"], one["mood"]) for one in told] == [
        ("tried", "no answer", None),
        ("talked", "talked", "uneasy"),
    ]
    assert [bool(one["undone_at"]) for one in told] == [False, True]
    assert office.ask(_export, kind="person", subject=ANA)["checkins"] == told
    assert office.ask(_export, kind="person", subject=BOB)["checkins"] == []
    assert office.ask(_export, kind="planet", subject="X") == {}


def test_the_check_tells_of_a_clock_that_misses_a_contact(office: Office) -> None:
    """Nothing to say while all is well, after attempts, snoozes and undos; a sentence when a row was tampered with."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    snooze(office, bakery)
    log(office, bakery, Result.TRIED)
    undo(office, log(office, bakery))
    log(office, bakery, happened_on=MONDAY - timedelta(days=2))
    assert office.ask(_check) == []
    with office.runtime.database.transaction(WORKSPACE) as session:
        mine = col(Customer.id) == bakery
        session.execute(sa.update(Customer).where(mine).values(last_contact_on=MONDAY - timedelta(days=9)))
    [sentence] = office.ask(_check)
    assert "misses a recorded contact: 1" in sentence
