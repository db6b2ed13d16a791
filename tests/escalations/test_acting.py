"""Answered, fixed, passed on, withdrawn: one effect each, with a trail; on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.checkins.queries.history import list_entries
from bot.checkins.rules import Result
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.escalations.rules import Cause, EscalationState, Severity
from bot.escalations.usecases import answer_escalation, fix_escalation, give_escalation, withdraw_escalation
from bot.followups.queries import get_list
from tests.checkins.office import at
from tests.escalations.helpers import (
    FIX,
    FRIDAY,
    answer,
    ask_whether,
    escalate,
    listed,
    mend,
    mended,
    owed,
    stored,
    trail,
)
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office


def test_an_answer_stops_the_clock_and_may_be_a_check_in(office: Office) -> None:
    """Mara, who raised it, hears what Ana told them; the customer's card has the contact."""
    acme = office.customer("Acme", owner=BOB, waited=10)
    schema = escalate(office, acme)
    answered = answer(office, schema, said="we are on it", result=Result.TALKED)
    assert (answered.state, answered.answered_by_name) == (EscalationState.ANSWERED, "Ana Lima")
    [entry] = office.look(lambda session: list_entries(session, customer_id=acme))
    assert (entry.note, entry.by) == ("we are on it", ANA)
    assert {row.recipient: row.body["words"] for row in owed(office, "news")} == {
        MARA: "we are on it",
        BOB: "we are on it",
    }
    assert trail(office, schema) == [f"{MARA} escalation.raised", f"{ANA} escalation.answered"]


@pytest.mark.both_databases
def test_the_second_of_two_is_told_who_was_faster(office: Office) -> None:
    """One answer, one check-in."""
    acme = office.customer("Acme", waited=10)
    schema = escalate(office, acme)
    answer(office, schema, result=Result.TALKED)
    with pytest.raises(AlreadyDone, match=r"answered already \(by Ana Lima\); nothing was changed"):
        answer(office, schema, by=MARA, result=Result.TALKED)
    assert len(office.look(lambda session: list_entries(session, customer_id=acme))) == 1


def test_nothing_is_fixed_before_it_is_answered_nor_twice(office: Office) -> None:
    """The sentences say what comes first, and how it stands."""
    schema = escalate(office, office.customer("Acme"))
    with pytest.raises(AlreadyDone, match="press Answered first"):
        mend(office, schema)
    answer(office, schema)
    mend(office, schema)
    with pytest.raises(AlreadyDone, match="fixed, waiting for their word already; nothing"):
        mend(office, schema, by=MARA)
    with pytest.raises(AlreadyDone):
        answer(office, schema)


def test_a_fix_has_a_cause_and_a_follow_up_in_the_same_transaction(office: Office) -> None:
    """Ana takes the follow-up herself; Mara hears that it is fixed."""
    schema = mended(office, office.customer("Acme"))
    row = stored(office, schema)
    assert (row.cause, row.avoidable, row.asks, row.cause_key) == (Cause.HAND_OVER, True, 2, "hand_over")
    [followup] = office.ask(get_list, whose=f"p-{ANA}", page=0, viewer=ANA).rows
    assert (followup.id, followup.what, followup.due_on) == (row.followup_id, "a check-list", FRIDAY)
    assert [news.body["event"] for news in owed(office, "news", MARA)] == ["answered", "fixed"]
    assert trail(office, schema)[-1] == f"{ANA} escalation.fixed"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"cause": None}, "cause", "Choose the cause"),
        ({"cause": Cause.OTHER, "words": " "}, "words", "what the cause was"),
        ({"avoidable": None}, "avoidable", "could have been avoided"),
        ({"asks": None}, "asks", "from 0 to 99"),
        ({"asks": 100}, "asks", "from 0 to 99"),
        ({"asks": -1}, "asks", "from 0 to 99"),
        ({"change": ""}, "change", "so that it doesn't happen again"),
        ({"change": "", "avoidable": False}, "change", "so that it doesn't happen again"),
        ({"change_on": None}, "change_on", "Choose the day"),
        ({"change_on": date(2026, 11, 20)}, "change_on", "That day is over"),
        ({"change_by": BOB}, "change_by", "Only managers can ask others"),
    ],
)
def test_what_a_fix_lacks_is_said_under_its_field(
    office: Office, changes: dict[str, Any], field: str, sentence: str
) -> None:
    """Nothing is kept, neither the fix nor the follow-up."""
    schema = escalate(office, office.customer("Acme"))
    answer(office, schema)
    with pytest.raises(InvalidInput) as refused:
        mend(office, schema, **changes)
    assert sentence in refused.value.fields[field]
    assert stored(office, schema).state is EscalationState.ANSWERED
    assert office.ask(get_list, whose="team", page=0, viewer=ANA).total == 0


