"""
Finds the pieces of a text that may be a name, an address or an account, each with its key.

The key of a name is up to six words as `bot.customers.rules.names` spells them; a domain's has a dot, an account's
begins with "@", so no kind is taken for another. Only words with capitals (or in a script without) may be names: a name
in small letters can't be told from ordinary words.
"""

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.customers.rules.names import key_words, name_key
from bot.mentions.rules.addresses import handle_key, host_keys, page_keys
from bot.mentions.rules.attribution import is_attribution
from bot.mentions.rules.words import SMALL

MOST_WORDS = 6
LONGEST_TEXT = 20_000  # characters; a review is rarely a tenth of that
LONGEST_CHUNK = 300
SHORTEST_CUT, MOST_SIGNS = 2, 8  # of a name in Chinese or Korean
PAGE_WEIGHT = 4  # hides the domain that the page is on
FEW_WORDS = 4  # too few to tell whether capitals mean anything
MOST_CAPITALS = 0.7  # of the words; a headline has more
ABBREVIATED = 4  # letters before a full stop, as in Corp.

_CONNECTORS = """
of and for the on in at by to with plus de la le les du des da do di del della von van der den y e et und og och ve
"""
CONNECTORS = frozenset(_CONNECTORS.split())
"""Small words inside names."""

_FORMS = "inc incorporated corp corporation ltd limited llc plc gmbh kgaa ag bv nv oyj pty"
REGISTERED = frozenset(_FORMS.split())
"""Legal forms that never follow an ordinary word."""

_EMOJI = re.compile("(?:[\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001fbff\U000e0020-\U000e007f]\u200d?)+")
_OTHER_SCRIPTS = re.compile(  # each run of letters of one script that isn't Latin
    "[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff々〇]+|[ぁ-ゖゝゞ]+|[ァ-ヺー-ヿㇰ-ㇿｦ-ﾟ]+|[가-힣]+|[\u0370-\u03ff]+|[\u0400-\u052f]+"
    "|[\u0590-\u05ff]+|[\u0600-\u06ff]+|[\u0900-\u097f]+|[\u0e00-\u0e7f]+"
)
_CHINESE = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff々〇]{3,}")
_KOREAN = re.compile("[가-힣]{3,}")
_EXCLAIMED = re.compile(r"!\s+")
_LONE_SIGNS = frozenset("-–—|/·•")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_CHUNK = re.compile(r"\S+")
_PARTS = re.compile(r"[^\W_]+(?:['’`´‘ʼ][^\W_]+)*")
_CLOSING = re.compile(r"[\"'”’»)\]}]+$")
_STOPS = frozenset("!?:;…|")
_HANDLE = re.compile(r"@[\w.-]{2,60}")
_PAGE = re.compile(r"://|^\W*www\.|@|\w/\w", re.IGNORECASE)
_JOINED = re.compile(r"^\W*(?!Ma?c[A-Z])\w*[a-z][A-Z]")
_OWNERS_S = re.compile(r"['’`´‘ʼ][sS]\W*$")
_JOINS = {"&": "and", "+": "plus"}
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


class Candidate(NamedTuple):
    """
    Words that may be a name: their key, first and last chunk, and weight.

    A word weighs two, one whose 's was removed weighs one; a heavier candidate hides the ones inside it.
    """

    key: str
    first: int
    last: int
    weight: int


class Word(NamedTuple):
    """
    A word: its key, its key without an 's, and whether it has a capital (None: it has no letters).

    *first* and *last* are its chunks: initials may spread over several and are one word.
    """

    key: str
    capital: bool | None
    first: int = 0
    last: int = 0
    without_s: str = ""
    initials: bool = False


class _Chunk(NamedTuple):
    """
    The text between two spaces: its words and the keys of its hosts and accounts.

    *stops* says that a name can't continue after it, *ordinary* that it is only an ordinary word.
    """

    words: tuple[Word, ...] = ()
    keys: tuple[str, ...] = ()
    stops: bool = True
    ordinary: bool = True


class Signs(NamedTuple):
    """
    The context of a candidate: a legal form follows (*registered*); it has capitals inside, as GoPro (*joined*); a word
    with a capital precedes, so it may be the end of another name (*follows*); most of the text has capitals (*shouts*);
    the same word occurs in small letters (*small*); the text only says where it comes from (*credited*);
    it is two signs out of a longer run without spaces (*cut_out*).
    """

    registered: bool = False
    joined: bool = False
    follows: bool = False
    shouts: bool = False
    small: bool = False
    credited: bool = False
    cut_out: bool = False


class Reading(NamedTuple):
    """A text with entities decoded, and its candidates."""

    text: str
    candidates: Sequence[Candidate]


_NOTHING = _Chunk()


