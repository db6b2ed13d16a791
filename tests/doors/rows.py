"""A row in every table of a workspace, by introspection, and every query and use case with its arguments."""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from importlib import import_module
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

import bot
from bot.features import FEATURES
from bot.reviews.queries.care import Care, CarePeriod
from bot.slack.worst import Worst
from tests.makers import MARA

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SIMPLE: dict[str, Any] = {
    "BOOLEAN": False, "INTEGER": 1, "BIGINT": 1, "FLOAT": 1.5, "NUMERIC": 1, "DATETIME": NOW, "DATE": NOW.date(),
    "TIME": time(9), "BLOB": b"x",
}  # fmt: skip
SPECIAL: dict[tuple[str, str], Any] = {
    ("people", "role"): "manager", ("people", "working_days"): "01234", ("people", "zone"): "UTC",
    ("workspaces", "zone"): "UTC", ("digests", "zone"): "UTC", ("absences", "last_day"): NOW.date(),
    ("mention_lessons", "verdict"): "ask", ("promises", "is_owed"): True,
    ("campaigns", "listed"): 2, ("campaigns", "until"): date(2026, 12, 1), ("campaign_members", "reason"): "",
}  # fmt: skip
"""Values that a CHECK constraint or a rule wants."""
LEFT_OUT = {"customer_names", "customer_tally", "mention_unread_names", "feeling_models"}
"""Tables that triggers fill, and one whose rows are a model's weights."""


def fill(connection: sa.Connection, workspace: str, *, word: str, row_id: UUID, person: str) -> None:
    """
    Insert a row into each table that belongs to a workspace: *word* in every text, the same id everywhere.

    Columns that may be empty are, unless they hold text or point at another row.
    """
    for table in SQLModel.metadata.sorted_tables:
        if table.name in LEFT_OUT or ("workspace_id" not in table.c and table.name != "workspaces"):
            continue
        values = {
            column.name: _value(table, column, workspace, word, row_id, person)
            for column in table.columns
            if column.computed is None and not (column.primary_key and isinstance(column.type, sa.Integer))
        }
        try:
            with connection.begin_nested():
                connection.execute(sa.insert(table).values(values))
        except sa.exc.IntegrityError:
            short = {name: value for name, value in values.items() if not table.c[name].nullable}
            with connection.begin_nested():
                connection.execute(sa.insert(table).values(short))


def _value(table: sa.Table, column: sa.Column[Any], workspace: str, word: str, row_id: UUID, person: str) -> Any:
    if column.name == "workspace_id" or (table.name, column.name) == ("workspaces", "id"):
        return workspace
    if (table.name, column.name) in SPECIAL:
        return SPECIAL[table.name, column.name]
    if isinstance(column.type, sa.Enum):
        return column.type.enums[0] if column.type.enum_class is None else next(iter(column.type.enum_class))
    kind = str(column.type).partition("(")[0]
    if kind == "VARCHAR":
        is_person = any(key.target_fullname == "people.id" for key in column.foreign_keys) or table.name == "people"
        text = person if is_person and column.name.endswith(("id", "by")) else word
        return text[: getattr(column.type, "length", None) or 200]
    usual = {"JSON": [] if _is_list(table, column.name) else {}, "CHAR": row_id, "UUID": row_id}
    return usual[kind] if kind in usual else None if column.nullable else SIMPLE[kind]


def _is_list(table: sa.Table, name: str) -> bool:
    for mapper in SQLModel._sa_registry.mappers:
        if mapper.local_table is table:
            return get_origin(get_type_hints(mapper.class_).get(name)) is list
    return False


def rows_of(connection: sa.Connection, workspace: str) -> dict[str, list[str]]:
    """Return everything that is stored of a workspace, byte for byte."""
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        column = table.c.get("workspace_id", table.c.id if table.name == "workspaces" else None)
        if column is not None:
            found[table.name] = sorted(
                repr(tuple(row)) for row in connection.execute(sa.select(table).where(column == workspace))
            )
    return found


def functions() -> dict[str, Callable[..., Any]]:
    """Return every query and use case, the functions in a layer of that name whose first argument is the session."""
    found = {}
    for module in _modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            takes = list(inspect.signature(function).parameters)
            if not name.startswith("_") and function.__module__ == module.__name__ and takes[:1] == ["session"]:
                found[f"{module.__name__}.{name}"] = function
    return found


def _modules() -> Iterator[Any]:
    for info in pkgutil.walk_packages(bot.__path__, "bot."):
        if {"queries", "usecases"} & set(info.name.split(".")):
            yield import_module(info.name)


LATER = {"Care": Care, "CarePeriod": CarePeriod}
"""Types of arguments whose modules the bot imports when they are needed."""


class Forged(Worst):
    """Builds arguments that name another workspace's row and person, for a person of ours who asks."""

    def __init__(self, row_id: UUID, person: str) -> None:
        super().__init__("asked")
        self._row_id, self._person = row_id, person

    def arguments(self, view: Callable[..., Any]) -> dict[str, Any]:
        """Return the arguments of a query or use case, without the session; those with a default are given, too."""
        hints = get_type_hints(view, localns=LATER)
        kinds = inspect.signature(view).parameters.values()
        named = [
            one for one in kinds if one.name != "session" and one.kind not in {one.VAR_POSITIONAL, one.VAR_KEYWORD}
        ]
        return {one.name: self.value(hints.get(one.name, str), one.name) for one in named}

    def value(self, kind: Any, name: str = "", longest: int = 200) -> Any:
        """Return a value; what asks is ours, what is asked about is another's."""
        asking = {"by": MARA, "viewer": MARA, "now": NOW, "today": NOW.date(), "features": FEATURES}
        kinds = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
        asked: dict[Any, Any] = {UUID: self._row_id}
        if re.search(r"person|owner|assignee|^to$|cover|^who$|people", name):
            asked[str] = self._person
        elif name in {"subject_id", "key", "external_id", "action_id"}:
            asked[str] = str(self._row_id)
        if name in asking:
            return asking[name]
        if found := [asked[one] for one in kinds if one in asked]:
            return found[0]
        if kind in {bytes, Ellipsis, Any}:
            return b"Company\nAcme\n" if kind is bytes else None
        return super().value(kind, name, longest)
