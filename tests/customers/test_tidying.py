"""In which workspaces housekeeping has something to do: wherever it would change something, and nowhere else."""

from datetime import timedelta

import pytest

from bot.core.clock import MovableClock
from bot.core.runtime import Runtime
from bot.customers.queries.coverage import list_tally_problems
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import Status
from bot.workspaces.usecases import install_workspace, uninstall_workspace
from jobs.housekeeping import housekeeping, list_untidy
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def untidy(runtime: Runtime) -> list[str]:
    """Return the workspaces in which housekeeping looks."""
    return runtime.read_now(list_untidy, workspace=None)


@pytest.fixture
async def tidy(office: Office) -> Office:
    """Return an office with a customer in which everything is tidy, beside another workspace."""
    office.runtime.run_now(install_workspace, workspace="T0OTHER", name="Other", bot_user_id="U0B")
    office.customer("Acme", owner=ANA, waited=2)
    await housekeeping(office.runtime)
    assert untidy(office.runtime) == []
    return office


async def test_a_snooze_that_is_over_everywhere_wakes_housekeeping(tidy: Office, clock: MovableClock) -> None:
    """From noon in London on, when the day has begun on the last island; once."""
    today = clock.now().date()
    tidy.customer("Bolt", owner=ANA, snoozed_until=today, snooze_reason="deferred")
    await housekeeping(tidy.runtime)
    assert untidy(tidy.runtime) == []
    clock.move(timedelta(hours=3))
    assert untidy(tidy.runtime) == [WORKSPACE]
    assert await housekeeping(tidy.runtime) == 1
    assert untidy(tidy.runtime) == []


async def test_a_pause_that_is_over_wakes_housekeeping(tidy: Office, clock: MovableClock) -> None:
    """On its last day, which may have begun elsewhere a day earlier."""
    until = clock.now().date() + 3 * DAY
    tidy.customer("Bolt", owner=ANA, status=Status.PAUSED, status_until=until, status_reason="rests", status_by=MARA)
    await housekeeping(tidy.runtime)
    clock.move(DAY)
    assert untidy(tidy.runtime) == []
    clock.move(2 * DAY)
    assert untidy(tidy.runtime) == [WORKSPACE]
    assert await housekeeping(tidy.runtime) == 1
    assert untidy(tidy.runtime) == []


async def test_customers_that_moved_have_their_tally_folded(tidy: Office) -> None:
    """On PostgreSQL each of them leaves rows behind; on SQLite the tally is always folded."""
    for owner in (BOB, ANA):
        with tidy.runtime.database.transaction(WORKSPACE) as session:
            find_customer(session, "Acme").owner_id = owner
    expected = [WORKSPACE] if tidy.runtime.database.dialect == "postgresql" else []
    assert untidy(tidy.runtime) == expected
    await housekeeping(tidy.runtime)
    assert untidy(tidy.runtime) == []
    assert tidy.look(list_tally_problems) == []


def test_a_workspace_without_the_app_is_left_as_it_is(tidy: Office, clock: MovableClock) -> None:
    """Its data is kept, but nobody is looked after."""
    tidy.customer("Bolt", owner=ANA, snoozed_until=clock.now().date() - 9 * DAY, snooze_reason="deferred")
    assert untidy(tidy.runtime) == [WORKSPACE]
    tidy.do(uninstall_workspace)
    assert untidy(tidy.runtime) == []
