"""`/evenhand` and the setup."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.customers.listeners.erasing import ErasingListeners
from bot.digests import usecases
from bot.digests.gateways import join_channel, look_at_channel
from bot.digests.listeners.kinds import KindListeners
from bot.digests.listeners.reading import read_setup_wish, under_fields
from bot.digests.queries import setup as queries
from bot.digests.rules import DigestKind, find_zones
from bot.digests.schemas import ChannelSchema, SetupWish
from bot.digests.views.help import health_message, help_message
from bot.digests.views.setup import block_of, saved, setup, zone_options
from bot.slack.blocks import Block
from bot.slack.presses import value_in
from bot.slack.replies import (
    WHAT_IS_LEFT_SECONDS,
    answer_in_window,
    field_errors,
    people_in,
    replies,
    told,
    workspace_in,
)

HEALTH_WORDS = {"health", "doctor", "status"}
FIRST_FIELD = "cadence"


class SetupListeners:
    """Listeners around `/evenhand` and its form."""

    def __init__(self, runtime: Runtime, kinds: KindListeners) -> None:
        self._runtime = runtime
        self._kinds = kinds
        self._erasing = ErasingListeners(runtime)

    async def evenhand(
        self, ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        """Answer `/evenhand [setup | health | person @ana | help]`."""
        text = str(command.get("text") or "").strip()
        word, (verb, _, rest) = text.lower(), text.partition(" ")
        if word in {"setup", "settings"}:
            await ack()
            async with replies(respond):
                await self._open(command, client)
        elif verb.lower() == "person":
            await ack()
            async with replies(respond):
                await respond(**(await self._erasing.person(command, rest.strip())).answer())
        elif word in HEALTH_WORDS:
            await ack()
            async with replies(respond):
                await respond(**health_message(await self._health(command)).answer())
        else:
            await ack(**help_message("" if word in {"", "help"} else word).answer())

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the setup from a digest, Home or the help; from under a further digest, that one's form."""
        if value_in(body) not in {"", DigestKind.NEGLECTED}:
            await self._kinds.open(ack, body, client)
            return
        await ack()
        try:
            await self._open(body, client)
        except BotError as error:
            await client.views_open(trigger_id=body["trigger_id"], view=told(str(error), "Setup"))

    async def save(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form while Slack waits for it, then save it in the place of the form."""
        checked: list[tuple[SetupWish, ChannelSchema | None]] = []
        async with field_errors(ack, first_field=block_of(FIRST_FIELD)), under_fields(view):
            checked.append(await self._checked(body, read_setup_wish(view), client))
        for wish, channel in checked:  # none when a sentence stands under a field instead
            saving = self._save(body, wish, channel)
            await answer_in_window(ack, client, view["id"], saving, title="Setup", patience=WHAT_IS_LEFT_SECONDS)

    async def _save(self, body: dict[str, Any], wish: SetupWish, channel: ChannelSchema | None) -> Block:
        schema = await self._runtime.run(
            usecases.save_setup, workspace=workspace_in(body), wish=wish, channel=channel, by=people_in(body)
        )
        return saved(schema, self._runtime.clock.now())

    async def zones(self, ack: AsyncAck, payload: dict[str, Any]) -> None:
        """Offer the time zones whose names hold what was typed."""
        await ack(options=zone_options(find_zones(str(payload.get("value") or ""))))

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        schema = await self._runtime.read(
            queries.get_setup, workspace=workspace_in(body), viewer=people_in(body), features=self._runtime.features
        )
        await client.views_open(trigger_id=body["trigger_id"], view=setup(schema))

    async def _health(self, body: dict[str, Any]) -> Any:
        return await self._runtime.read(
            queries.get_health, workspace=workspace_in(body), viewer=people_in(body), features=self._runtime.features
        )

    async def _checked(
        self, body: dict[str, Any], wish: SetupWish, client: AsyncWebClient
    ) -> tuple[SetupWish, ChannelSchema | None]:
        """The wish, and its channel as Slack knows it, joined if need be; refused if it can't be."""
        channel = await look_at_channel(client, wish.channel_id) if wish.channel_id else None
        await self._check(body, wish, channel)
        if channel is not None and channel.may_join:
            channel = await join_channel(client, channel)
            await self._check(body, wish, channel)
        return wish, channel

    async def _check(self, body: dict[str, Any], wish: SetupWish, channel: ChannelSchema | None) -> None:
        await self._runtime.read(
            usecases.check_setup, workspace=workspace_in(body), wish=wish, channel=channel, by=people_in(body)
        )
