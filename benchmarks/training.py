"""
`python -m benchmarks.training`: learns the weights that come with the bot, and prints how well they read.

The texts are the UCI sentiment sentences (CC BY 4.0) and the ground truth of VADER (MIT); NOTICE names them. None of
them is part of the project: of each, the weights keep sums only.
"""

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.figure import Figure
from benchmarks.reading import Rated, Reader, collections, score
from bot.mentions.rules import reading
from bot.mentions.rules.learning import ACCEPTED_WEIGHT, PHRASES, QUIET, Lesson, Model, blank, describe, train
from bot.mentions.rules.reading import read_sentiment
from bot.mentions.rules.sentiment import Sentiment, by_bounds, find_feelings

WEIGHTS = Path(reading.__file__).with_name("weights.bin")
DECAY = 1e-4
RESERVE = -1.0
"""
The weight of finding nothing. Reviews, as these texts are, seldom say nothing of a feeling; most posts and articles
do. So what reads as a complaint by its letters alone has to do so more clearly than in reviews.
"""
PHRASES_WEIGH = (2.0, 0.0)
"""The weights of phrases of complaint, for complaint and praise: reviews hardly hold outages, bills and lost data."""
SEEN = 300
ACCURACY_BUDGET, RECALL_BUDGET = 0.97, 1.0
"""As many are read right as by VADER, which was made on the tweets, and no fewer complaints are found."""


def learn(rated: Sequence[Rated]) -> Model:
    """Return a model that learnt from these texts."""
    return reserved(train([lesson_of(*one, is_reserved=False) for one in rated], blank(), decay=DECAY))


def lesson_of(text: str, feeling: Sentiment, *, is_reserved: bool = True) -> Lesson:
    """Return a text as a lesson; when not *is_reserved*, without whether rules found nothing in it."""
    example = describe(find_feelings(text))
    if not is_reserved:
        dense = list(example.dense)
        dense[QUIET] = 0.0
        example = example._replace(dense=tuple(dense))
    return Lesson(example, feeling)


def reserved(model: Model) -> Model:
    """Return a model with the weights that these texts can't teach."""
    sides = [list(dense) for dense in model.dense]
    for side, phrases in zip(sides, PHRASES_WEIGH, strict=True):
        side[PHRASES], side[QUIET] = phrases, RESERVE
    return model._replace(dense=(tuple(sides[0]), tuple(sides[1])))


def measure() -> Iterator[Figure]:
    """Two figures a collection, of a model that never saw it, beside plain VADER; no star rating is given."""
    analyzer = SentimentIntensityAnalyzer()
    known = dict(collections())
    for what, rated in known.items():
        model = learn_without(what, known)
        ours = score(partial(_read, model=model), rated)
        theirs = score(lambda text: by_bounds(analyzer.polarity_scores(text)["compound"]), rated)
        about = f"of {len(rated):,} {what}, against plain VADER"
        yield _figure(f"share read right {about}", ours.accuracy, theirs.accuracy, ACCURACY_BUDGET)
        yield _figure(f"share of the complaints found {about}", ours.recall, theirs.recall, RECALL_BUDGET)


def learn_without(what: str, known: Mapping[str, Sequence[Rated]]) -> Model:
    """Return a model that learnt from every collection but one."""
    return learn([one for other, texts in known.items() if other != what for one in texts])


def main() -> int:
    """Print figures of models that learnt without a collection and read it, then write the weights learnt from all."""
    known = dict(collections())
    for what, rated in known.items():
        seen, held = split(rated)
        model = learn_without(what, known)
        taught, corrections = teach(model, seen)
        print(f"{len(held):,} {what}: complaints found, precision of that, share read right")
        readers: dict[str, Reader] = {
            "rules alone": lambda text: by_bounds(find_feelings(text).score),
            "learnt from the other collections": partial(_read, model=model),
            f"{SEEN} seen, {corrections} corrected": partial(_read, model=taught),
        }
        for name, read in readers.items():
            figures = score(read, held)
            print(f"  {name:35} {figures.recall:.2f} {figures.precision:.2f} {figures.accuracy:.2f}", flush=True)
    WEIGHTS.write_bytes(learn([one for texts in known.values() for one in texts]).dump())
    return 0


def split(rated: Sequence[Rated]) -> tuple[Sequence[Rated], Sequence[Rated]]:
    """Return some texts at random, always the same, and the others."""
    mixed = random.Random(1).sample(rated, len(rated))  # noqa: S311 - no secret
    return mixed[:SEEN], mixed[SEEN:]


def teach(model: Model, seen: Sequence[Rated]) -> tuple[Model, int]:
    """Return the model after people corrected what it read wrongly of these texts, and how often they did."""
    read = [(lesson_of(*one), _read(one[0], model)) for one in seen]
    lessons = [
        lesson._replace(weight=ACCEPTED_WEIGHT) if found is lesson.sentiment else lesson for lesson, found in read
    ]
    wrong = sum(found is not lesson.sentiment for lesson, found in read)
    return train(lessons, model, only_words=2 * wrong > len(seen)), wrong


def _figure(name: str, ours: float, theirs: float, budget: float) -> Figure:
    return Figure(name, ours / theirs, budget, ours, theirs, "of 1", at_least=True)


def _read(text: str, model: Model) -> Sentiment:
    return read_sentiment(text, None, reader=reading.Reader(model)).sentiment


if __name__ == "__main__":
    sys.exit(main())
