"""Blocks for mentions."""
