"""Storage: one workspace a session, nothing lost by concurrency, tables as the migrations make them."""

import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, SQLModel, col, select

from bot.core.database import Database, among, days_between, sqlite_module, workspace_of
from bot.core.errors import NotFound, SettingsError
from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.storage import is_described
from bot.workspaces.tables import Workspace
from bot.workspaces.usecases import install_workspace
from tests.makers import WORKSPACE, Office, add_customer

pytestmark = pytest.mark.both_databases


def test_migrations_make_the_tables_that_the_code_describes(database: Database) -> None:
    """A table or column that a migration forgot fails here."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_described})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_session_sees_only_its_workspace(office: Office, runtime: Runtime) -> None:
    """Even a query that forgets to name the workspace gets none of another's rows."""
    office.customer("Acme")
    with runtime.database.transaction("T0OTHER") as session:
        install_workspace(session, name="Other", bot_user_id="U1", now=runtime.clock.now())
        assert session.exec(select(Customer)).all() == []
        add_customer(session, "Theirs")
    with runtime.database.reading(WORKSPACE) as session:
        assert [customer.name for customer in session.exec(select(Customer)).all()] == ["Acme"]


def test_a_row_of_another_workspace_is_never_written(office: Office, runtime: Runtime) -> None:
    """A row that carries another workspace's id is refused as a whole."""
    with pytest.raises(RuntimeError, match="another workspace"), runtime.database.transaction(WORKSPACE) as session:
        add_customer(session, "Smuggled", workspace_id="T0OTHER")
    assert office.look(lambda session: session.exec(select(Customer)).all()) == []


def test_thousands_of_values_are_looked_for_at_once(office: Office, runtime: Runtime) -> None:
    """Rows are found by their names and ids, of the workspace alone; nothing is found by no value."""
    acme, zenith = office.customer("Acme"), office.customer("Zenith")
    office.customer("Nadir")
    with runtime.database.reading(WORKSPACE) as session:
        names = [*(f"nobody {number}" for number in range(3000)), "acme", "zenith", 'o\'neill \\ "quoted", {braced}']
        query = select(Customer.id)
        assert set(session.exec(query.where(among(session, col(Customer.name_key), names))).all()) == {acme, zenith}
        assert session.exec(query.where(among(session, col(Customer.id), {acme: "a key"}))).all() == [acme]
        assert session.exec(query.where(among(session, col(Customer.id), []))).all() == []


def test_concurrent_changes_are_all_kept(office: Office, runtime: Runtime) -> None:
    """Forty people adding one at the same moment make forty."""

    def add_one(session: Session, *, now: object) -> None:
        workspace = session.exec(select(Workspace).where(Workspace.id == workspace_of(session))).one()
        workspace.first_calls_a_day += 1
        assert now

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: runtime.run_now(add_one, workspace=WORKSPACE), range(40)))
    assert office.look(lambda session: session.exec(select(Workspace)).one()).first_calls_a_day == 48


def test_days_between_counts_whole_days(database: Database) -> None:
    """The same count on both databases, over a leap day."""
    with database.reading(None) as session:
        later, earlier = sa.literal(date(2028, 3, 1), sa.Date()), sa.literal(date(2028, 2, 28), sa.Date())
        assert session.execute(sa.select(days_between(later, earlier))).scalar_one() == 2


def test_an_error_leaves_nothing_behind(office: Office, runtime: Runtime) -> None:
    """A use case that fails half-way has changed nothing."""

    def half_way(session: Session, *, now: object) -> None:
        add_customer(session, "Half")
        raise ValueError(str(now))

    with pytest.raises(ValueError, match="2026"):
        office.do(half_way)
    assert office.look(lambda session: session.exec(select(Customer)).all()) == []


