"""
A linear model of how texts read: what it looks at, its weights, and how they are learnt.

It is a logistic regression of complaint and praise against neither. A text is described by its words, pairs of words
and pieces of words (hashed to `SIZE` places), and by what the rules found (`bot/mentions/rules/sentiment.py`). Training
adds to the weights of an earlier model, so that a few hundred texts change what they speak of and leave the rest. The
same texts give the same weights: nothing is random, and the order of the texts doesn't matter.
"""

import math
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import add, mul
from typing import NamedTuple

from bot.mentions.rules.sentiment import MOST_COUNTED, Found, Sentiment

VERSION = 1
"""Of the description of texts: weights that were learnt with another one mean nothing."""

SIZE = 1 << 15
DENSE = 6  # numbers beside the places: four of the rules, whether they found nothing, and a constant
PHRASES, QUIET = 1, 4  # the places among them of the phrases of complaint, and of whether nothing was found
SURE = 0.45
"""A text is read as neutral unless complaint or praise is as probable as this."""

FOLDS = 5
FEWEST_CORRECTIONS = 20
MOST_CORRECTIONS, MOST_TEXTS = 1000, 2000
ACCEPTED_WEIGHT = 0.5
"""A text that people left as it was read counts half: perhaps nobody looked."""

ROUNDS = 6
RATE, DECAY = 0.5, 1e-3
LETTERS = 1200
"""Words and letters are read up to here; the rules read further."""

SIDES = (Sentiment.COMPLAINT, Sentiment.PRAISE)
LARGEST = 127
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]+")
_PIECES = (3, 4, 5)
_HEADER = struct.Struct(f"<{2 * DENSE + 2}f")


class Example(NamedTuple):
    """A text as the model sees it: the places of its words and pieces, and the numbers beside them."""

    places: tuple[int, ...]
    dense: tuple[float, ...]

    @property
    def scale(self) -> float:
        """The value at each place: a long text weighs no more than a short one."""
        return 1 / math.sqrt(len(self.places) or 1)


class Lesson(NamedTuple):
    """A text, how it reads, and what it counts for beside others."""

    example: Example
    sentiment: Sentiment
    weight: float = 1.0


class Model(NamedTuple):
    """The weights of complaint and of praise: whole numbers at each place, with their unit, and those beside them."""

    units: tuple[float, float]
    places: tuple[memoryview, memoryview]
    dense: tuple[tuple[float, ...], tuple[float, ...]]

    def scores(self, example: Example) -> tuple[float, float]:
        """Return the logarithms of the odds of complaint and of praise against neither."""
        complaint, praise = (
            unit * example.scale * sum(map(places.__getitem__, example.places)) + sum(map(mul, dense, example.dense))
            for unit, places, dense in zip(self.units, self.places, self.dense, strict=True)
        )
        return complaint, praise

    def dump(self) -> bytes:
        """Return the weights as a file holds them."""
        header = _HEADER.pack(*self.units, *self.dense[0], *self.dense[1])
        return zlib.compress(header + bytes(self.places[0]) + bytes(self.places[1]), 9)

    @classmethod
    def load(cls, content: bytes) -> "Model":
        """Return the model that was dumped; raises ValueError if it is another kind of file."""
        try:
            raw = zlib.decompress(content)
            numbers = _HEADER.unpack_from(raw)
        except (zlib.error, struct.error) as error:
            raise ValueError("These are no weights of a model.") from error
        if len(raw) != _HEADER.size + 2 * SIZE:
            raise ValueError("These are the weights of another model.")
        weights = memoryview(raw)[_HEADER.size :].cast("b")
        return cls(numbers[:2], (weights[:SIZE], weights[SIZE:]), (numbers[2 : 2 + DENSE], numbers[2 + DENSE :]))


class Figures(NamedTuple):
    """How well texts were read: how many, the complaints among them, what was read as one, and what was right."""

    texts: int = 0
    right: int = 0
    complaints: int = 0
    called: int = 0
    found: int = 0

    @property
    def recall(self) -> float:
        """The share of the complaints that were read as such."""
        return self.found / self.complaints if self.complaints else 0.0

    @property
    def precision(self) -> float:
        """The share of what was read as a complaint that is one."""
        return self.found / self.called if self.called else 0.0

    @property
    def accuracy(self) -> float:
        """The share of the texts that were read right."""
        return self.right / self.texts if self.texts else 0.0

    @property
    def quality(self) -> float:
        """What models are compared by: the share read right, and the harmonic mean of recall and precision."""
        both = self.recall + self.precision
        return self.accuracy + (2 * self.recall * self.precision / both if both else 0.0)


def describe(found: Found) -> Example:
    """Return a text in which the rules *found* something as the model sees it."""
    words = _TOKEN.findall(found.text[:LETTERS].lower())
    features = {f"w {word}" for word in words}
    features.update(f"b {one} {other}" for one, other in zip(["", *words], [*words, ""], strict=True))
    for word in set(words):
        framed = f"<{word}>"
        features.update(framed[at : at + size] for size in _PIECES for at in range(len(framed) - size + 1))
    places = {zlib.crc32(feature.encode("utf-8", "replace")) % SIZE for feature in features}
    phrases = min(found.phrases, MOST_COUNTED) / MOST_COUNTED
    quiet = float(not (phrases or found.negative or found.positive))
    return Example(tuple(sorted(places)), (found.score, phrases, found.negative, found.positive, quiet, 1.0))