def read_text(text: str) -> Reading:
    """Return every candidate in *text*."""
    text = part_scripts(undo_entities(text[:LONGEST_TEXT]))
    found: list[Candidate] = []
    run: list[Word] = []
    for place, piece in enumerate(text.split()):
        chunk = _chunk(piece) if len(piece) <= LONGEST_CHUNK else _NOTHING
        if chunk.ordinary:
            if run:
                found += _names(run)
                run = []
            continue
        if not piece.isascii():
            found += [Candidate(key, place, place, 2 * len(key)) for key in _pieces_of_runs(piece)]
        found += [Candidate(key, place, place, PAGE_WEIGHT if "/" in key else 2) for key in chunk.keys]
        for word in chunk.words:
            run = _add(run, word, place, found)
        if chunk.stops:
            found += _names(run)
            run = _with_exclamation(run) if piece.endswith("!") else []
    return Reading(text, list(dict.fromkeys([*found, *_names(run)])))


def exclaimed_key(name: str) -> str:
    """Return the key of a name with an exclamation mark inside, which stays in it; "" for any other name."""
    *before, last = _EXCLAIMED.split(name.strip())
    if not before or not last:
        return ""
    words = [*(f"{' '.join(key_words(part))}!" for part in before), name_key(last)]
    return " ".join(" ".join(words).split()[:MOST_WORDS])


def _with_exclamation(run: list[Word]) -> list[Word]:
    """Return the last words of a sentence as a name may begin that goes on behind its exclamation mark."""
    return [
        *run[-MOST_WORDS:-1],
        *(last._replace(key=f"{last.key}!", without_s="", initials=False) for last in run[-1:]),
    ]


def _pieces_of_runs(piece: str) -> Iterator[str]:
    """
    Yield what may be a name inside each run of Chinese or Korean, which have no spaces where a name begins or ends.

    Korean names begin the run, since only endings are written together with them.
    """
    for run in _CHINESE.findall(piece):
        for start in range(len(run) - 1):
            yield from (run[start:end] for end in range(start + SHORTEST_CUT, min(start + MOST_SIGNS, len(run)) + 1))
    for run in _KOREAN.findall(piece):
        yield from (run[:end] for end in range(SHORTEST_CUT, min(MOST_SIGNS, len(run)) + 1))


def part_scripts(text: str) -> str:
    """
    Return *text* with spaces for emoji and where one script follows another: names end there.

    "在Golddex工作🔥" becomes "在 Golddex 工作 ".
    """
    if text.isascii():
        return text
    bare = _EMOJI.sub(" ", text)

    def parted(run: re.Match[str]) -> str:
        before, after = bare[run.start() - 1 : run.start()], bare[run.end() : run.end() + 1]
        return f"{' ' * before.isalpha()}{run[0]}{' ' * after.isalpha()}"

    return _OTHER_SCRIPTS.sub(parted, bare)


def read_signs(reading: Reading, candidates: Sequence[Candidate]) -> list[Signs]:
    """Return the context of each of *candidates*."""
    pieces = reading.text.split()
    chunks = [_chunk(piece) if len(piece) <= LONGEST_CHUNK else _NOTHING for piece in pieces]
    loud, small = _shouts(chunks), {word.key for chunk in chunks for word in chunk.words if word.capital is False}
    return [
        Signs(
            registered=_is_registered(chunks[one.last : one.last + 2]),
            joined=bool(_JOINED.search(pieces[one.first])),
            follows=one.first > 0 and _may_go_on(chunks[one.first - 1]),
            shouts=loud,
            small=one.key in small,
            credited=is_attribution(pieces, one.first, one.last, one.key),
            cut_out=_is_cut_out(pieces[one.first], one.key),
        )
        for one in candidates
    ]


def _is_cut_out(piece: str, key: str) -> bool:
    """Return whether a key is two signs of a longer run of Chinese or Korean, which may belong to other words."""
    runs = () if piece.isascii() else (*_CHINESE.findall(piece), *_KOREAN.findall(piece))
    return len(key) == SHORTEST_CUT and any(key in run for run in runs)


def is_joined(name: str) -> bool:
    """Return whether a name has capitals inside its first word, as GoPro; those of McDonald don't count."""
    return bool(_JOINED.search(name.partition(" ")[0]))


def _shouts(chunks: Sequence[_Chunk]) -> bool:
    """Return whether most words have capitals, as in a headline, so that they mean nothing."""
    cases = [word.capital for chunk in chunks for word in chunk.words]
    return len(cases) >= FEW_WORDS and cases.count(True) > MOST_CAPITALS * len(cases)


def _is_registered(chunks: Sequence[_Chunk]) -> bool:
    """Return whether the second of *chunks* begins with a legal form."""
    following = chunks[1].words[:1] if len(chunks) > 1 and not chunks[0].stops else ()
    return bool(following) and following[0].key in REGISTERED and following[0].capital is True


