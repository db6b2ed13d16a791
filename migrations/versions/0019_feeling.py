"""
feeling

What corrections of how mentions read taught, with the weights and figures of each model.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0019"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "feeling_models",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learnt_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("taught_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "used",
                "earlier",
                "old",
                "worse",
                "set_aside",
                name="modelstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_feeling_models_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeling_models")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_feeling_models_workspace_id_id")),
    )
    with op.batch_alter_table("feeling_models", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_feeling_models_workspace_id_learnt_at"), ["workspace_id", "learnt_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("feeling_models", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feeling_models_workspace_id_learnt_at"))

    op.drop_table("feeling_models")