def test_what_couldnt_be_avoided_needs_no_change_and_managers_give_it_to_anyone(office: Office) -> None:
    """An earthquake changes nothing; Mara has Bob see to the other."""
    first, second = escalate(office, office.customer("Acme")), escalate(office, office.customer("Golddex"))
    for schema in (first, second):
        answer(office, schema)
    mend(office, first, avoidable=False, change="", change_on=None)
    assert stored(office, first).followup_id is None
    mend(office, second, by=MARA, change_by=BOB)
    [followup] = office.ask(get_list, whose=f"p-{BOB}", page=0, viewer=BOB).rows
    assert (followup.given_by, followup.what) == (MARA, "a check-list")


def test_it_is_passed_on_with_the_time_that_is_left(office: Office) -> None:
    """Ana had it for three of her four hours; Bob, in New York, has one hour of his own morning."""
    schema = escalate(office, office.customer("Acme"))
    at(office, datetime(2026, 11, 23, 12, tzinfo=UTC))
    given = office.do(give_escalation, escalation_id=schema.id, to=BOB, by=MARA)
    assert (given.assignee_id, given.answer_by) == (BOB, datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert stored(office, schema).warn_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert owed(office, "raised", BOB)[-1].body["given_by"] == "Mara Okafor"
    assert [row.recipient for row in owed(office, "news")] == [ANA]
    at(office, datetime(2026, 11, 23, 14, 30, tzinfo=UTC))
    back = office.do(give_escalation, escalation_id=schema.id, to=ANA, by=MARA)
    assert back.answer_by == datetime(2026, 11, 23, 15, tzinfo=UTC)  # half an hour is left, and Ana works until five
    assert trail(office, schema)[1:] == [f"{MARA} escalation.reassigned"] * 2


def test_what_is_past_its_clock_or_answered_keeps_its_deadline(office: Office) -> None:
    """Passing it around wins no time."""
    late, answered = escalate(office, office.customer("Acme")), escalate(office, office.customer("Golddex"))
    answer(office, answered)
    at(office, datetime(2026, 11, 23, 16, tzinfo=UTC))
    for schema in (late, answered):
        given = office.do(give_escalation, escalation_id=schema.id, to=KIRI, by=MARA)
        assert given.answer_by == schema.answer_by


def test_only_managers_give_it_to_others_and_whom_it_concerns_may_take_it(office: Office) -> None:
    """Bob looks after Acme; Kiri has nothing to do with it."""
    schema = escalate(office, office.customer("Acme", owner=BOB))
    with pytest.raises(NotAllowed, match="Only managers can give it to somebody else; ask Mara, or choose yourself"):
        office.do(give_escalation, escalation_id=schema.id, to=KIRI, by=BOB)
    with pytest.raises(NotAllowed, match="Only who is on it"):
        office.do(give_escalation, escalation_id=schema.id, to=KIRI, by=KIRI)
    assert office.do(give_escalation, escalation_id=schema.id, to=BOB, by=BOB).assignee_id == BOB
    with pytest.raises(AlreadyDone, match="on it already"):
        office.do(give_escalation, escalation_id=schema.id, to=BOB, by=MARA)
    for to in (None, "U0NOBODY"):
        with pytest.raises(InvalidInput) as refused:
            office.do(give_escalation, escalation_id=schema.id, to=to, by=MARA)
        assert "to" in refused.value.fields


def test_a_mistake_is_withdrawn_by_who_raised_it_or_a_manager(office: Office) -> None:
    """With a reason; then nothing can be done about it any more."""
    schema = escalate(office, office.customer("Acme", owner=BOB), by=KIRI)
    for person in (ANA, BOB):
        with pytest.raises(NotAllowed, match="Only who raised it"):
            office.do(withdraw_escalation, escalation_id=schema.id, reason="no", by=person)
    with pytest.raises(InvalidInput):
        office.do(withdraw_escalation, escalation_id=schema.id, reason=" ", by=KIRI)
    closed = office.do(withdraw_escalation, escalation_id=schema.id, reason="wrong customer", by=KIRI)
    assert (closed.state, closed.reason) == (EscalationState.CLOSED, "wrong customer")
    assert sorted(row.recipient for row in owed(office, "news")) == [ANA, BOB]
    for act in (
        lambda: answer(office, schema),
        lambda: mend(office, schema),
        lambda: office.do(give_escalation, escalation_id=schema.id, to=BOB, by=MARA),
        lambda: office.do(withdraw_escalation, escalation_id=schema.id, reason="x", by=MARA),
    ):
        with pytest.raises(AlreadyDone, match=r"closed already \(by Kiri Walker\)"):
            act()
    assert listed(office).total == 0


ACTS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (answer_escalation, {}),
    (fix_escalation, {"fix": FIX}),
    (give_escalation, {"to": BOB}),
    (withdraw_escalation, {"reason": "x"}),
)


