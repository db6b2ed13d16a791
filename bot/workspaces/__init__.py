"""The workspace that installed the bot: its settings and its audit trail."""
