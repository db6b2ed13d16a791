"""Reads about customers: finding them, their order, how many stand where; the same on both databases."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.errors import Ambiguous, NotAllowed, NotFound
from bot.customers.queries import (
    find_row,
    get_customer,
    get_schema,
    list_by_ids,
    list_neglected,
    list_pool,
    list_snoozed,
    list_waiting,
)
from bot.customers.queries.coverage import get_coverage, list_coming, list_coverages, list_team_coverage
from bot.customers.queries.due import list_owners_among, standing_of
from bot.customers.queries.screens import brief_of_contacts, get_card, list_imports, list_options, list_page, look_up
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import SnoozeReason, Standing, Status
from bot.customers.schemas import CustomerDetails, CustomerSchema
from bot.customers.tables import Customer
from bot.customers.usecases.details import add_customer
from bot.customers.usecases.undoing import undo_import
from bot.workspaces.usecases import BOT
from tests.customers.lists import read, take_in
from tests.makers import ANA, BOB, KIRI, MARA, Office

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 11, 23)
LATE = date(2026, 12, 24)


def names(rows: Sequence[Customer | CustomerSchema]) -> list[str]:
    """What these are called, in their order."""
    return [row.name for row in rows]


def found(office: Office, words: str) -> str:
    """Who is called so."""
    customer: Customer = office.look(lambda session: find_customer(session, words))
    return customer.name


def put_off(office: Office, name: str, waited: int, reason: SnoozeReason, **more: Any) -> UUID:
    """A customer of Ana's that is put off until Christmas."""
    return office.customer(name, waited=waited, owner=ANA, snoozed_until=LATE, snooze_reason=reason, **more)


def everybody_stands_somewhere(office: Office) -> dict[str, int]:
    """Customers of every standing, waited from nothing to far too long; the days each has waited."""
    waited = {f"Day {days:02}": days for days in (0, 10, 29, 30, 31, 44, 45, 46, 60)}
    for name, days in waited.items():
        office.customer(name, waited=days, owner=ANA)
    for days in (31, 46):
        put_off(office, f"Asked {days}", days, SnoozeReason.CUSTOMER_ASKED)
        put_off(office, f"Deferred {days}", days, SnoozeReason.DEFERRED)
    office.customer("Ended", waited=46, owner=ANA, snoozed_until=TODAY, snooze_reason=SnoozeReason.CUSTOMER_ASKED)
    office.customer("Lost", waited=60, owner=ANA, status=Status.LOST, status_reason="moved away")
    office.customer("Paused", waited=60, owner=ANA, status=Status.PAUSED, status_reason="moving")
    return waited


@pytest.mark.parametrize(
    "words", ["acme", "ACME, Inc.", "Ácme", "Labs of Acme", "https://www.acme.com/shop", "jo@acme.com"]
)
def test_a_customer_is_found_however_it_is_written(office: Office, words: str) -> None:
    """By name, alias or domain; capitals, accents and legal forms don't matter."""
    details = CustomerDetails(name="Acme", aliases=("Labs of Acme",), domain="acme.com")
    office.do(add_customer, details=details, by=ANA)
    assert found(office, words) == "Acme"


def test_an_unknown_name_comes_with_the_nearest_ones(office: Office) -> None:
    """In one sentence, with their ids; an alias leads to its customer, and a customer is named once."""
    acme = office.customer("Acme Bakery")
    office.do(add_customer, details=CustomerDetails(name="Lindqvist", aliases=("Acme Bakeries",)), by=ANA)
    with pytest.raises(NotFound, match=r"No customer is called Acme Bakry\. Did you mean .+ or .+\?") as missed:
        found(office, "Acme Bakry")
    assert missed.value.asked == "Acme Bakry"
    assert {name for _, name in missed.value.nearest} == {"Acme Bakery", "Lindqvist"}
    assert acme in {key for key, _ in missed.value.nearest}


