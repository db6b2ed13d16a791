"""What importing a list does to the customers we have."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.outbox import OutboxMessage
from bot.customers.queries import list_contacts
from bot.customers.queries.screens import get_details
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.tables import Alias, Contact, Customer, Import, ImportChange
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import add_customer, edit_customer
from bot.customers.usecases.lists import apply_import, plan_import
from bot.customers.usecases.scheduling import snooze_customer
from bot.customers.usecases.undoing import undo_import
from bot.workspaces.tables import AuditEntry
from tests.customers.lists import read, real, take_in
from tests.makers import ANA, BOB, KIRI, MARA, Office


def everyone(office: Office) -> dict[str, Customer]:
    """All customers by name."""
    return {row.name: row for row in office.look(lambda session: session.exec(select(Customer)).all())}


def state(office: Office) -> dict[str, Any]:
    """Everything kept about customers, to compare before and after."""

    def rows(session: Any) -> dict[str, Any]:
        kept = {str(row.id): row.model_dump(exclude={"changed_at"}) for row in session.exec(select(Customer)).all()}
        kept |= {str(row.id): row.model_dump() for row in session.exec(select(Alias)).all()}
        return kept | {str(row.id): row.model_dump() for row in session.exec(select(Contact)).all()}

    return dict(office.look(rows))


def test_a_list_adds_its_customers_with_owner_parent_contact_and_aliases(office: Office) -> None:
    """One row says everything, the parent stands below its subsidiary."""
    done = take_in(
        office,
        "Name,Owner,Parent,Aliases,Contact name,Contact email,Tags,Cadence,Country\n"
        "Acme Labs,ana@example.test,Acme,AL;Labs of Acme,Jo Ito,jo@acme.test,gold|north,14,Portugal\n"
        "Acme,Bob Chen,,,,,,,\n",
    )
    assert (len(done.plan.added), done.plan.refused) == (2, 0)
    labs, acme = everyone(office)["Acme Labs"], everyone(office)["Acme"]
    assert (labs.owner_id, acme.owner_id, labs.parent_id) == (ANA, BOB, acme.id)
    assert (labs.cadence_days, labs.effective_cadence_days, labs.country, labs.tags) == (
        14,
        14,
        "PT",
        ["gold", "north"],
    )
    details = office.look(lambda session: get_details(session, labs))
    assert details.aliases == ("AL", "Labs of Acme")
    assert [(contact.name, contact.email) for contact in details.contacts] == [("Jo Ito", "jo@acme.test")]


def test_importing_a_list_twice_changes_nothing(office: Office) -> None:
    """The second time every row is left alone."""
    text = (
        "Name,Domain,Owner,Annual value,Currency,Contact name,Aliases,Parent,Last contact,Status\n"
        "Acme,acme.com,ana@example.test,1100.04,EUR,Jo,A,,2026-11-01,\nBolt,bolt.io,,,,,,Acme,,paused\n"
    )
    take_in(office, text)
    before = state(office)
    again = take_in(office, text).plan
    assert (len(again.added), again.changed, again.left_alone) == (0, 0, 2)
    assert state(office) == before


def test_a_row_is_recognised_by_id_then_domain_then_name(office: Office) -> None:
    """Renamed in the CRM, moved to another domain, or only named: it stays one customer."""
    take_in(office, read("Record ID,Company name,Company Domain Name\n7,Acme,acme.com\n", source="HubSpot"))
    renamed = take_in(office, read("Record ID,Company name\n7,Acme Group\n", source="HubSpot")).plan
    assert [(change.field, change.before, change.after) for change in renamed.changes] == [
        ("name", "Acme", "Acme Group")
    ]
    by_domain = take_in(office, "Name,Domain,Country\nACME GROUP,https://www.acme.com/x,DE\n").plan
    assert (by_domain.changed, by_domain.added) == (1, ())
    by_name = take_in(office, 'Name,Headcount\n"Acme Group, Inc.",12\n').plan
    assert [change.field for change in by_name.changes] == ["headcount"]
    assert list(everyone(office)) == ["ACME GROUP"]


def test_two_ids_of_one_system_are_two_customers(office: Office) -> None:
    """Even with one name and one domain; an id of another system is no contradiction."""
    plan = take_in(office, read("External id,Name,Domain\n1,Acme,acme.com\n2,Acme,acme.com\n", source="CRM")).plan
    assert len(plan.added) == 2
    refused = take_in(office, "Name,Domain\nAcme,acme.com\n").plan
    assert "2 customers have the domain acme.com" in refused.refusals[0].reason


def test_namesakes_with_other_domains_are_other_customers(office: Office) -> None:
    """A row that only gives their name is refused, since it could mean either."""
    assert len(take_in(office, "Name,Domain\nAcme,acme.com\nAcme,acme.de\n").plan.added) == 2
    plan = take_in(office, "Name,Country\nAcme,DE\nBolt,DE\n").plan
    assert [(refusal.row_number, refusal.column) for refusal in plan.refusals] == [(2, "Name")]
    assert plan.added == ("Bolt",)


def test_rows_about_one_customer_are_put_together(office: Office) -> None:
    """A second contact is welcome; a second owner is left out, and a remark says so."""
    plan = take_in(
        office,
        "Name,Owner,Contact name,Contact email\nAcme,Ana Lima,Jo,jo@acme.com\nAcme,,Bo,bo@acme.com\n"
        "Acme Inc.,Bob Chen,Cy,cy@acme.com\n",
    ).plan
    assert (plan.added, plan.left_alone, plan.joined, plan.refused) == (("Acme",), 0, 2, 0)
    assert [(note.row_number, note.column, note.value) for note in plan.remarks] == [(4, "Owner", "Bob Chen")]
    acme = everyone(office)["Acme"]
    assert [contact.name for contact in office.look(lambda s: list_contacts(s, acme.id))] == ["Bo", "Cy", "Jo"]


def test_a_bad_row_never_stops_the_others(office: Office) -> None:
    """Each refusal says the row, the column and why; a cadence that can't be read costs nobody a place."""
    plan = take_in(office, "Name,Cadence\nAcme,30\n,30\nBolt,often\nCora,\n").plan
    assert plan.added == ("Acme", "Bolt", "Cora")
    assert [(refusal.row_number, refusal.column) for refusal in plan.refusals] == [(3, "Name")]
    assert [(note.row_number, note.column) for note in plan.remarks] == [(4, "Cadence")]


