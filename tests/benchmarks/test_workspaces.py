"""What the benchmarks of replicas and of a day measure: whole workspaces, all of them served, nothing failed."""

import asyncio
from contextlib import closing

import pytest
from sqlmodel import Session, select

from benchmarks.company import OWNERS, START
from benchmarks.day import Cost, Day, measure
from benchmarks.replicas import drain
from benchmarks.workspaces import ZONES, StandIn, build_workspaces, workspace_id, zone_of
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.queries.coverage import count_customers, list_all_problems
from bot.customers.queries.searching import find_customer
from bot.customers.tables import Customer
from bot.features import FEATURES
from bot.people.gateways import fetch_people
from bot.people.queries import list_people
from bot.workspaces.queries import list_workspaces

pytestmark = pytest.mark.slow

MANY, CUSTOMERS = 3, 60


def test_every_copy_is_a_whole_workspace(postgres_url: str) -> None:
    """Each has its customers, found by name and counted rightly, and people of one zone; the original is gone."""
    with closing(Runtime(Database(postgres_url), MovableClock(START), FEATURES)) as runtime:
        build_workspaces(runtime, MANY, CUSTOMERS)
        ids = [workspace_id(number + 1) for number in range(MANY)]
        assert runtime.read_now(list_workspaces, workspace=None) == ids
        keys = set()
        for one in ids:
            with runtime.database.reading(one) as session:
                assert list_all_problems(session, START) == []
                assert count_customers(session)[0] == CUSTOMERS
                assert {person.zone for person in list_people(session)} == {zone_of(one)}
                customers = session.exec(select(Customer)).all()
                assert find_customer(session, customers[7].name, partly=False).id == customers[7].id
                keys |= {customer.id for customer in customers}
        assert len(keys) == MANY * CUSTOMERS
        assert len({zone_of(one) for one in ids}) == min(MANY, len(ZONES))


def test_the_stand_in_knows_the_people(postgres_url: str) -> None:
    """Reading people from it changes nobody: it says of them what was built."""
    with closing(Runtime(Database(postgres_url), MovableClock(START), FEATURES)) as runtime:
        build_workspaces(runtime, 1, CUSTOMERS)
        workspace = workspace_id(1)

        def names(session: Session) -> dict[str, tuple[str, str]]:
            return {person.id: (person.name, person.zone) for person in list_people(session)}

        with runtime.database.reading(workspace) as session:
            built = names(session)
        told = asyncio.run(fetch_people(StandIn(workspace)))
        assert {person.id: (person.name, person.zone) for person in told} == built
        assert len(built) == len(OWNERS) + 1


def test_a_day_runs_every_job_and_tells_what_each_took(postgres_url: str) -> None:
    """Two minutes of three workspaces: reminders go out in the zones where it is morning, and no job fails."""
    day = measure(postgres_url, workspaces=MANY, customers=MANY * CUSTOMERS, minutes=2)
    assert day.failed == ()
    assert day.messages > 0
    assert day.costs["send_morning_messages"].runs == 2
    assert day.costs["keep_house"].runs == 1
    assert all(cost.statements for cost in day.costs.values())
    lines = day.table().splitlines()
    assert len(lines) == 1 + len(day.costs) + 5
    assert "3 workspaces, 180 customers, 2 minutes" in day.table()


def test_the_table_begins_with_what_costs_most() -> None:
    """The first bottleneck is the first line."""
    costs = {"cheap": Cost(runs=9, cpu=1.0), "dear": Cost(runs=1, cpu=1.0, database_cpu=0.5)}
    lines = Day(1, 10, costs, minutes=[0.5, 61.0]).table().splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["job", "dear", "cheap"]
    assert "1 times over 60 s" in lines[-3]
    assert lines[-1] == "jobs that failed: none"


def test_a_drain_is_compared_with_a_message_a_second_in_each_channel(postgres_url: str) -> None:
    """Six messages for two channels take two seconds at the least."""
    figure = drain(postgres_url, channels=2, messages=6)
    assert 0 < figure.ratio <= 1.4  # nothing goes faster than the pace, which leaves a quarter of a second
    assert figure.theirs == 2.0
    assert figure.at_least
