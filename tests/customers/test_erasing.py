"""Everything about a customer or a person, exported and erased, in every table and over the wire."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select

from bot.checkins.rules import Preset
from bot.checkins.usecases import hand_over_from_list, snooze_from_list
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core import outbox
from bot.core.clock import new_id
from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.queries import get_customer
from bot.customers.rules.cells import ContactDetails
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerDetails, CustomersHandedOver, SubjectErased
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import add_customer, set_status
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject
from bot.customers.usecases.refused import store_refused_rows
from bot.customers.usecases.uploads import store_upload
from bot.mentions.usecases.acting import set_customer
from bot.people.rules import Role
from bot.people.tables import Person
from bot.workspaces.queries import list_audit
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record
from tests.checkins.office import log, undo
from tests.customers.lists import take_in
from tests.customers.screens import answer, shown, window
from tests.escalations.helpers import escalate
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.mentions.helpers import bring, item, source
from tests.promises.helpers import promise
from tests.world import World

NAME, ALIAS, CONTACT, EMAIL, DOMAIN = (
    "Zanzibar Ltd",
    "Zanzi Spices",
    "Jo Ito",
    "jo@zanzibar.example",
    "zanzibar.example",
)
WORDS = (NAME, ALIAS, CONTACT, EMAIL, DOMAIN)
NOTE = "they hate Mondays"


@pytest.fixture
def full(office: Office) -> tuple[Office, UUID]:
    """A customer of Ana's that every feature knows, beside one that nobody asks about."""
    make_admin(office, MARA)
    details = CustomerDetails(
        name=NAME, aliases=(ALIAS,), domain=DOMAIN, owner_id=ANA, contacts=(ContactDetails(name=CONTACT, email=EMAIL),)
    )
    customer = office.do(add_customer, details=details, by=MARA).id
    both = (customer, office.customer("Bystander", owner=ANA))
    for one in both:
        log(office, one, note=NOTE, happened_on=date(2026, 10, 12))
    office.do(enqueue_reminders, person_ids=[ANA], features=office.runtime.features)
    for one in both:
        fill(office, one)
    office.do(store_upload, file_name="list.csv", content=NAME.encode(), by=MARA)
    listed = take_in(office, "Name\nBystander\n").id
    office.do(store_refused_rows, import_id=listed, content=f"{NAME},Bob Chen".encode(), by=MARA)
    return office, customer


def fill(office: Office, customer: UUID) -> None:
    """Let every feature keep something about a customer, some of it undone, some of it on its way to Slack."""
    undo(office, log(office, customer))
    log(office, customer, note=NOTE, happened_on=date(2026, 11, 20))
    office.do(snooze_from_list, customer_id=customer, preset=Preset.WEEK, by=ANA)
    office.do(hand_over_from_list, customer_id=customer, to=BOB, by=ANA)
    office.do(hand_over_from_list, customer_id=customer, to=ANA, by=BOB, note="back to you")
    office.do(set_status, customer_id=customer, status=Status.PAUSED, reason="on leave", by=BOB)
    office.do(set_status, customer_id=customer, status=Status.ACTIVE, by=BOB)
    name = office.look(lambda session: get_customer(session, customer).name)
    take_in(office, f"Name,Country\n{name},PT\n")
    assign(office, customer)
    assign(office, customer, assignee_id=BOB, what="ask about the fair")
    promise(office, customer)
    promise(office, customer, by=BOB)
    escalate(office, customer)
    escalate(office, customer, assignee_id=BOB, what="the invoice is wrong")
    number = customer.int % 10**9
    found = bring(office, source(office, word=f"https://{number}.example/feed"), item(number, NOTE))
    office.do(set_customer, mention_id=found.mention_ids[0], customer_id=customer, by=MARA)


def make_admin(office: Office, person_id: str) -> None:
    """Make somebody a Slack admin."""
    with office.runtime.database.transaction("T0EVENHAND") as session:
        person = session.get(Person, ("T0EVENHAND", person_id))
        assert person is not None
        person.role = Role.ADMIN


def leave(office: Office, person_id: str) -> None:
    """Let somebody's Slack account be deactivated."""
    with office.runtime.database.transaction("T0EVENHAND") as session:
        person = session.get(Person, ("T0EVENHAND", person_id))
        assert person is not None
        person.is_deactivated = True


