"""What is said about rows, grouped by its reason, so that one sentence stands for all rows of a kind."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.customers.rules.rows import Note

ROWS_SHOWN = 5


@dataclass(frozen=True)
class RefusalGroup:
    """Rows that one reason is about; the reasons of several may differ in the cell that they repeat."""

    first: Note
    rows: tuple[int, ...]
    is_uniform: bool = True

    @property
    def where(self) -> str:
        """Return `row 3, Company`, or `24 rows (3, 4, 5, 6, 7 …), Company`."""
        if len(self.rows) == 1:
            found = f"row {self.first.row_number:,}"
        else:
            shown = ", ".join(f"{row:,}" for row in self.rows[:ROWS_SHOWN])
            found = f"{len(self.rows):,} rows ({shown}{' …' if len(self.rows) > ROWS_SHOWN else ''})"
        return f"{found}, {self.first.column}" if self.first.column else found

    @property
    def short(self) -> str:
        """Return the reason in a few words: "no company name", "is no whole number"."""
        if self.first.column and not self.first.value:
            return f"no {_lowered(self.first.column)}"
        words = self.first.reason.partition(f"“{self.first.value}” ")[2] or self.first.reason
        for end in (":", ";", "."):
            words = words.partition(end)[0]
        return _lowered(words)


def group_refusals(refusals: Iterable[Note]) -> list[RefusalGroup]:
    """Return the groups, the largest first."""
    groups: dict[tuple[str, str], list[Note]] = {}
    for refusal in refusals:
        key = refusal.reason.replace(f"“{refusal.value}”", "“”")
        groups.setdefault((refusal.column, key), []).append(refusal)
    made = [
        RefusalGroup(
            first=group[0],
            rows=tuple(dict.fromkeys(refusal.row_number for refusal in group)),
            is_uniform=len({refusal.reason for refusal in group}) == 1,
        )
        for group in groups.values()
    ]
    return sorted(made, key=lambda group: -len(group.rows))


def _lowered(words: str) -> str:
    """Return *words* with a small first letter, unless they begin with an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