@pytest.mark.parametrize("words", ["", "  ", "\x00", "Ω", "%", "x" * 5000])
def test_words_that_fit_nobody_are_answered_in_a_sentence(office: Office, words: str) -> None:
    """Nothing, a NUL, a wildcard, five thousand letters: not found, and not an accident."""
    office.customer("Acme")
    with pytest.raises(NotFound) as missed:
        found(office, words)
    assert len(str(missed.value)) < 200
    assert missed.value.nearest == ()


@pytest.mark.parametrize(
    ("words", "name"),
    [("harbour", "Harbour Bikes"), ("harb", "Harbour Bikes"), ("bikes", "Harbour Bikes"), ("hop pri", "Hop Printers"),
     ("rocket", "Golddex"), ("acme", "Acme"), ("h%", None), ("arbour", None)],
)  # fmt: skip
def test_the_only_one_whose_name_begins_or_holds_the_words_is_found(
    office: Office, words: str, name: str | None
) -> None:
    """Whole names come first, then beginnings, then words inside; the middle of a word is nothing."""
    for one in ("Acme", "Acmena", "Harbour Bikes", "Hop Printers"):
        office.customer(one)
    office.do(add_customer, details=CustomerDetails(name="Golddex", aliases=("Rocket People",)), by=MARA)
    if name is None:
        with pytest.raises(NotFound):
            found(office, words)
    else:
        assert found(office, words) == name


def test_several_that_begin_so_are_named(office: Office) -> None:
    """Nobody is guessed, and erasing takes nothing but the whole name."""
    for one in ("Acme", "Acmena"):
        office.customer(one)
    with pytest.raises(NotFound, match=r"No customer is called acm\. Did you mean Acme or Acmena\?"):
        found(office, "acm")
    with pytest.raises(NotFound, match=r"No customer is called acmen\. Did you mean Acmena\?"):
        office.look(lambda session: find_customer(session, "acmen", partly=False))


def test_two_of_one_name_are_both_named(office: Office) -> None:
    """The sentence says how many; the ids tell them apart; no more than twenty are offered."""
    ids = {office.customer("Twin", domain=f"twin{number}.com") for number in range(25)}
    with pytest.raises(Ambiguous, match="More than 20 customers are called twin; choose one") as several:
        found(office, "twin")
    assert len(several.value.nearest) == 20
    assert {key for key, _ in several.value.nearest} <= ids
    assert found(office, "twin7.com") == "Twin"


def test_ids_from_outside_lead_nowhere(office: Office) -> None:
    """Nonsense, an unknown id, no ids at all."""
    acme = office.customer("Acme")
    assert office.look(lambda session: find_row(session, "nonsense")) is None
    assert office.look(lambda session: find_row(session, str(UUID(int=1)))) is None
    assert office.look(lambda session: find_row(session, str(acme))).name == "Acme"
    assert office.look(lambda session: list_by_ids(session, [])) == {}
    assert set(office.look(lambda session: list_by_ids(session, [acme, UUID(int=1)]))) == {acme}
    with pytest.raises(NotFound, match="/customers"):
        office.look(lambda session: get_customer(session, UUID(int=1)))


def test_every_active_customer_stands_in_just_one_place(office: Office) -> None:
    """The lists of the database say of each customer what the rule says, and the counts add up."""
    everybody_stands_somewhere(office)
    rows = office.look(lambda session: session.exec(select(Customer)).all())
    active = [row for row in rows if row.status is Status.ACTIVE]
    by_rule = {kind: {row.name for row in active if standing_of(row, TODAY) is kind} for kind in Standing}
    waiting = names(office.look(lambda session: list_waiting(session, owner_ids=[ANA], today=TODAY)))
    late = names(office.look(lambda session: list_neglected(session, today=TODAY)))
    asleep = names(office.look(lambda session: list_snoozed(session, owner_id=ANA, today=TODAY)))
    assert set(late) == by_rule[Standing.NEGLECTED] == {"Day 46", "Day 60", "Deferred 46", "Ended"}
    assert set(asleep) == by_rule[Standing.SNOOZED] == {"Asked 31", "Asked 46", "Deferred 31"}
    assert set(waiting) == by_rule[Standing.NEGLECTED] | by_rule[Standing.DUE]
    coverage = office.look(lambda session: get_coverage(session, today=TODAY, owner_id=ANA))
    assert (coverage.active, coverage.neglected, coverage.snoozed) == (len(active), len(late), len(asleep))
    assert coverage.due == len(by_rule[Standing.DUE])
    assert coverage.in_cadence == len(by_rule[Standing.IN_CADENCE])
    assert coverage.snoozed_late == 3


