"""Housekeeping checks a part of the customers each hour; each is checked once a day, and what is wrong is told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import structlog

from bot.core.clock import MovableClock
from bot.customers.queries import checking, coverage
from bot.customers.queries.checking import CheckedPart, check_part, list_all_problems, list_problems
from bot.customers.queries.searching import find_customer
from bot.customers.usecases.rescheduling import keep_part, reschedule_workspace
from jobs.housekeeping import report_problems
from tests.makers import ANA, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

MANY = 130
HOURS = 24


@pytest.fixture
def long_list(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return an office with a list that counts as long."""
    monkeypatch.setattr(checking, "LEAST", 2)
    monkeypatch.setattr(checking, "LEAST_PART", 2)
    for number in range(MANY):
        office.customer(f"C{number}", owner=ANA, waited=number % 40)
    return office


def tamper(office: Office, name: str) -> None:
    """Change the due date of a customer behind the back of the rules."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        find_customer(session, name).due_on = date(2020, 1, 1)


async def hour(office: Office) -> list[str]:
    """Let an hour pass, and return the problems that the run logs."""
    assert isinstance(office.runtime.clock, MovableClock)
    office.runtime.clock.move(timedelta(hours=1))
    with structlog.testing.capture_logs() as lines:
        assert await report_problems(office.runtime) == 0
    return [line["problem"] for line in lines if line["event"] == "house.problem"]


def problems(office: Office, check: Callable[..., list[str]]) -> list[str]:
    """Return what a check finds now."""
    return office.look(lambda session: check(session, office.runtime.clock.now()))


def test_each_customer_is_checked_once_a_day(long_list: Office) -> None:
    """In 24 parts at most of about the same size, that follow one another; then it begins anew."""
    parts = [_check(long_list)]
    while parts[-1].up_to is not None:
        parts.append(_check(long_list))
    assert len(parts) <= HOURS
    assert sum(part.checked for part in parts) == MANY
    assert max(part.checked for part in parts) == -(-MANY // HOURS)
    ends = [part.up_to for part in parts if part.up_to]
    assert ends == sorted(ends)
    assert _check(long_list).up_to == ends[0]


def _check(office: Office) -> CheckedPart:
    part: CheckedPart = office.ask(check_part)
    office.do(keep_part, part=part)
    return part


@pytest.mark.parametrize("name", ["C0", "C77", f"C{MANY - 1}"])
async def test_a_wrong_customer_is_found_within_a_day(long_list: Office, name: str) -> None:
    """It is told each hour, and by /evenhand health, until it is mended as the sentence says."""
    tamper(long_list, name)
    hours = [await hour(long_list) for _ in range(HOURS)]
    found = next(number for number, told in enumerate(hours) if told)
    [sentence] = hours[found]
    assert sentence.startswith(f"{name} has dates that don't follow from its facts; open /evenhand setup and save it")
    assert hours[found:] == [[sentence]] * (HOURS - found)
    assert problems(long_list, list_problems) == [sentence]
    long_list.do(reschedule_workspace)
    assert problems(long_list, list_problems) == []
    assert await hour(long_list) == []


async def test_the_doctor_checks_everybody_at_once(long_list: Office) -> None:
    """Twenty are named, and how many more there are is said."""
    assert problems(long_list, list_all_problems) == []
    for number in range(22):
        tamper(long_list, f"C{number}")
    assert problems(long_list, list_problems) == []
    told = problems(long_list, list_all_problems)
    assert (len(told), told[-1]) == (21, "2 more.")
    [checks] = [feature.check_all for feature in long_list.runtime.features if feature.name == "customers"]
    assert checks is coverage.list_all_problems


async def test_a_short_list_is_checked_whole_each_time(office: Office) -> None:
    """Nobody waits a day where it takes no time."""
    office.customer("Acme", owner=ANA)
    tamper(office, "Acme")
    assert len(problems(office, list_problems)) == 1
    assert len(await hour(office)) == 1
