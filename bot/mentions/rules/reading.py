"""How a text reads: by its stars, or by the model that a workspace uses."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.mentions.rules.learning import Model, chances, describe, judge
from bot.mentions.rules.sentiment import Reading, Sentiment, by_stars, find_feelings

BY_WORDS = "linear 1"


class Reader(NamedTuple):
    """A model, and the name that is stored with what it reads; without a model, the shipped one."""

    model: Model | None = None
    name: str = BY_WORDS


SHIPPED = Reader()


def read_sentiment(words: str, rating: float | None, *, names: Iterable[str] = (), reader: Reader = SHIPPED) -> Reading:
    """
    Return how *words* read; a *rating* in stars from 0 to 5 decides alone.

    *names* are those of customers as the text spells them: they are no feelings.
    """
    if rating is not None:
        return by_stars(rating)
    found = find_feelings(words, names)
    if not any(map(str.isalnum, found.text)) and not (found.positive or found.negative):
        return Reading(Sentiment.NEUTRAL, 0.0, reader.name)
    scores = (reader.model or shipped_model()).scores(describe(found))
    complaint, praise = chances(scores)
    return Reading(judge(scores), round(praise - complaint, 4), reader.name)


@cache
def shipped_model() -> Model:
    """Return the model that comes with the bot; read on first use."""
    return Model.load(Path(__file__).with_name("weights.bin").read_bytes())
