"""Which rows of a list are one customer: never by their name alone, and nobody is lost."""

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.customers.queries import list_contacts
from bot.customers.schemas import Drafts, ImportPlan
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.lists import plan_import
from bot.customers.usecases.undoing import undo_import
from tests.customers.lists import read, take_in
from tests.customers.test_import_properties import as_list, empty_office, schemas
from tests.customers.test_importing import state
from tests.makers import ANA, KIRI, MARA, Office

__all__ = ["empty_office"]

LOOPS = "Company\nLoop\nLOOP Inc.\nThe Loop\n"


def planned(office: Office, text: str | Drafts, apart: Collection[int] = ()) -> ImportPlan:
    """What a list would do."""
    drafts = text if isinstance(text, Drafts) else read(text)
    plan: ImportPlan = office.do(plan_import, drafts=drafts, by=MARA, apart=apart)
    return plan


def numbers(plan: ImportPlan) -> tuple[int, int, int, int, int]:
    """What becomes of the rows of a list: added, changed, left alone, joined to another row, refused."""
    return len(plan.added), plan.changed, plan.left_alone, plan.joined, plan.refused


def joined(plan: ImportPlan) -> list[tuple[tuple[int, ...], tuple[str, ...], str]]:
    """The rows that were taken as one, how they are spelt, and why."""
    return [(group.rows, group.names, group.why) for group in plan.taken_as_one]


def everyone(office: Office) -> list[Customer]:
    """All customers in the order in which they came."""
    return list(office.look(lambda session: session.exec(select(Customer).order_by(Customer.id)).all()))  # type: ignore[arg-type]


def again(office: Office, text: str | Drafts, plan: ImportPlan) -> None:
    """A second import of the same list adds, changes and refuses nothing new."""
    before = state(office)
    second = take_in(office, text).plan
    assert (second.added, second.changes, second.refusals) == ((), (), plan.refusals)
    assert state(office) == before


def test_a_name_alone_never_makes_rows_one(office: Office) -> None:
    """Three companies of one name are three customers, and the preview says so; each is found again."""
    plan = take_in(office, LOOPS).plan
    assert plan.added == ("Loop", "LOOP Inc.", "The Loop")
    assert [note.reason for note in plan.remarks] == [
        f"“{name}” has a namesake in this list: the rows differ, so each is a customer of its own."
        for name in plan.added
    ]
    again(office, LOOPS, plan)
    assert numbers(planned(office, "Company\nThe Loop\nLOOP Inc.\nLoop\n")) == (0, 0, 3, 0, 0)


@pytest.mark.parametrize(
    "rows",
    ["Name,Country\nLoop,DE\nLoop,FR\n", "Name,Town\nLoop,Evora\nLoop,Bonn\n",
     "Name,Owner\nLoop,Ana Lima\nLoop,Bob Chen\n",
     "Name,Contact name\nLoop,Jo\nLoop,Bo\n", "Name,Parent\nBerlin,Acme\nBerlin,Bolt\nAcme,\nBolt,\n",
     "Name,Owner\nLoop,Nobody\nLoop,Anybody\n", "Name,Domain\nLoop,loop.com\nLoop,\n", "Name,Tags\nLoop,a\nLoop,b\n",
     "Name,Last contact\nLoop,2026-11-02\nLoop,2026-11-03\n", "Name,Headcount\nLoop,1\nLoop,\n"],
)  # fmt: skip
def test_rows_of_one_name_that_differ_anywhere_are_customers_of_their_own(office: Office, rows: str) -> None:
    """Also in a cell that nobody reads; the same list again finds each its own."""
    plan = take_in(office, rows).plan
    assert (len(plan.added), plan.joined, plan.refused) == (rows.count("\n") - 1, 0, 0)
    again(office, rows, plan)


