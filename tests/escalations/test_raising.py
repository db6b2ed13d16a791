"""A customer's problem is escalated: who is on it, who is told, by when it is answered; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.checkins.rules import Result
from bot.commitments.queries.commands import parse_subject
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.schemas import Subject
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.escalations.queries import find_list_key, get_form, parse_escalation
from bot.escalations.rules import RAISED_SEVERITY, RAISED_WHAT, EscalationState, Severity
from bot.escalations.usecases import raise_escalation, raise_in_checkin
from bot.people.queries import find_person_row
from bot.people.tables import Person
from tests.checkins.office import log
from tests.escalations.helpers import escalate, listed, owed, stored, trail
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office


def test_who_is_on_it_the_owner_and_the_managers_are_told_once_each(office: Office) -> None:
    """Not Mara, who raised it; Bob looks after Acme, Ana is on it, Kiri manages too."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        kiri = find_person_row(session, KIRI)
        assert kiri is not None
        kiri.role = "manager"  # type: ignore[assignment]  # a value of Role
    schema = escalate(office, office.customer("Acme", owner=BOB))
    assert (schema.assignee_name, schema.raised_by_name, schema.state) == (
        "Ana Lima",
        "Mara Okafor",
        EscalationState.OPEN,
    )
    assert {row.recipient: row.body["role"] for row in owed(office)} == {ANA: "on_it", BOB: "owner", KIRI: "manager"}
    assert trail(office, schema) == [f"{MARA} escalation.raised"]


def test_an_owner_who_is_on_it_is_told_once(office: Office) -> None:
    """As who is on it; Mara as the manager that she is."""
    escalate(office, office.customer("Acme", owner=ANA), by=BOB, assignee_id=None)
    assert {row.recipient: row.body["role"] for row in owed(office)} == {ANA: "on_it", MARA: "manager"}


@pytest.mark.parametrize(("owner", "assignee"), [(BOB, BOB), (None, KIRI), ("U0GONE", KIRI)])
def test_without_a_name_it_is_the_owner_else_who_asks(office: Office, owner: str | None, assignee: str) -> None:
    """An owner who left can't be on it."""
    office.person("U0GONE", "Gus Gone", is_deactivated=True)
    assert escalate(office, office.customer("Acme", owner=owner), assignee_id=None, by=KIRI).assignee_id == assignee


@pytest.mark.parametrize(
    ("severity", "answer_by"),
    [
        (Severity.STOPS, datetime(2026, 11, 23, 13, tzinfo=UTC)),
        (Severity.HURTS, datetime(2026, 11, 23, 17, tzinfo=UTC)),
        (Severity.ANNOYS, datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ],
)
def test_the_deadline_is_kept_by_severity(office: Office, severity: Severity, answer_by: datetime) -> None:
    """Monday at nine in Lisbon: four hours, one day, three days of Ana's work; the warning after three quarters."""
    schema = escalate(office, office.customer("Acme"), severity=severity)
    row = stored(office, schema)
    assert row.answer_by == answer_by
    assert schema.answer_by == answer_by
    assert row.warn_at < row.answer_by


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"what": " \x00\n"}, "what", "Say in a few words"),
        ({"severity": None}, "severity", "Choose how bad"),
        ({"assignee_id": "U0NOBODY"}, "on_it", "I don't know this person"),
        ({"assignee_id": "U0GUEST"}, "on_it", "Gil Guest can't be on it"),
        ({"assignee_id": "U0GONE"}, "on_it", "Gus Gone can't be on it"),
    ],
)
def test_what_cant_be_is_said_under_its_field(office: Office, more: dict[str, Any], field: str, sentence: str) -> None:
    """One sentence a field; nothing is kept."""
    office.person("U0GUEST", "Gil Guest", is_guest=True)
    office.person("U0GONE", "Gus Gone", is_deactivated=True)
    with pytest.raises(InvalidInput) as refused:
        escalate(office, office.customer("Acme"), **more)
    assert sentence in refused.value.fields[field]
    assert (owed(office), listed(office).total) == ([], 0)


def test_a_lost_customers_problem_isnt_raised_and_guests_raise_none(office: Office) -> None:
    """The sentence says why."""
    acme, guest = office.customer("Acme"), office.person("U0GUEST", "Gil Guest", is_guest=True)
    with pytest.raises(NotAllowed, match="Only full members"):
        escalate(office, acme, by=guest)
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="went bankrupt", by=MARA)
    with pytest.raises(InvalidInput) as refused:
        escalate(office, acme)
    assert refused.value.fields == {"customer": "Acme is lost; choose another customer."}


def test_a_form_sent_twice_counts_once(office: Office) -> None:
    """The second is told."""
    acme = office.customer("Acme")
    escalate(office, acme, view_id="V1")
    with pytest.raises(AlreadyDone, match="saved already"):
        escalate(office, acme, view_id="V1")
    assert (listed(office).total, len(owed(office))) == (1, 1)


