"""The queue's statements: PostgreSQL looks at each row once, straight after a table was filled; SQLite's plans."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.checkins.queries.queue import get_queue
from bot.checkins.rules import QUEUE_ROWS, Result
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from tests.checkins.office import log, names, queue_of
from tests.conftest import MONDAY
from tests.makers import ANA, WORKSPACE, Office, open_office
from tests.many import plans_of
from tests.promises.helpers import promise

MANY = 10_000
COPY_CUSTOMER = """
    INSERT INTO customers SELECT made.* FROM customers AS one, generate_series(1, :many) AS number,
    LATERAL jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'name', 'C' || number)) AS made
"""
COPY_TO_EACH = """
    INSERT INTO {table} SELECT made.* FROM {table} AS one, customers,
    LATERAL jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'customer_id', customers.id)) AS made
    WHERE customers.id <> one.customer_id
"""
FILLED = ("customers", "checkins", "promises")


@pytest.fixture(scope="module")
def filled(postgres_copies: Any) -> Iterator[Office]:
    """Return an office whose Ana has ten thousand customers, each with a check-in and a promise, without statistics."""
    with postgres_copies.lend("template_empty") as url:
        runtime = Runtime(Database(url), MovableClock(MONDAY), FEATURES)
        office = open_office(runtime)
        acme = office.customer("Acme", owner=ANA, waited=40)
        log(office, acme, Result.TRIED)
        promise(office, acme)
        with runtime.database.engine.begin() as connection:
            for table in FILLED:  # what PostgreSQL would do by itself after a minute or two
                connection.exec_driver_sql(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            connection.execute(sa.text(COPY_CUSTOMER), {"many": MANY})
            for table in FILLED[1:]:
                connection.exec_driver_sql(COPY_TO_EACH.format(table=table))
        yield office
        runtime.close()


@pytest.mark.slow
@pytest.mark.parametrize("with_statistics", [False, True])
def test_each_row_is_looked_at_once(filled: Office, *, with_statistics: bool) -> None:
    """
    Nothing is done anew for each customer, however little is known of a table.

    The tally, which isn't folded yet, and each table are read once at most.
    """
    engine = filled.runtime.database._read
    if with_statistics:
        with filled.runtime.database.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    sent: list[tuple[str, Any]] = []
    sa.event.listen(engine, "before_cursor_execute", note := lambda *told: sent.append((told[2], told[3])))
    queue = queue_of(filled)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert (queue.total, len(names(queue))) == (MANY + 1, QUEUE_ROWS)
    plans, sent = [], [one for one in sent if "customer" in one[0]]
    with engine.connect() as connection:
        for statement, values in sent:
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
            plans += connection.exec_driver_sql(explain, values).scalar_one()
    steps = [step for plan in plans for step in _steps(plan["Plan"])]
    assert all(step["Actual Loops"] <= 2 * QUEUE_ROWS for step in steps), json.dumps(plans, indent=1)
    looked_at = sum(step["Actual Loops"] * (step["Actual Rows"] + step.get("Rows Removed by Filter", 0))
                    for step in steps if "Relation Name" in step)  # fmt: skip
    assert looked_at < (len(FILLED) + 2) * MANY, json.dumps(plans, indent=1)


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for step in plan.get("Plans", ()):
        yield from _steps(step)


def test_sqlite_finds_who_waits_in_order_and_looks_up_what_is_known_of_them(sqlite_url: str) -> None:
    """The tally is read in its index, who waits in that of each cadence; of each other table, rows of the page's."""
    runtime = Runtime(Database(sqlite_url), MovableClock(MONDAY), FEATURES)
    open_office(runtime).customer("Acme", owner=ANA, waited=40)
    with runtime.database.transaction(WORKSPACE) as session:
        plans = plans_of(session, lambda: get_queue(session, viewer=ANA, features=FEATURES, now=MONDAY))
    runtime.close()
    tally, waiting, page = (
        next(plan for plan in plans if words in plan)
        for words in ("customer_tally", "ix_customers_owner_wait", "found")
    )
    assert "COVERING INDEX ix_customer_tally_all (workspace_id=? AND status=? AND owner_id=?)" in tally
    assert "(workspace_id=? AND owner_id=? AND status=? AND effective_cadence_days=?" in waiting
    steps = page.splitlines()
    theirs = [step for step in steps if step.startswith(("SCAN customers", "SEARCH customers"))]
    assert {step[step.index("(") :] for step in theirs} == {"(workspace_id=? AND id=?)"}
    for table in ("contacts", "checkins", "followups", "promises", "escalations", "mentions"):
        (step,) = (step for step in steps if step.split()[1] == table)
        assert "customer_id=?" in step, step