def test_coverage_counts_the_pool_and_nobody_elses(office: Office) -> None:
    """Of one owner, of the workspace, of nobody: whole percent, rounded down."""
    office.customer("Mine", waited=3, owner=ANA)
    office.customer("Late", waited=60, owner=ANA)
    office.customer("Later", waited=70, owner=ANA)
    office.customer("Pooled", waited=3)
    office.customer("Lost", waited=3, status=Status.LOST, status_reason="gone")
    everybody = office.look(lambda session: get_coverage(session, today=TODAY))
    assert (everybody.active, everybody.neglected, everybody.pool, everybody.percent) == (4, 2, 1, 50)
    ana = office.look(lambda session: get_coverage(session, today=TODAY, owner_id=ANA))
    assert (ana.active, ana.pool, ana.percent) == (3, 0, 33)
    assert office.look(lambda session: get_coverage(session, today=TODAY, owner_id=BOB)).percent == 0


def test_a_list_that_nobody_owns_and_nobody_called_is_not_in_cadence(office: Office) -> None:
    """Imported companies count as never contacted; with an owner they are in cadence until their first one is over."""
    for number in range(5):
        office.customer(f"Imported {number}")
    coverage = office.look(lambda session: get_coverage(session, today=TODAY))
    assert (coverage.active, coverage.percent, coverage.never_contacted, coverage.pool) == (5, 0, 5, 5)
    office.customer("Mine", owner=ANA)
    office.customer(
        "Still not called", owner=ANA, added_on=TODAY - timedelta(days=31), first_due_on=TODAY + timedelta(days=9)
    )
    ana = office.look(lambda session: get_coverage(session, today=TODAY, owner_id=ANA))
    assert (ana.in_cadence, ana.never_contacted, ana.due) == (1, 1, 0)


def test_lists_are_ordered_by_how_far_past_their_own_cadence(office: Office) -> None:
    """A weekly one after ten days comes before a monthly one after forty, whatever either is worth."""
    office.customer("Monthly", waited=40, owner=ANA, annual_value=10**9, headcount=10**6)
    office.customer("Weekly", waited=20, owner=ANA, cadence_days=7, annual_value=1)
    office.customer("Yearly", waited=600, owner=ANA, cadence_days=365)
    rows = office.look(lambda session: list_waiting(session, owner_ids=[ANA], today=TODAY))
    assert names(rows) == ["Weekly", "Yearly", "Monthly"]
    assert names(office.look(lambda session: list_waiting(session, owner_ids=[ANA], today=TODAY, limit=2))) == [
        "Weekly",
        "Yearly",
    ]
    assert office.look(lambda session: list_waiting(session, owner_ids=[], today=TODAY)) == []
    late = office.look(lambda session: list_neglected(session, today=TODAY, owner_id=ANA, offset=1, limit=1))
    assert names(late) == ["Yearly"]


def test_the_pool_holds_active_customers_without_owner_only(office: Office) -> None:
    """Furthest past their cadence first."""
    office.customer("Short", waited=2)
    office.customer("Long", waited=20)
    office.customer("Taken", waited=30, owner=ANA)
    office.customer("Lost", waited=30, status=Status.LOST, status_reason="gone")
    assert names(office.look(lambda session: list_pool(session, today=TODAY))) == ["Long", "Short"]
    page = office.ask(list_page, viewer=ANA, pool=True)
    assert (names(page.rows), page.total, page.pool) == (["Long", "Short"], 2, True)


