"""Undo: ten minutes, by who did it or a manager, back to what was before."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot.checkins.rules import Preset, Result
from bot.checkins.tables import Checkin
from bot.checkins.usecases import hand_over_from_list, undo_action, wake_from_list
from bot.core.clock import MovableClock, new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.rules.due import SnoozeReason
from bot.workspaces.queries import list_audit
from tests.checkins.office import last_contact, log, owed, row_of, snooze, undo
from tests.makers import ANA, BOB, KIRI, MARA, Office

MONDAY = date(2026, 11, 23)


def test_undoing_a_talk_puts_every_date_back(office: Office) -> None:
    """As if it had not been recorded; the row stays, marked as undone."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    before = row_of(office, bakery).model_dump(exclude={"changed_at"})
    schema = undo(office, log(office, bakery))
    assert schema.undone
    assert row_of(office, bakery).model_dump(exclude={"changed_at"}) == before
    [kept] = office.look(lambda session: session.exec(select(Checkin)).all())
    assert (kept.undone_at, kept.undone_by) == (office.runtime.clock.now(), ANA)


def test_undo_leaves_an_earlier_talk_standing(office: Office) -> None:
    """The clock goes to the latest contact that is left."""
    bakery = office.customer("Bakery", owner=ANA)
    log(office, bakery, happened_on=MONDAY - timedelta(days=3))
    undo(office, log(office, bakery))
    assert last_contact(office, bakery) == MONDAY - timedelta(days=3)


def test_undo_never_forgets_an_imported_contact(office: Office) -> None:
    """The last contact that came with a list is known even after two check-ins were undone, in any order."""
    bakery = office.customer("Bakery", owner=ANA, waited=20)
    first, second = log(office, bakery), log(office, bakery)
    undo(office, first)
    assert last_contact(office, bakery) == MONDAY
    undo(office, second)
    assert last_contact(office, bakery) == MONDAY - timedelta(days=20)


def test_undoing_an_attempt_changes_no_date(office: Office) -> None:
    """There is nothing to put back."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    before = row_of(office, bakery).model_dump()
    undo(office, log(office, bakery, Result.TRIED))
    assert row_of(office, bakery).model_dump() == before


def test_undo_is_refused_kindly_after_ten_minutes(office: Office, clock: MovableClock) -> None:
    """At ten minutes it still works, a second later it says what to do instead."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    first, second = log(office, bakery), log(office, bakery)
    clock.move(timedelta(minutes=10))
    undo(office, second)
    clock.move(timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="ten minutes, and they are over; record what is right"):
        undo(office, first)
    assert last_contact(office, bakery) == MONDAY


def test_only_who_did_it_or_a_manager_undoes(office: Office) -> None:
    """Bob is told who can; Mara manages."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    done = log(office, bakery)
    with pytest.raises(NotAllowed, match="Ana Lima did that; only they or a manager"):
        undo(office, done, by=BOB)
    assert undo(office, done, by=MARA).undone


def test_a_second_undo_is_told_that_it_is_done(office: Office) -> None:
    """A double click has one effect."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    done = log(office, bakery)
    undo(office, done)
    with pytest.raises(AlreadyDone, match="undone already"):
        undo(office, done)


def test_a_forged_undo_finds_nothing(office: Office) -> None:
    """An id that nobody has undoes nothing."""
    with pytest.raises(NotFound, match="nothing to undo"):
        office.do(undo_action, customer_action_id=new_id(), by=ANA)


def test_undoing_a_talk_gives_the_snooze_back(office: Office) -> None:
    """With its reason and note; unless somebody decided anew since."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    asked = {"until": MONDAY + timedelta(days=40), "reason": SnoozeReason.CUSTOMER_ASKED, "note": "after the fair"}
    snooze(office, bakery, Preset.DATE, **asked)
    undo(office, log(office, bakery))
    row = row_of(office, bakery)
    assert (row.snoozed_until, row.snooze_reason, row.snooze_note) == tuple(asked.values())
    talked = log(office, bakery)
    snooze(office, bakery, Preset.WEEK)
    undo(office, talked)
    assert row_of(office, bakery).snooze_reason is SnoozeReason.DEFERRED


def test_a_snooze_comes_back_once_both_talks_that_ended_it_are_undone(office: Office) -> None:
    """While one of them stands, the customer stays awake."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    snooze(office, bakery)
    until = row_of(office, bakery).snoozed_until
    first, second = log(office, bakery), log(office, bakery)
    undo(office, first)
    assert row_of(office, bakery).snoozed_until is None
    undo(office, second)
    assert row_of(office, bakery).snoozed_until == until


