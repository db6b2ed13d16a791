"""The data of workspaces that leaves the feature."""

from datetime import datetime

from pydantic import SecretStr

from bot.core.schemas import Schema


class ChannelSchema(Schema):
    """A channel as Slack describes it; *refused* is Slack's error code, or empty."""

    id: str
    name: str = ""
    is_channel: bool = True
    is_private: bool = False
    is_member: bool = False
    is_archived: bool = False
    is_shared: bool = False
    refused: str = ""

    @property
    def may_join(self) -> bool:
        """Whether the bot is not a member and can join by itself."""
        return self.problem is None and not self.is_member

    @property
    def problem(self) -> str | None:
        """Why the bot can't post there, and what to do about it; None when it can, perhaps after joining."""
        where = f"#{self.name}" if self.name else "that channel"
        is_closed = self.is_channel and self.is_private and not self.is_member
        slow = self.refused in {"timeout", "ratelimited"}
        checks = (
            (
                self.refused == "channel_not_found" or is_closed,
                f"Invite me with /invite @Evenhand in {where}, then save again.",
            ),
            (slow, "Slack didn't answer in time; save again in a minute."),
            (not self.is_channel, "Choose a channel; news about customers doesn't go to direct messages."),
            (
                self.is_archived or self.refused == "is_archived",
                f"{where} is archived; choose another channel, or unarchive it and save again.",
            ),
            (
                self.is_shared,
                f"{where} is shared with outsiders, and customers' names don't go there; choose another one.",
            ),
            (
                bool(self.refused),
                f"Slack doesn't let me in there ({self.refused}); choose another channel, or ask a Slack admin.",
            ),
        )
        return next((sentence for is_so, sentence in checks if is_so), None)


class TokenSchema(Schema):
    """A token that replaces one of the settings; *refresh_token* brings the next one where Slack rotates tokens."""

    token: SecretStr
    refresh_token: SecretStr | None = None
    expires_at: datetime | None = None
