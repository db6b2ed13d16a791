"""Which column of somebody's list is which of our fields."""

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.customers.rules.headings import (
    AMERICAN,
    HEADINGS,
    IDS_OF_PEOPLE,
    first_name_beside,
    is_name_by_trade,
    may_hold_names,
    person_beside,
    spell_heading,
    spell_headings,
    spelling,
    spellings,
)
from bot.customers.rules.names import WORDS

MOST_NAMED = 12  # headers quoted in one sentence
FEWEST_NAMES = 0.4
"""The share of rows with a name, times the share of names that differ, from which a column may be one of names."""
_AMERICAN_CELL = re.compile(
    r"USA?|United States(?: of America)?|\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d{2} ?[ap]m", re.IGNORECASE
)
_CODE = re.compile(r"[A-Z0-9_.-]*\d[A-Z0-9_.-]*|[A-Z0-9]{1,5}|\w+_\w*\d\w*")
_WORDS_ONLY = re.compile(r"[^\W\d_]{2}")
_NO_NAME = re.compile(
    r"@|://|^www\.|^[\d\s.,:/+()%€$£-]*$|^\d{1,4}[-./]\d{1,2}[-./]|^\d{1,2}[-. ][^\W\d_]{3,9}[-. ]\d{2,4}$|"
    r"^[^\W\d_]{3,9}\.? \d{1,2},? \d{4}\b|^(?:true|false|yes|no)$|^\w+:\S+$|^\S{40}|.{120}",
    re.IGNORECASE,
)


class Field(StrEnum):
    """What a list may say about a customer, one column each."""

    NAME = "name"
    ALIASES = "aliases"
    DOMAIN = "domain"
    OWNER = "owner"
    CADENCE = "cadence"
    STATUS = "status"
    EXTERNAL_ID = "external_id"
    SOURCE = "source"
    PARENT = "parent"
    ANNUAL_VALUE = "annual_value"
    CURRENCY = "currency"
    HEADCOUNT = "headcount"
    COUNTRY = "country"
    ZONE = "zone"
    TAGS = "tags"
    PREFERENCES = "preferences"
    ADDED_ON = "added_on"
    CONTACT_NAME = "contact_name"
    CONTACT_ROLE = "contact_role"
    CONTACT_EMAIL = "contact_email"
    CONTACT_PHONE = "contact_phone"
    CONTACT_DO_NOT_CONTACT = "contact_do_not_contact"
    LAST_CONTACT = "last_contact"

    @property
    def header(self) -> str:
        """The column's heading in our own lists, such as "External id"."""
        return self.value.replace("_", " ").capitalize()


OUR_OWN = "Evenhand"
"""The system of lists that the bot exported."""

LEAVE_OUT = "ignore"
"""What a column is mapped to by hand when nobody should read it."""

_SYSTEMS: Mapping[str, Mapping[str, Sequence[Any]]] = WORDS["systems"]
"""Programs by name: the headings they are recognised by, and their own ones by field."""
ASKED = frozenset({
    Field.NAME, Field.OWNER, Field.CADENCE, Field.STATUS, Field.EXTERNAL_ID, Field.ADDED_ON, Field.LAST_CONTACT
})  # fmt: skip
"""The fields for which a person decides between two columns; for others, the fuller column is read."""

WITH_SPARES = (Field.CONTACT_EMAIL, Field.CONTACT_PHONE, Field.COUNTRY)
"""The lesser fields that are read from another column where the fuller one is empty."""


NEVER_FLAGS = frozenset({
    Field.NAME, Field.DOMAIN, Field.OWNER, Field.PARENT, Field.CONTACT_NAME, Field.CONTACT_EMAIL, Field.CONTACT_PHONE
})  # fmt: skip
"""The fields that a column of yes and no doesn't hold, but tells whether there is one."""