def erase(office: Office, subject_id: object, confirm: str, *, kind: str = "customer", by: str = MARA) -> SubjectErased:
    """Erase as the form does."""
    features = office.runtime.features
    done: SubjectErased = office.do(
        erase_subject, kind=kind, subject_id=str(subject_id), confirm=confirm, features=features, by=by
    )
    return done


def everything(office: Office) -> Iterator[tuple[str, str]]:
    """Every cell of every table, as text, with the table's name."""
    with office.runtime.database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                for cell in row:
                    yield (
                        table.name,
                        cell.decode("utf-8", "replace")
                        if isinstance(cell, bytes)
                        else (json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else str(cell)),
                    )


def file_of(world: World, message: Any) -> bytes:
    """The content of a message's file."""
    return world.rehearsal.workspace.files[message.files[0]["id"]].data or b""


def tables_with(office: Office, *words: str) -> set[str]:
    """The tables in which any of *words* still stands."""
    return {table for table, text in everything(office) for word in words if word.casefold() in text.casefold()}


def tables_about(office: Office, customer: UUID) -> set[str]:
    """The tables that know a customer's id."""
    return {table for table, text in everything(office) if str(customer) in text}


def test_an_erased_customer_is_in_no_table_any_more(full: tuple[Office, UUID]) -> None:
    """Neither its names nor its people's are left anywhere, outbox and audit trail included; the neighbour is whole."""
    office, customer = full
    beside = office.look(lambda session: session.exec(select(Customer.id).where(Customer.name == "Bystander")).one())
    before = tables_about(office, beside)
    assert {"outbox", "audit_trail", "uploads", "refused_rows", "customers", "contacts"} <= tables_with(office, *WORDS)
    assert {"checkins", "customer_actions", "followups", "promises", "escalations", "mentions"} <= tables_about(
        office, customer
    )
    done = erase(office, customer, NAME)
    assert tables_with(office, *WORDS) == set()
    assert tables_about(office, customer) == {"audit_trail", "outbox"}  # its id: one line, and the keys of messages
    assert {"customers", "checkins", "followups", "promises", "escalations", "mentions"} <= set(done.rows)
    assert tables_about(office, beside) >= before - {"uploads", "refused_rows"}
    [line] = office.look(lambda session: list_audit(session, subject_kind="customer", subject_id=str(customer)))
    assert (line.action, line.by, line.after) == ("customer.erased", MARA, {"rows": sum(done.rows.values())})


def test_messages_on_their_way_lose_the_customer_and_go_on_where_others_are_in_them(full: tuple[Office, UUID]) -> None:
    """The reminder keeps its other row; what was only about the customer isn't sent any more."""
    office, customer = full
    with office.runtime.database.transaction("T0EVENHAND") as session:
        news = CustomersHandedOver(names=(NAME, "Bystander"), total=2, by=MARA)
        outbox.enqueue(session, news, to=BOB, key="mixed", now=office.runtime.clock.now())
    erase(office, customer, NAME)
    rows = office.look(lambda session: session.exec(select(OutboxMessage)).all())
    mixed = next(row for row in rows if row.key == "mixed")
    assert (mixed.state, mixed.body["names"]) == (DeliveryState.PENDING, ["(erased)", "Bystander"])
    assert {row.reason for row in rows if row.kind == "followups.given" and row.state is DeliveryState.DEAD} == {
        "what it was about was erased"
    }
    given = [row for row in rows if row.kind == "followups.given" and row.state is DeliveryState.PENDING]
    assert all("Bystander" in str(row.body) for row in given)
    assert len(given) == 2


