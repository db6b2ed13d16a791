"""Reads of mentions."""
