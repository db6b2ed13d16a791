"""Which rows of a list are one customer, by rows alone, and what they say together."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.customers.rules.due import Status
from bot.customers.rules.grouping import (
    MOST_COMPARED,
    SAME_COMPANY,
    SAME_DOMAIN,
    SAME_ID,
    SAME_ROWS,
    Grouper,
    RowGroup,
    combine,
)
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import LONGEST_SHOWN, RowDraft

Groups = list[tuple[tuple[int, ...], str]]


def row(name: str, number: int = 0, **fields: Any) -> RowDraft:
    """A row of a list; rows without a fingerprint are the same in every cell."""
    return RowDraft(row_number=number, name=name, **fields)


def numbered(rows: Collection[RowDraft]) -> list[RowDraft]:
    """The rows on the lines from 2 on, where they have no number."""
    return [one if one.row_number else replace(one, row_number=at) for at, one in enumerate(rows, start=2)]


def grouper(*rows: RowDraft, apart: Collection[int] = (), of_people: bool = False) -> Grouper:
    """The grouped rows."""
    return Grouper(numbered(rows), apart=apart, of_people=of_people)


def groups(*rows: RowDraft, apart: Collection[int] = (), of_people: bool = False) -> Groups:
    """The lines of each customer, and why they are one."""
    found = grouper(*rows, apart=apart, of_people=of_people)
    assert not found.refusals
    return [(tuple(one.row_number for one in group.rows), group.why) for group in found.groups]


def together(*rows: RowDraft, is_without_id: bool = False) -> tuple[dict[str, Any], list[tuple[int, str, str]]]:
    """What rows say together but their name, and what of which line was left out."""
    made = RowGroup("acme", numbered(rows), is_without_id=is_without_id)
    given, left_out = combine(made.own_rows())
    assert given.pop("name") == rows[0].name
    return given, [(note.row_number, note.column, note.value) for note in left_out]


# --- which rows are one ----------------------------------------------------------------------------------------------


def test_rows_of_one_id_are_one_customer() -> None:
    """Of one system; an id of another system is another id, and so is one without a system."""
    assert groups(row("Acme", external_id="7"), row("Acme Ltd", external_id="7")) == [((2, 3), SAME_ID)]
    assert groups(
        row("Acme", external_id="7", source="crm"), row("Bolt", external_id="7", source="erp"),
        row("Cord", external_id="7"),
    ) == [((2,), ""), ((3,), ""), ((4,), "")]  # fmt: skip


def test_rows_of_one_domain_are_one_customer_where_their_names_are_alike() -> None:
    """Equal, or alike; two names that have nothing in common are two customers behind one address."""
    assert groups(row("Acme", domain="acme.com"), row("ACME Inc.", domain="acme.com")) == [((2, 3), SAME_DOMAIN)]
    alike = row("Meridian Logistics", domain="m.com"), row("Meridian Logistic", domain="m.com")
    assert groups(*alike) == [((2, 3), SAME_DOMAIN)]
    assert groups(row("Acme", domain="a.com"), row("Bolt", domain="a.com")) == [((2,), ""), ((3,), "")]
    assert groups(row("Acme", domain="a.com"), row("Acme", domain="b.com")) == [((2,), ""), ((3,), "")]


def test_an_id_goes_before_a_domain_wherever_the_row_stands() -> None:
    """The surest rows are looked at first; the customers stand in the order of the file, and so do their rows."""
    found = groups(
        row("Bolt", domain="bolt.com"), row("Acme", fingerprint=1), row("Bolt", domain="bolt.com", external_id="9"),
        row("Cord"),
    )  # fmt: skip
    assert found == [((2, 4), SAME_DOMAIN), ((3,), ""), ((5,), "")]


def test_two_ids_are_two_customers_in_spite_of_one_domain() -> None:
    """Of one system; an id of each of two systems may be one customer's."""
    same = {"domain": "acme.com"}
    assert groups(row("Acme", external_id="1", **same), row("Acme", external_id="2", **same)) == [
        ((2,), ""), ((3,), ""),
    ]  # fmt: skip
    two = row("Acme", external_id="1", source="crm", **same), row("Acme", external_id="2", source="erp", **same)
    assert groups(*two) == [((2, 3), SAME_DOMAIN)]
    third = row("Acme", external_id="3", source="crm", **same)
    assert groups(*two, third) == [((2, 3), SAME_DOMAIN), ((4,), "")]


