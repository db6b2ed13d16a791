"""The forms of further digests, and trying any digest out."""

from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError, InvalidInput
from bot.core.runtime import Runtime
from bot.digests import usecases
from bot.digests.gateways import join_channel, look_at_channel
from bot.digests.listeners.reading import read_digest_wish, under_fields
from bot.digests.queries.setup import get_kind, get_setup
from bot.digests.rules import DigestKind
from bot.digests.schemas import ChannelSchema, DigestSchema, DigestWish
from bot.digests.views.setup import arranged, arrangement, block_of, remembered, setup, test_told
from bot.slack.blocks import Block
from bot.slack.presses import value_in
from bot.slack.replies import (
    WHAT_IS_LEFT_SECONDS,
    answer_in_window,
    field_errors,
    modal_replies,
    people_in,
    sorry,
    told,
    workspace_in,
)
from bot.slack.windows import open_window

TITLE = "Digest"


class KindListeners:
    """Listeners around further digests."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the form of one further digest: over the setup, or by itself from under a digest."""
        await ack()
        try:
            view = arrangement(await self._kind(body, value_in(body)))
        except BotError as error:
            view = told(str(error), TITLE)
        await open_window(client, body, view)

    async def save(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form while Slack waits for it, then save it in its place; the setup below shows it too."""
        checked: list[tuple[DigestWish, ChannelSchema]] = []
        async with field_errors(ack, first_field=block_of("channel")), under_fields(view):
            checked.append(await self._checked(body, view, client))
        for wish, channel in checked:  # none when a sentence stands under a field instead
            arranging = self._arrange(body, view, wish, channel)
            await answer_in_window(ack, client, view["id"], arranging, title=TITLE, patience=WHAT_IS_LEFT_SECONDS)
            async with modal_replies(client, view["id"]):
                await self._refresh(body, view, client)

    async def _arrange(
        self, body: dict[str, Any], view: dict[str, Any], wish: DigestWish, channel: ChannelSchema
    ) -> Block:
        schema = await self._runtime.run(usecases.arrange_digest, **self._about(body, view), wish=wish, channel=channel)
        return arranged(schema, self._runtime.clock.now())

    async def test(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Post a test to the digest's channel and say so in a modal."""
        await ack()
        try:
            answer = test_told(await self._post_test(body, client))
        except Exception as error:  # noqa: BLE001 - the last line before silence
            answer = told(sorry(error), "Test")
        await open_window(client, body, answer)

    async def _post_test(self, body: dict[str, Any], client: AsyncWebClient) -> str:
        """Owe the test, unless the channel has been closed to us or opened to outsiders; the channel's id."""
        kind = value_in(body) or DigestKind.NEGLECTED.value
        found = await self._digest(body, kind)
        if found is not None:
            channel = await look_at_channel(client, found.channel_id)
            if channel.problem:
                raise InvalidInput(channel.problem)
        return await self._runtime.run(
            usecases.post_test,
            workspace=workspace_in(body),
            by=people_in(body),
            features=self._runtime.features,
            kind=kind,
        )

    async def _digest(self, body: dict[str, Any], kind: str) -> DigestSchema | None:
        if kind != DigestKind.NEGLECTED:
            found: DigestSchema | None = (await self._kind(body, kind)).digest
            return found
        schema = await self._runtime.read(get_setup, workspace=workspace_in(body), viewer=people_in(body))
        return schema.digest

    async def _kind(self, body: dict[str, Any], kind: str) -> Any:
        return await self._runtime.read(
            get_kind, workspace=workspace_in(body), kind=kind, viewer=people_in(body), features=self._runtime.features
        )

    async def _checked(
        self, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> tuple[DigestWish, ChannelSchema]:
        """The wish, and its channel as Slack knows it, joined if need be; refused if it can't be."""
        wish = read_digest_wish(view)
        channel = await look_at_channel(client, wish.channel_id or "")
        await self._check(body, view, wish, channel if wish.channel_id else None)
        if channel.may_join:
            channel = await join_channel(client, channel)
            await self._check(body, view, wish, channel)
        return wish, channel

    async def _check(
        self, body: dict[str, Any], view: dict[str, Any], wish: DigestWish, channel: ChannelSchema | None
    ) -> None:
        await self._runtime.read(usecases.check_arrangement, **self._about(body, view), wish=wish, channel=channel)

    def _about(self, body: dict[str, Any], view: dict[str, Any]) -> dict[str, Any]:
        return {
            "workspace": workspace_in(body),
            "kind": remembered(view)[0],
            "by": people_in(body),
            "features": self._runtime.features,
        }

    async def _refresh(self, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Let the setup under the form show the digest as it is now; what was typed there stays."""
        if not view.get("previous_view_id"):
            return
        schema = await self._runtime.read(
            get_setup, workspace=workspace_in(body), viewer=people_in(body), features=self._runtime.features
        )
        with suppress(SlackApiError):  # closed in this very moment
            await client.views_update(view_id=view["previous_view_id"], view=setup(schema))
