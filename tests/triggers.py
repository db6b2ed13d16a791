"""Holds the triggers that migrations make against those that the code describes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import SQLModel

from bot.core.database import Database

Triggers = Callable[[sa.Connection], Sequence[str]]
"""Returns the definitions of some triggers, and of the functions that they call."""


def require_described(database: Database, tmp_path: Path, triggers: Triggers, count: int) -> None:
    """Assert that the migrations made *count* triggers, each as the code describes it."""
    with database.engine.connect() as connection:
        migrated = triggers(connection)
        assert len(migrated) == count
        if database.dialect == "postgresql":
            connection.exec_driver_sql("CREATE SCHEMA fresh")
            connection.exec_driver_sql("SET search_path TO fresh")
            SQLModel.metadata.create_all(connection)
            assert triggers(connection) == migrated
            connection.rollback()
            return
    described = Database(f"sqlite:///{tmp_path / 'described.db'}")
    SQLModel.metadata.create_all(described.engine)
    with described.engine.connect() as connection:
        assert triggers(connection) == migrated
    described.close()


def list_triggers(connection: sa.Connection, *, names: str, functions: str) -> list[str]:
    """Return the definitions of triggers and functions whose names are like these patterns of SQL."""
    if connection.dialect.name == "sqlite":
        made = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE :names"
    else:
        made = r"""
            SELECT pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE tgname LIKE :names AND relnamespace = CAST(current_schema() AS regnamespace)
            UNION ALL SELECT prosrc FROM pg_proc
            WHERE proname LIKE :functions AND pronamespace = CAST(current_schema() AS regnamespace)
        """
    values = {"names": names} | ({} if connection.dialect.name == "sqlite" else {"functions": functions})
    found = connection.execute(sa.text(made), values).scalars().all()
    return sorted(one.replace("fresh.", "").replace("public.", "") for one in found)