def test_who_switched_news_off_is_told_only_when_they_are_on_it(office: Office) -> None:
    """Ana is on it in any case; Bob, the owner, isn't told; Mara is the only manager, so she is."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        for person in (ANA, BOB, MARA):
            row: Person | None = find_person_row(session, person)
            assert row is not None
            row.mutes = ["news"]
    escalate(office, office.customer("Acme", owner=BOB), by=KIRI)
    assert sorted(row.recipient for row in owed(office)) == [ANA, MARA]


def test_a_check_in_may_raise_one_and_its_words_stand_under_their_fields(office: Office) -> None:
    """In one transaction: where something is missing, no check-in is kept either."""
    acme = office.customer("Acme", owner=BOB, waited=10)

    def wrong(session: Any, **given: Any) -> object:
        return raise_in_checkin(session, what="wrong box", severity=None, **given)

    with pytest.raises(InvalidInput) as refused:
        log(office, acme, Result.TALKED, extras=[wrong])
    assert refused.value.fields == {RAISED_SEVERITY: "Choose how bad it is for them."}

    def right(session: Any, **given: Any) -> object:
        return raise_in_checkin(session, what="wrong box", severity=Severity.ANNOYS, **given)

    checkin = log(office, acme, Result.TALKED, extras=[right])
    [row] = listed(office).rows
    assert (row.what, row.assignee_id, row.raised_by) == ("wrong box", BOB, ANA)
    assert stored(office, row).raised_in == checkin.checkin_id
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="gone", by=MARA)
    with pytest.raises(InvalidInput) as refused:
        log(office, acme, Result.TALKED, extras=[right])
    assert list(refused.value.fields) == [RAISED_WHAT]


def draft(office: Office, words: str, viewer: str = MARA) -> Any:
    """What is understood of `/escalate words`."""
    return office.ask(parse_escalation, words=words, viewer=viewer)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("Acme", ""),
        ("acme the portal is down", "the portal is down"),
        ('"Acme" the portal is down', "the portal is down"),
    ],
)
def test_a_command_says_which_customer_and_what(office: Office, words: str, what: str) -> None:
    """The longest name that fits; the owner is on it unless somebody else is chosen."""
    office.customer("Acme", owner=BOB)
    found = draft(office, words)
    assert (found.customer_name, found.what, found.assignee_id, found.problems) == ("Acme", what, BOB, ())


@pytest.mark.parametrize(
    ("words", "sentence", "what"),
    [
        ("Akme", "No customer is called Akme. Did you mean Acme?", ""),
        ("Akme the portal is down", "No customer is called Akme. Did you mean Acme?", "the portal is down"),
        ("Twin it broke", "2 customers are called Twin; choose one.", "it broke"),
        ('"Akme Ltd" down', "No customer is called Akme Ltd.", "down"),
    ],
)
def test_a_name_that_cant_be_told_is_asked_again(office: Office, words: str, sentence: str, what: str) -> None:
    """With the nearest names; the rest is kept."""
    for name in ("Acme", "Twin", "TWIN Inc"):
        office.customer(name)
    found = draft(office, words)
    assert found.problems[0].startswith(sentence)
    assert (found.customer_id, found.what) == (None, what)


def test_a_button_opens_the_form_for_its_customer_and_forged_ones_are_refused(office: Office) -> None:
    """A digest row, a card, a mention's words."""
    acme = office.customer("Acme", owner=BOB)
    row = Subject(kind="digest_row", id=str(acme), customer_id=acme, words="Acme")
    about = parse_subject(row.model_dump_json(), command="/escalate")
    found = office.ask(get_form, subject=about, viewer=ANA)
    assert (found.customer_id, found.what, found.assignee_id) == (acme, "", BOB)
    mention = Subject(kind="mention", id="1", words="they can't log in")
    assert office.ask(get_form, subject=mention, viewer=ANA).what == "they can't log in"
    assert parse_subject("", command="/escalate") is None
    for value in ("nonsense", "{}", '{"kind": 1'):
        with pytest.raises(NotFound, match="out of date"):
            parse_subject(value, command="/escalate")
    with pytest.raises(NotAllowed):
        office.ask(get_form, subject=None, viewer="U0STRANGER")


def test_lists_are_named_as_people_say_it_and_in_order(office: Office) -> None:
    """mine, open, team, a person, a customer; unanswered first, the earliest deadline first."""
    acme, golddex = office.customer("Acme"), office.customer("Golddex")
    later = escalate(office, acme, severity=Severity.ANNOYS)
    sooner = escalate(office, golddex)
    wanted = {"": f"p-{ANA}", "open": "open", "team": "team", "@bob": f"p-{BOB}", "Acme": f"c-{acme}"}
    assert {words: office.ask(find_list_key, words=words, viewer=ANA) for words in wanted} == wanted
    assert [row.id for row in listed(office, f"p-{ANA}").rows] == [sooner.id, later.id]
    assert listed(office, f"c-{acme}", MARA).title == "Problems of Acme"
    assert listed(office, f"p-{ANA}", MARA).title == "Ana Lima's problems"
    assert listed(office, "open", page=7).page == 0
    office.runtime.clock.move(timedelta(hours=5))  # type: ignore[attr-defined]  # tests have a clock that moves
    assert (listed(office).late, listed(office).total) == (1, 2)
    for whose in ("c-nonsense", f"c-{later.id}", "p-U0NOBODY"):
        with pytest.raises(NotFound):
            listed(office, whose)
    with pytest.raises(NotFound):
        office.do(raise_escalation, customer_id=later.id, what="x", severity=Severity.HURTS, by=MARA)
