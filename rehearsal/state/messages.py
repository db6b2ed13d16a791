"""Messages, including ephemeral ones."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False)
class Message:
    """A message; the object stays the same when the bot edits it."""

    channel: str
    ts: str
    user: str
    text: str
    bot_id: str | None = None
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    ephemeral_to: str | None = None
    edited: str | None = None
    deleted: bool = False
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    state: dict[str, Json] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Return whether it is a reply in a thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def to_json(self, bot_identity: Json, *, with_metadata: bool = False) -> Json:
        """Return the message object; *identity* is what Slack adds to messages of the app."""
        body: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        if self.bot_id is not None:
            body |= {"bot_id": self.bot_id} | bot_identity
        if self.blocks:
            body["blocks"] = self.blocks
        if self.thread_ts is not None:
            body["thread_ts"] = self.thread_ts
        if self.files:
            body["files"] = self.files
        return body | self._extras(with_metadata=with_metadata)

    def _extras(self, *, with_metadata: bool) -> Json:
        extras: Json = {}
        if self.edited is not None:
            extras["edited"] = {"user": self.user, "ts": self.edited}
        if with_metadata and self.metadata is not None:
            extras["metadata"] = self.metadata
        if self.reactions:
            extras["reactions"] = [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ]
        return extras
