"""Tells Windows-1252 from Mac Roman, in which the same bytes are other letters, by what no language writes."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_LOWER = "a-zà-öø-þœšž"
_UPPER = "A-ZÀ-ÖØ-ÞŒŠŽŸ"
_ACCENTED = "À-ÖØ-ÞŒŠŽŸ"
_LETTER = _LOWER + _UPPER + "ß"
_QUOTES = "‘’“”«»‹›"
_ODDITIES = (
    rf"(?<=[{_LOWER}])[{_ACCENTED}]",  # CafŽ
    rf"(?<=[{_UPPER}])[{_ACCENTED}](?=[{_LOWER}])|(?<=[A-Z])Õ(?=[A-Z])",  # MŸller
    "(?<=[à-öø-þœšž])[A-Z]",  # ìAcmeî
    rf"(?<=[{_LETTER}])[^\w\s\0-\x7f“”‘’«»·…–—-](?=[{_LETTER}])",  # M¸ller
    rf"(?<![{_LETTER}])[^\w\s\0-\x7f{_QUOTES}„‚¿¡€£…•©°§№–—](?=[{_LETTER}])",  # ÷sterreich
    rf"(?<![{_LETTER}])[‹›»](?=[a-z])|(?<=[A-Za-z])·(?!l)|(?<=\s)”(?=[{_LETTER}])",  # ‹bermut, cl·sicas
    rf"(?<=[{_LETTER}])[¿¡¼½¾‹«“‘](?=\W|$|[{_LETTER}])|[¼½¾](?=[{_LETTER}])",  # ®r¿, Forl“
    rf"\b[{_UPPER}][{_LOWER}]*[—–‘“”](?=[{_LOWER}])|(?<=[A-Z])…(?=[A-Z])|(?<!\S)…(?=\w)",  # L—pez, …sterreich
    r"’(?=[bcfgjkpqxz])|(?<!qu)(?<=[a-z]{2})’(?!(?:s|t|re|ll|d|m|ve|hui)\b)(?=[a-z])|(?<=[A-BE-IKPRU-Z])’(?=[a-z])",
    rf"(?<=[{_LOWER}{_UPPER}])[šžœ](?!uv|ur)|\b[êîòœ](?=[a-z])|\bÕ(?=[a-z])|\bŒ(?!u)|[a-z]î\b",  # Hšhe, òbeda
    r"(?<!\w)[ÄÛÐñ](?!\w)",  # 5 Û
    "[ÿŸÞþƒ\uf8ffıﬁﬂˆˇ˘˙˚˝˛¸¯¨´˜‡†‰∂∏∑∫√∞≈≠≤≥∆Ωπµ◊⁄¦¤¬]",
)
_ODD = re.compile("|".join(_ODDITIES))
_ASCII = bytes(range(128))


_LABELS = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}
_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*|[^\s\x00-\x7f]+")
_MOST_ODD = 0.1  # of the letters beyond ASCII, that Mac Roman may hold


class Guess(NamedTuple):
    """
    The encoding of a text, as Python calls it and as people do.

    `word` is the first with a letter beyond ASCII, on `line` (from 1), by which a person can tell whether it is right.
    """

    encoding: str
    label: str
    line: int
    word: str
    is_sure: bool


def guess_encoding(chunks: Iterable[bytes]) -> Guess | None:
    """
    Return whether *chunks* of a text are Windows-1252 or Mac Roman; None if neither makes sense.

    It is Windows-1252 unless Mac Roman holds less that no language writes. Only Windows-1252 without any such place is
    sure.
    """
    odd = dict.fromkeys(_LABELS, 0.0)
    letters, line, first = 0, 1, b""
    for chunk in chunks:
        letters += len(chunk.translate(None, _ASCII))
        if not first:
            lines = chunk.splitlines()
            at = next((at for at, each in enumerate(lines) if not each.isascii()), len(lines))
            first = b"".join(lines[at : at + 1])
            line += at if first or chunk.endswith((b"\n", b"\r")) else at - 1
        for encoding in odd:
            try:
                odd[encoding] += count_oddities(chunk.decode(encoding))
            except UnicodeError:
                odd[encoding] = float("inf")
    best = min(odd, key=lambda encoding: odd[encoding])
    if best == "mac_roman" and odd[best] > _MOST_ODD * letters:
        return None
    word = _WORD.search(first.decode(best, "replace"))
    return Guess(best, _LABELS[best], line, word[0] if word else "", is_sure=best == "cp1252" and not odd[best])


def count_oddities(text: str) -> int:
    """Return in how many places *text* holds what no language writes, such as `CafŽ` or `M¸ller`."""
    return sum(1 for _ in _ODD.finditer(text))
