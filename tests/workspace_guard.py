"""
Fails statements of the bot that use a workspace's table without a condition on its workspace.

SQLAlchemy calls the guard before each statement is sent. Every reference to a table with a `workspace_id` needs a
condition on it. Statements that change a row by its primary key belong to SQLAlchemy's unit of work, and concern a row
that the session has read; the functions in `ALLOWED` work over all workspaces.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

import bot.features  # noqa: F401 - brings all tables in
from bot.core.row_security import ACROSS_WORKSPACES

COPIED = "a copy of the database has the rows of all workspaces"
OLD = "one job forgets what is old, everywhere"
ALLOWED: Mapping[str, str] = {
    **ACROSS_WORKSPACES,
    "bot.copying:_batches": COPIED,
    "bot.copying:_find_keys": COPIED,
    "bot.copying:_delete_others": COPIED,
    "bot.copying:_copy_table": COPIED,
    "bot.copying:_continue_numbers": COPIED,
    "bot.core.claiming:_postpone": "each pair of workspace and recipient names the workspace",
    "bot.people.queries:list_homes": "one job asks in which workspaces somebody's hour has come",
    "bot.core.outbox:delete_old": OLD,
    "bot.conversations.usecases:discard_proposals": OLD,
    "bot.customers.usecases.refused:discard_refused_rows": OLD,
    "bot.customers.usecases.uploads:discard_uploads": OLD,
    "bot.customers.tables.tally:_create_triggers": "a trigger keeps each row in the workspace that it comes from",
    "bot.reviews.tables:_create_triggers": "a trigger keeps each row in the workspace that it comes from",
}
"""`module:function` → why it may do without a condition on the workspace."""

ROOT = Path(__file__).parent.parent
CODE = ("bot", "jobs")
PASSED_OVER = frozenset({"bot.core.database", "bot.core.runtime"})
"""Modules that only hand on what others ask for."""

MENTION = re.compile(r'(?:\bFROM|\bJOIN|\bUPDATE|,)\s+"?(\w+)\b"?(?!\.)(?:\s+AS\s+"?(\w+)"?)?', re.IGNORECASE)
CONDITION = re.compile(r"(?:(\w+)\.)?workspace_id\s*(?:=|IN\b)\s*(?:(\w+)\.workspace_id)?", re.IGNORECASE)
BY_KEY = re.compile(r"^(?:UPDATE \w+ SET .*|DELETE FROM \w+|SELECT .* FROM \w+) WHERE \w+\.id = \S+$", re.DOTALL)

found: list[str] = []
"""What was caught and not looked at yet."""


@contextmanager
def guard_workspaces() -> Iterator[None]:
    """Watch every engine of this process."""
    event.listen(Engine, "before_cursor_execute", _check)
    yield
    event.remove(Engine, "before_cursor_execute", _check)


def _check(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    tables = unscoped_tables(statement)
    if tables and (caller := _caller()) is not None and caller not in ALLOWED:
        found.append(f"{caller} reads or changes {', '.join(tables)} of all workspaces:\n{statement}")
        raise AssertionError(found[-1])


@lru_cache(5000)
def unscoped_tables(statement: str) -> tuple[str, ...]:
    """Return the names, or aliases, of workspaces' tables in *statement* that have no condition on the workspace."""
    text = " ".join(statement.split())
    if (text.startswith("INSERT") and " SELECT " not in text) or BY_KEY.match(text):
        return ()
    mentions = [alias or table for table, alias in MENTION.findall(text) if table in _scoped_names()]
    named = (name for pair in CONDITION.findall(text) for name in (pair if pair[1] else pair[:1]))
    conditions = Counter(name or mentions[0] for name in named if mentions)
    return tuple(name for name, count in Counter(mentions).items() if conditions[name] < count)


@lru_cache
def _scoped_names() -> frozenset[str]:
    return frozenset(table.name for table in SQLModel.metadata.tables.values() if "workspace_id" in table.c)


def _caller() -> str | None:
    """Return the nearest function of the bot as `module:function`; None when something else asks, such as a test."""
    frame = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if ROOT in path.parents and ".venv" not in path.parts:
            module = frame.f_globals.get("__name__", "")
            if path.relative_to(ROOT).parts[0] not in CODE:
                return None
            if module not in PASSED_OVER:
                return f"{module}:{frame.f_code.co_qualname.split('.<locals>')[0]}"
        frame = frame.f_back  # type: ignore[assignment]  # None at the end
    return None
