"""Mentions: what people write in public about us and our customers."""
