"""The statements that find customers use an index for each step, however many there are; on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from bot.commitments.queries.commands import find_called
from bot.customers.queries.screens import list_options, list_page
from bot.customers.queries.searching import list_exact, list_nearest, list_partly
from tests.makers import MARA, START, WORKSPACE, Office
from tests.many import fill_customers, gather_statistics, plans_of

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

SEARCHES: dict[str, Callable[[Session, str], Any]] = {
    "exact": list_exact,
    "domain": lambda session, name: list_exact(session, f"{name.split()[0].lower()}.com"),
    "words of a command": lambda session, name: find_called(session, f"{name} friday call about the invoice"),
    "beginning": lambda session, name: list_partly(session, name[:9]),
    "word inside": lambda session, name: list_partly(session, name.split()[1]),
    "shared word": lambda session, _: list_partly(session, "timber"),
    "nobody": lambda session, _: list_partly(session, "xyzzy plugh"),
    "typing error": lambda session, name: list_nearest(session, name[:4] + name[5:]),
    "list": lambda session, _: list_page(session, words="timber", viewer=MARA, now=START),
    "menu": lambda session, name: list_options(session, words=name[:3], viewer=MARA, now=START),
}


def test_no_search_reads_all_customers(office: Office) -> None:
    """Neither right after they came nor once statistics are gathered."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        names = fill_customers(session)
    for gathered in (False, True):
        with office.runtime.database.transaction(WORKSPACE) as session:
            for name, search in SEARCHES.items():
                for plan in plans_of(session, lambda search=search: search(session, names[77_777])):  # type: ignore[misc]
                    assert reads_all(plan) == "", f"{name}, statistics gathered: {gathered}\n{plan}"
            gather_statistics(session)


def test_one_typing_error_takes_four_looks_into_the_index(office: Office) -> None:
    """A letter left out, put in, changed or exchanged; a name with more errors takes a search of each of its pieces."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        names = fill_customers(session, count=3000)
        gather_statistics(session)
    name = names[777]
    at = 4
    typed = [
        name[:at] + name[at + 1 :], name[:at] + "x" + name[at:], name[:at] + "x" + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    ]  # fmt: skip
    with office.runtime.database.transaction(WORKSPACE) as session:
        for words in typed:
            assert list_nearest(session, words)[0][1] == name, words
            plans = plans_of(session, lambda words=words: list_nearest(session, words))  # type: ignore[misc]
            assert looks(plans) == 4, "\n".join(plans)
        worse = f"x{name[1:-2]}x{name[-1]}"
        assert looks(plans_of(session, lambda: list_nearest(session, worse))) > 8


def looks(plans: list[str]) -> int:
    """Return how often statements with these plans look into the index of trigrams."""
    steps = [step for plan in plans for step in plan.splitlines()]
    return sum("VIRTUAL TABLE INDEX" in step or "on ix_customer_names_trigrams" in step for step in steps)


def reads_all(plan: str) -> str:
    """Return the steps of a plan that read a whole table of customers, or all customers of a workspace."""
    steps = plan.splitlines()
    whole = [step for step in steps if "SCAN customer" in step and "VIRTUAL TABLE INDEX" not in step]
    whole += [step for step in steps if "Seq Scan on customer" in step]
    return "\n".join(whole + [step for step in steps if step.endswith("(workspace_id=?)")])