def chances(scores: tuple[float, float]) -> tuple[float, float]:
    """Return the probabilities of complaint and of praise."""
    highest = max(*scores, 0.0)
    complaint, praise, neither = (math.exp(score - highest) for score in (*scores, 0.0))
    total = complaint + praise + neither
    return complaint / total, praise / total


def judge(scores: tuple[float, float]) -> Sentiment:
    """Return how a text with these scores reads."""
    complaint, praise = chances(scores)
    if max(complaint, praise) < SURE:
        return Sentiment.NEUTRAL
    return Sentiment.COMPLAINT if complaint >= praise else Sentiment.PRAISE


def train(lessons: Sequence[Lesson], start: Model, *, decay: float = DECAY, only_words: bool = False) -> Model:
    """
    Return *start* with what the *lessons* teach, by stochastic gradient descent.

    *decay* draws the change of each weight back to zero. *only_words* leaves the numbers beside the places as they are:
    who sees mistakes alone must not conclude that everything is the other way round. The order of the lessons depends
    on the texts alone.
    """
    change = _Change()
    ordered = sorted(lessons, key=lambda lesson: (zlib.crc32(repr(lesson).encode()), repr(lesson)))
    known = [(lesson, start.scores(lesson.example)) for lesson in ordered]
    for turn in range(ROUNDS):
        rate = RATE / (1 + turn)
        for lesson, scores in known if turn % 2 == 0 else reversed(known):
            change.learn(lesson, scores, rate, 1 - rate * decay)
    learnt = change.added_to(start)
    return learnt._replace(dense=start.dense) if only_words else learnt


class _Change:
    """What training adds to the weights of complaint and of praise."""

    def __init__(self) -> None:
        self.places = ([0.0] * SIZE, [0.0] * SIZE)
        self.dense = ([0.0] * DENSE, [0.0] * DENSE)

    def learn(self, lesson: Lesson, scores: tuple[float, float], rate: float, keep: float) -> None:
        """Change the weights so that a text, which had *scores* before, is read more as the lesson says."""
        example, scale = lesson.example, lesson.example.scale
        complaint, praise = (
            before + scale * sum(map(places.__getitem__, example.places)) + sum(map(mul, dense, example.dense))
            for before, places, dense in zip(scores, self.places, self.dense, strict=True)
        )
        sides = zip(SIDES, chances((complaint, praise)), self.places, self.dense, strict=True)
        for side, chance, places, dense in sides:
            push = rate * lesson.weight * ((lesson.sentiment is side) - chance)
            more = push * scale
            for place in example.places:
                places[place] = places[place] * keep + more
            dense[:] = [weight * keep + push * value for weight, value in zip(dense, example.dense, strict=True)]

    def added_to(self, start: Model) -> Model:
        """Return *start* with this change, its weights rounded to whole numbers from −127 to 127."""
        sides = [
            [unit * old + new for old, new in zip(places, change, strict=True)]
            for unit, places, change in zip(start.units, start.places, self.places, strict=True)
        ]
        units = [max(map(abs, side)) / LARGEST or 1.0 for side in sides]
        complaint, praise = (
            memoryview(bytes(round(weight / unit) & 255 for weight in side)).cast("b")
            for side, unit in zip(sides, units, strict=True)
        )
        dense = [tuple(map(add, before, change)) for before, change in zip(start.dense, self.dense, strict=True)]
        return Model((units[0], units[1]), (complaint, praise), (dense[0], dense[1]))


def blank() -> Model:
    """Return a model that knows nothing."""
    empty = memoryview(bytes(SIZE)).cast("b")
    return Model((1.0, 1.0), (empty, empty), ((0.0,) * DENSE, (0.0,) * DENSE))


class ModelState(StrEnum):
    """What became of a model that a workspace's corrections taught."""

    USED = "used"
    EARLIER = "earlier"  # the one before, which a manager can go back to
    OLD = "old"  # one before that; its weights are deleted
    WORSE = "worse"  # no better than the one before, so never used
    SET_ASIDE = "set_aside"  # a manager went back


class Dated(NamedTuple):
    """A lesson, and whether the earlier model knew it."""

    lesson: Lesson
    fold: int
    is_new: bool


def cross_validate(lessons: Sequence[Dated], start: Model, *, only_words: bool) -> tuple[Figures, Figures]:
    """
    Return the figures of what was learnt from the earlier *lessons* alone, and of what is learnt from all.

    Each fold is read by models that learnt from the others only. Equal texts have to be in the same fold.
    """
    earlier: list[tuple[Sentiment, Sentiment]] = []
    later: list[tuple[Sentiment, Sentiment]] = []
    for fold in sorted({one.fold for one in lessons}):
        rest = [one for one in lessons if one.fold != fold]
        known = [one.lesson for one in rest if not one.is_new]
        before = train(known, start, only_words=only_words) if known else start
        after = train([one.lesson for one in rest], start, only_words=only_words)
        held = [one.lesson for one in lessons if one.fold == fold]
        earlier += [(judge(before.scores(one.example)), one.sentiment) for one in held]
        later += [(judge(after.scores(one.example)), one.sentiment) for one in held]
    return count_read(earlier), count_read(later)


def count_read(read: Iterable[tuple[Sentiment, Sentiment]]) -> Figures:
    """Return the figures of pairs: how a text was read, and how it reads."""
    pairs = list(read)
    complaint = Sentiment.COMPLAINT
    return Figures(
        texts=len(pairs),
        right=sum(one is other for one, other in pairs),
        complaints=sum(is_ is complaint for _, is_ in pairs),
        called=sum(one is complaint for one, _ in pairs),
        found=sum(one is complaint and other is complaint for one, other in pairs),
    )
