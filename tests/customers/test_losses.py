"""Lost customers: why, whether it was foreseen, what came before, who of the family hears of it, and winning back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from bot.checkins.rules import Result, list_gaps
from bot.core.errors import InvalidInput
from bot.core.outbox import OutboxMessage
from bot.customers.queries import export, get_customer
from bot.customers.queries.losses import get_loss_form, refresh_relative_lost
from bot.customers.queries.screens import get_card
from bot.customers.queries.timeline import timeline
from bot.customers.rules.due import Status
from bot.customers.rules.losses import LossReason
from bot.customers.schemas.losses import LossDetails, RelativeLost
from bot.customers.tables import Loss
from bot.customers.usecases.details import set_status
from bot.customers.usecases.erasing import erase
from bot.customers.usecases.undoing import undo_import
from bot.people.rules import Mute
from bot.people.tables import Person
from bot.promises.usecases import scheduled
from tests.checkins.office import log
from tests.customers.lists import take_in
from tests.customers.screens import answer, customer, shown, told, window
from tests.customers.test_details import trail_of
from tests.customers.test_families import found
from tests.escalations.helpers import escalate
from tests.makers import ANA, BOB, KIRI, MARA, START, WORKSPACE, Office
from tests.mentions.helpers import bring, item
from tests.promises.helpers import promise
from tests.world import World

TODAY = START.date()
DEAR = LossDetails(reason=LossReason.PRICE, foreseen=True)


def lose(office: Office, key: UUID, details: LossDetails | None = DEAR, *, reason: str = "", by: str = ANA) -> None:
    """Say that a customer is lost."""
    office.do(set_status, customer_id=key, status=Status.LOST, reason=reason, loss=details, by=by)


def losses(office: Office) -> Sequence[Loss]:
    """All losses, the first first."""
    return office.look(lambda session: session.exec(select(Loss).order_by(col(Loss.lost_on), col(Loss.id))).all())


def owed(office: Office) -> list[tuple[str, RelativeLost]]:
    """Who is to be told that a relative is lost, and what."""
    query = select(OutboxMessage).where(OutboxMessage.kind == RelativeLost.kind).order_by(col(OutboxMessage.recipient))
    rows = office.look(lambda session: session.exec(query).all())
    return [(row.recipient, RelativeLost.model_validate(row.body)) for row in rows]


@pytest.mark.both_databases
def test_a_loss_is_kept_with_its_day_and_ends_when_it_is_won_back(office: Office) -> None:
    """Twice, and each stays; the card says since when, the history who won it back."""
    acme = office.customer("Acme", owner=ANA, waited=3)
    lose(office, acme, LossDetails(reason=LossReason.PRICE, foreseen=True, lost_on=TODAY - timedelta(days=9)),
         reason="20% too dear")  # fmt: skip
    row = office.look(lambda session: get_customer(session, acme))
    assert (row.status_reason, row.status_by) == ("price (20% too dear)", ANA)
    card = office.ask(get_card, customer_id=acme, viewer=ANA, features=office.runtime.features)
    assert card.lost_on == date(2026, 11, 14)
    office.do(set_status, customer_id=acme, status=Status.ACTIVE, by=BOB)
    lose(office, acme, LossDetails(reason=LossReason.CLOSED, foreseen=False))
    office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="they are back next year", by=BOB)
    kept = [(one.lost_on, one.reason, one.foreseen, one.words, one.by, one.ended_on) for one in losses(office)]
    assert kept == [
        (date(2026, 11, 14), LossReason.PRICE, True, "20% too dear", ANA, TODAY),
        (TODAY, LossReason.CLOSED, False, "", ANA, TODAY),
    ]
    lines = [line.text for line in office.look(lambda session: timeline(session, acme, START))]
    assert "Bob Chen won it back" in lines
    assert "Ana Lima made it lost: price (20% too dear)" in lines


def test_saying_it_again_corrects_the_loss_and_makes_no_second_one(office: Office) -> None:
    """With a line in the audit trail; the same words again write none."""
    acme = office.customer("Acme", owner=ANA)
    for details in (DEAR, DEAR, LossDetails(reason=LossReason.PRICE, foreseen=False)):
        lose(office, acme, details)
    assert [(one.reason, one.foreseen) for one in losses(office)] == [(LossReason.PRICE, False)]
    after = [entry.after for entry in trail_of(office, "customer.status")]
    assert [(one["lost_because"], one["foreseen"]) for one in after] == [("price", True), ("price", False)]


def test_excluding_a_lost_customer_is_no_winning_back(office: Office) -> None:
    """Nor is it lost a second time afterwards; without details, the reason isn't known."""
    acme = office.customer("Acme", owner=ANA)
    lose(office, acme, None, reason="moved away")
    office.do(set_status, customer_id=acme, status=Status.EXCLUDED, reason="court order", by=MARA)
    assert [(one.reason, one.words, one.ended_on) for one in losses(office)] == [
        (LossReason.NOT_KNOWN, "moved away", None)
    ]
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="moved", by=MARA)
    assert [(one.words, one.ended_on) for one in losses(office)] == [("moved away", None)]


