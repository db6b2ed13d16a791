"""Levelling the days of an owner of 15,000 customers who are all due on one day."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

import bot.features  # noqa: F401 - brings all tables in
from benchmarks.company import START, WORKSPACE
from benchmarks.figure import Figure, in_turns, seconds
from bot.core.clock import MovableClock, new_id
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.queries.checking import list_all_problems
from bot.customers.queries.due import MOVING_NAMES, ScheduleBatch
from bot.customers.queries.levelling import Levelled, plan_levelling
from bot.customers.tables import Customer
from bot.customers.usecases.levelling import ask_for_levelling
from bot.people.tables import Person
from bot.storage import migrate
from bot.workspaces.usecases import install_workspace
from jobs.level_load import level_load

OWNER = "U0OWNER"
CUSTOMERS = 15_000
CADENCE, WAITED = 90, 20
BUDGET = 10.0
ROUNDS = 5


def measure(folder: Path) -> Figure:
    """Measure the plan against the check of every schedule, and see that levelling twice changes nothing."""
    runtime = _fill(folder / "levelling.db")
    ours, theirs, ratio = in_turns(
        lambda: seconds(lambda: _plan(runtime)), lambda: seconds(lambda: _check(runtime)), rounds=ROUNDS
    )
    moved, again = asyncio.run(_level_twice(runtime))
    assert moved, "Nothing was moved."
    assert not again, "Levelling again moved something."
    runtime.close()
    name = f"levelling {CUSTOMERS:,} customers of one owner due on one day, against checking their schedules"
    return Figure(name, ratio, BUDGET, ours, theirs, "s")


async def _level_twice(runtime: Runtime) -> tuple[int, int]:
    moved = await level_load(runtime)
    runtime.run_now(ask, workspace=WORKSPACE)
    return moved, await level_load(runtime)


def ask(session: Session, *, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Let the job level again."""
    ask_for_levelling(session)


def _plan(runtime: Runtime) -> Sequence[Levelled]:
    found: list[Levelled] = runtime.read_now(plan_levelling, workspace=WORKSPACE, owner_id=OWNER)
    return found


def _check(runtime: Runtime) -> None:
    with runtime.database.reading(WORKSPACE) as session:
        assert list_all_problems(session, START) == []


def _fill(path: Path) -> Runtime:
    """Return a runtime on a database with one owner, whose customers were all talked to on one day."""
    runtime = Runtime(Database(f"sqlite:///{path}"), MovableClock(START))
    migrate(runtime.database)
    runtime.run_now(_open, workspace=WORKSPACE)
    with runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.insert(Customer), _rows(session, START.date() - timedelta(days=WAITED)))
    return runtime


def _open(session: Session, *, now: Any) -> None:
    install_workspace(session, name="Levelling", bot_user_id="U0BOT", zone="UTC", now=now)
    session.add(Person(id=OWNER, name="Owner", name_key="owner", synced_at=now))


def _rows(session: Session, called_on: date) -> list[dict[str, Any]]:
    facts: dict[str, Any] = {
        **dict.fromkeys(MOVING_NAMES), "owner_id": OWNER, "cadence_days": CADENCE, "last_contact_on": called_on,
        "added_on": called_on,
    }  # fmt: skip
    schedule = ScheduleBatch(session, [OWNER]).compute(*(facts[name] for name in MOVING_NAMES))._asdict()
    plain = Customer(name="", name_key="", changed_at=START, **facts, **schedule).model_dump(exclude={"id"})
    own = {"workspace_id": WORKSPACE}
    names = [f"Customer {number}" for number in range(CUSTOMERS)]
    return [{**plain, **own, "id": new_id(), "name": name, "name_key": name.lower()} for name in names]
