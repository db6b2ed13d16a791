"""What people corrected about how mentions read."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.mentions.schemas.feelings import Correction
from bot.mentions.tables.aliases import FeelingCorrection


def list_corrections(
    session: Session,
    *,
    now: datetime,  # noqa: ARG001 - every query takes the time
    mention_id: UUID | None = None,
) -> list[Correction]:
    """All corrections, or those of one mention, the earliest first: what a better scorer could learn from."""
    query = select(FeelingCorrection).where(FeelingCorrection.workspace_id == workspace_of(session))
    if mention_id is not None:
        query = query.where(FeelingCorrection.mention_id == mention_id)
    rows = session.exec(query.order_by(col(FeelingCorrection.at), col(FeelingCorrection.id))).all()
    return [Correction.model_validate(row, from_attributes=True) for row in rows]
