"""Who may do what from every way in, what stays of it in the audit trail, and that no workspace feels another."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from inspect import signature
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from bot.core.batches import OneTransaction
from bot.core.database import workspace_of
from bot.core.errors import BotError, NotAllowed, NotFound
from bot.core.outbox import OutboxMessage
from bot.customers.queries import export_rows, get_customer
from bot.customers.queries.checking import list_problems
from bot.customers.queries.coverage import get_coverage
from bot.customers.queries.screens import (
    get_card,
    get_details,
    get_upload,
    list_imports,
    list_options,
    list_page,
)
from bot.customers.queries.searching import find_customer, list_nearest
from bot.customers.queries.timeline import timeline
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.schemas import CustomerDetails, ImportDone
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over, release_customers
from bot.customers.usecases.details import add_customer, claim_customer, edit_customer, set_status, wake_paused
from bot.customers.usecases.lists import apply_import, plan_import
from bot.customers.usecases.scheduling import snooze_customer, wake_customer
from bot.customers.usecases.undoing import undo_import
from bot.customers.usecases.uploads import import_upload, map_upload, store_upload
from bot.people.rules import Mute
from bot.people.tables import Person
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import install_workspace
from tests.customers.lists import read, take_in
from tests.makers import ANA, BOB, KIRI, MARA, Office, add_person
from tests.makers import add_customer as put_customer

ELSEWHERE = "T0ELSEWHERE"
LATE = date(2026, 12, 7)
ACME = CustomerDetails(name="Acme", owner_id=ANA)


def trail(office: Office) -> list[tuple[str, str]]:
    """What was done and by whom, the first first."""
    query = select(AuditEntry).order_by(AuditEntry.id)  # type: ignore[arg-type]  # SQLModel's types hide the column
    entries = office.look(lambda session: session.exec(query).all())
    return [(entry.action, entry.by) for entry in entries if entry.action.startswith("customer")]


def entry_of(office: Office, action: str) -> AuditEntry:
    """The one line about an act."""
    query = select(AuditEntry).where(AuditEntry.action == action)
    entry: AuditEntry = office.look(lambda session: session.exec(query).one())
    return entry


def details_of(office: Office, customer_id: UUID, **more: Any) -> CustomerDetails:
    """A customer as it stands, with something changed."""
    found: CustomerDetails = office.look(lambda session: get_details(session, get_customer(session, customer_id)))
    return found.model_copy(update=more)


def snoozed(office: Office, customer_id: UUID, by: str) -> None:
    """Put a customer off for a week."""
    office.do(
        snooze_customer, customer_id=customer_id, until=LATE, reason=SnoozeReason.DEFERRED, note="after\x00 the fair",
        by=by,
    )  # fmt: skip


def test_every_change_leaves_a_line_with_who_did_it(office: Office) -> None:
    """Adding, editing, handing over, claiming, status, snooze and waking, lists and their undoing; in this order."""
    acme = office.do(add_customer, details=ACME, by=ANA).id
    office.do(edit_customer, customer_id=acme, details=details_of(office, acme, country="PT"), by=BOB)
    office.do(hand_over, customer_id=acme, to=KIRI, by=MARA)
    office.do(claim_customer, customer_id=acme, by=BOB)
    snoozed(office, acme, BOB)
    office.do(wake_customer, customer_id=acme, by=ANA)
    office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="moving", by=BOB)
    office.do(set_status, customer_id=acme, status=Status.ACTIVE, by=KIRI)
    done = take_in(office, "Name,Country\nAcme,DE\n")
    office.do(undo_import, import_id=done.id, by=MARA)
    office.do(release_customers, owner_id=BOB)
    assert trail(office) == [
        ("customer.added", ANA), ("customer.edited", BOB), ("customer.handed_over", MARA),
        ("customer.handed_over", BOB), ("customer.snoozed", BOB), ("customer.woken", ANA), ("customer.status", BOB),
        ("customer.status", KIRI), ("customers.imported", MARA), ("customers.import_undone", MARA),
        ("customer.handed_over", "bot"),
    ]  # fmt: skip


def test_a_line_says_what_was_and_what_is(office: Office) -> None:
    """Only the fields that changed; a new owner in the form is a hand-over of its own."""
    acme = office.do(add_customer, details=ACME, by=ANA).id
    changed = details_of(office, acme, country="PT", tags=("gold",), owner_id=BOB, aliases=("AC",))
    office.do(edit_customer, customer_id=acme, details=changed, by=ANA)
    edited, handed = entry_of(office, "customer.edited"), entry_of(office, "customer.handed_over")
    assert (edited.before, edited.after) == (
        {"country": None, "tags": [], "aliases": []},
        {"country": "PT", "tags": ["gold"], "aliases": ["AC"]},
    )
    assert (handed.before["owner"], handed.after["owner"], handed.customer_id) == (ANA, BOB, acme)


def test_what_changes_nothing_leaves_no_line(office: Office) -> None:
    """Saving as it stands, waking who is awake, the same status again, a list that is known."""
    acme = office.do(add_customer, details=ACME, by=ANA).id
    office.do(set_status, customer_id=acme, status=Status.ACTIVE, by=ANA)
    office.do(wake_customer, customer_id=acme, by=ANA)
    office.do(edit_customer, customer_id=acme, details=details_of(office, acme), by=ANA)
    assert trail(office) == [("customer.added", ANA)]
    assert office.do(wake_paused) == 0


def test_notes_are_kept_fit_to_be_shown(office: Office) -> None:
    """Without what no screen and no database takes, and never longer than there is room for."""
    acme = office.do(add_customer, details=ACME, by=ANA).id
    snoozed(office, acme, ANA)
    office.do(hand_over, customer_id=acme, to=BOB, by=ANA, note="\u202eno\x00te " + "x" * 5000)
    row = office.look(lambda session: get_customer(session, acme))
    note = entry_of(office, "customer.handed_over").after["note"]
    assert row.snooze_note == "after the fair"
    assert note.startswith("note xxx")
    assert len(note) == 300


def test_the_history_on_the_card_tells_each_change_in_words(office: Office) -> None:
    """The latest first, with names instead of ids."""
    acme = office.do(add_customer, details=ACME, by=ANA).id
    office.do(
        edit_customer, customer_id=acme, details=details_of(office, acme, country="PT", zone="Asia/Tokyo"), by=BOB
    )
    office.do(hand_over, customer_id=acme, to=KIRI, by=MARA)
    office.do(claim_customer, customer_id=acme, by=BOB)
    office.do(hand_over, customer_id=acme, to=None, by=BOB)
    snoozed(office, acme, ANA)
    office.do(wake_customer, customer_id=acme, by=ANA)
    office.do(set_status, customer_id=acme, status=Status.PAUSED, reason="moving", until=date(2026, 12, 1), by=ANA)
    take_in(office, "Name,Country\nAcme,DE\n")
    told = {line.text for line in office.look(lambda session: timeline(session, acme, office.runtime.clock.now()))}
    assert told == {
        "Ana Lima added it", "Bob Chen changed country, zone", "Mara Okafor gave it to Kiri Walker",
        "Bob Chen took it over", "Bob Chen left it without an owner", "Ana Lima snoozed it until 2026-12-07",
        "Ana Lima ended the snooze", "Ana Lima made it paused until 2026-12-01: moving",
        "was changed by the list list.csv",
    }  # fmt: skip


def take_upload(session: Session, *, now: datetime, **inputs: Any) -> ImportDone:
    """Import a list that was sent, in one transaction."""
    return import_upload(OneTransaction(session, now), **inputs)


HERE, SENT = "a customer", "a list that was sent"
NEW = read("Name\nNew\n")


WAYS_IN: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "add": (add_customer, {"details": CustomerDetails(name="New")}),
    "edit": (edit_customer, {"customer_id": HERE, "details": CustomerDetails(name="New")}),
    "status": (set_status, {"customer_id": HERE, "status": Status.LOST, "reason": "x"}),
    "claim": (claim_customer, {"customer_id": HERE}),
    "hand over": (hand_over, {"customer_id": HERE, "to": KIRI}),
    "snooze": (
        snooze_customer, {"customer_id": HERE, "until": LATE, "reason": SnoozeReason.CUSTOMER_ASKED, "note": "x"}
    ),
    "plan": (plan_import, {"drafts": NEW}),
    "import": (apply_import, {"drafts": NEW}),
    "upload": (store_upload, {"file_name": "x", "content": b"x"}),
    "map": (map_upload, {"upload_id": SENT, "by_hand": {}}),
    "look at upload": (get_upload, {"upload_id": SENT}),
    "take upload": (take_upload, {"upload_id": SENT, "drafts": NEW, "erase_blanks": False}),
    "list": (list_page, {}),
    "menu": (list_options, {"words": ""}),
    "card": (get_card, {"customer_id": HERE, "features": ()}),
    "earlier lists": (list_imports, {}),
    "export": (export_rows, {}),
}  # fmt: skip


def go_in(office: Office, way: str, by: str, **ids: UUID) -> Any:
    """Call a use case or query by that name as *by*; *ids* stand in for what it is about."""
    call, inputs = WAYS_IN[way]
    given = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in inputs.items()}
    who = "viewer" if "viewer" in signature(call).parameters else "by"
    return office.do(call, **given, **{who: by})


@pytest.mark.parametrize("way", list(WAYS_IN))
def test_nobody_gets_in_who_is_no_full_member(office: Office, way: str) -> None:
    """Guests, bots, those who left and those nobody knows change nothing and read nothing."""
    acme = office.customer("Acme", owner=ANA)
    upload = office.do(store_upload, file_name="list.csv", content=b"Name\nNew\n", by=ANA)
    office.person("U0GUEST", "Gus Guest", is_guest=True)
    office.person("U0ROBOT", "Robot", is_bot=True)
    office.person("U0GONE", "Gil Gone", is_deactivated=True)
    for by in ("U0GUEST", "U0ROBOT", "U0GONE", "U0NOBODY", ""):
        with pytest.raises(BotError):
            go_in(office, way, by, **{HERE: acme, SENT: upload})
    assert trail(office) == []
    assert [row.name for row in office.look(lambda session: session.exec(select(Customer)).all())] == ["Acme"]


def test_members_hand_over_what_is_theirs_and_take_what_they_like(office: Office) -> None:
    """Giving somebody else's customer to a third, or into the pool, takes a manager."""
    acme = office.customer("Acme", owner=ANA)
    for to in (KIRI, None):
        with pytest.raises(NotAllowed, match="ask Ana Lima, or take it yourself"):
            office.do(hand_over, customer_id=acme, to=to, by=BOB)
    office.do(hand_over, customer_id=acme, to=BOB, by=BOB)
    office.do(hand_over, customer_id=acme, to=KIRI, by=BOB)
    office.do(hand_over, customer_id=acme, to=ANA, by=MARA)
    office.do(hand_over, customer_id=acme, to=None, by=ANA)
    with pytest.raises(NotAllowed):
        office.do(hand_over, customer_id=acme, to=KIRI, by=ANA)
    office.do(claim_customer, customer_id=acme, by=KIRI)
    assert office.look(lambda session: get_customer(session, acme)).owner_id == KIRI


