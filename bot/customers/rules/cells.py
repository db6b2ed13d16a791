"""What people write into the cells of a list: money, dates, yes and no; nothing ambiguous is guessed."""

import re
import zoneinfo
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import TypeVar

from bot.core.schemas import Schema
from bot.customers.rules.domains import LONGEST_ADDRESS, own_domain, shared_host
from bot.customers.rules.due import LONGEST_CADENCE_DAYS, Status
from bot.customers.rules.names import WORDS, by_word, clean_text
from bot.customers.rules.phones import divide_numbers, is_hidden

_WORDS = WORDS["cells"]
NOTHING = frozenset(_WORDS["nothing"].split("|"))
"""Words for "nothing here", in any column."""
NO_VALUE = NOTHING | frozenset(_WORDS["no_value"].split("|"))
"""The same where a date, a number or a choice belongs; elsewhere these are names, shares and Namibia."""
LONGEST_TYPED = 200
"""Characters beyond which no date, number or code is looked for in a cell."""

_FORMS_OF_ADDRESS = frozenset(_WORDS["forms_of_address"].split("|"))
_YES, _NO = (frozenset(_WORDS[word].split("|")) for word in ("yes", "no"))
_STATUS_WORDS, _STATUS_PROPOSALS, _CADENCE_WORDS, _POWERS = (
    by_word(_WORDS[table]) for table in ("status", "status_proposals", "cadence", "powers")
)
_STATUS_OF = frozenset(["customer", "client", "account", "kunde", "cliente", "klant"])
"""Words that say whose status one is: "Inactive customer" is inactive."""
_SIGNS: Mapping[str, str] = _WORDS["currencies"]
_BEFORE_STATUS = re.compile(r"^[^\w(]*(?:\d{1,2}(?:[.):]| (?=[^\W\d]))\s*)?|[^\w)]+$")
"""A sign, such as a coloured circle, and a number for sorting."""
_SINCE = re.compile(rf"(?<=\S) (?:{_WORDS['since']}) \d[\d ./]*$")
_CADENCE = re.compile(r"(?:every\s+)?(\d{1,4})(?:\.0+)?\s*(?:days?|d)?")

_MONEY = re.compile(
    r"(?P<before>[^\d.,+\-(]*)(?P<minus>[-+(]?)\s*(?P<number>\d[\d.,'’ ]*?)\s*\)?\s*"
    r"(?P<after>(?:[^\d.,'’()][^\d,'’()]*)?)"
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{1,2}")
_LARGEST_MONEY = Decimal(10) ** 15
_CURRENCY = re.compile("[A-Z]{3}")

_RANGE = re.compile(r"(.*?\d.*?)\s*(?:[-–—]|\b(?:to|à|a|bis|until|till|hasta|até|tot|e|et|und|and)\b)\s*(\D{0,8}\d.*)")
_ABOUT = re.compile(rf"(?:{_WORDS['about']})?\s*(.*?)\s*\+?", re.IGNORECASE)
_UNIT_AFTER = re.compile(r"\d[\d.,'’ ]*(\D*)")
_COUNT = re.compile(rf"(\d[\d.,'’ ]*)\s*(k|tsd\.?|m)?\+?\s*(?:{_WORDS['people']})?\.?")
_LARGEST_COUNT = 2**31 - 1

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]{1,64}@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]")
_LONGEST_EMAIL = 254  # RFC 5321
_BETWEEN_EMAILS = re.compile(r"\s*(?::::|[;,|·•])\s*|\s+/\s+|(?<!<)\s+(?=[^\s<>]+@)")
_BEFORE_PHONE = re.compile(
    r":::|\b(?:phone|telephone|tel|telefon|teléfono|mobile|mobil|cell|handy|fax|work|home|office|main)\.?\s*:",
    re.IGNORECASE,
)


_Read = TypeVar("_Read")


class Unclear(ValueError):
    """A cell that can't be read; the message says how to write it."""


def is_blank(cell: str, *, words: frozenset[str] = NOTHING) -> bool:
    """Return whether a cell says nothing: empty, "NULL", "N/A", "-", "none"."""
    if len(cell) >= LONGEST_TYPED:
        return False
    word = cell.strip().casefold()
    return word in words or (word[:1] == "[" and word[-1:] == "]" and word[1:-1].strip() in words)


def is_flag(cell: str) -> bool:
    """Return whether a cell says yes or no in words; 1 and 0 may be numbers."""
    word = cell.strip().casefold()
    return word in _YES | _NO and not word.isdecimal()


