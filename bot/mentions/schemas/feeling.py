"""What a workspace's corrections teach about how texts read, and what came of it."""

from datetime import date, datetime
from typing import NamedTuple

from bot.core.schemas import Schema
from bot.mentions.rules.learning import Figures, Model
from bot.mentions.rules.sentiment import Sentiment


class TaughtText(NamedTuple):
    """A text, the names in it, how people say that it reads, and whether the model in use has learnt from it."""

    words: str
    names: tuple[str, ...]
    sentiment: Sentiment
    is_correction: bool
    is_new: bool


class Course(NamedTuple):
    """All that a model is to learn from; *corrections* counts those that were ever made, up to *until*."""

    texts: tuple[TaughtText, ...]
    corrections: int
    until: datetime


class Learnt(NamedTuple):
    """A model, and the figures of the one before and of this one."""

    model: Model
    before: Figures
    after: Figures


class LearntSchema(Schema):
    """What was learnt on a day, as the settings show it."""

    learnt_on: date
    corrections: int
    before: Figures
    after: Figures


class FeelingSchema(Schema):
    """
    How many mentions were corrected, and what was learnt from that.

    *used* is in use (None: the shipped model), *aside* was until a manager went back, *refused* was learnt last and is
    no better.
    """

    corrections: int = 0
    used: LearntSchema | None = None
    aside: LearntSchema | None = None
    refused: LearntSchema | None = None