def test_an_id_of_a_system_is_no_hindrance_to_join_another_systems_customer() -> None:
    """The first system's two customers are left out for a third id of that system, not what comes behind them."""
    same = {"domain": "acme.com"}
    found = groups(
        row("Acme", external_id="1", source="crm", **same), row("Acme", external_id="2", source="crm", **same),
        row("Acme", external_id="9", source="erp", **same), row("Acme", external_id="3", source="crm", **same),
    )  # fmt: skip
    assert found == [((2,), ""), ((3,), ""), ((4, 5), SAME_DOMAIN)]


def test_a_row_that_could_be_either_of_two_customers_is_neither() -> None:
    """Two ids of one domain and name, and a row with the domain alone."""
    same = {"domain": "acme.com"}
    found = groups(row("Acme", external_id="1", **same), row("Acme", external_id="2", **same), row("Acme", **same))
    assert found == [((2,), ""), ((3,), ""), ((4,), "")]


def test_a_name_alone_makes_rows_one_only_where_every_cell_is_the_same() -> None:
    """Spelt alike, too: what differs in a letter's case was typed twice."""
    assert groups(row("Loop", fingerprint=1), row("Loop", fingerprint=1)) == [((2, 3), SAME_ROWS)]
    assert groups(row("Loop", fingerprint=1), row("Loop", fingerprint=2)) == [((2,), ""), ((3,), "")]
    assert groups(row("Loop", fingerprint=1), row("LOOP", fingerprint=1)) == [((2,), ""), ((3,), "")]


def test_the_same_row_again_and_again_is_one_customer() -> None:
    """Each repeated row belongs to the first of its kind."""
    other = row("Loop", fingerprint=2)
    found = groups(*[row("Loop", fingerprint=1)] * 3, other, row("Loop", fingerprint=1), other)
    assert found == [((2, 3, 4, 6), SAME_ROWS), ((5, 7), SAME_ROWS)]


def test_rows_that_are_the_same_but_have_no_id_join_none_that_has() -> None:
    """An id or domain of its own says more than equal cells."""
    assert groups(row("Loop", domain="a.com", fingerprint=1), row("Loop", fingerprint=1)) == [((2, 3), SAME_ROWS)]
    with_ids = row("Loop", external_id="1", fingerprint=1), row("Loop", external_id="2", fingerprint=1)
    assert groups(*with_ids) == [((2,), ""), ((3,), "")]
    with_domains = row("Loop", domain="a.com", fingerprint=1), row("Loop", domain="b.com", fingerprint=1)
    assert groups(*with_domains) == [((2,), ""), ((3,), "")]


def test_in_a_list_of_people_a_companys_name_makes_their_rows_one() -> None:
    """Spelt alike; elsewhere it doesn't, and not where two customers of that name are known."""
    people = row("Loop", fingerprint=1), row("Loop", fingerprint=2)
    assert groups(*people, of_people=True) == [((2, 3), SAME_COMPANY)]
    assert groups(row("Loop", fingerprint=1), row("LOOP", fingerprint=2), of_people=True) == [((2,), ""), ((3,), "")]
    known = row("Loop", external_id="1", fingerprint=3), row("Loop", external_id="2", fingerprint=4)
    assert groups(*known, people[0], of_people=True) == [((2,), ""), ((3,), ""), ((4,), "")]
    assert groups(known[0], people[0], of_people=True) == [((2, 3), SAME_COMPANY)]


def test_a_contacts_address_tells_the_domain_where_a_name_comes_twice() -> None:
    """Once is enough where only one row has that name: then its address is the contact's own business."""
    one = row("Loop", contact_email="ana@loop.com", fingerprint=1)
    two = row("Loop", contact_email="ben@loop.com", fingerprint=2)
    assert groups(one, two) == [((2, 3), SAME_DOMAIN)]
    assert groups(one, row("Loops Ltd", contact_email="cy@loop.com", fingerprint=3)) == [((2,), ""), ((3,), "")]
    assert groups(one, row("Loop", domain="loop.com")) == [((2, 3), SAME_DOMAIN)]


def test_rows_kept_apart_are_customers_of_their_own() -> None:
    """Whatever they have in common, and nobody joins them; the first of them has the id."""
    rows = [row("Acme", external_id="7"), row("Acme", external_id="7"), row("Acme", external_id="7")]
    found = grouper(*rows, apart={2, 3})
    assert [[one.row_number for one in group.rows] for group in found.groups] == [[2], [3], [4]]
    assert [group.is_without_id for group in found.groups] == [False, True, True]
    assert groups(*[row("Loop", domain="a.com")] * 3, apart={3}) == [((2, 4), SAME_DOMAIN), ((3,), "")]


