"""What a press does is stored before it is acknowledged: kill -9 right after the acknowledgement loses nothing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.workspaces.queries import list_audit
from rehearsal.server import Rehearsal
from tests.faults.processes import running
from tests.makers import ANA, START, Office
from tests.shell.outside import rehearsal

ROUNDS, PRESSES = 2, 4


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged", [1, PRESSES])
async def test_what_was_acknowledged_is_there_after_kill_9(
    database_url: str, tmp_path: Path, acknowledged: int
) -> None:
    """Ana takes four customers at once; the bot is killed at the first acknowledgement, or at the last."""
    office = Office(Runtime(Database(database_url), MovableClock(START)))
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon", email="ana@example.test")
        for number in range(ROUNDS):
            async with running(slack, database_url, tmp_path) as process:
                await _warm_up(slack, office.customer(f"First {number}"))
                customers = [office.customer(f"Customer {number}{press}") for press in range(PRESSES)]
                taken = await _take(slack, customers, acknowledged, process)
            assert len(taken) >= acknowledged
            assert [office.look(lambda session, one=one: _owner(session, one)) for one in taken] == [ANA] * len(taken)
            assert {office.look(lambda session, one=one: _times_taken(session, one)) for one in taken} == {1}
    office.runtime.close()


async def _warm_up(slack: Rehearsal, customer: UUID) -> None:
    """Take one customer: the first press of a process takes ten times as long as the others."""
    ana = slack.control.as_person(ANA)
    pool = await (await ana.command("/customers pool")).reply()
    await ana.press(pool, "customers.take", value=str(customer))


async def _take(
    slack: Rehearsal, customers: Sequence[UUID], acknowledged: int, process: asyncio.subprocess.Process
) -> list[UUID]:
    """Press *Take* for all *customers*, kill the bot after so many were *acknowledged*; return all that were."""
    ana = slack.control.as_person(ANA)
    pool = await (await ana.command("/customers pool")).reply()
    presses = {
        asyncio.create_task(ana.press(pool, "customers.take", value=str(customer))): customer for customer in customers
    }
    waiting = set(presses)
    while len(presses) - len(waiting) < acknowledged:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    process.kill()
    await process.wait()
    done, late = await asyncio.wait(presses, timeout=5)
    assert not late
    return [presses[press] for press in done if press.result().acked]


def _owner(session: Session, customer_id: UUID) -> str | None:
    return session.exec(select(Customer.owner_id).where(Customer.id == customer_id)).one()


def _times_taken(session: Session, customer_id: UUID) -> int:
    trail = list_audit(session, subject_kind="customer", subject_id=str(customer_id))
    return sum(entry.action == "customer.handed_over" for entry in trail)
