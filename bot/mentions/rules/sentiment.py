"""
How a text reads: as a complaint, as praise, or as neither; and which phrases in an answer sound cold.

A star rating decides if there is one. Otherwise VADER's score decides, at −0.10 and +0.35, with words and phrases of
complaints added to its lexicon. It misses much (docs/mentions-feeling.md), so screens only say "reads as a complaint".
"""

import re
from collections.abc import Iterable
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
BY_STARS = "stars"
BY_WORDS = "vader+complaints 1"
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


def _read_weights() -> dict[str, float]:
    lines = Path(__file__).with_name("complaint_words.txt").read_text("utf-8").splitlines()
    pairs = (pair.split() for line in lines if line and not line.startswith("#") for pair in line.split(","))
    return {word: float(weight) for word, weight in pairs}


COMPLAINT_WORDS = _read_weights()
"""Words that complaints are made of, with VADER's weights."""

_NOT = r"(?:not|never|cannot|(?:ca|wo|does|did|do|is|was|are|were|could|has|have|would|should)n'?t)"
_WORK = r"(?:work(?:s|ing|ed)?|loads?|charge|open|turn on|start|fit|last|hold up|arrived?|come on)"
_ANSWER = (
    r"(?:call(?:s|ed)?|got|get(?:s|ting)?|heard?|writes?|wrote|repl(?:y|ied)|respond(?:s|ed)?|answer(?:s|ed)?"
    r"|return(?:s|ed)?)"
)
_BACK = r"(?:back|repl(?:y|ies)|responses?|answers?|calls?|the phone|emails?|messages?|from (?:you|them|anyone))"
_SPAN = r"(?:minutes?|mins?|hours?|days?|weeks?|months?)"
_COMPLAINT_PHRASES = (
    # it stopped, or never did
    rf"{_NOT} (?:\w+ )?{_WORK}",
    r"stop(?:s|ped)? (?:working|charging|responding)",
    r"(?:fell|falls|falling|came|comes) (?:apart|off)",
    r"(?:died|broke|failed|quit) (?:after|within|in)",
    # nobody answers
    rf"(?:{_NOT}|no one|nobody) (?:\w+ )?{_ANSWER} (?:\w+ )?{_BACK}",
    r"no (?:reply|response|answer|refund|apology|explanation|help|service|support|luck)",
    r"still (?:waiting|no|not|hasn't|haven't|broken|down)",
    rf"wait(?:ed|ing)? (?:for )?(?:over |more than |almost |nearly )?\w+[ -]?{_SPAN}",
    r"on hold (?:for|again|since)",
    r"(?:second|third|fourth|fifth|\d(?:nd|rd|th)|umpteenth) time (?:this|in|now|already|i|we)",
    # money, and leaving
    r"wasted? (?:of |my |your |our )?(?:time|money)",
    r"(?:want|give me|get) (?:my|our) money back",
    r"(?:charged|billed) (?:me |us )?(?:twice|double|again|for nothing)",
    rf"{_NOT} (?:\w+ ){{0,2}}(?:recommend|worth|buy|order|bother|return|go|going|be back|coming|come|use|shop|eat)",
    r"(?:stay|keep|steer) (?:far )?(?:away|clear)",
    r"(?:switch(?:ed|ing)?|chang(?:ed|ing)|mov(?:ed|ing)) to (?:a |an |your )?(?:competitor|another|someone else)",
    r"(?:last|final) (?:time|straw)",
    r"(?:should|could|would) have (?:been (?:better|told|fixed)|told|warned|known)",
    r"(?:poor|bad|worst|terrible|horrible|awful|slow) (?:\w+ )?(?:service|quality|support|experience|food|reception)",
    r"lets? (?:me|us) down",
    r"(?:sent|got|received) (?:me |us )?(?:the )?wrong",
)
_COMPLAINS = re.compile(rf"\b(?:{'|'.join(_COMPLAINT_PHRASES)})\b", re.IGNORECASE)


def read_sentiment(words: str, rating: float | None) -> Reading:
    """Return how *words* read; a *rating* in stars from 0 to 5 decides alone."""
    if rating is not None:
        stars = min(max(rating, 0.0), 5.0)
        score = max((stars - MIDDLE_STARS) / STARS_BESIDE, -1.0)
        return Reading(_between(stars, FEW_STARS, MANY_STARS), round(score, 4), BY_STARS)
    words = words[:LONGEST].replace("’", "'")
    score = float(_vader().polarity_scores(words)["compound"]) if words.strip() else 0.0
    phrases = min(sum(1 for _ in _COMPLAINS.finditer(words)), MOST_COUNTED)
    score = max(score - PHRASE_WEIGHT * phrases, -1.0)
    return Reading(by_bounds(score), round(score, 4), BY_WORDS)


def by_bounds(score: float) -> Sentiment:
    """Return the sentiment of a score from −1 to 1."""
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