def is_form_of_address(cell: str) -> bool:
    """Return whether a cell says how to address somebody: "Mrs.", "Herr"."""
    return cell.strip().casefold().replace(".", "") in _FORMS_OF_ADDRESS


def read_flag(cell: str) -> bool:
    """Read yes or no, in the words people use."""
    word = cell.strip().casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise Unclear("is neither yes nor no; write yes or no")


def flag_of(cell: str) -> bool | None:
    """Return whether a cell says yes, in words or as 1 and 0; None if it says neither yes nor no."""
    word = cell.strip().casefold()
    return word in _YES if word in _YES or word in _NO else None


def status_word(cell: str) -> str:
    """
    Return a status in the spelling in which words are compared: "On-Hold" is "on hold", "🟢 Active" and "active since
    2019" are "active".
    """
    word = " ".join(cell.casefold().replace("_", " ").replace("-", " ").split())
    return _BEFORE_STATUS.sub("", _SINCE.sub("", word)) or word


def read_status(cell: str) -> Status:
    """Return the status that a word stands for: "churned" is lost."""
    status = known_status(cell)
    if status is None:
        raise Unclear(f"is no status; write one of {', '.join(Status)}")
    return status


def known_status(cell: str) -> Status | None:
    """Return the status that a word plainly stands for, or None."""
    word = _STATUS_WORDS.get(status_word(cell))
    return Status(word) if word else None


def propose_status(cell: str) -> Status | None:
    """Return the status to propose for words that don't say it plainly, such as "operating", or None."""
    words = status_word(cell)
    bare = " ".join(word for word in words.split() if word not in _STATUS_OF)
    found = _STATUS_PROPOSALS.get(words) or _STATUS_PROPOSALS.get(bare) or _STATUS_WORDS.get(bare)
    return Status(found) if found else None


def read_cadence(cell: str) -> int:
    """Return the days between contacts: "30", "30 days", "monthly"."""
    word = " ".join(cell.casefold().split())
    found = _CADENCE.fullmatch(word)
    every = int(found[1] if found else _CADENCE_WORDS.get(word, 0))
    if not 1 <= every <= LONGEST_CADENCE_DAYS:
        raise Unclear(f"is no cadence; write the days between contacts, from 1 to {LONGEST_CADENCE_DAYS}")
    return every


def lower_bound(cell: str, read: Callable[[str], _Read]) -> tuple[_Read, bool]:
    """
    Return what *read* makes of a cell, and whether the cell is a range, of which the lower bound is read.

    "about", "over", "~" and "+" are left out. In "10-50M $" the unit belongs to both numbers.
    """
    text = " ".join(cell.split())
    text = found[1] if (found := _ABOUT.fullmatch(text)) else text
    found = _RANGE.fullmatch(text)
    if not found:
        return read(text), False
    low, high = found[1], found[2]
    if _unit(high).startswith(_unit(low)):
        low += _unit(high).removeprefix(_unit(low))
    return read(low.removesuffix("+")), True


def _unit(text: str) -> str:
    """Return the words behind a number."""
    found = _UNIT_AFTER.search(text)
    return found[1].strip() if found else ""


def read_money(cell: str) -> tuple[Decimal, str | None]:
    """Return an amount, and its currency where a sign or code says it: "€ 12k", "1.100,04", "1,100.04 USD"."""
    text = " ".join(cell.replace("\u202f", " ").split())
    if _SCIENTIFIC.fullmatch(text.casefold()):
        return _amount(Decimal(text), 0), None
    found = _MONEY.fullmatch(text)
    if not found:
        raise Unclear("is no amount of money; write it like 12500.50")
    if found["minus"] in {"-", "("}:
        raise Unclear("is below zero; write an amount of zero or more")
    power, currency = _units(f"{found['before']} {found['after']}")
    return _amount(_number(found["number"]), power), currency


def _amount(number: Decimal, power: int) -> Decimal:
    amount = number.scaleb(power)
    if amount >= _LARGEST_MONEY:
        raise Unclear("is more money than there is; write it like 12500.50")
    return amount.quantize(Decimal("0.01"))


def _units(words: str) -> tuple[int, str | None]:
    """Return the power of ten and the currency in the words around a number; a bare "$" names no country."""
    power, currency = 0, None
    for sign, code in _SIGNS.items():
        if sign in words.casefold():
            words, currency = re.sub(re.escape(sign), " ", words, flags=re.IGNORECASE), code
    for word in words.replace("$", " ").replace("¥", " ").replace(".", " ").split():
        if word.casefold() in _POWERS:
            power = int(_POWERS[word.casefold()])
        elif _CURRENCY.fullmatch(word.upper()):
            currency = word.upper()
        else:
            raise Unclear("is no amount of money; write it like 12500.50")
    return power, currency