def test_rows_that_are_the_same_in_every_cell_are_one(office: Office) -> None:
    """Blanks at the edges don't count; the preview names the rows, and they can be kept apart."""
    rows = "Name,Town\nLoop,Evora\nLoop, Evora\nLoop,Bonn\n"
    plan = planned(office, rows)
    assert numbers(plan) == (2, 0, 0, 1, 0)
    assert joined(plan) == [((2, 3), ("Loop",), "the rows are the same")]
    done = take_in(office, rows, apart={2, 3})
    assert numbers(done.plan) == (3, 0, 0, 0, 0)
    again(office, rows, done.plan)


@pytest.mark.parametrize(
    ("rows", "names", "why"),
    [
        ("Name,Domain\nLoop,loop.com\nLOOP Inc.,www.loop.com\nThe Loop,loop.com\n",
         ("Loop", "LOOP Inc.", "The Loop"), "they have one domain"),
        ("Name,Domain\nGoodwill,good.com\nGood Will,good.com\n", ("Goodwill", "Good Will"), "they have one domain"),
        ("Name,Id\nLoop,7\nLoop Group,7\n", ("Loop", "Loop Group"), "they have one id"),
        ("Name,Id,Domain\nLoop,7,loop.com\nRing,7,loop.com\n", ("Loop", "Ring"), "they have one id"),
        ("Name,Contact email\nLoop,jo@loop.com\nLoop Ltd,bo@loop.com\n", ("Loop", "Loop Ltd"), "they have one domain"),
        ("First name,Last name,Company\nJo,Ito,Loop\nBo,Ray,Loop\n", ("Loop",), "they are of one company"),
    ],
)  # fmt: skip
def test_an_id_or_domain_makes_rows_one_unless_they_are_kept_apart(
    office: Office, rows: str, names: tuple[str, ...], why: str
) -> None:
    """What was taken as one is told with its spellings; kept apart, each row is found again by the next list."""
    everybody = tuple(range(2, rows.count("\n") + 1))
    plan = planned(office, rows)
    assert joined(plan) == [(everybody, names, why)]
    assert numbers(plan) == (1, 0, 0, len(everybody) - 1, 0)
    done = take_in(office, rows)
    again(office, rows, done.plan)
    office.do(undo_import, import_id=done.id, by=MARA)
    apart = take_in(office, rows, apart=everybody)
    assert numbers(apart.plan) == (len(everybody), 0, 0, 0, 0)
    again(office, rows, apart.plan)
    office.do(undo_import, import_id=apart.id, by=MARA)
    assert everyone(office) == []


def test_rows_kept_apart_change_nothing_about_the_others(office: Office) -> None:
    """A row that may belong to either of two customers joins none, also once the rows of one of them are kept apart."""
    rows = "Id,Name,Domain\n1,Loop,loop.com\n1,Loop Group,loop.com\n2,Loop,loop.com\n,Loop,loop.com\n"
    assert joined(planned(office, rows)) == [((2, 3), ("Loop", "Loop Group"), "they have one id")]
    done = take_in(office, rows, apart={2, 3})
    assert numbers(done.plan) == (4, 0, 0, 0, 0)
    again(office, rows, done.plan)
    office.do(undo_import, import_id=done.id, by=MARA)
    assert everyone(office) == []


def test_several_rows_of_one_company_are_one_customer_with_all_they_say(office: Office) -> None:
    """Every contact, tag, alias and preference; of the rest the first row counts, and the remark says what didn't."""
    rows = (
        "Id,Name,Domain,Owner,Tags,Aliases,Contact name,Contact email,Country,Headcount,Annual value,Currency,"
        "Last contact\n"
        "7,Acme,acme.com,Ana Lima,a;b,AC,Jo Ito,jo@acme.com,DE,12,100,,2026-10-01\n"
        "7,ACME Inc.,,Bob Chen,b;c,AI,Bo Ray,bo@acme.com,FR,12,200,EUR,2026-11-01\n"
        "7,Acme,acme.de,,d,,,,,13,,,2026-09-01\n"
    )
    plan = take_in(office, rows).plan
    assert numbers(plan) == (1, 0, 0, 2, 0)
    (acme,) = everyone(office)
    assert (acme.name, acme.domain, acme.owner_id, acme.country) == ("Acme", "acme.com", ANA, "DE")
    assert (acme.tags, acme.headcount, acme.annual_value, acme.currency) == (["a", "b", "c", "d"], 12, 100, None)
    assert str(acme.last_contact_on) == "2026-11-01"
    people = office.look(lambda session: list_contacts(session, acme.id))
    assert [one.name for one in people] == ["Bo Ray", "Jo Ito"]
    left_out = [(note.row_number, note.column, note.value) for note in plan.remarks]
    assert left_out == [
        (3, "Annual value", "200.00"), (3, "Country", "FR"), (3, "Owner", "Bob Chen"), (4, "Domain", "acme.de"),
        (4, "Headcount", "13"),
    ]  # fmt: skip
    assert "an earlier row of the same customer says something else" in plan.remarks[0].reason
    again(office, rows, plan)


