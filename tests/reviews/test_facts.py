"""What was true on a day stays true of that day: edits write down what they replace, and figures of the past hold."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot.core.database import Database
from bot.customers.queries import get_customer
from bot.customers.queries.screens import get_details
from bot.customers.rules.due import Status
from bot.customers.usecases import hand_over, release_customers
from bot.customers.usecases.details import edit_customer, set_status, wake_paused
from bot.customers.usecases.erasing import erase_subject, export_subject
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.customers.usecases.sharing import share_out_pool, undo_share_out
from bot.customers.usecases.undoing import undo_import
from bot.reviews.queries import make_proof, read_care, reading
from bot.reviews.queries.review import get_review
from bot.reviews.rules import Band
from bot.reviews.rules.waits import EVER
from bot.reviews.schemas import Proof
from bot.reviews.tables import FACTS_TRIGGERS, FormerFacts
from bot.workspaces.queries import get_workspace
from bot.workspaces.usecases import BOT
from tests.customers.lists import take_in
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.reviews.arrays import stretches_of, wait_of
from tests.reviews.test_queries import TODAY, build, contact
from tests.triggers import list_triggers, require_described

DAY = timedelta(days=1)
OFFSETS = st.integers(-60, 30)


def former(office: Office) -> Sequence[FormerFacts]:
    """What was kept, in its order."""
    return office.look(lambda session: session.exec(select(FormerFacts).order_by(col(FormerFacts.number))).all())


def proof_of(office: Office, until: date) -> Proof:
    """The proof of the 90 days up to a day, as anybody would compute it now."""
    today = office.runtime.clock.now().date()
    return office.look(lambda session: make_proof(session, read_care(session, today), days=90, until=until))


def change(office: Office, customer: UUID, **fields: Any) -> None:
    """Edit a customer as its form does."""
    details = office.look(lambda session: get_details(session, get_customer(session, customer)))
    office.do(edit_customer, customer_id=customer, details=details.model_copy(update=fields), by=MARA)


def change_cadence(session: Session, *, now: Any) -> None:
    """Change the workspace's cadence as the setup does."""
    get_workspace(session).default_cadence_days = 14
    reschedule_workspace(session, now=now)


# --- what is kept ------------------------------------------------------------------------------------------------


def pause(office: Office, customer: UUID) -> None:
    """Pause a customer, and let the pause end."""
    day = office.runtime.clock.now().date() + DAY
    office.do(set_status, customer_id=customer, status=Status.PAUSED, reason="moving", until=day, by=ANA)
    office.runtime.clock.move(2 * DAY)
    office.do(wake_paused)


def share(office: Office, customer: UUID) -> None:
    """Share the pool out, and take it back."""
    office.do(hand_over, customer_id=customer, to=None, by=MARA)
    done = office.do(share_out_pool, among=[BOB], by=MARA)
    office.do(undo_share_out, share_id=done.id, by=MARA)


def list_and_undo(office: Office, _: UUID) -> None:
    """Import a list that changes the customer, and undo it."""
    made = take_in(office, "Name,Headcount,Status\nAcme,70,lost\n")
    office.do(undo_import, import_id=made.id, by=MARA)


