"""Slack plumbing that every room shares: blocks, forms, replies, the Bolt app."""
