"""
Decides how sure it is that a text speaks of a customer.

Measured on real posts against the names of 47,000 companies: any name in any case is right one time in ten, a name of
several words with capitals nine times in ten. A customer's size plays no part.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from bot.customers.rules.names import name_key
from bot.mentions.rules import tokens
from bot.mentions.rules.addresses import handle_key, page_keys
from bot.mentions.rules.words import is_common

SHORTEST_HANDLE = 4  # signs, with the @; a shorter account is many people's
SHORTEST_WORD = 4  # letters; a shorter word is an abbreviation of many things
SHORTEST_SIGNS = 2  # the same in scripts that have no capitals, whose signs are syllables and words
FORMS_AROUND = frozenset({"株式会社", "有限会社", "合同会社", "주식회사", "유한회사"})
"""Legal forms written before or behind a name without a space; people leave them out."""


class Tier(StrEnum):
    """How sure a match is, the surest first."""

    LINKED = "linked"
    LIKELY = "likely"
    ASK = "ask"
    IGNORED = "ignored"

    @property
    def doubt(self) -> int:
        """0 for the surest, higher for less sure ones."""
        return list(Tier).index(self)


class AliasKind(StrEnum):
    """What a key was made of."""

    NAME = "name"
    ALIAS = "alias"
    DOMAIN = "domain"
    HANDLE = "handle"


class Known(NamedTuple):
    """
    A key of a customer (None: ourselves).

    *joined*: it is one word with capitals inside. *given*: it is an account that somebody wrote down as such.
    """

    key: str
    kind: AliasKind
    customer_id: UUID | None
    joined: bool = False
    given: bool = False


class Lesson(NamedTuple):
    """What somebody taught: in this source (None: anywhere) this key isn't that customer, or not surely."""

    key: str
    kind: AliasKind
    customer_id: UUID | None
    source_id: UUID | None
    verdict: Tier


class Found(NamedTuple):
    """A known key that occurs in a text, where, and how sure the match is."""

    known: Known
    candidate: tokens.Candidate
    tier: Tier


def keys_of(name: str, others: Iterable[str], domain: str | None, customer_id: UUID | None) -> list[Known]:
    """
    Return every key of a customer, made of its name, other names, domain and accounts.

    Another name that begins with "@" is an account, one that is an address with a path is a page; the joined words of
    each name count as an account, too. If a page is on the customer's domain, only links to such pages count.
    """
    known: dict[str, Known] = {}
    names = [(name, AliasKind.NAME), *((other, AliasKind.ALIAS) for other in others)]
    accounts = [
        Known(handle_key(other), AliasKind.HANDLE, customer_id, given=True)
        for other, _ in names
        if other.startswith("@")
    ]
    pages = [Known(keys[0], AliasKind.DOMAIN, customer_id, given=True) for other in others if (keys := _page(other))]
    spelt = [key for written, kind in names for key in _keys_of_name(written, kind, customer_id)]
    is_whole = domain and not any(f".{page.key}".partition("/")[0].endswith(f".{domain}") for page in pages)
    domains = [Known(domain, AliasKind.DOMAIN, customer_id)] if domain and is_whole else []
    for each in (*accounts, *pages, *spelt, *domains):
        if each.key.strip("@"):
            known.setdefault(each.key, each)
    return list(known.values())


def _page(other: str) -> tuple[str, ...]:
    """Return the keys of the page that another name is, the longest first; none if it is no page."""
    return () if " " in other.strip() else page_keys(other.strip())


def _keys_of_name(name: str, kind: AliasKind, customer_id: UUID | None) -> list[Known]:
    """Return the keys of a name, at most six words, and the account that its joined words make."""
    parts = name_key(tokens.part_scripts(name)).split() or [name_key(name)]
    words = [part for part in parts if part not in FORMS_AROUND and any(map(str.isalnum, part))] or parts
    words = words[: tokens.MOST_WORDS]
    return [
        Known(" ".join(words), kind, customer_id, joined=len(words) == 1 and tokens.is_joined(name)),
        Known(tokens.exclaimed_key(name), kind, customer_id),
        Known(handle_key("".join(words)), AliasKind.HANDLE, customer_id),
    ]