@dataclass(frozen=True)
class HeaderMap:
    """
    How a list is read: the column of each field, counted from 0.

    `person` holds the columns of first and last name, which together make the contact's name; `spares` the columns that
    are read where a field's own column is empty or tells nothing; `rivals` the columns of fields that several could be,
    of which the fullest is to be read; `unmapped` the headings nobody reads; `problems` sentences that must be settled
    before any row is read; `system` the recognised origin; `counters` the columns that only number the rows.
    """

    headers: tuple[str, ...]
    columns: Mapping[Field, int]
    person: tuple[int, ...] = ()
    spares: Mapping[Field, tuple[int, ...]] = dataclasses.field(default_factory=dict)
    rivals: Sequence[tuple[Field, Sequence[int]]] = ()
    unmapped: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    system: str = ""
    counters: frozenset[int] = frozenset()

    def unread(self, by_hand: AbstractSet[int] = frozenset()) -> Iterator[tuple[int, str]]:
        """Yield the columns that nobody reads, with their headings, but for those that somebody left out *by_hand*."""
        return ((at, header) for at, header in enumerate(self.headers) if header in self.unmapped and at not in by_hand)

    def heading(self, field: Field) -> str:
        """The list's own word for *field*, for sentences about it."""
        at = self.columns.get(field)
        return field.header if at is None else self.headers[at]


def map_headers(
    headers: Sequence[str],
    by_hand: Mapping[str, str] | None = None,
    empty: AbstractSet[int] = frozenset(),
    flags: AbstractSet[int] = frozenset(),
    numbers: AbstractSet[int] = frozenset(),
) -> HeaderMap:
    """
    Find our fields among a list's *headers*; *by_hand* (header → field, or "ignore") goes first.

    Columns that are *empty* are taken where there is no other. Those of *flags*, which say yes and no, are no names,
    addresses or people; those of *numbers* and codes are no names.
    """
    spelt, headers = spell_headings(headers), _numbered(headers)
    columns, left_out, problems = _mapped_by_hand(headers, spelt, by_hand or {})
    system = _system(set(spelt))
    rivals: list[tuple[Field, Sequence[int]]] = []
    person = _person(spelt, {*columns.values(), *left_out})
    for field in Field:
        if field not in columns:
            taken = {*columns.values(), *left_out, *(flags if field in NEVER_FLAGS else ())}
            taken |= {*person, *numbers} if field is Field.NAME else set()
            if field is Field.EXTERNAL_ID and person and Field.NAME in columns:
                taken |= {at for at, word in enumerate(spelt) if word in IDS_OF_PEOPLE}
            ranks = _SYSTEMS.get(system, {}).get(field, HEADINGS[field])
            found = _best_rank(spelt, ranks, taken | empty) or _best_rank(spelt, ranks, taken)[:1]
            if len(found) > 1:
                rivals.append((field, found))
            if found:
                columns[field] = found[0]
    if Field.NAME not in columns:
        columns |= _name_by_trade(
            headers, {*columns.values(), *left_out, *person, *flags, *numbers}, is_of_people=bool(person)
        )
    beside = person_beside(spelt, columns.get(Field.NAME)) if Field.CONTACT_EMAIL in columns and not person else None
    if beside in {*columns.values(), *left_out, *flags, *numbers}:
        beside = None
    if beside is not None:
        columns.setdefault(Field.CONTACT_NAME, beside)
    person = () if Field.CONTACT_NAME in columns else _person(spelt, {*columns.values(), *left_out})
    taken = {*columns.values(), *left_out, *person, *flags, *empty} - {beside}
    spares = _spares(spelt, system, columns, taken, numbers)
    if Field.NAME not in columns and not person and not problems:
        problems.append(_no_name(headers))
    return HeaderMap(
        headers=headers,
        columns=MappingProxyType(columns),
        person=person,
        spares=MappingProxyType(spares),
        rivals=tuple(rivals),
        unmapped=_unmapped(headers, {*columns.values(), *person, *itertools.chain(*spares.values())}),
        problems=tuple(problems),
        system=system,
    )


def with_columns(mapping: HeaderMap, chosen: Mapping[Field, int | None]) -> HeaderMap:
    """Return *mapping* with the *chosen* column of each field, or none; that settles what was open about them."""
    columns = {field: at for field, at in {**mapping.columns, **chosen}.items() if at is not None}
    taken = {*columns.values()}
    before = {field: [at] for field, at in mapping.columns.items() if field in chosen and field in WITH_SPARES}
    spares = {
        field: tuple(at for at in (*before.get(field, ()), *mapping.spares.get(field, ())) if at not in chosen.values())
        for field in {**mapping.spares, **before}
        if field in columns
    }
    spares = {field: spare for field, spare in spares.items() if spare}
    return replace(
        mapping, columns=MappingProxyType(columns), spares=MappingProxyType(spares),
        unmapped=_unmapped(mapping.headers, {*taken, *mapping.person, *itertools.chain(*spares.values())}),
        rivals=tuple((field, found) for field, found in mapping.rivals if field not in chosen),
        problems=() if chosen.get(Field.NAME) is not None else mapping.problems,
    )  # fmt: skip


