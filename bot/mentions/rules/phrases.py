"""Points out phrases that sound colder than they are meant, with a kinder one beside each. It never insists."""

import re
from collections.abc import Iterable
from typing import NamedTuple

MOST_PHRASES = 100
LONGEST_PHRASE = 120


class Phrase(NamedTuple):
    """Words that a workspace would rather not send, and what it says instead."""

    words: str
    kinder: str


class Hint(NamedTuple):
    """Such words as an answer has them, and the kinder ones."""

    found: str
    kinder: str


DEFAULT_PHRASES = (
    Phrase("no problem", "you're welcome"),
    Phrase("calm down", "I see why this upsets you"),
    Phrase("as I said", "to put it another way"),
    Phrase("that's our policy", "here is what I can do"),
)

_APOSTROPHES = "'’‘`´ʼ"
_ANY_APOSTROPHE = f"[{_APOSTROPHES}]"


def find_phrases(words: str, phrases: Iterable[Phrase] = DEFAULT_PHRASES) -> tuple[Hint, ...]:
    """The *phrases* that stand in *words*, in the order of the text: whole words, in any case, each told once."""
    found: dict[str, tuple[int, Hint]] = {}
    for phrase in phrases:
        pattern = _pattern(phrase.words)
        match = pattern.search(words) if pattern else None
        if match:
            found.setdefault(match[0].casefold(), (match.start(), Hint(match[0], phrase.kinder)))
    return tuple(hint for _, hint in sorted(found.values(), key=lambda place: place[0]))


def _pattern(words: str) -> re.Pattern[str] | None:
    """What finds *words* however they are spaced and whichever apostrophe they have; None for no words at all."""
    pieces = [_spelling(piece) for piece in words[:LONGEST_PHRASE].split()]
    if not pieces:
        return None
    spaced = r"\s+".join(pieces)
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


def _spelling(piece: str) -> str:
    return "".join(_ANY_APOSTROPHE if char in _APOSTROPHES else re.escape(char) for char in piece)
