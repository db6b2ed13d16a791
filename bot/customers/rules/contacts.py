"""Contacts as people write them into a form: one a line, parts divided by semicolons."""

from dataclasses import dataclass

from bot.customers.rules.cells import Unclear, read_email
from bot.customers.rules.names import clean_text

MOST_CONTACTS = 50
DO_NOT_CONTACT = "do not contact"
_STOP_WORDS = frozenset({DO_NOT_CONTACT, "don't contact", "don’t contact", "dnc", "do not call", "don't call"})
_PHONE_CHARACTERS = frozenset("+0123456789()/-. ")
_FEWEST_DIGITS = 3


@dataclass(frozen=True)
class ContactLine:
    """One line's parts."""

    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    do_not_contact: bool = False


class UnclearContact(ValueError):
    """A line that names nobody, or an address that is none; the message says how to write it."""


def read_contacts(text: str) -> tuple[ContactLine, ...]:
    """
    The contacts in *text*: "Jo Ito; buyer; jo@acme.com; +351 21 000; do not contact". Only the name has to be there;
    the other parts are told apart by how they look.

    Raises:
        UnclearContact: a line can't be read, or there are more than 50.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CONTACTS:
        raise UnclearContact(f"At most {MOST_CONTACTS} contacts fit; leave some out.")
    return tuple(_read_line(line) for line in lines)


def write_contact(contact: ContactLine) -> str:
    """The line that `read_contacts` reads back."""
    stop = DO_NOT_CONTACT if contact.do_not_contact else None
    parts = (contact.name, contact.role, contact.email, contact.phone, stop)
    return "; ".join(part.replace(";", ",") for part in parts if part)


def _read_line(line: str) -> ContactLine:
    name, *parts = (clean_text(part, 200) for part in line.split(";"))
    if not name:
        raise UnclearContact("Each line begins with a name: Jo Ito; buyer; jo@acme.com; +351 21 000.")
    found: dict[str, str] = {}
    stop = False
    for part in filter(None, parts):
        if part.casefold() in _STOP_WORDS:
            stop = True
        else:
            kind, value = _kind_of(name, part)
            if kind in found:
                raise UnclearContact(f"{name} has two entries for the {kind}: “{found[kind]}” and “{value}”; keep one.")
            found[kind] = value
    return ContactLine(name, found.get("role"), found.get("email"), found.get("phone"), stop)


def _kind_of(name: str, part: str) -> tuple[str, str]:
    if "@" in part:
        try:
            return "email", read_email(part)
        except Unclear as unclear:
            raise UnclearContact(f"{name}: “{part}” {unclear}.") from None
    if set(part) <= _PHONE_CHARACTERS and sum(char.isdigit() for char in part) >= _FEWEST_DIGITS:
        return "phone", clean_text(part, 60)
    return "role", clean_text(part, 120)
