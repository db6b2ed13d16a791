"""
search

Names of customers and their trigrams, kept by triggers: a full-text table in SQLite, an index of arrays in PostgreSQL.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0026"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAMES = (("customers", "id", "false"), ("customer_aliases", "customer_id", "true"))
"""Tables with names, the column that holds the customer, and whether the names are other names."""

TRIGRAMS = """
CREATE FUNCTION name_trigrams(workspace text, key text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
COST 1000 AS $$
  SELECT array_agg(workspace || ':' || substr('  ' || key || ' ', at, 3)) FROM generate_series(1, length(key) + 1) AS at
$$
"""  # its cost says that an index is worth while

INSERT = "INSERT INTO customer_names (workspace_id, customer_id, is_alias, name_key)"
ADD = f"{INSERT} VALUES (NEW.workspace_id, NEW.{{customer}}, {{is_alias}}, NEW.name_key)"
REMOVE = (
    "DELETE FROM customer_names"
    " WHERE customer_id = OLD.{customer} AND is_alias = {is_alias} AND name_key = OLD.name_key"
)
CHANGED = "WHEN (OLD.name_key <> NEW.name_key)"

INDEX = "INSERT INTO customer_search (rowid, name_key) VALUES (NEW.number, '  ' || NEW.name_key || ' ')"
UNINDEX = (
    "INSERT INTO customer_search (customer_search, rowid, name_key)"
    " VALUES ('delete', OLD.number, '  ' || OLD.name_key || ' ')"
)


def follow(table: str, event: str, when: str, *steps: str) -> None:
    """Make a trigger that takes *steps* for each row."""
    name = f"search_{table}_{event.split(maxsplit=1)[0].lower()}"
    body = "; ".join(steps)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} BEGIN {body}; END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "customer_names",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("is_alias", sa.Boolean(), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customer_names")),
    )
    if sqlite:
        op.execute(
            "CREATE VIRTUAL TABLE customer_search USING fts5"
            "(name_key, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1')"
        )
        follow("customer_names", "INSERT", "", INDEX)
        follow("customer_names", "DELETE", "", UNINDEX)
    for table, customer, is_alias in NAMES:
        add, remove = (step.format(customer=customer, is_alias=is_alias) for step in (ADD, REMOVE))
        op.execute(f"{INSERT} SELECT workspace_id, {customer}, {is_alias}, name_key FROM {table}")  # noqa: S608 - our own words
        follow(table, "INSERT", "", add)
        follow(table, "UPDATE OF name_key", CHANGED, remove, add)
        follow(table, "DELETE", "", remove)
    op.create_index("ix_customer_names_customer_id", "customer_names", ["customer_id"])
    if not sqlite:
        op.execute(TRIGRAMS)
        op.execute(
            "CREATE INDEX ix_customer_names_trigrams ON customer_names USING gin"
            " (name_trigrams(workspace_id, name_key)) WITH (gin_pending_list_limit = 256)"
        )
    op.drop_index("ix_customer_aliases_workspace_id_name_key", "customer_aliases")
    op.create_index(
        "ix_customer_aliases_workspace_id_name_key_customer_id",
        "customer_aliases",
        ["workspace_id", "name_key", "customer_id"],
    )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index("ix_customer_aliases_workspace_id_name_key_customer_id", "customer_aliases")
    op.create_index("ix_customer_aliases_workspace_id_name_key", "customer_aliases", ["workspace_id", "name_key"])
    for table, _, _ in NAMES:
        for event in ("insert", "update", "delete"):
            name = f"search_{table}_{event}"
            op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP FUNCTION {name}() CASCADE")
    op.drop_table("customer_names")
    if sqlite:
        op.execute("DROP TABLE customer_search")
    else:
        op.execute("DROP FUNCTION name_trigrams(text, text)")
