"""What the reviews store: the reconciliation of each day."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.database import Row, within_workspace


class DailyReconciliation(Row, table=True):
    """The reconciliation of a day in the workspace's zone; `content` is a `Reconciliation` without names."""

    __tablename__ = "reconciliations"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]), sa.UniqueConstraint("workspace_id", "on_day")
    )

    on_day: date
    at: datetime
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
