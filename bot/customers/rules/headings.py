"""The headings that lists of customers have, and how they are spelt to be compared: `words.toml` holds the words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from bot.customers.rules.names import WORDS

_SHORTEST_HEADING = 4  # "no" is a value, too
_FEWEST_ALIKE, _MOST_ALIKE = 4, 0.75
"""How many headings, and which share of all, begin with a word that says nothing."""
HEADINGS: Mapping[str, Sequence[str]] = WORDS["headings"]
"""Headings by field, the best rank first."""
COLUMNS: Mapping[str, str] = WORDS["columns"]
"""What else headings and the values below them say, divided by |."""
_IN_FRONT = re.compile(r"_|\.(?=\w)")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")


def spelling(header: str) -> str:
    """
    A heading without case, spaces, accents, punctuation: "company_name", "companyName", "Company name" are one.

    Nor does the end of Salesforce's own fields count: "Company_Name__c".
    """
    folded = unicodedata.normalize("NFKD", header.casefold().removesuffix("__c"))
    return re.sub(r"[^\w]|_", "", "".join(char for char in folded if not unicodedata.combining(char)))


def spell_heading(header: str) -> str:
    """Return a heading's spelling, or that of the first part that is known: "Firma / Company", "Betreuer/in"."""
    header = _without_brackets(header)
    whole, parts = spelling(header), [spelling(part) for part in header.split("/")]
    if whole in KNOWN or not NEVER_NAMES.isdisjoint(parts) or header.casefold().endswith("_id/id"):  # Odoo's references
        return whole
    return next((part for part in parts if part in KNOWN), whole)


def _without_brackets(header: str) -> str:
    """Return a heading that nobody knows without words in brackets: "Owner (dropdown)", but "Revenue ($M)" whole."""
    inside = _BRACKETS.findall(header)
    if spelling(header) in KNOWN or any(_AMOUNT.search(words) or spelling(words) in _UNITS for words in inside):
        return header
    return _BRACKETS.sub(" ", header)


def spell_headings(headers: Sequence[str]) -> list[str]:
    """
    Return the spelling of each heading. Of one that nobody knows, the words that say whose its values are don't count,
    unless another column is called so: "Propietario de la cuenta" is "propietario", "Account URL" is "url". The same
    goes for a word that a database puts before all its columns: `kd_ort`, `company.city`.
    """
    headers = _without_common_word(headers)
    spelt = [spell_heading(header) for header in headers]
    spelt = [
        word if word in KNOWN or (known := _known_part(header, word)) in spelt else known
        for word, header in zip(spelt, headers, strict=True)
    ]
    return _with_both_names(headers, spelt)


def _with_both_names(headers: Sequence[str], spelt: list[str]) -> list[str]:
    """Return *spelt* with the contact's other name, which is just called so: "Prénom du contact", "Nom du contact"."""
    missing = {"contactfirstname", "contactlastname"}.difference(spelt)
    at = next((at for at, header in enumerate(headers) if _about_contact(header) in _NAMES_IN_PARTS), None)
    return spelt if len(missing) != 1 or at is None else [*spelt[:at], *missing, *spelt[at + 1 :]]


def _without_common_word(headers: Sequence[str]) -> Sequence[str]:
    """Return headings without the word that most begin with, where nobody knows them with it."""
    first = Counter(found[0].casefold() for header in headers if len(found := _IN_FRONT.split(header, maxsplit=1)) > 1)
    word, times = next(iter(first.most_common(1)), ("", 0))
    if times < max(_FEWEST_ALIKE, _MOST_ALIKE * len(headers)) or _PEOPLE_FIRST.fullmatch(word):
        return headers
    fronts = (f"{word}_", f"{word}.")
    bare = [header[len(word) + 1 :] if header.casefold().startswith(fronts) else "" for header in headers]
    return [
        rest if rest and spelling(header) not in KNOWN and rest not in headers else header
        for header, rest in zip(headers, bare, strict=True)
    ]


def _known_part(header: str, word: str) -> str:
    """Return the heading that is left of one without the words that say whose its values are, else its own *word*."""
    return (
        _BARE.get(_bare(header))
        or _OF_TRADES.get(_bare(header, _NAMES_BY_TRADE))
        or _OF_CONTACTS.get(_about_contact(header))
        or word
    )


