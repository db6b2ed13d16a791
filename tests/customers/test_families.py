"""Families: parents and subsidiaries to any depth, never in a circle, shown on the card and by pages."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from bot.core.errors import InvalidInput, NotFound
from bot.customers.queries import get_customer
from bot.customers.queries.families import MOST_MEMBERS, get_family_page, list_ancestors
from bot.customers.queries.screens import get_card
from bot.customers.rules.due import Status
from bot.customers.rules.families import find_root, is_in_circle, lay_out, pick_shown
from bot.customers.schemas.families import Family
from bot.customers.tables import Customer
from bot.customers.usecases.details import edit_customer
from bot.customers.usecases.uploads import import_upload, store_upload
from bot.customers.views import card as card_view
from tests.customers.lists import read, take_in
from tests.customers.screens import answer, shown, window
from tests.customers.test_batches import SmallBatches
from tests.customers.test_details import details_of
from tests.customers.test_list_plans import reads_many
from tests.makers import ANA, BOB, LONG_AGO, MARA, WORKSPACE, Office, add_customer
from tests.many import fill_customers, gather_statistics, plans_of
from tests.world import World

TREES = st.dictionaries(st.integers(0, 12), st.none() | st.integers(0, 12), min_size=1)
"""Parents of numbered customers, with circles, and parents that aren't there."""


def found(office: Office) -> dict[str, UUID]:
    """Golddex with six below it on three levels, of which two are neglected, and Acme, which has no family."""
    ids = {"Golddex": office.customer("Golddex", owner=MARA, waited=3)}
    for name, parent, waited in (
        ("Golddex Iberia", "Golddex", 3), ("Porto Plant", "Golddex Iberia", 60), ("Lisbon Plant", "Golddex Iberia", 3),
        ("Golddex Nordic", "Golddex", 31), ("Oslo Plant", "Golddex Nordic", 80), ("Golddex Asia", "Golddex", 3),
    ):  # fmt: skip
        ids[name] = office.customer(name, owner=ANA, waited=waited, parent_id=ids[parent])
    return {**ids, "Acme": office.customer("Acme", owner=BOB, waited=3)}


def set_parent(office: Office, child: UUID, parent: UUID | None, *, by: str = ANA) -> None:
    """Put a customer below another, as the form does."""
    details = details_of(office, child).model_copy(update={"parent_id": parent})
    office.do(edit_customer, customer_id=child, details=details, by=by)


def turn_in_a_circle(office: Office, *customers: UUID) -> None:
    """Make each of these the parent of the next, the last that of the first, as no form would."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        for number, key in enumerate(customers):
            session.exec(sa.update(Customer).where(col(Customer.id) == key).values(parent_id=customers[number - 1]))


def ancestors(key: int, parents: dict[int, int | None]) -> set[int | None]:
    """All above a numbered customer, as far as that goes on."""
    above: set[int | None] = set()
    step: int | None = key
    for _ in range(len(parents) + 1):
        step = parents.get(step) if step is not None else None
        above.add(step)
    return above - {None}


def family_of(office: Office, customer: UUID) -> Family | None:
    """The family on a customer's card."""
    card: Any = office.ask(get_card, customer_id=customer, viewer=ANA, features=office.runtime.features)
    family: Family | None = card.family
    return family


@pytest.mark.both_databases
def test_the_card_tells_the_family_with_its_tree(office: Office) -> None:
    """From any member: the uppermost, how many there are and how they stand, and the nearest as a tree."""
    ids = found(office)
    for name in ("Golddex", "Porto Plant", "Golddex Asia"):
        family = family_of(office, ids[name])
        assert family is not None
        assert (family.root_name, family.counts.words) == ("Golddex", "7 companies, 2 neglected")
    assert family is not None
    assert [(one.name, one.depth) for one in family.members] == [
        ("Golddex", 0), ("Golddex Asia", 1), ("Golddex Iberia", 1), ("Lisbon Plant", 2), ("Porto Plant", 2),
        ("Golddex Nordic", 1), ("Oslo Plant", 2),
    ]  # fmt: skip
    assert family_of(office, ids["Acme"]) is None


