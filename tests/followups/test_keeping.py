"""What the clock does: reminders in each one's morning, lateness told once, nothing left with nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.runtime import Runtime
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.followups.queries import check
from bot.followups.rules import FollowupState
from bot.followups.usecases import complete_followup, move_followup
from bot.home.usecases import sync_people_and_customers
from bot.people.queries import find_person_row
from bot.people.schemas import SlackPerson
from jobs.reminding import send_morning_messages
from tests.checkins.office import at, go_away, remind, told
from tests.followups.helpers import FRIDAY, assign, keep, owed, stored, trail
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office


def left(person: str, name: str) -> SlackPerson:
    """Somebody deactivated in Slack."""
    return SlackPerson(id=person, name=name, is_deactivated=True)


@pytest.mark.parametrize(
    ("person", "hour"),
    [
        (KIRI, datetime(2026, 11, 26, 20, tzinfo=UTC)),  # nine on Friday in Auckland
        (ANA, datetime(2026, 11, 27, 9, tzinfo=UTC)),
        (BOB, datetime(2026, 11, 27, 14, tzinfo=UTC)),
    ],
)
def test_each_is_reminded_at_nine_of_their_own_friday_once(office: Office, person: str, hour: datetime) -> None:
    """Not a minute before, and not twice."""
    assign(office, office.customer("Acme"), assignee_id=person)
    at(office, hour - timedelta(minutes=1))
    keep(office)
    assert told(office, "asked") == []
    at(office, hour)
    keep(office)
    keep(office)
    [(message, _)] = told(office, "asked")
    assert (message.recipient, message.key) == (person, f"reminder:{person}:2026-11-27")


def test_what_is_late_stands_in_each_reminder_until_it_is_done(office: Office) -> None:
    """Every working day of Ana's; Tuesday is a holiday in Portugal."""
    schema = assign(office, office.customer("Acme"))
    days = []
    for day in range(4, 15):
        at(office, datetime(2026, 11, 23, 10, tzinfo=UTC) + timedelta(days=day))
        keep(office)
        days.append(len(told(office, "asked")))
    assert days == [1, 1, 1, 2, 2, 3, 4, 5, 5, 5, 6]
    assert [section.rows[0].days for _, section in told(office, "asked")] == [1, 2, 3, 4, 5, 6]
    office.do(complete_followup, followup_id=schema.id, by=ANA)
    at(office, datetime(2026, 12, 14, 10, tzinfo=UTC))
    keep(office)
    assert len(told(office, "asked")) == 6


def test_all_that_is_due_stands_in_one_message(office: Office) -> None:
    """Late ones first; five rows, and how many more."""
    acme = office.customer("Acme")
    for number in range(12):
        assign(office, acme, what=f"thing {number}")
    at(office, datetime(2026, 11, 27, 9, tzinfo=UTC))
    keep(office)
    [(_, section)] = told(office, "asked")
    assert (len(section.rows), section.more) == (5, 7)
    assert (section.lead, section.counted) == ("follow-ups about Acme and 11 more are due", "12 follow-ups are due")
    assert remind(office, ANA) == 0


def test_who_is_away_on_the_day_is_reminded_before(office: Office) -> None:
    """Ana is off from Thursday on; Wednesday is her last chance."""
    assign(office, office.customer("Acme"))
    go_away(office, ANA, date(2026, 11, 26), date(2026, 12, 4))
    at(office, datetime(2026, 11, 25, 9, tzinfo=UTC))
    keep(office)
    assert [row.recipient for row, _ in told(office, "asked")] == [ANA]


def test_the_hour_holds_across_a_change_of_clocks(office: Office) -> None:
    """New York springs forward on 14 March 2027: nine is 13:00 UTC on Monday, no longer 14:00."""
    assign(office, office.customer("Acme"), assignee_id=BOB, due_on=date(2027, 3, 15))
    at(office, datetime(2027, 3, 15, 12, 59, tzinfo=UTC))
    keep(office)
    assert told(office, "asked") == []
    at(office, datetime(2027, 3, 15, 13, 0, tzinfo=UTC))
    keep(office)
    assert len(told(office, "asked")) == 1


