"""one message in the morning

A reminder holds what is due in every feature, each in a section, with the number of working days in a row on which it
stood there. What reminded people of follow-ups and promises apart from it goes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OLD = "uq_reminder_items_workspace_id_reminder_id_customer_id"
NEW = "uq_reminder_items_workspace_id_reminder_id_section_subject_id"


def upgrade() -> None:
    op.add_column("reminder_items", sa.Column("section", sa.String(20), nullable=False, server_default="customers"))
    op.add_column("reminder_items", sa.Column("days", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("reminder_items", sa.Column("subject_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE reminder_items SET subject_id = customer_id")
    with op.batch_alter_table("reminder_items") as batch:
        batch.alter_column("section", server_default=None)
        batch.alter_column("days", server_default=None)
        batch.alter_column("subject_id", nullable=False)
        batch.drop_constraint(batch.f(OLD), type_="unique")
        batch.create_unique_constraint(batch.f(NEW), ["workspace_id", "reminder_id", "section", "subject_id"])
    op.execute("UPDATE job_runs SET name = 'send_morning_messages' WHERE name = 'remind_due'")
    op.execute("DELETE FROM job_runs WHERE name IN ('remind_followups', 'remind_promises')")
    op.drop_column("followups", "reminded_on")
    op.drop_column("followups", "told_manager_at")
    op.drop_column("promises", "reminded")
    op.drop_column("promises", "reminded_id")


def downgrade() -> None:
    op.execute("UPDATE job_runs SET name = 'remind_due' WHERE name = 'send_morning_messages'")
    op.add_column("promises", sa.Column("reminded_id", sa.String(32), nullable=True))
    op.add_column("promises", sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("followups", sa.Column("told_manager_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("followups", sa.Column("reminded_on", sa.Date(), nullable=True))
    op.execute("DELETE FROM reminder_items WHERE section <> 'customers'")
    with op.batch_alter_table("reminder_items") as batch:
        batch.drop_constraint(batch.f(NEW), type_="unique")
        batch.create_unique_constraint(batch.f(OLD), ["workspace_id", "reminder_id", "customer_id"])
        for column in ("subject_id", "days", "section"):
            batch.drop_column(column)
