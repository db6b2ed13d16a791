"""Telling whether two names that differ may mean one customer, as a person would say who reads them side by side."""

from collections.abc import Iterable
from operator import le

LEAST_LETTERS = 5
"""A shorter word has to be the same: "Oil" and "Gas", "BP" and "BD" are a letter apart and no typing error."""
LONG = 9
"""From so many letters on, two of them may differ, of words that begin alike."""
MOST_EDITS = 2
"""Letters that may differ in a name."""
LEAST_JOINED = 8
"""Letters of a name whose words may be divided otherwise and differ by one letter."""


def is_look_alike(one: str, other: str) -> bool:
    """
    Return whether two keys of names look so alike that a person would ask whether they are one.

    The words are the same in another order or otherwise divided ("Goodwill", "Good Will"), or one or two long ones
    differ by a typing error. Short words and numbers have to be the same. Both keys are those of `names.name_key`.
    """
    words, others = one.split(), other.split()
    joined, other_joined = "".join(words), "".join(others)
    if sorted(words) == sorted(others) or joined == other_joined:
        return True
    if list(filter(_has_digit, words)) != list(filter(_has_digit, others)):
        return False
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - two megabytes that only lists need

    edits = OSA.distance(joined, other_joined)
    if len(words) != len(others):
        return min(len(joined), len(other_joined)) >= LEAST_JOINED and edits <= 1
    each = map(OSA.distance, words, others)
    return edits <= MOST_EDITS and all(map(le, each, map(_most_edits, words, others)))


class KnownNames:
    """The keys of known names, among which those that look like another one are found quickly."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = list(dict.fromkeys(keys))
        self._joined = [key.replace(" ", "") for key in self._keys]
        self._by_words = {" ".join(sorted(key.split())): key for key in reversed(self._keys)}

    def find_look_alike(self, key: str) -> str | None:
        """Return a key that looks like *key*: the same words in another order, else the nearest; None if none does."""
        from rapidfuzz import process  # noqa: PLC0415 - two megabytes that only lists need
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

        if same := self._by_words.get(" ".join(sorted(key.split()))):
            return same
        near = process.extract_iter(key.replace(" ", ""), self._joined, scorer=OSA.distance, score_cutoff=MOST_EDITS)
        alike = ((edits, at) for _, edits, at in near if is_look_alike(key, self._keys[at]))
        return next((self._keys[at] for _, at in sorted(alike)), None)


def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)


def _most_edits(word: str, other: str) -> int:
    """Return by how many letters two words may differ."""
    length = min(len(word), len(other))
    return 0 if length < LEAST_LETTERS else MOST_EDITS if length >= LONG and word[0] == other[0] else 1