def test_what_is_lost_is_counted_and_named(office: Office) -> None:
    """It isn't neglected, however long ago the last contact is."""
    ids = found(office)
    set_parent(office, office.customer("Gone", waited=90, status=Status.LOST, status_reason="price"), ids["Golddex"])
    family = family_of(office, ids["Golddex"])
    assert family is not None
    assert family.counts.words == "8 companies, 2 neglected, 1 lost"


def test_a_large_family_shows_those_nearest_and_the_rest_by_pages(office: Office) -> None:
    """Itself, its ancestors, its children; the pages hold everybody once, each with its owner."""
    top = office.customer("Top", owner=MARA)
    branches = [office.customer(f"Branch {number:02}", owner=ANA, parent_id=top) for number in range(20)]
    leaf = office.customer("Leaf", parent_id=branches[-1])
    family = family_of(office, branches[-1])
    assert family is not None
    assert {"Top", "Branch 19", "Leaf"} < {one.name for one in family.members}
    assert (len(family.members), family.counts.total) == (8, 22)
    drawn = str(card_view.blocks(office.ask(get_card, customer_id=leaf, viewer=ANA, features=())))
    assert "Belongs to *Top*: 22 companies" in drawn
    assert "and 14 more" in drawn
    pages = [office.ask(get_family_page, customer_id=leaf, viewer=ANA, page=number) for number in range(2)]
    assert [one.pages for one in pages] == [2, 2]
    names = [member.name for one in pages for member in one.family.members]
    assert len(names) == len(set(names)) == 22
    assert pages[0].family.members[1].owner_name == "Ana Lima"
    assert office.ask(get_family_page, customer_id=leaf, viewer=ANA, page=99).page == 1


@pytest.mark.both_databases
@pytest.mark.slow
def test_more_than_are_ever_read_is_said(office: Office) -> None:
    """The root is among them, and the numbers say that there are more."""
    top = office.customer("Zenith", owner=MARA)
    with office.runtime.database.transaction(WORKSPACE) as session:
        for number in range(MOST_MEMBERS + 5):
            add_customer(session, f"Part {number}", parent_id=top)
    family = family_of(office, top)
    assert family is not None
    assert (family.root_name, family.counts.companies) == ("Zenith", "more than 1,000 companies")


@pytest.mark.both_databases
def test_no_circle_is_made_at_any_depth(office: Office) -> None:
    """One sentence under the field, and nothing is changed; neither by itself nor by a great-grandchild."""
    chain = [office.customer(f"Level {number}") for number in range(60)]
    for child, parent in zip(chain[1:], chain, strict=False):
        set_parent(office, child, parent)
    assert len(office.look(lambda session: list_ancestors(session, chain[-1]))) == 60
    for parent in (chain[0], chain[1], chain[-1]):
        with pytest.raises(InvalidInput) as refused:
            set_parent(office, chain[0], parent)
        assert refused.value.fields == {
            "parent": "That would make the customer its own parent; choose another one, or none."
        }
    assert office.look(lambda session: get_customer(session, chain[0])).parent_id is None


@pytest.mark.both_databases
def test_of_two_edits_at_once_only_one_closes_the_ring(office: Office) -> None:
    """Each would be fine alone; the second to be stored is refused, whichever that is."""
    for number in range(5):
        pair = [office.customer(f"{name} {number}") for name in ("Left", "Right")]
        gate = Barrier(2)

        def move(which: int, pair: Sequence[UUID] = pair, gate: Barrier = gate) -> str:
            gate.wait()
            try:
                set_parent(office, pair[which], pair[1 - which])
            except InvalidInput as refused:
                return refused.fields["parent"]
            return ""

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(move, range(2)))
        parents = [office.look(lambda session, key=key: get_customer(session, key)).parent_id for key in pair]
        assert said[0] == ""
        assert "its own parent" in said[1]
        assert parents.count(None) == 1


@pytest.mark.both_databases
def test_a_circle_from_before_does_no_harm(office: Office) -> None:
    """Its cards open, and an edit can break it."""
    ids = [office.customer(f"Ring {number}") for number in range(3)]
    turn_in_a_circle(office, *ids)
    below = office.customer("Below", parent_id=ids[0])
    for key in (*ids, below):
        family = family_of(office, key)
        assert family is not None
        assert family.counts.total == 4
    set_parent(office, ids[0], None)
    family = family_of(office, ids[2])
    assert family is not None
    assert family.root_name == "Ring 0"


