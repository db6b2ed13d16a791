"""Phrases that sound colder than they are meant are pointed out, each with a kinder one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentions.rules.sentiment import DEFAULT_PHRASES, Hint, Phrase, find_phrases


def found(words: str) -> list[str]:
    """What is pointed out by default, as the words have it."""
    return [hint.found for hint in find_phrases(words)]


@pytest.mark.parametrize("phrase", DEFAULT_PHRASES, ids=lambda phrase: phrase.words)
def test_each_phrase_is_found_in_any_case_and_told_a_kinder_one(phrase: Phrase) -> None:
    """At the beginning, in the middle, over a line's end; with the kinder words beside it."""
    for words in (phrase.words, f"Well, {phrase.words.upper()}.", f"so {phrase.words.replace(' ', chr(10))}!"):
        [hint] = find_phrases(words)
        assert hint.kinder == phrase.kinder


@pytest.mark.parametrize("words", ["that's our policy", "That’s our policy.", "THAT‘S our policy", "that`s our policy"])
def test_apostrophes_may_be_straight_or_curly(words: str) -> None:
    """As phones write them."""
    assert len(found(words)) == 1


@pytest.mark.parametrize("words", ["", "no problems", "casino problem", "as I saidest", "calm downtown", "no, problem"])
def test_only_whole_words_count(words: str) -> None:
    """And only as they follow each other."""
    assert found(words) == []


def test_each_is_told_once_in_the_order_of_the_text() -> None:
    """However often it stands there."""
    assert found("Calm down. As I said: calm down, no problem, no problem.") == ["Calm down", "As I said", "no problem"]


def test_a_workspace_lists_its_own() -> None:
    """Signs in them are signs and no patterns; an empty one finds nothing."""
    own = [Phrase("you should (have)", "next time"), Phrase("  ", "x"), Phrase(".*", "y")]
    assert find_phrases("Well, you should (have) known", own) == (Hint("you should (have)", "next time"),)
    assert find_phrases("no problem", own) == ()


@given(st.text(), st.lists(st.builds(Phrase, st.text(), st.text()), max_size=4))
def test_no_words_and_no_phrases_are_too_odd(words: str, phrases: list[Phrase]) -> None:
    """What is pointed out stands in the words."""
    for hint in find_phrases(words, [*phrases, *DEFAULT_PHRASES]):
        assert hint.found in words
