"""Keeps the new feature's own tests for the copy of the project that it is added to."""

collect_ignore = ["new_feature"]
