"""Digests: what a channel learns on its days."""