def test_ids_that_are_not_here_have_no_family(office: Office) -> None:
    """Whatever somebody writes into a button."""
    with pytest.raises(NotFound):
        office.ask(get_family_page, customer_id=UUID(int=1), viewer=ANA)


def test_a_list_brings_families_of_any_depth(office: Office) -> None:
    """By names, also when a parent stands below its child in the list."""
    take_in(office, "Name,Parent Account\nPorto,Iberia\nIberia,Golddex\nGolddex,\n")
    porto = office.look(lambda session: session.exec(select(Customer).where(Customer.name == "Porto")).one())
    family = family_of(office, porto.id)
    assert family is not None
    assert [one.name for one in family.members] == ["Golddex", "Iberia", "Porto"]


def test_a_list_and_an_edit_meanwhile_close_no_circle(office: Office) -> None:
    """The row is compared again; its parent is left out then, and said to be."""
    left, right = office.customer("Left", owner=ANA), office.customer("Right", owner=ANA)

    def meanwhile(step: int) -> None:
        if step == 1:
            set_parent(office, right, left)

    drafts = read("Name,Parent,Country\nLeft,Right,PT\nNew,,PT\nNewer,,PT\n")
    upload = office.do(store_upload, file_name="list.csv", content=b"x", by=MARA)
    done = import_upload(SmallBatches(office, meanwhile), upload_id=upload, drafts=drafts, erase_blanks=False, by=MARA)
    parents = [office.look(lambda session, key=key: get_customer(session, key)).parent_id for key in (left, right)]
    assert parents == [None, left]
    assert done.plan.changed == 1


@given(parents=TREES)
def test_a_tree_holds_everybody_once(parents: dict[int, int | None]) -> None:
    """Also where the parents go in a circle or aren't there; each stands right below its parent or another child."""
    children: dict[int, list[int]] = {}
    for key, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(key)
    for key in parents:
        root = find_root(key, parents)
        assert is_in_circle(key, parents) == (key in (line := ancestors(key, parents)))
        assert root == key or root in line
        order = lay_out(root, children)
        keys = [one for one, _ in order]
        assert len(keys) == len(set(keys))
        assert key in keys
        depths = dict(order)
        assert all(depths[one] == depths[parents[one]] + 1 for one in keys[1:] if parents[one] != root)  # type: ignore[index]  # has one
        picked = pick_shown(keys, key, parents, most=3)
        assert len(picked) == min(3, len(keys))
        assert key in picked


async def test_the_tree_is_opened_from_the_card_and_turned(world: World) -> None:
    """The button beside the family opens all of it; each member's card opens from there."""
    office = world.office
    ids = found(office)
    for number in range(12):
        office.customer(f"Shop {number:02}", owner=BOB, waited=3, parent_id=ids["Golddex"])
    card = await answer(world, ANA, "/customers porto plant", "*Family*")
    assert "Belongs to *Golddex*: 19 companies, 2 neglected" in shown(card)
    assert "↳ *Porto Plant* · neglected" in shown(card)
    await world.as_(ANA).press(card, "customers.family")
    tree = await window(world, ANA, "Family", "Page 1 of 2")
    assert "*Golddex*: 19 companies, 2 neglected" in shown(tree)
    await world.as_(ANA).press(tree, "customers.family_next")
    tree = await window(world, ANA, "Family", "Page 2 of 2")
    assert "Shop 11 · in cadence · Bob Chen" in shown(tree)
    await world.as_(ANA).press(tree, "customers.card")
    await window(world, ANA, "Customer", "Belongs to *Golddex*")


@pytest.mark.slow
@pytest.mark.both_databases
def test_no_family_reads_all_customers(office: Office) -> None:
    """Upwards and downwards by an index, however many customers there are."""
    ids = found(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        fill_customers(session)
        for gathered in (False, True):
            for plan in plans_of(
                session, lambda: get_family_page(session, customer_id=ids["Porto Plant"], viewer=ANA, now=LONG_AGO)
            ):
                assert reads_many(plan) == [], f"statistics gathered: {gathered}\n{plan}"
            gather_statistics(session)
