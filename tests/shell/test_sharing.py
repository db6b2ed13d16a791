"""Processes that share a job: each workspace is done by one at a time, by any of them, and by none for nothing."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.clock import MovableClock, new_id
from bot.core.database import Database
from bot.core.leases import HELD, JobTurn, Lease, LeaseLost, end_turns, renew_turns, take_turns
from bot.core.runtime import Runtime
from bot.workspaces.usecases import install_workspace
from jobs.sharing import share, share_rounds
from tests.conftest import MONDAY

pytestmark = pytest.mark.both_databases

JOB = "work"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LEASE = timedelta(seconds=45)
WORKSPACES = [f"T{number:03}" for number in range(20)]


class Work:
    """Work that notes where it was done; it waits, or fails in one workspace, as the test demands."""

    def __init__(self, *, fails_in: str = "") -> None:
        self.done: list[str] = []
        self.fails_in = fails_in
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    async def __call__(self, workspace: str) -> int:
        """Work in a workspace."""
        self.begun.set()
        await self.may_end.wait()
        if workspace == self.fails_in:
            raise OSError(f"{workspace} is broken")
        self.done.append(workspace)
        return 1


def take(runtime: Runtime, holder: UUID, *workspaces: str, since: timedelta = timedelta(0)) -> list[str]:
    """Take turns, of a list of what there is to do that was read that long ago."""
    about = {"workspaces": workspaces, "holder": holder, "lease": LEASE, "since": runtime.clock.now() - since}
    return runtime.run_now(take_turns, workspace=None, job=JOB, **about)


def turns(runtime: Runtime) -> list[JobTurn]:
    """Return all turns."""
    with runtime.database.reading(None) as session:
        return list(session.exec(select(JobTurn).order_by(JobTurn.workspace)).all())


async def test_every_workspace_is_done_by_one_process_or_the_other(
    runtime: Runtime, database: Database, clock: MovableClock
) -> None:
    """Two processes that begin together leave out no workspace, and give every turn back."""
    work = Work()
    other = Runtime(database, clock)
    changed = await asyncio.gather(*(share(one, JOB, WORKSPACES, work) for one in (runtime, other)))
    assert set(work.done) == set(WORKSPACES)
    assert sum(changed) == len(work.done)
    assert all(turn.lease_until is None and turn.ended_at == clock.now() for turn in turns(runtime))


async def test_where_a_process_works_no_other_does(runtime: Runtime, database: Database, clock: MovableClock) -> None:
    """While one process is at four workspaces, another does the sixteen that are left, and is done."""
    slow, quick = Work(), Work()
    slow.may_end.clear()
    first = asyncio.create_task(share(runtime, JOB, WORKSPACES[:4], slow))
    await asyncio.wait_for(slow.begun.wait(), 5)
    assert await share(Runtime(database, clock), JOB, WORKSPACES, quick) == 16
    slow.may_end.set()
    assert await first == 4
    assert Counter(slow.done + quick.done) == Counter(WORKSPACES)


async def test_what_another_process_has_done_meanwhile_is_left_out(runtime: Runtime, clock: MovableClock) -> None:
    """A process that read what there is to do before another did it doesn't look there in vain; a later one does."""
    mine = new_id()
    assert take(runtime, mine, "T1", "T2") == ["T1", "T2"]
    clock.move(SECOND)
    runtime.run_now(end_turns, workspace=None, job=JOB, holder=mine, done=["T1"])
    clock.move(SECOND)
    assert take(runtime, new_id(), "T1", "T2", since=2 * SECOND) == ["T2"]
    assert take(runtime, new_id(), "T1", "T2") == ["T1"]


async def test_another_process_takes_over_within_a_minute(runtime: Runtime, clock: MovableClock) -> None:
    """The turns of a process that died are free after its lease; it can't renew them, nor give back what isn't its."""
    dead, heir = new_id(), new_id()
    assert take(runtime, dead, "T1") == ["T1"]
    clock.move(LEASE - SECOND)
    assert take(runtime, heir, "T1") == []
    clock.move(SECOND)
    assert take(runtime, heir, "T1") == ["T1"]
    assert runtime.run_now(renew_turns, workspace=None, job=JOB, holder=dead, lease=LEASE) == 0
    runtime.run_now(end_turns, workspace=None, job=JOB, holder=dead, done=["T1"])
    assert [(turn.holder, turn.ended_at) for turn in turns(runtime)] == [(heir, None)]
    assert runtime.run_now(renew_turns, workspace=None, job=JOB, holder=heir, lease=LEASE) == 1


async def test_jobs_do_not_wait_for_each_other(runtime: Runtime) -> None:
    """A workspace where one job works is free for another job."""
    assert take(runtime, new_id(), "T1") == ["T1"]
    about = {"workspaces": ["T1"], "holder": new_id(), "lease": LEASE, "since": MONDAY}
    assert runtime.run_now(take_turns, workspace=None, job="other", **about) == ["T1"]


