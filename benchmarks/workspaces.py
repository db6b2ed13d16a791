"""
Fills a PostgreSQL database with many workspaces, all alike: one company is built, and copied by SQL.

Every row of the copied workspace gets the id of the copy and ids of its own. Triggers and indexes rest meanwhile.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlmodel import Session, SQLModel

from benchmarks.company import MANAGER, OWNERS, SETUP, START, WORKSPACE, at_rest, build_company
from bot.core.database import gather_statistics
from bot.core.runtime import Runtime
from bot.digests.rules import schedule_of
from bot.mentions.usecases.aliases import refresh_aliases

ZONES = (
    "Europe/Lisbon", "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles",
    "America/Sao_Paulo", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
DIGITS = 6


def workspace_id(number: int) -> str:
    """Return the id of the copy with that number, from 1 on."""
    return f"T{number:0{DIGITS}}"


def zone_of(workspace: str) -> str:
    """Return the time zone in which everybody of a copy lives."""
    return ZONES[int(workspace[1:]) % len(ZONES)]


def build_workspaces(runtime: Runtime, workspaces: int, customers: int, zones: Sequence[str] = ZONES) -> None:
    """
    Fill an empty, migrated PostgreSQL database with so many workspaces, and *customers* in each of them.

    Everybody of a workspace lives in one of *zones*, and each zone has as many workspaces.
    """
    build_company(runtime, customers)
    runtime.run_now(refresh_aliases, workspace=WORKSPACE)
    tables = [table for table in SQLModel.metadata.sorted_tables if "workspace_id" in table.c]
    with runtime.database.transaction(None, across=True, locking=True) as session:  # nobody else is there
        connection = session.connection()
        with at_rest(connection, [*(table.name for table in tables), "workspaces"]):
            for statement in _copies(connection, tables, workspaces):
                connection.exec_driver_sql(statement)
            for table in reversed(tables):
                connection.execute(sa.delete(table).where(table.c.workspace_id == WORKSPACE))
            connection.exec_driver_sql(f"DELETE FROM workspaces WHERE id = '{WORKSPACE}'")
        _spread_over(session, zones, START)
    with runtime.database.engine.connect() as connection:
        gather_statistics(connection)
        connection.commit()


def _copies(connection: sa.Connection, tables: list[sa.Table], workspaces: int) -> Iterator[str]:
    """Yield the statement that copies each table's rows of the built workspace so many times, if it has any."""
    copies = f"generate_series(1, {workspaces}) AS copies (at)"
    name = f"'T' || lpad(copies.at::text, {DIGITS}, '0')"
    columns = [column.name for column in SQLModel.metadata.tables["workspaces"].columns]
    values = ", ".join(name if column == "id" else f"own.{column}" for column in columns)
    yield f"INSERT INTO workspaces ({', '.join(columns)}) SELECT {values} FROM workspaces AS own, {copies}"
    for table in tables:
        own = [column for column in table.columns if not (column.identity or column.computed)]
        own = [column for column in own if not _counts_itself(connection, table.name, column.name)]
        values = ", ".join(_copied(column, name) for column in own)
        into = f"{table.name} ({', '.join(column.name for column in own)})"
        yield (
            f"INSERT INTO {into} SELECT {values} FROM {table.name} AS own, {copies}"
            f" WHERE own.workspace_id = '{WORKSPACE}'"
        )


def _copied(column: sa.Column[Any], name: str) -> str:
    if column.name == "workspace_id":
        return name
    return f"md5({name} || own.{column.name}::text)::uuid" if isinstance(column.type, sa.Uuid) else f"own.{column.name}"


def _counts_itself(connection: sa.Connection, table: str, column: str) -> bool:
    found = sa.text("SELECT pg_get_serial_sequence(:table, :column)")
    return connection.execute(found, {"table": table, "column": column}).scalar_one() is not None


def _spread_over(session: Session, zones: Sequence[str], now: datetime) -> None:
    """Let each workspace live in a zone of its own turn, and its digest come at its hour there."""
    connection = session.connection()
    for number, zone in enumerate(zones):
        mine = f"substr({{}}, 2)::int % {len(zones)} = {number}"
        slot = schedule_of(SETUP.days, SETUP.hour, zone).next_after(now)
        for statement, column in (
            ("UPDATE workspaces SET zone = :zone", "id"),
            ("UPDATE people SET zone = :zone", "workspace_id"),
            ("UPDATE digests SET zone = :zone, next_slot = :slot", "workspace_id"),
        ):
            connection.execute(sa.text(f"{statement} WHERE {mine.format(column)}"), {"zone": zone, "slot": slot})


class StandIn(AsyncWebClient):
    """
    Slack for one workspace, without its network: it takes every message, and knows the people and the channel.

    *posted* counts the messages.
    """

    posted = 0

    def __init__(self, workspace: str) -> None:
        super().__init__(token="xoxb-stand-in")
        self._workspace = workspace

    async def api_call(self, api_method: str, **_: Any) -> AsyncSlackResponse:
        """Answer as Slack does where all is well."""
        StandIn.posted += api_method == "chat.postMessage"
        answer = self._answers().get(api_method, {}) | {"ok": True}
        return AsyncSlackResponse(
            client=self, http_verb="POST", api_url=api_method, req_args={}, data=answer, headers={}, status_code=200
        )

    def _answers(self) -> dict[str, dict[str, Any]]:
        return {
            "chat.postMessage": {"ts": f"{StandIn.posted}.000100", "channel": "C0"},
            "conversations.open": {"channel": {"id": "D0"}},
            "conversations.info": {"channel": {"id": "C0", "name": "accounts", "is_member": True}},
            "users.list": {"members": [self._member(one) for one in (MANAGER, *OWNERS)]},
        }

    def _member(self, person: str) -> dict[str, Any]:
        number = re.sub(r"\D", "", person.removeprefix("U0"))
        name = f"Owner {int(number) + 1}" if number else "Manager"
        return {"id": person, "name": person.lower(), "real_name": name, "tz": zone_of(self._workspace)}
