"""What a channel learns at its slots of what was written."""

from bot.core.schemas import DigestSlot, Line, Notification, Schema


class Day(Schema):
    """What was written on one day, as the digest's chart shows it."""

    label: str
    praise: int = 0
    complaints: int = 0
    others: int = 0


class MentionsDigest(Notification):
    """
    What was written since the slot before, how it reads, how it was answered, and what waits.

    *before* and *complaints_before* are the same counts for as long a time before that slot; *in_time* of *answered*
    had their answer by the time for it. *waiting* are the oldest of *open_now*.
    """

    kind = "mentions.digest"
    slot: DigestSlot
    total: int
    complaints: int
    praise: int
    before: int
    complaints_before: int
    answered: int
    in_time: int
    open_now: int
    waiting: tuple[Line, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    praise_words: str = ""
    praise_about: str = ""
    days: tuple[Day, ...] = ()
