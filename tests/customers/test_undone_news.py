"""What people hear when an import that gave them customers is undone: once, and nothing of what they never heard of."""

import pytest
from sqlmodel import select

from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.schemas import CustomersHandedOver
from bot.customers.schemas.importing import ImportTakenBack
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.undoing import undo_import
from bot.customers.views import import_taken_back
from bot.people.queries import get_person
from bot.people.rules import Mute
from bot.workspaces.usecases import BOT
from tests.customers.lists import take_in
from tests.makers import ANA, BOB, KIRI, MARA, Office

LIST = "Name,Owner\nAcme,Ana Lima\nBolt,Ana Lima\nCora,Bob Chen\n"


def deliver(office: Office) -> None:
    """Every message is sent."""
    with office.runtime.database.transaction("T0EVENHAND") as session:
        for row in session.exec(select(OutboxMessage)).all():
            row.state = DeliveryState.SENT


def said_to(office: Office, person: str) -> list[OutboxMessage]:
    """What a person has heard or will hear, in its order."""
    query = select(OutboxMessage).where(OutboxMessage.recipient == person, OutboxMessage.state != DeliveryState.DEAD)
    return list(office.look(lambda session: session.exec(query.order_by(OutboxMessage.id)).all()))


def own(office: Office, name: str) -> Customer:
    """A customer by name."""
    customer: Customer = office.look(lambda session: session.exec(select(Customer).where(Customer.name == name)).one())
    return customer


def test_who_was_told_hears_that_they_are_gone(office: Office) -> None:
    """Each once, with the names; the words are those of a person."""
    done = take_in(office, LIST)
    deliver(office)
    office.do(undo_import, import_id=done.id, by=MARA)
    for person, names in ((ANA, ["Acme", "Bolt"]), (BOB, ["Cora"])):
        first, second = said_to(office, person)
        assert (first.kind, second.kind) == ("customers.handed_over", "customers.import_taken_back")
        assert (second.body["names"], second.body["left"]) == (names, 0)
    gone = ImportTakenBack.model_validate(said_to(office, BOB)[1].body)
    assert import_taken_back(gone).text == (
        "<@U0MARA> undid the import of list.csv. Cora, which it gave you, isn't yours any more."
    )


def test_who_was_not_told_yet_hears_nothing(office: Office) -> None:
    """Neither that they got customers nor that these are gone."""
    done = take_in(office, LIST)
    office.do(undo_import, import_id=done.id, by=MARA)
    assert said_to(office, ANA) == said_to(office, BOB) == []


def test_what_is_left_to_somebody_is_said(office: Office) -> None:
    """A customer that was used since stays with them: who was told hears how many, who wasn't hears of those alone."""
    office.customer("Duo", owner=KIRI)
    done = take_in(office, LIST + "Duo,Ana Lima\n")
    office.do(hand_over, customer_id=own(office, "Acme").id, to=KIRI, by=ANA)
    office.do(hand_over, customer_id=own(office, "Acme").id, to=ANA, by=ANA)
    office.do(undo_import, import_id=done.id, by=BOT)
    (news,) = said_to(office, ANA)
    assert CustomersHandedOver.model_validate(news.body) == CustomersHandedOver(names=("Acme",), total=1, by=MARA)
    assert own(office, "Duo").owner_id == KIRI


def test_who_was_told_hears_how_many_stay(office: Office) -> None:
    """And nothing where all of them do."""
    done = take_in(office, LIST)
    deliver(office)
    for name, owner in (("Acme", ANA), ("Cora", BOB)):
        office.do(hand_over, customer_id=own(office, name).id, to=KIRI, by=owner)
        office.do(hand_over, customer_id=own(office, name).id, to=owner, by=owner)
    office.do(undo_import, import_id=done.id, by=BOT)
    gone = ImportTakenBack.model_validate(said_to(office, ANA)[-1].body)
    assert import_taken_back(gone).text == (
        "The command line undid the import of list.csv. Of the 2 customers that it gave you, 1 is still yours."
    )
    assert [row.kind for row in said_to(office, BOB)] == ["customers.handed_over"]


@pytest.mark.parametrize("case", ["muted", "left", "undid it"])
def test_some_hear_nothing(office: Office, case: str) -> None:
    """Who has muted news or left, and who undid the import."""
    done = take_in(office, LIST)
    deliver(office)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        bob = get_person(session, BOB)
        bob.mutes = [Mute.NEWS.value] if case == "muted" else []
        bob.is_deactivated = case == "left"
        bob.role = get_person(session, MARA).role
    office.do(undo_import, import_id=done.id, by=BOB if case == "undid it" else MARA)
    assert [row.kind for row in said_to(office, BOB)] == ["customers.handed_over"]
