"""Erasing what campaigns keep about a customer."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.campaigns.queries.contributions import OF_CUSTOMER
from bot.campaigns.tables import CampaignMember
from bot.core.database import workspace_of


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - every erase takes the time
    """
    Erase a customer from every campaign, so that the results count one less; return how many rows went.

    For a person nothing goes: what they wrote down stays under their id.
    """
    if kind != "customer":
        return 0
    customer_id, mine = UUID(subject_id), workspace_of(session)
    members = select(CampaignMember.id).where(CampaignMember.customer_id == customer_id)
    replacing = sa.update(CampaignMember).where(
        col(CampaignMember.workspace_id) == mine, col(CampaignMember.replaces_id).in_(members)
    )
    session.exec(replacing.values(replaces_id=None).execution_options(synchronize_session=False))
    gone = [
        session.exec(sa.delete(table).where(table.workspace_id == mine, table.customer_id == customer_id)).rowcount
        for table in OF_CUSTOMER
    ]
    return sum(gone)