def _about_contact(header: str) -> str:
    """Return what a heading says about the contact, "" if it isn't about one: "FunctieContactpersoon" is "functie"."""
    rest = _bare(header, _CONTACTS | _BETWEEN)
    return rest if rest != _bare(header, _BETWEEN) else ""


def _bare(header: str, without: AbstractSet[str] | None = None) -> str:
    """Return a heading's spelling *without* some words: those that say whose its values are, and those between them."""
    left_out = _WHOSE | _BETWEEN if without is None else without
    return "".join(word for word in map(spelling, _BETWEEN_WORDS.split(header)) if word not in left_out)


@cache
def spellings(words: str) -> frozenset[str]:
    """Return the spellings of headings that are divided by |."""
    return frozenset(spelling(word) for word in words.split("|"))


def count_known(cells: Sequence[str], by_hand: Mapping[str, str] | None = None) -> int:
    """Return how many of *cells* are headings that we know, or that *by_hand* names."""
    named = {spelling(header) for header in by_hand or {}}
    return sum(word in KNOWN or word in named for word in spell_headings(cells) if word)


def is_heading(cell: str) -> bool:
    """Return whether a cell is a heading that everybody knows, though nobody reads it: `Industry`, `Address`."""
    return len(word := spelling(cell)) >= _SHORTEST_HEADING and word in NEVER_NAMES


def may_hold_names(header: str) -> bool:
    """Return whether a column with a heading that nobody knows may hold the customers' names."""
    return bool(header.strip()) and {spelling(header), spell_heading(header)}.isdisjoint(KNOWN | NEVER_NAMES)


def is_name_by_trade(header: str) -> bool:
    """
    Return whether a heading that nobody knows says that it names somebody: `Charity Name`, `Dealer`, "Nom du magasin",
    "Instellingsnaam".
    """
    word = spelling(header)
    if word in _NAMES_BY_TRADE or (word.endswith("name") and not _NAMES_OF_OTHERS.search(word)):
        return True
    first, *others = [*filter(None, map(spelling, _BETWEEN_WORDS.split(header))), ""]
    if first in _BARE_NAMES and "".join(word for word in others if word not in _BETWEEN) in _NAMES_BY_TRADE:
        return True
    return any(word.endswith("naam") and word[:-4].rstrip("s") in _NAMES_BY_TRADE for word in (word, first, *others))


def is_id_by_trade(header: str) -> bool:
    """Return whether a heading that nobody knows names ids of somebody by trade: `exhibitor_id`."""
    word = spelling(header)
    return any(word.endswith(end) and word.removesuffix(end) in _NAMES_BY_TRADE for end in _IDS_BY_TRADE)


def is_id_by_word(header: str) -> bool:
    """Return whether a heading that nobody knows says id or names a register: `place_id`, `NPI`; not `parent_id`."""
    *before, last = [spelling(word) for word in _BETWEEN_WORDS.split(header)] or [""]
    is_id = bool(before) and last == "id" and not ids_of_rows(header) and not is_of_others(header)
    return is_id or spelling(header) in _REGISTERS


def is_id_of_place(header: str) -> bool:
    """Return whether a heading says that its ids are those of places on a map, each a customer's own: `Place ID`."""
    return spelling(header) in _IDS_OF_PLACES


def names_one(header: str) -> bool:
    """Return whether a heading says what stands below it once a row, a name or a code: `Customer`, `Dealer`."""
    word = spelling(header)
    return word in _CUSTOMERS or (word in _NAMES_BY_TRADE and not word.endswith("s"))


def is_id_of_customers(header: str) -> bool:
    """Return whether a heading says that its ids are the customers': `Client Code`, `account_id`."""
    words = {spelling(word) for word in _BETWEEN_WORDS.split(header)}
    return bool(words & _ID_WORDS) and not _WHOSE.isdisjoint(words)


def is_bare_number(header: str) -> bool:
    """Return whether a heading says number, and not of what: that of a house or a telephone as well as an id."""
    return spelling(header) in _BARE_NUMBERS


