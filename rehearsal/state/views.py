"""Modals and Home tabs."""

from dataclasses import dataclass, field
from typing import Any

from rehearsal.state.inputs import add_ids, collect_state

Json = dict[str, Any]
_TEXTS = ("title", "submit", "close")


@dataclass(eq=False)
class View:
    """A modal or Home tab of one person; the object stays the same when the bot updates it."""

    id: str
    owner: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    closed: bool = False

    @property
    def type(self) -> str:
        """Return `modal` or `home`."""
        return str(self.payload["type"])

    @property
    def blocks(self) -> list[Json]:
        """Return the current blocks, each with a block_id."""
        blocks: list[Json] = self.payload["blocks"]
        return blocks

    @property
    def title(self) -> str:
        """Return the title of a modal."""
        return str(self.payload.get("title", {}).get("text", ""))

    def show(self, payload: Json, new_hash: str) -> None:
        """Show *payload*; entered values are kept where block_id and action_id are the same."""
        self.payload = {**payload, "blocks": add_ids(payload.get("blocks", []))}
        self.state = collect_state(self.blocks, self.state)
        self.hash = new_hash
        self.errors = {}
        self.trouble = ""

    def to_json(self, team_id: str, app_id: str, bot_id: str) -> Json:
        """Return the view object in Slack's responses and payloads."""
        return {
            "id": self.id,
            "team_id": team_id,
            "type": self.type,
            "blocks": self.blocks,
            "private_metadata": self.payload.get("private_metadata", ""),
            "callback_id": self.payload.get("callback_id", ""),
            "state": {"values": self.state},
            "hash": self.hash,
            **{name: self.payload.get(name) for name in _TEXTS},
            "clear_on_close": self.payload.get("clear_on_close", False),
            "notify_on_close": self.payload.get("notify_on_close", False),
            "submit_disabled": False,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "app_id": app_id,
            "external_id": self.payload.get("external_id", ""),
            "app_installed_team_id": team_id,
            "bot_id": bot_id,
        }
