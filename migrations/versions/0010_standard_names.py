"""standard names

Renames tables, columns and the keys of stored JSON to the names that the code uses since 0.2.0. Nothing is lost: what
was stored under an old name is read under the new one.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = {"deeds": "customer_actions"}

COLUMNS = (  # table, old, new
    ("outbox", "owed_at", "enqueued_at"),
    ("outbox", "settled_at", "finished_at"),
    ("customers", "limit_on", "neglected_after"),
    ("customers", "rhythm_days", "effective_cadence_days"),
    ("customer_actions", "act", "kind"),
    ("promises", "keeper_id", "assignee_id"),
    ("escalations", "on_it_id", "assignee_id"),
)

INDEXES = (  # table, old, new, columns of the new one
    ("customers", "ix_customers_workspace_id_status_limit_on", "ix_customers_workspace_id_status_neglected_after",
     ["workspace_id", "status", "neglected_after"]),
    ("customer_actions", "ix_deeds_workspace_id_customer_id_at", "ix_customer_actions_workspace_id_customer_id_at",
     ["workspace_id", "customer_id", "at"]),
    ("promises", "ix_promises_workspace_id_keeper_id_is_owed_due_on",
     "ix_promises_workspace_id_assignee_id_is_owed_due_on", ["workspace_id", "assignee_id", "is_owed", "due_on"]),
    ("escalations", "ix_escalations_workspace_id_on_it_id_closed_at_answer_by",
     "ix_escalations_workspace_id_assignee_id_closed_at_answer_by",
     ["workspace_id", "assignee_id", "closed_at", "answer_by"]),
)  # fmt: skip

CONSTRAINTS = (  # table, old, new; on PostgreSQL alone: SQLite can't rename a constraint and finds none by its name
    ("customers", "ck_customers_rhythm", "ck_customers_effective_cadence"),
    ("customer_actions", "ck_deeds_act", "ck_customer_actions_actionkind"),
    ("customer_actions", "fk_deeds_workspace_id_checkin_id", "fk_customer_actions_workspace_id_checkin_id"),
    ("customer_actions", "fk_deeds_workspace_id_customer_id", "fk_customer_actions_workspace_id_customer_id"),
    ("customer_actions", "uq_deeds_workspace_id_id", "uq_customer_actions_workspace_id_id"),
    ("customer_actions", "pk_deeds", "pk_customer_actions"),
    ("promises", "fk_promises_workspace_id_keeper_id", "fk_promises_workspace_id_assignee_id"),
    ("escalations", "fk_escalations_workspace_id_on_it_id", "fk_escalations_workspace_id_assignee_id"),
)

KEYS = {
    "limit_on": "neglected_after",
    "rhythm_days": "effective_cadence_days",
    "rhythm": "cadence",
    "deed_id": "customer_action_id",
    "keeper_id": "assignee_id",
    "keeper_name": "assignee_name",
    "on_it_id": "assignee_id",
    "on_it_name": "assignee_name",
}

JSON_COLUMNS = {
    "outbox": ("body",),
    "customer_actions": ("before", "after"),
    "import_changes": ("before", "after"),
}


def upgrade() -> None:
    _rename(TABLES, COLUMNS, INDEXES, CONSTRAINTS)
    _rename_keys(KEYS)


def downgrade() -> None:
    back = tuple((table, new, old) for table, old, new in COLUMNS)
    names = {(table, new): old for table, old, new in COLUMNS}
    indexes = tuple(
        (table, new, old, [names.get((table, column), column) for column in columns])
        for table, old, new, columns in INDEXES
    )
    _rename({}, back, indexes, tuple((table, new, old) for table, old, new in CONSTRAINTS))
    for old, new in TABLES.items():
        op.rename_table(new, old)


def _rename(
    tables: Mapping[str, str],
    columns: Sequence[tuple[str, str, str]],
    indexes: Sequence[tuple[str, str, str, list[str]]],
    constraints: Sequence[tuple[str, str, str]],
) -> None:
    for old, new in tables.items():
        op.rename_table(old, new)
    for table, old, new in columns:
        op.execute(f'ALTER TABLE {table} RENAME COLUMN "{old}" TO "{new}"')
    for table, old, _new, _kept in indexes:
        op.drop_index(old, table_name=table)
    if op.get_bind().dialect.name == "postgresql":
        for table, old, new in constraints:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    elif tables:
        _rename_unique_key("customer_actions", "uq_deeds_workspace_id_id", "uq_customer_actions_workspace_id_id")
    for table, _old, new, kept in indexes:
        op.create_index(new, table, kept)


def _rename_unique_key(table: str, old: str, new: str) -> None:
    """Make SQLite's table anew under its unique key's new name; the CHECK on its kind isn't copied, so it is said."""
    with op.batch_alter_table(table, recreate="always") as batch_op:
        batch_op.drop_constraint(batch_op.f(old), type_="unique")
        batch_op.create_unique_constraint(batch_op.f(new), ["workspace_id", "id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_customer_actions_actionkind"), "kind IN ('logged', 'snoozed', 'woken', 'handed_over')"
        )


def _rename_keys(keys: Mapping[str, str]) -> None:
    """Rename *keys* in stored JSON, at any depth, in the rows in which one of them occurs."""
    for name, columns in JSON_COLUMNS.items():
        table = sa.table(name, sa.column("id", sa.Uuid()), *(sa.column(column, sa.JSON()) for column in columns))
        for column in (table.c[one] for one in columns):
            occurs = sa.or_(*(sa.cast(column, sa.Text).contains(json.dumps(key)) for key in keys))
            for row_id, value in op.get_bind().execute(sa.select(table.c.id, column).where(occurs)).all():
                op.execute(table.update().where(table.c.id == row_id).values({column.name: _renamed(value, keys)}))


def _renamed(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {keys.get(key, key): _renamed(inner, keys) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, keys) for inner in value]
    return value
