"""What cells are by what they hold, where no heading says so."""

import itertools
import re
from collections import Counter
from collections.abc import Container, Sequence

from bot.customers.rules.cells import is_blank
from bot.customers.rules.domains import own_domain, registrable_domain
from bot.customers.rules.headers import Field, HeaderMap
from bot.customers.rules.names import LEGAL_FORMS, name_key

FEWEST_ALIKE = 0.7
"""The share of a column's cells that tells what the column holds."""
FEWEST_OF_ONE_HOST, MOST_OF_ONE_HOST = 5, 0.6
"""Addresses on one host, and their share, from which they are those of a directory rather than the customers'."""
FEWEST_OWN = 3
"""Customers from which a column tells by its values that they are the customers' own."""
_IS_DATA = re.compile(
    r"\S@\S+\.\w|://|^www\.|^[\w-]+\.(?:com|net|org|io|co|de|fr|es|it|nl|pt|dk|se|uk|eu|ch|at|be)\b|"
    r"^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}|^-?\d+[.,]\d+$|^\d{4} ?[A-Z]{2}\s+\w|^\d{5} +[A-Z]",
    re.IGNORECASE,
)
"""What stands in rows and not in headings: addresses, dates, decimals, and a postal code before a place."""
_BY_VALUES = {
    Field.CONTACT_EMAIL: re.compile(r"\S+@\S+\.\w+"),
    Field.DOMAIN: re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:/\S*)?"),
    Field.CONTACT_PHONE: re.compile(r"(?:\+|00?|\()[\d ()/.-]{7,20}"),
}
"""What the cells of a column look like, by the field it is read as."""
_PLAIN_PHONE = re.compile(r"(?!\+\d+\.\d+$)(?:\+\d|\(\d{2,5}\) ?\d)[\d ()/.-]{5,18}")
"""A number to call beyond doubt: no date, id or coordinate looks like it."""
_SHAPED_PHONE = re.compile(
    r"0[1-9](?:([ .-])\d\d)(?:\1\d\d){3}|0\d\d \d{3} \d\d \d\d|(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}|"
    r"[1-9]\d 9?\d{4}-\d{4}"
)
"""A national number in the grouping of one country: France, Switzerland, the United States, Brazil."""
_NUMBER_IN_AREA = re.compile(r"(?=(?:\D*\d){8,12}$)(0[1-9]\d{0,4})(?: |/|-| - | / )\d[\d -]*\d")
"""A national number behind its area code; numbers of other things look like it, unless area codes differ in length."""
_CALLED_PHONE = re.compile(r"(?=(?:\D*\d){6,15}\D*$)[+(]?\d[\d ()/.-]*")
"""What is a number to call under a heading that speaks of phones."""
_NO_PHONE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}(?:\d\d)?|\d{5}-\d{3}|\d+[.,]\d+")
"""A date, a Brazilian postal code, a decimal."""
FEWEST_AREAS = 2
_PERSON = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’-])*(?: [^\W\d_](?:[^\W\d_]|[.'’-])*){1,3}")
"""Two to four words of letters."""
_EMAIL_INSIDE = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE_BEHIND = re.compile(r"(?:\+|\(|\b)\d[\d ()/.-]{5,18}\d$")
_AROUND = " -–—,;:/|()<>[]"


def is_row(cells: Sequence[str]) -> bool:
    """Return whether a line without a known heading is a row: headings hold no data, and no two are the same."""
    filled = [cell.strip().casefold() for cell in cells if cell.strip()]
    if any(map(_IS_DATA.search, cells)) or len({*filled}) < len(filled):
        return True
    return any(len(words := cell.replace(".", "").split()) > 1 and words[-1] in LEGAL_FORMS for cell in filled)


def filled_cells(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """Return the cells of the column *at* that hold something."""
    return [cells[at] for cells in rows if at < len(cells) and not is_blank(cells[at])]


def filled_beside(rows: Sequence[Sequence[str]], at: int, name: int) -> tuple[list[str], list[str]]:
    """Return the cells of the column *at* that hold something, and those of the column *name* in the same rows."""
    filled = [cells for cells in rows if at < len(cells) and not is_blank(cells[at])]
    return [cells[at] for cells in filled], ["".join(cells[name : name + 1]) for cells in filled]


def without_columns(cells: Sequence[str], columns: Container[int]) -> list[str]:
    """Return a row's cells without those of some *columns*."""
    return [cell for at, cell in enumerate(cells) if at not in columns]


def are_people(people: Sequence[str], companies: Sequence[str]) -> bool:
    """Return whether most of *people* are names of persons, and none of the *companies* in the same rows."""
    found = sum(
        bool(_PERSON.fullmatch(person.strip())) and LEGAL_FORMS.isdisjoint(key.split()) and key != name_key(company)
        for person, company in zip(people, companies, strict=True)
        for key in [name_key(person)]
    )
    return bool(people) and found >= FEWEST_ALIKE * len(people)


def tell_field(cells: Sequence[str]) -> Field | None:
    """Return the field that a column without a heading holds by its filled *cells*, if they tell."""
    for field, looks in _BY_VALUES.items():
        if sum(bool(looks.fullmatch(cell.strip())) for cell in cells) > FEWEST_ALIKE * len(cells):
            return field
    return None


def own_values(
    field: Field, cells: Sequence[str], names: Sequence[str] = (), *, is_called_so: bool = False
) -> set[str]:
    """
    Return the different domains, e-mail addresses or numbers to call, by *field*, in a column's filled *cells*.

    None where too few of the cells hold one, or too few of the customers, whose *names* the same rows have, one of
    their own. Without names, each row is a customer's. Where the heading speaks of phones (*is_called_so*), any numbers
    are those to call.
    """
    stripped = [cell.strip() for cell in cells]
    looks = _looks_of_phones(stripped, is_called_so) if field is Field.CONTACT_PHONE else (_BY_VALUES[field],)
    rows = itertools.zip_longest(stripped, names, fillvalue="")
    found = [(cell.lower(), name) for cell, name in rows if any(look.fullmatch(cell) for look in looks)]
    if field is Field.CONTACT_PHONE:
        found = [(cell, name) for cell, name in found if not _NO_PHONE.fullmatch(cell)]
    own = [own_domain(cell, name) if field is Field.DOMAIN else cell for cell, name in found]
    different = {*filter(None, own)}
    customers = len({*names}) or len(cells)
    is_told = sum(map(bool, own)) >= FEWEST_ALIKE * len(cells)
    return different if is_told and len(different) >= max(FEWEST_OWN, FEWEST_ALIKE * customers) else set()


def _looks_of_phones(cells: Sequence[str], is_called_so: bool) -> tuple[re.Pattern[str], ...]:
    """Return what numbers to call look like in a column of *cells*."""
    if is_called_so:
        return (_CALLED_PHONE,)
    areas = {found[1] for cell in cells if not _NO_PHONE.fullmatch(cell) and (found := _NUMBER_IN_AREA.fullmatch(cell))}
    is_told = len(set(map(len, areas))) >= FEWEST_AREAS
    return (_PLAIN_PHONE, _SHAPED_PHONE, *((_NUMBER_IN_AREA,) if is_told else ()))


def are_phones(cells: Sequence[str], *, is_called_so: bool) -> bool:
    """Return whether all of a column's filled *cells* are numbers to call, any if its heading says so."""
    looks = (_CALLED_PHONE,) if is_called_so else (_PLAIN_PHONE, _SHAPED_PHONE)
    stripped = [cell.strip() for cell in cells]
    return bool(cells) and all(
        not _NO_PHONE.fullmatch(cell) and any(look.fullmatch(cell) for look in looks) for cell in stripped
    )


def host_of_most(cells: Sequence[str], names: Sequence[str]) -> tuple[str, int]:
    """
    Return the domain that most of a column's addresses are on, though the rows' *names* differ, and how many are.

    It is that of a directory, or of the company whose branches they are; ("", 0) if there is none.
    """
    domains = [registrable_domain(cell) for cell in cells]
    host, count = Counter(filter(None, domains)).most_common(1)[0] if any(domains) else (None, 0)
    named = {name_key(name) for domain, name in zip(domains, names, strict=True) if domain == host}
    is_most = count >= FEWEST_OF_ONE_HOST and count > MOST_OF_ONE_HOST * len(cells)
    return (host, count) if host and is_most and len(named) > MOST_OF_ONE_HOST * count else ("", 0)


def part_contact(cell: str) -> tuple[str, str, str]:
    """Return the name, e-mail address and number in a cell: "Ida Berg - ida@vest.com"; "" for what isn't there."""
    if not any(sign in cell for sign in "@0123456789"):
        return cell, "", ""
    email = found[0] if (found := _EMAIL_INSIDE.search(cell)) else ""
    rest = (cell.replace(email, "") if email else cell).strip(_AROUND)
    phone = found[0] if (found := _PHONE_BEHIND.search(rest)) else ""
    phone = phone if ")" in phone else phone.lstrip("(")
    return rest.removesuffix(phone).strip(_AROUND) if email or phone else cell, email, phone


def rejoin(cells: Sequence[str], width: int) -> tuple[list[str], str] | None:
    """
    Return the cells of a row that has more than *width* because text with a comma stood without quotation marks, and
    the first text that was put together again; None unless the parts can be told by the space behind the comma.
    """
    joined: list[str] = []
    whole = ""
    for cell in cells:
        if joined and cell[:1] == " " and cell[1:2].strip() and joined[-1].strip():
            joined[-1] += f",{cell}"
            whole = whole or joined[-1]
        else:
            joined.append(cell)
    return (joined, whole) if len(joined) == width else None


def join_last(cells: Sequence[str], mapping: HeaderMap) -> tuple[list[str], str] | None:
    """
    Return the cells of a row with text with commas in its last column, and that text.

    None unless the last column that is read is another one, and has a website, an address or a number to call in this
    row: then what stands before it is in its place, and nobody reads what stands behind it.
    """
    width = len(mapping.headers)
    last = max((*mapping.columns.values(), *mapping.person, *itertools.chain(*mapping.spares.values())), default=width)
    field = next((field for field, at in mapping.columns.items() if at == last), None)
    looks = _PLAIN_PHONE if field is Field.CONTACT_PHONE else _BY_VALUES.get(field) if field else None
    if last >= width - 1 or looks is None or not looks.fullmatch(cells[last].strip()):
        return None
    whole = ",".join(cells[width - 1 :])
    return [*cells[: width - 1], whole], whole
