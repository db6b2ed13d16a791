"""From a file's bytes to what its rows say was written."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.collecting import without_collecting
from bot.customers.gateways import Row, UnreadableFile, date_order, read_table
from bot.customers.rules.cells import NO_VALUE, NOTHING, Unclear, is_blank
from bot.customers.rules.rows import Refusal, refuse, too_many
from bot.mentions.gateways.arriving import found_item
from bot.mentions.gateways.drafts import draft, guess
from bot.mentions.rules.addresses import canonical, fingerprint
from bot.mentions.rules.lists import (
    MOST_ROWS,
    Column,
    ColumnMap,
    map_columns,
    mark_of,
    quoted,
    read_link,
    read_rating,
    read_written,
)
from bot.mentions.schemas.found import FoundItem
from bot.mentions.schemas.lists import ListRead

_TYPED = frozenset({Column.ADDRESS, Column.WRITTEN, Column.RATING})


@without_collecting()
def read_list(data: bytes, *, name: str, now: datetime) -> ListRead:
    """
    What the rows of the file called *name* say was written; rows that can't be taken come back as refusals.

    Raises:
        UnreadableFile: the bytes are no table we can read, or hold more than 3,000 rows; the message says what to do.
    """
    table = read_table(data, name=name)
    mapping = map_columns(table.headers)
    if mapping.problem:
        return ListRead(file_name=name, unmapped=mapping.unmapped, problem=mapping.problem)
    written = mapping.columns.get(Column.WRITTEN)
    day_first = date_order(table, [] if written is None else [written])
    items, refusals = [], []
    for count, row in enumerate(table.rows(), start=1):
        if count > MOST_ROWS:
            raise UnreadableFile(f"{name} holds more than {MOST_ROWS:,} rows: split it into smaller files.")
        reader = _RowReader(row, mapping, now, day_first)
        item = reader.read()
        if item is not None:
            items.append(item)
        refusals += reader.refusals
    return ListRead(
        file_name=name,
        columns={column: mapping.headers[at] for column, at in mapping.columns.items()},
        unmapped=mapping.unmapped,
        items=tuple(_told_apart(items)),
        refusals=tuple(refusals),
    )


class _RowReader:
    """Reads the cells of one row, keeping what is wrong with them."""

    def __init__(self, row: Row, mapping: ColumnMap, now: datetime, day_first: bool | None) -> None:
        self.refusals: list[Refusal] = []
        self._row, self._mapping, self._now, self._day_first = row, mapping, now, day_first

    def read(self) -> FoundItem | None:
        """What the row says was written; None when it is refused."""
        trouble = self._row.problem or self._too_many()
        if trouble:
            self.refusals.append(refuse(self._row.number, trouble))
            return None
        link, rating, at = (self._typed(column) for column in (Column.ADDRESS, Column.RATING, Column.WRITTEN))
        made = draft(
            address=str(link or ""),
            title=guess(self._cell(Column.TITLE)),
            words=guess(self._cell(Column.WORDS)),
            author=self._cell(Column.AUTHOR),
            place=self._cell(Column.PLACE),
            at=at if isinstance(at, datetime) else None,
            rating=rating if isinstance(rating, float) else None,
            language=self._cell(Column.LANGUAGE),
        )
        if not (made.words or made.title or made.address or self.refusals):
            sentence = "The row says nothing: write what was written, its title or its link."
            self.refusals.append(refuse(self._row.number, sentence))
        return None if self.refusals else found_item(made.as_row())

    def _cell(self, column: Column) -> str:
        at = self._mapping.columns.get(column, len(self._row.cells))
        cell = self._row.cells[at] if at < len(self._row.cells) else ""
        return "" if is_blank(cell, words=NO_VALUE if column in _TYPED else NOTHING) else cell

    def _typed(self, column: Column) -> str | float | datetime | None:
        """The link, rating or date in a cell; None when it is blank, or refused."""
        cell = self._cell(column)
        if not cell:
            return None
        try:
            if column is Column.ADDRESS:
                return read_link(cell)
            if column is Column.RATING:
                return read_rating(cell)
            return read_written(cell, now=self._now, day_first=self._day_first)
        except Unclear as unclear:
            reason, shown = f"{quoted(cell)} {unclear}.", quoted(cell).strip("“”")
            self.refusals.append(Refusal(self._row.number, self._mapping.heading(column), reason, shown))
            return None

    def _too_many(self) -> str:
        found, named = self._row.cells, len(self._mapping.headers)
        return too_many(len(found), named) if any(cell.strip() for cell in found[named:]) else ""


def _told_apart(items: Sequence[FoundItem]) -> list[FoundItem]:
    """
    The items, each known by what tells it from the others. Reviews often share the address of one page, or have none,
    and people write the same few words: then who wrote it, where and when count, too.
    """
    shared = _shared(items)
    return [_marked(item, is_shared=_place(item) in shared) for item in items]


def _shared(items: Iterable[FoundItem]) -> set[str]:
    """The addresses under which rows say different things."""
    first: dict[str, tuple[str, str]] = {}
    says = ((_place(item), (item.title, item.words)) for item in items if item.address)
    return {place for place, said in says if first.setdefault(place, said) != said}


def _place(item: FoundItem) -> str:
    return fingerprint(FoundItem(address=item.address), "") if item.address else ""


def _marked(item: FoundItem, *, is_shared: bool) -> FoundItem:
    when = item.published_at.isoformat() if item.published_at else ""
    mark = mark_of((item.place, item.author, when, item.title, item.words))
    if is_shared:
        numbered = canonical(f"{item.address.partition('#')[0]}#review-{int(mark[:12], 16)}")
        return item.model_copy(update={"address": numbered, "external_id": mark})
    known_by_words = item.address or not (item.place or item.author or when)
    return item if known_by_words else item.model_copy(update={"external_id": mark})
