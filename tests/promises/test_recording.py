"""Writing down what was promised: by command, form, message, in a check-in; and what is asked when words don't tell."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import record_checkin
from bot.commitments.queries.commands import parse_subject
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.schemas import Subject
from bot.customers.rules.due import Status
from bot.customers.tables import Contact
from bot.customers.usecases.details import set_status
from bot.people.queries import find_person_row
from bot.promises.listeners import read_extra
from bot.promises.queries import find_list_key, get_form, parse_promise
from bot.promises.rules import PromiseState
from bot.promises.schemas import ParsedPromise
from bot.promises.usecases import promise_in_checkin
from bot.promises.views import EXTRA_DUE, EXTRA_WHAT
from tests.checkins.office import last_contact
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.promises.helpers import FRIDAY, listed, owed, promise, stored, trail


def contact(office: Office, customer: UUID, name: str, **more: bool) -> UUID:
    """Somebody at a customer."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        row = Contact(customer_id=customer, name=name, **more)
        session.add(row)
        return row.id


def test_a_promise_is_kept_in_mind_with_everything_said(office: Office) -> None:
    """Who, to whom, by when, what; nobody else has to be told."""
    acme = office.customer("Acme", owner=BOB)
    schema = promise(office, acme, contact_id=contact(office, acme, "Jo Ito"), link="https://x.slack.com/p1")
    assert (schema.state, schema.promised_by, schema.contact, schema.due_on) == (
        PromiseState.OPEN,
        ANA,
        "Jo Ito",
        FRIDAY,
    )
    row = stored(office, schema)
    assert (row.promised_on, row.recorded_by, row.link) == (date(2026, 11, 23), ANA, "https://x.slack.com/p1")
    assert trail(office, schema) == [f"{ANA} promise.made"]
    assert owed(office) == []


@pytest.mark.parametrize("by", [ANA, BOB, KIRI, MARA])
def test_any_full_member_writes_down_what_somebody_promised(office: Office, by: str) -> None:
    """Who promised it is told, unless they wrote it themselves."""
    schema = promise(office, office.customer("Acme"), promised_by=KIRI, by=by)
    assert (schema.assignee_id, stored(office, schema).recorded_by) == (KIRI, by)
    assert [row.recipient for row in owed(office, "noted")] == ([] if by == KIRI else [KIRI])


@pytest.mark.parametrize("flag", ["is_guest", "is_bot", "is_deactivated"])
def test_guests_bots_and_leavers_neither_write_nor_promise(office: Office, flag: str) -> None:
    """Refused in words, nothing kept."""
    acme = office.customer("Acme")
    office.person("U0ODD", "Odd One", **{flag: True})
    with pytest.raises(NotAllowed):
        promise(office, acme, by="U0ODD")
    with pytest.raises(InvalidInput) as refused:
        promise(office, acme, promised_by="U0ODD")
    assert "can't keep promises here" in refused.value.fields["promised_by"]
    with pytest.raises(InvalidInput) as refused:
        promise(office, acme, promised_by="U0NOBODY")
    assert "promised_by" in refused.value.fields
    assert listed(office, "team").total == 0


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"due_on": None}, "due", "Choose the day"),
        ({"due_on": date(2026, 11, 22)}, "due", "That day is over"),
        ({"due_on": date(2029, 11, 22)}, "due", "two years"),
        ({"what": " \u200b "}, "what", "Say in a few words"),
        ({"contact_id": new_id()}, "contact", "That person isn't a contact of Acme"),
    ],
)
def test_what_cant_be_is_told_under_its_field(
    office: Office, wrong: dict[str, object], field: str, sentence: str
) -> None:
    """All at once, and nothing is kept."""
    with pytest.raises(InvalidInput) as refused:
        promise(office, office.customer("Acme"), **wrong)
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field]


def test_a_contact_of_another_customer_is_nobody_here(office: Office) -> None:
    """A name that was typed is taken as it is."""
    acme, other = office.customer("Acme"), office.customer("Golddex")
    with pytest.raises(InvalidInput):
        promise(office, acme, contact_id=contact(office, other, "Jo Ito"))
    assert promise(office, acme, contact="  Jo\u202e Ito ").contact == "Jo Ito"


