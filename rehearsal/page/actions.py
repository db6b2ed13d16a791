"""What a person does to an element: choosing a value, pressing a button, and confirming either."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from rehearsal.page.mrkdwn import text_object
from rehearsal.page.screen import Container, Screen
from rehearsal.page.tags import button, div, html
from rehearsal.state.inputs import BlockElement


async def choose_value(screen: Screen, container: Container, target: BlockElement, value: Any) -> None:
    """Choose or enter *value* in the element; None clears it."""
    if await confirm_action(screen, target.element.get("confirm")):
        action_id, block_id = target.element["action_id"], target.block["block_id"]
        await screen.perform(lambda: screen.actor.choose(container, action_id, value, block_id=block_id))


async def press_button(screen: Screen, container: Container, target: BlockElement) -> None:
    """Press the button."""
    if await confirm_action(screen, target.element.get("confirm")):
        action_id, block_id = target.element["action_id"], target.block["block_id"]
        await screen.perform(lambda: screen.actor.press(container, action_id, block_id=block_id))


def current_value(container: Container, target: BlockElement) -> Mapping[str, Any]:
    """Return the element's current entry in `state.values`."""
    block_id, action_id = target.block.get("block_id", ""), target.element.get("action_id", "")
    value: Mapping[str, Any] = container.state.get(block_id, {}).get(action_id, {})
    return value


async def confirm_action(screen: Screen, confirm: Mapping[str, Any] | None) -> bool:
    """Ask for confirmation if *confirm* is given; return whether the person confirmed."""
    if not confirm:
        return True
    with screen.client, ui.dialog() as dialog, div("rh-window rh-confirm", testid="confirm", role="alertdialog"):
        html(text_object(confirm.get("title"), screen.names), "rh-window-title")
        html(text_object(confirm.get("text"), screen.names), "rh-window-body")
        with div("rh-window-foot"):
            style = "rh-danger" if confirm.get("style") == "danger" else "rh-primary"
            button(_words(confirm, "deny", "Cancel"), "rh-btn", lambda: dialog.submit(False), testid="confirm-no")
            button(
                _words(confirm, "confirm", "Yes"), f"rh-btn {style}", lambda: dialog.submit(True), testid="confirm-yes"
            )
    answer = await dialog
    dialog.delete()
    return answer is True


def _words(confirm: Mapping[str, Any], part: str, otherwise: str) -> str:
    value = confirm.get(part)
    return str(value.get("text", otherwise)) if isinstance(value, Mapping) else otherwise
