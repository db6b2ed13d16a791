"""Answers to a campaign's questions: in a check-in, later and by somebody else; and what is refused."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.campaigns.listeners import read_answers
from bot.campaigns.queries import list_answers
from bot.campaigns.queries.answers import find_form, get_call
from bot.campaigns.queries.contributions import export, timeline
from bot.campaigns.rules import Arm
from bot.campaigns.schemas import CampaignSchema
from bot.campaigns.usecases.answering import answer_in_checkin, answer_questions
from bot.campaigns.usecases.progress import complete_reached
from bot.campaigns.views.forms import ANSWERS
from bot.checkins.rules import Channel, Result
from bot.checkins.schemas import CheckinRecorded
from bot.checkins.usecases.recording import record_checkin
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.followups.tables import Followup
from tests.campaigns.helpers import customers, drawn, members, seen
from tests.checkins.office import undo
from tests.makers import ANA, BOB, KIRI, Office


def state(campaign: CampaignSchema, *given: str | None) -> dict[str, Any]:
    """The check-in form with these answers: the place of an option, or words."""
    values: dict[str, Any] = {"checkins.note": {"checkins.note": {"type": "plain_text_input", "value": "x"}}}
    for number, value in enumerate(given, start=1):
        option = {"type": "static_select", "selected_option": {"value": value} if value else None}
        held = {"type": "plain_text_input", "value": value} if number == 3 else option
        values[f"{ANSWERS}.{number}:{campaign.id}"] = {f"{ANSWERS}.{number}": held}
    return {"values": values}


def talk(office: Office, campaign: CampaignSchema, customer: Any, *given: str | None, by: str = ANA) -> CheckinRecorded:
    """Somebody talked to a customer and wrote its answers down."""
    read = read_answers(state(campaign, *given))
    extras = [partial(answer_in_checkin, **read)] if read else []
    done: CheckinRecorded = office.do(
        record_checkin, customer_id=customer, result=Result.TALKED, channel=Channel.CALL, by=by, extras=extras
    )
    return done


def answers(office: Office, campaign: CampaignSchema, customer: Any) -> dict[int, str]:
    """What counts of a customer's answers."""
    found = office.look(lambda session: list_answers(session, campaign.id, customer)).get(customer, {})
    return {number: row.answer for number, row in found.items()}


@pytest.mark.both_databases
def test_a_check_in_takes_the_answers_along_and_the_call_is_done(office: Office) -> None:
    """Question by question, in the same transaction; the follow-up is closed by the clock."""
    customers(office, 12)
    campaign = drawn(office)
    first = members(office, campaign)[0]
    assert office.look(lambda session: find_form(session, first.customer_id, office.runtime.clock.now()))
    talk(office, campaign, first.customer_id, "9", "0", "a shorter form")
    assert answers(office, campaign, first.customer_id) == {1: "9", 2: "yes", 3: "a shorter form"}
    assert office.do(complete_reached) == 1
    followup = office.look(lambda session: session.get(Followup, first.followup_id))
    assert (followup.state, followup.note) == ("done", "talked to them")
    assert (seen(office, campaign).reached, seen(office, campaign).answered) == (1, 1)


def test_an_attempt_leaves_the_call_open(office: Office) -> None:
    """Nobody was reached."""
    customers(office, 12)
    campaign = drawn(office)
    first = members(office, campaign)[0]
    office.do(
        record_checkin, customer_id=first.customer_id, result=Result.TRIED, channel=Channel.CALL, by=ANA
    )  # fmt: skip
    assert office.do(complete_reached) == 0
    assert seen(office, campaign).reached == 0


def test_only_customers_that_are_called_have_questions(office: Office) -> None:
    """The control group's check-ins are as ever; so are those of a campaign without questions."""
    customers(office, 30)
    campaign, silent = drawn(office), drawn(office, name="News", seed="2", questions="")
    control, told = members(office, campaign, Arm.CONTROL)[0], members(office, silent)[0]
    now = office.runtime.clock.now()
    for one in (control, told):
        assert office.look(lambda session, key=one.customer_id: find_form(session, key, now)) is None
    with pytest.raises(NotFound, match="isn't in that campaign any more"):
        talk(office, campaign, control.customer_id, "9")


