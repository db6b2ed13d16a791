"""Excludes the new feature's tests, which run in the copy of the project."""

collect_ignore = ["new_feature"]
