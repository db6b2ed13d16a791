"""Parses a list of mentions: a CSV file whose rows are items."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.collecting import without_collecting
from bot.customers.gateways.tables import Row, Table, UnreadableFile, read_table
from bot.customers.rules.cells import NO_VALUE, NOTHING, Unclear, is_blank
from bot.customers.rules.columns import ColumnMap
from bot.customers.rules.rows import Refusal, refuse
from bot.mentions.gateways.items import guess, make_item
from bot.mentions.rules import lists as rules
from bot.mentions.rules.texts import canonical
from bot.mentions.schemas.items import FeedItem
from bot.mentions.schemas.mentions import ListRead
from bot.people.rules.days import day_order

_TYPED = frozenset({rules.Column.ADDRESS, rules.Column.WRITTEN, rules.Column.RATING})


@without_collecting()
def read_list(data: bytes, *, name: str, now: datetime) -> ListRead:
    """
    Return the items of the file called *name*; rows that can't be imported are returned as refusals.

    Raises:
        UnreadableFile: the bytes are no readable table, or have more than 3,000 rows; the message says what to do.
    """
    table = read_table(data, name=name, count_known=lambda cells: len(rules.map_columns(cells).columns))
    mapping = rules.map_columns(table.headers)
    if mapping.problem:
        return ListRead(file_name=name, unmapped=mapping.unmapped, problem=mapping.problem)
    written = mapping.columns.get(rules.Column.WRITTEN)
    day_first = date_order(table, [] if written is None else [written])
    items, refusals = [], []
    for count, row in enumerate(table.rows(), start=1):
        if count > rules.MOST_ROWS:
            raise UnreadableFile(f"{name} holds more than {rules.MOST_ROWS:,} rows: split it into smaller files.")
        reader = _RowReader(row, mapping, now, day_first)
        item = reader.read()
        if item is not None:
            items.append(item)
        refusals += reader.refusals
    return ListRead(
        file_name=name, columns={column: mapping.headers[at] for column, at in mapping.columns.items()},
        unmapped=mapping.unmapped, items=tuple(_told_apart(items)), refusals=tuple(refusals), remarks=table.remarks,
    )  # fmt: skip


class _RowReader:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, row: Row, mapping: ColumnMap[rules.Column], now: datetime, day_first: bool | None) -> None:
        self.refusals: list[Refusal] = []
        self._row, self._mapping, self._now, self._day_first = row, mapping, now, day_first

    def read(self) -> FeedItem | None:
        """Return the item of the row, None if it is refused."""
        trouble = self._row.problem or self._mapping.surplus(self._row.cells)
        if trouble:
            self.refusals.append(refuse(self._row.number, trouble))
            return None
        link, rating, at = (
            self._typed(column) for column in (rules.Column.ADDRESS, rules.Column.RATING, rules.Column.WRITTEN)
        )
        made = make_item(
            address=str(link or ""), title=guess(self._cell(rules.Column.TITLE)),
            words=guess(self._cell(rules.Column.WORDS)), author=self._cell(rules.Column.AUTHOR),
            place=self._cell(rules.Column.PLACE), at=at if isinstance(at, datetime) else None,
            rating=rating if isinstance(rating, float) else None, language=self._cell(rules.Column.LANGUAGE),
        )  # fmt: skip
        if not (made.words or made.title or made.address or self.refusals):
            sentence = "The row says nothing: write what was written, its title or its link."
            self.refusals.append(refuse(self._row.number, sentence))
        return None if self.refusals else made

    def _cell(self, column: rules.Column) -> str:
        cell = self._mapping.cell(self._row.cells, column)
        return "" if is_blank(cell, words=NO_VALUE if column in _TYPED else NOTHING) else cell

    def _typed(self, column: rules.Column) -> str | float | datetime | None:
        """Return the link, rating or date in a cell; None if it is blank or refused."""
        cell = self._cell(column)
        if not cell:
            return None
        try:
            if column is rules.Column.ADDRESS:
                return rules.read_link(cell)
            if column is rules.Column.RATING:
                return rules.read_rating(cell)
            return rules.read_written(cell, now=self._now, day_first=self._day_first)
        except Unclear as unclear:
            reason, shown = f"{rules.quoted(cell)} {unclear}.", rules.quoted(cell).strip("“”")
            self.refusals.append(Refusal(self._row.number, self._mapping.heading(column), reason, shown))
            return None


def _told_apart(items: Sequence[FeedItem]) -> list[FeedItem]:
    """
    Give items that share an address or have none an id of their own.

    Reviews often share the address of one page, and people write the same few words: author, place and time count too.
    """
    shared = _shared(items)
    return [_marked(item, is_shared=_place(item) in shared) for item in items]


def _shared(items: Iterable[FeedItem]) -> set[str]:
    """Return the addresses under which rows have different texts."""
    first: dict[str, tuple[str, str]] = {}
    says = ((_place(item), (item.title, item.words)) for item in items if item.address)
    return {place for place, said in says if first.setdefault(place, said) != said}


def _place(item: FeedItem) -> str:
    return FeedItem(address=item.address).fingerprint("") if item.address else ""


def _marked(item: FeedItem, *, is_shared: bool) -> FeedItem:
    when = item.published_at.isoformat() if item.published_at else ""
    mark = rules.mark_of((item.place, item.author, when, item.title, item.words))
    if is_shared:
        numbered = canonical(f"{item.address.partition('#')[0]}#review-{int(mark[:12], 16)}")
        return item.model_copy(update={"address": numbered, "external_id": mark})
    known_by_words = item.address or not (item.place or item.author or when)
    return item if known_by_words else item.model_copy(update={"external_id": mark})


def date_order(table: Table, columns: Sequence[int]) -> bool | None:
    """
    Return whether the dates in *columns* (from 0) are written day first (True) or month first (False), where they say
    so themselves: some can be read in one way only, and none contradicts them. Else None.
    """
    if not columns:
        return None
    orders = {day_order(row.cells[at]) for row in table.rows() for at in columns if at < len(row.cells)} - {None}
    return orders.pop() if len(orders) == 1 else None