def test_the_day_is_neither_to_come_nor_before_it_was_won_back(office: Office) -> None:
    """One sentence each, and nothing is changed."""
    acme = office.customer("Acme", owner=ANA)
    lose(office, acme)
    office.do(set_status, customer_id=acme, status=Status.ACTIVE, by=ANA)
    for lost_on, words in (
        (TODAY + timedelta(days=1), "That day is still to come; choose today or an earlier one."),
        (TODAY - timedelta(days=1), "It was won back on 23 Nov 2026; choose that day or a later one."),
    ):
        with pytest.raises(InvalidInput) as refused:
            lose(office, acme, LossDetails(reason=LossReason.MOVED, foreseen=False, lost_on=lost_on))
        assert refused.value.fields == {"lost_on": words}
    assert office.look(lambda session: get_customer(session, acme)).status is Status.ACTIVE
    assert len(losses(office)) == 1


@pytest.mark.both_databases
def test_the_form_shows_what_came_before_from_every_feature(office: Office) -> None:
    """A silence, a promise that wasn't kept, a problem, a complaint; the latest first, a year at most."""
    acme = office.customer("Golddex", owner=ANA, added_on=TODAY - timedelta(days=700))
    log(office, acme, happened_on=TODAY - timedelta(days=60))
    log(office, acme, Result.TRIED, happened_on=TODAY - timedelta(days=40))
    escalate(office, acme, what="the line stands still")
    promise(office, acme, what="send the price list", due_on=TODAY)
    bring(office, None, item(words="Golddex support never called me back, terrible"))
    office.runtime.clock.move(timedelta(days=3))  # type: ignore[attr-defined]  # the tests' clock moves
    office.do(scheduled.break_overdue)
    form = office.ask(get_loss_form, customer_id=acme, viewer=ANA, features=office.runtime.features)
    told_of = [line.text for line in form.before]
    assert "no contact for 63 days (every 30)" in told_of
    assert "no contact for 640 days (every 30)" in told_of
    assert "promise not kept: “send the price list”" in told_of
    assert any(text.startswith("problem: the line stands still (") for text in told_of)
    assert any("reads as a complaint" in text for text in told_of)
    days = [line.on for line in form.before]
    assert days == sorted(days, reverse=True)
    office.runtime.clock.move(timedelta(days=800))  # type: ignore[attr-defined]  # as above
    later = office.ask(get_loss_form, customer_id=acme, viewer=ANA, features=office.runtime.features)
    assert [line.text for line in later.before] == ["no contact for 863 days (every 30)"]


def test_an_open_loss_fills_the_form_in(office: Office) -> None:
    """With what came before its own day; who is nobody here sees none of it."""
    acme = office.customer("Acme", owner=ANA, added_on=TODAY)
    lose(office, acme, reason="20% too dear")
    office.runtime.clock.move(timedelta(days=90))  # type: ignore[attr-defined]  # the tests' clock moves
    form = office.ask(get_loss_form, customer_id=acme, viewer=ANA, features=office.runtime.features)
    assert (form.reason, form.foreseen, form.lost_on, form.words) == (LossReason.PRICE, True, TODAY, "20% too dear")
    assert form.before == ()