@pytest.mark.parametrize(
    "address",
    [
        "nonsense", "sqlite://", "sqlite:///:memory:", "oracle+nothing://x", "mysql://here/x",
        "sqlite+aiosqlite:///evenhand.db", "postgresql+asyncpg://here/x", "http://[::1", "postgresql+psycopg://h:port/x",
    ],
)  # fmt: skip
def test_a_wrong_database_address_is_one_sentence(address: str) -> None:
    """Whoever mistypes the address reads what to write instead."""
    with pytest.raises(SettingsError, match=r"sqlite:///evenhand\.db"):
        Database(address)


@pytest.mark.parametrize(
    ("bundled", "chosen"),
    [((9, 0, 0), "bundled"), ((3, 0, 0), "standard"), (None, "standard")],
    ids=["newer", "older", "absent"],
)
def test_the_newest_sqlite_is_chosen(
    monkeypatch: pytest.MonkeyPatch, bundled: tuple[int, ...] | None, chosen: str
) -> None:
    """Of the wheel's and the standard library's."""
    found = SimpleNamespace(sqlite_version_info=bundled) if bundled else None
    monkeypatch.setitem(sys.modules, "pysqlite3.dbapi2", cast("ModuleType", found))
    assert sqlite_module() is (found if chosen == "bundled" else sqlite3)


def test_readers_and_writers_lend_each_other_connections_and_keep_their_ways(database: Database) -> None:
    """A reader locks nobody out and is never asked to begin again, whoever had its connection before."""
    asks = "SHOW transaction_isolation" if database.dialect == "postgresql" else "SELECT 'as ever'"
    for _ in range(3):
        with database.transaction(None) as writing, database.reading(None) as reading:
            told = [session.connection().exec_driver_sql(asks).scalar_one() for session in (writing, reading)]
            assert told in (["serializable", "read committed"], ["as ever", "as ever"])
    assert database.engine.pool is database._read.pool


def test_who_reads_waits_for_no_writer(office: Office, runtime: Runtime) -> None:
    """While somebody writes, everybody else reads what was there before."""
    office.customer("Acme")
    with runtime.database.transaction(WORKSPACE) as writing:
        add_customer(writing, "Bakery")
        assert [one.name for one in office.look(lambda session: session.exec(select(Customer)).all())] == ["Acme"]


def test_a_reader_leaves_nothing_behind(office: Office, runtime: Runtime) -> None:
    """Neither rows nor a transaction nor the workspace of whoever read before, also after an error."""
    for workspace in (WORKSPACE, "T0OTHER", WORKSPACE):
        with runtime.database.reading(workspace) as session:
            assert workspace_of(session) == workspace
            assert session.exec(select(Customer.name)).all() == []
            if workspace == WORKSPACE:
                add_customer(session, "Never kept")
                assert session.exec(select(Customer.name)).all() == ["Never kept"]
    with pytest.raises(NotFound), runtime.database.reading(WORKSPACE) as session:
        _add_and_fail(session)
    with runtime.database.reading(WORKSPACE) as session:
        assert session.exec(select(Customer.name)).all() == []
    assert runtime.database.engine.pool.checkedout() == 0


def _add_and_fail(session: Session) -> None:
    add_customer(session, "Never kept")
    raise NotFound("No such thing.")


def test_many_may_read_at_once(office: Office, runtime: Runtime) -> None:
    """Each has a connection of its own."""
    names = [f"Customer {number}" for number in range(20)]
    for name in names:
        office.customer(name)
    inside = threading.Barrier(6)

    def read(_turn: int) -> list[str]:
        with runtime.database.reading(WORKSPACE) as session:
            inside.wait(20)
            return sorted(session.exec(select(Customer.name)).all())

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(read, range(12))) == [sorted(names)] * 12
    assert runtime.database.engine.pool.checkedout() == 0


def test_postgresql_looks_at_its_tables_when_they_were_migrated(database: Database) -> None:
    """It knows their sizes before somebody waits for a plan; -1 is what it says of a table that it never looked at."""
    if database.dialect == "postgresql":
        asked = "SELECT min(reltuples) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql(asked).scalar_one() >= 0
