"""Days that hold too many due customers are evened out in the database, and stay so until something happens."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases import undo_action
from bot.checkins.usecases.recording import record_checkin
from bot.customers.queries.checking import list_all_problems
from bot.customers.queries.levelling import list_unlevelled, plan_levelling
from bot.customers.rules.due import SnoozeReason
from bot.customers.tables import Customer, Rescheduling
from bot.customers.usecases.levelling import apply_levelling
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.customers.usecases.scheduling import bring_forward, set_last_contact, snooze_customer
from bot.customers.usecases.sharing import share_out_pool
from bot.customers.views import spread_words
from bot.home.usecases import end_absence
from bot.people.rules import DAY
from bot.people.tables import Absence
from bot.workspaces.queries import get_workspace
from bot.workspaces.usecases import change_settings
from jobs.level_load import level_load
from tests.customers.lists import take_in
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office

TODAY = date(2026, 11, 23)  # a Monday
DUE = date(2026, 12, 3)
USUAL = {"cadence": 30, "floor": 90, "factor": 1.5, "first_calls": 8}
CAP = 8


def crowd(office: Office, count: int = 20, *, owner: str | None = ANA, waited: int = 20) -> list[UUID]:
    """Add customers that were all talked to on one day."""
    return [office.customer(f"{owner} {waited} {n}", owner=owner, waited=waited) for n in range(count)]


def dues(office: Office, owner: str | None = ANA) -> dict[UUID, date]:
    """Return the due date of each of somebody's customers."""
    query = select(Customer.id, Customer.due_on).where(col(Customer.owner_id) == owner)
    return office.look(lambda session: dict(session.exec(query).all()))


def change(office: Office, what: Callable[[Session], None]) -> None:
    """Change something behind the back of the use cases."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        what(session)


async def level_again(office: Office) -> int:
    """Let the job run as it does after midnight."""
    change(office, lambda session: setattr(get_workspace(session), "load_levelled_on", None))
    return await level_load(office.runtime)


def problems(office: Office) -> list[str]:
    """Return what the doctor finds."""
    return office.look(lambda session: list_all_problems(session, office.runtime.clock.now()))


@pytest.mark.both_databases
async def test_a_crowded_day_is_spread_over_the_days_before_it(office: Office) -> None:
    """Twenty are due on one day: eight stay, the others come on the two working days before; the first is a holiday."""
    crowd(office)
    assert await level_load(office.runtime) == 12
    assert Counter(dues(office).values()) == {DUE: 8, date(2026, 12, 2): 8, date(2026, 11, 30): 4}
    assert problems(office) == []


async def test_levelling_again_changes_nothing(office: Office) -> None:
    """Tonight, and the night after it."""
    crowd(office)
    await level_load(office.runtime)
    before = dues(office)
    assert await level_again(office) == 0
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(days=1))  # type: ignore[attr-defined]
    assert await level_again(office) == 0
    assert dues(office) == before


async def test_a_short_list_and_the_pool_stay_as_they_are(office: Office) -> None:
    """Eight on a day are no crowd, and nobody has to call the pool."""
    crowd(office, 8, owner=BOB)
    crowd(office, 20, owner=None)
    assert await level_load(office.runtime) == 0


async def test_it_runs_once_after_midnight_and_when_it_is_asked_for(office: Office) -> None:
    """After many dates have moved, and on the next day of the workspace."""

    def waits() -> bool:
        return WORKSPACE in office.runtime.read_now(list_unlevelled, workspace=None)

    assert waits()
    await level_load(office.runtime)
    assert not waits()
    office.do(reschedule_workspace)
    assert waits()
    await level_load(office.runtime)
    office.runtime.clock.move_to(office.runtime.clock.now().replace(hour=23, minute=59))  # type: ignore[attr-defined]
    assert not waits()
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(minutes=1))  # type: ignore[attr-defined]
    assert waits()


async def test_computing_every_date_again_keeps_the_days_level(office: Office) -> None:
    """A date that was moved follows from what is stored."""
    crowd(office)
    await level_load(office.runtime)
    before = dues(office)
    office.do(reschedule_workspace)
    assert dues(office) == before


@pytest.mark.both_databases
async def test_a_contact_ends_it_and_undoing_the_contact_brings_it_back(office: Office) -> None:
    """Whoever was called is due a whole cadence later; after *Undo*, on the day that it was moved to."""
    crowd(office)
    await level_load(office.runtime)
    moved = next(key for key, due in dues(office).items() if due < DUE)
    before = dues(office)[moved]
    done = office.do(record_checkin, customer_id=moved, result=Result.TALKED, channel=Channel.CALL, by=ANA)
    assert dues(office)[moved] == TODAY + timedelta(days=30)
    office.do(undo_action, customer_action_id=done.customer_action_id, by=ANA)
    assert dues(office)[moved] == before


async def test_another_cadence_ends_it(office: Office) -> None:
    """What was early for thirty days isn't early for sixty."""
    crowd(office, 9)
    await level_load(office.runtime)
    office.do(change_settings, **{**USUAL, "cadence": 60}, by=MARA)
    office.do(reschedule_workspace)
    assert set(dues(office).values()) == {date(2027, 1, 4)}


