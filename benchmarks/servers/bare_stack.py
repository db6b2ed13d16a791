"""
The libraries that `evenhand run` imports, with one table and one job: what they take by themselves.

`python -m benchmarks.servers.bare_stack API TOKEN APP_TOKEN DATABASE_URL`, in Socket Mode.
"""

import asyncio
import sys

import alembic.command  # noqa: F401 - for its size
import holidays
import rich.progress  # noqa: F401 - for its size
import structlog
import typer  # noqa: F401 - for its size
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pydantic_settings import BaseSettings
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Field, Session, SQLModel, create_engine, select

from bot.core.database import sqlite_module

COUNTRIES = ("PT", "US", "NZ")


class Settings(BaseSettings):
    """What it is told."""

    database_url: str
    greeting: str = ""


class Call(SQLModel, table=True):
    """A command that was answered."""

    id: int | None = Field(default=None, primary_key=True)
    by: str


async def main(api: str, token: str, app_token: str, database_url: str) -> None:
    """Count commands in a table until killed."""
    settings = Settings(database_url=database_url)
    engine = create_engine(settings.database_url, module=sqlite_module())
    SQLModel.metadata.create_all(engine)
    days = [holidays.country_holidays(country, years=2026) for country in COUNTRIES]
    log = structlog.get_logger()
    app = AsyncApp(client=AsyncWebClient(token=token, base_url=api))

    def count(by: str) -> int:
        with Session(engine) as session:
            session.add(Call(by=by))
            session.commit()
            return len(session.exec(select(Call)).all())

    @app.command("/checkin")
    async def checkin(ack: AsyncAck, body: dict[str, str]) -> None:
        calls = await asyncio.to_thread(count, body["user_id"])
        await ack(f"{settings.greeting}{calls}")

    scheduler = AsyncIOScheduler()
    scheduler.add_job(lambda: log.debug("tick", days=len(days)), "interval", seconds=60)
    scheduler.start()
    await AsyncSocketModeHandler(app, app_token=app_token, web_client=app.client).connect_async()  # type: ignore[no-untyped-call]
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
