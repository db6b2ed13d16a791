"""Recording a check-in: what moves the clock, what doesn't, what is refused."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from bot.checkins.queries.history import list_entries
from bot.checkins.rules import LONGEST_BACKDATE, ActionKind, Channel, Mood, Preset, Result
from bot.checkins.tables import Checkin, CustomerAction
from bot.core.clock import MovableClock, new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.runtime import Runtime
from bot.customers.rules.due import SnoozeReason, Standing, Status
from bot.workspaces.queries import list_audit
from bot.workspaces.usecases import install_workspace
from tests.checkins.office import last_contact, log, row_of, snooze
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, Office, add_customer

MONDAY = date(2026, 11, 23)


def test_a_talk_moves_the_next_date_a_cadence_on(office: Office) -> None:
    """Thirty days after today, moved to a working day."""
    bakery = office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    schema = log(office, bakery, note="waiting for the invoice fix")
    assert schema.next_due_on == date(2026, 12, 23)
    assert schema.words == "talked · next 23 Dec"
    assert schema.kind is ActionKind.LOGGED
    assert schema.customer.standing is Standing.IN_CADENCE
    assert last_contact(office, bakery) == MONDAY


def test_a_call_from_them_counts_as_contact(office: Office) -> None:
    """Who contacted us has been in contact."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    log(office, bakery, Result.THEY_CONTACTED_US)
    assert last_contact(office, bakery) == MONDAY


@pytest.mark.parametrize("result", [Result.TRIED, Result.DECLINED])
def test_attempts_never_touch_the_clock(office: Office, result: Result) -> None:
    """Three voicemails leave every stored date as it was."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    before = row_of(office, bakery).model_dump()
    for _ in range(3):
        schema = log(office, bakery, result)
    assert row_of(office, bakery).model_dump() == before
    assert "the clock keeps running" in schema.words
    assert schema.customer.standing is Standing.NEGLECTED


def test_a_back_dated_contact_before_a_later_one_changes_nothing(office: Office) -> None:
    """The latest contact known counts, whatever order they are recorded in."""
    bakery = office.customer("Bakery", owner=ANA, waited=5)
    before = last_contact(office, bakery)
    schema = log(office, bakery, happened_on=MONDAY - timedelta(days=20))
    assert last_contact(office, bakery) == before
    assert schema.happened_on == MONDAY - timedelta(days=20)
    log(office, bakery, happened_on=MONDAY - timedelta(days=2))
    assert last_contact(office, bakery) == MONDAY - timedelta(days=2)


def test_a_day_to_come_is_refused_under_its_field(office: Office) -> None:
    """Nothing is kept of it."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    with pytest.raises(InvalidInput) as refused:
        log(office, bakery, happened_on=MONDAY + timedelta(days=1))
    assert refused.value.fields == {"when": "That day is still to come; choose today or an earlier one."}
    with pytest.raises(InvalidInput) as refused:
        log(office, bakery, happened_on=MONDAY - LONGEST_BACKDATE - timedelta(days=1))
    assert "more than a year ago" in refused.value.fields["when"]
    assert office.look(lambda session: session.exec(select(Checkin)).all()) == []


def test_today_is_the_date_on_the_persons_own_wall(office: Office, clock: MovableClock) -> None:
    """Late on Monday in Lisbon it is Tuesday for Kiri in Auckland, and still to come for Bob in New York."""
    clock.move(timedelta(hours=14))  # 23:00 UTC
    bakery = office.customer("Bakery", owner=KIRI, waited=47)
    tuesday = MONDAY + timedelta(days=1)
    assert log(office, bakery, by=KIRI).happened_on == tuesday
    assert log(office, bakery, by=BOB).happened_on == MONDAY
    with pytest.raises(InvalidInput):
        log(office, bakery, by=BOB, happened_on=tuesday)


def test_anyone_of_the_team_may_log_for_any_customer(office: Office) -> None:
    """They talked, whoever owns the customer; also for one in the pool."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    pooled = office.customer("Golddex")
    assert log(office, bakery, by=BOB).by == BOB
    assert log(office, pooled, by=BOB).customer.owner_id is None


def test_guests_bots_leavers_and_strangers_may_not_log(office: Office) -> None:
    """The sentence says who can."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    office.person("U0GUEST", "Gil Guest", is_guest=True)
    office.person("U0ROBOT", "Robot", is_bot=True)
    office.person("U0GONE", "Gone Girl", is_deactivated=True)
    for stranger in ("U0GUEST", "U0ROBOT", "U0GONE", "U0NOBODY"):
        with pytest.raises(NotAllowed, match="Only full members"):
            log(office, bakery, by=stranger)


