"""Where somebody pressed, kept in the window that it opened, and how that place looks once something was done."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from bot.core.runtime import Runtime
from bot.promises.queries import get_list, get_promise, get_told
from bot.promises.schemas import PromisesBroken, PromisesDue, PromisesInherited, Told
from bot.promises.views import rows
from bot.slack.blocks import Message
from bot.slack.places import Place, address_of
from bot.slack.presses import block_in, ids_in, page_in

LIST_OF: dict[str, tuple[type[Told], Callable[[Any], Message]]] = {
    "due": (PromisesDue, rows.due),
    "broken": (PromisesBroken, rows.broken),
    "inherited": (PromisesInherited, rows.inherited),
}
"""The messages that hold several promises, by the word in the ids of their blocks."""


class Memory(Place):
    """What a window remembers: the promise, and the place of the press; for a new one, the message it comes from."""

    kind: Literal["one", "due", "broken", "inherited", "list", "none"] = "none"
    promise_id: UUID | None = None
    ids: tuple[UUID, ...] = ()
    whose: str = ""
    page: int = 0
    link: str = ""
    domain: str = ""


def place_of(body: Mapping[str, Any], promise_id: UUID) -> Memory:
    """Where a button or menu was used: its message, and which of ours that is."""
    place, rest = block_in(body)
    kind = place.removeprefix("promises.")
    where: dict[str, Any] = {"promise_id": promise_id, **address_of(body)}
    if kind == "list":
        page, _, whose = rest.rpartition(":")[0].partition(":")
        return Memory(kind="list", whose=whose, page=page_in(page), **where)
    if kind in LIST_OF:
        return Memory(kind=kind, ids=ids_in(body, place), **where)
    return Memory(kind="one" if kind == "one" else "none", **where)


async def draw(runtime: Runtime, memory: Memory, *, workspace: str, viewer: str) -> Message:
    """The message of a press, from what is so now."""
    if memory.kind == "list":
        schema = await runtime.read(get_list, workspace=workspace, whose=memory.whose, page=memory.page, viewer=viewer)
        return rows.page(schema)
    if memory.kind in LIST_OF:
        kind, draw_told = LIST_OF[memory.kind]
        told = await runtime.read(get_told, workspace=workspace, kind=kind, promise_ids=memory.ids, person_id=viewer)
        return draw_told(told)
    one = await runtime.read(get_promise, workspace=workspace, promise_id=memory.promise_id, viewer=viewer)
    return rows.again(one)
