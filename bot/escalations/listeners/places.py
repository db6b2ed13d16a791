"""Where somebody pressed, kept in the window that it opened, and how that place looks once something was done."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from bot.core.runtime import Runtime
from bot.escalations.queries import get_escalation, get_list
from bot.escalations.views import rows
from bot.slack.blocks import Message
from bot.slack.places import Place, address_of
from bot.slack.presses import block_in, page_in


class Memory(Place):
    """What a window remembers: the escalation, and the place of the press; for a new one, the message it comes from."""

    kind: Literal["one", "list", "none"] = "none"
    escalation_id: UUID | None = None
    whose: str = ""
    page: int = 0
    link: str = ""
    domain: str = ""


def place_of(body: Mapping[str, Any], escalation_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    place, rest = block_in(body)
    where: dict[str, Any] = {"escalation_id": escalation_id, **address_of(body)}
    if place == "escalations.list":
        page, _, whose = rest.rpartition(":")[0].partition(":")
        return Memory(kind="list", whose=whose, page=page_in(page), **where)
    return Memory(kind="one" if place == "escalations.one" else "none", **where)


async def draw(runtime: Runtime, memory: Memory, *, workspace: str, viewer: str) -> Message:
    """The message of a press, from what is so now."""
    if memory.kind == "list":
        schema = await runtime.read(get_list, workspace=workspace, whose=memory.whose, page=memory.page, viewer=viewer)
        return rows.page(schema)
    one = await runtime.read(get_escalation, workspace=workspace, escalation_id=memory.escalation_id, viewer=viewer)
    return rows.standing(one)