def test_what_comes_due_is_in_the_order_of_its_days(office: Office) -> None:
    """Neither what waits already nor what is put off; with how many there are in all."""
    for name, waited in (("Due", 30), ("Soon", 27), ("Later", 25), ("Next month", 1)):
        office.customer(name, waited=waited, owner=ANA)
    put_off(office, "Asleep", 26, SnoozeReason.DEFERRED)
    rows, total = office.look(
        lambda session: list_coming(session, owner_ids=[ANA], today=TODAY, until=TODAY + timedelta(days=7), limit=1)
    )
    assert (names(rows), total) == (["Soon"], 2)


def test_the_team_is_listed_from_the_least_in_cadence(office: Office) -> None:
    """With how many owners there are; the pool is nobody's."""
    for owner, waited in ((ANA, 60), (ANA, 1), (BOB, 1), (KIRI, 60)):
        office.customer(f"{owner} {waited}", owner=owner, waited=waited)
    office.customer("Pooled", waited=90)
    coverages = office.look(lambda session: list_coverages(session, today=TODAY))
    rows, total = office.look(lambda session: list_team_coverage(session, coverages=coverages, limit=2))
    assert ([(row.name, row.coverage.percent) for row in rows], total) == ([("Kiri Walker", 0), ("Ana Lima", 50)], 3)
    rest, _ = office.look(lambda session: list_team_coverage(session, coverages=coverages, limit=2, offset=2))
    assert [row.name for row in rest] == ["Bob Chen"]
    assert office.look(lambda session: list_owners_among(session, [KIRI, MARA, ANA])) == [ANA, KIRI]
    assert office.look(lambda session: list_owners_among(session, [])) == []


