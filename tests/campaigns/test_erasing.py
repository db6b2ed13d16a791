"""An erased customer is in no campaign any more; its draw and results go on without it."""

from decimal import Decimal
from typing import Any

from sqlmodel import select

from bot.campaigns.queries.results import get_result
from bot.campaigns.rules import Arm
from bot.campaigns.tables import CampaignAnswer, CampaignMember, CampaignSale
from bot.campaigns.usecases import replace_member
from bot.campaigns.usecases.answering import answer_questions
from bot.campaigns.usecases.selling import record_sale
from bot.core.outbox import OutboxMessage
from bot.customers.queries import get_customer
from bot.customers.usecases.erasing import erase_subject
from bot.workspaces.usecases import BOT
from tests.campaigns.helpers import customers, drawn, members, seen
from tests.makers import ANA, MARA, Office


def kept(office: Office, table: type[Any], customer: Any) -> int:
    """How many rows of a table are about a customer."""
    return len(office.look(lambda session: session.exec(select(table).where(table.customer_id == customer)).all()))


def test_erasing_a_customer_takes_its_answers_and_its_place(office: Office) -> None:
    """Also when somebody came in its place; messages lose its name; the result counts one less."""
    customers(office, 40)
    campaign = drawn(office)
    first = members(office, campaign)[0]
    office.do(answer_questions, member_id=first.id, answers={1: "9"}, by=ANA)
    about = {"campaign_id": campaign.id, "customer_id": first.customer_id, "by": MARA}
    office.do(record_sale, amount=Decimal(5), currency="EUR", **about)
    office.do(replace_member, member_id=first.id, reason="closed", by=MARA)
    name = office.look(lambda session: get_customer(session, first.customer_id).name)
    features = office.runtime.features
    done = office.do(
        erase_subject, kind="customer", subject_id=str(first.customer_id), confirm=name, features=features, by=BOT
    )
    assert done.rows["campaigns"] == 3
    for table in (CampaignAnswer, CampaignSale, CampaignMember):
        assert kept(office, table, first.customer_id) == 0
    assert len(members(office, campaign)) == 5
    assert all(one.replaces_id is None for one in members(office, campaign))
    told = office.ask(get_result, campaign_id=campaign.id, viewer=MARA)
    assert told.comparisons[0].against.of_control == len(members(office, campaign, Arm.CONTROL)) == 5
    assert seen(office, campaign).answered == 0
    bodies = office.look(lambda session: [str(row.body) for row in session.exec(select(OutboxMessage))])
    assert not any(name in body for body in bodies)
