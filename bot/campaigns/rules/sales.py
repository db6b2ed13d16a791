"""Lists of what was sold: which column is what, and what tells one sale from another."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from bot.customers.rules.columns import ColumnMap, find_columns
from bot.customers.rules.headers import quoted

MOST_ROWS = 10_000
REFERENCE = 120  # characters
MARK = 40  # hexadecimal digits


class Column(StrEnum):
    """The columns of a list of sales."""

    ID = "id"
    CUSTOMER = "customer"
    DOMAIN = "domain"
    AMOUNT = "amount"
    CURRENCY = "currency"
    SOLD_ON = "day"
    REFERENCE = "reference"


WHO = (Column.ID, Column.CUSTOMER, Column.DOMAIN)
_SYNONYMS: Mapping[Column, str] = {  # the first that a list has is read
    Column.ID: (
        "customer id|external id|account id|company id|client id|customer number|account number|kundennummer|kunden id"
        "|id"
    ),
    Column.CUSTOMER: (
        "customer|customer name|company|company name|account|account name|client|client name|organisation|organization"
        "|name|kunde|kundenname|firma|client nom|societe|empresa|cliente"
    ),
    Column.DOMAIN: "domain|website|web site|url|web",
    Column.AMOUNT: (
        "amount|sold|sale|sales|sales amount|order amount|order value|deal value|deal amount|net amount|net|revenue"
        "|value|total|price|betrag|umsatz|summe|montant|importe|valor"
    ),
    Column.CURRENCY: "currency|currency code|waehrung|währung|devise|moneda|moeda",
    Column.SOLD_ON: (
        "sold on|day|date|sale date|order date|invoice date|close date|closed on|closed|closing date|datum|fecha|data"
    ),
    Column.REFERENCE: (
        "reference|order|order id|order number|invoice|invoice id|invoice number|deal|deal id|opportunity id|number"
        "|referenz|rechnung|rechnungsnummer|facture|factura"
    ),
}


class SaleDraft(NamedTuple):
    """A sale as a row tells it: to whom, how much, and, where the list has it, when and under which *reference*."""

    row_number: int
    external_id: str
    name: str
    domain: str | None
    amount: Decimal
    currency: str
    sold_on: date | None = None
    reference: str = ""

    @property
    def called(self) -> str:
        """Whom the row is about, in its own words."""
        return self.name or self.domain or self.external_id


def map_columns(headers: Sequence[str]) -> ColumnMap[Column]:
    """Find the columns among a list's headings."""
    columns = find_columns(headers, _SYNONYMS)
    return ColumnMap(tuple(headers), columns, _problem(headers, columns))


def mark_sales(sales: Iterable[tuple[UUID, SaleDraft]]) -> list[str]:
    """
    Return the mark of each sale to a customer: the same in the same list, and in another list that has the sale, too.

    Sales that are told in the same words are told apart by their number among these.
    """
    told: dict[str, int] = {}
    marks = []
    for customer_id, one in sales:
        said = f"{customer_id} {one.amount} {one.currency} {one.sold_on or ''} {one.reference.casefold()}"
        told[said] = told.get(said, 0) + 1
        marks.append(sha256(f"{said} {told[said]}".encode()).hexdigest()[:MARK])
    return marks


def _problem(headers: Sequence[str], columns: Mapping[Column, int]) -> str:
    if not any(column in columns for column in WHO):
        missing, call = "says who bought", "Customer, Domain or Customer id"
    elif Column.AMOUNT not in columns:
        missing, call = "holds amounts", "Amount"
    else:
        return ""
    named = quoted(headers)
    among = f" among {named}" if named else ""
    return f"No column {missing}{among}: call one of them {call}, and send the list again."
