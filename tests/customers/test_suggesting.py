"""Parents are suggested from lists, domains and names; a person confirms one, and a refused one doesn't come again."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.errors import AlreadyDone, NotAllowed, NotFound
from bot.customers.queries import export, get_customer, suggesting
from bot.customers.queries.searching import find_customer
from bot.customers.queries.suggesting import list_suggestions, suggest_parent
from bot.customers.rules.families import names_above
from bot.customers.schemas.families import ParentSuggestion, SuggestionPage
from bot.customers.tables import NamedParent, RefusedParent
from bot.customers.usecases.erasing import erase
from bot.customers.usecases.parents import confirm_parent, refuse_parent
from bot.customers.usecases.undoing import undo_import
from bot.customers.views import families
from tests.customers.lists import take_in
from tests.customers.screens import answer, customer, shown, window
from tests.customers.test_list_plans import reads_many
from tests.makers import ANA, BOB, MARA, START, WORKSPACE, Office
from tests.many import fill_customers, gather_statistics, plans_of
from tests.world import World


def suggested(office: Office, key: UUID) -> tuple[str, str] | None:
    """The name of the parent that is suggested for a customer, and why."""

    def look(session: Any) -> ParentSuggestion | None:
        return suggest_parent(session, get_customer(session, key))

    found: ParentSuggestion | None = office.look(look)
    return (found.parent_name, found.why) if found else None


def id_of(office: Office, name: str) -> UUID:
    """The id of the customer of that name."""
    key: UUID = office.look(lambda session: find_customer(session, name)).id
    return key


@pytest.mark.both_databases
def test_a_name_that_begins_with_another_suggests_it(office: Office) -> None:
    """The longest such name; not the other way round, and not by a few letters or a part of a word."""
    golddex, iberia = office.customer("Golddex Inc."), office.customer("Golddex Iberia")
    plant, goldfinch = office.customer("Golddex Iberia Plant"), office.customer("Golddexter Dental")
    office.customer("ABC")
    assert suggested(office, plant) == ("Golddex Iberia", "by the name")
    assert suggested(office, iberia) == ("Golddex Inc.", "by the name")
    assert suggested(office, golddex) is None
    assert suggested(office, goldfinch) is None
    assert suggested(office, office.customer("ABC Movers")) is None
    assert names_above("golddex iberia plant") == ["golddex iberia", "golddex"]


@pytest.mark.both_databases
def test_a_shared_domain_suggests_the_one_with_the_shorter_name(office: Office) -> None:
    """The others belong to it; it belongs to none of them."""
    top = office.customer("Sunset Group", domain="sunset.example")
    diner, bar = (office.customer(f"{name} of the West", domain="sunset.example") for name in ("Diner", "Bar"))
    assert suggested(office, diner) == suggested(office, bar) == ("Sunset Group", "both use sunset.example")
    assert suggested(office, top) is None
    assert suggested(office, office.customer("Elsewhere", domain="elsewhere.example")) is None


@pytest.mark.both_databases
def test_a_parent_that_a_list_named_is_suggested_once_it_is_there(office: Office) -> None:
    """Before, the import says that it isn't; the list's word comes before a name's."""
    done = take_in(office, "Name,Parent Account\nPorto Plant,Golddex Holding\nPorto Plant West,Golddex Holding\n")
    plant, west = id_of(office, "Porto Plant"), id_of(office, "Porto Plant West")
    assert suggested(office, west) == ("Porto Plant", "by the name")
    office.customer("Golddex Holding")
    for key in (plant, west):
        assert suggested(office, key) == ("Golddex Holding", "a list named it as the parent")
    office.do(undo_import, import_id=done.id, by=MARA)
    assert office.look(lambda session: session.exec(select(NamedParent)).all()) == []
    with pytest.raises(NotFound):
        office.look(lambda session: get_customer(session, plant))


