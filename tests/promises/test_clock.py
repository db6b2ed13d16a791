"""What the clock does: reminders in each one's morning, days that are over, no promise left with nobody."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.runtime import Runtime
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.home.usecases import sync_people_and_customers
from bot.people.queries import find_person_row
from bot.people.rules import Role
from bot.people.schemas import SlackPerson
from bot.promises.queries import check
from bot.promises.rules import PromiseState
from jobs.reminding import send_morning_messages
from tests.checkins.office import go_away, remind, told
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.promises.helpers import FRIDAY, at, kept, listed, moved, owed, promise, stored, tick, trail

MINUTE = timedelta(minutes=1)


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    """An instant."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def reminded(office: Office, to: str = "") -> list[str]:
    """Who was reminded on which day of theirs."""
    return [row.key.removeprefix("reminder:") for row, _ in told(office, "promises", to)]


def mute(office: Office, person: str, *kinds: str) -> None:
    """Have somebody want no messages of these kinds."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        row = find_person_row(session, person)
        assert row is not None
        row.mutes = list(kinds)


def left(person: str, name: str) -> SlackPerson:
    """Somebody deactivated in Slack."""
    return SlackPerson(id=person, name=name, is_deactivated=True)


# --- reminders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "thursday", "friday"),
    [
        (KIRI, utc(11, 25, 20), utc(11, 26, 20)),  # nine in Auckland, thirteen hours ahead
        (ANA, utc(11, 26, 9), utc(11, 27, 9)),
        (BOB, utc(11, 25, 14), utc(11, 27, 14)),  # Thursday is Thanksgiving: Wednesday is the working day before
    ],
)
def test_each_hears_the_working_day_before_and_on_the_day_at_their_own_nine(
    office: Office, person: str, thursday: datetime, friday: datetime
) -> None:
    """Once each, not a minute early; in Lisbon, New York and Auckland."""
    promise(office, office.customer("Acme"), by=person)
    for count, hour in enumerate((thursday, friday)):
        at(office, hour - MINUTE)
        assert len(told(office, "promises")) == count
        at(office, hour)
        tick(office)
        assert len(told(office, "promises", person)) == count + 1
    at(office, friday + timedelta(hours=8))
    assert len(told(office, "promises")) == 2


def test_the_hour_holds_across_a_change_of_clocks(office: Office) -> None:
    """New York springs forward on Sunday, 14 March 2027: nine is 14:00 UTC on Friday and 13:00 on Monday."""
    promise(office, office.customer("Acme"), by=BOB, due_on=date(2027, 3, 15))
    for hour, count in ((utc(3, 12, 13, 59, 2027), 0), (utc(3, 12, 14, 0, 2027), 1), (utc(3, 15, 12, 59, 2027), 1),
                        (utc(3, 15, 13, 0, 2027), 2)):  # fmt: skip
        at(office, hour)
        assert len(told(office, "promises")) == count
    at(office, utc(3, 16, 3, 59, 2027))
    assert listed(office, f"p-{BOB}").late == 0
    at(office, utc(3, 16, 4, 0, 2027))
    assert listed(office, f"p-{BOB}").late == 1


def test_a_day_before_a_holiday_is_the_last_one_to_keep_it(office: Office) -> None:
    """1 December is a holiday in Portugal: Friday is the day before, Monday the last day."""
    promise(office, office.customer("Acme"), due_on=date(2026, 12, 1))
    for day in range(27, 31):
        at(office, utc(11, day, 12))
    at(office, utc(12, 1, 12))
    assert reminded(office) == [f"{ANA}:2026-11-27", f"{ANA}:2026-11-30"]


def test_who_will_be_away_hears_of_it_before(office: Office) -> None:
    """Ana is off from Thursday on, without a cover: Tuesday and Wednesday."""
    promise(office, office.customer("Acme"))
    go_away(office, ANA, date(2026, 11, 26), date(2026, 12, 4))
    for day in range(24, 28):
        at(office, utc(11, day, 12))
    assert reminded(office) == [f"{ANA}:2026-11-24", f"{ANA}:2026-11-25"]


def test_the_cover_hears_of_what_an_absent_colleague_promised(office: Office) -> None:
    """Ana is away on Thursday and Friday; Kiri stands in, in her own mornings."""
    promise(office, office.customer("Acme"))
    promise(office, office.customer("Golddex"), by=KIRI)
    go_away(office, ANA, date(2026, 11, 26), FRIDAY, KIRI)
    for hours in range(0, 110, 2):
        at(office, utc(11, 23, 9) + timedelta(hours=hours))
    assert reminded(office, ANA) == [f"{ANA}:2026-11-24", f"{ANA}:2026-11-25"]
    assert reminded(office, KIRI) == [f"{KIRI}:2026-11-26", f"{KIRI}:2026-11-27"]
    sizes = [len(section.rows) for _, section in told(office, "promises", KIRI)]
    assert sizes == [1, 2]  # Ana's first day off is over by Friday


def test_everything_stands_in_one_message_the_earliest_first(office: Office) -> None:
    """Five rows and how many more; a second message that day never comes."""
    acme = office.customer("Acme")
    for number in range(12):
        promise(office, acme, what=f"thing {number}", due_on=date(2026, 11, 30) if number % 2 else FRIDAY)
    at(office, utc(11, 27, 9))
    [(_, section)] = told(office, "promises")
    assert (len(section.rows), section.more) == (5, 7)
    assert all("due today" in row.markup for row in section.rows)
    promise(office, acme, what="by tonight")
    tick(office)
    assert len(told(office, "promises")) == 1


def test_what_is_promised_after_the_hour_waits_for_the_next_morning(office: Office) -> None:
    """No reminder a minute after saying it, though there was none today; tomorrow there is one."""
    at(office, utc(11, 26, 12))
    promise(office, office.customer("Acme"))
    tick(office)
    assert told(office, "promises") == []
    at(office, utc(11, 27, 9))
    assert reminded(office) == [f"{ANA}:2026-11-27"]


def test_reminders_can_be_switched_off(office: Office) -> None:
    """Then the list is there."""
    promise(office, office.customer("Acme"))
    mute(office, ANA, "reminders")
    for day in (27, 30):
        at(office, utc(11, day, 12))
    assert owed(office) == told(office, "promises") == []


def test_what_was_kept_or_moved_is_not_spoken_of(office: Office) -> None:
    """The new day has its own reminders."""
    acme = office.customer("Acme")
    kept(office, promise(office, acme))
    moved(office, promise(office, acme), date(2026, 12, 4))
    at(office, utc(11, 27, 12))
    assert told(office, "promises") == []
    at(office, utc(12, 3, 12))
    at(office, utc(12, 4, 12))
    assert len(told(office, "promises")) == 2


def test_a_reminder_asked_for_too_early_is_not_owed(office: Office) -> None:
    """The use case looks again, whoever calls it."""
    promise(office, office.customer("Acme"))
    assert remind(office, ANA) == 0


# --- the day is over -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assignee", "midnight"),
    [(KIRI, utc(11, 27, 11)), (ANA, utc(11, 28, 0)), (BOB, utc(11, 28, 5))],
)
def test_a_promise_breaks_at_the_midnight_of_its_assignee(office: Office, assignee: str, midnight: datetime) -> None:
    """Not a minute before; it stays owed, first in the list."""
    schema = promise(office, office.customer("Acme"), by=assignee)
    at(office, midnight - MINUTE)
    assert stored(office, schema).state is PromiseState.OPEN
    at(office, midnight)
    row = stored(office, schema)
    assert (row.state, row.is_owed) == (PromiseState.BROKEN, True)
    assert trail(office, schema)[-1] == "bot promise.broken"
    assert listed(office, "team").late == 1


def test_keeper_and_owner_are_told_in_each_reminder_until_it_is_made_good(office: Office) -> None:
    """Ana in Lisbon and Bob in New York: Monday at nine, each one's own, however many broke."""
    acme = office.customer("Acme", owner=BOB)
    broken = [promise(office, acme, what=f"thing {number}") for number in range(7)]
    for hour in range(84):
        at(office, utc(11, 27, 12) + timedelta(hours=hour))
    assert reminded(office) == [f"{ANA}:2026-11-27", f"{ANA}:2026-11-30", f"{BOB}:2026-11-30"]
    [_, (_, section), _] = told(office, "promises")
    assert (len(section.rows), section.more) == (5, 2)
    assert "broken: it was due" in section.rows[0].markup
    for one in broken:
        kept(office, one)
    at(office, utc(12, 2, 15))
    assert len(reminded(office)) == 3


