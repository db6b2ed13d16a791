"""Tells by their values that columns hold something else than their headings say, or what they leave open."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bot.customers.rules.cells import LONGEST_TYPED, Unclear, is_form_of_address, read_zone
from bot.customers.rules.domains import page_host
from bot.customers.rules.headers import Field, HeaderMap, quoted, with_columns
from bot.customers.rules.headings import (
    is_job_in_words,
    is_of_others,
    is_of_owners,
    may_be_area,
    speaks_of_phones,
)
from bot.customers.rules.values import are_phones, filled_beside, filled_cells, host_of_most

_OWNERS_CODE = re.compile(
    r"(?![UW]\d{8})(?:[A-Z]{1,5}[-_./ ]?)?\d{1,15}(?:\.0)?|"
    r"005[\dA-Za-z]{12}(?:[\dA-Za-z]{3})?|[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}"
)
"""A number, also behind letters, and an id as Salesforce and databases have them; none of Slack's."""
FEWEST_PAGES = 3
"""Links from which those to one host are that host's, not the customers'."""


def leave_own_pages(mapping: HeaderMap, sample: Sequence[Sequence[str]]) -> tuple[HeaderMap, list[str]]:
    """
    Return *mapping* without columns that aren't the customers' domains, and the sentences about them.

    Those are links to pages on one host, such as a program's own pages about each customer, and columns in which most
    customers have the address of one directory. Of further columns that may have the address where the first is empty,
    those without any are left, such as Salesforce's `Site`, which names a place.
    """
    remarks: list[str] = []
    spares = [
        at for at in mapping.spares.get(Field.DOMAIN, ()) if any("." in cell for cell in filled_cells(sample, at))
    ]
    mapping = with_columns(replace(mapping, spares={**mapping.spares, Field.DOMAIN: tuple(spares)}), {})
    while (at := mapping.columns.get(Field.DOMAIN)) is not None and (why := _whose_pages(mapping, sample, at)):
        remarks.append(f"{quoted([mapping.headers[at]])} was not read as the domain: {why}.")
        spare = next(iter(mapping.spares.get(Field.DOMAIN, ())), None)
        mapping = with_columns(mapping, {Field.DOMAIN: spare})
    return mapping, remarks


def _whose_pages(mapping: HeaderMap, sample: Sequence[Sequence[str]], at: int) -> str:
    """Return the words for the host on which a column's addresses are, "" if they are the customers' own."""
    cells = filled_cells(sample, at)
    hosts = [page_host(cell) for cell in cells]
    if len(hosts) >= FEWEST_PAGES and all(hosts) and len({*hosts}) == 1:
        return f"all its pages are on {hosts[0]}"
    name = mapping.columns.get(Field.NAME)
    if name is None:
        return ""
    host, count = host_of_most(*filled_beside(sample, at, name))
    return f"{count:,} of its {len(cells):,} addresses are {host}" if host else ""


def leave_owners_codes(
    mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]
) -> tuple[HeaderMap, list[str]]:
    """Return *mapping* without a column of codes as the owners, which name nobody here, and the sentence about it."""
    at = mapping.columns.get(Field.OWNER)
    owners = [] if at is None or at in by_hand or mapping.spares.get(Field.OWNER) else filled_cells(sample, at)
    if at is None or not owners or not all(_OWNERS_CODE.fullmatch(cell.strip()) for cell in owners):
        return mapping, []
    said = f"{quoted([mapping.headers[at]])} was not read as the owner: it holds codes, and people are found by name"
    return with_columns(mapping, {Field.OWNER: None}), [f"{said} or e-mail address."]


def leave_areas(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> HeaderMap:
    """Return *mapping* without a column such as `Zone` as the time zone, where none of its values is one."""
    at = mapping.columns.get(Field.ZONE)
    if (
        at is None
        or at in by_hand
        or not may_be_area(mapping.headers[at])
        or any(map(_is_zone, filled_cells(sample, at)))
    ):
        return mapping
    return with_columns(mapping, {Field.ZONE: None})


def _is_zone(cell: str) -> bool:
    try:
        return len(cell) <= LONGEST_TYPED and bool(read_zone(cell))
    except Unclear:
        return False


def add_spare_phones(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> HeaderMap:
    """Return *mapping* with further columns of numbers to call, which are read where the first one is empty."""
    if Field.CONTACT_PHONE not in mapping.columns or Field.CONTACT_PHONE in dict(mapping.rivals):
        return mapping
    found = [
        at
        for at, header in mapping.unread(by_hand)
        if not (is_of_others(header) or is_of_owners(header))
        and are_phones(filled_cells(sample, at), is_called_so=speaks_of_phones(header))
    ]
    spares = {**mapping.spares, Field.CONTACT_PHONE: (*mapping.spares.get(Field.CONTACT_PHONE, ()), *found)}
    return with_columns(replace(mapping, spares=spares), {}) if found else mapping


def leave_forms_of_address(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> HeaderMap:
    """Return *mapping* without a column such as `Title` as the contacts' job, where it only holds "Ms" and "Mr"."""
    at = mapping.columns.get(Field.CONTACT_ROLE)
    if at is None or at in by_hand:
        return mapping
    rivals = dict(mapping.rivals).get(Field.CONTACT_ROLE, (at,))
    left = [each for each in rivals if not all(map(is_form_of_address, filled_cells(sample, each) or [""]))]
    return mapping if len(left) == len(rivals) else with_columns(mapping, {Field.CONTACT_ROLE: next(iter(left), None)})


def tell_jobs(mapping: HeaderMap, sample: Sequence[Sequence[str]], by_hand: AbstractSet[int]) -> HeaderMap:
    """Return *mapping* with a column such as `Poste` as the contacts' job, where it holds words beside people."""
    has_people = Field.CONTACT_NAME in mapping.columns or mapping.person
    if Field.CONTACT_ROLE in mapping.columns or not has_people:
        return mapping
    for at, header in mapping.unread(by_hand):
        cells = filled_cells(sample, at) if is_job_in_words(header) else []
        if cells and not any(map(_has_digit, cells)):
            return with_columns(mapping, {Field.CONTACT_ROLE: at})
    return mapping


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))
