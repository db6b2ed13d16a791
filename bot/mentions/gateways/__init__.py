"""Feeds, webhooks and files, read into feed items."""