def test_undoing_a_snooze_restores_the_one_before(office: Office) -> None:
    """Not just awake: as it was."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    snooze(office, bakery, Preset.WEEK)
    second = snooze(office, bakery, Preset.TWO_WEEKS)
    undo(office, second)
    assert row_of(office, bakery).snoozed_until == MONDAY + timedelta(days=7)


def test_undoing_a_wake_puts_the_customer_back_to_sleep(office: Office) -> None:
    """Until the same day, for the same reason."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    snooze(office, bakery, note="on holiday")
    woken = office.do(wake_from_list, customer_id=bakery, by=ANA)
    assert row_of(office, bakery).snoozed_until is None
    undo(office, woken)
    assert row_of(office, bakery).snooze_note == "on holiday"


def test_a_snooze_that_was_changed_since_is_left_as_it_is(office: Office) -> None:
    """Undoing the older word doesn't overrule the newer one."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    first = snooze(office, bakery, Preset.WEEK)
    snooze(office, bakery, Preset.TWO_WEEKS, by=MARA)
    with pytest.raises(AlreadyDone, match="changed since"):
        undo(office, first)
    assert row_of(office, bakery).snoozed_until == MONDAY + timedelta(days=14)


def test_undoing_a_hand_over_gives_the_customer_back_and_tells(office: Office) -> None:
    """Its dates follow the owner's calendar again; who had been given it learns that it went back."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    before = row_of(office, bakery).model_dump(exclude={"changed_at"})
    done = office.do(hand_over_from_list, customer_id=bakery, to=KIRI, by=ANA)
    assert row_of(office, bakery).owner_id == KIRI
    undo(office, done)
    assert row_of(office, bakery).model_dump(exclude={"changed_at"}) == before
    assert [(notification.kind, notification.recipient) for notification in owed(office)] == [
        ("customers.handed_over", KIRI),
        ("customers.taken", KIRI),
    ]


def test_a_hand_over_that_went_on_is_not_undone(office: Office) -> None:
    """Nor one whose former owner has left."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    done = office.do(hand_over_from_list, customer_id=bakery, to=KIRI, by=ANA)
    office.do(hand_over_from_list, customer_id=bakery, to=BOB, by=KIRI)
    with pytest.raises(AlreadyDone, match="went on to somebody else"):
        undo(office, done)
    office.person("U0LEO", "Leo Left", is_deactivated=True)
    shop = office.customer("Shop", owner="U0LEO", waited=47)
    done = office.do(hand_over_from_list, customer_id=shop, to=BOB, by=MARA)
    with pytest.raises(NotAllowed, match="has left"):
        undo(office, done, by=MARA)


def test_a_refused_form_says_what_is_missing(office: Office) -> None:
    """Nobody chosen: under that field."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    with pytest.raises(InvalidInput) as refused:
        office.do(hand_over_from_list, customer_id=bakery, to=None, by=ANA)
    assert list(refused.value.fields) == ["to"]


def test_a_manager_corrects_a_check_in_long_after(office: Office, clock: MovableClock) -> None:
    """A talk kept for the wrong customer is taken back a week later; the clock runs on, and the trail names who."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    snooze(office, bakery, Preset.DATE, until=MONDAY + timedelta(days=3), reason=SnoozeReason.CUSTOMER_ASKED)
    done = log(office, bakery)
    clock.move(timedelta(days=7))
    with pytest.raises(NotAllowed, match="ten minutes"):
        undo(office, done)
    assert undo(office, done, by=MARA).undone
    row = row_of(office, bakery)
    assert (row.last_contact_on, row.snoozed_until) == (MONDAY - timedelta(days=47), None)
    trail = office.look(lambda session: list_audit(session, subject_kind="customer", subject_id=str(bakery)))
    assert [entry.by for entry in trail if entry.action == "customer.logged.corrected"] == [MARA]


def test_a_manager_corrects_check_ins_only(office: Office, clock: MovableClock) -> None:
    """What was put off or handed over last week is changed by doing it anew."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    put_off = snooze(office, bakery)
    clock.move(timedelta(minutes=11))
    with pytest.raises(NotAllowed, match="ten minutes"):
        undo(office, put_off, by=MARA)
