"""The bot of today on the database of an older one, beside the screens that people had open."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bot.core.database import sqlite_module
from demo.stage import Stage, open_stage
from rehearsal.actor import Actor
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.makers import ROOT
from tests.mentions.outside import open_outside
from tests.upgrade.screens import FOLDER, Json, add_everybody, news, restore, view_of, what_stands

LAST_MIGRATION = "0009"  # of version 0.1.0
RESPONSE_URL = "RESPONSE_URL"
SECONDS = 5.0  # for an answer to appear


@dataclass
class Upgraded:
    """The running bot, the screens as they were recorded, and a way back to both."""

    stage: Stage
    screens: Json
    live: Path
    template: Path

    async def reset(self) -> None:
        """Put the database and the screens back to where they were right after the upgrade."""
        await self.stage.rehearsal.drain()
        await self.stage.bot.runtime.drain()
        sqlite = sqlite_module()
        with closing(sqlite.connect(self.template)) as source, closing(sqlite.connect(self.live, timeout=10)) as target:
            source.backup(target)
        restore(self.stage.rehearsal, self.screens)

    def person(self, person_id: str) -> Actor:
        """Return somebody's hands."""
        return self.stage.rehearsal.control.as_person(person_id)

    def place(self, recorded: Json) -> Message | View:
        """Return the message, or the Home tab, that a recorded press was made on."""
        workspace = self.stage.rehearsal.workspace
        if recorded["on"] == "home":
            home: View = workspace.people[recorded["by"]].home
            return home
        channel, ts = recorded["on"].split()
        return next(one for one in workspace.messages[channel] if one.ts == ts)

    async def press(self, recorded: Json) -> None:
        """Press a recorded button, or choose the recorded option of a menu."""
        person, place = self.person(recorded["by"]), self.place(recorded)
        if "option" in recorded:
            await person.choose(place, recorded["action_id"], recorded["option"], block_id=recorded["block_id"])
        else:
            await person.press(place, recorded["action_id"], value=recorded.get("value"), block_id=recorded["block_id"])

    async def submit(self, recorded: Json) -> None:
        """Submit a recorded window, as it was filled in."""
        person, view = self.person(recorded["by"]), view_of(self._with_address(recorded))
        person.person.modals = [view]
        errors = await person.submit(view)
        assert not errors, errors

    def _with_address(self, recorded: Json) -> Json:
        """Return the window with a response_url that is good here, if it remembers one."""
        text = json.dumps(recorded["view"])
        if RESPONSE_URL in text:
            wire, origin = self.stage.rehearsal.wire, self.place(recorded)
            assert isinstance(origin, Message)
            response_url = wire.response_urls.new(recorded["by"], origin.channel, wire.workspace.clock.now(), origin)
            text = text.replace(RESPONSE_URL, f"{wire.url}/hooks/{wire.workspace.team_id}/{response_url.id}")
        view: Json = json.loads(text)
        return view

    async def shows(self, act: Callable[[], Awaitable[None]], expected: list[str], *, home: bool = False) -> list[str]:
        """
        Do something, and wait until each of the *expected* beginnings is new on somebody's screen.

        Returns those that are; after a few seconds everything that is new instead.
        """
        before = what_stands(self.stage.rehearsal)

        def new() -> list[str]:
            return news(before, what_stands(self.stage.rehearsal), home=home)

        def missing() -> list[str]:
            return [start for start in expected if not any(words.startswith(start) for words in new())]

        await act()
        try:
            await self.stage.rehearsal.workspace.until(lambda _: not missing(), SECONDS)
        except AssertionError:
            return new()
        return expected


def load_dump(path: Path) -> None:
    """Make the SQLite database that the dump describes."""
    with closing(sqlite_module().connect(path)) as connection:
        connection.executescript((FOLDER / "0.1.0.sql").read_text())


def copy_to_postgres(path: Path, url: str) -> None:
    """Empty the PostgreSQL database at *url*, migrate it as far as version 0.1.0, and copy SQLite's rows into it."""
    engine = sa.create_engine(url)
    with closing(sqlite_module().connect(path)) as source, engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, LAST_MIGRATION)
        connection.exec_driver_sql("SET session_replication_role = replica")  # foreign keys are looked at no more
        tables = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'")
        for (table,) in tables.fetchall():
            rows = source.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
            names = [column[0] for column in rows.description]
            values = ", ".join(f"CAST(%({name})s::text AS {_type(connection, table, name)})" for name in names)
            insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - our own names
            filled = [{name: _as_text(one) for name, one in zip(names, row, strict=True)} for row in rows]
            if filled:
                connection.exec_driver_sql(insert, filled)
    engine.dispose()


def _type(connection: sa.Connection, table: str, column: str) -> str:
    known = "SELECT data_type FROM information_schema.columns WHERE table_name = :table AND column_name = :column"
    return str(connection.execute(sa.text(known), {"table": table, "column": column}).scalar_one())


def _as_text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return None if value is None else str(value)


@asynccontextmanager
async def open_upgraded(database_url: str, screens: Json, **more: Any) -> AsyncIterator[Stage]:
    """Start the bot on an older database, in a rehearsal that shows the recorded screens; migrations run first."""

    def populate(rehearsal: Any) -> None:
        add_everybody(rehearsal, screens)
        restore(rehearsal, screens)

    async with open_outside() as outside:
        outside.posts = [("https://forum.example/post/1", "Fjord Ferries were on time, thank you.")]
        options = {
            "team_id": screens["team_id"],
            "name": screens["name"],
            "host_overrides": outside.host_overrides,
            **more,
        }
        start = datetime.fromisoformat(screens["now"]) + timedelta(seconds=1)  # new messages stand below old ones
        async with open_stage(database_url=database_url, start=start, populate=populate, **options) as stage:
            stage.rehearsal.control.limit_rates(on=False)
            yield stage
        stage.rehearsal.assert_clean()