async def test_a_clock_that_is_put_back_frees_every_turn(runtime: Runtime, database: Database) -> None:
    """Neither a lease nor an end of an hour from now counts."""
    take(runtime, new_id(), "T1")
    take(runtime, mine := new_id(), "T2")
    runtime.run_now(end_turns, workspace=None, job=JOB, holder=mine, done=["T2"])
    earlier = Runtime(database, MovableClock(MONDAY - timedelta(hours=1)))
    assert take(earlier, new_id(), "T1", "T2") == ["T1", "T2"]


async def test_trouble_in_one_workspace_stops_no_other(runtime: Runtime) -> None:
    """All others are done, then the error is raised; the broken one may be tried again at once."""
    work = Work(fails_in="T003")
    with pytest.raises(OSError, match="T003 is broken"):
        await share(runtime, JOB, WORKSPACES, work)
    assert set(work.done) == set(WORKSPACES) - {"T003"}
    work.fails_in = ""
    assert await share(runtime, JOB, ["T003"], work) == 1


async def test_a_process_that_lost_its_turn_stops_there(runtime: Runtime, clock: MovableClock) -> None:
    """Paused past its lease, it leaves the workspace to who took over, and goes on with others later."""
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(share(runtime, JOB, ["T1"], work, lease=timedelta(seconds=0.3)))
    await asyncio.wait_for(work.begun.wait(), 5)
    clock.move(timedelta(minutes=1))
    heir = new_id()
    assert take(runtime, heir, "T1") == ["T1"]
    assert await asyncio.wait_for(first, 10) == 0
    assert work.done == []
    assert [turn.holder for turn in turns(runtime)] == [heir]


async def test_a_process_that_is_stopped_gives_its_turns_back(runtime: Runtime) -> None:
    """After a restart in the middle of a job, its workspaces are done at once."""
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(share(runtime, JOB, ["T1"], work))
    await asyncio.wait_for(work.begun.wait(), 5)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert take(runtime, new_id(), "T1") == ["T1"]


async def test_no_transaction_begins_after_the_lease(runtime: Runtime) -> None:
    """Work that wakes up after a pause writes nothing before it knows whether its lease still holds."""
    seconds = iter([44.0, 45.0])
    token = HELD.set(Lease(45.0, lambda: next(seconds), since=0.0))
    about = {"workspace": None, "job": JOB, "holder": new_id(), "done": ()}
    try:
        await runtime.run(end_turns, **about)
        with pytest.raises(LeaseLost):
            await runtime.run(end_turns, **about)
    finally:
        HELD.reset(token)


async def test_processes_share_a_round_and_begin_none_before_its_time(
    runtime: Runtime, database: Database, clock: MovableClock
) -> None:
    """Each workspace is done once by one of them, and again after the interval; what follows is done as often."""
    for workspace in WORKSPACES:
        runtime.run_now(install_workspace, workspace=workspace, name="One", bot_user_id="U0B")
    work, followed = Work(), list[str]()

    async def follow(workspaces: Sequence[str]) -> None:
        followed.extend(workspaces)

    async def together() -> int:
        both = (runtime, Runtime(database, clock))
        about = {"every": HOUR, "then": follow, "at_once": 3}
        return sum(await asyncio.gather(*(share_rounds(one, JOB, work, **about) for one in both)))

    assert await together() == len(WORKSPACES)
    clock.move(HOUR - SECOND)
    assert await together() == 0
    clock.move(SECOND)
    assert await together() == len(WORKSPACES)
    assert Counter(work.done) == Counter(WORKSPACES * 2) == Counter(followed)


async def test_a_workspace_in_which_a_round_failed_is_tried_again_by_itself(runtime: Runtime) -> None:
    """An error of the work is its own; one of what follows is that of the batch."""
    for workspace in WORKSPACES[:3]:
        runtime.run_now(install_workspace, workspace=workspace, name="One", bot_user_id="U0B")
    work = Work(fails_in=WORKSPACES[1])
    with pytest.raises(OSError, match="is broken"):
        await share_rounds(runtime, JOB, work, every=HOUR)
    assert sorted(work.done) == [WORKSPACES[0], WORKSPACES[2]]
    mended = Work()

    async def fail(workspaces: Sequence[str]) -> None:
        raise OSError(f"{workspaces} can't be concluded")

    with pytest.raises(OSError, match="concluded"):
        await share_rounds(runtime, JOB, mended, every=HOUR, then=fail)
    assert await share_rounds(runtime, JOB, mended, every=HOUR) == 1
    assert mended.done == [WORKSPACES[1]] * 2
