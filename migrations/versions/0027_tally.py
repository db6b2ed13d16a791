"""
tally

How many customers are alike in all from which their standing follows, kept by triggers; and indexes of long lists.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STANDING = ("effective_cadence_days", "due_on", "neglected_after", "snoozed_until", "snooze_reason")
KEPT = ", ".join(("owner_id", "status", *STANDING, "last_contact_on", "waiting_since"))
NAMES = "workspace_id, owner_id, status, " + ", ".join(STANDING) + ", first_wait_since"
UPDATE = f"CREATE TRIGGER customer_tally_update AFTER UPDATE OF {KEPT} ON customers"

WAIT = ["effective_cadence_days", "waiting_since", "id"]
ADDED = {
    "ix_customers_owner_wait": ["workspace_id", "owner_id", "status", *WAIT],
    "ix_customers_wait": ["workspace_id", "status", *WAIT],
    "ix_customers_workspace_id_owner_id_status_snoozed_until": ["workspace_id", "owner_id", "status", "snoozed_until"],
    "ix_customers_workspace_id_parent_id_name_key": ["workspace_id", "parent_id", "name_key"],
}
DROPPED = {
    "ix_customers_workspace_id_status_neglected_after": ["workspace_id", "status", "neglected_after"],
    "ix_customers_workspace_id_parent_id": ["workspace_id", "parent_id"],
}


def upgrade() -> None:
    for name in DROPPED:
        op.drop_index(name, table_name="customers")
    for name, columns in ADDED.items():
        op.create_index(name, "customers", columns)
    op.create_table(
        "customer_tally",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("effective_cadence_days", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("neglected_after", sa.Date(), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snooze_reason", sa.String(length=32), nullable=True),
        sa.Column("first_wait_since", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    columns = ["workspace_id", "owner_id", "due_on", "neglected_after"]
    op.create_index(f"ix_customer_tally_{'_'.join(columns)}", "customer_tally", columns)
    every = ", ".join(str(number) for number in range(1, NAMES.count(",") + 2))
    op.execute(
        f"INSERT INTO customer_tally ({NAMES}, number)"  # noqa: S608 - our own names
        f" SELECT {_key('customers')}, count(*) FROM customers GROUP BY {every}"
    )
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)
    if op.get_bind().dialect.name == "sqlite" and sa.inspect(op.get_bind()).has_table("sqlite_stat1"):
        op.execute("ANALYZE")  # where somebody gathered statistics, an index without them is chosen in wrong places


def downgrade() -> None:
    for name in ("insert", "delete", "update") if op.get_bind().dialect.name == "sqlite" else ():
        op.execute(f"DROP TRIGGER customer_tally_{name}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION customer_tally() CASCADE")
    op.drop_table("customer_tally")
    for name in ADDED:
        op.drop_index(name, table_name="customers")
    for name, columns in DROPPED.items():
        op.create_index(name, "customers", columns)


def _key(row: str) -> str:
    return ", ".join(_expressions(row))


def _expressions(row: str) -> list[str]:
    active = f"CASE WHEN {row}.status = 'active' THEN {row}."
    first = f"CASE WHEN {row}.status = 'active' AND {row}.last_contact_on IS NULL THEN {row}.waiting_since END"
    plain = [f"{row}.{name}" for name in ("workspace_id", "owner_id", "status")]
    return [*plain, *(f"{active}{name} END" for name in STANDING), first]


def _alike(row: str) -> str:
    return " AND ".join(f"{name} IS {value}" for name, value in zip(NAMES.split(", "), _expressions(row), strict=True))


def _row(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in KEPT.split(", "))


def _sqlite() -> list[str]:
    add = f"""
    UPDATE customer_tally SET number = number + 1 WHERE {_alike("NEW")};
    INSERT INTO customer_tally ({NAMES}, number) SELECT {_key("NEW")}, 1 WHERE changes() = 0;"""  # noqa: S608 - ours
    take = f"""
    UPDATE customer_tally SET number = number - 1 WHERE {_alike("OLD")};
    DELETE FROM customer_tally WHERE {_alike("OLD")} AND number = 0;"""  # noqa: S608 - our own names
    return [
        f"CREATE TRIGGER customer_tally_insert AFTER INSERT ON customers BEGIN{add} END",
        f"CREATE TRIGGER customer_tally_delete AFTER DELETE ON customers BEGIN{take} END",
        f"{UPDATE} WHEN ({_row('OLD')}) IS NOT ({_row('NEW')}) BEGIN{take}{add} END",
    ]


def _postgresql() -> list[str]:
    insert, call = f"INSERT INTO customer_tally ({NAMES}, number) VALUES", "EXECUTE FUNCTION customer_tally()"
    function = f"""CREATE FUNCTION customer_tally() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN {insert} ({_key("OLD")}, -1); END IF;
    IF TG_OP <> 'DELETE' THEN {insert} ({_key("NEW")}, 1); END IF;
    RETURN NULL; END $$"""
    return [
        function,
        f"CREATE TRIGGER customer_tally AFTER INSERT OR DELETE ON customers FOR EACH ROW {call}",
        f"{UPDATE} FOR EACH ROW WHEN (({_row('OLD')}) IS DISTINCT FROM ({_row('NEW')})) {call}",
    ]