def test_an_id_of_two_names_is_refused_and_says_where_the_other_is() -> None:
    """Unless the names are alike, one holds the other's words, or the domain is the same."""
    found = grouper(row("Acme", external_id="7"), row("Zenith", external_id="7"), row("Bolt"))
    assert [group.key for group in found.groups] == ["acme", "bolt"]
    (refusal,) = found.refusals
    assert (refusal.row_number, refusal.column, refusal.value) == (3, "external_id", "7")
    assert refusal.reason == (
        "Row 2 has the same id and is called Acme: give one of the two another id, or mend its name."
    )


@pytest.mark.parametrize(
    ("first", "second", "domains"),
    [
        ("Acme", "Acme Northern Works", ("", "")), ("Acme Northern Works", "Acme", ("", "")),
        ("Meridian Logistics", "Meridian Logistic", ("", "")), ("Acme", "Zenith", ("acme.com", "acme.com")),
    ],
)  # fmt: skip
def test_an_id_of_two_spellings_is_one_customer(first: str, second: str, domains: tuple[str, str]) -> None:
    """What says that they are one goes before their names."""
    one, other = (domain or None for domain in domains)
    found = grouper(row(first, external_id="7", domain=one), row(second, external_id="7", domain=other))
    assert not found.refusals
    assert [len(group.rows) for group in found.groups] == [2]


@pytest.mark.parametrize("domains", [("acme.com", None), (None, "acme.com"), ("acme.com", "zenith.com"), (None, None)])
def test_only_one_and_the_same_domain_says_that_two_names_are_one(domains: tuple[str | None, str | None]) -> None:
    """A missing one says nothing."""
    one, other = domains
    found = grouper(row("Acme", external_id="7", domain=one), row("Zenith", external_id="7", domain=other))
    assert len(found.refusals) == 1


def test_a_group_knows_the_first_domain_and_the_first_id_of_each_system() -> None:
    """A later row adds what was missing, and replaces nothing."""
    group = RowGroup("acme", [])
    group.add(row("Acme"))
    assert (group.domain, group.ids) == (None, {})
    group.add(row("Acme", domain="acme.com", external_id="1"))
    group.add(row("Acme", domain="acme.net", external_id="2"))
    group.add(row("Acme", external_id="3", source="crm"))
    assert (group.domain, group.ids) == ("acme.com", {"": "1", "crm": "3"})
    assert group.may_hold(row("Acme"))
    assert group.may_hold(row("Acme", external_id="1"))
    assert group.may_hold(row("Acme", external_id="9", source="erp"))
    assert not group.may_hold(row("Acme", external_id="2"))


def test_a_group_taken_apart_leaves_the_id_to_its_first_row() -> None:
    """The others that carry it are without; so are all where another customer has it."""
    rows = row("Acme", 2, external_id="7"), row("Acme Ltd", 3, external_id="7"), row("Acme", 4)
    parts = RowGroup("acme", list(rows)).apart()
    assert [(part.key, part.rows, part.is_without_id) for part in parts] == [
        (name_key("Acme"), [rows[0]], False), (name_key("Acme Ltd"), [rows[1]], True), ("acme", [rows[2]], False),
    ]  # fmt: skip
    first, rest = RowGroup("acme", list(rows), SAME_ID).apart({2})
    assert (first.rows, first.why, first.is_without_id) == ([rows[0]], "", False)
    assert (rest.rows, rest.why, rest.is_without_id) == ([rows[1], rows[2]], SAME_ID, True)
    labs = row("Acme", 2, external_id="7"), row("Acme Labs", 3, external_id="7"), row("Acme", 4, external_id="7")
    assert [(part.key, part.rows) for part in RowGroup("acme", list(labs)).apart({4})] == [
        ("acme", [labs[0], labs[1]]), ("acme", [labs[2]]),
    ]  # fmt: skip
    without = RowGroup("acme", list(rows), is_without_id=True).apart()
    assert [part.is_without_id for part in without] == [True, True, True]


def test_names_are_compared_with_the_first_twenty_of_a_domain() -> None:
    """More of one domain is a directory, and comparing all with all would take too long."""
    words = [f"{chr(97 + at)}{chr(97 + at)}{chr(102 + at)}{chr(104 + at)}{at}" for at in range(MOST_COMPARED)]
    names = [row(f"{word} {word[::-1]}", domain="d.com") for word in words]
    last = row("Quorvex Umbrella", domain="d.com"), row("Quorvex Umbrellas", domain="d.com")
    assert len(groups(*names[:-1], *last)) == MOST_COMPARED
    assert len(groups(*names, *last)) == MOST_COMPARED + 2


