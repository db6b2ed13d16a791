"""Drawing a campaign: what is shown before, what is stored, who is told, what is refused."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.campaigns.queries import get_campaign, list_campaigns
from bot.campaigns.queries.drawing import list_running_members
from bot.campaigns.rules import Arm
from bot.campaigns.rules.draws import draw
from bot.campaigns.schemas import Proposal
from bot.campaigns.usecases import draw_campaign, replace_member
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.queries import get_customer
from bot.customers.rules.bands import FIFTHS
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.followups.tables import Followup
from bot.reviews.queries import get_proof
from bot.reviews.usecases import set_size_limits
from bot.workspaces.queries import list_audit
from tests.campaigns.helpers import FRIDAY, SETTINGS, customers, drawn, members, planned, seen
from tests.commitments.helpers import owed_notifications
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA, Office


@pytest.mark.both_databases
def test_a_draw_is_shown_made_and_told_once_to_each_caller(office: Office) -> None:
    """Five follow-ups on working days, one message for each caller, nothing for the control group."""
    pool = customers(office, 25, owner=ANA)
    proposal = planned(office)
    assert (proposal.size, proposal.listed, proposal.busy, proposal.questions) == (5, 25, 0, 3)
    assert [(one.listed, one.called + one.control) for one in proposal.bands] == [(5, 2)] * 5
    assert sum(one.calls for one in proposal.callers) == 5
    campaign = drawn(office)
    called, control = members(office, campaign), members(office, campaign, Arm.CONTROL)
    bands = {one.customer_id: one.band.value for one in (*called, *control)}
    assert len(bands) == 10
    in_order = [band.value for band in FIFTHS for _ in range(5)]
    everybody = dict(zip(pool, in_order, strict=True))
    again = draw(everybody, size=5, seed="4711")
    assert ({one.customer_id for one in called}, {one.customer_id for one in control}) == (
        set(again.called), set(again.control),
    )  # fmt: skip
    followups = [office.look(lambda session, key=one.followup_id: session.get(Followup, key)) for one in called]
    assert {(one.what, one.given_by) for one in followups} == {("Call for “Portal”: listen", MARA)}
    assert all(date(2026, 11, 24) <= one.due_on <= FRIDAY and one.due_on.weekday() < 5 for one in followups)
    told = owed_notifications(office, "campaigns.calls")
    assert Counter(row.recipient for row in told) == Counter({one.caller_id for one in called})
    assert owed_notifications(office, "followups.given") == []


def test_a_manager_who_calls_gets_no_message_about_their_own_draw(office: Office) -> None:
    """They have just seen it."""
    customers(office, 10)
    drawn(office, caller_ids=(MARA,))
    assert owed_notifications(office, "campaigns.calls") == []


def test_only_managers_draw_and_replace(office: Office) -> None:
    """Others are told whom to ask."""
    customers(office, 12)
    with pytest.raises(NotAllowed, match="Only managers can draw a campaign; ask Mara"):
        planned(office, by=ANA)
    member = members(office, drawn(office))[0]
    with pytest.raises(NotAllowed, match="Only managers can replace"):
        office.do(replace_member, member_id=member.id, reason="closed", by=ANA)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": " "}, "name", "Give the campaign a name"),
        ({"size": None}, "size", "from 5 to 500"),
        ({"size": 7}, "size", "There are 12 such customers; 7 calls need 14"),
        ({"owner_ids": (KIRI,)}, "size", "There are 0 such customers"),
        ({"caller_ids": ()}, "callers", "Choose who calls."),
        ({"caller_ids": ("U0NOBODY",)}, "callers", "I don't know this person yet"),
        ({"until": date(2026, 11, 23)}, "until", "Choose a day ahead"),
        ({"questions": "\n".join(f"Question {n}?" for n in range(10))}, "questions", "Ask fewer than ten questions"),
        ({"seed": ""}, "seed", "they make the draw repeatable"),
    ],
)
def test_what_cant_be_is_told_under_its_field(office: Office, wrong: dict[str, Any], field: str, sentence: str) -> None:
    """One sentence, and nothing is drawn."""
    customers(office, 12)
    with pytest.raises(InvalidInput) as refused:
        planned(office, **wrong)
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field]
    assert office.ask(list_campaigns, viewer=MARA) == ()


def test_callers_who_dont_work_before_the_end_are_refused(office: Office) -> None:
    """On a Friday, until Sunday, nobody calls."""
    customers(office, 12)
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(days=4))  # type: ignore[attr-defined]  # it moves
    with pytest.raises(InvalidInput) as refused:
        planned(office, until=date(2026, 11, 29))
    assert "None of them works before the last day" in refused.value.fields["callers"]


def test_a_used_seed_and_a_used_name_are_refused(office: Office) -> None:
    """The seed with the name of the campaign that has it."""
    customers(office, 30)
    drawn(office)
    with pytest.raises(InvalidInput) as refused:
        planned(office)
    assert "The campaign “Portal” was drawn with that seed" in refused.value.fields["seed"]
    assert "is called that already" in refused.value.fields["name"]
    assert planned(office, name="Fair", seed="4712").busy == 10


def test_filters_choose_of_whom(office: Office) -> None:
    """By owner, tag and country, as people write them; the sentence says so."""
    customers(office, 12, owner=ANA, tags=["Nordic", "new"], country="SE")
    customers(office, 12, first=12, owner=BOB, tags=["new"], country="Sweden")
    assert planned(office, owner_ids=(ANA,)).listed == 12
    assert planned(office, tag="nordic").listed == 12
    assert planned(office, country="sweden").listed == 24
    told = planned(office, owner_ids=(ANA, BOB), tag="new", country="Sweden")
    assert (told.listed, told.whom) == (
        24, "active customers of Ana Lima or Bob Chen with the tag “new” in Sweden",
    )  # fmt: skip
    assert planned(office).whom == "active customers"


def test_lost_and_paused_customers_are_never_drawn(office: Office) -> None:
    """Nor those that a campaign that runs has."""
    pool = customers(office, 22)
    for one in pool[:2]:
        office.do(set_status, customer_id=one, status=Status.LOST, reason="bankrupt", by=MARA)
    assert planned(office).listed == 20
    drawn(office)
    busy = office.look(list_running_members)
    assert len(busy) == 10
    second = planned(office, name="Fair", seed="1")
    assert (second.listed, second.busy) == (10, 10)


def test_a_draw_that_became_stale_is_shown_again_and_not_made(office: Office) -> None:
    """Somebody added a customer meanwhile; pressing again makes what is shown then."""
    customers(office, 12)
    old = planned(office)
    customers(office, 1, first=12)
    again = office.do(draw_campaign, settings=SETTINGS, seen=old.key, by=MARA)
    assert isinstance(again, Proposal)
    assert again.listed == 13
    assert office.ask(list_campaigns, viewer=MARA) == ()
    office.do(draw_campaign, settings=SETTINGS, seen=again.key, by=MARA)
    assert [one.name for one in office.ask(list_campaigns, viewer=MARA)] == ["Portal"]


def test_sizes_can_be_switched_off_and_permuting_them_moves_nobody_then(office: Office) -> None:
    """Without strata the draw doesn't look at sizes at all."""
    pool = customers(office, 20)
    before = planned(office, stratified=False)
    with office.runtime.database.transaction("T0EVENHAND") as session:
        for place, one in enumerate(pool):
            get_customer(session, one).headcount = 7 * place % 20
    after = planned(office, stratified=False)
    assert after.first_names == before.first_names
    assert after.fingerprint == before.fingerprint
    assert planned(office).fingerprint != before.fingerprint


