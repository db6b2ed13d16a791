"""Slack tells of people: somebody came, changed or left."""

from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.runtime import Runtime
from bot.home.usecases import sync_people_and_customers
from bot.people.gateways import person_from
from bot.people.listeners import place_of

log = structlog.get_logger(__name__)


class UserEvents:
    """Takes in what `team_join` and `user_change` tell."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def handle(self, body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext) -> None:
        """Know the person as they are now, once for each event; the next sync catches what failed."""
        try:
            await self._runtime.run(
                sync_people_and_customers,
                workspace=place_of(body, context),
                people=[person_from(event["user"])],
                complete=False,
                event_id=str(body.get("event_id") or ""),
            )
        except Exception as error:
            log.exception("person.not_taken_in", error=type(error).__name__)
