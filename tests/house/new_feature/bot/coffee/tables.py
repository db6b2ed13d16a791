"""How customers take their coffee."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from bot.coffee.rules import DRINK_LENGTH
from bot.core.database import Row, points_to, within_workspace


class Coffee(Row, table=True):
    """The drink of one customer."""

    __tablename__ = "coffees"
    __table_args__ = within_workspace(
        points_to("customers", "customer_id"), sa.UniqueConstraint("workspace_id", "customer_id")
    )

    customer_id: UUID
    drink: str = Field(max_length=DRINK_LENGTH)
    noted_by: str = Field(max_length=32)
    noted_at: datetime