def test_nothing_is_promised_to_a_lost_customer(office: Office) -> None:
    """Nor to an unknown one."""
    acme = office.customer("Acme")
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="bankrupt", by=MARA)
    with pytest.raises(InvalidInput) as refused:
        promise(office, acme)
    assert refused.value.fields == {"customer": "Acme is lost; choose another customer."}
    with pytest.raises(NotFound):
        promise(office, new_id())


def test_today_has_to_be_ahead_where_the_keeper_is(office: Office) -> None:
    """It is Thursday in New York and Friday in Auckland: Bob can't promise Thursday for Kiri."""
    acme = office.customer("Acme")
    office.runtime.clock.move_to(datetime(2026, 11, 26, 20, tzinfo=UTC))  # type: ignore[attr-defined]  # it moves
    with pytest.raises(InvalidInput) as refused:
        promise(office, acme, due_on=date(2026, 11, 26), by=BOB, promised_by=KIRI)
    assert refused.value.fields["due"] == "That day is over where Kiri Walker is; choose a later one."
    assert promise(office, acme, due_on=date(2026, 11, 26), by=BOB).due_on == date(2026, 11, 26)


def test_the_same_form_counts_once(office: Office) -> None:
    """A retried delivery is told so."""
    acme = office.customer("Acme")
    promise(office, acme, view_id="V1")
    with pytest.raises(AlreadyDone):
        promise(office, acme, view_id="V1")
    assert listed(office).total == 1


# --- in a check-in -----------------------------------------------------------------------------------------------


def state(what: str, day: str | None) -> dict[str, object]:
    """The check-in form with its promise fields filled in."""
    return {
        "values": {
            EXTRA_WHAT: {EXTRA_WHAT: {"type": "plain_text_input", "value": what}},
            EXTRA_DUE: {EXTRA_DUE: {"type": "datepicker", "selected_date": day}},
        }
    }


def talk(office: Office, customer: UUID, what: str, day: str | None) -> None:
    """Ana talked, and perhaps promised something."""
    given = read_extra(state(what, day))
    extras = [lambda session, **more: promise_in_checkin(session, **given, **more)] if given else []
    office.do(record_checkin, customer_id=customer, result=Result.TALKED, channel=Channel.CALL, by=ANA, extras=extras)


def test_a_check_in_takes_the_promise_along(office: Office) -> None:
    """One transaction, two rows."""
    acme = office.customer("Acme", owner=ANA)
    talk(office, acme, "price list", "2026-11-27")
    [row] = listed(office).rows
    assert (row.what, row.due_on, row.promised_by) == ("price list", FRIDAY, ANA)
    assert last_contact(office, acme) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("what", "day", "field"),
    [("price list", None, EXTRA_DUE), ("", "2026-11-27", EXTRA_WHAT), ("price list", "2026-11-20", EXTRA_DUE)],
)
def test_half_a_promise_keeps_the_check_in_open(office: Office, what: str, day: str | None, field: str) -> None:
    """The sentence stands under the field of the check-in form, and nothing is saved."""
    acme = office.customer("Acme", owner=ANA)
    with pytest.raises(InvalidInput) as refused:
        talk(office, acme, what, day)
    assert list(refused.value.fields) == [field]
    assert last_contact(office, acme) is None
    assert listed(office).total == 0


def test_fields_left_empty_promise_nothing(office: Office) -> None:
    """As most check-ins."""
    acme = office.customer("Acme", owner=ANA)
    talk(office, acme, "", None)
    assert listed(office).total == 0
    assert last_contact(office, acme) == date(2026, 11, 23)


# --- what words ask for --------------------------------------------------------------------------------------------


def draft(office: Office, words: str, viewer: str = ANA) -> ParsedPromise:
    """What is understood of `/promise words`."""
    schema: ParsedPromise = office.ask(parse_promise, words=words, viewer=viewer)
    return schema