def _number(digits: str) -> Decimal:
    """
    Return a number in any notation.

    Of two kinds of separators, the last is the decimal one. A kind that occurs twice divides thousands; so does a comma
    before exactly three digits. A dot before exactly three digits is ambiguous.
    """
    plain = re.sub(r"['’ ]", "", digits).rstrip(".,")
    dots, commas = plain.count("."), plain.count(",")
    if dots and commas:
        decimal = max(".,", key=plain.rfind)
    elif dots + commas == 1:
        decimal = _lone_separator(plain, "." if dots else ",")
    else:
        decimal = ""
    whole, _, fraction = plain.rpartition(decimal) if decimal else (plain, "", "")
    if not _in_thousands(whole):
        raise Unclear("is no number; write it like 12500.50")
    return Decimal(re.sub("[.,]", "", whole) + "." + (fraction or "0"))


def _lone_separator(plain: str, separator: str) -> str:
    before, _, after = plain.partition(separator)
    parts_thousands = len(after) == 3 and 1 <= len(before) <= 3 and before != "0"  # noqa: PLR2004  # 1,000
    if parts_thousands and separator == ".":
        raise Unclear(
            f"could be {before}{after} or {before}.{after.rstrip('0') or '0'}; write it without dot or with 2 decimals"
        )
    return "" if parts_thousands else separator


def _in_thousands(whole: str) -> bool:
    """Return whether separators divide groups of three digits (or, as in India, of two before the last three)."""
    return whole.isdecimal() or (bool(re.fullmatch(r"\d{1,3}([.,])\d{2,3}(?:\1\d{2,3})*", whole)) and whole[-4] in ".,")


def read_currency(cell: str) -> str:
    """Return a currency's code of three letters, or the one that a sign stands for."""
    code = _SIGNS.get(cell.strip().casefold(), cell.strip().upper())
    if not _CURRENCY.fullmatch(code):
        raise Unclear("is no currency; write its code of three letters, such as EUR")
    return code


def read_headcount(cell: str) -> int:
    """Return the number of people who work there: "250", "1.185 employees", "5k"."""
    found = _COUNT.fullmatch(" ".join(cell.casefold().split()))
    if not found:
        raise Unclear("is no number of people; write it like 250")
    digits = found[1].strip().rstrip(".,")
    try:
        count = _number(digits)
    except Unclear:
        count = Decimal(re.sub(r"\D", "", digits))  # people come in whole numbers, so "1.185" parts thousands
    count = count.scaleb(int(_POWERS[found[2].rstrip(".")]) if found[2] else 0)
    if count != int(count) or count > _LARGEST_COUNT:
        raise Unclear("is no number of people; write it like 250")
    return int(count)


def read_email(cell: str) -> str:
    """Return the first e-mail address in a cell, without "mailto:" and a name around it."""
    text = clean_text(cell, 400)
    if text.startswith("["):  # a list as programs print it: ['ida@vest.com', 'office@vest.com']
        text = re.sub(r"[\[\]\"']", "", text)
    if len(parts := _BETWEEN_EMAILS.split(text)) > 1 and (first := next((part for part in parts if "@" in part), "")):
        return read_email(first)
    inside = re.fullmatch(r"[^<>]*<([^<>]+)>", text)
    address = (inside[1] if inside else text.strip("<>,;")).strip().removeprefix("mailto:")
    if len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address) or "www." in address.rpartition("@")[2]:
        raise Unclear("is no e-mail address; write it like mara@acme.com")
    return address


def read_phone(cell: str) -> str:
    """Return the numbers in a cell; the first of several that stand behind what they are: "Tel:555 0142 Mobile:555"."""
    parts = [part for part in map(str.strip, _BEFORE_PHONE.split(cell)) if any(map(str.isalnum, part))]
    if parts and (not any(map(str.isdigit, cell)) or is_hidden(parts[0])):
        raise Unclear("is no phone number; write it like +1 617 555 0142")
    return divide_numbers(re.sub(r"^(\d{6,})\.0$", r"\1", parts[0])) if parts else ""  # as spreadsheets write it


def read_domain(cell: str, name: str = "") -> str:
    """Return the registrable domain in an address, if it is the own one of a customer called *name*."""
    address = clean_text(cell, LONGEST_ADDRESS)
    if domain := own_domain(address, name):
        return domain
    if shared_host(address):
        raise Unclear("is on a host that many companies share, and no domain of the customer's own, such as acme.com")
    raise Unclear("is no domain of the customer's own, such as acme.com")