def test_what_somebody_refused_is_not_suggested_again(office: Office) -> None:
    """The next likely one is; refusing twice counts once."""
    golddex, iberia = office.customer("Golddex"), office.customer("Golddex Iberia")
    plant = office.customer("Golddex Iberia Plant")
    assert office.do(refuse_parent, customer_id=plant, parent_id=iberia, by=ANA)
    assert not office.do(refuse_parent, customer_id=plant, parent_id=iberia, by=BOB)
    assert suggested(office, plant) == ("Golddex", "by the name")
    office.do(refuse_parent, customer_id=plant, parent_id=golddex, by=ANA)
    assert suggested(office, plant) is None
    told = office.look(lambda session: export(session, "customer", str(plant)))
    assert {one["parent_id"] for one in told["parents_refused"]} == {str(golddex), str(iberia)}
    office.do(lambda session, now: erase(session, "customer", str(golddex), now))
    office.do(lambda session, now: erase(session, "person", ANA, now))
    kept = office.look(lambda session: session.exec(select(RefusedParent)).all())
    assert [(one.parent_id, one.by) for one in kept] == [(iberia, "gone")]


def test_a_confirmed_parent_is_one_and_is_not_asked_about_again(office: Office) -> None:
    """Nor is one suggested that belongs to the customer itself; a second answer changes nothing."""
    golddex, iberia = office.customer("Golddex"), office.customer("Golddex Iberia")
    office.do(confirm_parent, customer_id=iberia, parent_id=golddex, by=ANA)
    assert office.look(lambda session: get_customer(session, iberia)).parent_id == golddex
    assert suggested(office, iberia) is None
    with pytest.raises(AlreadyDone, match="belongs to Golddex already"):
        office.do(confirm_parent, customer_id=iberia, parent_id=golddex, by=ANA)
    with pytest.raises(NotFound):
        office.do(refuse_parent, customer_id=iberia, parent_id=UUID(int=1), by=ANA)
    with pytest.raises(NotAllowed):
        office.do(refuse_parent, customer_id=iberia, parent_id=golddex, by="U0NOBODY")
    below = office.customer("Zeta", domain="zeta.example")
    above = office.customer("Zeta Zeta", domain="zeta.example")
    office.do(confirm_parent, customer_id=below, parent_id=above, by=ANA)
    assert suggested(office, above) is None


async def test_the_card_asks_and_takes_both_answers(world: World) -> None:
    """In the answer to the command, and in a window; the card is drawn anew in its place."""
    office = world.office
    office.customer("Golddex", owner=MARA)
    office.customer("Golddex Iberia", owner=BOB)
    office.customer("Golddex Iberia Plant", owner=ANA)
    ana = world.as_(ANA)
    card = await answer(world, ANA, "/customers golddex iberia plant", "Does it belong to *Golddex Iberia*?")
    await ana.press(card, "customers.belongs_not")
    card = await ana.until(lambda _: card if "Does it belong to *Golddex*?" in shown(card) else None)
    await ana.press(card, "customers.belongs")
    await ana.until(lambda _: card if "Belongs to *Golddex*: 2 companies" in shown(card) else None)
    assert customer(world, "golddex iberia plant").parent_id == customer(world, "golddex").id
    listed = await answer(world, ANA, "/customers", "Golddex Iberia")
    key = str(customer(world, "golddex iberia").id)
    await ana.press(listed, "customers.card", value=key)
    opened = await window(world, ANA, "Customer", "Does it belong to *Golddex*?")
    await ana.press(opened, "customers.belongs")
    await window(world, ANA, "Customer", "Belongs to *Golddex*: 3 companies")


# --- the list of all ---------------------------------------------------------------------------------------------


def listed(office: Office, **more: Any) -> SuggestionPage:
    """A page of the list."""
    page: SuggestionPage = office.ask(list_suggestions, viewer=ANA, **more)
    return page


@pytest.mark.both_databases
def test_all_suggestions_are_listed_by_name_and_by_pages(office: Office) -> None:
    """Those of each way, the same as on the cards; who has a parent, or was refused all, isn't there."""
    top = office.customer("Sunset Group", domain="sunset.example")
    office.customer("Elsewhere", domain="elsewhere.example")
    office.customer("Diner of the West", domain="sunset.example")
    take_in(office, "Name,Parent Account\nPorto Plant,Golddex Holding\n")
    office.customer("Golddex Holding")
    shops = [office.customer(f"Sunset Group Shop {number}") for number in range(9)]
    first = listed(office)
    assert [(one.customer_name, one.parent_name, one.why) for one in first.rows[:3]] == [
        ("Diner of the West", "Sunset Group", "both use sunset.example"),
        ("Porto Plant", "Golddex Holding", "a list named it as the parent"),
        ("Sunset Group Shop 0", "Sunset Group", "by the name"),
    ]
    assert (len(first.rows), first.up_to) == (8, "Sunset Group Shop 5")
    second = listed(office, after=first.next_after)
    assert ([one.customer_id for one in second.rows], second.next_after) == (shops[6:], None)
    for one in (*first.rows, *second.rows):
        assert suggested(office, one.customer_id) == (one.parent_name, one.why)
    office.do(confirm_parent, customer_id=shops[6], parent_id=top, by=ANA)
    office.do(refuse_parent, customer_id=shops[7], parent_id=top, by=ANA)
    assert [one.customer_id for one in listed(office, after=first.next_after).rows] == [shops[8]]
    with pytest.raises(NotAllowed):
        office.ask(list_suggestions, viewer="U0NOBODY")


