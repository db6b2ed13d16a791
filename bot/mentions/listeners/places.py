"""Where somebody pressed, kept in the window that it opened, and how that place changes once something was done."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.listeners.memory import uuid_in
from bot.checkins.listeners.places import SLACKS_HOST
from bot.core.errors import InvalidInput
from bot.core.facts import Fact
from bot.core.runtime import Runtime
from bot.mentions.facts.mentions import MentionsListed
from bot.mentions.queries.mentions import get_listed, get_mention, get_open
from bot.mentions.views import cards, lists
from bot.slack.blocks import Message
from bot.slack.replies import actions_in

ADDRESS = 500


class Memory(Fact):
    """What a window remembers: the mention, the place of the press, and whether its words were looked at."""

    mention_id: UUID | None = None
    kind: Literal["card", "list", "page", "none"] = "none"
    ids: tuple[UUID, ...] = ()
    total: int = 0
    complaints: int = 0
    page: int = 0
    channel: str = ""
    ts: str = ""
    url: str = ""
    coached: bool = False

    def kept(self) -> str:
        """As `private_metadata`."""
        return self.model_dump_json(exclude_defaults=True)


def memory_of(view: Mapping[str, Any]) -> Memory:
    """
    What a window remembered.

    Raises:
        InvalidInput: somebody changed it on the way.
    """
    try:
        return Memory.model_validate_json(view.get("private_metadata") or "{}")
    except ValidationError as error:
        raise InvalidInput("This window is out of date; close it and open it again.") from error


def place_of(body: Mapping[str, Any], mention_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    container = body.get("container") or {}
    action = next(iter(actions_in(body)), {})
    place, _, rest = str(action.get("block_id") or "").partition(":")
    seen_by_all = not container.get("is_ephemeral")
    where = {
        "mention_id": mention_id,
        "url": str(body.get("response_url") or "")[:ADDRESS],
        "channel": str(container.get("channel_id") or "") if seen_by_all else "",
        "ts": str(container.get("message_ts") or "") if seen_by_all else "",
    }
    numbers = [int(part[:6]) if part.isdigit() else 0 for part in (*rest.split(":"), "0", "0")]
    if place == "mentions.list":
        return Memory(kind="list", ids=_ids_in(body), total=numbers[0], complaints=numbers[1], **where)
    if place == "mentions.page":
        return Memory(kind="page", page=numbers[0], **where)
    return Memory(kind="card" if place in {"mentions.card", "mentions.do"} else "none", **where)


class Places:
    """Knows how each kind of place is changed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._drawing: dict[tuple[str, str], asyncio.Lock] = {}

    async def redraw(
        self, client: AsyncWebClient, memory: Memory, *, workspace: str, viewer: str, said: str = ""
    ) -> None:
        """Draw the message of a press anew, from what is so now."""
        if memory.kind == "none":
            return
        async with self._one_at_a_time(memory.channel, memory.ts):
            message = await self._draw(memory, workspace, viewer, said)
            if memory.channel and memory.ts:
                await client.chat_update(
                    channel=memory.channel, ts=memory.ts, text=message.text, blocks=list(message.blocks)
                )
            elif urlsplit(memory.url).hostname in {SLACKS_HOST, urlsplit(client.base_url).hostname}:
                await AsyncRespond(response_url=memory.url)(**message.replacement())

    async def _draw(self, memory: Memory, workspace: str, viewer: str, said: str) -> Message:
        if memory.kind == "page":
            page = await self._runtime.read(get_open, workspace=workspace, page=memory.page, viewer=viewer)
            return lists.page(page, said=said)
        if memory.kind == "list":
            rows = await self._runtime.read(get_listed, workspace=workspace, mention_ids=memory.ids, viewer=viewer)
            total = max(memory.total, len(rows))
            return lists.listed(MentionsListed(total=total, complaints=memory.complaints, rows=tuple(rows)))
        one = await self._runtime.read(
            get_mention, workspace=workspace, mention_id=memory.mention_id, viewer=viewer, rooms=self._runtime.rooms
        )
        return cards.card(one)

    @asynccontextmanager
    async def _one_at_a_time(self, channel: str, ts: str) -> AsyncIterator[None]:
        """Two presses at once: the later drawing reads after the earlier one was sent, so that no row goes back."""
        lock = self._drawing.setdefault((channel, ts), asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._drawing.pop((channel, ts), None)


def _ids_in(body: Mapping[str, Any]) -> tuple[UUID, ...]:
    """The mentions of a list, by the ids of its blocks."""
    blocks = (body.get("message") or {}).get("blocks") or ()
    found = [str(block.get("block_id") or "").split(":") for block in blocks]
    ids = [uuid_in(parts[-1]) for parts in found if parts[0] == "mentions.list"]
    return tuple(dict.fromkeys(one for one in ids if one is not None))
