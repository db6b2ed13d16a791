"""Reminders: one a working day at each owner's own hour; none when nothing waits, on days off, or muted."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.checkins.queries.reminders import get_reminder, list_due_reminders
from bot.checkins.rules import REMINDER_ROWS, Preset, Result
from bot.checkins.schemas import ReminderDue
from bot.checkins.tables import Reminder, ReminderItem
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.checkins.views.reminder import reminder as view
from bot.core.claiming import claim
from bot.core.clock import MovableClock, new_id
from bot.core.errors import NotFound
from bot.customers.rules.due import SnoozeReason
from bot.people.tables import Person
from jobs.reminding import send_morning_messages
from tests.checkins.office import at, go_away, log, owed, snooze, undo
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

MONDAY = date(2026, 11, 23)


def due(office: Office) -> list[str]:
    """Whose reminder is owed now."""
    return [one.person_id for one in office.ask(list_due_reminders, features=office.runtime.features) if one.waits]


def remind(office: Office, person: str = ANA) -> bool:
    """Owe that person their reminder."""
    made: int = office.do(enqueue_reminders, person_ids=[person], features=office.runtime.features)
    return made == 1


def notifications(office: Office) -> list[ReminderDue]:
    """The reminders that are owed."""
    return [
        ReminderDue.model_validate(notification.body)
        for notification in owed(office)
        if notification.kind == ReminderDue.kind
    ]


def change(office: Office, person: str, **fields: Any) -> None:
    """Change what a person set for themselves."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        row = session.get_one(Person, (WORKSPACE, person))
        for name, value in fields.items():
            setattr(row, name, value)


@pytest.fixture
def waiting(office: Office) -> Office:
    """One customer each of Ana, Bob and Kiri is neglected."""
    for person in (ANA, BOB, KIRI):
        office.customer(f"{person}'s", owner=person, waited=60)
    return office


