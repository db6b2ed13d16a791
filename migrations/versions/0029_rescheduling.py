"""schedules in batches

Which customers' schedules are still to be computed again, and how far the check of them has come.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reschedulings",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("everybody", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_reschedulings_workspace_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "owner_id"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_reschedulings_workspace_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reschedulings")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_reschedulings_workspace_id_id")),
    )
    op.add_column("workspaces", sa.Column("schedules_checked_to", sa.Uuid(), nullable=True))
    op.add_column("workspaces", sa.Column("wrong_schedules", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.alter_column("wrong_schedules", server_default=None)


def downgrade() -> None:
    op.drop_column("workspaces", "wrong_schedules")
    op.drop_column("workspaces", "schedules_checked_to")
    op.drop_table("reschedulings")