@pytest.mark.parametrize(("act", "more"), ACTS)
def test_strangers_guests_and_forged_ids_are_refused(office: Office, act: Any, more: dict[str, Any]) -> None:
    """Kiri has nothing to do with Acme; a guest may nothing; an id that isn't ours isn't here."""
    schema = escalate(office, office.customer("Acme", owner=BOB))
    guest = office.person("U0GUEST", "Gil Guest", is_guest=True)
    for person in (KIRI, guest, "U0STRANGER"):
        with pytest.raises(NotAllowed):
            office.do(act, escalation_id=schema.id, by=person, **more)
    with pytest.raises(NotFound, match="isn't here any more"):
        office.do(act, escalation_id=uuid4(), by=MARA, **more)
    assert trail(office, schema) == [f"{MARA} escalation.raised"]


@pytest.mark.parametrize("person", [ANA, KIRI, BOB, MARA])
def test_who_is_on_it_who_raised_it_the_owner_and_managers_may_act(office: Office, person: str) -> None:
    """Each from answer to fix."""
    schema = escalate(office, office.customer("Acme", owner=BOB), by=KIRI)
    answer(office, schema, by=person)
    mend(office, schema, by=person)
    assert stored(office, schema).state is EscalationState.FIXED


def test_a_form_sent_twice_has_one_effect(office: Office) -> None:
    """For every window."""
    schema = escalate(office, office.customer("Acme"))
    answer(office, schema, view_id="V1")
    with pytest.raises(AlreadyDone):
        answer(office, schema, view_id="V1")
    office.do(give_escalation, escalation_id=schema.id, to=BOB, by=MARA, view_id="V2")
    with pytest.raises(AlreadyDone):
        office.do(give_escalation, escalation_id=schema.id, to=ANA, by=MARA, view_id="V2")
    assert len(trail(office, schema)) == 3


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("Acme", "Acme"), "the second hand-over that broke at Acme"),
        (("Acme", "Golddex"), ""),
        (("Acme", "Golddex", "Condax"), "the third hand-over that broke: Acme, Golddex, Condax in 90 days"),
        (("Acme", "Golddex", "Condax", "Acme"), "the fourth hand-over that broke: Acme, Golddex, Condax in 90 days"),
    ],
)
def test_a_cause_that_comes_again_is_pointed_out_when_it_is_recorded(
    office: Office, names: tuple[str, ...], words: str
) -> None:
    """At the same customer, or at three."""
    ids = {name: office.customer(name) for name in dict.fromkeys(names)}
    repeats = []
    for name in names:
        schema = escalate(office, ids[name])
        answer(office, schema)
        repeats.append(mend(office, schema).repeat)
    assert repeats[-1] == words


def test_three_customers_count_within_ninety_days_one_customer_always(office: Office) -> None:
    """A hundred days apart."""
    acme, golddex, condax = (office.customer(name) for name in ("Acme", "Golddex", "Condax"))
    for customer in (acme, golddex):
        mended(office, customer)
    at(office, datetime(2027, 3, 3, 9, tzinfo=UTC))
    later = date(2027, 3, 10)
    schema = escalate(office, condax)
    answer(office, schema)
    assert mend(office, schema, change_on=later).repeat == ""
    again = escalate(office, acme)
    answer(office, again)
    assert mend(office, again, change_on=later).repeat == "the second hand-over that broke at Acme"


def test_other_causes_are_the_same_when_their_words_are(office: Office) -> None:
    """Capitals don't matter; other words are another cause."""
    acme = office.customer("Acme")
    repeats = []
    for words in ("Wrong label", "broken lock", "wrong  LABEL"):
        schema = escalate(office, acme)
        answer(office, schema)
        repeats.append(mend(office, schema, cause=Cause.OTHER, words=words).repeat)
    assert repeats == ["", "", "the second “wrong LABEL” at Acme"]


def test_a_reopened_one_that_is_fixed_again_is_still_one(office: Office) -> None:
    """The cause counts once."""
    acme = office.customer("Acme", waited=10)
    schema = mended(office, acme)
    ask_whether(office, schema, False)
    answer(office, schema)
    assert mend(office, schema).repeat == ""


def test_managers_clocks_hold_for_what_is_raised_later(office: Office) -> None:
    """The severity's time, not another's; see the setup for changing it."""
    schema = escalate(office, office.customer("Acme"), severity=Severity.HURTS)
    assert stored(office, schema).clock_minutes == 480
    assert schema.answer_by - schema.raised_at == timedelta(hours=8)
    assert office.look(lambda session: session.info["workspace"]) == WORKSPACE