def _may_go_on(chunk: _Chunk) -> bool:
    """Return whether a name may continue after *chunk*: its last word has a capital and is none of the smallest."""
    last = chunk.words[-1] if chunk.words else None
    if last is None or chunk.stops or last.key in SMALL:
        return False
    return last.capital is True and last.key.upper() != last.key  # some scripts have no capitals


def undo_entities(text: str) -> str:
    """Return *text* with entities such as `&amp;` decoded, so that they aren't taken for names."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def written(reading: Reading, candidate: Candidate) -> str:
    """Return a candidate as the text spells it."""
    chunks = list(_CHUNK.finditer(reading.text))
    start, end = chunks[candidate.first].start(), chunks[candidate.last].end()
    piece = reading.text[start:end]
    if not candidate.key.isascii() and candidate.key in piece:
        return candidate.key
    if candidate.weight % 2:
        piece = _OWNERS_S.sub("", piece)
    return _AROUND.sub("", piece) or piece


@lru_cache(maxsize=20_000)
def _chunk(text: str) -> _Chunk:
    """Read the text between two spaces; cached, since most chunks occur in many texts."""
    if handle := _HANDLE.match(text.lstrip("([{\"'“‘.,")):
        key = handle_key(handle[0])
        return _Chunk(keys=(key,), ordinary=False) if key else _NOTHING
    if text in _LONE_SIGNS:
        return _Chunk(stops=False, ordinary=False)
    keys = (*page_keys(text), *host_keys(text)) if "." in text else ()
    if keys and _PAGE.search(text):
        return _Chunk(keys=keys, ordinary=False)
    words = _words(text)
    ordinary = not keys and all(word.capital is False and word.key not in CONNECTORS for word in words)
    return _Chunk(words, keys, not words or _stops(text, words[-1]), ordinary)


def _words(text: str) -> tuple[Word, ...]:
    """Return the words of a chunk; signs alone are none, except those that join names."""
    if text in _JOINS:
        return (Word(_JOINS[text], capital=False),)
    keys = [key for key in key_words(text) if any(char.isalnum() for char in key)]
    parts = _PARTS.findall(text)
    cases = [_has_capital(part) for part in parts]
    if cases and cases[0]:
        cases = [case or None for case in cases]  # "Hi-tech" and "Trip.com" are names as a whole
    if len(parts) != len(keys):  # "AT&T" is three words to a key
        whole = _has_capital(text)
        cases = [False if key in CONNECTORS and 0 < place < len(keys) - 1 else whole for place, key in enumerate(keys)]
    without_s = key_words(_OWNERS_S.sub("", text))[-1:] if keys and _OWNERS_S.search(text) else ()
    last = len(keys) - 1
    return tuple(
        Word(
            key,
            case,
            without_s="".join(without_s) if place == last else "",
            initials=len(key) == 1 and key.upper() != key,
        )
        for place, (key, case) in enumerate(zip(keys, cases, strict=True))
    )


def _has_capital(part: str) -> bool | None:
    """Return whether a word has a capital, or letters of a script without case; None for numbers."""
    letters = [char for char in part if char.isalpha()]
    if not letters:
        return None
    return not letters[0].islower() or any(char.isupper() for char in letters)


def _stops(text: str, last: Word) -> bool:
    """Return whether a name can't continue after a chunk: a sentence or clause ends."""
    bare = _CLOSING.sub("", text)
    if bare.endswith("."):
        return not (last.capital and (len(last.key) <= ABBREVIATED or "." in bare[:-1]))
    return bare[-1:] in _STOPS


def _add(run: list[Word], word: Word, place: int, found: list[Candidate]) -> list[Word]:
    """
    Append *word* to the *run* of words that may be a name; if it ends the run, add its candidates to *found*.

    Initials in a row are one word.
    """
    if word.capital is False and word.key not in CONNECTORS:
        found += _names(run)
        return []
    before = run[-1] if run else None
    if before and before.initials and word.initials:
        run[-1] = before._replace(key=before.key + word.key, capital=before.capital or word.capital, last=place)
    elif run or word.capital is not False:
        run.append(word._replace(first=place, last=place))
    return run


def _names(run: Sequence[Word]) -> Iterator[Candidate]:
    """Yield every piece of at most six words that begins and ends with a capital or a number."""
    for start, begun in enumerate(run):
        if begun.capital is False:
            continue
        key, capital, weight = "", False, 0
        for place in range(start, min(start + MOST_WORDS, len(run))):
            word = run[place]
            before, key = key, f"{key} {word.key}" if key else word.key
            weight += 2
            capital = capital or bool(word.capital)
            if capital and word.capital is not False:
                yield Candidate(key, begun.first, word.last, weight)
                if word.without_s:
                    yield Candidate(f"{before} {word.without_s}".strip(), begun.first, word.last, weight - 1)
