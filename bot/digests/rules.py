"""When a digest comes, and what its numbers mean."""

from enum import StrEnum


class DigestKind(StrEnum):
    """What a digest is about."""

    NEGLECTED = "neglected"
