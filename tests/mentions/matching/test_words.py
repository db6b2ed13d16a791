"""Which words are ordinary, in which languages; no trade name is."""

import tracemalloc

import pytest

from bot.mentions.rules import words
from bot.mentions.rules.words import COMMON, LANGUAGES, is_common, languages_of

ORDINARY = ("harper", "central", "boom", "same", "said", "death", "online", "target", "gaps", "baking", "42", "monday")
TRADE_NAMES = (
    "google", "amazon", "facebook", "youtube", "microsoft", "toyota", "vodafone", "allianz", "ebay", "reuters", "audi",
    "starbucks", "tesla", "nokia", "volkswagen", "siemens", "netflix", "spotify", "paypal", "ikea", "samsung", "sonos",
    "golddex", "condax", "lindqvist", "zathunicon",
)  # fmt: skip


@pytest.mark.parametrize("word", ORDINARY)
def test_words_that_everybody_uses_are_ordinary(word: str) -> None:
    """Verbs, family names, days and cities; numbers, too."""
    assert is_common(word)


@pytest.mark.parametrize("word", TRADE_NAMES)
def test_trade_names_are_ordinary_in_no_language(word: str) -> None:
    """However often they are written: a customer of that name is found by it."""
    assert not is_common(word, LANGUAGES)


@pytest.mark.parametrize(
    ("word", "language"),
    [("freitag", "de"), ("mairie", "fr"), ("ayuntamiento", "es"), ("saude", "pt"), ("sabato", "it"), ("winkel", "nl")],
)
def test_a_word_is_ordinary_where_its_language_is_read(word: str, language: str) -> None:
    """A customer called Freitag is asked about in Berlin and likely in Boston."""
    assert is_common(word, ("en", language))
    assert not is_common(word)


@pytest.mark.parametrize(
    ("countries", "languages"),
    [
        ((), ("en",)),
        (("US", "GB", "JP", None), ("en",)),
        (("DE", "AT", "US"), ("en", "de")),
        (("CH",), ("en", "de", "fr", "it")),
        (("BE", "BR"), ("en", "fr", "nl", "pt")),
    ],
)
def test_the_languages_of_a_workspace_are_those_of_its_peoples_countries(
    countries: tuple[str | None, ...], languages: tuple[str, ...]
) -> None:
    """English always, and each once."""
    assert languages_of(countries) == languages


def test_every_list_is_spelt_as_keys_are() -> None:
    """Small letters without accents, at least fifteen thousand of them in each language."""
    for language in LANGUAGES:
        listed = [word for line in words.read_list(language).values() for word in line.split()]
        assert len(listed) == len(set(listed)) > 15_000, language
        assert all(word.isalpha() and word == word.lower() for word in listed), language
    assert all(word.isalpha() and word == word.lower() for word in COMMON)


def test_a_word_is_found_whole_at_either_end_of_its_line() -> None:
    """The first and the last of those that begin alike; no part of a word is one."""
    first, *_, last = words.read_list("en")["ha"].split()
    assert is_common(first)
    assert is_common(last)
    assert not is_common("harpe")


def test_all_lists_together_take_less_than_three_megabytes() -> None:
    """They stay in memory once they were needed."""
    words.read_list.cache_clear()
    tracemalloc.start()
    for language in LANGUAGES:
        is_common("zathunicon", [language])
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 3_000_000
