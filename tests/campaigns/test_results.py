"""What comes of a campaign: both groups compared, answers counted, sales, files; and how a campaign ends."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from scipy import stats

from bot.campaigns.listeners import read_sale
from bot.campaigns.queries.results import get_result, list_files
from bot.campaigns.rules import Arm
from bot.campaigns.schemas import CampaignResult, CampaignSchema
from bot.campaigns.usecases import replace_member
from bot.campaigns.usecases.answering import answer_questions
from bot.campaigns.usecases.ending import end_campaigns, record_sale
from bot.campaigns.views import forms
from bot.campaigns.views.results import result
from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import record_checkin
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.followups.tables import Followup
from bot.slack.blocks import CHART
from bot.slack.payloads import Form
from tests.campaigns.helpers import customers, drawn, members, seen
from tests.checkins.test_stories import words
from tests.commitments.helpers import owed_notifications
from tests.escalations.helpers import escalate
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.promises.helpers import promise

QUESTIONS = "Would you recommend us? (nps)\nHow good is it? (0-10)\nDid it work? (yes/no)\nWhat would help you?"


def talk(office: Office, customer: Any, by: str = ANA) -> None:
    """Somebody talked to a customer."""
    office.do(record_checkin, customer_id=customer, result=Result.TALKED, channel=Channel.CALL, by=by)


def told(office: Office, campaign: CampaignSchema, viewer: str = MARA) -> CampaignResult:
    """What came of a campaign so far."""
    found: CampaignResult = office.ask(get_result, campaign_id=campaign.id, viewer=viewer)
    return found


def compared(office: Office, campaign: CampaignSchema) -> dict[str, tuple[int, int, int, int]]:
    """How both groups compare, by what happened."""
    return {one.verb: tuple(one.against) for one in told(office, campaign).comparisons}


def pass_days(office: Office, days: int) -> None:
    """Let days go by."""
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(days=days))  # type: ignore[attr-defined]  # it moves


@pytest.mark.both_databases
def test_the_groups_are_compared_as_they_were_drawn(office: Office) -> None:
    """Whether somebody was reached or not, replaced or not; who came in somebody's place isn't compared."""
    customers(office, 40)
    campaign = drawn(office, size=10)
    called, control = members(office, campaign), members(office, campaign, Arm.CONTROL)
    office.do(replace_member, member_id=called[9].id, reason="closed", by=MARA)
    successor = next(one for one in members(office, campaign) if one.replaces_id)
    for one in (*called[:7], *control[:2], successor):
        talk(office, one.customer_id)
    for one in (called[0], called[9], control[3]):
        escalate(office, one.customer_id)
    promise(office, called[1].customer_id)
    office.do(set_status, customer_id=control[4].customer_id, status=Status.LOST, reason="bankrupt", by=MARA)
    assert compared(office, campaign) == {
        "were talked to": (7, 10, 2, 10),
        "were promised something": (1, 10, 0, 10),
        "raised a problem": (2, 10, 1, 10),
        "bought something": (0, 10, 0, 10),
        "were lost": (0, 10, 1, 10),
    }
    assert (seen(office, campaign).calls, seen(office, campaign).reached) == (10, 8)
    shown = words(list(result(told(office, campaign)).blocks))
    assert "2 of 10 raised a problem against 1 of 10: too few to tell." in shown
    assert "problem: the portal is down" in shown
    assert "“closed”" in shown


def test_what_was_before_or_after_the_campaign_isnt_counted(office: Office) -> None:
    """Nor what was undone; SQL written another way counts the same."""
    pool = customers(office, 20)
    for one in pool:
        talk(office, one)
    pass_days(office, 1)
    campaign = drawn(office)
    called = members(office, campaign)
    talk(office, called[0].customer_id)
    pass_days(office, 40)
    talk(office, called[1].customer_id)
    promise(office, called[1].customer_id, due_on=date(2027, 1, 29))
    escalate(office, called[1].customer_id)
    assert compared(office, campaign)["were talked to"] == (1, 5, 0, 5)
    assert compared(office, campaign)["raised a problem"] == (0, 5, 0, 5)
    assert compared(office, campaign)["were promised something"] == (0, 5, 0, 5)
    counted = sa.text(
        "SELECT m.arm, COUNT(DISTINCT c.customer_id) FROM campaigns k JOIN campaign_members m ON m.campaign_id = k.id"
        " LEFT JOIN checkins c ON c.customer_id = m.customer_id AND c.result IN ('talked', 'they_contacted_us')"
        " AND c.happened_on >= k.began_on AND c.happened_on <= k.until AND c.recorded_at >= k.made_at"
        " AND c.undone_at IS NULL WHERE k.workspace_id = :here AND m.workspace_id = :here GROUP BY m.arm"
    )
    rows = office.look(lambda session: dict(session.execute(counted, {"here": WORKSPACE}).all()))
    assert rows == {"called": 1, "control": 0}


def test_answers_are_counted_with_scores_and_quotes(office: Office) -> None:
    """NPS and the share of the content, the latter by scipy's interval; words as they were said, the latest first."""
    customers(office, 40)
    campaign = drawn(office, size=10, questions=QUESTIONS)
    for place, one in enumerate(members(office, campaign)[:8]):
        given = {1: str(10 - place), 2: "8" if place < 6 else "3", 3: str(place % 2), 4: f"idea {place}"}
        office.do(answer_questions, member_id=one.id, answers=given, by=ANA)
    recommend, good, worked, ideas = told(office, campaign).questions
    assert recommend.score
    assert (recommend.score.n, recommend.score.value) == (8, 100 * (2 - 4) / 8)
    assert good.score
    theirs = stats.binomtest(6, 8).proportion_ci(method="wilson")
    assert (good.score.low, good.score.high) == pytest.approx((theirs.low, theirs.high))
    assert worked.counts == (4, 4)
    assert {quote.words for quote in ideas.quotes} <= {f"idea {place}" for place in range(8)}
    assert (ideas.answered, len(ideas.quotes)) == (8, 5)
    shown = words(list(result(told(office, campaign)).blocks))
    assert "NPS -25 (n = 8, likely between" in shown
    assert "75% gave 8 or more (n = 8, likely between 41% and 93%)" in shown
    assert "3 ×2 · 8 ×6" in shown
    assert "yes 4 · no 4" in shown or "no 4 · yes 4" in shown


