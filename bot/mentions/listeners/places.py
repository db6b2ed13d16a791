"""Where somebody pressed, kept in the window that it opened, and how that place looks once something was done."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from bot.core.runtime import Runtime
from bot.mentions.queries.mentions import get_listed, get_mention, get_open
from bot.mentions.schemas.mentions import MentionsListed
from bot.mentions.views import cards, lists
from bot.slack.blocks import Message
from bot.slack.places import Place, address_of
from bot.slack.presses import block_in, ids_in, page_in


class Memory(Place):
    """What a window remembers: the mention, the place of the press, and whether its words were looked at."""

    kind: Literal["card", "list", "page", "none"] = "none"
    mention_id: UUID | None = None
    ids: tuple[UUID, ...] = ()
    total: int = 0
    complaints: int = 0
    page: int = 0
    coached: bool = False


def place_of(body: Mapping[str, Any], mention_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    place, rest = block_in(body)
    where: dict[str, Any] = {"mention_id": mention_id, **address_of(body)}
    numbers = [page_in(part) for part in (*rest.split(":"), "0", "0")]
    if place == "mentions.list":
        return Memory(kind="list", ids=ids_in(body, place, part=-1), total=numbers[0], complaints=numbers[1], **where)
    if place == "mentions.page":
        return Memory(kind="page", page=numbers[0], **where)
    return Memory(kind="card" if place in {"mentions.card", "mentions.do"} else "none", **where)


async def draw(runtime: Runtime, memory: Memory, *, workspace: str, viewer: str) -> Message:
    """The message of a press, from what is so now."""
    if memory.kind == "page":
        return lists.page(await runtime.read(get_open, workspace=workspace, page=memory.page, viewer=viewer))
    if memory.kind == "list":
        rows = await runtime.read(get_listed, workspace=workspace, mention_ids=memory.ids, viewer=viewer)
        total = max(memory.total, len(rows))
        return lists.listed(MentionsListed(total=total, complaints=memory.complaints, rows=tuple(rows)))
    one = await runtime.read(
        get_mention, workspace=workspace, mention_id=memory.mention_id, viewer=viewer, features=runtime.features
    )
    return cards.card(one)