async def test_what_is_snoozed_or_brought_forward_stays_and_takes_up_room(office: Office) -> None:
    """The snoozed ones come up on the day before, so there is no room on it."""
    theirs = crowd(office, 19)
    for customer in theirs[:8]:
        office.do(snooze_customer, customer_id=customer, until=DUE + DAY, reason=SnoozeReason.DEFERRED, note="", by=ANA)
    other = office.customer("Other", owner=ANA, waited=0)
    office.do(bring_forward, customer_id=other, reason="They complained", by=ANA)
    before = dues(office)
    assert await level_load(office.runtime) == 3
    after = dues(office)
    assert {key: after[key] for key in (*theirs[:8], other)} == {key: before[key] for key in (*theirs[:8], other)}
    assert Counter(after[key] for key in theirs[8:]) == {DUE: 8, DUE - DAY: 3}


async def test_a_manager_can_switch_it_off(office: Office) -> None:
    """Everybody is due by its own cadence again; switched on, days are level once more."""
    crowd(office)
    await level_load(office.runtime)
    level = dues(office)
    office.do(change_settings, **USUAL, levels_load=False, by=MARA)
    office.do(reschedule_workspace)
    assert set(dues(office).values()) == {DUE}
    assert await level_load(office.runtime) == 0
    assert problems(office) == []
    office.do(change_settings, **USUAL, levels_load=True, by=MARA)
    office.do(reschedule_workspace)
    assert dues(office) == level


async def test_after_a_leave_the_days_of_the_return_are_level(office: Office) -> None:
    """Those whose day comes while Ana is away come before it as far as there is room, else after it, none neglected."""
    first, back = date(2026, 11, 25), date(2026, 12, 7)
    crowd(office, 40)
    change(office, lambda session: session.add(Absence(person_id=ANA, first_day=first, last_day=back - DAY)))
    office.do(reschedule_workspace)
    assert set(dues(office).values()) == {back}
    assert await level_load(office.runtime) == 32
    days = (TODAY + DAY, back, *(date(2026, 12, day) for day in (9, 10, 11)))  # the eighth is a holiday
    assert Counter(dues(office).values()) == dict.fromkeys(days, 8)
    assert problems(office) == []
    assert await level_again(office) == 0


async def test_who_comes_back_early_finds_level_days(office: Office) -> None:
    """What was planned for after the leave would be today; today keeps eight, the others come on the days after it."""
    crowd(office, 30, waited=34)
    change(office, lambda session: session.add(Absence(person_id=ANA, first_day=TODAY - 7 * DAY, last_day=DUE)))
    office.do(reschedule_workspace)
    await level_load(office.runtime)
    assert min(dues(office).values()) == DUE + DAY
    office.do(end_absence, by=ANA)
    assert set(dues(office).values()) == {TODAY}
    assert await level_load(office.runtime) == 22
    assert Counter(dues(office).values()) == {TODAY: 8, TODAY + DAY: 8, TODAY + 2 * DAY: 8, TODAY + 3 * DAY: 6}
    assert problems(office) == []