def test_a_blank_erases_nothing_unless_asked(office: Office) -> None:
    """Then it erases what the list has a column for, and nothing else."""
    take_in(office, "Name,Domain,Country,Tags,Owner\nAcme,acme.com,DE,gold,Ana Lima\n")
    assert take_in(office, "Name,Domain,Country,Owner\nAcme,,,\n").plan.changed == 0
    take_in(office, "Name,Domain,Country,Owner\nAcme,,,\n", erase_blanks=True)
    acme = everyone(office)["Acme"]
    assert (acme.domain, acme.country, acme.owner_id, acme.tags) == (None, None, None, ["gold"])


def test_an_unknown_owner_sends_the_customer_to_the_pool_with_a_remark(office: Office) -> None:
    """Nobody's name, a deactivated one, a guest and a bot all count as unknown."""
    office.person("U0GONE", "Gil Gone", is_deactivated=True)
    office.person("U0GUEST", "Gus Guest", is_guest=True)
    plan = take_in(
        office,
        "Name,Owner\nA1,Nobody\nB2,Gil Gone\nC3,Gus Guest\nD4,<@U0ANA|ana>\nE5,Ana Lima (ana@example.test)\n"
        "F6,Ana Lima (ana@elsewhere.test)\nG7,Ana <ana@example.test>\n",
    ).plan
    owners = {name: row.owner_id for name, row in everyone(office).items()}
    assert owners == {"A1": None, "B2": None, "C3": None, "D4": ANA, "E5": ANA, "F6": ANA, "G7": ANA}
    assert [note.row_number for note in plan.remarks if note.column == "Owner"] == [2, 3, 4]


def test_parents_that_are_missing_ambiguous_or_circular_are_left_out_with_a_remark(office: Office) -> None:
    """The customers come in all the same."""
    plan = take_in(
        office, "Name,Domain,Parent\nA1,,B2\nB2,,A1\nC3,,Nowhere\nD4,,Twin\nTwin,t.com,\nTwin,t.de,\nS7,,S7\n"
    ).plan
    assert (len(plan.added), plan.refused) == (7, 0)
    assert [note.row_number for note in plan.remarks if note.column == "Parent"] == [3, 4, 5, 8]
    rows = office.look(lambda session: session.exec(select(Customer).where(Customer.name_key != "twin")).all())
    assert [row.name for row in rows if row.parent_id] == ["A1"]


