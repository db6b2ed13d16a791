"""`evenhand copy`: everything from SQLite into PostgreSQL and back, compared at the end."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from bot.cli import app
from bot.copying import copy_database
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import InvalidInput, SettingsError
from bot.core.runtime import Runtime
from bot.customers.queries.coverage import list_tally_problems
from bot.features import FEATURES
from bot.people.rules import Role
from bot.storage import is_current, migrate
from bot.workspaces.usecases import install_workspace
from demo.company import load_company
from demo.people import PEOPLE
from tests.makers import LONG_AGO, START, WORKSPACE, add_person

SLOW = pytest.mark.slow
TABLES = ("customers", "checkins", "promises", "escalations", "followups", "people", "mentions", "outbox")


def _ignore(_table: str) -> None:
    """Report to nobody."""


@pytest.fixture(scope="module")
def company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite database with the sample company."""
    file = tmp_path_factory.mktemp("company") / "company.db"
    shutil.copy(sqlite_template, file)
    runtime = Runtime(Database(f"sqlite:///{file}"), MovableClock(START), FEATURES)
    with runtime.database.transaction(WORKSPACE) as session:
        install_workspace(session, name="Halden & Voss", bot_user_id="U0BOT", zone="Europe/London", now=LONG_AGO)
        for person_id, _handle, name, zone, more in PEOPLE:
            role = Role.MANAGER if more.get("is_admin") else Role.MEMBER
            add_person(session, person_id, name, zone=zone, role=role)
    load_company(runtime, workspace=WORKSPACE, digest_channel=("C00000002", "accounts"))
    runtime.close()
    return file


@pytest.fixture
def source(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Return a SQLite database with the sample company, which nobody uses; it is copied seven rows at a time."""
    monkeypatch.setattr("bot.copying.ROWS", 7)
    shutil.copy(company, tmp_path / "source.db")
    made = Database(f"sqlite:///{tmp_path}/source.db")
    yield made
    made.close()


@pytest.fixture
def target(postgres_url: str) -> Iterator[Database]:
    """Return an empty PostgreSQL database."""
    made = Database(postgres_url)
    with made.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    made.close()
    yield made
    made.close()


def _count(database: Database, table: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - our names


def _counts(database: Database) -> dict[str, int]:
    counts = {table: _count(database, table) for table in (*TABLES, "customer_names")}
    database.close()
    return counts


def test_everything_arrives(source: Database, target: Database) -> None:
    """The rows, the names for searching and the tally, which the target's own triggers keep; then the bot can start."""
    before = _counts(source)
    said: list[str] = []
    rows = copy_database(source, target, report=said.append)
    assert rows > sum(before[table] for table in TABLES) > 70
    assert set(TABLES) < set(said)
    assert _counts(target) == before
    migrate(target)
    assert is_current(target)
    with target.reading(WORKSPACE) as session:
        assert list_tally_problems(session) == []


@SLOW
def test_new_rows_are_numbered_after_the_copied_ones(source: Database, target: Database) -> None:
    """What was true of a customer is kept on when it changes in the new database."""
    headcount = sa.text("UPDATE customers SET headcount = :headcount WHERE name = 'Harlem Print Works'")
    with source.engine.begin() as connection:
        connection.execute(headcount, {"headcount": 15})
    source.close()
    copy_database(source, target, report=_ignore)
    before = _count(target, "former_facts")
    with target.engine.begin() as connection:
        connection.execute(headcount, {"headcount": 16})
    assert _count(target, "former_facts") == before + 1


@SLOW
def test_it_can_go_back(source: Database, target: Database, tmp_path: Path) -> None:
    """A copy of the copy is the same as the first."""
    again = Database(f"sqlite:///{tmp_path}/again.db")
    rows = copy_database(source, target, report=_ignore)
    assert copy_database(target, again, report=_ignore) == rows
    assert _counts(again) == _counts(source)


@pytest.mark.parametrize(
    "at", [pytest.param("people", marks=SLOW), "customers", pytest.param("mention_sightings", marks=SLOW)]
)
def test_an_interrupted_copy_goes_on(source: Database, target: Database, at: str) -> None:
    """Nothing is doubled; and until it is whole, no bot runs on it."""

    def stop(table: str) -> None:
        if table == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(source, target, report=stop)
    with pytest.raises(SettingsError, match="run the same evenhand copy again"):
        migrate(target)
    copy_database(source, target, report=_ignore)
    assert _counts(target) == _counts(source)
    migrate(target)


@SLOW
def test_a_row_that_changes_meanwhile_is_noticed(source: Database, target: Database) -> None:
    """The comparison is of every value, not of counts alone."""

    def change(table: str) -> None:
        if table == "customers":
            with target.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE customers SET domain = 'x' WHERE name = 'Harlem Print Works'")

    with pytest.raises(SettingsError, match=r"^The copy of customers isn't like what was copied; empty the target"):
        copy_database(source, target, report=change)


# --- what is refused ---------------------------------------------------------------------------------------------


def _refusal(copy: Callable[[], object]) -> str:
    with pytest.raises(InvalidInput) as caught:
        copy()
    return str(caught.value)


def test_a_target_that_holds_something_is_refused(source: Database, target: Database) -> None:
    """Whatever is in it stays."""
    migrate(target)
    assert "isn't empty; name an empty one." in _refusal(lambda: copy_database(source, target, report=_ignore))
    assert _count(target, "customers") == 0


def test_the_same_database_is_refused(source: Database) -> None:
    """It would be emptied."""
    same = Database(source.url.render_as_string(hide_password=False))
    assert "names already; name another one." in _refusal(lambda: copy_database(source, same, report=_ignore))


def test_a_database_in_use_is_refused(source: Database, target: Database) -> None:
    """A bot that still writes would be half copied."""
    other = Database(source.url.render_as_string(hide_password=False))
    with other.engine.connect() as bot:
        bot.execute(sa.text("SELECT count(*) FROM customers"))
        assert "stop the bot, and try again." in _refusal(lambda: copy_database(source, target, report=_ignore))
    other.close()


def test_an_old_database_is_refused(source: Database, target: Database) -> None:
    """Its tables are others."""
    with source.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    source.close()
    assert "run evenhand migrate first." in _refusal(lambda: copy_database(source, target, report=_ignore))


@SLOW
def test_the_command_says_what_comes_next(source: Database, target: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line a table, and the settings to change."""
    monkeypatch.setenv("DATABASE_URL", source.url.render_as_string(hide_password=False))
    source.close()
    address = target.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(app, ["copy", "--to", address])
    assert result.exit_code == 0, result.output
    assert "customers is copied." in result.output
    assert "rows are copied and compared. Set DATABASE_URL to the new database, start the bot" in result.output
    assert make_url(address) == target.url
