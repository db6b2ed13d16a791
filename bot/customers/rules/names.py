"""Normal forms of names, so that two spellings of one are equal; text cleaned for storage."""

import hashlib
import re
import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

WORDS: Mapping[str, Any] = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
"""What words in lists of customers mean: headings, legal forms, statuses, countries."""
LEGAL_FORMS = frozenset(WORDS["names"]["legal_forms"].split())
"""Words that say how a company is registered, not which one it is; none that small firms end their names with."""
LEGAL_PHRASES = tuple(tuple(phrase.split()) for phrase in WORDS["names"]["legal_phrases"].split("|"))
_PHRASES_BY_END = {end[-1]: [phrase for phrase in LEGAL_PHRASES if phrase[-1] == end[-1]] for end in LEGAL_PHRASES}
_LAST_OF_FORMS = LEGAL_FORMS | {phrase[-1] for phrase in LEGAL_PHRASES} | {"and"}

NO_LIMIT = 2**31
KEY_LENGTH = 200
"""The longest key, in characters, as the tables keep it."""

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "ß": "ss"}
)
_PARTED = {ord(sign): " " for sign in string.punctuation if unicodedata.category(sign)[0] == "P"}
_PARTED |= {ord("'"): "", ord("`"): "", ord("&"): " and ", ord("+"): " plus "}
_MARKS_OF_OWNERSHIP = re.compile("[®™©℠]")
_SHARE_CLASS = re.compile(r"\(\s*((?:class|series|cl\.?)\s+\w{1,3})\s*\)\s*$", re.IGNORECASE)
_ARTICLE_AT_THE_END = re.compile(r"(?:\(\s*the\s*\)|,\s*the)\s*$", re.IGNORECASE)
_FIRST_NAME_AT_THE_END = re.compile(r"^(?P<family>[^()]+?)\s*\(\s*(?P<given>[^\W\d_][\w.'’-]*(?:\s[\w.'’-]+)?)\s*\)$")
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_JOINED_FORMS = (  # spelt with a stroke, or told from an ordinary word ("Thermal Spa") by dots and capitals alone
    (re.compile(r"(?i:\bA/S)(?!\w)"), "AS"),
    (re.compile(r"(?i:\bS/A)(?!\w)"), "SA"),
    (re.compile(r"\s\(publ\.?\)\s*$", re.IGNORECASE), ""),
    (re.compile(r"\bSpA\s*$|(?i:\bS\.\s?p\.\s?A\.?\s*$)"), "societaperazioni"),
)
_TURNED_OR_JOINED = re.compile(r"[(/]|,\s*the$|s\.?\s?p\.?\s?a\.?$", re.IGNORECASE)  # what the six above could find
_INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),
        *range(0x202A, 0x202F),  # embeddings and overrides of direction
        *range(0x2066, 0x206A),  # isolates of direction
        *range(0xFDD0, 0xFDF0),
        *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)),
    ]
)


def clean_text(value: str, limit: int) -> str:
    """
    Return *value* fit to be stored and shown, in at most *limit* characters, on one line.

    Control and invisible characters and marks that turn the direction of writing go; what is too long ends in "…".
    """
    if value.isascii() and value.isprintable():
        if len(value) <= limit and "  " not in value and value[:1] != " " != value[-1:]:
            return value
    else:
        spaced = (" " if char.isspace() else char for char in value.translate(_INVISIBLE))
        value = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs"})
    words = " ".join(value.split())
    if len(words) <= limit:
        return words
    return words[: max(limit - 1, 0)].rstrip(" \u200d\ufe0f") + "…" if limit > 0 else ""


def key_words(text: str) -> list[str]:
    """Return the words of *text* as keys spell them, with legal forms and articles; none where nothing is visible."""
    return _words(_normalized(text, NO_LIMIT))


def _normalized(text: str, limit: int) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _MARKS_OF_OWNERSHIP.sub("", clean_text(text, len(text))))
    return clean_text(text, limit)