def test_who_muted_news_gets_none(office: Office) -> None:
    """Neither of customers given nor of customers taken; nor does somebody who left."""
    acme, bolt = office.customer("Acme", owner=ANA), office.customer("Bolt", owner=BOB)

    def mute(session: Any, *, now: datetime) -> None:
        session.get(Person, (workspace_of(session), ANA)).mutes = [Mute.NEWS]

    office.do(mute)
    office.do(hand_over, customer_id=acme, to=BOB, by=MARA)
    office.do(hand_over, customer_id=bolt, to=ANA, by=MARA)
    told = office.look(lambda session: [(row.kind, row.recipient) for row in session.exec(select(OutboxMessage)).all()])
    assert sorted(told) == [("customers.handed_over", BOB), ("customers.taken", BOB)]


@pytest.fixture
def stranger(office: Office) -> UUID:
    """A customer of another workspace, looked after by somebody with an id that we have too."""
    with office.runtime.database.transaction(ELSEWHERE) as session:
        install_workspace(
            session, name="Elsewhere", bot_user_id="U0BOT2", zone="UTC", now=datetime(2026, 1, 1, tzinfo=UTC)
        )
        add_person(session, ANA, "Another Ana", email="ana@elsewhere.test")
        return put_customer(session, "Stranger", owner=ANA, domain="stranger.com").id


