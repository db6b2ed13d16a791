"""A draw can be repeated: on the other database, and with a list that was exported and imported again."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.campaigns.queries.drawing import Filters, list_candidates
from bot.campaigns.rules.draws import draw
from bot.campaigns.schemas import Proposal
from bot.copying import copy_database
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts, write_csv
from bot.customers.queries import HEADERS, export_rows
from bot.customers.usecases.lists import apply_import
from bot.features import FEATURES
from tests.campaigns.helpers import planned
from tests.conftest import MONDAY
from tests.makers import ANA, BOB, MARA, Office

pytestmark = pytest.mark.both_databases


@pytest.fixture
def elsewhere(furnished_template: Path, tmp_path: Path) -> Iterator[Office]:
    """The same people in another database, which is SQLite."""
    shutil.copy(furnished_template, tmp_path / "elsewhere.db")
    runtime = Runtime(Database(f"sqlite:///{tmp_path}/elsewhere.db"), MovableClock(MONDAY), FEATURES)
    yield Office(runtime)
    runtime.close()


def furnish(office: Office) -> None:
    """Customers with and without ids and domains, in two currencies, namesakes among them."""
    for number in range(40):
        more = {"external_id": f"HV-{number}", "source": "crm"} if number % 3 == 0 else {}
        domain = f"customer{number}.com" if number % 4 == 0 else None
        office.customer(
            f"Customer {number % 37:02}", owner=(ANA, BOB)[number % 2], domain=domain, country="PT",
            annual_value=Decimal(1000 * number) if number % 5 else None, currency="EUR" if number % 7 else "USD",
            headcount=number + 1, added_on=date(2026, 1, 1 + number % 28), **more,
        )  # fmt: skip


def drawn_names(office: Office) -> tuple[list[str], list[str]]:
    """The names that would be called and compared with."""
    candidates = office.look(lambda session: list_candidates(session, Filters((), "", "")))
    made = draw(candidates.strata(), size=8, seed="4711")
    called, control = ([candidates.rows[one].name for one in candidates.list_ids(keys)] for keys in made)
    return called, control


def shown(office: Office) -> Proposal:
    """What the form shows of the draw."""
    return planned(office, size=8)


def test_a_list_that_was_exported_and_imported_again_draws_the_same(office: Office, elsewhere: Office) -> None:
    """Into another database, where every customer has another id: same fingerprint, same customers, same calls."""
    furnish(office)
    exported = write_csv(HEADERS, office.ask(export_rows))
    drafts = read_drafts(exported, name="customers.csv", today=MONDAY.date())
    elsewhere.do(apply_import, drafts=drafts, by=MARA)
    ids = [
        set(one.look(lambda session: list_candidates(session, Filters((), "", ""))).rows) for one in (office, elsewhere)
    ]
    assert ids[0].isdisjoint(ids[1])
    assert shown(office) == shown(elsewhere)
    assert drawn_names(office) == drawn_names(elsewhere)
    assert len(shown(office).fingerprint) == 16


@pytest.mark.slow
def test_a_copy_of_the_database_draws_the_same(office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """From SQLite to PostgreSQL and from PostgreSQL to SQLite."""
    furnish(office)
    before = shown(office), drawn_names(office)
    source = office.runtime.database
    if source.dialect == "postgresql":
        target = Database(f"sqlite:///{tmp_path}/copy.db")
    else:
        target = Database(request.getfixturevalue("postgres_url"))
        with target.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        target.close()
    source.close()
    copy_database(source, target, report=lambda _table: None)
    copied = Office(Runtime(target, MovableClock(MONDAY), FEATURES))
    assert (shown(copied), drawn_names(copied)) == before
    copied.runtime.close()


def test_the_fingerprint_tells_one_list_from_another(office: Office) -> None:
    """Whatever the seed; with one customer more it is another."""
    furnish(office)
    before = shown(office)
    assert shown(office) == before
    assert planned(office, size=8, seed="4712").fingerprint == before.fingerprint
    office.customer("New", headcount=500)
    assert shown(office).fingerprint != before.fingerprint
