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
from bot.followups.queries import get_due, get_followup, get_list
from bot.followups.views import rows
from bot.slack.blocks import Message
from bot.slack.replies import actions_in

ADDRESS = 500


class Memory(Fact):
    """What a window remembers: the follow-up, and the place of the press; for a new one, the message it comes from."""

    followup_id: UUID | None = None
    kind: Literal["one", "late", "due", "list", "none"] = "none"
    ids: tuple[UUID, ...] = ()
    whose: str = ""
    page: int = 0
    link: str = ""
    channel: str = ""
    ts: str = ""
    url: str = ""
    domain: str = ""

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


def place_of(body: Mapping[str, Any], followup_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    container = body.get("container") or {}
    action = next(iter(actions_in(body)), {})
    place, _, rest = str(action.get("block_id") or "").partition(":")
    url = str(body.get("response_url") or "")[:ADDRESS]
    seen_by_all = not container.get("is_ephemeral")
    where = {
        "followup_id": followup_id,
        "url": url,
        "channel": str(container.get("channel_id") or "") if seen_by_all else "",
        "ts": str(container.get("message_ts") or "") if seen_by_all else "",
    }
    if place == "followups.due":
        return Memory(kind="due", ids=_ids_in(body), **where)
    if place == "followups.list":
        page, _, whose = rest.rpartition(":")[0].partition(":")
        return Memory(kind="list", whose=whose, page=int(page[:6]) if page.isdigit() else 0, **where)
    if place == "followups.late":
        return Memory(kind="late", **where)
    return Memory(kind="one" if place == "followups.one" else "none", **where)


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
        if memory.kind == "list":
            fact = await self._runtime.read(
                get_list, workspace=workspace, whose=memory.whose, page=memory.page, viewer=viewer
            )
            return rows.page(fact, said=said)
        if memory.kind == "due":
            due = await self._runtime.read(get_due, workspace=workspace, followup_ids=memory.ids, person_id=viewer)
            return rows.due(due)
        one = await self._runtime.read(get_followup, workspace=workspace, followup_id=memory.followup_id, viewer=viewer)
        return rows.late_now(one) if memory.kind == "late" else rows.again(one)

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
    """The follow-ups of a reminder, by the ids of its blocks."""
    blocks = (body.get("message") or {}).get("blocks") or ()
    found = [str(block.get("block_id") or "").split(":") for block in blocks]
    ids = [uuid_in(parts[1]) for parts in found if parts[0] == "followups.due" and len(parts) > 1]
    return tuple(dict.fromkeys(one for one in ids if one is not None))
