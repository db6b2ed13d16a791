"""
campaigns

Calls to customers drawn at random: the draw, answers, and what was sold.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0038"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "listen", "tell", "mend", "offer", name="purpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("stratified", sa.Boolean(), nullable=False),
        sa.Column("seed", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("owner_ids", sa.JSON(), nullable=False),
        sa.Column("tag", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("caller_ids", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("channel_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("channel_name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("running", "ended", name="campaignstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_campaigns_ended")),
        sa.CheckConstraint("size > 0 AND listed >= 2 * size", name=op.f("ck_campaigns_size")),
        sa.CheckConstraint("until > began_on", name=op.f("ck_campaigns_days")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "made_by"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_campaigns_workspace_id_made_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaigns_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_campaigns_workspace_id_name_key")),
        sa.UniqueConstraint("workspace_id", "seed", name=op.f("uq_campaigns_workspace_id_seed")),
    )
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaigns_workspace_id_state_until"), ["workspace_id", "state", "until"], unique=False
        )

    op.create_table(
        "campaign_answers",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("given_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("given_in", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 9", name=op.f("ck_campaign_answers_number")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_campaign_answers_workspace_id_by"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_campaign_answers_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_campaign_answers_workspace_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_answers")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaign_answers_workspace_id_id")),
    )
    with op.batch_alter_table("campaign_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_answers_workspace_id_campaign_id_customer_id"),
            ["workspace_id", "campaign_id", "customer_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_campaign_answers_workspace_id_customer_id"), ["workspace_id", "customer_id"], unique=False
        )

    op.create_table(
        "campaign_members",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "arm",
            sa.Enum("called", "control", name="arm", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "band",
            sa.Enum(
                "smallest",
                "second",
                "third",
                "fourth",
                "largest",
                "unknown",
                name="band",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("caller_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("followup_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("replaced_by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.CheckConstraint("(replaced_at IS NULL) = (reason = '')", name=op.f("ck_campaign_members_reason")),
        sa.CheckConstraint(
            "arm = 'called' OR (caller_id IS NULL AND replaces_id IS NULL)", name=op.f("ck_campaign_members_control")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_campaign_members_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_campaign_members_workspace_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "replaces_id"],
            ["campaign_members.workspace_id", "campaign_members.id"],
            name=op.f("fk_campaign_members_workspace_id_replaces_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_members")),
        sa.UniqueConstraint(
            "workspace_id",
            "campaign_id",
            "customer_id",
            name=op.f("uq_campaign_members_workspace_id_campaign_id_customer_id"),
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaign_members_workspace_id_id")),
    )
    with op.batch_alter_table("campaign_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_members_workspace_id_customer_id"), ["workspace_id", "customer_id"], unique=False
        )

    op.create_table(
        "campaign_sales",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_campaign_sales_amount")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by"], ["people.workspace_id", "people.id"], name=op.f("fk_campaign_sales_workspace_id_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_campaign_sales_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_campaign_sales_workspace_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_sales")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaign_sales_workspace_id_id")),
    )
    with op.batch_alter_table("campaign_sales", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_sales_workspace_id_campaign_id"), ["workspace_id", "campaign_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_campaign_sales_workspace_id_customer_id"), ["workspace_id", "customer_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("campaign_sales", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_sales_workspace_id_customer_id"))
        batch_op.drop_index(batch_op.f("ix_campaign_sales_workspace_id_campaign_id"))

    op.drop_table("campaign_sales")
    with op.batch_alter_table("campaign_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_members_workspace_id_customer_id"))

    op.drop_table("campaign_members")
    with op.batch_alter_table("campaign_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_answers_workspace_id_customer_id"))
        batch_op.drop_index(batch_op.f("ix_campaign_answers_workspace_id_campaign_id_customer_id"))

    op.drop_table("campaign_answers")
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaigns_workspace_id_state_until"))

    op.drop_table("campaigns")
