"""People and addresses that stand between the companies of a list, each in a row of its own, as Odoo keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.customers.rules.cells import flag_of
from bot.customers.rules.headings import COLUMNS, spelling, spellings
from bot.customers.rules.rows import RowDraft

_IS_COMPANY, _ADDRESS_TYPES = spellings(COLUMNS["is_company"]), spellings(COLUMNS["address_types"])
_PERSONS, _ADDRESSES = spellings(COLUMNS["persons"]), spellings(COLUMNS["addresses"])


class PeopleTold:
    """Tells the rows of people and addresses in a list that has a column which says what is a company."""

    def __init__(self, headers: Sequence[str]) -> None:
        spelt = [spelling(header) for header in headers]
        self._company = next((at for at, word in enumerate(spelt) if word in _IS_COMPANY), None)
        self._type = next((at for at, word in enumerate(spelt) if word in _ADDRESS_TYPES), None)

    def tell(self, draft: RowDraft, cells: Sequence[str]) -> RowDraft:
        """Return *draft*, told to be a person of its parent's where its *cells* say that it is no company."""
        if self._company is None or self._company >= len(cells) or not draft.parent:
            return draft
        cell = cells[self._company]
        if flag_of(cell) is not False and spelling(cell) not in _PERSONS:
            return draft
        kind = spelling(cells[self._type]) if self._type is not None and self._type < len(cells) else ""
        named = None if kind in _ADDRESSES else draft.contact_name or draft.name
        return replace(draft, contact_name=named, is_of_parent=True)


def join_people(rows: Sequence[RowDraft]) -> list[RowDraft]:
    """Return *rows* with people and addresses in the place of their company, where the list has it by its id."""
    companies: dict[tuple[str | None, str | None], RowDraft] = {
        (row.source, row.external_id): row for row in rows if row.external_id and not row.is_of_parent
    }
    return [_joined(row, companies) if row.is_of_parent else row for row in rows]


def _joined(row: RowDraft, companies: Mapping[tuple[str | None, str | None], RowDraft]) -> RowDraft:
    company = companies.get((row.source, row.parent))
    if company is None:
        return replace(row, contact_name=None) if row.contact_name == row.name else row
    return replace(row, name=company.name, external_id=company.external_id, parent=None, domain=None, status=None)
