"""On PostgreSQL, nobody waits for ever: a statement that takes too long is stopped, with a sentence and a log line."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from bot.core import database as storage
from bot.core.database import Database
from bot.core.errors import TookTooLong
from bot.core.heartbeats import JobRun, begin_run
from bot.core.runtime import Runtime
from tests.conftest import MONDAY
from tests.makers import ANA, WORKSPACE, Office, add_customer
from tests.world import open_world

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop statements after a fifth of a second."""
    monkeypatch.setattr(storage, "STATEMENT_SECONDS", 0.2)


def sleep(session: Session, *, now: Any, seconds: float = 30) -> str:
    """Add a customer, and sleep in the database; on SQLite, only add the customer."""
    name = add_customer(session, f"Acme {now:%H}").name
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(sa.text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
    return name


async def test_a_statement_that_takes_too_long_is_stopped(office: Office, runtime: Runtime) -> None:
    """The person reads what to do, the log names the work and the statement, nothing is kept, and the next one runs."""
    if runtime.database.dialect == "sqlite":
        assert await runtime.run(sleep, workspace=WORKSPACE) == "Acme 09"
        return
    for way in (runtime.run, runtime.read):
        with structlog.testing.capture_logs() as lines, pytest.raises(TookTooLong, match="Try again in a minute"):
            await way(sleep, workspace=WORKSPACE)
        [line] = [line for line in lines if line["event"] == "statement.too_long"]
        assert (line["work"], "pg_sleep" in line["statement"]) == ("sleep", True)
    assert office.look(lambda session: session.execute(sa.text("SELECT count(*) FROM customers")).scalar_one()) == 0
    assert await runtime.run(sleep, workspace=WORKSPACE, seconds=0) == "Acme 09"


async def test_jobs_and_files_take_their_time(office: Office, runtime: Runtime) -> None:
    """So does the command line; and a limit of the server's own is no sentence for a person."""
    assert await runtime.background.run(sleep, workspace=WORKSPACE, seconds=0.4) == "Acme 09"
    assert runtime.read_now(sleep, workspace=WORKSPACE, seconds=0.4) == "Acme 09"
    if runtime.database.dialect == "postgresql":
        with runtime.database.engine.begin() as connection:
            connection.exec_driver_sql("SET SESSION statement_timeout = '0.2s'")
        with pytest.raises(DBAPIError):
            runtime.read_now(sleep, workspace=WORKSPACE)


async def test_a_command_that_takes_too_long_answers_with_a_sentence(postgres_url: str) -> None:
    """Somebody holds the table; `/checkin` gives up, and works once it is free."""
    async with open_world(postgres_url) as world:
        world.office.customer("Acme", owner=ANA, waited=40)
        with world.runtime.database.engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
            answer = (await world.as_(ANA).command("/checkin")).messages[-1]
            assert "That took too long, so it was stopped, and nothing was changed." in answer.text
        assert "Acme" in str((await world.as_(ANA).command("/checkin")).messages[-1].blocks)


def test_a_transaction_whose_process_stands_still_is_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process waits for what it holds until PostgreSQL ends it; when it goes on, nothing of it is kept."""
    monkeypatch.setattr(storage, "IDLE_SECONDS", 0.2)
    still, other = Database(postgres_url), Database(postgres_url)
    with pytest.raises(DBAPIError, match="idle-in-transaction"):
        _stand_still(still, other)
    with other.reading(None) as session:
        assert session.exec(select(JobRun.fence)).all() == [1]
    still.close()
    other.close()


def _stand_still(still: Database, other: Database) -> None:
    """Take a lease in a transaction, and let another process take it before the commit."""
    take = {"name": "work", "lease": timedelta(minutes=1), "now": MONDAY}
    with still.transaction(None) as session:
        assert begin_run(session, **take) == 1
        with other.transaction(None) as waiting:
            assert begin_run(waiting, **take) == 1
