"""Fetches people from Slack and stores changes."""

from collections.abc import Callable

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.runtime import Runtime
from bot.home.usecases import sync_people_and_customers
from bot.people.gateways import fetch_people
from bot.workspaces.queries import list_workspaces

log = structlog.get_logger(__name__)


async def sync_people(runtime: Runtime, clients: Callable[[str], AsyncWebClient]) -> int:
    """
    Sync the people of every workspace; return the number of people added or changed.

    Raises:
        ExceptionGroup: the errors of single workspaces, raised after all have been tried.
    """
    changed, failures = 0, []
    for workspace in await runtime.read(list_workspaces, workspace=None):
        try:
            people = await fetch_people(clients(workspace))
            synced = await runtime.run(sync_people_and_customers, workspace=workspace, people=people, complete=True)
            changed += synced.added + synced.changed
        except Exception as error:  # noqa: BLE001 - one workspace's trouble isn't another's; raised below
            log.warning("people.not_synced", workspace=workspace, error=type(error).__name__)
            failures.append(error)
    if failures:
        raise ExceptionGroup("Slack didn't tell who is there.", failures)
    return changed