def test_a_row_is_refused_that_contradicts_another_of_its_id(office: Office) -> None:
    """Another name and another domain, or none: the sentence names the row; the first one comes in."""
    plan = take_in(office, "Id,Name,Domain\n7,Acme,acme.com\n7,Bolt,bolt.io\n8,Cora,\n8,Dora Shops,\n").plan
    assert plan.added == ("Acme", "Cora")
    assert [(refusal.row_number, refusal.column, refusal.value) for refusal in plan.refusals] == [
        (3, "Id", "7"), (5, "Id", "8"),
    ]  # fmt: skip
    assert plan.refusals[0].reason == (
        "Row 2 has the same id and is called Acme: give one of the two another id, or mend its name."
    )


def test_companies_of_one_domain_and_other_names_are_kept(office: Office) -> None:
    """Two hotels on a site that nobody knows are two customers; a later one doesn't take the place of either."""
    hotels = "Name,Domain\nHotel Alba,rooms.example\nHotel Brisa,rooms.io\nHotel Cielo,rooms.io\n"
    plan = take_in(office, hotels).plan
    assert len(plan.added) == 3
    assert [note.row_number for note in plan.remarks if "is the domain of another customer too" in note.reason] == [
        3,
        4,
    ]
    again(office, hotels, plan)
    assert take_in(office, "Name,Domain\nHotel Duna,rooms.io\n").plan.added == ("Hotel Duna",)
    assert len(everyone(office)) == 4


def test_a_bare_name_means_the_one_customer_of_that_name(office: Office) -> None:
    """However it is spelt; of several, the one that is spelt so; and only one row of a list means it."""
    office.customer("LOOP Inc.", owner=ANA, domain="loop.com")
    assert numbers(planned(office, "Name\nLoop\n")) == (0, 0, 1, 0, 0)
    office.customer("Loop", owner=ANA)
    assert take_in(office, "Name,Country\nLoop,DE\n").plan.changes[0].name == "Loop"
    (unclear,) = planned(office, "Name\nThe Loop\n").refusals
    assert "2 customers have that name (LOOP Inc., Loop)" in unclear.reason
    plan = planned(office, LOOPS)
    assert plan.added == ("The Loop",)


def test_namesakes_are_told_apart_after_one_has_changed(office: Office) -> None:
    """The row of which nothing has changed finds its own first, and leaves the other one to the other row."""
    rows = "Name,Owner,Headcount\nLoop,Ana Lima,5\nLoop,Bob Chen,7\n"
    take_in(office, rows)
    (first,) = [row for row in everyone(office) if row.owner_id == ANA]
    office.do(hand_over, customer_id=first.id, to=KIRI, by=MARA)
    plan = planned(office, rows)
    assert [(change.row_number, change.before, change.after) for change in plan.changes] == [
        (2, "Kiri Walker", "Ana Lima")
    ]
    assert numbers(plan) == (0, 1, 1, 0, 0)
    grown = planned(office, rows.replace("7", "8") + "Loop,,9\n")
    assert numbers(grown) == (1, 2, 0, 0, 0)