def test_each_owner_is_reminded_at_nine_on_their_own_clock(waiting: Office) -> None:
    """Lisbon at 09:00 UTC, New York at 14:00, Auckland (their Tuesday) at 20:00 the evening before in UTC."""
    assert _enqueued_at(waiting, datetime(2026, 11, 23, 8, 59, tzinfo=UTC)) == [KIRI]  # still her Monday
    assert due(waiting) == [ANA, KIRI]
    at(waiting, datetime(2026, 11, 23, 13, 59, tzinfo=UTC))
    assert due(waiting) == [ANA]
    at(waiting, datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    assert due(waiting) == [ANA, BOB]
    at(waiting, datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    assert due(waiting) == [ANA, BOB, KIRI]


def test_a_reminder_comes_once_a_day_and_again_the_next(waiting: Office, clock: MovableClock) -> None:
    """Under one key a local date; two runs at once owe one."""
    assert remind(waiting)
    assert not remind(waiting)
    assert ANA not in due(waiting)
    clock.move(timedelta(days=1))
    assert remind(waiting)
    assert [notification.key for notification in owed(waiting)] == [
        f"reminder:{ANA}:2026-11-23",
        f"reminder:{ANA}:2026-11-24",
    ]


def test_nothing_waiting_means_no_message(office: Office) -> None:
    """Customers in cadence, snoozed, of others or of nobody remind nobody."""
    office.customer("Fine", owner=ANA, waited=3)
    office.customer("Pooled", waited=60)
    asked = office.customer("Asked", owner=ANA, waited=60)
    snooze(office, asked, Preset.WEEK, reason=SnoozeReason.CUSTOMER_ASKED)
    assert due(office) == []
    assert not remind(office)
    assert owed(office) == []


def test_no_message_on_days_off_holidays_or_away(waiting: Office) -> None:
    """Saturday; 1 December, a holiday in Portugal; days away. The day after, it comes."""
    at(waiting, datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert ANA not in due(waiting)
    go_away(waiting, ANA, MONDAY + timedelta(days=7), MONDAY + timedelta(days=7))
    at(waiting, datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert ANA not in due(waiting)
    at(waiting, datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert ANA not in due(waiting)
    at(waiting, datetime(2026, 12, 2, 9, tzinfo=UTC))
    assert ANA in due(waiting)


def test_a_mute_or_leaving_silences(waiting: Office) -> None:
    """Muted reminders, a deactivated person."""
    change(waiting, ANA, mutes=["reminders"])
    assert ANA not in due(waiting)
    assert not remind(waiting)
    change(waiting, ANA, mutes=["news"])
    assert ANA in due(waiting)
    change(waiting, ANA, is_deactivated=True)
    assert ANA not in due(waiting)


def test_their_own_hour_and_days_count(waiting: Office, clock: MovableClock) -> None:
    """Somebody who works on Saturdays at half past seven is reminded then."""
    change(waiting, ANA, hour=time(7, 30), working_days="5", country=None)
    assert ANA not in due(waiting)
    at(waiting, datetime(2026, 11, 28, 7, 29, tzinfo=UTC))
    assert ANA not in due(waiting)
    clock.move(timedelta(minutes=1))
    assert ANA in due(waiting)


def test_a_late_run_catches_up_the_same_day_but_never_the_day_after(waiting: Office) -> None:
    """Eleven at night still counts; what wasn't sent by midnight expires; after midnight it is the next day's."""
    at(waiting, datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    assert remind(waiting)
    [notification] = owed(waiting)
    assert notification.expires_at == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    at(waiting, datetime(2026, 11, 24, 0, 30, tzinfo=UTC))
    assert ANA not in due(waiting)
    assert waiting.do(claim) == []


def test_a_cover_is_reminded_of_the_absent_colleagues_customers(waiting: Office) -> None:
    """In one message with their own, and told for whom; the absent one hears nothing."""
    go_away(waiting, ANA, MONDAY, MONDAY, cover=BOB)
    at(waiting, datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    assert due(waiting) == [BOB]
    assert remind(waiting, BOB)
    [notification] = notifications(waiting)
    assert [(row.customer.name, row.for_whom) for row in notification.rows] == [
        (f"{ANA}'s", "Ana Lima"),
        (f"{BOB}'s", None),
    ]


def test_a_cover_with_nothing_of_their_own_is_reminded_too(waiting: Office) -> None:
    """Mara owns no customers but covers for Ana."""
    go_away(waiting, ANA, MONDAY, MONDAY, cover=MARA)
    assert due(waiting) == [KIRI, MARA]


def test_without_a_cover_customers_wait_until_the_owner_is_back(waiting: Office) -> None:
    """Nobody is reminded of them meanwhile; a cover who left covers nobody."""
    go_away(waiting, ANA, MONDAY, MONDAY + timedelta(days=1))
    assert due(waiting) == [KIRI]
    go_away(waiting, KIRI, MONDAY, MONDAY + timedelta(days=1), cover=MARA)
    change(waiting, MARA, is_deactivated=True)
    at(waiting, datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    assert due(waiting) == [BOB]


def test_at_most_ten_customers_and_the_rest_counted(office: Office) -> None:
    """The longest waits; the count in the notification is of all."""
    for number in range(REMINDER_ROWS + 3):
        office.customer(f"C{number:02}", owner=ANA, waited=31 + number)
    assert remind(office)
    [notification] = notifications(office)
    assert [row.customer.name for row in notification.rows] == [f"C{number:02}" for number in reversed(range(3, 13))]
    assert notification.total == 13
    assert notification.first_name == "Ana"
    items = office.look(lambda session: session.exec(select(ReminderItem)).all())
    assert sorted(item.position for item in items) == list(range(10))


def test_a_reminder_drawn_anew_tells_what_was_done_since(waiting: Office, clock: MovableClock) -> None:
    """By whom too; and after an undo the row waits again."""
    remind(waiting)
    [reminder] = waiting.look(lambda session: session.exec(select(Reminder)).all())
    [first] = notifications(waiting)
    customer = first.rows[0].customer.id

    def now() -> ReminderDue:
        schema: ReminderDue = waiting.ask(
            get_reminder, reminder_id=reminder.id, viewer=ANA, features=waiting.runtime.features
        )
        return schema

    assert view(now()) == view(first)
    clock.move(timedelta(minutes=1))
    log(waiting, customer, Result.TRIED)
    clock.move(timedelta(minutes=1))
    done = log(waiting, customer, by=MARA)
    row = now().rows[0]
    assert (row.done, row.done_by, row.customer_action_id) == ("talked · next 23 Dec", MARA, done.customer_action_id)
    undo(waiting, done, by=MARA)
    assert now().rows[0].done_by is None
    with pytest.raises(NotFound):
        waiting.ask(get_reminder, reminder_id=reminder.id, viewer=BOB, features=())
    with pytest.raises(NotFound):
        waiting.ask(get_reminder, reminder_id=new_id(), viewer=ANA, features=())


@pytest.mark.parametrize(
    ("person", "zone", "hour", "before", "instant"),
    [
        # clocks jump from 01:00 to 02:00: half past one comes at two
        (ANA, "Europe/Lisbon", time(1, 30), "2027-03-28T00:59", "2027-03-28T01:00"),
        # clocks go back from 02:00 to 01:00: half past one comes once, the first time
        (BOB, "America/New_York", time(1, 30), "2026-11-01T05:29", "2026-11-01T05:30"),
        (KIRI, "Pacific/Auckland", time(2, 30), "2027-09-25T13:59", "2027-09-25T14:00"),
    ],
)
def test_the_hour_comes_once_when_clocks_change(
    office: Office, person: str, zone: str, hour: time, before: str, instant: str
) -> None:
    """An hour that is skipped or shown twice still brings one reminder."""
    change(office, person, hour=hour, working_days="0123456", country=None, zone=zone)
    office.customer("Bakery", owner=person, added_on=date(2026, 1, 1))
    comes = datetime.fromisoformat(f"{instant}+00:00")
    assert _enqueued_at(office, datetime.fromisoformat(f"{before}+00:00")) == []
    assert _enqueued_at(office, comes) == [person]
    office.do(enqueue_reminders, person_ids=[person], features=(), now=comes)
    assert _enqueued_at(office, comes + timedelta(hours=1)) == []


async def test_the_job_reminds_everybody_whose_turn_it_is_once(waiting: Office) -> None:
    """Over all workspaces; a second run has nothing to do. Mara reads who of them hasn't acted."""
    assert await send_morning_messages(waiting.runtime) == 3
    assert await send_morning_messages(waiting.runtime) == 0
    at(waiting, datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    assert await send_morning_messages(waiting.runtime) == 2
    assert sorted(notification.recipient for notification in owed(waiting)) == [
        ANA,
        BOB,
        KIRI,
        KIRI,
        MARA,
    ]  # Kiri's Monday and Tuesday


def _enqueued_at(office: Office, instant: datetime) -> list[str]:
    due = office.ask(list_due_reminders, features=office.runtime.features, now=instant)
    return [one.person_id for one in due if one.waits]
