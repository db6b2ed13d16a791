"""
contact days

The days of contact of all customers are read from one index, without the check-ins themselves. Long work on customers
is stored in parts.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0045"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OLD = "ix_checkins_workspace_id_customer_id_happened_on"
DAYS = ["workspace_id", "customer_id", "happened_on"]


def upgrade() -> None:
    op.drop_index(OLD, table_name="checkins")
    op.create_index("ix_checkins_days", "checkins", [*DAYS, "result", "undone_at", "known_before"])
    op.create_table(
        "work_parts",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("alive_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_work_parts_workspace_id_workspaces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_parts")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_work_parts_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "subject_id", "number", name=op.f("uq_work_parts_workspace_id_subject_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("work_parts")
    op.drop_index("ix_checkins_days", table_name="checkins")
    op.create_index(OLD, "checkins", DAYS)
