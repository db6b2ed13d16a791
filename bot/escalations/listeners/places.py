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

from bot.checkins.listeners.places import SLACKS_HOST
from bot.core.errors import InvalidInput
from bot.core.facts import Fact
from bot.core.runtime import Runtime
from bot.escalations.queries import get_escalation, get_list
from bot.escalations.views import rows
from bot.slack.blocks import Message
from bot.slack.replies import actions_in

ADDRESS = 500


class Memory(Fact):
    """What a window remembers: the escalation, and the place of the press; for a new one, the message it comes from."""

    escalation_id: UUID | None = None
    kind: Literal["one", "list", "none"] = "none"
    whose: str = ""
    page: int = 0
    channel: str = ""
    ts: str = ""
    url: str = ""
    domain: str = ""
    link: str = ""

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


def place_of(body: Mapping[str, Any], escalation_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    container = body.get("container") or {}
    action = next(iter(actions_in(body)), {})
    place, _, rest = str(action.get("block_id") or "").partition(":")
    seen_by_all = not container.get("is_ephemeral")
    where = {
        "escalation_id": escalation_id,
        "url": str(body.get("response_url") or "")[:ADDRESS],
        "channel": str(container.get("channel_id") or "") if seen_by_all else "",
        "ts": str(container.get("message_ts") or "") if seen_by_all else "",
    }
    if place == "escalations.list":
        page, _, whose = rest.rpartition(":")[0].partition(":")
        return Memory(kind="list", whose=whose, page=int(page[:6]) if page.isdigit() else 0, **where)
    return Memory(kind="one" if place == "escalations.one" else "none", **where)


class Places:
    """Knows how each kind of place is changed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._drawing: dict[tuple[str, str], asyncio.Lock] = {}

    async def redraw(self, client: AsyncWebClient, memory: Memory, *, workspace: str, viewer: str) -> None:
        """Draw the message of a press anew, from what is so now."""
        if memory.kind == "none":
            return
        async with self._one_at_a_time(memory.channel, memory.ts):
            message = await self._draw(memory, workspace, viewer)
            if memory.channel and memory.ts:
                await client.chat_update(
                    channel=memory.channel, ts=memory.ts, text=message.text, blocks=list(message.blocks)
                )
            elif urlsplit(memory.url).hostname in {SLACKS_HOST, urlsplit(client.base_url).hostname}:
                await AsyncRespond(response_url=memory.url)(**message.replacement())

    async def _draw(self, memory: Memory, workspace: str, viewer: str) -> Message:
        if memory.kind == "list":
            fact = await self._runtime.read(
                get_list, workspace=workspace, whose=memory.whose, page=memory.page, viewer=viewer
            )
            return rows.page(fact)
        one = await self._runtime.read(
            get_escalation, workspace=workspace, escalation_id=memory.escalation_id, viewer=viewer
        )
        return rows.standing(one)

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
