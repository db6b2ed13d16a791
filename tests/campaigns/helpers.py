"""Short ways to do what this feature does, for its tests."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import select

from bot.campaigns.queries import get_campaign
from bot.campaigns.rules import Arm
from bot.campaigns.schemas import CampaignInput, CampaignSchema, Proposal
from bot.campaigns.tables import CampaignMember
from bot.campaigns.usecases import draw_campaign, plan_campaign
from tests.makers import ANA, BOB, MARA, Office

FRIDAY = date(2026, 12, 18)
QUESTIONS = "How good is the portal? (0-10)\nDid it work? (yes/no)\nWhat would help you most?"
SETTINGS = CampaignInput(
    name="Portal", size=5, caller_ids=(ANA, BOB), until=FRIDAY, questions=QUESTIONS, seed="4711"
)  # fmt: skip


def customers(office: Office, count: int, *, first: int = 0, **more: Any) -> list[UUID]:
    """So many customers, from the smallest to the largest."""
    return [
        office.customer(f"Customer {number:02}", headcount=number + 1, **more) for number in range(first, first + count)
    ]


def planned(office: Office, by: str = MARA, **changes: Any) -> Proposal:
    """The draw that a form would make."""
    settings = SETTINGS.model_copy(update=changes)
    proposal: Proposal = office.do(plan_campaign, settings=settings, by=by)
    return proposal


def drawn(office: Office, by: str = MARA, **changes: Any) -> CampaignSchema:
    """A campaign, drawn as it was seen."""
    settings = SETTINGS.model_copy(update=changes)
    made = office.do(draw_campaign, settings=settings, seen=planned(office, by, **changes).key, by=by)
    assert isinstance(made, CampaignSchema)
    return made


def members(office: Office, campaign: CampaignSchema, arm: Arm = Arm.CALLED) -> list[CampaignMember]:
    """The customers of one group, by the day of their call."""
    query = select(CampaignMember).where(CampaignMember.campaign_id == campaign.id, CampaignMember.arm == arm)
    rows = office.look(lambda session: session.exec(query).all())
    return sorted(rows, key=lambda one: (one.due_on or FRIDAY, one.id))


def seen(office: Office, campaign: CampaignSchema, viewer: str = MARA, page: int = 0) -> CampaignSchema:
    """A campaign as it stands now."""
    schema: CampaignSchema = office.ask(get_campaign, campaign_id=campaign.id, viewer=viewer, page=page)
    return schema