def test_only_managers_lengthen_a_cadence_exclude_or_take_from_an_owner_by_a_list(office: Office) -> None:
    """A member's rows that want that are refused or left with their owner; a manager's are approved in their name."""
    office.customer("Acme", owner=BOB)
    text = "Name,Owner,Cadence,Status\nAcme,Ana Lima,,\nLong,,120,\nOut,,,excluded\nFine,Bob Chen,60,\n"
    plan = take_in(office, text, by=ANA).plan
    assert plan.added == ("Fine",)
    assert sorted(refusal.row_number for refusal in plan.refusals) == [3, 4]
    assert everyone(office)["Acme"].owner_id == BOB
    take_in(office, text, by=MARA)
    rows = everyone(office)
    assert (rows["Acme"].owner_id, rows["Long"].cadence_approved_by, rows["Out"].status_by) == (ANA, MARA, MARA)
    assert rows["Out"].status is Status.EXCLUDED
    assert rows["Out"].status_reason == "said so by the list list.csv"


def test_guests_import_nothing(office: Office) -> None:
    """And are told who can."""
    office.person("U0GUEST", "Gus Guest", is_guest=True)
    with pytest.raises(NotAllowed, match="full members"):
        take_in(office, "Name\nAcme\n", by="U0GUEST")


def test_a_list_whose_columns_cannot_be_told_is_not_imported(office: Office) -> None:
    """The sentence names the headings and the way out."""
    drafts = read("Thing,Colour\n1,2\n")
    with pytest.raises(InvalidInput, match=r"Thing.*--map"):
        take_in(office, drafts)
    assert take_in(office, read("Thing,Colour\n1,2\n", {"Thing": "name"})).plan.added == ("1",)


def test_a_plan_names_owners_and_parents_as_people_do(office: Office) -> None:
    """Whoever reads what a list changes sees no ids, and no change of nothing into nothing."""
    take_in(office, "Id,Name,Owner,Cadence\n,Loop,Ana Lima,30\n2,Bolt,,\n")
    drafts = read("Id,Name,Owner,Parent,Cadence\n1,Loop,Bob Chen,Bolt,60\n2,Bolt,Ana Lima,Zed,\n3,Zed,,,\n")
    plan = office.do(plan_import, drafts=drafts, by=MARA)
    assert {(change.name, change.field, change.before, change.after) for change in plan.changes} == {
        ("Loop", "external id", "", "1"), ("Loop", "owner", "Ana Lima", "Bob Chen"), ("Loop", "parent", "", "Bolt"),
        ("Loop", "cadence", "30", "60"), ("Bolt", "owner", "", "Ana Lima"), ("Bolt", "parent", "", "Zed"),
    }  # fmt: skip
    take_in(office, drafts)
    back = read("Id,Name,Parent\n1,Loop,Zed\n")
    moved = office.do(plan_import, drafts=back, by=MARA).changes
    assert [(change.field, change.before, change.after) for change in moved] == [("parent", "Bolt", "Zed")]


def test_a_plan_says_the_same_as_the_import_and_changes_nothing(office: Office) -> None:
    """The dry run is the import without the writing."""
    office.customer("Golddex", owner=ANA)
    drafts = read("Name,Country,Owner\nGolddex,DE,Bob Chen\nGoldex,,\nBolt,,Nobody\n,,\n,DE,\n")
    before = state(office)
    plan = office.do(plan_import, drafts=drafts, by=MARA)
    assert state(office) == before
    assert any("looks like Golddex" in note.reason for note in plan.remarks)
    done = take_in(office, drafts).plan
    assert (done.added, done.changes, done.refusals, done.left_alone) == (
        plan.added,
        plan.changes,
        plan.refusals,
        plan.left_alone,
    )


