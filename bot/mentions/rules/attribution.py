"""
Tells whether a text only says where it comes from: "via @YouTube", "(Reuters)", "source: Golddex".

A platform or a paper is named in a thousand texts that aren't about it. publishers.txt lists the usual ones, each with
its domains.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

_PREPOSITIONS = """
on by via per in auf bei von über uber laut sur par selon dans en por según segun via su da secondo op door volgens na
pelo pela em
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
"""Small words between a text and the publisher that carries it."""

_ARTICLES = "the a an der die das le la les el il lo de het o"
ARTICLES = frozenset(_ARTICLES.split())

_CREDITS = "source sources src credit credits photo image pic video foto bild quelle fuente fonte bron"
CREDITS = frozenset(_CREDITS.split())
"""Words that, with a colon, credit what follows."""

_MADE = "photo image pic picture video clip story report article posted written shared foto bild"
MADE = frozenset(_MADE.split())
"""Words that, with "by", credit what follows."""

THANKS = frozenset({"h/t", "ht", "hattip"})
SAYS = frozenset({"says", "said", "reports", "reported", "writes", "wrote"})
SHOWN = frozenset({"video", "videos", "clip", "playlist"})
"""What a platform carries: "I liked a @YouTube video" is about the video."""

DASHES = frozenset("-–—|·•")
_SIGNS = "()[]{}<>\"'“”‘’«»*,.;:!?…"


@cache
def _publishers() -> frozenset[str]:
    """Return the keys of all publishers: names, domains and accounts."""
    return frozenset(_keys(Path(__file__).with_name("publishers.txt").read_text("utf-8").splitlines()))


def _keys(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        name, sign, domains = line.partition(" = ")
        if sign:
            yield from (name, f"the {name}", f"@{name.replace(' ', '')}", *domains.split())
            yield from (f"@{domain.partition('.')[0]}" for domain in domains.split())


def is_publisher(key: str) -> bool:
    """Return whether a key is the name, domain or account of a well-known platform, paper or agency."""
    return key in _publishers()


def is_attribution(pieces: Sequence[str], first: int, last: int, key: str) -> bool:
    """
    Return whether what stands in *pieces* from *first* to *last*, with that *key*, only says where the text comes from.

    A link to a publisher always does; its name does behind "on" and the like, in brackets, before "says", in "a YouTube
    video" and behind a dash at the end. Any name does behind "source:", "photo by", and behind "via" at the end; an
    account behind "via".
    """
    place = first - 1
    while _word(pieces, place) in ARTICLES:
        place -= 1
    before = _word(pieces, place)
    if _is_credit(pieces, place, before):
        return True
    ends = all(_is_link_or_tag(piece) for piece in pieces[last + 1 :])
    if before == "via" and (ends or key.startswith("@")):
        return True
    if not is_publisher(key):
        return False
    if "." in key or _leads(pieces, place) or (ends and place >= 0 and pieces[place] in DASHES):
        return True
    is_bracketed = pieces[first].startswith(("(", "[")) and pieces[last].rstrip(".,:;!?-").endswith((")", "]"))
    after = _word(pieces, last + 1)
    is_carrier = after in SAYS or (after in SHOWN and place < first - 1)
    return is_bracketed or is_carrier or (first == 0 and _is_heading(pieces, last))


def _word(pieces: Sequence[str], place: int) -> str:
    """Return the piece at *place* in small letters, without signs around it; "" beyond the ends."""
    return pieces[place].strip(_SIGNS).casefold() if 0 <= place < len(pieces) else ""


def _leads(pieces: Sequence[str], place: int) -> bool:
    """Return whether the word at *place* stands between a text and its publisher: "on", "according to"."""
    word = _word(pieces, place)
    return word in PREPOSITIONS or (word == "to" and _word(pieces, place - 1) == "according")


def _is_credit(pieces: Sequence[str], place: int, word: str) -> bool:
    """Return whether the word at *place* credits whatever follows it, such as "source:", "h/t" or "photo by"."""
    if word in CREDITS:
        return pieces[place].endswith(":")
    earlier = _word(pieces, place - 1)
    return word in THANKS or (word == "by" and earlier in MADE) or (word == "of" and earlier == "courtesy")


def _is_heading(pieces: Sequence[str], last: int) -> bool:
    """Return whether a colon or a dash follows."""
    return pieces[last].endswith(":") or (last + 1 < len(pieces) and pieces[last + 1] in DASHES)


def _is_link_or_tag(piece: str) -> bool:
    """Return whether a piece doesn't go on with a sentence: a link, a tag, an account, or only signs."""
    return "://" in piece or piece.startswith(("#", "@", "www.")) or not any(map(str.isalnum, piece))
