"""What Slack says about a channel, before anything is promised to it."""

from bot.workspaces.gateways import join_channel, look_at_channel

__all__ = ["join_channel", "look_at_channel"]