def ids_of_rows(header: str) -> str:
    """Return whose ids a heading names by its words: PEOPLE, THINGS, or "" where they may be the customer's."""
    word = spelling(header)
    bare = {_bare(header, _ID_WORDS | _BETWEEN), *(word.removesuffix(end) for end in _ID_WORDS)} - {word}
    is_named = word.endswith("name") and word.removesuffix("name") in _NAMES_OF_THINGS
    if bare & _ROWS_OF_THINGS or word in _CODES_OF_ROWS or is_named:
        return THINGS
    return PEOPLE if bare & _ROWS_OF_PEOPLE else ""


def names_company(header: str) -> bool:
    """Return whether a heading says that the names below it are those of companies."""
    return spell_heading(header) in _COMPANIES


def is_of_others(header: str) -> bool:
    """Return whether a heading says that its pages, addresses or numbers aren't the customer's own: `Logo URL`."""
    words = {*_BETWEEN_WORDS.split(header), *re.split(r"[\W_]+", header)}
    return not _OF_OTHERS.isdisjoint(map(spelling, words))


def person_beside(spelt: Sequence[str], name: int | None) -> int | None:
    """Return the column of a bare name that is the person's, since column *name* has the company's; or None."""
    if name is None or spelt[name] not in _COMPANIES:
        return None
    return next((at for at, word in enumerate(spelt) if word in _BARE_NAMES), None)


def first_name_beside(spelt: Sequence[str], last: int) -> list[int]:
    """Return the columns of a bare name that is the first one, since column *last* has the surname."""
    return [at for at, word in enumerate(spelt) if word in _BARE_NAMES] if spelt[last] in _SURNAMES else []


def is_bare_name(header: str) -> bool:
    """Return whether a heading says name, and not whose."""
    return spelling(header) in _BARE_NAMES


def may_be_no_status(header: str) -> bool:
    """Return whether a heading of statuses means other things, too: `Estado` a state, `Phase` that of a grant."""
    return not _NO_STATUSES.isdisjoint({spelling(header), *spell_headings([header])})


def says_active(header: str) -> bool:
    """Return whether a column of yes and no with that heading says who is an active customer."""
    return spelling(header) in _ACTIVE


def says_gone(header: str) -> bool:
    """Return whether a column of yes and no with that heading says who is no active customer any more: `Blocked`."""
    return spelling(header) in _GONE


def may_be_contact(header: str) -> bool:
    """Return whether a heading of owners is as often one of customers' own people: `Responsável`."""
    return spell_headings([header])[0] in _OWNERS_OR_CONTACTS


def is_of_company(header: str) -> bool:
    """Return whether a heading of people says that they are the company's: `Responsable de l'entreprise`."""
    return not _OF_COMPANIES.isdisjoint(map(spelling, _BETWEEN_WORDS.split(header)))


def speaks_of_phones(header: str) -> bool:
    """Return whether a word of a heading that nobody knows is one of numbers to call: `Festnetz-Telefon`."""
    return not _PHONES.isdisjoint(map(spelling, _BETWEEN_WORDS.split(header)))


def is_of_owners(header: str) -> bool:
    """Return whether a word of a heading says that its values are those of our own people: `correo_asesor`."""
    return not _OWNERS.isdisjoint(map(spelling, _BETWEEN_WORDS.split(header)))


def may_be_area(header: str) -> bool:
    """Return whether a heading of time zones means areas, too: `Zone`."""
    return spelling(header) in _AREAS


def is_job_in_words(header: str) -> bool:
    """Return whether a heading is that of a contact's job where words stand below it: `Poste`."""
    return spelling(header) in _JOBS_IN_WORDS


def may_be_proprietor(header: str) -> bool:
    """Return whether a heading of owners may mean those whom a shop or restaurant belongs to: `Owner`."""
    return spell_heading(header) in _PROPRIETORS


def is_head(header: str) -> bool:
    """Return whether a heading names whoever is at the head of a customer: `Principal Name`, `Co-Founder/CEO`."""
    return any(spelling(part) in _HEADS for part in (header, *header.split("/")))


def is_counter(header: str) -> bool:
    """Return whether a column with that heading, if any, may only number the rows: `#`, `S.No.`, `Unnamed: 0`."""
    return not spelling(header) or spelling(header) in _COUNTERS


def is_stamp(header: str) -> bool:
    """Return whether a column with that heading says when a program wrote its row: `last_checked`, `Scraped at`."""
    return spelling(header) in _STAMPS


