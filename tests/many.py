"""Fills a table with so many customers that a plan which reads them all is seen at once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from benchmarks.company import TRADES
from bot.core.bulk import Values, insert_many
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.customers.rules.due import Status
from bot.customers.tables import Alias, Customer
from tests.makers import LONG_AGO, START

MANY = 100_000
"""As many as plans are held at."""
CADENCES = (30, 30, 30, 14, 60, 90)
MOST_DAYS = 120
SYLLABLES = ("bra", "cho", "dun", "fle", "gri", "har", "jo", "kel", "lu", "mon", "ni", "or", "pra", "quo", "ru", "ste")
TABLE: sa.Table = Customer.__table__  # type: ignore[attr-defined]  # SQLModel's types hide it
OTHER_NAMES: sa.Table = Alias.__table__  # type: ignore[attr-defined]  # as above


def fill_customers(session: Session, count: int = MANY, *, owners: Sequence[str | None] = (None,)) -> list[str]:
    """
    Add *count* active customers with different names to the workspace of *session*; return their names.

    They belong to *owners* in turn, and have waited up to 120 days; one in twenty has another name. No statistics are
    gathered.
    """
    names = [_name(number) for number in range(count)]
    rows = list(_rows(workspace_of(session), names, owners))
    others = [_other_name(row) for row in rows[::20]]
    for table, values in ((TABLE, rows), (OTHER_NAMES, others)):
        _insert(session.connection(), table, values)
    return names


def gather_statistics(session: Session) -> None:
    """Gather the statistics that the planner uses."""
    session.connection().exec_driver_sql("ANALYZE")


def plans_of(session: Session, run: Callable[[], object]) -> list[str]:
    """Run something and return the plan of each statement that it sent, one step a line, as the database prints it."""
    connection, sent = session.connection(), list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    run()
    event.remove(connection, "before_cursor_execute", note)
    asking = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = [connection.exec_driver_sql(f"{asking} {statement}", parameters).all() for statement, parameters in sent]
    return ["\n".join(str(row[-1]) for row in plan) for plan in rows]


def _name(number: int) -> str:
    """Return another name for each number: made-up words, and a trade that many share."""
    left, word = number, ""
    while left or not word:
        left, syllable = divmod(left, len(SYLLABLES))
        word += SYLLABLES[syllable]
    return f"{word.title()} {SYLLABLES[number % 7].title()}{SYLLABLES[number % 11]} {TRADES[number % len(TRADES)]}"


def _rows(workspace: str, names: Sequence[str], owners: Sequence[str | None]) -> Iterator[Values]:
    today = START.date()
    for number, name in enumerate(names):
        cadence = CADENCES[number % len(CADENCES)]
        waited = today - timedelta(days=number * 7 % MOST_DAYS)
        key = name.lower()
        yield {
            "id": new_id(), "workspace_id": workspace, "name": name, "name_key": key, "status": Status.ACTIVE,
            "domain": f"{key.replace(' ', '-')}.example" if number % 3 else None, "tags": [], "preferences": [],
            "owner_id": owners[number % len(owners)], "added_on": waited, "changed_at": LONG_AGO,
            "last_contact_on": waited if number % 5 else None, "effective_cadence_days": cadence,
            "waiting_since": waited, "due_on": waited + timedelta(days=cadence),
            "neglected_after": waited + timedelta(days=cadence * 3 // 2),
        }  # fmt: skip


def _other_name(customer: Values) -> Values:
    name = f"{customer['name'].split()[0]} Group"
    row = {"id": new_id(), "workspace_id": customer["workspace_id"], "customer_id": customer["id"]}
    return {**row, "name": name, "name_key": name.lower()}


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    if connection.dialect.name == "postgresql":
        # A foreign key's plan that was made when the table held next to nothing would read all of it for every row.
        connection.exec_driver_sql("DISCARD PLANS")
    insert_many(connection, table, sorted(rows[0]), rows)