def test_reminders_can_be_switched_off(office: Office) -> None:
    """Lateness is said to who asked all the same."""
    assign(office, office.customer("Acme"))
    with office.runtime.database.transaction(WORKSPACE) as session:
        ana = find_person_row(session, ANA)
        assert ana is not None
        ana.mutes = ["reminders"]
    at(office, datetime(2026, 12, 3, 10, tzinfo=UTC))
    keep(office)
    assert told(office, "asked") == []
    assert len(told(office, "given")) == 1


def test_who_asked_hears_of_it_from_two_working_days_late_on(office: Office) -> None:
    """Due Friday: from Tuesday on in Mara's reminders, not in the others', until it has another day."""
    schema = assign(office, office.customer("Acme"))
    at(office, datetime(2026, 12, 1, 8, 59, tzinfo=UTC))
    keep(office)
    assert told(office, "given") == []
    for hour in range(30):
        at(office, datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(hours=hour))
        keep(office)
    assert [(row.recipient, section.rows[0].days) for row, section in told(office, "given")] == [(MARA, 1), (MARA, 2)]
    office.do(move_followup, followup_id=schema.id, due_on=date(2026, 12, 4), by=ANA)
    at(office, datetime(2026, 12, 3, 9, tzinfo=UTC))
    keep(office)
    assert len(told(office, "given")) == 2


def test_ones_own_lateness_is_nobody_elses_news(office: Office) -> None:
    """Ana asked herself."""
    assign(office, office.customer("Acme"), by=ANA)
    at(office, datetime(2026, 12, 4, 10, tzinfo=UTC))
    keep(office)
    assert told(office, "given") == []


def test_the_work_of_somebody_who_left_goes_back_to_who_gave_it(office: Office) -> None:
    """With a trail, and a message that says why."""
    schema = assign(office, office.customer("Acme", owner=BOB))
    office.do(sync_people_and_customers, people=[left(ANA, "Ana Lima")], complete=False)
    assert office.ask(check) != []
    assert keep(office) == 1
    assert stored(office, schema).assignee_id == MARA
    [message] = owed(office, "given", to=MARA)
    assert message.body["returned_from"] == "Ana Lima"
    assert trail(office, schema)[1:] == ["bot followup.returned"]
    assert keep(office) == 0
    assert office.ask(check) == []


def test_own_work_of_somebody_who_left_goes_to_the_owner_else_to_a_manager(office: Office) -> None:
    """Nobody's work is ever nobody's."""
    bobs = assign(office, office.customer("Acme", owner=BOB), by=ANA)
    pooled = assign(office, office.customer("Golddex"), by=ANA)
    office.do(sync_people_and_customers, people=[left(ANA, "Ana Lima")], complete=False)
    keep(office)
    assert stored(office, bobs).assignee_id == BOB
    assert stored(office, pooled).assignee_id == MARA


def test_losing_a_customer_closes_what_is_open_and_says_so(office: Office) -> None:
    """To who has it and who asked; with the reason."""
    acme = office.customer("Acme")
    schema, other = assign(office, acme), assign(office, office.customer("Golddex"))
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="went bankrupt", by=BOB)
    keep(office)
    row = stored(office, schema)
    assert (row.state, row.reason) == (FollowupState.CANCELLED, "the customer is lost: went bankrupt")
    assert sorted(news.recipient for news in owed(office, "news")) == [ANA, MARA]
    assert stored(office, other).state is FollowupState.OPEN
    assert keep(office) == 0


def test_a_pause_leaves_follow_ups_open(office: Office) -> None:
    """Paused customers are still ours."""
    acme = office.customer("Acme")
    schema = assign(office, acme)
    office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="holiday", by=BOB)
    keep(office)
    assert stored(office, schema).state is FollowupState.OPEN


def test_a_reminder_asked_for_too_early_is_not_owed(office: Office) -> None:
    """The use case looks again, whoever calls it."""
    assign(office, office.customer("Acme"))
    assert remind(office, ANA) == 0


async def test_the_job_does_it_all_for_every_workspace(runtime: Runtime, office: Office) -> None:
    """One pass; the next one finds nothing."""
    assign(office, office.customer("Acme"), due_on=date(2026, 11, 24))
    at(office, datetime(2026, 11, FRIDAY.day, 15, tzinfo=UTC))
    assert await send_morning_messages(runtime) == 2
    assert await send_morning_messages(runtime) == 0
