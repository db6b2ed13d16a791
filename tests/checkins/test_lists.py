"""Putting off, waking and handing over straight from a list: who may, how far, what is told."""

from datetime import date, timedelta

import pytest

from bot.checkins.rules import Preset
from bot.checkins.usecases import hand_over_from_list, wake_from_list
from bot.core.clock import MovableClock, new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.rules.due import SnoozeReason, Status
from bot.workspaces.queries import list_audit
from tests.checkins.office import go_away, owed, row_of, snooze
from tests.makers import ANA, BOB, KIRI, MARA, Office

pytestmark = pytest.mark.both_databases

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("preset", "days", "words"),
    [(Preset.WEEK, 7, "snoozed until 30 Nov"), (Preset.TWO_WEEKS, 14, "snoozed until 7 Dec")],
)
def test_a_preset_snoozes_for_whole_weeks(office: Office, preset: Preset, days: int, words: str) -> None:
    """Without a reason given, it is our own choice."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    schema = snooze(office, bakery, preset)
    assert row_of(office, bakery).snoozed_until == MONDAY + timedelta(days=days)
    assert schema.words == words
    [entry] = office.look(lambda session: list_audit(session, subject_kind="customer", subject_id=str(bakery)))
    assert entry.action == "customer.snoozed"


def test_a_preset_wakes_on_a_working_day(office: Office) -> None:
    """Two weeks after the Tuesday before a Portuguese holiday, 8 December, is the day after it."""
    bakery = office.customer("Bakery", owner=ANA, waited=20)
    office.runtime.clock.move(timedelta(days=1))  # type: ignore[attr-defined]  # tests have a clock that moves
    snooze(office, bakery, Preset.TWO_WEEKS)
    assert row_of(office, bakery).snoozed_until == date(2026, 12, 9)


def test_a_date_needs_choosing(office: Office) -> None:
    """Until-a-day without a day is refused under the day's field; so is a day that is past."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    for until in (None, MONDAY):
        with pytest.raises(InvalidInput) as refused:
            snooze(office, bakery, Preset.DATE, until=until)
        assert list(refused.value.fields) == ["until"]


def test_we_never_put_off_past_neglect_but_they_may(office: Office) -> None:
    """The refusal names the last day, and the way out."""
    bakery = office.customer("Bakery", owner=ANA, waited=40)
    with pytest.raises(InvalidInput, match=r"28 Nov 2026 .* customer asked"):
        snooze(office, bakery, Preset.WEEK)
    snooze(office, bakery, Preset.WEEK, reason=SnoozeReason.CUSTOMER_ASKED, note="after the fair")
    assert row_of(office, bakery).snooze_note == "after the fair"


def test_only_owner_cover_and_managers_put_off(office: Office) -> None:
    """Bob may log for Ana's customer, not put it off, unless he covers for her today."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    with pytest.raises(NotAllowed, match="Only Ana Lima, their cover or a manager can snooze this"):
        snooze(office, bakery, by=BOB)
    with pytest.raises(NotAllowed, match="wake this"):
        office.do(wake_from_list, customer_id=bakery, by=BOB)
    assert snooze(office, bakery, by=MARA).by == MARA
    go_away(office, ANA, MONDAY, MONDAY + timedelta(days=3), cover=BOB)
    assert snooze(office, bakery, Preset.TWO_WEEKS, by=BOB).by == BOB


def test_a_cover_stops_when_the_absence_is_over(office: Office, clock: MovableClock) -> None:
    """From the day after the last one."""
    bakery = office.customer("Bakery", owner=ANA, waited=20)
    go_away(office, ANA, MONDAY, MONDAY, cover=BOB)
    clock.move(timedelta(days=1))
    with pytest.raises(NotAllowed):
        snooze(office, bakery, by=BOB)


def test_what_is_in_the_pool_is_a_managers_to_put_off(office: Office) -> None:
    """Others take it first."""
    pooled = office.customer("Golddex", waited=31)
    with pytest.raises(NotAllowed, match="take it first"):
        snooze(office, pooled)
    assert snooze(office, pooled, by=MARA).customer.snoozed_until


def test_a_customer_we_dont_look_after_cant_be_put_off(office: Office) -> None:
    """Nothing is due of it."""
    bakery = office.customer("Bakery", owner=ANA, waited=31, status=Status.LOST, status_reason="moved away")
    with pytest.raises(InvalidInput, match="Bakery is lost"):
        snooze(office, bakery)


def test_pressing_twice_has_one_effect_and_says_so(office: Office) -> None:
    """Snooze, wake, hand over, and the modals' own double send."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    snooze(office, bakery)
    with pytest.raises(AlreadyDone, match="snoozed until 30 Nov already"):
        snooze(office, bakery)
    office.do(wake_from_list, customer_id=bakery, by=ANA)
    with pytest.raises(AlreadyDone, match="awake already"):
        office.do(wake_from_list, customer_id=bakery, by=ANA)
    snooze(office, bakery, Preset.TWO_WEEKS, view_id="V1")
    with pytest.raises(AlreadyDone, match="saved already"):
        snooze(office, bakery, Preset.WEEK, view_id="V1")
    office.do(hand_over_from_list, customer_id=bakery, to=BOB, by=ANA, view_id="V2")
    with pytest.raises(AlreadyDone):
        office.do(hand_over_from_list, customer_id=bakery, to=BOB, by=ANA, view_id="V2")
    assert len(owed(office)) == 1


def test_handing_over_tells_the_new_owner_with_a_note(office: Office) -> None:
    """And the words for the row name them."""
    bakery = office.customer("Bakery", owner=ANA, waited=31)
    schema = office.do(hand_over_from_list, customer_id=bakery, to=KIRI, by=ANA, note="likes calls before ten")
    assert schema.words == "handed over to Kiri Walker"
    [notification] = owed(office)
    assert (notification.recipient, notification.body["note"]) == (KIRI, "likes calls before ten")


def test_forged_ids_find_nothing(office: Office) -> None:
    """Whatever the act."""
    for use_case, more in (
        (wake_from_list, {}),
        (hand_over_from_list, {"to": BOB}),
    ):
        with pytest.raises(NotFound):
            office.do(use_case, customer_id=new_id(), by=MARA, **more)
    with pytest.raises(NotFound):
        snooze(office, new_id(), by=MARA)