def test_last_contact_counts_for_new_customers_only(office: Office) -> None:
    """For those we have, our own check-ins know better."""
    office.customer("Acme", waited=3)
    take_in(office, "Name,Last Activity\nAcme,2026-11-22\nBolt,2026-11-10\n")
    rows = everyone(office)
    assert (rows["Acme"].last_contact_on, rows["Bolt"].last_contact_on) == (date(2026, 11, 20), date(2026, 11, 10))
    assert rows["Bolt"].due_on == date(2026, 12, 10)


def test_a_do_not_contact_is_set_by_a_list_and_never_lifted_by_one(office: Office) -> None:
    """Only people lift it."""
    head = "Name,Contact name,Contact email,Contact do not contact\n"
    take_in(office, head + "Acme,Jo,jo@acme.test,no\n")
    take_in(office, head + "Acme,Jo,JO@acme.test,yes\n")
    take_in(office, head + "Acme,Jo,jo@acme.test,no\n")
    contacts = office.look(lambda session: session.exec(select(Contact)).all())
    assert [(contact.name, contact.do_not_contact) for contact in contacts] == [("Jo", True)]


def test_new_owners_are_told_once_with_the_number(office: Office) -> None:
    """Who imports isn't told about their own; who muted news isn't told; the importer gets the result."""
    take_in(office, "Name,Owner\nA1,Ana Lima\nB2,Ana Lima\nC3,Mara Okafor\n")
    notifications = office.look(lambda session: session.exec(select(OutboxMessage)).all())
    told = {(notification.kind, notification.recipient): notification.body for notification in notifications}
    assert set(told) == {("customers.handed_over", ANA), ("customers.imported", MARA)}
    assert told["customers.handed_over", ANA]["total"] == 2


def test_undo_removes_what_was_added_and_restores_what_was_changed(office: Office) -> None:
    """As if the list had never come."""
    office.customer("Acme", owner=ANA, domain="acme.com", tags=["old"])
    before = state(office)
    done = take_in(
        office,
        "Name,Owner,Country,Tags,Cadence,Added on,Annual value,Aliases,Contact name,Status\n"
        "Acme,Bob Chen,DE,new,14,2026-10-01,12.50,AC,Jo,paused\nBolt,Ana Lima,,,,,,B,Bo,\n",
    )
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    assert (undone.removed, undone.restored, undone.kept) == (1, 1, ())
    assert state(office) == before
    with pytest.raises(AlreadyDone, match="undone already"):
        office.do(undo_import, import_id=done.id, by=MARA)


def test_undo_leaves_what_somebody_has_used_or_changed_since(office: Office) -> None:
    """Handed over, snoozed, edited, listed again: those stay, and the answer names them."""
    office.customer("Acme", owner=ANA)
    done = take_in(office, "Name,Country,Headcount\nAcme,DE,5\nBolt,,\nCora,,\nDora,,\nEna,,\n")
    rows = everyone(office)
    office.do(hand_over, customer_id=rows["Bolt"].id, to=KIRI, by=MARA)
    office.do(
        snooze_customer,
        customer_id=rows["Cora"].id,
        until=date(2026, 12, 1),
        reason=SnoozeReason.DEFERRED,
        note="",
        by=MARA,
    )
    take_in(office, "Name,Country\nDora,PT\n")
    details = office.look(lambda session: get_details(session, rows["Acme"]))
    office.do(edit_customer, customer_id=rows["Acme"].id, details=details.model_copy(update={"country": "FR"}), by=ANA)
    undone = office.do(undo_import, import_id=done.id, by=MARA)
    assert (undone.removed, undone.kept_total) == (1, 4)
    assert {name for name, _ in undone.kept} == {"Acme", "Bolt", "Cora", "Dora"}
    after = everyone(office)
    assert set(after) == {"Acme", "Bolt", "Cora", "Dora"}
    assert (after["Acme"].country, after["Acme"].headcount) == ("FR", None)


def test_undo_is_for_managers_and_for_who_imported(office: Office) -> None:
    """Nobody else, and nothing that isn't there."""
    done = take_in(office, "Name\nAcme\n", by=ANA)
    with pytest.raises(NotAllowed, match="managers"):
        office.do(undo_import, import_id=done.id, by=BOB)
    with pytest.raises(NotFound):
        office.do(undo_import, import_id=UUID(int=1), by=MARA)
    assert office.do(undo_import, import_id=done.id, by=ANA).removed == 1
    trail = office.look(lambda session: session.exec(select(AuditEntry.action)).all())
    assert {"customers.imported", "customers.import_undone"} <= set(trail)


