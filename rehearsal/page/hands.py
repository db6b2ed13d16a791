"""From a click on an element to what the person does in the workspace."""

from collections.abc import Mapping
from typing import Any

from rehearsal.page.dialogs import sure
from rehearsal.page.screen import Screen, Where
from rehearsal.state.inputs import Placed


async def use(screen: Screen, where: Where, spot: Placed, value: Any) -> None:
    """Put *value* into the element at *spot*, or choose it there; None empties it."""
    if await sure(screen, spot.element.get("confirm")):
        action_id, block_id = spot.element["action_id"], spot.block["block_id"]
        await screen.do(lambda: screen.actor.choose(where, action_id, value, block_id=block_id))


async def press(screen: Screen, where: Where, spot: Placed) -> None:
    """Press the button at *spot*."""
    if await sure(screen, spot.element.get("confirm")):
        action_id, block_id = spot.element["action_id"], spot.block["block_id"]
        await screen.do(lambda: screen.actor.press(where, action_id, block_id=block_id))


def entered(where: Where, spot: Placed) -> Mapping[str, Any]:
    """What stands in the element now, in the form of `state.values`."""
    block_id, action_id = spot.block.get("block_id", ""), spot.element.get("action_id", "")
    value: Mapping[str, Any] = where.state.get(block_id, {}).get(action_id, {})
    return value
