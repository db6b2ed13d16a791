"""
sales

Sales from lists, which are told apart by a mark, and a question that is part of every check-in with its answers.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0044"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("campaign_sales", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sold_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("mark", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True))
        batch_op.drop_constraint(batch_op.f("fk_campaign_sales_workspace_id_by"), type_="foreignkey")
        batch_op.create_unique_constraint(
            batch_op.f("uq_campaign_sales_workspace_id_campaign_id_mark"), ["workspace_id", "campaign_id", "mark"]
        )
        batch_op.drop_index(batch_op.f("ix_campaign_sales_workspace_id_campaign_id"))
    with op.batch_alter_table("campaign_sales", schema=None) as batch_op:
        batch_op.alter_column("reference", server_default=None)

    op.create_table(
        "standing_questions",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("set_by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_standing_questions_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_questions")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_standing_questions_workspace_id_id")),
    )
    with op.batch_alter_table("standing_questions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_standing_questions_workspace_id_set_at"), ["workspace_id", "set_at"], unique=False
        )

    op.create_table(
        "standing_answers",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("given_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("given_in", sa.Uuid(), nullable=False),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by"],
            ["people.workspace_id", "people.id"],
            name=op.f("fk_standing_answers_workspace_id_by"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_standing_answers_workspace_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "question_id"],
            ["standing_questions.workspace_id", "standing_questions.id"],
            name=op.f("fk_standing_answers_workspace_id_question_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_answers")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_standing_answers_workspace_id_id")),
    )
    with op.batch_alter_table("standing_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_standing_answers_workspace_id_customer_id"), ["workspace_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_standing_answers_workspace_id_question_id_given_at"),
            ["workspace_id", "question_id", "given_at"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("standing_answers")
    op.drop_table("standing_questions")
    with op.batch_alter_table("campaign_sales", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_sales_workspace_id_campaign_id"), ["workspace_id", "campaign_id"], unique=False
        )
        batch_op.drop_constraint(batch_op.f("uq_campaign_sales_workspace_id_campaign_id_mark"), type_="unique")
        batch_op.drop_column("mark")
        batch_op.drop_column("reference")
        batch_op.drop_column("sold_on")
    op.execute(
        "DELETE FROM campaign_sales WHERE NOT EXISTS (SELECT 1 FROM people WHERE people.id = campaign_sales.by"
        " AND people.workspace_id = campaign_sales.workspace_id)"
    )
    with op.batch_alter_table("campaign_sales", schema=None) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_campaign_sales_workspace_id_by"), "people", ["workspace_id", "by"], ["workspace_id", "id"]
        )
