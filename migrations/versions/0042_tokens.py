"""tokens

Tokens of Slack's that replace those of the settings.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "slack_tokens",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("bot", "app", name="tokenkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("refresh_token", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("replaces", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_slack_tokens_workspace_id_workspaces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_tokens")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_slack_tokens_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "kind", name=op.f("uq_slack_tokens_workspace_id_kind")),
    )


def downgrade() -> None:
    op.drop_table("slack_tokens")
