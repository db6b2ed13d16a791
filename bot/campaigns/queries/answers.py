"""Reads of the questions to one customer, and of what it answered."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from bot.campaigns.queries import find_call, get_row, list_answers, questions_of
from bot.campaigns.rules import Arm
from bot.campaigns.schemas import CallForm
from bot.campaigns.tables import Campaign, CampaignMember
from bot.core.errors import NotFound
from bot.customers.queries import get_customer
from bot.people.usecases import require_here


def get_member(session: Session, member_id: UUID) -> CampaignMember:
    """
    Return a customer that is called in a campaign.

    Raises:
        NotFound: there is none with that id, or it is in a control group.
    """
    member = session.exec(select(CampaignMember).where(CampaignMember.id == member_id)).first()
    if member is None or member.arm is Arm.CONTROL:
        raise NotFound("That customer isn't called in this campaign; /campaign show has those that are.")
    return member


def get_call(session: Session, *, member_id: UUID, viewer: str, now: datetime) -> CallForm:  # noqa: ARG001 - every query takes the time
    """
    Return the questions to a customer that is called, with the answers that are known.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: as `get_member`.
    """
    require_here(session, by=viewer)
    member = get_member(session, member_id)
    return form_of(session, get_row(session, member.campaign_id), member.customer_id)


def find_form(session: Session, customer_id: UUID, now: datetime) -> CallForm | None:  # noqa: ARG001 - as above
    """Return the questions to ask a customer in a check-in; None where a campaign that runs asks none."""
    found = find_call(session, customer_id)
    return form_of(session, found[0], customer_id) if found and found[0].questions else None


def form_of(session: Session, campaign: Campaign, customer_id: UUID) -> CallForm:
    """Return the questions of a campaign to a customer, with the answers that are known."""
    known = list_answers(session, campaign.id, customer_id).get(customer_id, {})
    questions = questions_of(campaign)
    return CallForm(
        campaign_id=campaign.id, campaign_name=campaign.name, customer_id=customer_id,
        customer_name=get_customer(session, customer_id).name, questions=questions,
        answers=tuple(known[number].answer if number in known else "" for number in range(1, len(questions) + 1)),
    )  # fmt: skip