def split_words(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds several, divided by ";" or "|", each once, in their order."""
    parts = (part.strip() for part in re.split(r"[;|]", cell))
    return tuple(dict.fromkeys(part for part in parts if not is_blank(part)))


def split_tags(cell: str) -> tuple[str, ...]:
    """Return the tags in a cell, divided by ";" or "|", by ":::" as Google does, else by ","."""
    text = cell.replace(":::", ";").strip()
    if text.startswith("[") and text.endswith("]"):  # a list as programs print it: ['SaaS', 'B2B']
        text = re.sub("[\"']", "", text[1:-1])
    parts = split_words(text if re.search("[;|]", text) else text.replace(",", ";"))
    return tuple(part.removeprefix("* ").strip('"') for part in parts)


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones() if not name.startswith(("posix", "right"))}


@lru_cache(1024)
def read_zone(cell: str) -> str:
    """Return an IANA zone: "europe/lisbon", "(GMT+01:00) Central European Time (Europe/Berlin)"."""
    text = cell.strip().casefold().replace("_slash_", "/")
    for candidate in (text, text.replace(" ", "_"), *re.findall(r"[a-z_]+/[a-z_/+\-0-9]+", text)):
        if candidate in _zones():
            return _zones()[candidate]
    raise Unclear("is no time zone; write it like Europe/Lisbon")


def plain_key(key: str) -> str:
    """Return an id without the apostrophe and the decimal zero that spreadsheets and programs put to a number."""
    key = key.removeprefix("'")
    return key.removesuffix(".0") if re.fullmatch(r"\d+\.0", key) else key


def looks_shortened(key: str) -> bool:
    """Return whether an id is a number that a spreadsheet wrote as 1.23E+11, so that several ids became one."""
    return bool(re.fullmatch(r"\d[.,]\d+E\+\d+", key, re.IGNORECASE))


MOST_CONTACTS = 50
DO_NOT_CONTACT = "do not contact"
_STOP_WORDS = frozenset(_WORDS["do_not_contact"].split("|"))
_PHONE_CHARACTERS = frozenset("+0123456789()/-. ")
_FEWEST_DIGITS = 3


class ContactDetails(Schema):
    """A person at a customer, as somebody wrote them down."""

    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    do_not_contact: bool = False


class UnclearContact(ValueError):
    """A line that names nobody, or an address that is none; the message says how to write it."""


def read_contacts(text: str) -> tuple[ContactDetails, ...]:
    """
    Return the contacts in *text*: "Jo Ito; buyer; jo@acme.com; +351 21 000; do not contact". Only the name is required;
    the other parts are told apart by how they look.

    Raises:
        UnclearContact: a line can't be read, or there are more than 50.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CONTACTS:
        raise UnclearContact(f"At most {MOST_CONTACTS} contacts fit; leave some out.")
    return tuple(_read_line(line) for line in lines)


def write_contact(contact: ContactDetails) -> str:
    """Return the line that `read_contacts` reads back."""
    stop = DO_NOT_CONTACT if contact.do_not_contact else None
    parts = (contact.name, contact.role, contact.email, contact.phone, stop)
    return "; ".join(part.replace(";", ",") for part in parts if part).strip()


def _read_line(line: str) -> ContactDetails:
    name, *parts = (clean_text(part, 200) for part in line.split(";"))
    if not name:
        raise UnclearContact("Each line begins with a name: Jo Ito; buyer; jo@acme.com; +351 21 000.")
    stop = any(part.casefold() in _STOP_WORDS for part in parts)
    found: dict[str, str] = {}
    for part in parts:
        if part and part.casefold() not in _STOP_WORDS:
            kind, value = _kind_of(name, part)
            if kind in found:
                raise UnclearContact(f"{name} has two entries for the {kind}: “{found[kind]}” and “{value}”; keep one.")
            found[kind] = value
    return ContactDetails(name=name, do_not_contact=stop, **found)


def _kind_of(name: str, part: str) -> tuple[str, str]:
    if "@" in part:
        try:
            return "email", read_email(part)
        except Unclear as unclear:
            raise UnclearContact(f"{name}: “{part}” {unclear}.") from None
    if set(part) <= _PHONE_CHARACTERS and sum(char.isdigit() for char in part) >= _FEWEST_DIGITS:
        return "phone", clean_text(part, 60)
    return "role", clean_text(part, 120)
