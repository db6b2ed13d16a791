"""A claim takes the first message of each recipient, however many wait behind it."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from bot.core import outbox
from bot.core.claiming import claim
from bot.core.clock import MovableClock
from bot.core.database import Database, gather_statistics
from bot.core.outbox import NewNotification
from bot.core.runtime import Runtime
from tests.jobs.mail import MAIL, Letter
from tests.makers import START, WORKSPACE, Office, open_office

CHANNELS, MESSAGES = 100, 2_000


def enqueue_many(office: Office) -> None:
    """Store so many letters for so many channels, a second apart."""
    now = office.runtime.clock.now()
    letters = [
        NewNotification(
            Letter(words="Good morning."),
            f"C{number % CHANNELS:06}",
            f"letter:{number}",
            not_before=now - timedelta(seconds=MESSAGES - number),
        )
        for number in range(MESSAGES)
    ]

    def store(session: Session, *, now: Any) -> int:
        return outbox.enqueue_all(session, letters, now=now)

    office.runtime.run_now(store, workspace=WORKSPACE)


def steps_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each step of a plan of PostgreSQL's."""
    yield plan
    for step in plan.get("Plans", ()):
        yield from steps_of(step)


@pytest.mark.both_databases
@pytest.mark.slow
def test_each_channel_gets_its_first_message(office: Office) -> None:
    """The longest waiting come first, and the second ones only once the first ones are sent."""
    enqueue_many(office)
    first = office.runtime.run_now(claim, workspace=None, limit=60)
    rest = office.runtime.run_now(claim, workspace=None, limit=60)
    assert [claimed.key for claimed in first + rest] == [f"letter:{number}" for number in range(CHANNELS)]
    assert office.runtime.run_now(claim, workspace=None, limit=60) == []


@pytest.mark.slow
@pytest.mark.parametrize("with_statistics", [False, True])
def test_each_message_is_looked_at_a_few_times(postgres_url: str, *, with_statistics: bool) -> None:
    """PostgreSQL compares no message with all others, also straight after they were stored."""
    sent = list[tuple[str, Any]]()
    with closing(Runtime(Database(postgres_url), MovableClock(START), [MAIL])) as runtime:
        enqueue_many(open_office(runtime))
        engine = runtime.database.engine
        if with_statistics:
            with engine.begin() as connection:
                gather_statistics(connection, "outbox")
        event.listen(engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
        runtime.run_now(claim, workspace=None, limit=16)
        statement, values = next(one for one in sent if "row_number" in one[0])
        with engine.connect() as connection:
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
            plan = connection.exec_driver_sql(explain, values).scalar_one()
    steps = list(steps_of(plan[0]["Plan"]))
    compared = sum(
        step["Actual Loops"] * (step["Actual Rows"] + step.get("Rows Removed by Join Filter", 0)) for step in steps
    )
    assert compared < len(steps) * MESSAGES, json.dumps(plan, indent=1)
