"""The lists of who waits, and taking somebody from them or from the digest."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import AlreadyDone, NotFound
from bot.core.runtime import Runtime
from bot.customers.schemas import CustomerSchema
from bot.digests import usecases
from bot.digests.queries import lists as queries
from bot.digests.rules import Whose
from bot.digests.schemas import WaitingList
from bot.digests.views.digest import digest, redrawn
from bot.digests.views.lists import place_in, waiting_list
from bot.slack.blocks import Message
from bot.slack.places import Turns, change
from bot.slack.presses import value_in
from bot.slack.replies import people_in, replies, workspace_in


class ListListeners:
    """Listeners around `/neglected` and the digest's rows."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._turns = Turns()

    async def neglected(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        """Answer `/neglected [mine | team | @person]` in the ack."""
        async with replies(ack):
            whose = await self._runtime.read(
                queries.find_whose,
                workspace=workspace_in(command),
                words=str(command.get("text") or ""),
                viewer=people_in(command),
            )
            await ack(**waiting_list(await self._list(command, whose, 0)).answer())

    async def open_pool(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show the customers without an owner, to the one who asked."""
        await ack()
        async with replies(respond):
            message = waiting_list(await self._list(body, Whose.POOL, 0))
            if _is_ephemeral(body):
                await respond(**message.replacement())
            else:
                await respond(**message.answer(), replace_original=False)

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page or another list in the place of this one."""
        await ack()
        async with replies(respond):
            whose, page = place_in(value_in(body))
            await respond(**waiting_list(await self._list(body, whose, page)).replacement())

    async def take(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Take a customer; the row that it was taken from changes in place."""
        await ack()
        async with replies(respond):
            customer_id, seen_owner, place = _taken(value_in(body))
            try:
                schema = await self._runtime.run(
                    usecases.take_customer,
                    workspace=workspace_in(body),
                    customer_id=customer_id,
                    seen_owner=seen_owner,
                    by=people_in(body),
                )
            except AlreadyDone:
                if not place:
                    await self._redraw(body, client, None)
                raise
            if place:
                said = f"{schema.name} is yours now."
                await respond(**waiting_list(await self._list(body, *place, said=said)).replacement())
            else:
                await self._redraw(body, client, schema)

    async def _list(self, body: Mapping[str, Any], whose: str, page: int, said: str = "") -> WaitingList:
        return await self._runtime.read(
            queries.get_list,
            workspace=workspace_in(body),
            whose=whose,
            page=page,
            viewer=people_in(body),
            features=self._runtime.features,
            said=said,
        )

    async def _redraw(self, body: dict[str, Any], client: AsyncWebClient, taken: CustomerSchema | None) -> None:
        """Draw a digest anew from what is so now; one that is no longer known, from its own blocks."""
        container = body.get("container") or {}
        channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
        async with self._turns.at(channel, ts):
            schema = await self._runtime.read(
                queries.get_digest_message, workspace=workspace_in(body), channel=channel, ts=ts
            )
            before = body.get("message") or {}
            if schema is not None:
                await change(client, channel, ts, digest(schema))
            elif taken is not None and before.get("blocks"):
                blocks = redrawn(before["blocks"], taken.id, taken.owner_name or "Somebody", taken.name)
                await change(client, channel, ts, Message(text=str(before.get("text") or ""), blocks=blocks))


def _is_ephemeral(body: Mapping[str, Any]) -> bool:
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _taken(value: str) -> tuple[UUID, str | None, tuple[str, int] | None]:
    """Which customer, whose it was when it was drawn, and the list's place if it stood in one."""
    parts = [*value.split(" "), "-", "-", "0"]
    try:
        customer_id = UUID(parts[0])
    except ValueError as error:
        raise NotFound("That customer isn't here any more; look it up with /customers.") from error
    owner = None if parts[1] == "-" else parts[1]
    return customer_id, owner, None if parts[2] == "-" else place_in(f"{parts[2]} {parts[3]}")
