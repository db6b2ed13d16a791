"""Fetches people from Slack and stores changes."""

from collections.abc import Callable
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.runtime import Runtime
from bot.home.usecases import sync_people_and_customers
from bot.people.gateways import fetch_people
from jobs.sharing import AT_ONCE, share_rounds

EVERY = timedelta(hours=6)


async def sync_people(runtime: Runtime, clients: Callable[[str], AsyncWebClient]) -> int:
    """
    Sync the people of every workspace, four times a day; return the number of people added or changed.

    Where Slack doesn't tell who is there, it is asked again at the next run; the first error is raised at the end.
    """

    async def sync(workspace: str) -> int:
        people = await fetch_people(clients(workspace))
        synced = await runtime.run(sync_people_and_customers, workspace=workspace, people=people, complete=True)
        return synced.added + synced.changed

    return await share_rounds(runtime, "sync_people", sync, every=EVERY, at_once=AT_ONCE)