def name_key(name: str) -> str:
    """
    Return the same key for every spelling of one name: "The Home Depot, Inc." and "Home Depot (The)" share one.

    Case, accents, punctuation, a leading "The" and the legal form at the end don't count; a share class does. It is ""
    for a name without any character that can be seen.
    """
    text = _normalized(name, 10_000)
    bare, share_class = _in_reading_order(text) if _TURNED_OR_JOINED.search(text) else (text, "")
    words = _join_initials(_words(bare))
    words = _without_legal_form(words[1:] if len(words) > 1 and words[0] == "the" else words)
    key = " ".join(words + _words(share_class)) or text.casefold()
    if len(key) <= KEY_LENGTH:
        return key
    fingerprint = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{key[: KEY_LENGTH - 17]}#{fingerprint}"  # so that names that differ late have different keys


def _in_reading_order(text: str) -> tuple[str, str]:
    """
    Return the name with an article or first name at its end in its place, and the share class.

    Some lists file a company under its founder's family name: "Lilly (Eli)" is Eli Lilly. Legal forms with a stroke
    become one word.
    """
    found = _SHARE_CLASS.search(text)
    if found and not text[: found.start()].strip():
        found = None
    bare, share_class = (text[: found.start()].strip(), found[1]) if found else (text, "")
    bare = _ARTICLE_AT_THE_END.sub("", bare).strip() or bare
    for form, word in _JOINED_FORMS:
        bare = form.sub(word, bare)
    turned = _FIRST_NAME_AT_THE_END.match(bare)
    return f"{turned['given']} {turned['family']}" if turned else bare, share_class


def _words(text: str) -> list[str]:
    if text.isascii():
        return text.lower().translate(_PARTED).split()
    folded = _fold(_APOSTROPHES.sub("", text.casefold())).replace("&", " and ").replace("+", " plus ")
    return "".join(" " if unicodedata.category(char)[0] in "PZ" else char for char in folded).split()


def _fold(text: str) -> str:
    """Return the text without accents on Latin and Greek letters; marks of other scripts are part of the letter."""
    if text.isascii():
        return text
    folded, base_is_latin = [], False
    for char in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(char):
            base_is_latin = char < "\u0400"
        elif base_is_latin and "\u0300" <= char <= "\u036f":
            continue
        folded.append(char)
    return unicodedata.normalize("NFC", "".join(folded)).translate(_LETTERS)


def _join_initials(words: list[str]) -> list[str]:
    """Join initials, so that "A. O. Smith", "A.O. Smith" and "AO Smith" are one."""
    joined: list[str] = []
    was_initial = False
    for word in words:
        initial = len(word) == 1 and word.isalpha()
        if initial and was_initial:
            joined[-1] += word
        else:
            joined.append(word)
        was_initial = initial
    return joined


def _without_legal_form(words: list[str]) -> list[str]:
    """Remove legal forms from the end one by one, unless that would leave nothing."""
    left = words
    while len(left) > 1 and left[-1] in _LAST_OF_FORMS:
        phrases = _PHRASES_BY_END.get(left[-1], ())
        if phrase := next((len(p) for p in phrases if len(left) > len(p) and tuple(left[-len(p) :]) == p), 0):
            left = left[:-phrase]
        elif left[-1] in LEGAL_FORMS or left[-1] == "and":
            left = left[:-1]
        else:
            break
    return words if left == ["and"] else left


def either(names: Sequence[str]) -> str:
    """Return "a, b or c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def by_word(table: Mapping[str, str]) -> dict[str, str]:
    """Return the meaning of each word, for a *table* of words divided by | by their meaning."""
    return {word: meaning for meaning, words in table.items() for word in words.split("|")}


def look_alikes(key: str, keys: Iterable[str], limit: int) -> list[str]:
    """Return at most *limit* of *keys* that look most like *key*, best first; they are suggestions only."""
    if not key or limit < 1:
        return []
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - two megabytes that only mistyped names need

    found = process.extract(key, list(keys), scorer=fuzz.WRatio, limit=4 * limit + 10, score_cutoff=75)
    closest = sorted(found, key=lambda match: (-match[1] - fuzz.ratio(key, match[0]), match[0]))
    return [match for match, _, _ in closest[:limit]]


def is_one_error_away(key: str, other: str) -> bool:
    """Return whether one letter too few, too many, another or exchanged with its neighbour tells two keys apart."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as in `look_alikes`

    return OSA.distance(key, other, score_cutoff=1) <= 1