async def test_who_was_called_meanwhile_keeps_its_new_date(office: Office) -> None:
    """Between the plan and its writing somebody calls one of them, and another is handed over to nobody."""
    crowd(office)
    moves = office.ask(plan_levelling, owner_id=ANA)
    office.do(set_last_contact, customer_id=moves[0].id, on=TODAY)
    assert office.do(apply_levelling, moves=moves) == 12
    assert dues(office)[moves[0].id] == TODAY + timedelta(days=30)
    assert problems(office) == []


async def test_it_waits_until_all_due_dates_are_computed(office: Office) -> None:
    """While some are still those of before, nothing is moved; then it is."""
    crowd(office)
    change(office, lambda session: session.add(Rescheduling(everybody=True)))
    assert await level_load(office.runtime) == 0
    change(office, lambda session: session.delete(session.exec(select(Rescheduling)).one()))
    assert await level_load(office.runtime) == 12


async def test_the_pool_that_was_shared_out_is_levelled_at_once(office: Office) -> None:
    """Not only after midnight."""
    crowd(office, 20, owner=None)
    await level_load(office.runtime)
    office.do(share_out_pool, among=[ANA], by=MARA)
    assert await level_load(office.runtime) == 12
    assert max(Counter(dues(office).values()).values()) == CAP


async def test_size_plays_no_part(office: Office) -> None:
    """With the sizes of all customers the other way round, the same ones move to the same days."""
    theirs = crowd(office)

    def resize(sizes: list[int]) -> Callable[[Session], None]:
        def write(session: Session) -> None:
            for key, size in zip(theirs, sizes, strict=True):
                row = session.get_one(Customer, key)
                row.annual_value, row.headcount, row.currency = size * 1000, size, "EUR"  # type: ignore[assignment]

        return write

    change(office, resize(list(range(20))))
    plan = office.ask(plan_levelling, owner_id=ANA)
    assert len(plan) == 12
    change(office, resize(list(range(20))[::-1]))
    assert office.ask(plan_levelling, owner_id=ANA) == plan


def test_more_customers_take_no_more_statements(office: Office) -> None:
    """The plan of sixty takes as many as the plan of twenty; so does its writing."""

    def count(act: Callable[[], object]) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        engine = office.runtime.database.engine
        event.listen(engine, "before_cursor_execute", note)
        act()
        event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    crowd(office, 20)
    crowd(office, 60, owner=BOB)
    few, many = (office.ask(plan_levelling, owner_id=owner) for owner in (ANA, BOB))
    assert len(few) < len(many)
    plans = [count(lambda one=owner: office.ask(plan_levelling, owner_id=one)) for owner in (ANA, BOB)]
    writes = [count(lambda some=moves: office.do(apply_levelling, moves=some)) for moves in (few, many)]
    assert plans[0] == plans[1]
    assert writes[0] == writes[1]


async def test_a_pass_that_stopped_halfway_goes_on(office: Office) -> None:
    """What is written stays, and the days are level after the next one."""
    crowd(office)
    moves = office.ask(plan_levelling, owner_id=ANA)
    office.do(apply_levelling, moves=moves[:5])
    assert await level_load(office.runtime) == 7
    assert max(Counter(dues(office).values()).values()) == CAP


def listed(count: int, called: str) -> str:
    """Return rows of a list, all Ana's, who were all talked to on the same day, or never."""
    return "".join(f"C{called}{number},Ana Lima,{called}\n" for number in range(count))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (listed(8, "") + listed(8, "2026-11-20"), None),
        (listed(9, ""), "Their first check-ins are spread over 5 weeks, at most 8 a day for each owner."),
        (listed(9, "2026-11-20"), "Where more than 8 are due on one day, some of them come up earlier."),
    ],
)
def test_an_import_says_how_its_customers_are_spread(office: Office, rows: str, words: str | None) -> None:
    """First check-ins over weeks, others where a day would hold too many; nothing where no day does."""
    done = take_in(office, "Company,Owner,Last contact\n" + rows)
    assert (spread_words(done.plan.spread) if done.plan.spread else None) == words


def test_an_import_says_nothing_of_days_that_are_left_as_they_are(office: Office) -> None:
    """Where a manager has switched it off, nobody comes up earlier."""
    office.do(change_settings, **USUAL, levels_load=False, by=MARA)
    done = take_in(office, "Company,Owner,Last contact\n" + listed(9, "2026-11-20"))
    assert done.plan.spread is None