def test_sales_are_summed_by_currency_and_group(office: Office) -> None:
    """Currencies are never added up; both groups count."""
    customers(office, 20)
    campaign = drawn(office)
    called, control = members(office, campaign)[0], members(office, campaign, Arm.CONTROL)[0]
    for one, amount, currency in ((called, "100.50", "EUR"), (called, "9", "usd"), (control, "20", "EUR")):
        about = {"campaign_id": campaign.id, "customer_id": one.customer_id, "by": MARA}
        office.do(record_sale, amount=Decimal(amount), currency=currency, **about)
    sums = [(one.currency, one.called, one.control) for one in told(office, campaign).sales]
    assert sums == [("EUR", Decimal("100.50"), Decimal(20)), ("USD", Decimal(9), Decimal(0))]
    assert compared(office, campaign)["bought something"] == (1, 5, 1, 5)
    assert "100.50 EUR by those called, 20 by those left alone" in words(list(result(told(office, campaign)).blocks))


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"customer_id": new_id()}, "customer", "Choose a customer that was drawn for Portal"),
        ({"amount": Decimal("0.001")}, "amount", "Write an amount above 0."),
        ({"amount": Decimal(-1)}, "amount", "Write an amount above 0."),
        ({"currency": "euro"}, "currency", "three letters"),
        ({"currency": "1€2"}, "currency", "three letters"),
    ],
)
def test_a_sale_that_cant_be_is_told_under_its_field(
    office: Office, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    """Nothing is kept."""
    customers(office, 20)
    campaign = drawn(office)
    one = members(office, campaign)[0]
    given = {"customer_id": one.customer_id, "amount": Decimal(5), "currency": "EUR", **wrong}
    with pytest.raises(InvalidInput) as refused:
        office.do(record_sale, campaign_id=campaign.id, by=MARA, **given)
    assert sentence in refused.value.fields[field]
    assert told(office, campaign).sales == ()


def test_only_managers_write_sales_down_and_see_the_control_group(office: Office) -> None:
    """A form counts once."""
    customers(office, 20)
    campaign = drawn(office)
    about = {"customer_id": members(office, campaign)[0].customer_id, "amount": Decimal(5), "currency": "EUR"}
    office.do(record_sale, campaign_id=campaign.id, by=MARA, view_id="V1", **about)
    with pytest.raises(AlreadyDone):
        office.do(record_sale, campaign_id=campaign.id, by=MARA, view_id="V1", **about)
    with pytest.raises(NotAllowed, match="Only managers can write down what was sold"):
        office.do(record_sale, campaign_id=campaign.id, by=ANA, **about)
    with pytest.raises(NotAllowed, match="Only managers can see who is in the control group"):
        office.ask(list_files, campaign_id=campaign.id, viewer=ANA)


@pytest.mark.parametrize(("amount", "field"), [("", "amount"), ("NaN", "amount"), ("1e", "amount"), ("5", "customer")])
def test_a_form_of_a_sale_that_is_half_filled_is_refused(amount: str, field: str) -> None:
    """Under the field that is missing."""
    chosen = {"selected_option": {"value": str(new_id()) if field == "amount" else "?"}}
    values = {forms.CUSTOMER: {"a": chosen}, forms.AMOUNT: {"a": {"value": amount}}}
    with pytest.raises(InvalidInput) as refused:
        read_sale(Form({"values": values}))
    assert list(refused.value.fields) == [field]


def test_the_files_hold_the_draw_the_answers_and_the_result(office: Office) -> None:
    """With everything that a repetition needs."""
    customers(office, 40)
    campaign = drawn(office, questions=QUESTIONS)
    first = members(office, campaign)[0]
    office.do(answer_questions, member_id=first.id, answers={1: "10", 4: "=1+1"}, by=ANA)
    office.do(replace_member, member_id=first.id, reason="closed", by=MARA)
    made, answers, figures = office.ask(list_files, campaign_id=campaign.id, viewer=MARA)
    by_group = [row[3] for row in made.rows]
    assert (by_group.count("called"), by_group.count("control")) == (6, 5)
    assert {row[8:] for row in made.rows} == {("4711", campaign.fingerprint)}
    assert max(row[7] for row in made.rows) == "closed"
    assert [row[2:6] for row in answers.rows] == [
        (1, "Would you recommend us?", "10", "Ana Lima"), (4, "What would help you?", "=1+1", "Ana Lima"),
    ]  # fmt: skip
    assert [row[0] for row in figures.rows][-1] == "NPS"
    assert "0 of 5 were talked to against 0 of 5: too few to tell" in [row[-1] for row in figures.rows]


def test_a_campaign_ends_by_itself_and_tells_what_is_open(office: Office) -> None:
    """Its open calls are cancelled, callers are told once, who drew it gets the result with charts."""
    customers(office, 24)
    campaign = drawn(office, size=6, questions=QUESTIONS, caller_ids=(ANA, BOB))
    called = members(office, campaign)
    talk(office, called[0].customer_id)
    office.do(answer_questions, member_id=called[0].id, answers={1: "9", 2: "7"}, by=ANA)
    pass_days(office, 25)
    assert office.do(end_campaigns) == 0
    pass_days(office, 1)
    assert office.do(end_campaigns) == 1
    assert office.do(end_campaigns) == 0
    states = [office.look(lambda session, key=one.followup_id: session.get(Followup, key)) for one in called]
    assert sorted(one.state for one in states) == ["cancelled"] * 5 + ["done"]
    assert {one.reason for one in states if one.state == "cancelled"} == {"the campaign “Portal” ended"}
    [ended] = owed_notifications(office, "campaigns.ended")
    assert (ended.recipient, ended.body["result"]["left_total"]) == (MARA, 5)
    over = owed_notifications(office, "campaigns.over")
    assert sum(row.body["total"] for row in over) == 5
    message = result(told(office, campaign))
    assert message.text.startswith("Portal: 1 of 6 customers talked to, 1 answered; ended Fri 18 Dec.")
    assert sum(block["type"] == CHART for block in message.blocks) == 2
    assert "*Not reached*" in words(list(message.blocks))
    with pytest.raises(AlreadyDone, match="isn't called any more"):
        office.do(replace_member, member_id=called[1].id, reason="closed", by=MARA)


@pytest.mark.parametrize("callers", [(ANA,), (ANA, BOB, KIRI, MARA)])
def test_who_calls_is_told_with_one_read_of_the_customers_at_the_end(office: Office, callers: tuple[str, ...]) -> None:
    """However many callers there are."""
    customers(office, 40)
    drawn(office, size=16, caller_ids=callers)
    pass_days(office, 26)
    seen: list[str] = []
    engine = office.runtime.database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    assert office.do(end_campaigns) == 1
    assert {row.recipient for row in owed_notifications(office, "campaigns.over")} == set(callers)
    assert sum("FROM customers" in one and "customers.id IN" in one for one in seen) == 4
