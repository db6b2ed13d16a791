"""Middleware that stores the sender of a request as a person before the listener runs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.core.runtime import Runtime
from bot.people.gateways import fetch_person
from bot.people.queries import find_person_row
from bot.people.usecases import sync_people
from bot.slack.listeners import installed_in

MAX_KNOWN = 100_000
PROFILE_EVENTS = frozenset({"team_join", "user_change"})

log = structlog.get_logger(__name__)


class PersonMiddleware(AsyncMiddleware):
    """Fetches a person from Slack on their first request, and remembers who is stored."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known: set[tuple[str, str]] = set()

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt passes it by this name
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - as above
    ) -> BoltResponse | None:
        """Process a request; Bolt would inspect the arguments of a function on every request."""
        await self.identify(req.body, req.context, req.context.client, next)
        return None

    async def identify(
        self,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt passes it by this name
    ) -> None:
        """Fetch and store the sender unless they are known, then call *next*, even if Slack fails."""
        workspace, person = installed_in(body, context), context.user_id or ""
        event = (body.get("event") or {}).get("type")
        if workspace and person and event not in PROFILE_EVENTS and (workspace, person) not in self._known:
            try:
                await self._store_person(workspace, person, client)
            except Exception as error:  # noqa: BLE001 - an unknown person is no reason for silence
                log.warning("person.unknown", workspace=workspace, error=type(error).__name__)
        await next()

    async def _store_person(self, workspace: str, person: str, client: AsyncWebClient) -> None:
        if not await self._runtime.read(is_known, workspace=workspace, person_id=person):
            fetched = await fetch_person(client, person)
            await self._runtime.run(sync_people, workspace=workspace, people=[fetched], complete=False)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known.add((workspace, person))


def is_known(session: Session, *, person_id: str, now: datetime) -> bool:  # noqa: ARG001 - every query takes the time
    """Return whether the bot has a row for this person."""
    return find_person_row(session, person_id) is not None


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Add the middleware."""
    app.middleware(PersonMiddleware(runtime))
