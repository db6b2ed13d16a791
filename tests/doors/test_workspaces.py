"""
Two workspaces in one database: no query or use case, called with the other's ids, reads or changes it.

On PostgreSQL this also holds with either wall removed: without the condition that a session adds to each statement, and
without row-level security.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session, SQLModel

from bot.core import database as walls
from bot.core.database import Database, WorkspaceRow
from bot.core.errors import BotError
from bot.core.row_security import SETTING, UNFORCED
from tests import workspace_guard
from tests.doors.rows import Forged, fill, functions, rows_of
from tests.makers import MARA, WORKSPACE

pytestmark = pytest.mark.slow

Rows = dict[str, list[str]]
OTHER, THEIR_ID, THEIR_PERSON, THEIR_WORD = "T0OTHER", UUID(int=7), "U0THEIRS", "Onlytheirs"
ENOUGH = 0.85  # of all functions run to their end, or refuse
OF_ALL = {
    "bot.reviews.queries.reconciliation.list_unreconciled",
    "bot.workspaces.queries.list_workspaces",
    "bot.workspaces.queries.list_uninstalled",
}
"""They tell jobs which workspaces there are, or where there is something to do."""
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}|0x[0-9a-f]+")
"""Ids that are made anew, and addresses in memory."""


@pytest.fixture
def database(database_url: str) -> Any:
    """Return a database with a row of ours in every table."""
    made = _open(database_url)
    yield made
    made.close()


@pytest.fixture(params=["the session's condition", "row-level security"])
def with_one_wall(request: pytest.FixtureRequest, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a database like that, on PostgreSQL, where one of the two walls is removed."""
    made = _open(postgres_url)
    if request.param == "row-level security":
        _disable_row_security(made)
        yield made
    else:
        monkeypatch.setattr(workspace_guard, "unscoped_tables", lambda _statement: ())
        with unscoped_sessions():
            yield made
    made.close()


def _open(url: str) -> Database:
    made = Database(url)
    with made.engine.begin() as connection:
        fill(connection, WORKSPACE, word="Ours", row_id=UUID(int=5), person=MARA)
    return made


def _disable_row_security(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in SQLModel.metadata.sorted_tables:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE ROW LEVEL SECURITY")


@contextmanager
def unscoped_sessions() -> Iterator[None]:
    """Have sessions add no condition to any statement, and refuse no row; new rows still get the workspace."""
    removed = (("do_orm_execute", walls._scope_to_workspace), ("before_flush", walls._stamp_workspace))
    for name, wall in removed:
        event.remove(walls._WorkspaceSession, name, wall)
    event.listen(walls._WorkspaceSession, "before_flush", _stamp_only)
    try:
        yield
    finally:
        event.remove(walls._WorkspaceSession, "before_flush", _stamp_only)
        for name, wall in removed:
            event.listen(walls._WorkspaceSession, name, wall)


def _stamp_only(session: Any, *_: Any) -> None:
    for row in session.new:
        if isinstance(row, WorkspaceRow):
            row.workspace_id = row.workspace_id or session.info["workspace"]


def call(database: Database, function: Callable[..., Any], their_rows: Rows | None) -> str | None:
    """
    Return what a query or use case answers or refuses with, and None where the arguments mean nothing to it.

    What it did must have left *their_rows* as they are, and is rolled back.
    """
    try:
        inputs = Forged(THEIR_ID, THEIR_PERSON).arguments(function)
    except (TypeError, ValueError, RecursionError):
        return None
    try:
        with database.reading(WORKSPACE) as session:  # which is rolled back
            answer = repr(function(session, **inputs))
            session.flush()
            unchanged = their_rows is None or _seen_by_them(session) == their_rows
    except BotError as refusal:
        return CHANGING.sub("-", f"{refusal} {vars(refusal)}")
    except Exception:  # noqa: BLE001 - arguments that mean nothing; nothing of it is stored
        return None
    assert unchanged, function
    return CHANGING.sub("-", answer)


def _seen_by_them(session: Session) -> Rows:
    """Return what is stored of the other workspace, as the transaction of *session* has left it."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT set_config('{SETTING}', '{OTHER}', true)")
    return rows_of(connection, OTHER)


def test_nothing_of_another_workspace_is_read_or_changed(database: Database) -> None:
    """No answer holds a word of theirs or depends on their rows, which stay byte for byte as they were."""
    require_apart(database)


def test_either_wall_is_enough(with_one_wall: Database) -> None:
    """The same, on PostgreSQL, with sessions that add no condition, and without row-level security."""
    require_apart(with_one_wall)


def require_apart(database: Database) -> None:
    """Assert that no query and no use case reads or changes rows of the other workspace."""
    found = functions()
    alone = {name: call(database, function, None) for name, function in found.items()}
    _fill_theirs(database)
    theirs = _rows(database)
    assert sum(len(rows) for rows in theirs.values()) >= len(theirs) - 3
    together = {name: call(database, function, theirs) for name, function in found.items()}
    assert {name for name, answer in together.items() if answer and THEIR_WORD in answer} == set()
    assert {
        name: (alone[name], together[name]) for name in found if alone[name] != together[name] and name not in OF_ALL
    } == {}
    assert _rows(database) == theirs
    assert sum(answer is not None for answer in together.values()) >= ENOUGH * len(found)


def _rows(database: Database) -> Rows:
    with database.engine.connect() as connection:
        found = rows_of(connection, OTHER)
        connection.rollback()
        return found


def test_statements_without_a_condition_stay_inside_row_level_security(postgres_url: str) -> None:
    """Without the session's condition, every table is read, changed and emptied from end to end: theirs isn't."""
    database = _open(postgres_url)
    _fill_theirs(database)
    theirs = _rows(database)
    fenced = (table for table in SQLModel.metadata.sorted_tables if "workspace_id" in table.c)
    tables = [table for table in fenced if table.name not in UNFORCED]  # the role of this test owns the tables
    with unscoped_sessions():
        for table in tables:
            with database.reading(WORKSPACE) as session:
                seen = session.execute(sa.select(table.c.workspace_id)).scalars().all()
                assert set(seen) <= {WORKSPACE}, table.name
                session.execute(sa.update(table).values(workspace_id=table.c.workspace_id))
                assert _seen_by_them(session) == theirs
            refused = pytest.raises(sa.exc.DBAPIError, match="row-level security") if seen else nullcontext()
            with database.reading(WORKSPACE) as session, refused:
                session.execute(sa.update(table).values(workspace_id=OTHER))
        with database.transaction(WORKSPACE) as session:
            for table in reversed(tables):
                session.execute(sa.delete(table))
    assert _rows(database) == theirs
    assert not any(found for name, found in _rows_of_ours(database).items() if name != "workspaces")
    database.close()


def test_without_either_wall_their_rows_are_seen(postgres_url: str) -> None:
    """What removes the walls does: with none, a session of ours reads theirs."""
    database = _open(postgres_url)
    _fill_theirs(database)
    _disable_row_security(database)
    people = SQLModel.metadata.tables["people"]
    with unscoped_sessions(), database.reading(WORKSPACE) as session:
        assert set(session.execute(sa.select(people.c.workspace_id)).scalars()) == {WORKSPACE, OTHER}
    database.close()


def _fill_theirs(database: Database) -> None:
    with database.engine.begin() as connection:
        fill(connection, OTHER, word=THEIR_WORD, row_id=THEIR_ID, person=THEIR_PERSON)


def _rows_of_ours(database: Database) -> Rows:
    with database.engine.connect() as connection:
        return rows_of(connection, WORKSPACE)
