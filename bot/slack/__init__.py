"""Slack plumbing that every feature shares: blocks, forms, replies, the Bolt app."""