def test_a_contact_tells_namesakes_apart(office: Office) -> None:
    """By the address, else by the name, though a third namesake came in between."""
    rows = "Name,Contact name,Contact email\nLoop,Jo,\nLoop,,bo@free.example\nLoop,Cy,\n"
    take_in(office, rows)
    backwards = "Name,Contact name,Contact email\nLoop,Cy,\nLoop,,bo@free.example\nLoop,Jo,\n"
    again(office, backwards, planned(office, rows))


def test_a_parent_is_the_namesake_that_is_spelt_so(office: Office) -> None:
    """Also when it is new."""
    take_in(office, "Name,Parent\nLoop,\nLOOP Inc.,\nShop,LOOP Inc.\n")
    names = {row.id: row.name for row in everyone(office)}
    assert [names[row.parent_id] for row in everyone(office) if row.parent_id] == ["LOOP Inc."]


def test_a_parent_is_found_by_another_name_that_the_list_gives_it(office: Office) -> None:
    """At the first time, as at the second."""
    rows = "Name,Aliases,Parent\nShop,,Ring\nLoop,Ring,\n"
    plan = take_in(office, rows).plan
    assert [row.name for row in everyone(office) if row.parent_id] == ["Shop"]
    again(office, rows, plan)


def test_share_classes_are_customers_of_their_own(office: Office) -> None:
    """Alphabet's two, in one list or two."""
    rows = "Name\nAlphabet Inc. (Class A)\nAlphabet Inc. (Class C)\n"
    plan = take_in(office, rows).plan
    assert (len(plan.added), plan.remarks) == (2, ())
    again(office, rows, plan)


def test_an_alias_means_its_customer(office: Office) -> None:
    """Unless another customer is called so."""
    take_in(office, "Name,Aliases\nAcme,Loop\n")
    assert numbers(planned(office, "Name\nLoop\n")) == (0, 0, 1, 0, 0)
    take_in(office, "Name\nAcme\nLOOP\nLoop\n")
    assert sorted(row.name for row in everyone(office)) == ["Acme", "LOOP", "Loop"]


@pytest.mark.parametrize("count", [2, 150])
def test_many_rows_of_one_bare_name_find_each_its_own(empty_office: Any, count: int) -> None:
    """Shops of a chain that differ only in a column nobody reads."""
    office: Office = empty_office()
    rows = "Name,Town\n" + "".join(f"Nail Bar,Town {at}\n" for at in range(count))
    plan = take_in(office, rows).plan
    assert len(plan.added) == count
    again(office, rows, plan)


LOOPING = st.sampled_from(["Loop", "LOOP Inc.", "The Loop", "Loops", "Ring", ""])
ALIKE = st.lists(
    st.fixed_dictionaries({
        "Name": LOOPING, "External id": st.sampled_from(["", "", "1", "2"]),
        "Domain": st.sampled_from(["", "", "", "loop.com", "ring.io"]),
        "Owner": st.sampled_from(["", "Ana Lima", "No"]),
        "Town": st.sampled_from(["", "Evora"]), "Contact name": st.sampled_from(["", "Jo", "Bo"]),
    }),
    max_size=9,
)  # fmt: skip


@given(rows=ALIKE, stored=ALIKE, apart=st.sets(st.integers(2, 10)))
@settings(max_examples=25)
def test_every_row_is_in_exactly_one_number(
    empty_office: Any, rows: list[dict[str, str]], stored: list[dict[str, str]], apart: set[int]
) -> None:
    """Whatever stands in a list and in the database: added, changed, left alone, joined to another row, or refused."""
    office: Office = empty_office()
    take_in(office, as_list(stored))
    total = sum(any(row.values()) for row in rows)
    for plan in (planned(office, as_list(rows), apart), take_in(office, as_list(rows), apart=apart).plan):
        assert sum(numbers(plan)) == total
    assert sum(numbers(planned(office, as_list(rows)))) == total


def blank(**cells: str) -> dict[str, str]:
    """A row with some cells filled, as `ALIKE` has it."""
    says = {head.replace("_", " "): cell for head, cell in cells.items()}
    return {"Name": "Loop", "External id": "", "Domain": "", "Owner": "", "Town": "", "Contact name": "", **says}


