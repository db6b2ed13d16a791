"""Lists and counts read an index or the tally, however many customers there are; on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from bot.checkins.queries.idle import list_neglected as list_neglected_by_owner
from bot.core.clock import new_id
from bot.customers.queries import list_all, list_awake, list_neglected, list_pool, list_snoozed, list_waiting
from bot.customers.queries.coverage import find_next_due, get_coverage, list_coming, list_coverages
from bot.customers.queries.screens import get_card, list_page
from bot.customers.tables import Customer, Import, ImportChange
from bot.customers.usecases.matching import ListedCustomer
from bot.customers.usecases.stale import find_stale
from bot.features import FEATURES
from tests.makers import ANA, BOB, KIRI, MARA, START, WORKSPACE, Office
from tests.many import fill_customers, gather_statistics, plans_of

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

TODAY = START.date()
OWNERS = (ANA, BOB, KIRI, None)
LISTED = ListedCustomer(
    new_id(), given={"name_key": "acme", "domain": "acme.example", "external_id": "7", "source": "hubspot"}
)
LISTS: dict[str, Callable[[Session, UUID], Any]] = {
    "neglected of all": lambda session, _: list_neglected(session, today=TODAY, limit=5),
    "neglected of one": lambda session, _: list_neglected(session, today=TODAY, owner_id=ANA, limit=8, offset=8),
    "awake": lambda session, _: list_awake(session, today=TODAY, limit=1),
    "pool": lambda session, _: list_pool(session, today=TODAY, limit=8, offset=16),
    "all": lambda session, _: list_all(session, today=TODAY, limit=8, offset=8),
    "page": lambda session, _: list_page(session, viewer=MARA, now=START),
    "waiting": lambda session, _: list_waiting(session, owner_ids=[ANA, BOB], today=TODAY, limit=6),
    "snoozed": lambda session, _: list_snoozed(session, owner_id=ANA, today=TODAY, limit=5),
    "coming": lambda session, _: list_coming(
        session, owner_ids=[ANA], today=TODAY, until=TODAY + timedelta(days=7), limit=5
    ),
    "next due": lambda session, _: find_next_due(session, owner_ids=None, today=TODAY),
    "coverage": lambda session, _: get_coverage(session, today=TODAY),
    "team": lambda session, _: list_coverages(session, today=TODAY),
    "idle": lambda session, _: list_neglected_by_owner(session, today=TODAY, now=START),
    "taken by others meanwhile": lambda session, _: find_stale(session, [LISTED], import_id=new_id(), stored={}),
    "card": lambda session, customer: get_card(
        session, customer_id=customer, viewer=MARA, features=FEATURES, now=START
    ),
}  # fmt: skip


def test_no_list_reads_all_customers(office: Office) -> None:
    """Neither right after they came nor once statistics are gathered."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        fill_customers(session, owners=OWNERS)
        customer = session.exec(select(Customer.id).limit(1)).one()
    for gathered in (False, True):
        with office.runtime.database.transaction(WORKSPACE) as session:
            for name, read in LISTS.items():
                for plan in plans_of(session, lambda read=read: read(session, customer)):  # type: ignore[misc]
                    assert reads_many(plan) == [], f"{name}, statistics gathered: {gathered}\n{plan}"
            gather_statistics(session)


def test_who_is_late_is_told_without_reading_the_imports(office: Office) -> None:
    """Of a list that brought every customer, the changes of those alone are looked up that were neglected by then."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        fill_customers(session, count=3000, owners=OWNERS)
        made = Import(by=ANA, at=START, file_name="all.csv")
        session.add(made)
        session.flush()
        changes = {"id": Customer.id, "workspace_id": WORKSPACE, "import_id": made.id, "customer_id": Customer.id}
        changes |= {"added": sa.true(), "before": sa.literal({}, sa.JSON), "after": sa.literal({}, sa.JSON)}
        rows = sa.select(
            *(sa.literal(value) if name in {"workspace_id", "import_id"} else value for name, value in changes.items())
        )  # type: ignore[call-overload]
        session.execute(sa.insert(ImportChange).from_select(list(changes), rows))
        gather_statistics(session)
    with office.runtime.database.transaction(WORKSPACE) as session:
        plans = plans_of(session, lambda: list_neglected_by_owner(session, today=TODAY, now=START))
        reads = [step for plan in plans for step in plan.splitlines() if "Scan" in step or "SEARCH" in step]
        reads = [step for step in reads if "import_changes" in step]
        assert reads
        assert all("customer_id" in step for step in reads), "\n".join(plans)


def reads_many(plan: str) -> list[str]:
    """Return the steps of a plan that read all customers, or all of a workspace or status."""
    whole = (
        "SCAN customers", "Seq Scan on customers", "(workspace_id=?)", "(workspace_id=? AND status=?)",
        "(workspace_id=? AND owner_id>?)",
    )  # fmt: skip
    steps = [step for step in plan.splitlines() if "customer_tally" not in step]
    return [step for step in steps if "customers" in step and any(one in step for one in whole)]