def tell_fuller(mapping: HeaderMap, field: Field, best: int, rivals: Sequence[int]) -> str:
    """Return the sentence that says which of several columns is read as a lesser field."""
    others = quoted([mapping.headers[at] for at in rivals if at != best])
    heading = f"“{short(mapping.headers[best])}”"
    return f"{heading} was read as the {field.header.lower()}, since it is the fuller column; not {others}."


def likely_names(mapping: HeaderMap, cells: Mapping[int, Sequence[str]], *, rows: int) -> list[int]:
    """
    Return the columns that may hold the customers' names by their filled *cells*, the likeliest first.

    Names are words, and most rows have one that no other has. A contact's name is one only where nothing else is, and
    a *title* only where the list has no contacts' names.
    """
    taken = {*mapping.columns.values(), *mapping.person, *(at for _, found in mapping.rivals for at in found)}
    likely = {
        at: share
        for at, header in enumerate(mapping.headers)
        if at not in taken and may_hold_names(header) and (share := _share_of_names(cells[at], rows)) >= FEWEST_NAMES
    }
    if likely:
        return sorted(likely, key=lambda at: (-round(likely[at], 1), at))
    contact, title = (mapping.columns.get(field) for field in (Field.CONTACT_NAME, Field.CONTACT_ROLE))
    if contact is not None and cells[contact]:
        return [contact]
    return [title] if title is not None and _share_of_names(cells[title], rows) >= FEWEST_NAMES else []


def _share_of_names(cells: Sequence[str], rows: int) -> float:
    """Return the share of *rows* with a name, times the share of names that differ, in a column's filled *cells*."""
    words = [cell for cell in cells if _WORDS_ONLY.search(cell) and not _NO_NAME.search(cell)]
    words = [cell for cell in words if not _CODE.fullmatch(cell.strip())]
    return len({*words}) * len(words) / max(rows, 1) ** 2