def test_a_page_looks_at_so_many_customers_and_says_how_far_it_came(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where few of many have a suggestion, one looks further with a press; the last page says that there is no more."""
    monkeypatch.setattr(suggesting, "BATCH", 2)
    monkeypatch.setattr(suggesting, "MOST_SEARCHED", 4)
    for number in range(5):
        office.customer(f"Alone {number}")
    office.customer("Zeta")
    office.customer("Zeta West")
    first = listed(office)
    assert (first.rows, first.up_to) == ((), "Alone 3")
    assert families.suggestions(first).text == "No customer up to Alone 3 seems to belong to another one."
    second = listed(office, after=first.next_after)
    assert [one.customer_name for one in second.rows] == ["Zeta West"]
    assert listed(office, after=second.rows[0].customer_id).rows == ()
    end = families.suggestions(listed(office, after=second.rows[0].customer_id))
    assert end.text == "No other customer seems to belong to another one."
    assert families.suggestions(SuggestionPage()).text == "No customer seems to belong to another one."


async def test_a_person_answers_the_list(world: World) -> None:
    """Yes and no in their rows; the list says what came of it, and what is left."""
    office = world.office
    for name in ("Golddex", "Golddex Asia", "Golddex Iberia", "Goldfinch"):
        office.customer(name)
    ana = world.as_(ANA)
    page = await answer(world, ANA, "/customers families", "2 customers may belong to another one. Does it?")
    assert "*Golddex Asia* → *Golddex* (by the name)" in shown(page)
    await ana.press(page, "customers.row_belongs")
    page = await ana.until(lambda _: page if "Golddex Asia belongs to Golddex now." in shown(page) else None)
    assert customer(world, "golddex asia").parent_id == customer(world, "golddex").id
    await ana.press(page, "customers.row_belongs_not")
    await ana.until(
        lambda _: page if "Golddex Iberia doesn't belong to Golddex; nobody is asked" in shown(page) else None
    )
    assert "No customer seems to belong to another one." in shown(page)
    for number in range(9):
        office.customer(f"Goldfinch {number}")
    page = await answer(world, ANA, "/customers families", "8 customers up to *Goldfinch 7* may belong")
    await ana.press(page, "customers.parents_on")
    await ana.until(lambda _: page if "*Goldfinch 8* → *Goldfinch*" in shown(page) else None)


IN_ORDER = "SEARCH customers USING INDEX ix_customers_workspace_id_name_key "
"""A step of a plan that reads customers by name, and ends with the page."""


@pytest.mark.slow
@pytest.mark.both_databases
def test_no_suggestion_reads_all_customers(office: Office) -> None:
    """Each way of finding one goes by an index."""
    plant = office.customer("Golddex Iberia Plant", domain="golddex.example")
    office.customer("Golddex", domain="golddex.example")
    with office.runtime.database.transaction(WORKSPACE) as session:
        fill_customers(session)
        row = get_customer(session, plant)
        for gathered in (False, True):
            for plan in plans_of(session, lambda: suggest_parent(session, row)):
                assert reads_many(plan) == [], f"statistics gathered: {gathered}\n{plan}"
            for plan in plans_of(session, lambda: list_suggestions(session, viewer=ANA, now=START)):
                steps = [step for step in reads_many(plan) if IN_ORDER not in step]
                assert steps == [], f"statistics gathered: {gathered}\n{plan}"
                assert "TEMP B-TREE FOR ORDER BY" not in plan
            gather_statistics(session)
