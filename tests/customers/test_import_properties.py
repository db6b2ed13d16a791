"""What holds for every list: twice is once, order and size decide nothing, and the largest real list comes in whole."""

import random
import shutil
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers import views
from bot.customers.queries.screens import get_card, list_page, look_up
from bot.customers.tables import Customer
from bot.customers.usecases.undoing import undo_import
from bot.customers.views import card as card_view
from bot.customers.views import forms
from bot.features import FEATURES
from rehearsal.strict import check_message, check_view
from tests.customers.lists import read, real, take_in
from tests.makers import ANA, MARA, START, Office, open_office

NAMES = st.text(string.ascii_letters + string.digits + "éß <!&;", min_size=1, max_size=12).filter(str.strip)
ROWS = st.lists(
    st.fixed_dictionaries({
        "Name": NAMES, "External id": st.integers(1, 6).map(str) | st.just(""),
        "Domain": st.sampled_from(["", "", "acme.com", "bolt.io", "cora.de"]),
        "Owner": st.sampled_from(["", "Ana Lima", "bob@example.test", "Nobody"]),
        "Parent": st.sampled_from(["", "", "Acme", "3"]), "Tags": st.sampled_from(["", "a;b"]),
        "Headcount": st.sampled_from(["", "7"]), "Contact name": st.sampled_from(["", "Jo", "Bo"]),
    }),
    max_size=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def empty_office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Any]:
    """Makes a new office with nobody to look after."""
    made: list[Runtime] = []

    def make() -> Office:
        path = tmp_path_factory.mktemp("office") / "evenhand.db"
        shutil.copy(sqlite_template, path)
        made.append(Runtime(Database(f"sqlite:///{path}"), MovableClock(START), FEATURES))
        return open_office(made[-1])

    yield make
    for runtime in made:
        runtime.close()


def as_list(rows: list[dict[str, str]]) -> str:
    """Rows as a file."""
    heads = list(rows[0]) if rows else ["Name"]
    quoted = [",".join('"' + row[head].replace('"', '""') + '"' for head in heads) for row in rows]
    return "\n".join([",".join(heads), *quoted]) + "\n"


def schemas(office: Office) -> list[tuple[Any, ...]]:
    """What is kept of customers, without ids, in an order of its own."""
    rows = office.look(lambda session: session.exec(select(Customer)).all())
    names = {row.id: row.name for row in rows}
    kept = [
        (row.name, row.source or "", row.external_id or "", row.domain or "", row.owner_id or "",
         names.get(row.parent_id, ""), row.due_on, row.first_due_on, tuple(row.tags))
        for row in rows
    ]  # fmt: skip
    return sorted(kept, key=repr)


@given(rows=ROWS)
@settings(max_examples=20)
def test_importing_twice_is_importing_once(empty_office: Any, rows: list[dict[str, str]]) -> None:
    """For any list, with doubles, contradictions and missing parents in it."""
    office = empty_office()
    take_in(office, as_list(rows))
    before = schemas(office)
    plan = take_in(office, as_list(rows)).plan
    assert (plan.added, plan.changes) == ((), ())
    assert schemas(office) == before


@given(rows=ROWS, seed=st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_of_rows_decides_nothing(empty_office: Any, rows: list[dict[str, str]], seed: random.Random) -> None:
    """Where no two rows are about one customer, any order gives the same customers with the same first days."""
    distinct = [row | {"Name": f"{row['Name']} {at}", "External id": f"x{at}"} for at, row in enumerate(rows)]
    shuffled = seed.sample(distinct, len(distinct))
    one, other = empty_office(), empty_office()
    take_in(one, as_list(distinct))
    take_in(other, as_list(shuffled))
    assert schemas(one) == schemas(other)


@given(sizes=st.lists(st.integers(0, 10**9), min_size=12, max_size=12))
@settings(max_examples=10)
def test_size_decides_nobodys_first_day_nor_place(empty_office: Any, sizes: list[int]) -> None:
    """Whatever the revenues and headcounts, due dates and orders stay."""
    rows = [{"Name": f"Shop {at}", "Owner": "Ana Lima"} for at in range(12)]
    plain, sized = empty_office(), empty_office()
    take_in(plain, as_list(rows))
    take_in(sized, as_list([row | {"Headcount": str(size), "Annual value": str(size)}
                            for row, size in zip(rows, sizes, strict=True)]))  # fmt: skip
    assert schemas(plain) == schemas(sized)


@pytest.mark.data
def test_forty_seven_thousand_companies_come_in_whole(empty_office: Any) -> None:
    """Every one has its dates; list, search, card and preview keep Slack's limits; undoing takes all of them back."""
    office: Office = empty_office()
    drafts = real("financedatabase_companies.csv.gz")
    done = take_in(office, drafts)
    assert (len(done.plan.added), done.plan.refused) == (46_964, 0)
    again = take_in(office, drafts).plan
    assert (again.added, again.changed, again.left_alone) == ((), 0, 46_964)
    page = office.ask(list_page, words="", viewer=ANA)
    assert (page.total, page.pages) == (46_964, 5871)
    for words in ("", "siemens", "bank of", "Mercedes Bens Gruop", "apple"):
        found = office.ask(look_up, words=words, viewer=ANA, features=FEATURES)
        message = card_view.message(found.card) if found.card else views.looked_up(found)
        assert check_message(message.body()) == []
    card = office.ask(get_card, customer_id=page.rows[0].id, viewer=ANA, features=FEATURES)
    assert check_view(card_view.as_modal(card)) == []
    assert check_view(forms.done(done)) == []
    assert office.do(undo_import, import_id=done.id, by=MARA).removed == 46_964


@pytest.mark.slow
def test_many_rows_of_one_name_and_domain_are_no_trap(empty_office: Any) -> None:
    """However alike the rows are, comparing them takes seconds."""
    rows = "".join(f"{at},Acme,acme.com\n" for at in range(20_000))
    plan = take_in(empty_office(), read(f"External id,Name,Domain\n{rows}", source="CRM")).plan
    assert len(plan.added) == 20_000