def test_answers_come_later_and_from_somebody_else(office: Office) -> None:
    """Only what is new is kept; what was said before stays in the trail; the form shows what is known."""
    customers(office, 12)
    campaign = drawn(office)
    first = members(office, campaign)[0]
    talk(office, campaign, first.customer_id, "9", None, None)
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(days=60))  # type: ignore[attr-defined]  # it moves
    assert office.do(answer_questions, member_id=first.id, answers={1: "9", 2: "1"}, by=KIRI) == 1
    assert office.do(answer_questions, member_id=first.id, answers={1: "4"}, by=BOB, view_id="V1") == 1
    assert answers(office, campaign, first.customer_id) == {1: "4", 2: "no"}
    form = office.ask(get_call, member_id=first.id, viewer=KIRI)
    assert form.answers == ("4", "no", "")
    with pytest.raises(AlreadyDone):
        office.do(answer_questions, member_id=first.id, answers={1: "5"}, by=BOB, view_id="V1")


def test_undoing_a_check_in_undoes_its_answers(office: Office) -> None:
    """Those before it count again."""
    customers(office, 12)
    campaign = drawn(office)
    first = members(office, campaign)[0]
    office.do(answer_questions, member_id=first.id, answers={1: "9"}, by=ANA)
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(minutes=5))  # type: ignore[attr-defined]  # it moves
    done = talk(office, campaign, first.customer_id, "2", "0", None)
    assert answers(office, campaign, first.customer_id) == {1: "2", 2: "yes"}
    undo(office, done)
    assert answers(office, campaign, first.customer_id) == {1: "9"}
    assert seen(office, campaign).reached == 0


@pytest.mark.parametrize(("number", "given"), [(1, "11"), (2, "maybe"), (4, "9"), (3, "x" * 1001)])
def test_an_answer_that_is_none_is_told_under_its_field(office: Office, number: int, given: str) -> None:
    """In the window and in the check-in form; nothing is saved."""
    customers(office, 12)
    campaign = drawn(office)
    first = members(office, campaign)[0]
    with pytest.raises(InvalidInput) as refused:
        office.do(answer_questions, member_id=first.id, answers={number: given}, by=ANA)
    assert list(refused.value.fields) == [str(number)]
    about = {"campaign_id": campaign.id, "answers": {number: given}, "block_ids": {number: f"{ANSWERS}.{number}"}}
    with pytest.raises(InvalidInput) as refused:
        office.do(answer_in_checkin, customer_id=first.customer_id, checkin_id=new_id(), by=ANA, **about)
    assert list(refused.value.fields) == [f"{ANSWERS}.{number}"]
    assert answers(office, campaign, first.customer_id) == {}


def test_nothing_answered_nobody_called_and_guests_are_refused(office: Office) -> None:
    """Each with a sentence."""
    customers(office, 12)
    campaign = drawn(office)
    first, control = members(office, campaign)[0], members(office, campaign, Arm.CONTROL)[0]
    with pytest.raises(InvalidInput) as refused:
        office.do(answer_questions, member_id=first.id, answers={}, by=ANA)
    assert "Answer at least one question" in refused.value.fields["1"]
    with pytest.raises(NotFound, match="isn't called in this campaign"):
        office.do(answer_questions, member_id=control.id, answers={1: "1"}, by=ANA)
    office.person("U0GUEST", "Guest", is_guest=True)
    with pytest.raises(NotAllowed):
        office.do(answer_questions, member_id=first.id, answers={1: "1"}, by="U0GUEST")
    assert read_answers(state(campaign, None, None, None)) == {}


def test_the_card_tells_what_was_answered_and_never_of_a_control_group(office: Office) -> None:
    """The history has the draw and the answers; an export has everything."""
    customers(office, 12)
    campaign = drawn(office)
    first, control = members(office, campaign)[0], members(office, campaign, Arm.CONTROL)[0]
    talk(office, campaign, first.customer_id, None, None, "a shorter form")
    now = office.runtime.clock.now()
    told = office.look(lambda session: [line.text for line in timeline(session, first.customer_id, now)])
    assert sorted(told) == [
        "Drawn for the campaign “Portal”", "What would help you most? “a shorter form” (to Ana Lima)",
    ]  # fmt: skip
    assert office.look(lambda session: timeline(session, control.customer_id, now)) == []
    kept = office.look(lambda session: export(session, "customer", str(first.customer_id)))
    assert sorted(kept) == ["campaign_answers", "campaign_members"]
    person = office.look(lambda session: export(session, "person", ANA))
    assert person["campaign_answers"][0]["answer"] == "a shorter form"
    assert office.look(lambda session: export(session, "team", "x")) == {}
