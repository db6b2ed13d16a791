"""
facts with dates

What was true of a customer until it changed, kept by triggers; the reconciliation of each day; limits between sizes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FACTS = (
    "status", "status_reason", "status_by", "owner_id", "effective_cadence_days", "annual_value", "currency",
    "headcount", "country", "tags",
)  # fmt: skip
STATUSES = ("active", "paused", "lost", "excluded")


def upgrade() -> None:
    op.create_table(
        "former_facts",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="former_status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("status_reason", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
        sa.Column("status_by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("owner_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("effective_cadence_days", sa.Integer(), nullable=False),
        sa.Column("annual_value", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_former_facts")),
    )
    op.create_index("ix_former_facts_workspace_id_customer_id", "former_facts", ["workspace_id", "customer_id"])
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
    op.create_table(
        "size_limits",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("set_by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("amounts", sa.JSON(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_size_limits_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_size_limits")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_size_limits_workspace_id_id")),
    )
    op.create_index("ix_size_limits_workspace_id_set_at", "size_limits", ["workspace_id", "set_at"])
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    for name in ("update", "delete") if op.get_bind().dialect.name == "sqlite" else ():
        op.execute(f"DROP TRIGGER former_facts_{name}")
    for name in ("keep", "forget") if op.get_bind().dialect.name == "postgresql" else ():
        op.execute(f"DROP FUNCTION {name}_former_facts() CASCADE")
    op.drop_table("size_limits")
    op.drop_table("reconciliations")
    op.drop_table("former_facts")


def _row(of: str, tags: str = "") -> str:
    return ", ".join(f"{of}.{name}{tags if name == 'tags' else ''}" for name in FACTS)


KEEP = f"""INSERT INTO former_facts (workspace_id, customer_id, until, {", ".join(FACTS)})
    VALUES (OLD.workspace_id, OLD.id, NEW.changed_at, {_row("OLD")})"""  # noqa: S608 - our own names
FORGET = "DELETE FROM former_facts WHERE workspace_id = OLD.workspace_id AND customer_id = OLD.id"
UPDATE = f"CREATE TRIGGER former_facts_update AFTER UPDATE OF {', '.join(FACTS)} ON customers FOR EACH ROW"
DELETE = "CREATE TRIGGER former_facts_delete AFTER DELETE ON customers FOR EACH ROW"


def _sqlite() -> list[str]:
    return [
        f"{UPDATE} WHEN ({_row('OLD')}) IS NOT ({_row('NEW')}) BEGIN {KEEP}; END",
        f"{DELETE} BEGIN {FORGET}; END",
    ]


def _postgresql() -> list[str]:
    function = "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {}; RETURN NULL; END $$"
    differ = f"WHEN (({_row('OLD', '::text')}) IS DISTINCT FROM ({_row('NEW', '::text')}))"
    return [
        function.format("keep_former_facts", KEEP),
        function.format("forget_former_facts", FORGET),
        f"{UPDATE} {differ} EXECUTE FUNCTION keep_former_facts()",
        f"{DELETE} EXECUTE FUNCTION forget_former_facts()",
    ]
