"""Reads a list of what was sold: a CSV file whose rows are sales."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from bot.campaigns.rules import SALES_LIMIT
from bot.campaigns.rules import sales as rules
from bot.campaigns.rules.sales import Column, SaleDraft
from bot.campaigns.schemas import SalesRead
from bot.core.collecting import without_collecting
from bot.customers.gateways.tables import Row, Table, UnreadableFile, read_table, rows_above_footers
from bot.customers.rules.cells import Unclear, is_blank, read_currency, read_money
from bot.customers.rules.columns import ColumnMap
from bot.customers.rules.dates import DateColumn, read_moment
from bot.customers.rules.domains import own_domain
from bot.customers.rules.names import clean_text
from bot.customers.rules.rows import LONGEST_ID, LONGEST_NAME, LONGEST_SHOWN, Refusal, refuse

Read = TypeVar("Read")


@without_collecting()
def read_sales(data: bytes, *, name: str, today: date) -> SalesRead:
    """
    Return the sales in the file called *name*; rows that can't be read are returned as refusals.

    Raises:
        UnreadableFile: the bytes are no readable table, or have more than 10,000 rows; the message says what to do.
    """
    table = read_table(data, name=name, count_known=lambda cells: len(rules.map_columns(cells).columns))
    mapping = rules.map_columns(table.headers)
    if mapping.problem:
        return SalesRead(file_name=name, problem=mapping.problem)
    dates = _look_at_dates(table, mapping, today)
    if dates.two_ways and len(dates.orders) != 1:
        return SalesRead(file_name=name, problem=_ask_for_plain_dates(mapping.heading(Column.SOLD_ON), dates))
    day_first = next(iter(dates.orders), None)
    sales, refusals, without_amount = [], list[Refusal](), 0
    for count, row in enumerate(rows_above_footers(table), start=1):
        if count > rules.MOST_ROWS:
            raise UnreadableFile(f"{name} holds more than {rules.MOST_ROWS:,} rows: split it into smaller files.")
        reader = _RowReader(row, mapping, today, day_first)
        sale = reader.read()
        sales += [sale] if sale else []
        refusals += reader.refusals
        without_amount += sale is None and not reader.refusals
    return SalesRead(
        file_name=name, columns={column: mapping.headers[at] for column, at in mapping.columns.items()},
        unmapped=mapping.unmapped, sales=tuple(sales), without_amount=without_amount, refusals=tuple(refusals),
        remarks=table.remarks,
    )  # fmt: skip


def _look_at_dates(table: Table, mapping: ColumnMap[Column], today: date) -> DateColumn:
    """Return what the cells of the column of dates say together."""
    at, dates = mapping.columns.get(Column.SOLD_ON), DateColumn(today)
    for row in table.rows() if at is not None else ():
        if at is not None and at < len(row.cells):
            dates.add(row.cells[at])
    return dates


def _ask_for_plain_dates(heading: str, dates: DateColumn) -> str:
    """Return the sentence about a column of which no date, or dates in both orders, tell where the day stands."""
    by_day, by_month = (f"{day.day} {day:%B %Y}" for day in dates.readings)
    return (
        f"Dates under “{clean_text(heading, LONGEST_SHOWN)}” can be read two ways, since {dates.example} is {by_day} or"
        f" {by_month}: write them like {dates.readings[0].isoformat()}, and send the list again."
    )


class _RowReader:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, row: Row, mapping: ColumnMap[Column], today: date, day_first: bool | None) -> None:
        self.refusals: list[Refusal] = []
        self._row, self._mapping, self._today, self._day_first = row, mapping, today, day_first

    def read(self) -> SaleDraft | None:
        """Return the sale, None if the row is refused or says no amount."""
        trouble = self._row.problem or self._mapping.surplus(self._row.cells)
        if trouble:
            self.refusals.append(refuse(self._row.number, trouble))
            return None
        money = self._typed(Column.AMOUNT, self._money)
        if money is None:
            return None
        who = self._cell(Column.ID)[:LONGEST_ID], self._cell(Column.CUSTOMER)[:LONGEST_NAME]
        domain = own_domain(self._cell(Column.DOMAIN), who[1])
        if not (any(who) or domain):
            self.refusals.append(refuse(self._row.number, "The row says of no customer: write its name, domain or id."))
        sold_on = self._typed(Column.SOLD_ON, self._day)
        reference = clean_text(self._cell(Column.REFERENCE), rules.REFERENCE)
        return None if self.refusals else SaleDraft(self._row.number, *who, domain, *money, sold_on, reference)

    def _money(self, cell: str) -> tuple[Decimal, str] | None:
        """Return the amount in a cell with its currency; None for zero, or where the currency is refused."""
        amount, said = read_money(cell)
        named = self._typed(Column.CURRENCY, read_currency)
        if not amount or self.refusals:
            return None
        if amount >= SALES_LIMIT:
            raise Unclear("is more than one sale brings in; write it like 12500.50")
        if said and named and said != named:
            raise Unclear(f"is in another currency than the row says, {named}")
        if not (named or said):
            raise Unclear("has no currency: add a column Currency, with codes such as EUR")
        return amount, str(named or said)

    def _day(self, cell: str) -> date:
        moment = read_moment(cell, today=self._today, day_first=self._day_first)
        return moment.date() if isinstance(moment, datetime) else moment

    def _typed(self, column: Column, read: Callable[[str], Read]) -> Read | None:
        """Return what *read* makes of a cell; None if it is blank or refused."""
        cell = self._cell(column)
        if not cell:
            return None
        try:
            return read(cell)
        except Unclear as unclear:
            shown = clean_text(cell, LONGEST_SHOWN)
            heading = self._mapping.heading(column)
            self.refusals.append(Refusal(self._row.number, heading, f"“{shown}” {unclear}.", shown))
            return None

    def _cell(self, column: Column) -> str:
        cell = self._mapping.cell(self._row.cells, column)
        return "" if is_blank(cell) else clean_text(cell, LONGEST_NAME)