def test_an_erased_person_is_in_no_table_any_more_and_what_they_did_stays(full: tuple[Office, UUID]) -> None:
    """The name and the address go; check-ins and commitments stay with their customers."""
    office, customer = full
    log(office, customer, by=BOB, note="kept")
    leave(office, BOB)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        told = {"cover": "Bob Chen <bob@example.test>"}
        record(session, "test.noted", by=MARA, kind="test", subject="1", after=told, now=office.runtime.clock.now())
    assert {"people", "refused_rows"} <= tables_with(office, "Bob Chen", "bob@example.test")
    done = erase(office, BOB, "bob chen", kind="person")
    assert tables_with(office, "Bob Chen", "bob@example.test") == set()
    assert "kept" in {text for table, text in everything(office) if table == "checkins"}
    assert {"people", "outbox", "audit trail"} <= set(done.rows)
    rows = office.look(lambda session: session.exec(select(OutboxMessage).where(OutboxMessage.recipient == BOB)).all())
    assert {(row.state, str(row.body)) for row in rows} == {(DeliveryState.DEAD, "{}")}
    [line] = office.look(lambda session: list_audit(session, subject_kind="person", subject_id=BOB))[:1]
    assert (line.action, line.by) == ("person.erased", MARA)


def test_an_export_holds_what_every_feature_keeps(full: tuple[Office, UUID]) -> None:
    """Of the customer and of the person, as JSON, each feature under its name."""
    office, customer = full
    about = {"features": office.runtime.features, "viewer": MARA}
    told = office.ask(export_subject, kind="customer", subject_id=str(customer), **about)
    assert (told.name, told.content["customers"]["customer"]["domain"]) == (NAME, DOMAIN)
    assert {"customers", "checkins", "followups", "promises", "escalations", "mentions", "audit_trail"} <= set(
        told.content
    )
    assert "Bystander" not in json.dumps(told.content)
    person = office.ask(export_subject, kind="person", subject_id=ANA, **about)
    assert person.content["people"]["email"] == "ana@example.test"
    assert {entry["by"] for entry in person.content["audit_trail"]} >= {ANA}


@pytest.mark.parametrize("by", [ANA, KIRI, "U0NOBODY"])
def test_only_admins_export_and_erase(full: tuple[Office, UUID], by: str) -> None:
    """Others are told whom to ask, and nothing changes."""
    office, customer = full
    with pytest.raises(NotAllowed, match="ask Mara Okafor"):
        erase(office, customer, NAME, by=by)
    with pytest.raises(NotAllowed, match="Only Slack's admins"):
        office.ask(
            export_subject, kind="customer", subject_id=str(customer), features=office.runtime.features, viewer=by
        )
    assert "customers" in tables_with(office, NAME)


def test_a_manager_is_no_admin(office: Office) -> None:
    """Handing out work is one thing, erasing another."""
    customer = office.customer(NAME)
    with pytest.raises(NotAllowed, match="ask one of them"):
        erase(office, customer, NAME)


def test_the_name_has_to_be_written_again(full: tuple[Office, UUID]) -> None:
    """Another name erases nothing; capitals and spaces at the ends don't matter."""
    office, customer = full
    with pytest.raises(InvalidInput, match="write Zanzibar Ltd to erase it"):
        erase(office, customer, "Zanzibar")
    assert "customers" in tables_with(office, NAME)
    assert erase(office, customer, "  zanzibar LTD ", by=BOT).kind == "customer"


def test_somebody_who_is_still_in_slack_is_not_erased(office: Office) -> None:
    """Slack would bring the name back within a minute."""
    with pytest.raises(InvalidInput, match="still in Slack"):
        erase(office, ANA, "Ana Lima", kind="person", by=BOT)


def test_what_is_unknown_is_said_so(office: Office) -> None:
    """An id or a name of nobody, and a name of several."""
    with pytest.raises(NotFound, match="customer isn't here"):
        erase(office, new_id(), NAME, by=BOT)
    with pytest.raises(NotFound, match="Nobody is called Zed"):
        office.ask(find_subject, kind="person", words="Zed")
    office.person("U0ANA2", "Ana Lima")
    with pytest.raises(NotFound, match="2 people are called ana lima"):
        office.ask(find_subject, kind="person", words="ana lima")
    for words in (ANA, f"<@{ANA}|ana>", f"<@{ANA}>"):
        assert office.ask(find_subject, kind="person", words=words).id == ANA
    assert office.ask(find_subject, kind="person", words="Bob Chen").id == BOB


def test_a_name_inside_another_word_stays(office: Office) -> None:
    """Only whole words are replaced in messages: Go's erasure leaves Golddex alone."""
    customer = office.customer("Go", owner=ANA)
    office.do(hand_over, customer_id=office.customer("Golddex Go", owner=ANA), to=BOB, by=MARA)
    office.do(hand_over, customer_id=office.customer("Golddex", owner=ANA), to=BOB, by=MARA)
    erase(office, customer, "Go", by=BOT)
    texts = [text for table, text in everything(office) if table == "outbox" and "names" in text]
    assert any("Golddex (erased)" in text for text in texts)
    assert any('"Golddex"' in text for text in texts)


