"""Questionnaires: fewer than ten questions, each written in one line, and what answers they take."""

import re
from enum import StrEnum
from typing import NamedTuple

from bot.campaigns.rules import WORDS
from bot.customers.rules.names import clean_text

MOST_QUESTIONS = 9
MOST_OPTIONS = 10
QUESTION, OPTION = 200, 75
HIGHEST = 10
TOO_MANY = (
    "Ask fewer than ten questions: after nine, people answer to get it over with. You wrote {count}; leave some out."
)

ENDING = re.compile(r"^(?P<text>.*\S)\s*\((?P<mark>[^()]+)\)\s*[?.]?$")
SCALES = frozenset({"0-10", "0 - 10", "0 to 10"})
YES, NO = "yes", "no"


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    SCALE = "scale"
    RECOMMEND = "recommend"
    YES_NO = "yes_no"


class Question(NamedTuple):
    """One question; *options* are the answers to choose from, empty where people answer in their own words."""

    text: str
    kind: QuestionKind
    options: tuple[str, ...] = ()


def parse_questions(words: str) -> tuple[Question, ...]:
    """Return the question of each line that isn't empty; see `parse_question`."""
    lines = (clean_text(line, len(line) or 1) for line in words.splitlines())
    return tuple(parse_question(line) for line in lines if line)


def parse_question(line: str) -> Question:
    """
    Return the question that *line* asks.

    What stands in brackets at its end says how it is answered: `(0-10)` on a scale, `(nps)` on the scale of how likely
    they recommend us, `(yes/no)`, or one of `(mail/phone/visit)`. Without such an ending it is answered in words.
    """
    match = ENDING.match(line)
    mark = match["mark"].strip().casefold().replace("–", "-") if match else ""
    text = match["text"] if match else line
    scale = tuple(str(number) for number in range(HIGHEST + 1))
    if mark in SCALES:
        return Question(text, QuestionKind.SCALE, scale)
    if mark == "nps":
        return Question(text, QuestionKind.RECOMMEND, scale)
    if mark in {"yes/no", "yes or no"}:
        return Question(text, QuestionKind.YES_NO, (YES, NO))
    if match and "/" in mark:
        return Question(text, QuestionKind.CHOICE, tuple(one.strip() for one in match["mark"].split("/")))
    return Question(line, QuestionKind.TEXT)


def questions_problem(questions: tuple[Question, ...]) -> str | None:
    """Return why these can't be asked, or None when they can."""
    if len(questions) > MOST_QUESTIONS:
        return TOO_MANY.format(count=len(questions))
    return next((problem for one in questions if (problem := _problem(one))), None)


def _problem(question: Question) -> str | None:
    named = f"“{question.text[:40]}”"
    if len(question.text) > QUESTION:
        return f"{named} is longer than {QUESTION} characters; ask it shorter."
    if question.kind is not QuestionKind.CHOICE:
        return None
    options = {one.casefold() for one in question.options}
    if "" in options or len(options) < len(question.options):
        return f"{named} has an answer that is empty or stands there twice; write each once."
    if len(options) > MOST_OPTIONS or any(len(one) > OPTION for one in options):
        return f"{named} takes at most {MOST_OPTIONS} answers of at most {OPTION} characters each; shorten them."
    return None


def read_answer(question: Question, given: str) -> str | None:
    """Return the answer that a form holds: the option at the place *given*, else the words; None if it is none."""
    if not question.options:
        return given if 0 < len(given) <= WORDS else None
    place = int(given) if given.isdecimal() and len(given) < len("100") else len(question.options)
    return question.options[place] if place < len(question.options) else None
