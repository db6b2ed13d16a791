"""Many clocks recomputed at once are the same as each by itself."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session, col, select

from bot.customers.queries import get_customer
from bot.customers.queries.checking import is_rescheduling, list_problems
from bot.customers.queries.due import ScheduleBatch
from bot.customers.tables import Customer
from bot.customers.usecases import release_customers, rescheduling
from bot.customers.usecases.erasing import erase
from bot.customers.usecases.rescheduling import reschedule_batch, reschedule_owner, reschedule_workspace
from bot.customers.usecases.scheduling import set_last_contact
from bot.home.usecases import save_preferences
from bot.people.queries import get_calendar, list_calendars
from bot.people.schemas import PreferencesInput
from bot.people.tables import Absence
from bot.workspaces.queries import get_workspace, list_audit
from jobs import reschedule_customers as job
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 11, 23)


def fill(office: Office) -> None:
    """Customers of several owners and of nobody: contacted or not, with a first date or not, of several cadences."""
    for number in range(60):
        office.customer(
            f"Customer {number}",
            owner=(ANA, BOB, KIRI, None)[number % 4],
            added_on=TODAY - timedelta(days=number % 7),
            waited=number if number % 3 else None,
            cadence_days=(None, 7, 90)[number % 3],
            first_due_on=TODAY + timedelta(days=number) if number % 2 else None,
        )


def clocks(session: Session) -> dict[str, tuple[int, date, date, date]]:
    """What is stored of each clock."""
    rows = session.exec(select(Customer)).all()
    return {row.name: (row.effective_cadence_days, row.waiting_since, row.due_on, row.neglected_after) for row in rows}


def one_by_one(session: Session) -> dict[str, tuple[int, date, date, date]]:
    """What each clock is when it is wound by itself; nothing of that is kept."""
    for row in session.exec(select(Customer)).all():
        ScheduleBatch(session).apply(row)
    found = clocks(session)
    session.rollback()
    return found


def change_everything(session: Session) -> None:
    """Another cadence for the workspace, days away for Ana."""
    workspace = get_workspace(session)
    workspace.default_cadence_days, workspace.neglect_factor = 21, 2.0
    session.add(Absence(person_id=ANA, first_day=TODAY, last_day=TODAY + timedelta(days=30), cover_id=BOB))
    session.add(Absence(person_id=ANA, first_day=date(2027, 1, 11), last_day=date(2027, 1, 15)))


def test_all_clocks_at_once_are_as_each_by_itself(office: Office) -> None:
    """Whoever the owner, whatever the history."""
    fill(office)
    before = office.look(clocks)
    with office.runtime.database.transaction(WORKSPACE) as session:
        change_everything(session)
    assert office.do(reschedule_workspace) == 60
    after = office.look(clocks)
    assert after != before
    assert after == office.look(one_by_one)


def test_one_owners_clocks_leave_the_others_alone(office: Office) -> None:
    """Only Ana's move."""
    fill(office)
    before = office.look(clocks)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Absence(person_id=ANA, first_day=TODAY, last_day=TODAY + timedelta(days=30)))
        assert reschedule_owner(session, owner_id=ANA, now=office.runtime.clock.now()) == 15
    changed = {name for name, clock in office.look(clocks).items() if clock != before[name]}
    assert changed
    assert changed <= {f"Customer {number}" for number in range(0, 60, 4)}


def test_a_customer_whose_dates_stand_still_is_not_touched(office: Office) -> None:
    """So that nobody takes it for changed."""
    acme = office.customer("Acme", owner=ANA, waited=3)
    office.do(reschedule_workspace)
    assert office.look(lambda session: get_customer(session, acme).changed_at) == datetime(2026, 1, 1, tzinfo=UTC)


def test_what_was_read_before_shows_the_new_dates(office: Office) -> None:
    """In the same transaction, too."""
    acme = office.customer("Acme", owner=ANA, waited=28)
    with office.runtime.database.transaction(WORKSPACE) as session:
        row = get_customer(session, acme)
        assert row.due_on == date(2026, 11, 25)
        session.add(Absence(person_id=ANA, first_day=date(2026, 11, 24), last_day=date(2026, 11, 27)))
        reschedule_owner(session, owner_id=ANA, now=office.runtime.clock.now())
        assert row.due_on == date(2026, 11, 30)


def test_another_workspaces_clocks_stand_still(office: Office) -> None:
    """Even where everything is recomputed."""
    acme = office.customer("Acme", owner=ANA, waited=28)
    before = office.look(lambda session: get_customer(session, acme).due_on)
    with office.runtime.database.transaction("T0OTHER") as session:
        from bot.workspaces.usecases import install_workspace  # noqa: PLC0415 - only here

        install_workspace(session, name="Other", bot_user_id="U0B", now=office.runtime.clock.now())
        get_workspace(session).default_cadence_days = 5
        session.flush()
        assert reschedule_workspace(session, now=office.runtime.clock.now()) == 0
    assert office.look(lambda session: get_customer(session, acme).due_on) == before