def test_who_keeps_their_own_customers_promise_is_told_once(office: Office) -> None:
    """One person, one row."""
    promise(office, office.customer("Acme", owner=ANA))
    at(office, utc(11, 30, 12))
    [(row, section)] = told(office, "promises")
    assert (row.recipient, len(section.rows)) == (ANA, 1)


def test_a_cover_hears_of_what_broke_while_a_colleague_is_away(office: Office) -> None:
    """Kiri can still do something, in her Monday."""
    promise(office, office.customer("Acme", owner=ANA))
    go_away(office, ANA, date(2026, 11, 26), date(2026, 12, 4), KIRI)
    at(office, utc(11, 28, 12))
    at(office, utc(11, 29, 20))
    assert reminded(office) == [f"{KIRI}:2026-11-30"]


# --- nobody's promise ------------------------------------------------------------------------------------------------


def test_what_somebody_promised_who_left_goes_to_the_owner_else_to_a_manager(office: Office) -> None:
    """Open and broken ones, one message each; the rate stays with who gave their word."""
    bobs, pooled = office.customer("Acme", owner=BOB), office.customer("Golddex")
    ours = [promise(office, bobs, what=f"thing {number}") for number in range(3)]
    theirs, done = promise(office, pooled), kept(office, promise(office, bobs))
    broken = promise(office, pooled, due_on=date(2026, 11, 23))
    at(office, utc(11, 24, 12))
    office.do(sync_people_and_customers, people=[left(ANA, "Ana Lima")], complete=False)
    tick(office)
    assert {stored(office, schema).assignee_id for schema in ours} == {BOB}
    assert [stored(office, schema).assignee_id for schema in (theirs, broken, done)] == [MARA, MARA, ANA]
    assert {stored(office, schema).promised_by for schema in (*ours, theirs)} == {ANA}
    told = [(row.recipient, row.body["total"], row.body["left"]) for row in owed(office, "inherited")]
    assert sorted(told) == [(BOB, 3, "Ana Lima"), (MARA, 2, "Ana Lima")]
    assert trail(office, theirs)[-1] == "bot promise.inherited"
    assert tick(office) == 0
    assert office.ask(check) == []