def test_pages_never_run_past_the_end(office: Office) -> None:
    """A page before the first is the first, one after the last the last; together they show everybody once."""
    made = {office.customer(f"Shop {number:02}", waited=number) for number in range(19)}
    pages = [office.ask(list_page, viewer=ANA, page=number) for number in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [8, 8, 3]
    assert {row.id for page in pages for row in page.rows} == made
    assert [row.days_waiting for row in pages[0].rows] == list(range(18, 10, -1))
    assert office.ask(list_page, viewer=ANA, page=-5).page == 1
    assert office.ask(list_page, viewer=ANA, page=10**9).page == 3


def test_active_customers_come_before_the_others(office: Office) -> None:
    """However long those have waited."""
    office.customer("Lost", waited=300, status=Status.LOST, status_reason="gone")
    office.customer("Active", waited=1)
    assert names(office.ask(list_page, viewer=ANA).rows) == ["Active", "Lost"]


def test_the_menu_offers_beginnings_first_and_never_the_excluded(office: Office) -> None:
    """With typing errors the nearest; with nothing typed, who has waited longest."""
    office.customer("Great Acme", waited=40)
    office.customer("Acme", waited=1)
    office.customer("Acme Excluded", waited=90, status=Status.EXCLUDED, status_reason="court order")
    offered = [named.name for named in office.ask(list_options, words="acme", viewer=ANA)]
    assert offered == ["Acme", "Great Acme"]
    assert [named.name for named in office.ask(list_options, words="", viewer=ANA)] == ["Great Acme", "Acme"]
    assert "Acme" in [named.name for named in office.ask(list_options, words="Acmme", viewer=ANA)]


def test_a_card_knows_family_and_what_the_viewer_owns(office: Office) -> None:
    """The nearest by name and how many there are; *mine* for its owner only."""
    top = office.customer("Holding", owner=ANA, waited=3)
    for number in range(7):
        office.customer(f"Part {number}", parent_id=top)
    card = office.ask(get_card, customer_id=top, viewer=ANA, features=office.runtime.features)
    assert [(one.name, one.depth) for one in card.family.members] == [
        ("Holding", 0), *((f"Part {n}", 1) for n in range(7))
    ]  # fmt: skip
    assert card.mine
    assert not office.ask(get_card, customer_id=top, viewer=BOB, features=()).mine
    part = office.look(lambda session: find_customer(session, "Part 1"))
    assert office.ask(get_card, customer_id=part.id, viewer=ANA, features=()).parent.name == "Holding"
    assert office.ask(get_schema, customer_id=top, viewer=KIRI).owner_name == "Ana Lima"


def test_whom_not_to_contact_is_said_of_just_these_customers(office: Office) -> None:
    """On every queue and card."""
    acme = "Acme,acme.io,Jo,yes\nAcme,acme.io,Al,yes\n"
    take_in(office, f"Name,Domain,Contact name,Contact do not contact\n{acme}Bolt,,Bo,no\nCora,,Cy,yes\n")
    ids = {name: office.look(lambda session, name=name: find_customer(session, name)).id for name in ("Acme", "Bolt")}
    lines = office.ask(brief_of_contacts, customer_ids=list(ids.values()))
    assert {key: [line.text for line in told] for key, told in lines.items()} == {
        ids["Acme"]: ["don't contact Al", "don't contact Jo"]
    }
    assert office.ask(brief_of_contacts, customer_ids=[]) == {}


def test_a_search_for_a_word_in_several_names_is_a_list(office: Office) -> None:
    """Words in any order; a part of a domain; a wildcard is a letter like others."""
    office.customer("Alpha Trading North", domain="alpha-north.com")
    office.customer("Alpha South Trading", domain="alpha-south.com")
    trading = office.ask(look_up, words="trading alpha", viewer=ANA, features=())
    assert trading.card is None
    assert trading.page.total == 2
    assert office.ask(look_up, words="north.com", viewer=ANA, features=()).card.customer.name == "Alpha Trading North"
    assert office.ask(look_up, words="%", viewer=ANA, features=()).card is None
    assert office.ask(look_up, words="", viewer=ANA, features=()).page.total == 2


def test_the_last_five_lists_are_told_with_who_brought_them(office: Office) -> None:
    """The latest first; undone ones say by whom; only managers and who brought one may undo it."""
    for number in range(6):
        take_in(office, read(f"Name\nShop {number}\n,\n", name=f"list {number}.csv"), by=BOB if number == 5 else MARA)
        office.runtime.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock moves
    by_bot = take_in(office, read("Name,Country\nShop 1,DE\nShop 9,\n,DE\n", name="cli.csv"), by=BOT)
    told = office.ask(list_imports, viewer=MARA)
    assert [one.file_name for one in told] == ["cli.csv", *(f"list {number}.csv" for number in (5, 4, 3, 2))]
    assert [one.by for one in told[:3]] == ["the command line", "Bob Chen", "Mara Okafor"]
    assert (told[0].added, told[0].changed, told[0].refused, told[0].on) == (1, 1, 1, TODAY)
    assert all(one.may_undo for one in told)
    assert [one.may_undo for one in office.ask(list_imports, viewer=BOB)] == [False, True, False, False, False]
    assert not any(one.may_undo for one in office.ask(list_imports, viewer=ANA))
    office.do(undo_import, import_id=by_bot.id, by=MARA)
    undone = office.ask(list_imports, viewer=MARA)[0]
    assert (undone.undone_by, undone.may_undo) == ("Mara Okafor", False)


def test_lists_are_dated_on_the_viewers_wall(office: Office) -> None:
    """What came in at noon in London came in on the next day in Auckland."""
    office.runtime.clock.move(timedelta(hours=4))  # type: ignore[attr-defined]  # 13:00 UTC, past midnight in Auckland
    take_in(office, "Name\nAcme\n")
    days = [office.ask(list_imports, viewer=who)[0].on for who in (MARA, KIRI)]
    assert days == [TODAY, TODAY + timedelta(days=1)]


def test_guests_read_nothing(office: Office) -> None:
    """Whatever they ask for."""
    guest = office.person("U0GUEST", "Gus Guest", is_guest=True)
    acme = office.customer("Acme")
    asked: tuple[tuple[Any, dict[str, Any]], ...] = (
        (list_page, {}), (list_options, {"words": "a"}), (look_up, {"words": "", "features": ()}), (list_imports, {}),
        (get_card, {"customer_id": acme, "features": ()}),
    )  # fmt: skip
    for query, more in asked:
        for viewer in (guest, "U0NOBODY"):
            with pytest.raises(NotAllowed, match="full members"):
                office.ask(query, viewer=viewer, **more)