@pytest.mark.both_databases
def test_a_draw_divides_sizes_as_the_proof_does(office: Office) -> None:
    """In fifths, or by the limits that the workspace has set; a draw that somebody looked at before is shown again."""
    for place in range(30):
        office.customer(f"Customer {place:02}", annual_value=1000 * (place + 1), currency="EUR")
    before = planned(office)
    for words, kinds in (("off", 5), ("5000 12000 EUR", 3)):
        office.do(set_size_limits, words=words, by=MARA)
        proof = office.ask(get_proof, viewer=MARA)
        told = [(one.band, one.listed) for one in planned(office).bands]
        assert told == [(group.words, group.customers) for group in proof.groups if group.customers]
        assert len(told) == kinds
    assert [one.called + one.control for one in planned(office).bands] == [2, 2, 6]
    again = office.do(draw_campaign, settings=SETTINGS, seen=before.key, by=MARA)
    assert isinstance(again, Proposal)
    assert again.fingerprint != before.fingerprint


def test_days_on_which_callers_have_much_to_do_get_fewer_calls(office: Office) -> None:
    """Ana has four follow-ups tomorrow: Bob begins."""
    pool = customers(office, 12)
    for one in pool[:4]:
        assign(office, one, assignee_id=ANA, due_on=date(2026, 11, 24))
    drawn(office)
    mine = office.look(lambda session: [
        (row.assignee_id, row.due_on) for row in session.exec(select(Followup)) if row.what.startswith("Call for")
    ])  # fmt: skip
    assert (ANA, date(2026, 11, 24)) not in mine


