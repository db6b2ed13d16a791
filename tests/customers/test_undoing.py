"""Taking lists back that touched customers we had: what was there before comes back, what others did since stays."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.customers.queries import get_customer
from bot.customers.queries.screens import get_details
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import Status
from bot.customers.tables import Contact, Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import edit_customer, set_status
from bot.customers.usecases.undoing import undo_import
from tests.customers.lists import read, take_in
from tests.customers.test_importing import everyone, state
from tests.makers import ANA, BOB, KIRI, MARA, Office

HEAD = (
    "Name,Domain,Owner,Country,Cadence,Headcount,Annual value,Currency,Zone,Status,Tags,Preferences,Added on,Parent\n"
)


def full(office: Office) -> UUID:
    """A customer that has something in every field."""
    parent = office.customer("Holding", owner=BOB)
    return office.customer(
        "Acme", owner=ANA, domain="acme-labs.com", country="PT", cadence_days=14, headcount=5,
        annual_value=Decimal("12.50"), currency="EUR", zone="Europe/Lisbon", tags=["old"], preferences=["tea"],
        parent_id=parent, added_on=date(2026, 10, 1),
    )  # fmt: skip


def edit(office: Office, customer_id: UUID, **more: Any) -> None:
    """Somebody changes a customer in the form."""
    details = office.look(lambda session: get_details(session, get_customer(session, customer_id)))
    office.do(edit_customer, customer_id=customer_id, details=details.model_copy(update=more), by=ANA)


ROW = (
    "Acme,acme-labs.com,Bob Chen,DE,30,99,1000000,USD,Asia/Tokyo,paused,new;newer,coffee,2026-09-01,Elsewhere\n"
    "Elsewhere,,,,,,,,,,,,,\n"
)


def test_every_field_that_a_list_changed_goes_back(office: Office) -> None:
    """Its dates too; the parent that the list brought goes, since nothing else needs it."""
    full(office)
    before = state(office)
    done = take_in(office, HEAD + ROW)
    assert len({change.field for change in done.plan.changes}) >= 11
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    assert (undone.removed, undone.restored, undone.kept_total) == (1, 1, 0)
    assert state(office) == before


def test_a_list_that_erased_is_taken_back_too(office: Office) -> None:
    """Blanks that were meant are undone like anything else."""
    full(office)
    before = state(office)
    done = take_in(office, HEAD + "Acme,,,,,,,,,,,,,\n", erase_blanks=True)
    assert everyone(office)["Acme"].domain is None
    office.do(undo_import, import_id=done.id, by=MARA)
    assert state(office) == before


def test_what_somebody_changed_since_stays_and_the_rest_goes_back(office: Office) -> None:
    """The answer names the customer, the fields, and why; the clock follows from what stays."""
    acme = full(office)
    done = take_in(office, HEAD + ROW)
    office.do(hand_over, customer_id=acme, to=KIRI, by=MARA)
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="moved away", by=ANA)
    edit(office, acme, country="FR")
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    row = everyone(office)["Acme"]
    assert (row.owner_id, row.status, row.status_reason, row.country) == (KIRI, Status.LOST, "moved away", "FR")
    assert (row.headcount, row.currency, row.zone, row.cadence_days) == (5, "EUR", "Europe/Lisbon", 14)
    assert row.effective_cadence_days == 14
    name, why = undone.kept[0]
    assert (name, undone.kept_total) == ("Acme", 1)
    for word in ("country", "owner", "status", "somebody has changed it since"):
        assert word in why


def test_two_lists_are_taken_back_in_either_order(office: Office) -> None:
    """The later one first: all as before. The earlier one first: what the later one said stays."""
    full(office)
    before = state(office)
    first, second = take_in(office, "Name,Country\nAcme,DE\n"), take_in(office, "Name,Country\nAcme,FR\n")
    office.do(undo_import, import_id=second.id, by=MARA)
    office.do(undo_import, import_id=first.id, by=MARA)
    assert state(office) == before
    first, second = take_in(office, "Name,Country\nAcme,DE\n"), take_in(office, "Name,Country\nAcme,FR\n")
    assert office.do(undo_import, import_id=first.id, by=MARA).kept_total == 1
    assert everyone(office)["Acme"].country == "FR"


def test_contacts_and_other_names_go_back_unless_somebody_touched_them(office: Office) -> None:
    """One the list brought goes, one it changed is as before; one that was changed since stays, and is told."""
    head = "Name,Aliases,Contact name,Contact email,Contact role,Contact do not contact\n"
    take_in(office, head + "Acme,AC,Jo,jo@acme.test,buyer,\nAcme,,Al,al@acme.test,cook,\n")
    before = state(office)
    done = take_in(office, head + "Acme,Labs,Jo,jo@acme.test,boss,yes\nAcme,,Al,al@acme.test,chef,\nAcme,,Cy,,,\n")
    office.do(undo_import, import_id=done.id, by=MARA)
    assert state(office) == before
    done = take_in(office, head + "Acme,,Jo,jo@acme.test,boss,\nAcme,,Al,al@acme.test,chef,\n")

    def promote(session: Any, *, now: object) -> None:
        session.exec(select(Contact).where(Contact.name == "Jo")).one().role = "owner"

    office.do(promote)
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    roles = {row.name: row.role for row in office.look(lambda session: session.exec(select(Contact)).all())}
    assert roles == {"Jo": "owner", "Al": "cook"}
    assert undone.kept[0][1].startswith("contacts: ")


def test_a_customer_with_a_check_in_or_a_child_of_its_own_stays(office: Office) -> None:
    """Other features' rows and other customers point at it; without them it would have gone."""
    done = take_in(office, "Name\nTalked\nParent\nIdle\n")
    rows = everyone(office)
    office.customer("Child", parent_id=rows["Parent"].id)

    def talk(session: Any, *, now: Any) -> None:
        row = {"customer_id": rows["Talked"].id, "by": ANA, "happened_on": now.date(), "recorded_at": now}
        session.add(Checkin(**row, result=Result.TALKED, channel=Channel.CALL))

    office.do(talk)
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    assert (undone.removed, undone.kept_total) == (1, 2)
    assert set(everyone(office)) == {"Talked", "Parent", "Child"}


