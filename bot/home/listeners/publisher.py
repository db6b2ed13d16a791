"""Publishes recently opened Homes again when something they show has changed."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.runtime import Runtime
from bot.home.queries import get_home
from bot.home.rules import HOME_LIFETIME, MAX_HOMES_PER_CHANGE
from bot.home.views.tab import closed, tab
from bot.slack.blocks import Block
from bot.slack.modals import error_sentence

DEBOUNCE_SECONDS = 0.3
MAX_OPEN_HOMES = 10_000
TOO_MANY_REQUESTS = 429
MAX_WAIT_SECONDS = 30.0

log = structlog.get_logger(__name__)


@dataclass
class OpenHome:
    """An opened Home: its client, the time it was opened, the page of the team, and what it shows."""

    client: AsyncWebClient
    opened_at: datetime
    team_offset: int = 0
    shown: str = ""
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


class HomePublisher:
    """Publishes Homes: when they are opened, and again when something they show may have changed."""

    def __init__(self, runtime: Runtime, debounce: float = DEBOUNCE_SECONDS) -> None:
        self._runtime = runtime
        self._debounce = debounce
        self._open: dict[tuple[str, str], OpenHome] = {}
        self._stale: dict[str, set[str]] = {}

    async def open(self, workspace: str, person: str, client: AsyncWebClient, *, team_offset: int = 0) -> None:
        """Publish a person's Home, and keep it up to date from now on."""
        while len(self._open) >= MAX_OPEN_HOMES:
            del self._open[next(iter(self._open))]
        before = self._open.pop((workspace, person), None)
        page = OpenHome(client, self._runtime.clock.now(), team_offset)
        page.drawing = before.drawing if before else page.drawing
        self._open[workspace, person] = page
        await self._publish(workspace, person, page)

    async def changed(self, workspace: str, person: str) -> None:
        """
        Publish the Homes that may show what *person* changed, after a short delay that collects further changes.

        Nothing is done in a workspace without open Homes.
        """
        waiting = self._stale.get(workspace)
        if waiting is not None:
            waiting.add(person)
            return
        if not self._list_viewers(workspace, {person}):
            return
        self._stale[workspace] = {person}
        await asyncio.sleep(self._debounce)
        first = self._stale.pop(workspace)
        for viewer, page in self._list_viewers(workspace, first):
            await self._publish(workspace, viewer, page)

    def _list_viewers(self, workspace: str, first: set[str]) -> list[tuple[str, OpenHome]]:
        """Return people with an open Home: those in *first*, then the others, the most recently opened first."""
        since = self._runtime.clock.now() - HOME_LIFETIME
        for key in [key for key, page in self._open.items() if page.opened_at < since]:
            del self._open[key]
        here = [(person, page) for (place, person), page in reversed(self._open.items()) if place == workspace]
        return sorted(here, key=lambda row: row[0] not in first)[:MAX_HOMES_PER_CHANGE]

    async def _publish(self, workspace: str, person: str, page: OpenHome) -> None:
        try:
            async with page.drawing:
                await self._show(person, page, await self._draw(workspace, person, page))
        except Exception as error:  # noqa: BLE001 - a Home that can't be drawn now is drawn when it is opened again
            log.warning("home.not_published", workspace=workspace, error=type(error).__name__)

    async def _draw(self, workspace: str, person: str, page: OpenHome) -> Block:
        try:
            schema = await self._runtime.read(
                get_home,
                workspace=workspace,
                person_id=person,
                features=self._runtime.features,
                team_offset=page.team_offset,
            )
        except Exception as error:  # noqa: BLE001 - the last line before an empty Home
            return closed(error_sentence(error))
        return tab(schema)

    async def _show(self, person: str, page: OpenHome, view: Block) -> None:
        """Publish *view* unless it is shown already; retry once when Slack asks to wait."""
        drawn = json.dumps(view, sort_keys=True)
        if drawn == page.shown:
            return
        try:
            await page.client.views_publish(user_id=person, view=view)
        except SlackApiError as error:
            if error.response.status_code != TOO_MANY_REQUESTS:
                raise
            await asyncio.sleep(min(float(error.response.headers.get("Retry-After", 1)), MAX_WAIT_SECONDS))
            await page.client.views_publish(user_id=person, view=view)
        page.shown = drawn
