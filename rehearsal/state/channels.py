"""Channels and direct messages."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["public", "private", "im"]


@dataclass(eq=False)
class Channel:
    """A channel or a direct message; `members` holds the ids of people. A direct message has two."""

    id: str
    name: str
    kind: Kind = "public"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_ext_shared: bool = False
    is_org_shared: bool = False
    admins_only: bool = False
    topic: str = ""
    created: int = 0

    @property
    def type_name(self) -> str:
        """Return Slack's name of the kind, as used in `types=` and `channel_type`."""
        return {"public": "public_channel", "private": "private_channel", "im": "im"}[self.kind]

    def other(self, user_id: str) -> str:
        """Return the other member of a direct message."""
        return next((member for member in self.members if member != user_id), user_id)

    def to_json(self, team_id: str, for_user: str) -> dict[str, Any]:
        """Return the conversation object of `conversations.info` and `conversations.list`."""
        if self.kind == "im":
            return self._direct(team_id, for_user)
        shared = self.is_ext_shared or self.is_org_shared
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "private",
            "created": self.created,
            "is_archived": self.is_archived,
            "is_general": self.name == "general",
            "is_shared": shared,
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": self.is_org_shared,
            "is_pending_ext_shared": False,
            "is_member": for_user in self.members,
            "context_team_id": team_id,
            "shared_team_ids": [team_id],
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }

    def _direct(self, team_id: str, for_user: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_im": True,
            "is_org_shared": self.is_org_shared,
            "context_team_id": team_id,
            "user": self.other(for_user),
            "is_user_deleted": False,
            "priority": 0,
        }