@pytest.mark.parametrize("way", ["edit", "status", "claim", "hand over", "snooze", "card"])
def test_another_workspaces_customer_is_nowhere(office: Office, stranger: UUID, way: str) -> None:
    """Not for managers either, whatever id a button carries."""
    with pytest.raises(NotFound, match="/customers"):
        go_in(office, way, MARA, **{HERE: stranger})


def test_another_workspaces_customers_appear_in_no_read(office: Office, stranger: UUID) -> None:
    """No list, menu, search, count, export; an import of the same names makes its own, and undo leaves theirs."""
    done = take_in(office, "Name,Domain,Owner\nStranger,stranger.com,ana@elsewhere.test\n")
    ours = office.look(lambda session: find_customer(session, "stranger"))
    assert (ours.id != stranger, ours.owner_id) == (True, None)
    office.do(undo_import, import_id=done.id, by=MARA)
    assert office.ask(list_page, viewer=MARA).total == 0
    assert office.ask(list_options, words="Stranger", viewer=MARA) == ()
    assert office.look(lambda session: list_nearest(session, "Stranger")) == ()
    assert office.look(lambda session: get_coverage(session, today=LATE)).active == 0
    assert office.ask(export_rows, viewer=MARA) == []
    assert office.look(lambda session: timeline(session, stranger, office.runtime.clock.now())) == []
    assert office.do(release_customers, owner_id=ANA).ids == ()
    assert office.look(lambda session: list_problems(session, office.runtime.clock.now())) == []
    with office.runtime.database.reading(ELSEWHERE) as session:
        theirs = get_customer(session, stranger)
        assert (theirs.owner_id, theirs.domain) == (ANA, "stranger.com")


def test_another_workspaces_import_cannot_be_seen_or_undone(office: Office, stranger: UUID) -> None:
    """Its id leads nowhere, and it stands in no list of lists."""
    done = take_in(office, "Name\nAcme\n")
    with office.runtime.database.transaction(ELSEWHERE) as session:
        add_person(session, MARA, "Another Mara")
    with pytest.raises(NotFound, match="no such import"):
        office.runtime.run_now(undo_import, workspace=ELSEWHERE, import_id=done.id, by=MARA)
    assert office.runtime.read_now(list_imports, workspace=ELSEWHERE, viewer=MARA) == ()
    assert office.look(lambda session: find_customer(session, "Acme")).name == "Acme"
