"""Every customer is accounted for, or the managers are told who isn't."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select, update

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.customers.queries.due import standing_of
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.rules.families import find_circles, is_in_circle
from bot.customers.tables import TALLY, Customer
from bot.customers.usecases.details import set_status
from bot.doctor import check_storage
from bot.features import FEATURES
from bot.reviews.queries import get_proof, reconciliation
from bot.reviews.queries.reconciliation import list_last_discrepancies, list_unreconciled, reconcile
from bot.reviews.rules.reconciliation import list_discrepancies
from bot.reviews.schemas.reconciliation import NotAccountedFor, Reconciliation
from bot.reviews.tables import DailyReconciliation
from bot.reviews.usecases import reconcile_today
from bot.reviews.views.reconciliation import accounts, not_accounted_for
from jobs.housekeeping import list_problems
from jobs.reconcile_customers import reconcile_customers
from tests.checkins.test_stories import words
from tests.customers.test_families import set_parent, turn_in_a_circle
from tests.customers.test_standing import TODAY, days, replace_customers, rows
from tests.customers.test_tally import thrown_away
from tests.digests.digest_office import owed
from tests.makers import ANA, MARA, WORKSPACE, Office
from tests.shell.outside import clean_environment
from tests.world import World, open_world

UNEXPLAINED = (
    "1 customer is paused, lost or excluded without a reason and a name behind it; /evenhand proof names them: open "
    "the card, Edit, and say why."
)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def look(office: Office, today: date = TODAY) -> Reconciliation:
    """The reconciliation as it is now."""
    return office.look(lambda session: reconcile(session, today=today))


def lose_namelessly(office: Office, name: str = "Golddex") -> None:
    """Make a customer lost, with a reason that nobody stands for."""
    office.customer(name, status=Status.LOST, status_reason="closed")


@pytest.mark.both_databases
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(rows, max_size=12), today=days)
def test_each_customer_is_in_exactly_one_number(
    office: Office, database: Database, found: list[dict[str, Any]], today: date
) -> None:
    """Whatever the dates are: the numbers are those of the rules, they add up, and the tally agrees."""
    with thrown_away(database) as session:
        customers = replace_customers(session, found)
        session.execute(update(Customer).where(col(Customer.workspace_id) == WORKSPACE).values(status_by=MARA))
        told = reconcile(session, today=today)
        active = Counter(standing_of(one, today).value for one in customers if one.status is Status.ACTIVE)
        others = Counter(one.status.value for one in customers if one.status is not Status.ACTIVE)
        numbers = told.model_dump(
            exclude={"on", "customers", "discrepancies", "examples", "misplaced", "unexplained", "circled"}
        )
        assert numbers == {name: (active | others)[name] for name in numbers}
        assert told.customers == sum(numbers.values()) == len(found)
        assert (told.misplaced, told.unexplained, told.discrepancies) == (0, 0, ())


@pytest.mark.both_databases
def test_another_workspaces_customers_are_not_counted(office: Office, database: Database) -> None:
    """Nor is anything of theirs told."""
    office.customer("Acme", waited=10)
    with thrown_away(database) as session:
        session.execute(sa.insert(TALLY).values(workspace_id="T0OTHER", status="active", number=5))
        assert accounts(reconcile(session, today=TODAY)) == "1 customer: 1 in cadence: every one accounted for."


def test_who_has_no_name_behind_it_is_told_until_somebody_says_why(office: Office) -> None:
    """The sentence, an example; setting the status again mends it."""
    office.customer("Acme", waited=40)
    office.customer("Condax", waited=5, snoozed_until=TODAY + timedelta(days=4), snooze_reason=SnoozeReason.DEFERRED)
    lose_namelessly(office)
    told = look(office)
    assert (told.customers, told.due, told.snoozed, told.lost, told.unexplained) == (3, 1, 1, 1, 1)
    assert (told.discrepancies, told.examples) == ((UNEXPLAINED,), ("Golddex",))
    proof = office.ask(get_proof, viewer=MARA)
    assert proof.reconciliation == told
    lost = office.look(lambda session: session.exec(select(Customer.id).where(Customer.name == "Golddex")).one())
    office.do(set_status, customer_id=lost, status=Status.LOST, reason="closed", by=ANA)
    line = "3 customers: 1 due, 1 snoozed, 1 paused, lost or excluded: every one accounted for."
    assert accounts(look(office)) == line


@pytest.mark.both_databases
def test_a_circle_of_parents_is_told_until_somebody_breaks_it(office: Office) -> None:
    """By the proof with names, by the doctor and the daily alarm without; whoever stands below it isn't in it."""
    first, second, third = (office.customer(f"Ring {number}", waited=3) for number in range(3))
    office.customer("Below", waited=3, parent_id=first)
    office.customer("Above", waited=3)
    turn_in_a_circle(office, first, second, third)
    told = look(office)
    assert (told.circled, told.examples) == (3, ("Ring 0", "Ring 1", "Ring 2"))
    [sentence] = office.look(lambda session: reconciliation.list_problems(session, office.runtime.clock.now()))
    assert sentence.startswith("3 customers are above and below each other in a circle of parents; /evenhand proof")
    assert "Such as *Ring 0*, *Ring 1*, *Ring 2*." in accounts(told)
    alarm = not_accounted_for(NotAccountedFor(reconciliation=told))
    assert alarm.text == "3 customers of 5 aren't accounted for."
    set_parent(office, second, None)
    assert look(office).discrepancies == ()


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_circles_are_all_that_are_their_own_ancestors(parents: dict[int, int]) -> None:
    """Found in one walk, the same as by asking each."""
    assert find_circles(parents) == {key for key in parents if is_in_circle(key, parents)}