def is_american(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a list has columns that only lists from the United States have, or names them in its *rows*."""
    if any(spelling(header) in AMERICAN for header in headers):
        return True
    return any(_AMERICAN_CELL.fullmatch(cell.strip()) for cells in rows for cell in cells)


def _unmapped(headers: Sequence[str], read: set[int]) -> tuple[str, ...]:
    return tuple(header for at, header in enumerate(headers) if at not in read and header.strip())


def _numbered(headers: Sequence[str]) -> tuple[str, ...]:
    """The headings, a repeated one with its number behind it, so that each column can be called by its own."""
    seen: Counter[str] = Counter()
    numbered = []
    for header in headers:
        seen[header] += 1
        numbered.append(f"{header} ({seen[header]})" if header.strip() and seen[header] > 1 else header)
    return tuple(numbered)


def _mapped_by_hand(
    headers: Sequence[str], spelt: Sequence[str], by_hand: Mapping[str, str]
) -> tuple[dict[Field, int], set[int], list[str]]:
    """The columns a person has chosen, the ones they left out, and what of it can't be done."""
    columns: dict[Field, int] = {}
    left_out: set[int] = set()
    problems: list[str] = []
    for header, wanted in by_hand.items():
        at = _column(headers, spelt, header)
        field = field_called(wanted)
        if at is None:
            problems.append(f"There is no column called “{header}”; the list has {quoted(headers)}.")
        elif field is None and spelling(wanted) != LEAVE_OUT:
            problems.append(
                f"There is no field called “{wanted}”; choose one of {', '.join(Field)}, or {LEAVE_OUT} for none."
            )
        elif field is None:
            left_out.add(at)
        elif field in columns:
            problems.append(_two_columns(field, [headers[columns[field]], headers[at]]))
        else:
            columns[field] = at
    return columns, left_out, problems


def columns_by_hand(headers: Sequence[str], by_hand: Mapping[str, str]) -> set[int]:
    """Return the columns that a person has mapped or left out."""
    spelt = spell_headings(headers)
    return {at for header in by_hand if (at := _column(headers, spelt, header)) is not None}


def field_called(word: str) -> Field | None:
    """The field a person means by *word*: its own name, however spelt."""
    wanted = spelling(word)
    return next((field for field in Field if spelling(field) == wanted), None)


def _column(headers: Sequence[str], spelt: Sequence[str], wanted: str) -> int | None:
    if wanted in headers:
        return headers.index(wanted)
    asked = spell_heading(wanted)
    return spelt.index(asked) if asked and asked in spelt else None


def _best_rank(spelt: Sequence[str], ranks: Sequence[str], taken: set[int]) -> list[int]:
    for rank in ranks:
        wanted = spellings(rank)
        found = [at for at, word in enumerate(spelt) if word in wanted and at not in taken]
        if found:
            return found
    return []


def _name_by_trade(headers: Sequence[str], taken: set[int], *, is_of_people: bool) -> dict[Field, int]:
    """Return the only column that names somebody by its heading, beside people the first one."""
    found = [at for at, header in enumerate(headers) if at not in taken and is_name_by_trade(header)]
    return {Field.NAME: found[0]} if len(found) == 1 or (found and is_of_people) else {}


def _spares(
    spelt: Sequence[str], system: str, columns: Mapping[Field, int], taken: set[int], numbers: AbstractSet[int]
) -> dict[Field, tuple[int, ...]]:
    """
    Return other columns of the name, domain and lesser fields, the best rank first, and that of the owner's address.

    The column of other names may be read as the name, too; those of *numbers* may not.
    """
    found: dict[Field, tuple[int, ...]] = {}
    also_called = columns.get(Field.ALIASES)
    for wanted in (Field.NAME, Field.DOMAIN, *WITH_SPARES):
        ranks = _SYSTEMS.get(system, {}).get(wanted, HEADINGS[wanted])
        others = taken if wanted in WITH_SPARES else taken | numbers
        found[wanted] = tuple(
            at
            for rank in ranks
            for at, word in enumerate(spelt)
            if word in spellings(rank) and (at not in others or (wanted is Field.NAME and at == also_called))
        )
    if (owner := columns.get(Field.OWNER)) is not None:
        owners = spelt[owner].removesuffix("name")
        found[Field.OWNER] = tuple(
            at for at, word in enumerate(spelt) if word in {f"{owners}email", f"{owners}mail"} and at not in taken
        )
    return {wanted: spare for wanted, spare in found.items() if spare and (wanted in columns or wanted is Field.NAME)}


def _person(spelt: Sequence[str], taken: set[int]) -> tuple[int, ...]:
    first, last = (_best_rank(spelt, HEADINGS[which], taken) for which in ("first_name", "last_name"))
    if last and not first:
        first = [at for at in first_name_beside(spelt, last[0]) if at not in taken]
    between = _best_rank(spelt, HEADINGS["name_prefix"], taken)[:1]  # Dutch: Ida van Berg
    return (first[0], *between, last[0]) if first and last else ()


def _system(spelt: set[str]) -> str:
    for system, says in _SYSTEMS.items():
        if any(all(spellings(sign) & spelt for sign in signs) for signs in says["signs"]):
            return system
    return ""


def _two_columns(field: Field, found: Sequence[str]) -> str:
    return (
        f"{quoted(found)} could all be the {field.header.lower()}: say which one with "
        f'--map "{found[0]}={field}", or leave one out with --map "{found[-1]}={LEAVE_OUT}".'
    )


def _no_name(headers: Sequence[str]) -> str:
    named = [header for header in headers if header.strip()]
    if not named:
        return "The first line names no columns: put headings such as Company, Owner, Domain there."
    example = next(filter(may_hold_names, named), "")
    how = f'say which one with --map "{short(example)}=name"' if example else "add one with the heading Company"
    return f"No column holds the customer's name among {quoted(named)}: {how}."


def quoted(headers: Sequence[str]) -> str:
    """Return headings in quotation marks; of many, how many more there are."""
    named = [f"“{short(header)}”" for header in headers if header.strip()]
    more = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def short(header: str) -> str:
    """Return the first forty characters of a heading."""
    words = " ".join(header.split())
    return words if len(words) <= 40 else words[:39] + "…"  # noqa: PLR2004  # a heading, not a sentence
