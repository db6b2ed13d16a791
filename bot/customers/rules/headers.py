"""Which column of somebody's list is which of our fields."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

MOST_NAMED = 12  # headers quoted in one sentence


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


LEAVE_OUT = "ignore"
"""What a column is mapped to by hand when nobody should read it."""

_SYNONYMS: Mapping[Field, tuple[str, ...]] = {
    # Each string is a rank: the best rank present is read; two columns of one rank are for a person to decide.
    Field.NAME: (
        (
            "company name|account name|organization - name|organisation - name|customer name|client name"
            "|organization name"
            "|organisation name|business name|company|account|customer|client|organization|organisation|security"
        ),
        "name",
        "legal name|trading name|firm|business|firma|kunde|unternehmen|empresa|cliente|societe|entreprise|bedrijf",
    ),
    Field.ALIASES: ("aliases|alias|other names|also known as|aka|known as",),
    Field.DOMAIN: (
        "domain|company domain name|company domain|domain name|email domain|web domain",
        "website|website url|web site|url|web|homepage|home page|web page|organization - website|site|webseite",
    ),
    Field.OWNER: (
        (
            "owner|company owner|account owner|organization - owner|customer owner|owner name|account manager|csm"
            "|customer success manager|relationship manager|responsible"
        ),
        "owner email|account owner email|account owner alias|sales rep|sales representative|contact owner|rep",
    ),
    Field.CADENCE: ("cadence|cadence days|contact every|check in every|check-in every days|touch frequency",),
    Field.STATUS: ("status|customer status|account status|client status",),
    Field.EXTERNAL_ID: (
        (
            "external id|record id|account id|organization - id|organisation - id|company id|customer id"
            "|client id|crm id"
            "|salesforce id|hubspot id|customer number|account number|client number|external key"
        ),
        "id|symbol|ticker",
        "cik|isin|lei|vat number|duns",
    ),
    Field.SOURCE: ("source|source system",),
    Field.PARENT: (
        (
            "parent|parent account|parent company|parent name|parent account name|parent company name|subsidiary of"
            "|belongs to|part of|parent organization|parent customer"
        ),
    ),
    Field.ANNUAL_VALUE: (
        "annual value|annual contract value|acv|arr|contract value|annual recurring revenue",
        "annual revenue|revenue|yearly revenue|turnover|annual turnover|sales|umsatz",
        "annual revenue converted",
    ),
    Field.CURRENCY: (
        "currency|currency code|annual value currency|annual revenue currency|account currency",
        "deal currency|company currency",
    ),
    Field.HEADCOUNT: (
        (
            "headcount|number of employees|employees|employee count|no of employees|staff|company size|head count"
            "|organization - number of employees|mitarbeiter"
        ),
    ),
    Field.COUNTRY: (
        "country|country code|country region|company country|organization - country",
        "billing country|country of organization - address|organization - country of address|land|pais|pays",
        "office location|shipping country|mailing country|office country",
    ),
    Field.ZONE: ("zone|time zone|timezone|tz|customer time zone",),
    Field.TAGS: ("tags|tag|labels|label|organization - labels|organization - label|segment",),
    Field.PREFERENCES: ("preferences|preference|likes|how they like it",),
    # Not a CRM's "created" or "customer since": the wait begins on the day we learn of a customer, else a list of old
    # customers would count as neglected on the day it comes in.
    Field.ADDED_ON: ("added on",),
    Field.CONTACT_NAME: (
        "contact name|contact|contact person|primary contact|main contact|person - name|contact full name|full name",
    ),
    Field.CONTACT_ROLE: ("contact role|contact title|job title|role|title|position|person - job title",),
    Field.CONTACT_EMAIL: (
        "contact email|contact e mail|contact email address|person - email",
        "email|e mail|email address|mail",
    ),
    Field.CONTACT_PHONE: (
        "contact phone|contact phone number|contact telephone|person - phone",
        "phone|phone number|telephone|tel|mobile|mobile phone",
    ),
    Field.CONTACT_DO_NOT_CONTACT: (
        "contact do not contact|do not contact|dnc|do not call|opted out|email opt out|unsubscribed",
    ),
    Field.LAST_CONTACT: (
        "last contact|last contacted|last contact date|last contacted on|last spoke|last conversation",
        "last activity|last activity date|organization - last activity date|last touch|last touchpoint",
    ),
}

_FIRST_NAME = ("first name", "given name", "contact first name", "vorname")
_LAST_NAME = ("last name", "surname", "family name", "contact last name", "nachname")

_SYSTEMS: Mapping[str, tuple[str, ...]] = {
    # A system is recognised by headers that only its exports carry together.
    "HubSpot": ("record id", "company name|company domain name|company owner|associated company ids"),
    "Salesforce": ("account name", "account id|account owner|parent account|last activity"),
    "Pipedrive": ("organization - name", "organization - id|organization - owner"),
    "Evenhand": ("name", "cadence", "status", "contact do not contact"),
}


@dataclass(frozen=True)
class HeaderMap:
    """
    How a list is read: the column of each field, counted from 0.

    `person` holds the columns of first and last name, which together make the contact's name; `unmapped` the headings
    nobody reads; `problems` sentences that must be settled before any row is read; `system` the recognised origin.
    """

    headers: tuple[str, ...]
    columns: Mapping[Field, int]
    person: tuple[int, ...] = ()
    unmapped: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    system: str = ""

    def heading(self, field: Field) -> str:
        """The list's own word for *field*, for sentences about it."""
        at = self.columns.get(field)
        return field.header if at is None else self.headers[at]