def test_a_list_that_was_undone_may_come_again(office: Office) -> None:
    """As if for the first time; and be undone again."""
    for _ in range(2):
        done = take_in(office, "Name,Contact name,Aliases\nAcme,Jo,AC\nBolt,,\n")
        assert len(done.plan.added) == 2
        assert office.do(undo_import, import_id=done.id, by=MARA).removed == 2
        assert state(office) == {}


def test_many_that_stay_are_counted_and_the_first_are_named(office: Office) -> None:
    """Twenty names are enough for a message."""
    done = take_in(office, "Name,Owner\n" + "".join(f"Shop {number},Ana Lima\n" for number in range(30)))
    for row in everyone(office).values():
        office.do(hand_over, customer_id=row.id, to=BOB, by=ANA)
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    assert (undone.removed, undone.kept_total, len(undone.kept)) == (0, 30, 20)


def test_owners_hear_nothing_of_a_list_that_was_undone_in_time(office: Office) -> None:
    """The news that wasn't delivered yet is withdrawn, also from who imported it: its *Undo* would do nothing."""
    from bot.core.outbox import DeliveryState, OutboxMessage  # noqa: PLC0415 - only here

    done = take_in(office, "Name,Owner\nAcme,Ana Lima\n")
    office.do(undo_import, import_id=done.id, by=MARA)
    notifications = office.look(lambda session: session.exec(select(OutboxMessage)).all())
    assert {row.recipient: row.state for row in notifications} == {ANA: DeliveryState.DEAD, MARA: DeliveryState.DEAD}


CELLS = st.fixed_dictionaries({
    "Country": st.sampled_from(["", "DE", "PT"]),
    "Owner": st.sampled_from(["", "Ana Lima", "Bob Chen", "Nobody"]),
    "Cadence": st.sampled_from(["", "7", "120"]),
    "Status": st.sampled_from(["", "paused", "active"]),
    "Tags": st.sampled_from(["", "gold", "gold;north"]),
    "Headcount": st.sampled_from(["", "1", "2000"]),
    "Aliases": st.sampled_from(["", "AC", "AC;Labs"]),
    "Contact name": st.sampled_from(["", "Jo", "Al"]),
    "Contact role": st.sampled_from(["", "boss"]),
})  # fmt: skip
LISTS = st.dictionaries(st.sampled_from(["Acme", "Bolt", "Cora", "Dora"]), CELLS, max_size=4)


def as_csv(rows: dict[str, dict[str, str]]) -> str:
    """A list in which each customer stands once."""
    heads = ["Country", "Owner", "Cadence", "Status", "Tags", "Headcount", "Aliases", "Contact name", "Contact role"]
    lines = [",".join([name, *(cells[head] for head in heads)]) for name, cells in rows.items()]
    return "\n".join([",".join(["Name", *heads]), *lines]) + "\n"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(had=LISTS, comes=LISTS, erase=st.booleans())
def test_import_and_undo_leave_everything_as_it_was(
    office: Office, had: dict[str, dict[str, str]], comes: dict[str, dict[str, str]], erase: bool
) -> None:
    """Whatever we had, whatever the list says, whether blanks erase or not."""
    earlier = take_in(office, as_csv(had))
    before = state(office)
    done = take_in(office, as_csv(comes), erase_blanks=erase)
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    assert undone.kept_total == 0
    assert state(office) == before
    office.do(undo_import, import_id=earlier.id, by=MARA)
    assert state(office) == {}
    office.runtime.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock moves


@pytest.mark.parametrize("by", [ANA, BOB])
def test_a_refused_undo_changes_nothing(office: Office, by: str) -> None:
    """Not a row, not the list's own mark."""
    done = take_in(office, read("Name\nAcme\n"))
    with pytest.raises(Exception, match="Only managers can undo"):
        office.do(undo_import, import_id=done.id, by=by)
    assert office.look(lambda session: find_customer(session, "Acme")).name == "Acme"
    assert office.do(undo_import, import_id=done.id, by=MARA).removed == 1
    assert office.look(lambda session: session.exec(select(Customer)).all()) == []
