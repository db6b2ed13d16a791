"""Telling whether two names that differ may mean one customer, as a person would say who reads them side by side."""

from collections.abc import Iterable

LEAST_LETTERS = 5
"""A shorter word has to be the same: "Oil" and "Gas", "BP" and "BD" are a letter apart and no typing error."""
LONG = 9
"""From so many letters on, two of them may differ, of words that begin alike."""
MOST_WORDS = 2
"""Words of a name that may differ."""
LEAST_JOINED = 8
"""Letters of a name whose words may be divided otherwise and differ by one letter."""


def is_look_alike(one: str, other: str) -> bool:
    """
    Return whether two keys of names look so alike that a person would ask whether they are one.

    The words are the same in another order or otherwise divided ("Goodwill", "Good Will"), or one or two long ones
    differ by a typing error. Short words and numbers have to be the same. Both keys are those of `names.name_key`.
    """
    if abs(len(one) - len(other)) > max(one.count(" "), other.count(" ")) + 2:
        return False
    words, others = one.split(), other.split()
    if sorted(words) == sorted(others) or "".join(words) == "".join(others):
        return True
    if sorted(filter(_is_fixed, words)) != sorted(filter(_is_fixed, others)):
        return False
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - two megabytes that only lists need

    length = min(len("".join(words)), len("".join(others)))
    edits = OSA.distance("".join(words), "".join(others))
    if len(words) != len(others):
        return length >= LEAST_JOINED and edits <= 1
    different = [(word, another) for word, another in zip(words, others, strict=True) if word != another]
    return (
        len(different) <= MOST_WORDS
        and edits <= (2 if length >= LONG else 1)
        and all(OSA.distance(word, another) <= _most_edits(word, another) for word, another in different)
    )


def find_look_alike(key: str, keys: Iterable[str]) -> str | None:
    """Return the first of *keys* that looks like *key*, or None."""
    return next((other for other in keys if is_look_alike(key, other)), None)


def _is_fixed(word: str) -> bool:
    """Return whether a word has to be the same in both names."""
    return len(word) < LEAST_LETTERS - 1 or any(char.isdigit() for char in word)


def _most_edits(word: str, other: str) -> int:
    """Return by how many letters two words may differ."""
    length = min(len(word), len(other))
    return 0 if length < LEAST_LETTERS else 2 if length >= LONG and word[0] == other[0] else 1
