"""Limits of lists and lines, and how a command names a customer."""

import re
from collections.abc import Sequence

LINK = 500
PAGE_ROWS = 8
REMINDER_ROWS = 10
BRIEF_LINES = 2
HOME_LINES = 60
TIMELINE_ROWS = 20
AT_ONCE = 200  # rows that a job handles in one transaction
QUOTED = 120  # characters of what is owed, to somebody who knows it
NAME_WORDS = 8  # of a customer, in a command


def one_line(text: str) -> str:
    """Return *text* as one line of at most 120 characters."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1].rstrip() + "…"


def split_quoted(words: str) -> tuple[str, str] | None:
    """Return a name in quotes at the beginning, and what follows it; None when there is none."""
    match = re.match(r'\s*["“”«„]([^"“”»]+)["“”»]\s*(.*)', words, re.DOTALL)
    return (match[1].strip(), match[2].strip()) if match else None


def prefixes(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return every beginning that may be a name, the longest first, with what follows it."""
    most = min(NAME_WORDS, len(words))
    return [(" ".join(words[:length]), " ".join(words[length:])) for length in range(most, 0, -1)]
