"""conversations: proposals that nobody has confirmed yet, and notes about customers"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "customer_notes",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=3000), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by"], ["people.workspace_id", "people.id"], name=op.f("fk_customer_notes_workspace_id_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_customer_notes_workspace_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_notes")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_customer_notes_workspace_id_id")),
    )
    op.create_index(
        op.f("ix_customer_notes_workspace_id_customer_id_at"),
        "customer_notes",
        ["workspace_id", "customer_id", "at"],
        unique=False,
    )
    op.create_table(
        "proposals",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "checkin",
                "followup",
                "promise",
                "problem",
                "note",
                name="proposalkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("said_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("asked", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=3000), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "talked",
                "they_contacted_us",
                "tried",
                "declined",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "call",
                "visit",
                "email",
                "message",
                "meeting",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("saved_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by"], ["people.workspace_id", "people.id"], name=op.f("fk_proposals_workspace_id_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_proposals_workspace_id_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_proposals_workspace_id_id")),
    )
    op.create_index(op.f("ix_proposals_said_at"), "proposals", ["said_at"], unique=False)
    op.create_index(op.f("ix_proposals_workspace_id_by"), "proposals", ["workspace_id", "by"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_proposals_workspace_id_by"), table_name="proposals")
    op.drop_index(op.f("ix_proposals_said_at"), table_name="proposals")
    op.drop_table("proposals")
    op.drop_index(op.f("ix_customer_notes_workspace_id_customer_id_at"), table_name="customer_notes")
    op.drop_table("customer_notes")
