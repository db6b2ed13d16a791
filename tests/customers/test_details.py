"""Adding, editing, pausing and forgetting customers one at a time."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.gateways import write_csv
from bot.customers.queries import HEADERS, export, export_rows, get_customer
from bot.customers.queries.checking import list_problems
from bot.customers.queries.screens import get_card, get_details, list_options, list_page, look_up
from bot.customers.queries.searching import find_customer
from bot.customers.queries.timeline import timeline
from bot.customers.rules.cells import ContactDetails, UnclearContact, read_contacts, write_contact
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerDetails
from bot.customers.tables import Contact, Customer
from bot.customers.usecases.details import add_customer, claim_customer, edit_customer, set_status, wake_paused
from bot.customers.usecases.erasing import erase
from bot.workspaces.tables import AuditEntry
from tests.customers.lists import read, take_in
from tests.customers.test_importing import state
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office


def details_of(office: Office, customer_id: UUID) -> CustomerDetails:
    """What may be changed about a customer, as it stands."""
    found: CustomerDetails = office.look(lambda session: get_details(session, get_customer(session, customer_id)))
    return found


def trail_of(office: Office, action: str) -> list[AuditEntry]:
    """The lines of the audit trail about one kind of act."""
    query = select(AuditEntry).where(AuditEntry.action == action)
    return list(office.look(lambda session: session.exec(query).all()))


def test_a_new_customer_gets_a_first_day_and_a_line_in_the_trail(office: Office) -> None:
    """On a working day of its owner, within its cadence; sending the same form again adds nothing."""
    schema = office.do(add_customer, details=CustomerDetails(name=" Acme\x00 ", owner_id=ANA), by=ANA, view_id="V1")
    assert schema.name == "Acme"
    assert date(2026, 11, 23) < schema.due_on <= date(2026, 12, 24)
    with pytest.raises(InvalidInput, match="here already"):
        office.do(add_customer, details=CustomerDetails(name="ACME Inc."), by=ANA)
    with pytest.raises(AlreadyDone):
        office.do(add_customer, details=CustomerDetails(name="Other"), by=ANA, view_id="V1")
    trail = office.look(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "customer.added")).all()
    )
    assert [(entry.by, entry.customer_id) for entry in trail] == [(ANA, schema.id)]


def test_only_managers_give_new_customers_to_others(office: Office) -> None:
    """Anybody may keep one, or leave it in the pool."""
    with pytest.raises(InvalidInput, match="Only managers") as refused:
        office.do(add_customer, details=CustomerDetails(name="Acme", owner_id=BOB), by=ANA)
    assert set(refused.value.fields) == {"owner"}
    assert office.do(add_customer, details=CustomerDetails(name="Acme", owner_id=BOB), by=MARA).owner_id == BOB
    assert office.do(add_customer, details=CustomerDetails(name="Bolt"), by=ANA).owner_id is None


def test_a_cadence_above_the_floor_takes_a_manager(office: Office) -> None:
    """Who approved it is kept; saving the rest of the form later needs no manager again."""
    acme = office.customer("Acme", owner=ANA)
    wanted = details_of(office, acme).model_copy(update={"cadence_days": 120})
    with pytest.raises(InvalidInput) as refused:
        office.do(edit_customer, customer_id=acme, details=wanted, by=ANA)
    assert "manager's approval" in refused.value.fields["cadence"]
    office.do(edit_customer, customer_id=acme, details=wanted, by=MARA)
    office.do(edit_customer, customer_id=acme, details=wanted.model_copy(update={"country": "PT"}), by=ANA)
    row = office.look(lambda session: get_customer(session, acme))
    assert (row.cadence_days, row.effective_cadence_days, row.cadence_approved_by, row.country) == (
        120,
        120,
        MARA,
        "PT",
    )


def test_a_customer_is_never_its_own_ancestor(office: Office) -> None:
    """Neither directly nor around two corners; a parent elsewhere is unknown."""
    top, middle, bottom = (office.customer(name) for name in ("Top", "Middle", "Bottom"))
    for child, parent in ((middle, top), (bottom, middle)):
        office.do(edit_customer, customer_id=child, by=ANA,
                  details=details_of(office, child).model_copy(update={"parent_id": parent}))  # fmt: skip
    for parent, words in ((bottom, "own parent"), (top, "own parent"), (UUID(int=1), "isn't here")):
        with pytest.raises(InvalidInput, match=words):
            office.do(edit_customer, customer_id=top, by=ANA,
                      details=details_of(office, top).model_copy(update={"parent_id": parent}))  # fmt: skip


def test_saving_without_a_change_writes_nothing(office: Office) -> None:
    """Not even when aliases and contacts are written in another order."""
    acme = office.customer("Acme", owner=ANA)
    contacts = (ContactDetails(name="Zoe"), ContactDetails(name="Al", do_not_contact=True))
    told = details_of(office, acme).model_copy(update={"aliases": ("Zed", "Abe"), "contacts": contacts})
    for _ in range(2):
        office.do(edit_customer, customer_id=acme, details=told, by=ANA)
    trail = office.look(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "customer.edited")).all()
    )
    assert len(trail) == 1
    assert set(trail[0].after) == {"aliases", "contacts"}


def test_pausing_losing_and_excluding_need_a_reason_and_excluding_a_manager(office: Office) -> None:
    """A reason and a name stand behind each."""
    acme = office.customer("Acme", owner=ANA)
    with pytest.raises(InvalidInput, match="Say why"):
        office.do(set_status, customer_id=acme, status=Status.LOST, by=ANA)
    with pytest.raises(InvalidInput, match="after today"):
        office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="x", until=date(2026, 11, 23), by=ANA)
    with pytest.raises(NotAllowed):
        office.do(set_status, customer_id=acme, status=Status.EXCLUDED, reason="court order", by=ANA)
    office.do(set_status, customer_id=acme, status=Status.EXCLUDED, reason="court order", by=MARA)
    with pytest.raises(NotAllowed):
        office.do(set_status, customer_id=acme, status=Status.ACTIVE, by=ANA)
    row = office.look(lambda session: get_customer(session, acme))
    assert (row.status, row.status_reason, row.status_by) == (Status.EXCLUDED, "court order", MARA)
    told = office.look(lambda session: timeline(session, acme, office.runtime.clock.now()))
    assert "Mara Okafor made it excluded: court order" in told[0].text


def test_a_pause_ends_on_its_day(office: Office) -> None:
    """One without a day ends when somebody says so."""
    acme, bolt = office.customer("Acme", owner=ANA), office.customer("Bolt", owner=ANA)
    office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="fair", until=date(2026, 11, 25), by=ANA)
    office.do(set_status, customer_id=bolt, status=Status.PAUSED, reason="moving", by=ANA)
    assert office.do(wake_paused) == 0
    office.runtime.clock.move(timedelta(days=2))  # type: ignore[attr-defined]  # the tests' clock moves
    assert (office.do(wake_paused), office.do(wake_paused)) == (1, 0)
    assert office.look(lambda session: get_customer(session, acme)).status is Status.ACTIVE
    assert office.do(set_status, customer_id=bolt, status=Status.ACTIVE, by=ANA).status is Status.ACTIVE


def test_ids_of_another_workspace_are_not_found(office: Office) -> None:
    """Whatever somebody writes into a button."""
    acme = office.customer("Acme")
    for use_case, more in ((claim_customer, {}), (set_status, {"status": Status.ACTIVE})):
        with pytest.raises(NotFound):
            office.do(use_case, customer_id=UUID(int=acme.int ^ 1), by=ANA, **more)


def test_somebody_is_found_by_part_of_a_name_an_alias_a_domain_or_with_typing_errors(office: Office) -> None:
    """One hit is a card, several are a list, none are the nearest names."""
    office.do(
        add_customer,
        details=CustomerDetails(name="Bäckerei Lindqvist", aliases=("Linda's",), domain="lindqvist.se"),
        by=ANA,
    )
    office.customer("Lindner Bau", owner=BOB)

    def look(words: str) -> object:
        found = office.ask(look_up, words=words, viewer=ANA, features=())
        return (
            found.card.customer.name
            if found.card
            else [row.name for row in (found.page.rows if found.page else found.nearest)]
        )

    for words in ("backerei lindqvist", "lindas", "www.lindqvist.se", "backer", "LINDQVIST"):
        assert look(words) == "Bäckerei Lindqvist"
    assert sorted(look("lind")) == ["Bäckerei Lindqvist", "Lindner Bau"]  # type: ignore[arg-type, type-var]
    assert look("Lindqwist Backerey") == ["Bäckerei Lindqvist"]
    assert [named.name for named in office.ask(list_options, words="lindn", viewer=ANA)] == ["Lindner Bau"]
    assert office.ask(list_page, words="", viewer=ANA).total == 2
    assert office.ask(list_page, words="100%_", viewer=ANA).total == 0


def test_guests_see_no_customers(office: Office) -> None:
    """Neither lists nor cards."""
    acme = office.customer("Acme")
    office.person("U0GUEST", "Gus Guest", is_guest=True)
    with pytest.raises(NotAllowed):
        office.ask(look_up, words="", viewer="U0GUEST", features=())
    with pytest.raises(NotAllowed):
        office.ask(get_card, customer_id=acme, viewer="U0GUEST", features=())


def test_an_export_comes_back_without_a_change(office: Office) -> None:
    """Hostile names, several contacts, parents, two of one name: nothing is added, nothing changed."""
    take_in(
        office,
        "Name,Domain,Parent,Owner,Contact name,Contact email,Annual value,Country,Cadence,Last contact,Status\n"
        "=HYPERLINK(1),,,Ana Lima,Jo,jo@a.test,12.50,NA,7,2026-11-01,\n@Acme,,=HYPERLINK(1),,Bo,,,Narnia,,,lost\n"
        "@Acme,,,,Cy,cy@a.test,,,,,\n<!channel>,,,,,,,,120,,excluded\nTwin,t.com,,,,,,,,,\nTwin,t.de,,,,,,,,,\n",
    )
    hostile = CustomerDetails(
        name="\u202eevil \U0001f600",
        aliases=("-x", "a; b|c"),
        tags=("none of it; really",),
        preferences=("tea; no milk",),
    )
    office.do(add_customer, by=ANA, details=hostile)
    before = state(office)
    data = write_csv(HEADERS, office.ask(export_rows))
    plan = take_in(office, read(data)).plan
    assert (plan.added, plan.changes, plan.changed, plan.refusals) == ((), (), 0, ())
    assert state(office) == before


def test_a_customer_is_handed_out_and_forgotten_whole(office: Office) -> None:
    """Names, contacts, history; its subsidiaries stay, without a parent."""
    done = take_in(office, "Name,Parent,Contact name,Aliases\nAcme,,Jo,AC\nBolt,Acme,,\n")
    acme = office.look(lambda session: find_customer(session, "Acme"))
    told = office.look(lambda session: export(session, "customer", str(acme.id)))
    assert (told["customer"]["name"], told["aliases"], told["contacts"][0]["name"]) == ("Acme", ["AC"], "Jo")
    assert office.look(lambda session: export(session, "customer", "nonsense")) == {}
    assert office.do(lambda session, now: erase(session, "customer", str(acme.id), now)) >= 4
    rows = office.look(lambda session: session.exec(select(Customer)).all())
    assert [(row.name, row.parent_id) for row in rows] == [("Bolt", None)]
    assert office.look(lambda session: session.exec(select(Contact)).all()) == []
    assert len(done.plan.added) == 2


def test_a_forgotten_person_leaves_customers_in_the_pool(office: Office) -> None:
    """And no id behind."""
    office.customer("Acme", owner=ANA, status=Status.PAUSED, status_reason="x", status_by=ANA)
    assert office.look(lambda session: export(session, "person", ANA)) == {"owns": ["Acme"], "imported": []}
    assert office.do(lambda session, now: erase(session, "person", ANA, now)) == 2
    row = office.look(lambda session: find_customer(session, "Acme"))
    assert (row.owner_id, row.status_by) == (None, "gone")


def test_the_house_check_names_customers_whose_dates_do_not_follow(office: Office) -> None:
    """Everything imported passes it; a date that was tampered with doesn't."""
    take_in(
        office, "Name,Owner,Cadence,Last contact,Status\nA1,Ana Lima,14,,\nB2,,,2026-11-02,\nC3,Kiri Walker,7,,paused\n"
    )
    take_in(office, "Name,Owner,Cadence\nA1,Bob Chen,60\nB2,Ana Lima,\n")
    assert office.look(lambda session: list_problems(session, office.runtime.clock.now())) == []
    with office.runtime.database.transaction(WORKSPACE) as session:
        find_customer(session, "A1").due_on = date(2020, 1, 1)
    assert "A1 has dates" in office.look(lambda session: list_problems(session, office.runtime.clock.now()))[0]


@pytest.mark.parametrize("line", ["Jo Ito", "Jo Ito; buyer; jo@acme.com; +351 21 000; do not contact", "Bo; b@o.de"])
def test_contacts_read_as_they_are_written(line: str) -> None:
    """A line that comes out of the form goes in again."""
    assert [write_contact(contact) for contact in read_contacts(line)] == [line]


@pytest.mark.parametrize(
    ("text", "words"),
    [("; x", "begins with a name"), ("Jo; a@", "Jo: “a@”"), ("Jo; a; b", "two entries"), ("Jo\n" * 51, "At most 50")],
)
def test_unclear_contacts_say_how_to_write_them(text: str, words: str) -> None:
    """In one sentence."""
    with pytest.raises(UnclearContact) as refused:
        read_contacts(text)
    assert words.split(maxsplit=1)[0].lower() in str(refused.value).lower()
