"""
How a text reads: as a complaint, as praise, or as neither.

A star rating decides where there is one. Else VADER's score does, at −0.10 and +0.35, with what people say when
something went wrong added to what it knows. It misses much all the same (docs/mentions-feeling.md), so screens say
"reads as a complaint" and nothing more.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
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


class Read(NamedTuple):
    """How a text reads, the score from −1 to 1 behind it, and what gave it, with its version."""

    feeling: Sentiment
    score: float
    scorer: str


COMPLAINT_WORDS = {
    # it doesn't do what it should
    "broke": -1.5, "broken": -1.8, "breaks": -1.4, "defective": -2.2, "faulty": -2.0, "malfunction": -1.8,
    "malfunctioned": -1.8, "malfunctions": -1.8, "glitch": -1.4, "glitches": -1.5, "glitchy": -1.7, "buggy": -1.8,
    "bug": -1.0, "bugs": -1.0, "crashes": -1.6, "crashed": -1.6, "crashing": -1.7, "freezes": -1.4, "froze": -1.2,
    "laggy": -1.6, "lags": -1.3, "outage": -1.8, "outages": -1.9, "downtime": -1.6, "unusable": -2.4,
    "unreliable": -2.0, "incompatible": -1.4, "inoperable": -2.0, "flimsy": -1.7, "shoddy": -2.2, "leaks": -1.3,
    "leaked": -1.3, "overheats": -1.6, "scratched": -1.2, "dented": -1.2, "torn": -1.1, "cracked": -1.3,
    "expired": -1.2, "stale": -1.4, "moldy": -2.2, "undercooked": -1.8, "overcooked": -1.6, "soggy": -1.4,
    "bland": -1.4, "flavorless": -1.7, "tasteless": -1.7, "inedible": -2.5, "greasy": -1.0, "dirty": -1.7,
    "filthy": -2.3, "roach": -2.0, "cockroach": -2.2, "illegible": -1.4, "muffled": -1.2, "choppy": -1.2,
    # nobody helps
    "unresponsive": -1.9, "unhelpful": -2.0, "incompetent": -2.5, "unprofessional": -2.3, "clueless": -1.8,
    "inattentive": -1.7, "dismissive": -1.8, "condescending": -2.2, "runaround": -1.9, "excuses": -1.3,
    "unanswered": -1.5, "unresolved": -1.5, "ghosted": -1.9, "stonewalled": -1.9, "hassle": -1.5, "nightmare": -2.4,
    "slow": -1.2, "slower": -1.1, "delayed": -1.4, "delays": -1.4, "overdue": -1.3, "backordered": -1.0,
    "undelivered": -1.6, "misplaced": -1.2, "misled": -2.0, "misleading": -1.9, "inaccurate": -1.6,
    # it costs too much, or the bill is wrong
    "overpriced": -2.0, "overcharged": -2.2, "overcharging": -2.2, "overbilled": -2.1, "ripoff": -2.7, "rip-off": -2.7,
    "refund": -1.2, "refunds": -1.0, "refused": -1.4, "scam": -2.8, "scammed": -2.9, "scammers": -2.9,
    "fraudulent": -2.6, "counterfeit": -2.3, "knockoff": -1.7, "gimmick": -1.4, "overrated": -1.6,
    "underwhelming": -1.7, "underwhelmed": -1.7, "unacceptable": -2.4, "inexcusable": -2.6, "ridiculous": -1.6,
    "disappointment": -2.3, "disappointing": -2.2, "disappointed": -2.1, "letdown": -1.9, "mediocre": -1.5,
    "subpar": -1.8, "regret": -1.9, "returning": -0.8, "returned": -0.7, "cancelling": -1.0, "canceling": -1.0,
    "unsubscribed": -1.2, "avoid": -1.8, "beware": -2.0, "junk": -2.0, "crap": -2.0, "garbage": -2.2, "trash": -1.8,
    "useless": -2.1, "worthless": -2.3, "pointless": -1.8, "lousy": -2.4, "pathetic": -2.4, "sucks": -2.2,
    "sucked": -2.2, "yuck": -1.9, "gross": -1.9, "bother": -1.2,
}  # fmt: skip
"""
Single words that complaints are made of, with VADER's weights from −4 to 4; they stand in for its own.

Written down by thinking through what goes wrong between a firm and its customers (it breaks, nobody helps, it costs
too much, they leave), not gathered from any collection of reviews.
"""

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


def read_sentiment(words: str, rating: float | None) -> Read:
    """How *words* read; a *rating* in stars from 0 to 5 decides alone."""
    if rating is not None:
        stars = min(max(rating, 0.0), 5.0)
        score = max((stars - MIDDLE_STARS) / STARS_BESIDE, -1.0)
        return Read(_between(stars, FEW_STARS, MANY_STARS), round(score, 4), BY_STARS)
    words = words[:LONGEST].replace("’", "'")
    score = float(_vader().polarity_scores(words)["compound"]) if words.strip() else 0.0
    phrases = min(sum(1 for _ in _COMPLAINS.finditer(words)), MOST_COUNTED)
    score = max(score - PHRASE_WEIGHT * phrases, -1.0)
    return Read(by_bounds(score), round(score, 4), BY_WORDS)


def by_bounds(score: float) -> Sentiment:
    """What a score from −1 to 1 says."""
    return _between(score, COMPLAINT_BELOW, PRAISE_ABOVE)


def _between(value: float, low: float, high: float) -> Sentiment:
    if value <= low:
        return Sentiment.COMPLAINT
    return Sentiment.PRAISE if value >= high else Sentiment.NEUTRAL


@cache
def _vader() -> "SentimentIntensityAnalyzer":
    """VADER with our words; made when the first text is read, since it takes memory."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - two megabytes of words

    analyzer = SentimentIntensityAnalyzer()
    analyzer.lexicon.update(COMPLAINT_WORDS)
    return analyzer


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
