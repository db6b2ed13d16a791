"""Two workspaces in one database: no query or use case, called with the other's ids, reads or changes it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from bot.core.database import Database
from bot.core.errors import BotError
from tests.doors.rows import Forged, fill, functions, rows_of
from tests.makers import MARA, WORKSPACE

pytestmark = pytest.mark.slow

Rows = dict[str, list[str]]
OTHER, THEIR_ID, THEIR_PERSON, THEIR_WORD = "T0OTHER", UUID(int=7), "U0THEIRS", "Onlytheirs"
ENOUGH = 0.85  # of all functions run to their end, or refuse
OF_ALL = {"bot.workspaces.queries.list_workspaces", "bot.workspaces.queries.list_uninstalled"}
"""They tell jobs which workspaces there are."""
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}|0x[0-9a-f]+")
"""Ids that are made anew, and addresses in memory."""


@pytest.fixture
def database(database_url: str) -> Any:
    """Return a database with a row of ours in every table."""
    made = Database(database_url)
    with made.engine.begin() as connection:
        fill(connection, WORKSPACE, word="Ours", row_id=UUID(int=5), person=MARA)
    yield made
    made.close()


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
            unchanged = their_rows is None or rows_of(session.connection(), OTHER) == their_rows
    except BotError as refusal:
        return CHANGING.sub("-", f"{refusal} {vars(refusal)}")
    except Exception:  # noqa: BLE001 - arguments that mean nothing; nothing of it is stored
        return None
    assert unchanged, function
    return CHANGING.sub("-", answer)


def test_nothing_of_another_workspace_is_read_or_changed(database: Database) -> None:
    """No answer holds a word of theirs or depends on their rows, which stay byte for byte as they were."""
    found = functions()
    alone = {name: call(database, function, None) for name, function in found.items()}
    with database.engine.begin() as connection:
        fill(connection, OTHER, word=THEIR_WORD, row_id=THEIR_ID, person=THEIR_PERSON)
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