def test_with_nobody_here_it_stays_and_the_doctor_says_so(office: Office) -> None:
    """No owner, no manager: nothing is lost, something is wrong."""
    schema = promise(office, office.customer("Acme"))
    with office.runtime.database.transaction(WORKSPACE) as session:
        mara = find_person_row(session, MARA)
        assert mara is not None
        mara.role = Role.MEMBER
    office.do(sync_people_and_customers, people=[left(ANA, "Ana Lima")], complete=False)
    tick(office)
    assert stored(office, schema).assignee_id == ANA
    assert office.ask(check) == [
        "Promises with no assignee who is here, or no active customer: 1; name a manager, or restart the bot."
    ]
    office.runtime.clock.move_to(utc(12, 4, 12))  # type: ignore[attr-defined]  # tests have a clock that moves
    assert "Promises past their day that nobody was told of: 1; restart the bot." in office.ask(check)


@pytest.mark.parametrize("status", [Status.LOST, Status.EXCLUDED])
def test_losing_a_customer_withdraws_what_is_owed_and_says_so(office: Office, status: Status) -> None:
    """To assignee and owner, with the reason; a broken one stays broken."""
    acme = office.customer("Acme", owner=BOB)
    broken = promise(office, acme, due_on=date(2026, 11, 23))
    at(office, utc(11, 24, 12))
    schema, other = promise(office, acme), promise(office, office.customer("Golddex"))
    office.do(set_status, customer_id=acme, status=status, reason="went bankrupt", by=MARA)
    tick(office)
    row = stored(office, schema)
    assert (row.state, row.note) == (PromiseState.WITHDRAWN, f"the customer is {status.value}: went bankrupt")
    assert (stored(office, broken).state, stored(office, broken).is_owed) == (PromiseState.BROKEN, False)
    assert sorted(news.recipient for news in owed(office, "news")) == [ANA, ANA, BOB, BOB]
    assert stored(office, other).is_owed
    assert tick(office) == 0


def test_a_pause_leaves_promises_open(office: Office) -> None:
    """Paused customers are still ours."""
    acme = office.customer("Acme")
    schema = promise(office, acme)
    office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="holiday", by=BOB)
    tick(office)
    assert stored(office, schema).state is PromiseState.OPEN


async def test_the_job_does_it_all_for_every_workspace(runtime: Runtime, office: Office) -> None:
    """One pass breaks one and reminds of another; the next one finds nothing."""
    promise(office, office.customer("Acme"), due_on=date(2026, 11, 23))
    promise(office, office.customer("Golddex"))
    office.runtime.clock.move_to(utc(11, 26, 15))  # type: ignore[attr-defined]  # tests have a clock that moves
    assert await send_morning_messages(runtime) == 2
    assert await send_morning_messages(runtime) == 0


def test_hours_of_ones_own_are_respected(office: Office) -> None:
    """Ana begins at eleven."""
    promise(office, office.customer("Acme"))
    with office.runtime.database.transaction(WORKSPACE) as session:
        ana = find_person_row(session, ANA)
        assert ana is not None
        ana.hour = time(11)
    at(office, utc(11, 26, 10, 59))
    assert told(office, "promises") == []
    at(office, utc(11, 26, 11))
    assert len(told(office, "promises")) == 1
