"""Many rows at once: they are kept as if added one by one, and the search for garbage goes on afterwards."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.core.bulk import insert_many
from bot.core.clock import new_id
from bot.core.collecting import sparing_present, without_collecting
from bot.core.database import CHUNK, each_among
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.customers.usecases import writing
from tests.customers.lists import take_in
from tests.makers import START, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

DAY = date(2026, 11, 23)
TABLE: sa.Table = Customer.__table__  # type: ignore[attr-defined]


def test_rows_added_at_once_read_back_as_they_were(office: Office) -> None:
    """Ids, dates, words of a list, sums and blanks come back in their own kinds, on both databases."""
    first = {
        "id": new_id(), "workspace_id": WORKSPACE, "name": "Ångström & Søn", "name_key": "angstrom",
        "tags": ["a", 'ø "b" \\ \n'],
        "preferences": [], "status": Status.ACTIVE, "added_on": DAY, "effective_cadence_days": 30, "waiting_since": DAY,
        "due_on": DAY, "neglected_after": DAY, "changed_at": START, "domain": "angstrom.se",
        "annual_value": Decimal("1234567.89"), "headcount": 2_000_000_000,
    }  # fmt: skip
    second = {
        **first,
        "id": new_id(),
        "name": "Bakery",
        "name_key": "bakery",
        "annual_value": Decimal(3),
        "headcount": 1,
    }
    del second["domain"]

    def add_and_read(session: Session, **_: object) -> dict[object, sa.RowMapping]:
        insert_many(session.connection(), TABLE, sorted(first), [first, second])
        rows = session.execute(sa.select(TABLE).where(TABLE.c.id.in_([first["id"], second["id"]]))).mappings()
        return {row["id"]: row for row in rows}

    kept = office.runtime.run_now(add_and_read, workspace=WORKSPACE)
    assert {name: kept[first["id"]][name] for name in first} == first
    assert {name: kept[second["id"]][name] for name in second} == second
    assert kept[second["id"]]["domain"] is None


def test_what_is_the_same_in_all_rows_is_in_each_of_them(office: Office) -> None:
    """Also a column that no row fills, and in a single row, which differs from none."""
    alike = {
        "workspace_id": WORKSPACE, "name": "Acme", "name_key": "acme", "tags": ["a"], "preferences": [],
        "status": Status.PAUSED, "status_reason": "asked to", "added_on": DAY, "effective_cadence_days": 30,
        "waiting_since": DAY, "due_on": DAY, "neglected_after": DAY, "changed_at": START, "headcount": 7,
        "annual_value": Decimal("12.50"),
    }  # fmt: skip
    columns = [*alike, "id", "domain"]

    def add_and_read(session: Session, **_: object) -> list[dict[str, object]]:
        for many in (3, 1):
            insert_many(session.connection(), TABLE, columns, [{**alike, "id": new_id()} for _ in range(many)])
        return [dict(row) for row in session.execute(sa.select(TABLE)).mappings()]

    kept = office.runtime.run_now(add_and_read, workspace=WORKSPACE)
    assert [{name: row[name] for name in alike} for row in kept] == [alike] * 4
    assert {row["domain"] for row in kept} == {None}
    assert len({row["id"] for row in kept}) == len(kept)


def test_a_row_that_is_there_already_is_refused(office: Office) -> None:
    """As any statement's error, on both databases; nothing of the rows is kept."""
    row = {
        "id": new_id(), "workspace_id": WORKSPACE, "name": "Bakery", "name_key": "bakery", "tags": [],
        "preferences": [], "status": Status.ACTIVE, "added_on": DAY, "effective_cadence_days": 30, "waiting_since": DAY,
        "due_on": DAY, "neglected_after": DAY, "changed_at": START,
    }  # fmt: skip

    def add(session: Session, **_: object) -> None:
        insert_many(session.connection(), TABLE, sorted(row), [row, row])

    with pytest.raises(IntegrityError):
        office.do(add)
    assert office.look(lambda session: session.execute(sa.select(TABLE.c.id)).all()) == []


def test_garbage_is_looked_for_again_after_an_import() -> None:
    """Also when the work in between fails."""
    assert gc.isenabled()

    @without_collecting()
    def fails() -> None:
        assert not gc.isenabled()
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        fails()
    assert gc.isenabled()


def test_what_is_there_before_long_work_is_left_alone_until_it_ends() -> None:
    """Garbage of the work itself is collected meanwhile; everything is looked at again afterwards, also if it fails."""

    @sparing_present()
    def fails() -> None:
        assert gc.get_freeze_count() > 0
        made: list[object] = []
        made.append(made)
        del made
        assert gc.collect() > 0
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        fails()
    assert gc.get_freeze_count() == 0


def test_thousands_of_ids_are_looked_for_in_as_few_statements_as_fit(office: Office) -> None:
    """PostgreSQL takes them as one array, SQLite some at a time; none is left out, and no ids need no statement."""
    row = {
        "workspace_id": WORKSPACE, "name": "Bakery", "name_key": "bakery", "tags": [], "preferences": [],
        "status": Status.ACTIVE, "added_on": DAY, "effective_cadence_days": 30, "waiting_since": DAY, "due_on": DAY,
        "neglected_after": DAY, "changed_at": START,
    }  # fmt: skip
    ids = [new_id() for _ in range(CHUNK + 1)]

    def add_and_look(session: Session, **_: object) -> tuple[int, set[object], int]:
        insert_many(session.connection(), TABLE, [*row, "id"], [{**row, "id": key} for key in ids])
        conditions = list(each_among(session, TABLE.c.id, ids))
        found = {key for is_one in conditions for key in session.execute(sa.select(TABLE.c.id).where(is_one)).scalars()}
        return len(conditions), found, len(list(each_among(session, TABLE.c.id, [])))

    many, found, none = office.runtime.run_now(add_and_look, workspace=WORKSPACE)
    assert many == (2 if office.runtime.database.dialect == "sqlite" else 1)
    assert found == set(ids)
    assert none == 0


def test_two_imports_at_once_share_the_quiet() -> None:
    """The one that ends first doesn't end it for the other."""
    both_in, one_out = Barrier(2), Barrier(2)

    def first() -> None:
        with without_collecting():
            both_in.wait(10)
        one_out.wait(10)

    def second() -> bool:
        with without_collecting():
            both_in.wait(10)
            one_out.wait(10)
            return gc.isenabled()

    with ThreadPoolExecutor(2) as threads:
        ended = threads.submit(first)
        assert threads.submit(second).result() is False
        ended.result()
    assert gc.isenabled()


def test_a_process_without_that_search_stays_without() -> None:
    """Whoever switched it off before finds it off."""
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_postgresql_looks_at_its_tables_after_a_long_list(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not after a short one: it is the first `/checkin` after thousands of rows that can't wait for it."""
    monkeypatch.setattr(writing, "MANY", 3)
    known = []
    for names in ("Acme\nBirch\n", "Cedar\nDogwood\nElm\n"):
        take_in(office, f"Name\n{names}")
        if office.runtime.database.dialect == "postgresql":
            asked = "SELECT reltuples FROM pg_class WHERE relname = 'customers'"
            with office.runtime.database.engine.connect() as connection:
                known.append(connection.exec_driver_sql(asked).scalar_one())
    assert known in ([], [0, 5])