def test_what_the_tables_refuse_would_be_told_too() -> None:
    """Sentences for a customer that stands nowhere, for several without a name, and for counts that differ."""
    counts = Counter(customers=5, due=2, misplaced=1, unexplained=2, circled=0)
    first, second, third = list_discrepancies(counts, {"customers": 5, "due": 1, "in_cadence": 0})
    assert first.startswith("1 customer is in none, or in more than one, of in cadence, due, neglected and snoozed;")
    assert second.startswith("2 customers are paused, lost or excluded without a reason")
    assert third == (
        "Home and the digest count other numbers than there are (due 1 for 2); evenhand doctor --recount counts anew."
    )


@pytest.mark.both_databases
def test_a_tally_that_is_off_is_found(office: Office, database: Database) -> None:
    """The statement counts the customers themselves."""
    office.customer("Acme", waited=40)
    with thrown_away(database) as session:
        session.execute(sa.update(TALLY).where(TALLY.c.workspace_id == WORKSPACE).values(number=3))
        told = reconcile(session, today=TODAY)
        [sentence] = told.discrepancies
        assert sentence.endswith(
            "than there are (customers 3 for 1, due 3 for 1); evenhand doctor --recount counts anew."
        )
        drawn = not_accounted_for(NotAccountedFor(reconciliation=told))
        assert drawn.text == "The counts of customers aren't accounted for."


def test_managers_are_told_once_a_day(office: Office) -> None:
    """And again the next day; names aren't stored with the day; what was mended is told no more."""
    assert office.do(reconcile_today)
    assert not office.do(reconcile_today)
    lose_namelessly(office)
    office.runtime.clock.move(timedelta(days=1))
    assert office.do(reconcile_today)
    assert office.do(reconcile_today)
    assert [one.reconciliation.examples for one in owed(office, NotAccountedFor)] == [("Golddex",)]
    assert office.ask(list_problems, features=FEATURES) == [UNEXPLAINED]
    stored = office.look(lambda session: session.exec(select(DailyReconciliation)).all())
    assert len(stored) == 2
    assert "Golddex" not in str([day.content for day in stored])
    office.runtime.clock.move(timedelta(days=1))
    office.do(reconcile_today)
    assert len(owed(office, NotAccountedFor)) == 2
    explain(office)
    office.do(reconcile_today)
    assert office.look(lambda session: list_last_discrepancies(session, office.runtime.clock.now())) == []


@pytest.mark.both_databases
async def test_a_workspace_is_looked_at_until_its_day_is_accounted_for(office: Office, clock: MovableClock) -> None:
    """From its midnight until the reconciliation is made, and all day while that finds something."""

    def unreconciled() -> list[str]:
        found: list[str] = office.runtime.read_now(list_unreconciled, workspace=None)
        return found

    assert unreconciled() == [WORKSPACE]
    assert await reconcile_customers(office.runtime) == 1
    assert unreconciled() == []
    clock.move(timedelta(days=1))
    lose_namelessly(office)
    assert await reconcile_customers(office.runtime) == 1
    assert unreconciled() == [WORKSPACE]
    explain(office)
    assert await reconcile_customers(office.runtime) == 1
    assert unreconciled() == []


def explain(office: Office) -> None:
    """Let Mara stand for everything that is lost."""

    def stand_for(session: Session, **_: Any) -> None:
        session.execute(update(Customer).values(status_by=MARA))

    office.do(stand_for)


async def test_the_alarm_reaches_managers_the_doctor_and_readyz(
    world: World, sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A message names the customer, /readyz has the sentence without a name and stays ready, and so has the doctor."""
    lose_namelessly(world.office)
    await world.move(hours=3)
    mara, ana = world.as_(MARA), world.as_(ANA)
    told = [one for one in mara.sees() if one.text == "1 customer of 1 isn't accounted for."]
    assert len(told) == 1
    assert UNEXPLAINED in words(told[0].blocks)
    assert "Such as *Golddex*." in words(told[0].blocks)
    assert not any("accounted for" in one.text for one in ana.sees())
    async with aiohttp.ClientSession() as session, session.get(f"{world.bot.address}/readyz") as response:
        assert (response.status, (await response.json())["warnings"]) == (200, [UNEXPLAINED])
    with clean_environment(tmp_path_factory.mktemp("doctor"), DATABASE_URL=sqlite_url):
        assert UNEXPLAINED in check_storage()
    [answer] = (await mara.command("/evenhand proof")).messages
    assert answer.text.startswith("There are no customers to compare yet.")
    assert UNEXPLAINED in words(answer.blocks)
