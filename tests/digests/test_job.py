"""The job that posts digests: every workspace gets its own, whatever fails, crashes or runs twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.core.schemas import Count
from bot.customers.tables import Customer
from bot.digests.rules import THREAD_LINES
from bot.digests.tables import Digest
from bot.digests.usecases import post_digest
from bot.digests.views import messages as views
from bot.workspaces.usecases import install_workspace
from jobs.post_digests import post_digests
from rehearsal.strict import check_message
from tests.digests.digest_office import digests, move_to_slot, owed_rows, pages, post, posts, set_up, the_digest
from tests.makers import ANA, WORKSPACE, Office, open_office

pytestmark = pytest.mark.both_databases

ALL_COMPANIES = 46_964


async def test_the_job_handles_what_is_due_and_nothing_else(office: Office) -> None:
    """Before the slot nothing happens; at the slot one digest; afterwards nothing again."""
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    assert await post_digests(office.runtime) == 0
    move_to_slot(office)
    assert await post_digests(office.runtime) == 1
    assert await post_digests(office.runtime) == 0
    assert len(digests(office)) == 1


def test_many_processes_at_once_post_one_digest(office: Office, database_url: str) -> None:
    """Eight posts of the same slot, from two databases' worth of connections: one has its effect."""
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    move_to_slot(office)
    other = Runtime(Database(database_url), office.runtime.clock)
    digest_id = the_digest(office).id

    def run(runtime: Runtime) -> Any:
        return runtime.run_now(post_digest, workspace=WORKSPACE, digest_id=digest_id, features=())

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(run, [office.runtime, other] * 4))
    other.close()
    assert sum(answer is not None for answer in answers) == 1
    assert len(digests(office)) == len(posts(office)) == 1


def test_a_digest_that_dies_half_way_leaves_nothing_and_comes_again(office: Office) -> None:
    """An error in the middle takes message, thread and slot back together; the next run posts them all."""
    for n in range(7):
        office.customer(f"Customer {n}", waited=80, owner=ANA)
    set_up(office)
    move_to_slot(office)
    before = the_digest(office).next_slot

    def broken(_session: object, _now: object) -> Sequence[Count]:
        raise RuntimeError("the other feature is ill")

    with pytest.raises(RuntimeError):
        post(office, features=(Feature(name="ill", digest_section=broken),))
    assert (owed_rows(office), posts(office), the_digest(office).next_slot) == ([], [], before)
    assert post(office) is not None
    assert (len(digests(office)), len(pages(office)), len(posts(office))) == (1, 1, 1)


async def test_a_failing_digest_does_not_keep_others_from_coming(office: Office) -> None:
    """One workspace's trouble is raised at the end; the other workspace has its digest by then."""
    set_up(office)
    other = "T0AAAAFIRST"
    _furnish_other(office, other)
    move_to_slot(office)

    def ill_for_one(session: Any, _now: object) -> Sequence[Count]:
        if session.info["workspace"] == other:
            raise RuntimeError("ill")
        return ()

    runtime = Runtime(office.runtime.database, office.runtime.clock, [Feature(name="ill", digest_section=ill_for_one)])
    with pytest.raises(RuntimeError, match="ill"):
        await post_digests(runtime)
    assert len(digests(office)) == 1
    runtime.close()


def _furnish_other(office: Office, workspace: str) -> None:
    """Another workspace with a digest whose slot comes first."""
    digest = the_digest(office)
    with office.runtime.database.transaction(workspace) as session:
        install_workspace(session, name="Other", bot_user_id="U1", now=office.runtime.clock.now())
        session.add(
            Digest(channel_id="C0X", zone="UTC", made_by="U1", days="0123456",
                   next_slot=digest.next_slot - timedelta(hours=1))
        )  # fmt: skip


@pytest.mark.slow
def test_of_46964_neglected_customers_the_first_stand_in_the_thread(sqlite_url: str, clock: MovableClock) -> None:
    """The thousand furthest past their cadence, in order; the last page says where the others are. Slack takes each."""
    runtime = Runtime(Database(sqlite_url), clock)
    office = open_office(runtime)
    today = clock.now().date()
    name = "<&> " * 50
    rows = [
        {
            "id": f"{n:032x}", "workspace_id": WORKSPACE, "name": f"{n} {name}"[:200], "name_key": f"c{n}",
            "owner_id": ANA, "status": "active", "tags": "[]", "preferences": "[]", "added_on": today.isoformat(),
            "effective_cadence_days": 30, "waiting_since": (today - timedelta(days=50 + n % 300)).isoformat(),
            "due_on": today.isoformat(), "neglected_after": (today - timedelta(days=5)).isoformat(),
            "changed_at": clock.now().replace(tzinfo=None).isoformat(sep=" "),
        }
        for n in range(ALL_COMPANIES)
    ]  # fmt: skip
    columns = ", ".join(rows[0])
    values = ", ".join(f":{column}" for column in rows[0])
    with runtime.database.engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO {Customer.__tablename__} ({columns}) VALUES ({values})"), rows)  # noqa: S608 - our own names
    set_up(office)
    move_to_slot(office)
    post(office)
    (said,), found = digests(office), sorted(pages(office), key=lambda page: page.page)
    assert (said.neglected, said.more) == (ALL_COMPANIES, ALL_COMPANIES - 5)
    numbers = [int(line.split(" ", 1)[0]) for page in found for line in page.lines]
    assert numbers == sorted(range(ALL_COMPANIES), key=lambda n: (-(n % 300), n))[:THREAD_LINES]
    assert [page.more for page in found] == [0] * (len(found) - 1) + [ALL_COMPANIES - THREAD_LINES]
    for page in found:
        assert check_message(views.page(page).body()) == []
    assert "and 45,964 more: /neglected lists them all" in str(views.page(found[-1]).blocks)
    assert {page.total for page in found} == {ALL_COMPANIES}
    assert check_message(views.digest(said).body()) == []
    runtime.close()
