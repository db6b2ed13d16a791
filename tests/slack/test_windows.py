"""How a press is answered where there is no message to answer below."""

from typing import Any

from bot.core.errors import NotFound
from bot.slack.replies import replies
from bot.slack.windows import speaker


class Opened:
    """A client that keeps the windows it is asked to open, and how."""

    def __init__(self) -> None:
        self.windows: list[tuple[str, dict[str, Any]]] = []

    async def views_open(self, *, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        """Keep a window."""
        return self._keep(f"open {trigger_id}", view)

    async def views_push(self, *, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        """Keep a window on top of another."""
        return self._keep(f"push {trigger_id}", view)

    def _keep(self, how: str, view: dict[str, Any]) -> dict[str, Any]:
        self.windows.append((how, view))
        return {"view": {"id": "V1"}}


async def test_a_sentence_in_a_window_shows_names_as_they_are_written() -> None:
    """Escaped for Slack once, not twice; on top of the window that the press came from."""
    client: Any = Opened()
    for view_type in ("home", "modal"):
        body = {"trigger_id": "1", "view": {"type": view_type}}
        async with replies(speaker(client, body, None)):  # type: ignore[arg-type]
            raise NotFound("No customer is called Tea & Cake.")
    assert [how for how, _ in client.windows] == ["open 1", "push 1"]
    for _, view in client.windows:
        assert view["blocks"][0]["text"]["text"] == "No customer is called Tea &amp; Cake."
