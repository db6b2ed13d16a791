"""
Tells ordinary words, which say little when they stand alone with a capital: a customer may be called so, and much else
is.

They are the 20,000 most frequent words of each language that the people of a workspace read, without trade names;
wordlists/README.md says where they come from. A missing word only makes a match look likelier than it is.
"""

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")

_COUNTRIES = {
    "de": "AT CH DE LI LU",
    "es": "AR BO CL CO CR CU DO EC ES GT HN MX NI PA PE PR PY SV UY VE",
    "fr": "BE BF BJ CD CG CH CI CM FR GA LU MA MC ML NE SN TG TN",
    "it": "CH IT SM VA",
    "nl": "BE NL SR",
    "pt": "AO BR CV MZ PT",
}
LANGUAGES_OF = {
    country: tuple(language for language, countries in _COUNTRIES.items() if country in countries.split())
    for country in {country for countries in _COUNTRIES.values() for country in countries.split()}
}
"""The languages of a country, of those that there is a list for."""

_FOLDER = Path(__file__).parent


def _read_words() -> list[frozenset[str]]:
    """Return the groups of `words.txt`; a line that begins with "#" names a group."""
    groups = (_FOLDER / "words.txt").read_text("utf-8").split("\n\n")
    return [frozenset(group.partition("\n")[2].split()) for group in groups]


SMALL, _others = _read_words()
"""The smallest words, which open sentences."""

COMMON = SMALL | _others
"""Words, names and places that the lists lack, written down for this purpose and not counted in any collection."""


def languages_of(countries: Iterable[str | None]) -> tuple[str, ...]:
    """Return the languages that people from these *countries* read; English is always one."""
    found = {language for country in countries for language in LANGUAGES_OF.get(country or "", ())}
    return ("en", *sorted(found))


def is_common(word: str, languages: Iterable[str] = ("en",)) -> bool:
    """Return whether *word*, spelt as a key, is ordinary in one of these *languages*; numbers are."""
    return word in COMMON or not word.isalpha() or any(_is_frequent(word, language) for language in languages)


def _is_frequent(word: str, language: str) -> bool:
    return f" {word} " in read_list(language).get(word[:2], "")


@cache
def read_list(language: str) -> Mapping[str, str]:
    """Return a language's words by their first two letters: strings take a tenth of the memory of a set."""
    text = gzip.decompress((_FOLDER / f"wordlists/{language}.txt.gz").read_bytes()).decode()
    return {line[:2]: f" {line} " for line in text.splitlines()}
