"""Tells the customers' own people from ours by what a column of names holds."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from bot.customers.rules.cells import is_blank, is_flag
from bot.customers.rules.headers import Field, HeaderMap, quoted, with_columns
from bot.customers.rules.headings import (
    HEADINGS,
    is_bare_name,
    is_bare_number,
    is_head,
    is_of_company,
    may_be_contact,
    may_be_proprietor,
    person_beside,
    spell_headings,
    spelling,
    spellings,
)
from bot.customers.rules.names import name_key
from bot.customers.rules.values import are_people, filled_cells

FEWEST_PEOPLE = 5
"""Names from which a column tells by them whose people they are."""
FEWEST_PROPRIETORS = 10
"""Likewise where the heading says that they are owners: five customers may have five owners of ours."""
MOST_OWNERS = 0.5
"""The share of names that differ up to which they may be owners'."""
MOST_OWNERS_SAID = 0.9
"""That share where the heading says that they are owners: shops have each their own, and accounts seldom."""
MOST_COPIES = 0.8
"""The share of contacts' names from which those that repeat the customers' are none; and that of numbers to call."""
MOST_COPIES_BARE = 0.4
"""Likewise where the heading only says name."""
_NUMBER_TO_CALL = re.compile(r"[+(]?\d(?:[ ()/-]{0,2}\d){8,13}")


def tell_contacts(
    mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]
) -> tuple[HeaderMap, list[str]]:
    """
    Return *mapping* with the customers' own people as contacts, and what to say about it; columns *by_hand* stay.

    A column of owners of whom most differ, or whose heading says that they are the company's, holds contacts; so does
    one of principals or founders where no other does. Names that repeat the customers' are no contacts. Beside them,
    a column that is just called number holds what to call, if its values are as long as such numbers.
    """
    remarks: list[str] = []
    owner = mapping.columns.get(Field.OWNER)
    if owner in by_hand:
        owner = None
    if owner is not None and is_of_company(mapping.headers[owner]) and may_be_contact(mapping.headers[owner]):
        contact = mapping.columns.get(Field.CONTACT_NAME, owner)
        mapping, owner = with_columns(mapping, {Field.OWNER: None, Field.CONTACT_NAME: contact}), None
    if Field.CONTACT_NAME not in mapping.columns and not mapping.person:
        if owner is not None and _are_contacts(mapping, owner, filled_cells(sample, owner)):
            told = "was read as the contact’s name, not as the owner: most of its values differ."
            remarks.append(f"{quoted([mapping.headers[owner]])} {told}")
            mapping = with_columns(mapping, _as_contacts(mapping, owner))
        elif (head := _column_of_heads(mapping, sample, by_hand)) is not None:
            mapping = with_columns(mapping, {Field.CONTACT_NAME: head})
        elif (beside := _people_beside(mapping, sample, by_hand)) is not None:
            mapping = with_columns(mapping, {Field.CONTACT_NAME: beside})
    elif mapping.columns.get(Field.CONTACT_NAME) not in by_hand and _are_no_people(mapping, sample):
        mapping = with_columns(mapping, {Field.CONTACT_NAME: None})
    if (number := _column_of_numbers(mapping, sample, by_hand)) is not None:
        mapping = with_columns(mapping, {Field.CONTACT_PHONE: number})
        remarks.append(f"{quoted([mapping.headers[number]])} was read as the contact’s phone number, by its values.")
    return mapping, remarks


def _column_of_numbers(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> int | None:
    if Field.CONTACT_PHONE in mapping.columns or not (Field.CONTACT_NAME in mapping.columns or mapping.person):
        return None
    for at, header in mapping.unread(by_hand):
        numbers = filled_cells(sample, at) if is_bare_number(header) else []
        called = {number for number in numbers if _NUMBER_TO_CALL.fullmatch(number.strip())}
        if len(numbers) >= FEWEST_PEOPLE and len(called) >= MOST_COPIES * len(numbers):
            return at
    return None


def _are_contacts(mapping: HeaderMap, owner: int, people: Sequence[str]) -> bool:
    """Return whether the names in the column *owner* are too many to be ours, as far as its heading may mean others."""
    heading, differ = mapping.headers[owner], len({*people})
    if may_be_contact(heading):
        return len(people) >= FEWEST_PEOPLE and differ > MOST_OWNERS * len(people)
    if mapping.system or not may_be_proprietor(heading) or "@" in "".join(people):
        return False
    return len(people) >= FEWEST_PROPRIETORS and differ > MOST_OWNERS_SAID * len(people)


def _as_contacts(mapping: HeaderMap, owner: int) -> dict[Field, int | None]:
    """Return the columns of the contacts whose names the column *owner* has: `Owner Phone` is theirs then, too."""
    chosen: dict[Field, int | None] = {Field.OWNER: None, Field.CONTACT_NAME: owner}
    whose = spelling(mapping.headers[owner]).removesuffix("name")
    for field in (Field.CONTACT_EMAIL, Field.CONTACT_PHONE):
        words = {f"{whose}{word}" for rank in HEADINGS[field] for word in spellings(rank)}
        at = next((at for at, header in enumerate(mapping.headers) if spelling(header) in words), None)
        if at is not None and field not in mapping.columns:
            chosen[field] = at
    return chosen


def _column_of_heads(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> int | None:
    """Return the first unread column of people at the head of the customers, by its heading and its values."""
    for at, header in mapping.unread(by_hand):
        people = filled_cells(sample, at) if is_head(header) else []
        if people and not any(is_flag(each) or any(map(str.isdigit, each)) for each in people):
            return at
    return None


def _people_beside(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> int | None:
    """Return the column that just says name, beside that of companies, where it names persons."""
    name = mapping.columns.get(Field.NAME)
    at = person_beside(spell_headings(mapping.headers), name)
    if at is None or name is None or at in by_hand:
        return None
    return at if are_people(*_both(sample, at, name)) else None


def _are_no_people(mapping: HeaderMap, sample: Sequence[Sequence[str]]) -> bool:
    """Return whether the contacts' names are mostly those of the customers; under a bare heading, fewer are enough."""
    name, contact = mapping.columns.get(Field.NAME), mapping.columns.get(Field.CONTACT_NAME)
    if contact is None or name is None:
        return False
    people, companies = _both(sample, contact, name)
    copies = sum(name_key(person) == name_key(company) for person, company in zip(people, companies, strict=True))
    if len(people) < FEWEST_PEOPLE:
        return False
    is_bare = is_bare_name(mapping.headers[contact])
    return copies >= (MOST_COPIES_BARE if is_bare else MOST_COPIES) * len(people)


def _both(sample: Sequence[Sequence[str]], contact: int, name: int) -> tuple[list[str], list[str]]:
    """Return the people and the companies of the rows that have both."""
    both = [(cells[contact], cells[name]) for cells in sample if len(cells) > max(name, contact)]
    both = [(person, company) for person, company in both if not is_blank(company) and not is_blank(person)]
    return [person for person, _ in both], [company for _, company in both]