def test_a_forged_customer_is_not_found(office: Office, runtime: Runtime) -> None:
    """Neither an id nobody has nor one of another workspace."""
    with pytest.raises(NotFound):
        log(office, new_id())
    with runtime.database.transaction("T0OTHER") as session:
        other = _customer_elsewhere(session)
    with pytest.raises(NotFound):
        log(office, other)


def test_the_same_form_counts_once(office: Office) -> None:
    """A double click keeps one check-in and says so."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    log(office, bakery, view_id="V1")
    with pytest.raises(AlreadyDone, match="saved already"):
        log(office, bakery, view_id="V1")
    assert len(office.look(lambda session: session.exec(select(Checkin)).all())) == 1


def test_a_refused_form_may_be_sent_again(office: Office) -> None:
    """The refusal rolls everything back, the note that the form was seen as well."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    with pytest.raises(InvalidInput):
        log(office, bakery, view_id="V1", happened_on=MONDAY + timedelta(days=1))
    assert log(office, bakery, view_id="V1").happened_on == MONDAY


def test_a_contact_ends_a_snooze_and_an_attempt_does_not(office: Office) -> None:
    """Whoever was put off and is tried stays put off."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    snooze(office, bakery, Preset.DATE, until=MONDAY + timedelta(days=40), reason=SnoozeReason.CUSTOMER_ASKED)
    log(office, bakery, Result.TRIED)
    assert row_of(office, bakery).snoozed_until == MONDAY + timedelta(days=40)
    log(office, bakery, happened_on=MONDAY - timedelta(days=60))
    assert row_of(office, bakery).snoozed_until is None


def test_everything_of_the_form_is_kept_clean(office: Office) -> None:
    """Controls go, lines stay, too much is cut; what was typed comes back as it was."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    log(
        office, bakery, channel=Channel.VISIT, mood=Mood.UNEASY, note="first\x00 line\n\n<!channel> & \ud800second",
        next_step="send\x07 offer", link="https://example.test/p1", quote="x" * 5000,
    )  # fmt: skip
    [entry] = office.look(lambda session: list_entries(session, customer_id=bakery))
    assert entry.note == "first line\n\n<!channel> & second"
    assert (entry.channel, entry.mood, entry.next_step) == ("visit", "uneasy", "send offer")
    assert len(entry.quote) == 3000
    assert entry.quote.endswith("…")
    assert entry.link == "https://example.test/p1"


def test_a_paused_customers_talk_is_kept_without_a_next_date(office: Office) -> None:
    """Nothing is due of it, and the row doesn't say so."""
    bakery = office.customer("Bakery", owner=ANA, waited=47, status=Status.PAUSED, status_reason="rebuilding")
    schema = log(office, bakery)
    assert schema.next_due_on is None
    assert schema.words == "talked"


def test_a_check_in_leaves_a_line_in_the_audit_trail(office: Office) -> None:
    """Who, what, and the dates before and after."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    schema = log(office, bakery)
    [entry] = office.look(
        lambda session: list_audit(session, subject_kind="checkin", subject_id=str(schema.checkin_id))
    )
    assert (entry.action, entry.by, entry.customer_id) == ("checkin.recorded", ANA, bakery)
    assert entry.before["last_contact_on"] == (MONDAY - timedelta(days=47)).isoformat()
    assert entry.after["last_contact_on"] == MONDAY.isoformat()


def test_other_features_fields_are_taken_in_the_same_transaction(office: Office) -> None:
    """They learn the check-in; and when one refuses, the check-in isn't kept either."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    heard: list[dict[str, object]] = []

    def promise(_session: Session, **inputs: object) -> None:
        heard.append(inputs)

    def refuse(_session: Session, **_inputs: object) -> None:
        raise InvalidInput(fields={"promise": "By when?"})

    schema = log(office, bakery, extras=[promise])
    assert heard == [
        {"customer_id": bakery, "checkin_id": schema.checkin_id, "by": ANA, "now": office.runtime.clock.now()}
    ]
    with pytest.raises(InvalidInput, match="By when"):
        log(office, bakery, extras=[refuse])
    assert len(office.look(lambda session: session.exec(select(CustomerAction)).all())) == 1


@pytest.mark.both_databases
def test_two_people_logging_at_once_are_both_kept(office: Office) -> None:
    """Two talks on one day are two facts; the clock is at the day of both."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    log(office, bakery, view_id="V1", by=ANA)
    log(office, bakery, view_id="V2", by=MARA)
    assert [entry.by for entry in office.look(lambda session: list_entries(session, customer_id=bakery))] == [ANA, MARA]
    assert last_contact(office, bakery) == MONDAY


def _customer_elsewhere(session: Session) -> UUID:
    """A customer of another workspace."""
    install_workspace(session, name="Other", bot_user_id="U0BOT", now=LONG_AGO)
    return add_customer(session, "Elsewhere").id