KNOWN = frozenset[str]().union(*(spellings(rank) for ranks in HEADINGS.values() for rank in ranks))
"""Every heading we know, as `spelling` has it."""
_WHOSE, _BETWEEN = (spellings(COLUMNS[which]) for which in ("whose", "between"))
_BARE = {
    _bare(word, _BETWEEN): spelling(word)
    for ranks in HEADINGS.values() for word in "|".join(ranks).split("|")
    if spelling(word) not in spellings(COLUMNS["never_bare"])
}  # fmt: skip
"""The headings that a longer one may be read as, by what is left of it."""
_OF_TRADES = {
    spelling(word): spelling(word)
    for which in COLUMNS["of_trades"].split("|") for word in "|".join(HEADINGS[which]).split("|")
} | {word: word for word in spellings(COLUMNS["contacts_of_trades"])}  # fmt: skip
"""The headings that one beginning with a trade may be read as: `partner_website`."""
_CONTACTS, _OF_COMPANIES, _JOBS_IN_WORDS, _AREAS = (
    spellings(COLUMNS[which]) for which in ("contacts", "of_companies", "jobs_in_words", "areas")
)
_PHONES = frozenset(spelling(word) for word in "|".join(HEADINGS["contact_phone"]).split("|") if " " not in word)
_OWNERS = frozenset(spelling(word) for word in "|".join(HEADINGS["owner"]).split("|") if " " not in word)
_OF_CONTACTS = {
    word: f"contact{what}"
    for what in ("role", "email", "phone") for rank in HEADINGS[f"contact_{what}"] for word in spellings(rank)
} | {
    word: f"contact{which}name"
    for which in ("first", "last") for rank in HEADINGS[f"{which}_name"] for word in spellings(rank)
} | dict.fromkeys(spellings(COLUMNS["bare_names"]), "contactname")  # fmt: skip
"""The headings that one about the contact is read as, by what is left of it."""
_NAMES_IN_PARTS = spellings(COLUMNS["bare_names"]) - {"name"}
"""Words for a name that are also those for a first name or a surname."""
_UNITS = spellings(COLUMNS["units"])
_BRACKETS = re.compile(r"\(([^()]*)\)")
_AMOUNT = re.compile(r"[\d$€£¥%]")
AMERICAN = spellings(COLUMNS["american"])
"""Headings that only lists from the United States have."""
_NAMES_BY_TRADE = spellings(COLUMNS["names_by_trade"])
_CUSTOMERS = spellings(COLUMNS["customers"])
_IDS_BY_TRADE = spellings(COLUMNS["ids_by_trade"])
_PEOPLE_FIRST = re.compile(COLUMNS["names_of_others"])
_NAMES_OF_OTHERS = re.compile(rf"(?:{COLUMNS['names_of_others']})name$")
PEOPLE, THINGS = "people", "things"
"""What a list may have several rows of for one customer."""
_ROWS_OF_PEOPLE, _ROWS_OF_THINGS, _NAMES_OF_THINGS, _CODES_OF_ROWS, _ID_WORDS = (
    spellings(COLUMNS[which])
    for which in ("rows_of_people", "rows_of_things", "names_of_things", "codes_of_rows", "id_words")
)
_OF_OTHERS = spellings(COLUMNS["of_others"])
IDS_OF_PEOPLE = spellings(COLUMNS["ids_of_people"])
"""Headings of ids that are a person's where a list has people of companies."""
_COMPANIES, _BARE_NAMES, _BARE_NUMBERS, _SURNAMES = (
    spellings(COLUMNS[which]) for which in ("companies", "bare_names", "bare_numbers", "surnames")
)
_NO_STATUSES = spellings(COLUMNS["no_statuses"])
_ACTIVE, _GONE = spellings(COLUMNS["active"]), spellings(COLUMNS["gone"])
_OWNERS_OR_CONTACTS = spellings(COLUMNS["owners_or_contacts"])
_REGISTERS, _IDS_OF_PLACES = spellings(COLUMNS["registers"]), spellings(COLUMNS["ids_of_places"])
_COUNTERS, _STAMPS = spellings(COLUMNS["counters"]), spellings(COLUMNS["stamps"])
_PROPRIETORS, _HEADS = (spellings(COLUMNS[which]) for which in ("proprietors", "heads"))
NEVER_NAMES = spellings(COLUMNS["never_names"])
"""Headings of columns that hold no names."""
