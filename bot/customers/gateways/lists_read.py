"""From a file's bytes to the customers it tells of."""

from collections.abc import Callable, Mapping
from datetime import date

from bot.core.collecting import without_collecting
from bot.customers.gateways.tables_read import date_order, parse_rows, read_table
from bot.customers.rules.headers import Field, HeaderMap, map_headers
from bot.customers.rules.rows import Refusal, RowDraft
from bot.customers.schemas import Drafts

OUR_OWN = "Evenhand"
DATES = frozenset({Field.ADDED_ON, Field.LAST_CONTACT})
STRIDE = 1000  # rows between two calls of a progress


@without_collecting()
def read_drafts(
    data: bytes,
    *,
    name: str,
    by_hand: Mapping[str, str] | None = None,
    today: date,
    default_source: str = "",
    progress: Callable[[int], None] | None = None,
) -> Drafts:
    """
    The customers in the file called *name*; *by_hand* maps headings to our fields ("Company" → "name").

    External ids belong to the system the list is recognised to come from, unless a column or *default_source* says
    otherwise. Columns that can't be told come back as `problems`, without rows. *progress* hears the rows read so far.

    Raises:
        UnreadableFile: the bytes are no table we can read; the message says what to do.
    """
    table = read_table(data, name=name)
    mapping = map_headers(table.headers, by_hand)
    system = default_source or ("" if mapping.system == OUR_OWN else mapping.system)
    rows: list[RowDraft] = []
    refusals: list[Refusal] = []
    if not mapping.problems:
        order = date_order(table, [at for field, at in mapping.columns.items() if field in DATES])
        parsed = parse_rows(table, mapping, today=today, default_source=system, day_first=order)
        for done, row in enumerate(parsed, start=1):
            if isinstance(row, RowDraft):
                rows.append(row)
            else:
                refusals += row
            if progress and done % STRIDE == 0:
                progress(done)
    return Drafts(
        file_name=name,
        system=mapping.system,
        headers=mapping.headers,
        columns=_columns(mapping),
        unmapped=mapping.unmapped,
        problems=mapping.problems,
        rows=tuple(rows),
        refusals=tuple(refusals),
    )


def _columns(mapping: HeaderMap) -> dict[Field, str]:
    """Which heading each field is read from; first and last name together are the contact's name."""
    columns = {field: mapping.headers[at] for field, at in mapping.columns.items()}
    if mapping.person:
        columns[Field.CONTACT_NAME] = " + ".join(mapping.headers[at] for at in mapping.person)
    return columns