@pytest.mark.parametrize(
    "words",
    [
        "Acme North friday send the new price list",
        '"Acme North" friday send the new price list',
        "“acme north” by 27 nov: send the new price list",
        "@ana Acme North Ltd on Friday send the new price list",
        "<@U0ANA|ana> acme north 2026-11-27 send the new price list",
    ],
)
def test_one_line_is_understood(office: Office, words: str) -> None:
    """Names with spaces, quotes or not; whoever is named before."""
    office.customer("Acme")
    office.customer("Acme North Ltd")
    found = draft(office, words)
    assert (found.customer_name, found.due_on, found.what) == ("Acme North Ltd", FRIDAY, "send the new price list")
    assert found.assignee_id == ANA
    assert found.is_complete


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("@nobody Acme friday call", "I can't tell who @nobody is"),
        ("Akme friday call", "No customer is called Akme. Did you mean Acme"),
        ("Twin friday call", "2 customers are called Twin; choose one."),
        ("Acme next friday call", "“next friday” can be more than one day; choose which."),
        ("Acme yesterday call", "By when? That day is over"),
        ("Acme 03/04 call", "By when? “03/04” can be 3 April or 4 March; choose which."),
        ("Acme", "By when? I can't tell which day is meant"),
        ("Acme friday", "Say in a few words what you promised."),
    ],
)
def test_what_cant_be_told_is_asked(office: Office, words: str, sentence: str) -> None:
    """Never guessed."""
    for name in ("Acme", "Twin", "TWIN Inc"):
        office.customer(name)
    found = draft(office, words)
    assert sentence in " ".join(found.problems)
    assert not found.is_complete


@pytest.mark.parametrize(("who", "on"), [(KIRI, "2026-12-04"), (ANA, "2026-11-27"), (BOB, "2026-11-27")])
def test_friday_is_the_askers_own(office: Office, who: str, on: str) -> None:
    """On Thursday evening UTC it is Friday in Auckland, where *friday* means the next one."""
    office.customer("Acme")
    office.runtime.clock.move_to(datetime(2026, 11, 26, 20, tzinfo=UTC))  # type: ignore[attr-defined]  # it moves
    assert draft(office, "Acme friday call", who).due_on == date.fromisoformat(on)


def test_the_form_lists_the_customers_people_who_may_be_contacted(office: Office) -> None:
    """By name; who must not be contacted isn't offered."""
    acme = office.customer("Acme")
    for name in ("Zoe", "Jo Ito"):
        contact(office, acme, name)
    contact(office, acme, "Not Me", do_not_contact=True)
    subject = parse_subject(str(acme), command="/promise")
    found = office.ask(get_form, subject=subject, viewer=ANA)
    assert [one.name for one in found.contacts] == ["Jo Ito", "Zoe"]
    assert (found.customer_id, found.assignee_id, found.what) == (acme, ANA, "")


def test_a_button_carries_words_where_they_are_a_persons(office: Office) -> None:
    """A mention's words are what was promised; a digest row's are only the name. Forged ones are refused."""
    acme = office.customer("Acme")
    row = Subject(kind="digest_row", id="x", customer_id=acme, words="Acme")
    about = parse_subject(row.model_dump_json(), command="/promise")
    assert office.ask(get_form, subject=about, viewer=ANA).what == ""
    mention = Subject(kind="mention", id="1", words="they can't log in")
    assert office.ask(get_form, subject=mention, viewer=ANA).what == "they can't log in"
    assert parse_subject("", command="/promise") is None
    for value in ("nonsense", "{}", '{"kind": 1'):
        with pytest.raises(NotFound, match="out of date"):
            parse_subject(value, command="/promise")
    with pytest.raises(NotAllowed):
        office.ask(get_form, subject=None, viewer="U0STRANGER")


def test_a_list_is_named_as_people_say_it(office: Office) -> None:
    """mine, team, a person, a customer, with or without quotes."""
    acme = office.customer("Acme")
    wanted = {"": f"p-{ANA}", "Mine": f"p-{ANA}", "team": "team", "@bob": f"p-{BOB}", '"Acme"': f"c-{acme}"}
    assert {words: office.ask(find_list_key, words=words, viewer=ANA) for words in wanted} == wanted
    with pytest.raises(NotFound):
        office.ask(find_list_key, words="Akme", viewer=ANA)
    assert office.look(lambda session: find_person_row(session, ANA)) is not None