# --- what they say together ------------------------------------------------------------------------------------------


def test_the_first_row_that_says_something_is_kept_and_what_contradicts_it_is_named() -> None:
    """A blank says nothing; the same again is no contradiction."""
    given, left_out = together(
        row("Acme", country=None, headcount=3), row("Acme", country="DE", headcount=3), row("Acme", country="FR")
    )
    assert given == {"country": "DE", "headcount": 3}
    assert left_out == [(4, "country", "FR")]


@pytest.mark.parametrize(
    ("first", "second", "kept", "line"),
    [
        (Status.LOST, Status.ACTIVE, Status.ACTIVE, 2), (Status.PAUSED, Status.ACTIVE, Status.ACTIVE, 2),
        (Status.LOST, Status.PAUSED, Status.PAUSED, 2), (Status.ACTIVE, Status.LOST, Status.ACTIVE, 3),
        (Status.EXCLUDED, Status.ACTIVE, Status.EXCLUDED, 3), (Status.ACTIVE, Status.EXCLUDED, Status.ACTIVE, 3),
    ],
)  # fmt: skip
def test_a_customer_is_active_if_any_of_its_rows_says_so(
    first: Status, second: Status, kept: Status, line: int
) -> None:
    """One cancelled order or closed office loses nobody; the status that was left out is named with its line."""
    given, left_out = together(row("Acme", status=first), row("Acme", status=second))
    assert given == {"status": kept}
    assert left_out == [(line, "status", second if kept is first else first)]


def test_what_was_left_out_is_said_in_a_sentence_and_shortened() -> None:
    """With its line, its column and what stood there."""
    _, (note,) = combine(numbered([row("Acme", owner="ana"), row("Acme", owner="b" * 100)]))
    assert (note.row_number, note.column, len(note.value)) == (3, "owner", LONGEST_SHOWN)
    assert note.reason == f"“{note.value}” was left out: an earlier row of the same customer says something else."


def test_of_names_tags_and_preferences_all_are_kept_once() -> None:
    """In the order of the file."""
    given, left_out = together(
        row("Acme", tags=("a", "b"), aliases=("x",)), row("Acme", tags=("b", "c"), preferences=("tea",))
    )
    assert (given, left_out) == ({"tags": ("a", "b", "c"), "aliases": ("x",), "preferences": ("tea",)}, [])


def test_of_last_contacts_the_latest_is_kept() -> None:
    """An instant is compared by its day."""
    days = date(2026, 3, 1), datetime(2026, 3, 4, 9, tzinfo=UTC), date(2026, 3, 2)
    for first, *others in (days, days[::-1]):
        given, left_out = together(row("Acme", last_contact=first), *(row("Acme", last_contact=day) for day in others))
        assert (given["last_contact"], left_out) == (days[1], [])


def test_a_currency_counts_only_with_its_amount() -> None:
    """One that follows an amount without a currency says nothing of that amount."""
    assert together(row("Acme", annual_value=5), row("Acme", currency="EUR")) == ({"annual_value": 5}, [])
    assert together(row("Acme", annual_value=5, currency="EUR"), row("Acme")) == (
        {"annual_value": 5, "currency": "EUR"}, [],
    )  # fmt: skip
    assert together(row("Acme", currency="EUR"), row("Acme", annual_value=5)) == (
        {"annual_value": 5, "currency": "EUR"}, [],
    )  # fmt: skip


def test_other_spellings_and_origins_need_no_remark() -> None:
    """A name that differs is another name, not a contradiction."""
    assert together(row("Acme", source="crm"), row("Acme Ltd", source="erp")) == ({"source": "crm"}, [])


def test_a_customer_whose_id_is_anothers_is_stored_without() -> None:
    """Neither the id nor its system."""
    assert together(row("Acme", external_id="7", source="crm", owner="ana"), is_without_id=True) == (
        {"owner": "ana"}, [],
    )  # fmt: skip
    assert together(row("Acme", external_id="7", source="crm")) == ({"external_id": "7", "source": "crm"}, [])


def test_contacts_notes_and_lines_are_not_the_customers_own() -> None:
    """They are stored elsewhere, or not at all."""
    assert together(row("Acme", contact_name="Ana", contact_email="ana@acme.com", fingerprint=4)) == ({}, [])
