"""lost customers and families

When customers were lost, why, and until when: customers that are lost get a row with the day that the audit trail has,
if it has one. Parents that somebody said are none, and those that a list named and nobody is called. The index of
children leaves those out that have no parent.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0037"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REASONS = ("price", "product", "service", "competitor", "closed", "moved", "let_go", "not_known")
PART = 1000
BEFORE = "ix_customers_workspace_id_parent_id_name_key"
HAS_PARENT = {f"{dialect}_where": sa.text("parent_id IS NOT NULL") for dialect in ("sqlite", "postgresql")}


def upgrade() -> None:
    losses = op.create_table(
        "losses",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=False),
        sa.Column(
            "reason", sa.Enum(*REASONS, name="lossreason", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("foreseen", sa.Boolean(), nullable=True),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ended_on >= lost_on", name=op.f("ck_losses_days")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_losses_workspace_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_losses")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_losses_workspace_id_id")),
    )  # fmt: skip
    with op.batch_alter_table("losses", schema=None) as batch_op:
        columns = ["workspace_id", "customer_id"]
        batch_op.create_index(batch_op.f("ix_losses_workspace_id_customer_id"), columns, unique=False)
        batch_op.create_index(batch_op.f("ix_losses_workspace_id_lost_on"), ["workspace_id", "lost_on"], unique=False)
    op.create_table(
        "refused_parents",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_refused_parents_workspace_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_refused_parents_workspace_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_parents")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_refused_parents_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "customer_id", "parent_id",
            name=op.f("uq_refused_parents_workspace_id_customer_id_parent_id"),
        ),
    )  # fmt: skip
    with op.batch_alter_table("refused_parents", schema=None) as batch_op:
        columns = ["workspace_id", "parent_id"]
        batch_op.create_index(batch_op.f("ix_refused_parents_workspace_id_parent_id"), columns, unique=False)
    op.create_table(
        "named_parents",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "customer_id"],
            ["customers.workspace_id", "customers.id"],
            name=op.f("fk_named_parents_workspace_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_parents")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_named_parents_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "customer_id", "name_key",
            name=op.f("uq_named_parents_workspace_id_customer_id_name_key"),
        ),
    )  # fmt: skip
    _fill(losses)
    op.drop_index(BEFORE, table_name="customers")
    op.create_index("ix_customers_children", "customers", ["workspace_id", "parent_id"], unique=False, **HAS_PARENT)


def _fill(losses: sa.Table) -> None:
    """Add a loss for each lost customer whose audit trail says since when it is lost."""
    customers = sa.table(
        "customers", sa.column("workspace_id"), sa.column("id", sa.Uuid()), sa.column("status"),
        sa.column("status_reason"), sa.column("status_by"),
    )  # fmt: skip
    trail = sa.table(
        "audit_trail", sa.column("workspace_id"), sa.column("customer_id", sa.Uuid()), sa.column("action"),
        sa.column("at", sqlmodel.sql.sqltypes.UTCDateTime()),
    )  # fmt: skip
    same = sa.and_(trail.c.workspace_id == customers.c.workspace_id, trail.c.customer_id == customers.c.id)
    since = sa.func.max(trail.c.at, type_=sqlmodel.sql.sqltypes.UTCDateTime())
    names = (customers.c.workspace_id, customers.c.id, customers.c.status_reason, customers.c.status_by)
    query = sa.select(*names, since).join(trail, same).group_by(*names)
    connection = op.get_bind()
    rows = connection.execute(query.where(customers.c.status == "lost", trail.c.action == "customer.status")).all()
    found = [_loss(*row) for row in rows]
    for start in range(0, len(found), PART):
        connection.execute(sa.insert(losses), found[start : start + PART])


def _loss(workspace_id: str, customer_id: object, why: str | None, by: str | None, at: datetime) -> dict[str, object]:
    return {
        "workspace_id": workspace_id, "id": uuid4(), "customer_id": customer_id, "lost_on": at.date(),
        "reason": "not_known", "foreseen": None, "words": why or "", "by": by or "bot", "ended_on": None,
    }  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_customers_children", table_name="customers", **HAS_PARENT)
    op.create_index(BEFORE, "customers", ["workspace_id", "parent_id", "name_key"], unique=False)
    op.drop_table("named_parents")
    op.drop_table("refused_parents")
    op.drop_table("losses")