def test_a_replacement_is_the_next_of_its_size_and_keeps_its_reason(office: Office) -> None:
    """The old follow-up is cancelled with the reason; the replaced one stays drawn."""
    customers(office, 40)
    campaign = drawn(office)
    gone = members(office, campaign)[0]
    made = office.do(replace_member, member_id=gone.id, reason=" they closed ", by=MARA)
    rows = members(office, campaign)
    successor = next(one for one in rows if one.replaces_id == gone.id)
    replaced = next(one for one in rows if one.id == gone.id)
    assert (successor.band, successor.caller_id, made.customer_id) == (gone.band, gone.caller_id, successor.customer_id)
    assert (replaced.reason, replaced.replaced_by, replaced.arm) == ("they closed", MARA, Arm.CALLED)
    old = office.look(lambda session: session.get(Followup, gone.followup_id))
    assert (old.state, old.reason) == ("cancelled", "replaced: they closed")
    assert (seen(office, campaign).calls, seen(office, campaign).replaced) == (5, 1)
    [line] = [one for one in office.look(audited(campaign.id)) if one.action == "campaign.replaced"]
    assert line.after["reason"] == "they closed"
    with pytest.raises(AlreadyDone, match="isn't called any more"):
        office.do(replace_member, member_id=gone.id, reason="again", by=MARA)


def audited(campaign_id: object) -> Any:
    """Return a query of a campaign's audit trail."""
    return lambda session: list_audit(session, subject_kind="campaign", subject_id=str(campaign_id))


def test_a_replacement_needs_a_reason_somebody_and_a_day(office: Office) -> None:
    """Each refusal says what is missing; who is in the control group has no call to replace."""
    customers(office, 10)
    campaign = drawn(office)
    member = members(office, campaign)[0]
    with pytest.raises(InvalidInput) as refused:
        office.do(replace_member, member_id=member.id, reason=" ", by=MARA)
    assert "Say in a few words" in refused.value.fields["reason"]
    with pytest.raises(InvalidInput) as refused:
        office.do(replace_member, member_id=member.id, reason="closed", by=MARA)
    assert "Nobody else is left to draw" in refused.value.fields["reason"]
    customers(office, 1, first=10)
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(days=25))  # type: ignore[attr-defined]  # it moves
    with pytest.raises(InvalidInput) as refused:
        office.do(replace_member, member_id=member.id, reason="closed", by=MARA)
    assert "works no more before the campaign ends" in refused.value.fields["reason"]
    control = members(office, campaign, Arm.CONTROL)[0]
    with pytest.raises(NotFound, match="isn't called in this campaign"):
        office.do(replace_member, member_id=control.id, reason="closed", by=MARA)


def test_a_campaign_is_found_by_its_name_or_its_beginning(office: Office) -> None:
    """Unknown and unclear names are told."""
    with pytest.raises(NotFound, match="No campaign was drawn yet"):
        office.ask(get_campaign, words="", viewer=ANA)
    customers(office, 30)
    drawn(office)
    drawn(office, name="Portal two", seed="2")
    assert office.ask(get_campaign, words="portal", viewer=ANA).name == "Portal"
    assert office.ask(get_campaign, words="Portal t", viewer=ANA).name == "Portal two"
    with pytest.raises(NotFound, match="2 campaigns begin with “Por”"):
        office.ask(get_campaign, words="Por", viewer=ANA)
    with pytest.raises(NotFound, match="No campaign is called “Fair”"):
        office.ask(get_campaign, words="Fair", viewer=ANA)
