"""The small window that asks whether one is sure."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from rehearsal.page.mrkdwn import text_object
from rehearsal.page.screen import Screen
from rehearsal.page.tags import button, div, html


async def sure(screen: Screen, confirm: Mapping[str, Any] | None) -> bool:
    """Whether the person goes on; without a confirm object nobody is asked."""
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
