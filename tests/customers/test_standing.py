"""The SQL of where a customer stands says what the rule says, on both databases."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot.checkins.queries.queue import get_queue
from bot.core.clock import new_id
from bot.core.database import Database
from bot.customers.queries.coverage import get_coverage, list_coming
from bot.customers.queries.due import (
    MOVING_NAMES,
    ScheduleBatch,
    coverage_group_of,
    neglected,
    overdue_first,
    reached,
    sleeping,
    standing_at,
    standing_of,
    waiting,
)
from bot.customers.rules.due import CoverageGroup, SnoozeReason, Standing, Status, overdue_ratio
from bot.customers.tables import Customer
from tests.makers import ANA, LONG_AGO, WORKSPACE, Office

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)

days = st.integers(-6, 6).map(lambda number: TODAY + number * DAY)  # near enough that dates often meet
snoozes = st.none() | st.tuples(days, st.sampled_from(list(SnoozeReason)))
rows = st.fixed_dictionaries(
    {
        "due_on": days,
        "neglected_after": days,
        "waiting_since": days,
        "effective_cadence_days": st.integers(1, 9),
        "snooze": snoozes,
        "status": st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, *Status]),
    }
)


def stored(number: int, row: dict[str, Any]) -> Customer:
    """A row as the database holds it, whether or not the rules would ever make it."""
    until, reason = row["snooze"] or (None, None)
    values = {name: value for name, value in row.items() if name != "snooze"}
    return Customer(
        id=new_id(), name=f"C{number}", name_key=f"c{number}", added_on=TODAY, changed_at=LONG_AGO,
        status_reason="why", snoozed_until=until, snooze_reason=reason, **{"owner_id": ANA} | values,
    )  # fmt: skip


def replace_customers(session: Session, found: list[dict[str, Any]]) -> list[Customer]:
    """Let just these rows be the customers."""
    session.execute(sa.delete(Customer).where(col(Customer.workspace_id) == WORKSPACE))
    session.expunge_all()
    made = [stored(number, row) for number, row in enumerate(found)]
    session.add_all(made)
    session.flush()
    return made


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(rows, max_size=12), today=days)
def test_sql_and_rule_agree_on_any_rows_on_any_day(
    office: Office, database: Database, found: list[dict[str, Any]], today: date
) -> None:
    """The expression, the conditions of lists, the counts, the queue: each says of each row what the rule says."""
    with database.transaction(WORKSPACE) as session:
        customers = replace_customers(session, found)
        active = [one for one in customers if one.status is Status.ACTIVE]
        by_rule = {one.id: standing_of(one, today) for one in active}
        told = session.execute(
            sa.select(col(Customer.id), standing_at(today)).where(col(Customer.status) == Status.ACTIVE)
        ).all()
        assert {row[0]: Standing(row[1]) for row in told} == by_rule
        late, asleep, due = Standing.NEGLECTED, Standing.SNOOZED, Standing.DUE
        for condition, standings in (
            (neglected(today), {late}),
            (waiting(today), {late, due}),
            (sa.and_(sleeping(today), col(Customer.status) == Status.ACTIVE), {asleep}),
        ):
            listed = session.exec(select(Customer.id).where(condition)).all()
            assert set(listed) == {key for key, kind in by_rule.items() if kind in standings}
        counts, coverage = Counter(by_rule.values()), get_coverage(session, today=today)
        assert (coverage.active, coverage.neglected, coverage.due, coverage.snoozed) == (
            len(active), counts[late], counts[due], counts[asleep],
        )  # fmt: skip
        coming, total = list_coming(session, owner_ids=[ANA], today=today, until=today + 30 * DAY, limit=99)
        assert {one.id for one in coming} == {key for key, kind in by_rule.items() if kind is Standing.IN_CADENCE}
        assert len(coming) == total


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(st.tuples(rows, st.none() | days, st.sampled_from([ANA, None])), max_size=12), today=days)
def test_coverage_counts_each_customer_once_as_the_rule_says(
    office: Office, database: Database, found: list[tuple[dict[str, Any], date | None, str | None]], today: date
) -> None:
    """The five numbers add up to the active customers; the pool and the late snoozes are counted beside them."""
    with database.transaction(WORKSPACE) as session:
        whole = [row | {"last_contact_on": contact, "owner_id": owner} for row, contact, owner in found]
        active = [one for one in replace_customers(session, whole) if one.status is Status.ACTIVE]
        coverage = get_coverage(session, today=today)
        groups = Counter(coverage_group_of(one, today) for one in active)
        assert {group: getattr(coverage, group.value) for group in CoverageGroup} == {
            group: groups[group] for group in CoverageGroup
        }
        assert groups.total() == coverage.active
        assert coverage.pool == sum(one.owner_id is None for one in active)
        asleep = [one for one in active if standing_of(one, today) is Standing.SNOOZED]
        assert coverage.snoozed_late == sum(today >= one.due_on or today > one.neglected_after for one in asleep)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(rows, min_size=1, max_size=7))
def test_the_queue_tells_the_same_standings_in_the_order_of_the_rule(
    office: Office, database: Database, found: list[dict[str, Any]]
) -> None:
    """Waiting ones by overdue ratio, then snoozed ones; nobody else."""
    with database.transaction(WORKSPACE) as session:
        customers = replace_customers(session, found)
        queue = get_queue(session, viewer=ANA, features=(), now=office.runtime.clock.now())
        shown = {row.customer.id: row.customer.standing for row in queue.rows}
        kinds = {Standing.NEGLECTED, Standing.DUE, Standing.SNOOZED}
        by_rule = {one.id: standing_of(one, TODAY) for one in customers if one.status is Status.ACTIVE}
        assert shown == {key: kind for key, kind in by_rule.items() if kind in kinds}
        waits = [row.customer for row in queue.rows if row.customer.standing is not Standing.SNOOZED]
        ratios = [overdue_ratio(TODAY, one.waiting_since, one.effective_cadence_days) for one in waits]
        assert ratios == sorted(ratios, reverse=True) or any(one.waiting_since > TODAY for one in waits)


@pytest.mark.parametrize("reason", SnoozeReason)
def test_a_parameter_serves_as_the_day_as_well_as_a_value(office: Office, reason: SnoozeReason) -> None:
    """Statements that are kept take the day when they are asked."""
    customer = office.customer("Acme", waited=40, owner=ANA, snoozed_until=TODAY + DAY, snooze_reason=reason)
    day: sa.ColumnElement[date] = sa.bindparam("today", type_=sa.Date)
    for condition, wanted in ((sleeping(day), [customer]), (reached(day), [customer]), (waiting(day), [])):
        query = select(Customer.id).where(condition).order_by(*overdue_first(day))
        found = office.look(lambda session, query=query: session.exec(query, params={"today": TODAY}).all())
        assert found == wanted


def test_a_batch_of_schedules_is_the_schedule_of_each(office: Office) -> None:
    """Computed from values, from a row, and with columns changed; what is asked again is the same."""
    customer = office.customer("Acme", waited=40, owner=ANA)

    def compare(session: Session) -> None:
        row = session.get_one(Customer, customer)
        schedules = ScheduleBatch(session, {ANA})
        schedule = schedules.compute(*(getattr(row, name) for name in MOVING_NAMES))
        assert schedule == schedules.schedule_of(row) == ScheduleBatch(session).schedule_of(row)
        assert schedule == (row.effective_cadence_days, row.waiting_since, row.due_on, row.neglected_after)
        moved = schedules.schedule_of(row, last_contact_on=TODAY, cadence_days=10)
        assert (moved.effective_cadence_days, moved.waiting_since, moved.neglected_after) == (
            10,
            TODAY,
            TODAY + 15 * DAY,
        )

    office.look(compare)
