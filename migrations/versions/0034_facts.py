"""
facts with dates

The reconciliation of each day.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0034"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_reconciliations_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_reconciliations_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "on_day", name=op.f("uq_reconciliations_workspace_id_on_day")),
    )


def downgrade() -> None:
    op.drop_table("reconciliations")