@pytest.mark.both_databases
def test_a_list_that_says_active_ends_the_loss(office: Office) -> None:
    """On the day of the import; one that it doesn't name stays lost."""
    acme, bolt = office.customer("Acme"), office.customer("Bolt")
    for key in (acme, bolt):
        lose(office, key)
    take_in(office, "Name,Status\nAcme,active\n")
    assert {one.customer_id: one.ended_on for one in losses(office)} == {acme: TODAY, bolt: None}


def test_the_owners_of_others_in_the_family_are_told_once(office: Office) -> None:
    """Not who did it, nor who muted news, nor owners of what is lost itself; a correction tells nobody again."""
    ids = found(office)
    for owner, name in ((BOB, "Bob's Shop"), (BOB, "Bob's Bar"), (KIRI, "Kiri's Shop")):
        office.customer(name, owner=owner, waited=3, parent_id=ids["Golddex"])
    gone = office.customer("Gone", owner=KIRI, parent_id=ids["Golddex"], status=Status.LOST, status_reason="x")
    with office.runtime.database.transaction(WORKSPACE) as session:
        person = session.get(Person, (WORKSPACE, KIRI))
        assert person is not None
        person.mutes = [Mute.NEWS]
    lose(office, ids["Oslo Plant"])
    lose(office, ids["Oslo Plant"], LossDetails(reason=LossReason.SERVICE, foreseen=False))
    told_of = owed(office)
    assert [(who, one.names, one.total) for who, one in told_of] == [
        (BOB, ("Bob's Bar", "Bob's Shop"), 2), (MARA, ("Golddex",), 1),
    ]  # fmt: skip
    assert told_of[0][1].root_name == "Golddex"
    lose(office, ids["Acme"])
    lose(office, gone)
    assert {one.name for _, one in owed(office)} == {"Oslo Plant", "Gone"}


def test_the_news_of_a_loss_is_not_sent_once_it_was_won_back(office: Office) -> None:
    """It waits for the reader's hours, and things may have changed by then."""
    ids = found(office)
    lose(office, ids["Oslo Plant"])
    (_, news), *_ = owed(office)
    refreshed: Any = office.ask(refresh_relative_lost, notification=news, to=MARA)
    assert refreshed == news
    office.do(set_status, customer_id=ids["Oslo Plant"], status=Status.ACTIVE, by=ANA)
    assert office.ask(refresh_relative_lost, notification=news, to=MARA) is None


def test_a_loss_is_exported_and_erased_with_its_customer(office: Office) -> None:
    """And who said so is replaced when that person is erased."""
    acme, bolt = office.customer("Acme"), office.customer("Bolt")
    for key in (acme, bolt):
        lose(office, key, reason="too dear")
    told_of = office.look(lambda session: export(session, "customer", str(acme)))
    assert [one["words"] for one in told_of["losses"]] == ["too dear"]
    office.do(lambda session, now: erase(session, "customer", str(acme), now))
    assert [one.customer_id for one in losses(office)] == [bolt]
    office.do(lambda session, now: erase(session, "person", ANA, now))
    assert [one.by for one in losses(office)] == ["gone"]


@given(
    days=st.lists(st.integers(0, 400), max_size=9), added=st.integers(0, 400), cadence=st.integers(1, 365)
)  # fmt: skip
def test_gaps_and_contacts_make_up_the_whole_time(days: list[int], added: int, cadence: int) -> None:
    """No gap is within the cadence, none overlaps another, and none ends before it began."""
    contacts = [TODAY - timedelta(days=day) for day in days]
    since = TODAY - timedelta(days=added)
    gaps = list_gaps(contacts, since=since, today=TODAY, cadence_days=cadence)
    assert all(length > cadence for _, length in gaps)
    assert [end for end, _ in gaps] == sorted({end for end, _ in gaps})
    assert sum(length for _, length in gaps) <= (TODAY - min([since, *contacts])).days
    every = list_gaps(contacts, since=since, today=TODAY, cadence_days=0)
    assert sum(length for _, length in every) == (TODAY - min([since, *contacts])).days