WAYS: dict[str, tuple[Callable[[Office, UUID], None], list[tuple[str, Any]]]] = {
    "edit": (lambda office, one: change(office, one, headcount=9, annual_value=Decimal(5)), [("headcount", 5)]),
    "tags": (lambda office, one: change(office, one, tags=("north",), country="PT"), [("tags", [])]),
    "hand over": (lambda office, one: office.do(hand_over, customer_id=one, to=BOB, by=MARA), [("owner_id", ANA)]),
    "leave": (lambda office, _: office.do(release_customers, owner_id=ANA), [("owner_id", ANA)]),
    "pause": (pause, [("status", Status.ACTIVE), ("status_reason", "moving")]),
    "share": (share, [("owner_id", ANA), ("owner_id", None), ("owner_id", BOB)]),
    "list": (list_and_undo, [("headcount", 5), ("headcount", 70)]),
    "cadence": (lambda office, _: office.do(change_cadence), [("effective_cadence_days", 30)]),
    "rename": (lambda office, one: change(office, one, name="Acme & Sons", zone="Europe/Paris"), []),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_change_a_customer_keeps_what_was_true(office: Office, way: str) -> None:
    """In as many rows as there are changes, each until the instant of the change; a contact or a name keeps nothing."""
    customer = office.customer("Acme", owner=ANA, waited=10, headcount=5)
    begun = office.runtime.clock.move(timedelta(hours=1)) or office.runtime.clock.now()
    act, expected = WAYS[way]
    act(office, customer)
    rows = former(office)
    assert [getattr(row, name) for row, (name, _) in zip(rows, expected, strict=True)] == [had for _, had in expected]
    assert {row.customer_id for row in rows} <= {customer}
    assert all(begun <= row.until <= office.runtime.clock.now() for row in rows)


@pytest.mark.both_databases
def test_erasing_forgets_and_exporting_tells(office: Office) -> None:
    """The former facts of a customer, and whose it was; both gone with the customer."""
    customer, beside = office.customer("Acme", owner=ANA), office.customer("Bystander", owner=ANA)
    for one in (customer, beside):
        office.do(hand_over, customer_id=one, to=BOB, by=MARA)
    about = {"features": office.runtime.features, "viewer": BOT}
    told = office.ask(export_subject, kind="customer", subject_id=str(customer), **about)
    assert [row["owner_id"] for row in told.content["reviews"]["former_facts"]] == [ANA]
    person = office.ask(export_subject, kind="person", subject_id=ANA, **about)
    assert [row["customer"] for row in person.content["reviews"]["looked_after"]] == ["Acme", "Bystander"]
    office.do(
        erase_subject, kind="customer", subject_id=str(customer), confirm="Acme", features=office.runtime.features,
        by=BOT,
    )  # fmt: skip
    assert [row.customer_id for row in former(office)] == [beside]


def test_migrations_make_the_triggers_that_the_code_describes(database: Database, tmp_path: Path) -> None:
    """One that a migration lost, such as by making the table of customers anew, fails here."""
    require_described(database, tmp_path, triggers, len(FACTS_TRIGGERS[database.dialect]))


def triggers(connection: sa.Connection) -> Sequence[str]:
    """The definitions of the triggers, and of the functions that they call."""
    return list_triggers(connection, names="former_facts%", functions="%former_facts")


# --- what is made of it ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_same_question_gets_the_same_answer_a_year_later(office: Office) -> None:
    """Whatever is edited, handed over, imported, paused, lost or talked to since: the figures of a past period hold."""
    made = build(office)
    yesterday = TODAY - DAY
    told, earlier = proof_of(office, yesterday), proof_of(office, TODAY - 40 * DAY)
    for number, customer in enumerate(made):
        change(office, customer, annual_value=Decimal(90_000 - 1000 * number), headcount=number, country="PT")
        office.do(hand_over, customer_id=customer, to=KIRI, by=MARA)
        if number % 7 == 0:
            office.do(set_status, customer_id=customer, status=Status.LOST, reason="closed", by=MARA)
    take_in(office, "Name,Last contact,Headcount\nCustomer 5,2026-11-23,7\nNewcomer,2026-11-20,3\n")
    office.do(change_cadence)
    assert proof_of(office, TODAY) != told
    assert proof_of(office, yesterday) == told
    office.runtime.clock.move(365 * DAY)
    for customer in made[:9]:
        change(office, customer, annual_value=None, currency=None)
    assert proof_of(office, yesterday) == told
    assert proof_of(office, TODAY - 40 * DAY) == earlier


@pytest.mark.slow
@pytest.mark.both_databases
def test_what_isnt_read_changes_no_figure(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the days before the period the last contact is enough, and customers are read by any number at once."""
    made = build(office)
    for number, customer in enumerate(made[:20]):
        office.do(hand_over, customer_id=customer, to=KIRI, by=MARA)
        contact(office, customer, 200 + number)
    change(office, made[0], added_on=TODAY - 10 * DAY)

    def proof_from(since: date) -> Proof:
        read = partial(read_care, since=since, tags=True)
        return office.look(lambda session: make_proof(session, read(session, TODAY), days=30, until=TODAY))

    whole = proof_from(date.min)
    for block in (7, 60, 50_000):
        monkeypatch.setattr(reading, "BLOCK", block)
        assert proof_from(TODAY - 60 * DAY) == whole
    with pytest.raises(ValueError, match="which is after"):
        proof_from(TODAY - 59 * DAY)


def test_who_was_lost_in_the_period_counts_until_then(office: Office) -> None:
    """A customer that nobody called and that left stays in the figures of its time, and in none after it."""
    left = office.customer("Golddex", owner=ANA, added_on=TODAY - 50 * DAY)
    office.do(set_status, customer_id=left, status=Status.LOST, reason="nobody called", by=ANA)
    office.runtime.clock.move(10 * DAY)
    [figures] = proof_of(office, TODAY + 10 * DAY).groups
    assert (figures.key, figures.customers, figures.half, figures.percent) == (Band.UNKNOWN, 1, 50, 62)
    office.runtime.clock.move(100 * DAY)
    assert proof_of(office, TODAY + 110 * DAY).groups == ()


def test_days_of_a_pause_are_no_wait(office: Office) -> None:
    """Forty days without a contact, twenty of them paused, are twenty waited; the cadence is used up all the same."""
    paused = office.customer("Condax", owner=ANA, added_on=TODAY - 10 * DAY)
    office.do(set_status, customer_id=paused, status=Status.PAUSED, reason="fair", by=ANA)
    office.runtime.clock.move(20 * DAY)
    office.do(set_status, customer_id=paused, status=Status.ACTIVE, by=ANA)
    office.runtime.clock.move(10 * DAY)
    [figures] = proof_of(office, TODAY + 30 * DAY).groups
    assert (figures.half, figures.percent) == (20, 52)


def test_a_list_that_names_a_later_contact_undoes_no_earlier_one(office: Office) -> None:
    """The wait that ended then has ended; an undone list said nothing."""
    office.customer("Acme", owner=ANA, added_on=TODAY - 80 * DAY, waited=40)
    told = proof_of(office, TODAY - DAY)
    made = take_in(office, f"Name,Last contact\nAcme,{TODAY}\n")
    assert proof_of(office, TODAY - DAY) == told
    office.do(undo_import, import_id=made.id, by=MARA)
    assert proof_of(office, TODAY - DAY) == told


def test_a_review_names_the_owners_of_that_time(office: Office) -> None:
    """Ana's neglected customers go to Bob today: the month before was hers, the line about this one is his."""
    neglected = [office.customer(f"Of Ana {one}", owner=ANA, added_on=TODAY - 300 * DAY) for one in range(3)]
    for one in range(10):
        contact(office, office.customer(f"Of Kiri {one}", owner=KIRI, added_on=TODAY - 300 * DAY), 3)
    office.runtime.clock.move(DAY)
    for customer in neglected:
        office.do(hand_over, customer_id=customer, to=BOB, by=MARA)
    assert office.ask(get_review, viewer=MARA).needs[0].startswith("Bob Chen's customers: 0%")
    period = office.look(lambda session: read_care(session, TODAY + DAY)).during(since=TODAY - 7 * DAY, until=TODAY)
    owners = {period.id_of(place): owner for owner, places in period.by_owner().items() for place in places}
    assert {owners[customer] for customer in neglected} == {ANA}


@given(st.lists(st.tuples(OFFSETS, st.integers(1, 9)), max_size=6), st.integers(1, 9))
def test_stretches_are_what_was_true_at_each_days_end(changes: list[tuple[int, int]], now: int) -> None:
    """On each day the value that the next change replaces; each day is in exactly one stretch."""
    history = [(TODAY + offset * DAY, had) for offset, had in sorted(changes, key=lambda one: one[0])]
    stretches = stretches_of(now, history)
    rows = list(zip(stretches.begin, stretches.end, stretches.facts.cadence, strict=True))
    assert (rows[0][0], rows[-1][1]) == (-EVER, EVER - 1)
    for day in (TODAY + offset * DAY for offset in range(-70, 40)):
        [holds] = [value for begins, ends, value in rows if begins <= day.toordinal() <= ends]
        assert holds == next((had for replaced_on, had in history if replaced_on > day), now)


@given(
    st.lists(OFFSETS, max_size=8),
    st.lists(st.tuples(OFFSETS, st.none() | st.integers(1, 40)), max_size=5),
    st.none() | st.integers(1, 40),
    st.integers(1, 60),
)
def test_waits_under_changing_cadences_are_what_counting_days_gives(
    contacts: list[int], changes: list[tuple[int, int | None]], now: int | None, days: int
) -> None:
    """Each day by the cadence of that day; days on which nobody looked after the customer count in nothing."""
    added_on, until, since = TODAY - 60 * DAY, TODAY, TODAY - days * DAY
    known = {TODAY + one * DAY for one in contacts}
    history = [(TODAY + one * DAY, had) for one, had in sorted(changes, key=lambda change: change[0])]
    cadences = stretches_of(now, history)
    wait = wait_of(known, cadences, added_on=added_on, today=TODAY, since=since, until=until)
    last, waited, longest, counted, in_cadence = added_on, 0, 0, 0, 0
    for day in (added_on + number * DAY for number in range((until - added_on).days + 1)):
        cadence = next((had for replaced_on, had in history if replaced_on > day), now)
        if since < day:
            longest = max(longest, waited)
        if day in known:
            last, waited = day, 0
        if cadence is not None:
            waited += 1
            counted += since < day
            in_cadence += since < day and (day - last).days <= cadence
    assert wait == (longest, in_cadence, counted)