def test_released_customers_are_due_on_the_pools_working_days(office: Office) -> None:
    """Ana's Thursdays don't count any more; each release stands in the audit trail."""
    acme = office.customer("Acme", owner=ANA, waited=28)
    office.do(save_preferences, preferences=PreferencesInput(hour=time(9), working_days="3", country="PT"), by=ANA)
    released = office.do(release_customers, owner_id=ANA)
    assert (released.ids, released.examples) == ((acme,), ("Acme",))
    row = office.look(lambda session: get_customer(session, acme))
    assert (row.owner_id, row.due_on) == (None, date(2026, 11, 25))
    trail = office.look(lambda session: list_audit(session, subject_kind="customer", subject_id=str(acme)))
    assert trail[0].after == {"owner": None, "note": "the owner left"}


def test_calendars_of_many_are_those_of_each(office: Office) -> None:
    """With days away, for the pool, and for somebody nobody knows."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        change_everything(session)
    for number in range(120):
        office.person(f"U1{number:03}", f"Person {number}", zone="Asia/Tokyo", country="JP")
    few: list[str | None] = [MARA, ANA, None, "U0NOBODY"]
    many = [*few, *(f"U1{number:03}" for number in range(120))]
    for asked in (few, many):
        each = office.look(lambda session, asked=asked: {one: get_calendar(session, one) for one in asked})
        assert office.look(lambda session, asked=asked: list_calendars(session, asked)) == each


@pytest.fixture
def in_batches(monkeypatch: pytest.MonkeyPatch, office: Office) -> Office:
    """Return an office of sixty customers that are too many to be done at once: seven a batch."""
    monkeypatch.setattr(rescheduling, "AT_ONCE", 10)
    monkeypatch.setattr(rescheduling, "BATCH", 7)
    monkeypatch.setattr(job, "PAUSE_SECONDS", 0)
    fill(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        change_everything(session)
    return office


async def test_many_customers_are_done_in_batches(in_batches: Office) -> None:
    """Nothing moves in the transaction that asks; then all dates are as if each had been computed by itself."""
    before = in_batches.look(clocks)
    assert in_batches.do(reschedule_workspace) == 0
    assert in_batches.look(clocks) == before
    assert in_batches.ask(is_rescheduling)
    assert await job.reschedule_customers(in_batches.runtime) == 60
    assert in_batches.look(clocks) == in_batches.look(one_by_one) != before
    assert not in_batches.ask(is_rescheduling)
    assert await job.reschedule_customers(in_batches.runtime) == 0


async def test_a_killed_pass_goes_on_where_it_was(in_batches: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that fails leaves nothing behind, those before it aren't repeated; nobody's dates are called wrong."""
    in_batches.do(reschedule_workspace)
    half = in_batches.do(reschedule_batch) + in_batches.do(reschedule_batch)

    def die(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(rescheduling, "_write", lambda *_, now: die(now))
        with pytest.raises(OSError, match="killed"):
            await job.reschedule_customers(in_batches.runtime)
    moved = in_batches.look(clocks)
    assert moved != in_batches.look(one_by_one)
    assert in_batches.look(lambda session: list_problems(session, in_batches.runtime.clock.now())) == []
    assert half + await job.reschedule_customers(in_batches.runtime) == 60
    assert in_batches.look(clocks) == in_batches.look(one_by_one)


async def test_a_contact_between_two_batches_keeps_its_date(in_batches: Office) -> None:
    """Whoever was talked to has its new date at once; whoever's turn is still to come keeps the old one."""
    in_batches.do(reschedule_workspace)
    in_batches.do(reschedule_batch)
    rows = in_batches.look(lambda session: session.exec(select(Customer).order_by(col(Customer.id))).all())
    for row in (rows[0], rows[-1]):
        talked = in_batches.do(set_last_contact, customer_id=row.id, on=TODAY)
        assert talked.due_on == in_batches.look(lambda session, row=row: get_customer(session, row.id)).due_on
    assert in_batches.look(lambda session: get_customer(session, rows[-2].id)).due_on == rows[-2].due_on
    await job.reschedule_customers(in_batches.runtime)
    assert in_batches.look(clocks) == in_batches.look(one_by_one)


async def test_another_cadence_meanwhile_begins_anew(in_batches: Office) -> None:
    """So does an owner's with the workspace's; each of them is done once."""
    in_batches.do(reschedule_workspace)
    in_batches.do(reschedule_batch)
    with in_batches.runtime.database.transaction(WORKSPACE) as session:
        get_workspace(session).default_cadence_days = 45
        reschedule_workspace(session, now=in_batches.runtime.clock.now())
        reschedule_owner(session, owner_id=ANA, now=in_batches.runtime.clock.now())
        reschedule_owner(session, owner_id=None, now=in_batches.runtime.clock.now())
    assert await job.reschedule_customers(in_batches.runtime) == 60 + 15 + 15
    assert in_batches.look(clocks) == in_batches.look(one_by_one)


async def test_exactly_full_batches_come_to_an_end(in_batches: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty in batches of twenty are three batches and one that finds nobody."""
    monkeypatch.setattr(rescheduling, "BATCH", 20)
    in_batches.do(reschedule_workspace)
    assert [in_batches.do(reschedule_batch) for _ in range(5)] == [20, 20, 20, 1, 0]


async def test_nothing_is_left_to_do_for_somebody_who_was_erased(in_batches: Office) -> None:
    """Their customers are in the pool, with the pool's dates."""
    in_batches.do(reschedule_owner, owner_id=ANA)
    assert in_batches.do(lambda session, now: erase(session, "person", ANA, now)) == 15
    assert not in_batches.ask(is_rescheduling)