def is_ordinary(known: Known, languages: Iterable[str]) -> bool:
    """Return whether a key says little by itself: it is too short, or all its words are common in these languages."""
    if known.kind is AliasKind.DOMAIN or known.given:
        return False
    if known.kind is AliasKind.HANDLE:
        account = known.key.removeprefix("@")
        return len(known.key) <= SHORTEST_HANDLE or (account.isalpha() and is_common(account, languages))
    words = known.key.split()
    if len(words) == 1 and len(known.key) < (
        SHORTEST_WORD if known.key.upper() != known.key.lower() else SHORTEST_SIGNS
    ):
        return True
    return all(is_common(word, languages) for word in words)


def find_known(
    reading: tokens.Reading, known: Mapping[str, Sequence[Known]], lessons: Sequence[Lesson], source_id: UUID | None,
    languages: Sequence[str] = ("en",),
) -> list[Found]:  # fmt: skip
    """
    Return the *known* keys that occur in a text, and how sure each is; those inside a longer one are ignored.

    If several customers share a key, people are asked, unless lessons rule out all but one.
    """
    hits = [candidate for candidate in reading.candidates if candidate.key in known]
    if not hits:
        return []
    found = []
    shown = _not_inside_others(hits)
    for candidate, signs in zip(shown, tokens.read_signs(reading, shown), strict=True):
        verdicts = {each: _verdict(each, lessons, source_id) for each in known[candidate.key]}
        left = [each for each, verdict in verdicts.items() if verdict is not Tier.IGNORED]
        for each in left:
            tier = judge(each, signs, rivals=len(left), ordinary=is_ordinary(each, languages))
            found.append(Found(each, candidate, max(tier, verdicts[each], key=lambda one: one.doubt)))
    return found


def judge(known: Known, signs: tokens.Signs, *, rivals: int = 1, ordinary: bool = False) -> Tier:
    """
    Return how sure it is that a text with these *signs* means the customer of *known*.

    A domain, an account or several words with capitals: linked. One rare word: likely. An ordinary one, one that may
    be the end of another name or stands elsewhere in small letters, a name that several customers share, or one that
    the text only names as where it comes from: ask.
    """
    if rivals > 1:
        return Tier.ASK
    if signs.credited and not (known.given and known.kind is AliasKind.DOMAIN):
        return Tier.ASK
    if known.kind is AliasKind.DOMAIN:
        return Tier.LINKED
    if known.kind is AliasKind.HANDLE:
        return Tier.ASK if ordinary else Tier.LINKED
    if " " in known.key or signs.registered or (known.joined and signs.joined):
        return Tier.LIKELY if ordinary and signs.shouts else Tier.LINKED
    return Tier.ASK if ordinary or signs.follows or signs.small or signs.cut_out else Tier.LIKELY


def best_of_each(found: Iterable[Found]) -> list[Found]:
    """Return the surest find of each customer, sorted by certainty, then length, then position."""
    best: dict[UUID | None, Found] = {}
    for one in sorted(found, key=lambda one: (one.tier.doubt, -one.candidate.weight, one.candidate.first)):
        best.setdefault(one.known.customer_id, one)
    return list(best.values())


def _verdict(known: Known, lessons: Sequence[Lesson], source_id: UUID | None) -> Tier:
    """Return the strictest lesson about a key, in this source or anywhere."""
    said = [
        lesson.verdict
        for lesson in lessons
        if (lesson.key, lesson.kind, lesson.customer_id) == (known.key, known.kind, known.customer_id)
        and lesson.source_id in {None, source_id}
    ]
    return max(said, key=lambda verdict: verdict.doubt, default=Tier.LINKED)


def _not_inside_others(hits: Iterable[tokens.Candidate]) -> list[tokens.Candidate]:
    """Return *hits* without those inside a heavier one."""
    kept: list[tokens.Candidate] = []
    for hit in sorted(hits, key=lambda hit: -hit.weight):
        if not any(_inside(hit, other) for other in kept):
            kept.append(hit)
    return kept


def _inside(one: tokens.Candidate, other: tokens.Candidate) -> bool:
    """Return whether *other* hides *one*; a run of Chinese is one chunk, whose names may stand side by side."""
    if not one.key.isascii() and one.key not in other.key:
        return False
    return one.first >= other.first and one.last <= other.last and one.weight < other.weight