def map_headers(headers: Sequence[str], by_hand: Mapping[str, str] | None = None) -> HeaderMap:
    """Find our fields among a list's *headers*; *by_hand* (header → field, or "ignore") goes first."""
    spelt, headers = [spelling(header) for header in headers], _numbered(headers)
    columns, left_out, problems = _mapped_by_hand(headers, spelt, by_hand or {})
    taken = {*columns.values(), *left_out}
    for field in Field:
        if field not in columns:
            found = _best_rank(spelt, _SYNONYMS[field], taken)
            if len(found) > 1:
                problems.append(_two_columns(field, [headers[at] for at in found]))
            if found:
                columns[field] = found[0]
    person = () if Field.CONTACT_NAME in columns else _person(spelt, taken | set(columns.values()))
    if Field.NAME not in columns and not person:
        problems.append(_no_name(headers))
    read = {*columns.values(), *person}
    return HeaderMap(
        headers=headers,
        columns=MappingProxyType(columns),
        person=person,
        unmapped=tuple(header for at, header in enumerate(headers) if at not in read and header.strip()),
        problems=tuple(problems),
        system=_system(set(spelt)),
    )


def _numbered(headers: Sequence[str]) -> tuple[str, ...]:
    """The headings, a repeated one with its number behind it, so that each column can be called by its own."""
    seen: Counter[str] = Counter()
    numbered = []
    for header in headers:
        seen[header] += 1
        numbered.append(f"{header} ({seen[header]})" if header.strip() and seen[header] > 1 else header)
    return tuple(numbered)


def spelling(header: str) -> str:
    """A heading without case, spaces, accents, punctuation: "company_name", "companyName", "Company name" are one."""
    folded = unicodedata.normalize("NFKD", header.casefold())
    return re.sub(r"[^\w]|_", "", "".join(char for char in folded if not unicodedata.combining(char)))


def _spellings(words: str) -> set[str]:
    return {spelling(word) for word in words.split("|")}


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
            problems.append(f"There is no column called “{header}”; the list has {_quoted(headers)}.")
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


def field_called(word: str) -> Field | None:
    """The field a person means by *word*: its own name, however spelt."""
    wanted = spelling(word)
    return next((field for field in Field if spelling(field) == wanted), None)


def _column(headers: Sequence[str], spelt: Sequence[str], wanted: str) -> int | None:
    if wanted in headers:
        return headers.index(wanted)
    asked = spelling(wanted)
    return spelt.index(asked) if asked and asked in spelt else None


def _best_rank(spelt: Sequence[str], ranks: tuple[str, ...], taken: set[int]) -> list[int]:
    for rank in ranks:
        wanted = _spellings(rank)
        found = [at for at, word in enumerate(spelt) if word in wanted and at not in taken]
        if found:
            return found
    return []


def _person(spelt: Sequence[str], taken: set[int]) -> tuple[int, ...]:
    parts = [_best_rank(spelt, ("|".join(words),), taken) for words in (_FIRST_NAME, _LAST_NAME)]
    return tuple(found[0] for found in parts if found) if all(parts) else ()


def _system(spelt: set[str]) -> str:
    for system, signs in _SYSTEMS.items():
        if all(_spellings(sign) & spelt for sign in signs):
            return system
    return ""


def _two_columns(field: Field, found: Sequence[str]) -> str:
    return (
        f"{_quoted(found)} could all be the {field.header.lower()}: say which one with "
        f'--map "{found[0]}={field}", or leave one out with --map "{found[-1]}={LEAVE_OUT}".'
    )


def _no_name(headers: Sequence[str]) -> str:
    named = [header for header in headers if header.strip()]
    example = named[0] if named else "Company"
    if not named:
        return "The first line names no columns: put headings such as Company, Owner, Domain there."
    way_out = f'--map "{_short(example)}=name"'
    return f"No column holds the customer's name among {_quoted(named)}: say which one with {way_out}."


def _quoted(headers: Sequence[str]) -> str:
    named = [f"“{_short(header)}”" for header in headers if header.strip()]
    more = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _short(header: str) -> str:
    words = " ".join(header.split())
    return words if len(words) <= 40 else words[:39] + "…"  # noqa: PLR2004  # a heading, not a sentence