async def test_an_admin_exports_and_erases_from_the_card(world: World) -> None:
    """The menu sends a file; *Erase* asks for the name, refuses another one, and tells what went."""
    make_admin(world.office, MARA)
    customer = world.office.customer(NAME, owner=ANA, waited=40)
    log(world.office, customer, note=NOTE)
    mara = world.as_(MARA)
    card = await answer(world, MARA, f"/customers {NAME}", "Owner")
    await mara.choose(card, "customers.card_more", "Export everything")
    sent = await mara.until(lambda actor: next((m for m in actor.dm() if m.files), None), timeout=10)
    assert NOTE in file_of(world, sent).decode()
    await mara.choose(card, "customers.card_more", "Erase…")
    form = await window(world, MARA, "Erase", NAME)
    await mara.fill(form, customers_erase_name="Zanzi")
    assert "write Zanzibar Ltd" in str(await mara.submit(form))
    await mara.fill(form, customers_erase_name=NAME)
    assert await mara.submit(form) is None
    await window(world, MARA, "Erased", "checkins")
    assert tables_with(world.office, NAME) == set()


async def test_an_admin_finds_somebody_who_left_with_a_command(world: World) -> None:
    """`/evenhand person` shows the person with the menu, from where they are exported and erased."""
    make_admin(world.office, MARA)
    leave(world.office, BOB)
    mara = world.as_(MARA)
    found = await answer(world, MARA, "/evenhand person Bob Chen", "everything that is kept about this person")
    await mara.choose(found, "customers.card_more", "Export everything")
    sent = await mara.until(lambda actor: next((m for m in actor.dm() if m.files), None), timeout=10)
    assert b"bob@example.test" in file_of(world, sent)
    await mara.choose(found, "customers.card_more", "Erase…")
    form = await window(world, MARA, "Erase", "Bob Chen")
    await mara.fill(form, customers_erase_name="Bob Chen")
    await mara.submit(form)
    await window(world, MARA, "Erased", "people")
    assert tables_with(world.office, "Bob Chen") == set()
    await answer(world, MARA, "/evenhand person", "Say whom")


async def test_others_see_no_menu_and_are_refused(world: World) -> None:
    """Neither members nor managers have it on the card; the command says whom to ask."""
    world.office.customer(NAME, owner=ANA, waited=40)
    for person in (ANA, MARA):
        card = await answer(world, person, f"/customers {NAME}", "Owner")
        assert "customers.card_more" not in shown(card)
    await answer(world, ANA, "/evenhand person Bob Chen", "Only Slack's admins")


async def test_a_refused_export_or_erasure_is_audited_under_its_subject(world: World) -> None:
    """Who is no admin any more presses the old menus: the trail names the customer and the person, not the menu."""
    make_admin(world.office, MARA)
    customer = world.office.customer(NAME, owner=ANA, waited=40)
    leave(world.office, BOB)
    mara = world.as_(MARA)
    card = await answer(world, MARA, f"/customers {NAME}", "Owner")
    person = await answer(world, MARA, "/evenhand person Bob Chen", "everything that is kept about this person")
    await mara.choose(card, "customers.card_more", "Erase…")
    form = await window(world, MARA, "Erase", NAME)
    await mara.fill(form, customers_erase_name=NAME)
    with world.office.runtime.database.transaction("T0EVENHAND") as session:
        session.get_one(Person, ("T0EVENHAND", MARA)).role = Role.MANAGER
    await mara.submit(form)
    await mara.choose(card, "customers.card_more", "Export everything")
    await mara.choose(person, "customers.card_more", "Export everything")
    refused = select(AuditEntry).where(AuditEntry.action == "press.refused")

    def subjects() -> list[str]:
        return [entry.subject_id for entry in world.office.look(lambda session: session.exec(refused).all())]

    await mara.until(lambda _: len(subjects()) == 3, timeout=10)
    assert sorted(subjects()) == sorted([str(customer), str(customer), BOB])