async def test_marking_one_lost_asks_why_and_tells_the_family(world: World) -> None:
    """From the card: first the status, then why; the errors stand under their fields; the card says since when."""
    ids = found(world.office)
    escalate(world.office, ids["Oslo Plant"], what="the line stands still")
    ana = world.as_(ANA)
    card = await answer(world, ANA, "/customers oslo plant", "customer since")
    await ana.choose(card, "customers.card_menu", "Status")
    form = await window(world, ANA, "Status")
    await ana.fill(form, customers_status_choice="lost", customers_reason="20% too dear")
    await ana.submit(form)
    why = await window(world, ANA, "Lost customer", "what came before")
    assert "no contact for 80 days (every 30)" in shown(why)
    assert "problem: the line stands still" in shown(why)
    assert "20% too dear" in shown(why)
    refused = await ana.submit(why) or {}
    assert set(refused) == {"customers.lost_reason", "customers.lost_foreseen"}
    await ana.fill(why, customers_lost_reason="price", customers_lost_foreseen="yes", customers_lost_on="2026-11-24")
    assert "still to come" in (await ana.submit(why) or {})["customers.lost_on"]
    await ana.fill(why, customers_lost_on="2026-11-20")
    assert not await ana.submit(why)
    await window(world, ANA, "Customer", "lost since Fri 20 Nov")
    assert customer(world, "oslo plant").status_reason == "price (20% too dear)"
    await world.move(hours=2)
    news = await told(world, MARA, "is lost: price (20% too dear). You look after *Golddex* in the same family.")
    await world.as_(MARA).press(news, "customers.card")
    await window(world, MARA, "Customer", "Oslo Plant")


@pytest.mark.both_databases
def test_who_a_list_brings_as_lost_has_a_loss_whose_reason_is_not_known(office: Office) -> None:
    """New ones and known ones, since the day of the list; one that was lost before keeps what somebody said of it."""
    office.customer("Acme", owner=ANA)
    dear = office.customer("Dear", owner=ANA)
    lose(office, dear)
    office.runtime.clock.move(timedelta(days=3))
    made = take_in(office, "Name,Status\nAcme,lost\nDear,lost\nGolddex,lost\nCondax,active\n")
    today = office.runtime.clock.now().date()
    told = [(loss.lost_on, loss.reason, loss.foreseen, loss.by) for loss in losses(office)]
    assert told == [
        (TODAY, LossReason.PRICE, True, ANA), *[(today, LossReason.NOT_KNOWN, None, MARA)] * 2
    ]  # fmt: skip
    undone = office.do(undo_import, import_id=made.id, by=MARA)
    assert (undone.removed, undone.restored, undone.kept) == (2, 1, ())
    assert [loss.customer_id for loss in losses(office)] == [dear]


@pytest.mark.both_databases
def test_undoing_a_list_goes_on_with_the_loss_that_it_ended(office: Office) -> None:
    """And leaves a loss alone of which somebody has said more since."""
    dear, acme = office.customer("Dear", owner=ANA), office.customer("Acme", owner=ANA)
    lose(office, dear)
    won_back = take_in(office, "Name,Status\nDear,active\n")
    assert losses(office)[0].ended_on == TODAY
    office.do(undo_import, import_id=won_back.id, by=MARA)
    assert losses(office)[0].ended_on is None
    listed = take_in(office, "Name,Status\nAcme,lost\n")
    lose(office, acme, LossDetails(reason=LossReason.MOVED), by=BOB)
    office.do(undo_import, import_id=listed.id, by=MARA)
    assert [(loss.customer_id, loss.reason) for loss in losses(office) if loss.customer_id == acme] == [
        (acme, LossReason.MOVED)
    ]
