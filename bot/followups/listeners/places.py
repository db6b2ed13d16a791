"""Where somebody pressed, kept in the window that it opened, and how that place looks once something was done."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from bot.core.runtime import Runtime
from bot.followups.queries import get_due, get_followup, get_list
from bot.followups.views import rows
from bot.slack.blocks import Message
from bot.slack.places import Place, address_of
from bot.slack.presses import block_in, ids_in, page_in


class Memory(Place):
    """What a window remembers: the follow-up, and the place of the press; for a new one, the message it comes from."""

    kind: Literal["one", "late", "due", "list", "none"] = "none"
    followup_id: UUID | None = None
    ids: tuple[UUID, ...] = ()
    whose: str = ""
    page: int = 0
    link: str = ""
    domain: str = ""


def place_of(body: Mapping[str, Any], followup_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    place, rest = block_in(body)
    where: dict[str, Any] = {"followup_id": followup_id, **address_of(body)}
    match place:
        case "followups.due":
            return Memory(kind="due", ids=ids_in(body, place), **where)
        case "followups.list":
            page, _, whose = rest.rpartition(":")[0].partition(":")
            return Memory(kind="list", whose=whose, page=page_in(page), **where)
        case "followups.late":
            return Memory(kind="late", **where)
    return Memory(kind="one" if place == "followups.one" else "none", **where)


async def draw(runtime: Runtime, memory: Memory, *, workspace: str, viewer: str) -> Message:
    """The message of a press, from what is so now."""
    if memory.kind == "list":
        schema = await runtime.read(get_list, workspace=workspace, whose=memory.whose, page=memory.page, viewer=viewer)
        return rows.page(schema)
    if memory.kind == "due":
        due = await runtime.read(get_due, workspace=workspace, followup_ids=memory.ids, person_id=viewer)
        return rows.due(due)
    one = await runtime.read(get_followup, workspace=workspace, followup_id=memory.followup_id, viewer=viewer)
    return rows.late_now(one) if memory.kind == "late" else rows.again(one)