def check_known_again(office: Office, rows: list[dict[str, str]], pressed: set[int]) -> None:
    """Take a list in, with groups of its rows kept apart, then again without; the second time changes nothing."""
    groups = planned(office, as_list(rows)).taken_as_one
    take_in(
        office, as_list(rows), apart={row for at, group in enumerate(groups) if at in pressed for row in group.rows}
    )
    before = schemas(office)
    plan = take_in(office, as_list(rows)).plan
    assert (plan.added, plan.changes, plan.changed) == ((), (), 0)
    assert schemas(office) == before


@given(rows=ALIKE, pressed=st.sets(st.integers(0, 3)))
@example(rows=[blank(External_id="1"), blank(External_id="1", Contact_name="Jo"), blank()], pressed=set())
@example(rows=[blank(), blank(External_id="1"), blank(External_id="1")], pressed=set())
@example(
    rows=[
        blank(Name="The Loop", External_id="1"), blank(), blank(),
        blank(External_id="1", Owner="Ana Lima", Contact_name="Jo"), blank(Owner="Ana Lima"),
    ],
    pressed={0},
)  # fmt: skip
@example(rows=[blank(Contact_name="Jo"), blank(Contact_name="Jo"), blank()], pressed={0})
@example(rows=[blank(Town="Evora", Contact_name="Jo"), blank(), blank(Contact_name="Jo")], pressed=set())
@example(
    rows=[
        blank(External_id="2"), blank(Domain="ring.io", Owner="Ana Lima", Contact_name="Bo"),
        blank(External_id="2", Owner="Ana Lima"),
        blank(External_id="2", Domain="ring.io", Owner="Ana Lima", Contact_name="Bo"),
    ],
    pressed={0},
)  # fmt: skip
@example(
    rows=[
        blank(), blank(Name="Loops", Domain="loop.com"), blank(External_id="2", Domain="loop.com"),
        blank(Name="Loops", External_id="2", Domain="loop.com"),
    ],
    pressed=set(),
)  # fmt: skip
@settings(max_examples=25)
def test_a_list_of_namesakes_is_known_again(empty_office: Any, rows: list[dict[str, str]], pressed: set[int]) -> None:
    """
    Nothing is added or changed the second time, contacts neither, though groups of rows were kept apart before.

    Of rows kept apart that share an external id only one can have it.
    """
    check_known_again(empty_office(), rows, pressed)


@pytest.mark.slow
@given(rows=ALIKE, pressed=st.sets(st.integers(0, 3)))
@settings(max_examples=300)
def test_hundreds_of_lists_of_namesakes_are_known_again(
    empty_office: Any, rows: list[dict[str, str]], pressed: set[int]
) -> None:
    """As above."""
    check_known_again(empty_office(), rows, pressed)


@pytest.mark.parametrize(
    ("rows", "apart"),
    [
        ("Name,Contact name\nLoop,\nLoop,Jo\nLoop,Jo\n", {3, 4}),
        ("Name,Domain,Owner\nLoop,loop.com,Nobody\nLoop,loop.com,Ana Lima\n", {2, 3}),
        ("Name,Aliases\nLoop,Hoop\nLoop,Ring\n", set()),
        ("Name,Id,Domain,Owner\nLoop,1,,\nLoop,,ring.io,Ana Lima\nLoop,1,,\nLoop,,ring.io,Ana Lima\n", {2, 3, 4, 5}),
    ],
)  # fmt: skip
def test_every_row_kept_apart_finds_its_own_in_any_order(office: Office, rows: str, apart: set[int]) -> None:
    """A row that agrees with several customers leaves to others those that only they agree with."""
    done = take_in(office, rows, apart=apart)
    again(office, rows, done.plan)
    head, *lines = rows.splitlines()
    before = state(office)
    plan = take_in(office, "\n".join([head, *reversed(lines)]) + "\n").plan
    assert (plan.added, plan.changed, plan.refused) == ((), 0, 0)
    assert state(office) == before