def test_only_managers_import_long_lists_and_share_out(office: Office) -> None:
    """Fifty customers a list are a member's; so is nothing that gives customers to others."""
    fifty = "Name\n" + "".join(f"Shop {number}\n" for number in range(50))
    with pytest.raises(NotAllowed, match=r"more than 50 customers at once, and this list holds 51; ask Mara"):
        take_in(office, fifty + "Acme\n", by=ANA)
    with pytest.raises(NotAllowed, match="Only managers can share customers out"):
        take_in(office, fifty, by=ANA, share_among=(ANA,))
    with pytest.raises(InvalidInput) as refused:
        take_in(office, fifty, share_among=("U0NOBODY",))
    assert set(refused.value.fields) == {"among"}
    assert everyone(office) == {}
    assert len(take_in(office, fifty, by=ANA).plan.added) == 50


def test_sharing_a_list_out_leaves_owned_and_inactive_customers_alone(office: Office) -> None:
    """A family goes to one person, and the order of the rows doesn't matter."""
    head, rows = "Name,Owner,Status,Parent\n", ["A,,,D", "B,Kiri Walker,,", "C,,lost,", "D,,,", "E,,,", "F,,,"]
    plan = office.do(plan_import, drafts=read(head + "\n".join(rows)), by=MARA)
    assert (plan.unowned, plan.may_share, plan.proposed) == (4, True, ())
    for number, order in enumerate((rows, rows[::-1])):
        done = take_in(office, head + "\n".join(order), share_among=(ANA, BOB, ANA))
        owned = {name: one.owner_id for name, one in everyone(office).items()}
        assert owned == {"A": ANA, "B": KIRI, "C": None, "D": ANA, "E": BOB, "F": BOB}, number
        assert (done.plan.unowned, done.plan.shares) == (0, (("Ana Lima", 2), ("Bob Chen", 2)))
        office.do(undo_import, import_id=done.id, by=MARA)


def test_nothing_is_half_imported(office: Office) -> None:
    """When the writing fails in the middle, no row of the list is there."""

    def break_off(session: Any, *, drafts: Any, by: str, now: Any) -> None:
        apply_import(session, drafts=drafts, by=by, now=now)
        raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError, match="power"):
        office.do(break_off, drafts=read("Name\nAcme\nBolt\n"), by=MARA)
    assert everyone(office) == {}
    assert office.look(lambda session: session.exec(select(Import)).all()) == []
    assert office.look(lambda session: session.exec(select(ImportChange)).all()) == []


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("crm_accounts.csv", 85, 0),
        ("northwind_customers.csv", 91, 0),  # 24 rows hold an address with a bare comma
        ("sp500_constituents.csv", 503, 0),
        ("chinook_customers.csv", 59, 0),
    ],
)
def test_real_lists_come_in_whole_and_only_once(office: Office, name: str, taken: int, refused: int) -> None:
    """Every row that can be read becomes a customer; the second time nothing changes."""
    first = take_in(office, real(name)).plan
    assert (len(first.added), first.refused) == (taken, refused)
    before = state(office)
    second = take_in(office, real(name)).plan
    assert (second.added, second.changed, second.refused, second.left_alone) == ((), 0, refused, taken)
    assert state(office) == before


@pytest.mark.data
def test_the_real_accounts_find_their_parents(office: Office) -> None:
    """Fifteen of them belong to seven others of the list."""
    take_in(office, real("crm_accounts.csv"))
    rows = everyone(office).values()
    names = {row.id: row.name for row in rows}
    parents = [names[row.parent_id] for row in rows if row.parent_id]
    assert (len(parents), len(set(parents))) == (15, 7)
    assert office.look(lambda session: find_customer(session, "acme corp")).name == "Acme Corporation"


def test_a_new_customer_by_hand_is_known_to_lists(office: Office) -> None:
    """Adding by hand and importing meet by domain."""
    from bot.customers.schemas import CustomerDetails  # noqa: PLC0415 - only here

    office.do(add_customer, details=CustomerDetails(name="Acme", domain="acme.com", owner_id=ANA), by=ANA)
    assert take_in(office, "Name,Website\nAcme Group,www.acme.com\n").plan.added == ()
