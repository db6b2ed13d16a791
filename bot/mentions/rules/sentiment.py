"""
What words say of a feeling: stars, VADER's lexicon, phrases of complaint; and which phrases in an answer sound cold.

A star rating decides if there is one. Otherwise a model does (`bot/mentions/rules/reading.py`), which takes what is
found here into account. It errs (docs/mentions-feeling.md), so screens only say "reads as a complaint".
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

COMPLAINT_BELOW, PRAISE_ABOVE = -0.10, 0.35
FEW_STARS, MANY_STARS = 2.5, 3.5
MIDDLE_STARS, STARS_BESIDE = 3.0, 2.0
LONGEST = 4000  # characters that are read; VADER's time grows with the square of their number
PHRASE_WEIGHT = 0.45
MOST_COUNTED = 2
WELL = "great"  # stands for a phrase that says that all is well
NAME = "it"  # stands for a name, so that Trust Bank has no trust and Boom no bang
BY_STARS = "stars"
BY_PERSON = "person"  # once somebody corrected how a mention reads


class Sentiment(StrEnum):
    """How a text reads."""

    COMPLAINT = "complaint"
    NEUTRAL = "neutral"
    PRAISE = "praise"


class Reading(NamedTuple):
    """How a text reads, the score from −1 to 1 behind it, and the model that gave it, with its version."""

    sentiment: Sentiment
    score: float
    model: str


class Found(NamedTuple):
    """What rules find in a text: VADER's score less the phrases of complaint, their number, and VADER's shares."""

    text: str
    score: float = 0.0
    phrases: int = 0
    negative: float = 0.0
    positive: float = 0.0


def _read_weights() -> dict[str, float]:
    lines = Path(__file__).with_name("complaint_words.txt").read_text("utf-8").splitlines()
    pairs = (pair.split() for line in lines if line and not line.startswith("#") for pair in line.split(","))
    return {word: float(weight) for word, weight in pairs}


def _read_phrases() -> dict[str, re.Pattern[str]]:
    """Return a pattern for each section of the file of phrases."""
    names: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("phrases.txt").read_text("utf-8").splitlines():
        name, is_name, pattern = line.partition(" = ")
        if line.startswith("["):
            sections[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            filled = _NAMED.sub(lambda found: names[found[1]], pattern if is_name and not sections else line)
            if sections:
                sections[next(reversed(sections))].append(filled)
            else:
                names[name] = filled
    return {name: re.compile(rf"(?<!\w)(?:{'|'.join(lines)})(?!\w)", re.IGNORECASE) for name, lines in sections.items()}


_NAMED = re.compile(r"\{([a-z]+)\}")
COMPLAINT_WORDS: Mapping[str, float] = _read_weights()
"""Words that complaints are made of, with VADER's weights."""

_PHRASES = _read_phrases()
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)[@#]\w+(?:\.\w+)*", re.IGNORECASE)


def by_stars(rating: float) -> Reading:
    """Return how a text with a *rating* from 0 to 5 reads, whatever it says."""
    stars = min(max(rating, 0.0), 5.0)
    score = max((stars - MIDDLE_STARS) / STARS_BESIDE, -1.0)
    return Reading(_between(stars, FEW_STARS, MANY_STARS), round(score, 4), BY_STARS)


def find_feelings(words: str, names: Iterable[str] = ()) -> Found:
    """
    Return what rules find in *words*, and the text without accounts, addresses and *names*.

    Kind words before what went wrong ("thanks for nothing") don't count, and neither do unkind ones in "no problems".
    """
    text = _PHRASES["content"].sub(WELL, mask_names(words[:LONGEST].replace("’", "'"), names))
    found = len(_PHRASES["sarcasm"].findall(text)) + len(_PHRASES["complaints"].findall(text))
    plain = _PHRASES["sarcasm"].sub(" ", text)
    if not plain.strip():
        return Found(text, phrases=found)
    vader = _vader().polarity_scores(plain)
    score = float(vader["compound"]) - PHRASE_WEIGHT * min(found, MOST_COUNTED)
    return Found(plain, max(score, -1.0), found, float(vader["neg"]), float(vader["pos"]))


def mask_names(words: str, names: Iterable[str] = ()) -> str:
    """Return *words* without accounts and addresses, and with a word without feeling for each of the *names*."""
    text = _ADDRESS.sub(NAME, words)
    for name in sorted({name.strip() for name in names}, key=lambda name: (-len(name), name)):
        if name:
            case = re.IGNORECASE if " " in name else re.NOFLAG  # "Boom" is a customer, "boom" isn't
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, text, flags=case)
    return text


def by_bounds(score: float) -> Sentiment:
    """Return the sentiment of VADER's score from −1 to 1."""
    return _between(score, COMPLAINT_BELOW, PRAISE_ABOVE)


def _between(value: float, low: float, high: float) -> Sentiment:
    if value <= low:
        return Sentiment.COMPLAINT
    return Sentiment.PRAISE if value >= high else Sentiment.NEUTRAL


@cache
def _vader() -> "SentimentIntensityAnalyzer":
    """Return VADER with our words; made on first use, since it takes memory."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - two megabytes of words

    analyzer = SentimentIntensityAnalyzer()
    analyzer.lexicon.update(COMPLAINT_WORDS)
    return analyzer


MOST_PHRASES = 100
LONGEST_PHRASE = 120


class Phrase(NamedTuple):
    """Words that a workspace avoids, and what it says instead."""

    words: str
    kinder: str


class Hint(NamedTuple):
    """Words to avoid as an answer spells them, and the kinder ones."""

    found: str
    kinder: str


DEFAULT_PHRASES = (
    Phrase("no problem", "you're welcome"), Phrase("calm down", "I see why this upsets you"),
    Phrase("as I said", "to put it another way"), Phrase("that's our policy", "here is what I can do"),
)  # fmt: skip

_APOSTROPHES = "'’‘`´ʼ"
_ANY_APOSTROPHE = f"[{_APOSTROPHES}]"


def find_phrases(words: str, phrases: Iterable[Phrase] = DEFAULT_PHRASES) -> tuple[Hint, ...]:
    """Return the *phrases* that occur in *words*, in the order of the text: whole words, in any case, each once."""
    found: dict[str, tuple[int, Hint]] = {}
    for phrase in phrases:
        pattern = _pattern(phrase.words)
        match = pattern.search(words) if pattern else None
        if match:
            found.setdefault(match[0].casefold(), (match.start(), Hint(match[0], phrase.kinder)))
    return tuple(hint for _, hint in sorted(found.values(), key=lambda place: place[0]))


def _pattern(words: str) -> re.Pattern[str] | None:
    """Return a pattern that finds *words* with any spacing and apostrophes; None if *words* is empty."""
    pieces = [_spelling(piece) for piece in words[:LONGEST_PHRASE].split()]
    if not pieces:
        return None
    spaced = r"\s+".join(pieces)
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


def _spelling(piece: str) -> str:
    return "".join(_ANY_APOSTROPHE if char in _APOSTROPHES else re.escape(char) for char in piece)
