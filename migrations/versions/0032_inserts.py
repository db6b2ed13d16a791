"""
inserts

What PostgreSQL keeps of customers' names and of their number follows each insert with one statement for all its rows,
and the trigrams of names are made by a function that is compiled once a session.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0032"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAMES = (("customers", "id", "false"), ("customer_aliases", "customer_id", "true"))
"""Tables with names, the column that holds the customer, and whether the names are other names."""

TRIGRAMS = """
CREATE OR REPLACE FUNCTION name_trigrams(workspace text, key text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
  padded text := '  ' || key || ' ';
  found text[] := '{}';
BEGIN
  FOR at IN 1..length(key) + 1 LOOP
    found := found || (workspace || ':' || substr(padded, at, 3));
  END LOOP;
  RETURN found;
END $$
"""
OLD_TRIGRAMS = """
CREATE OR REPLACE FUNCTION name_trigrams(workspace text, key text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
  SELECT array_agg(workspace || ':' || substr('  ' || key || ' ', at, 3)) FROM generate_series(1, length(key) + 1) AS at
$$
"""
SEARCH = "INSERT INTO customer_names (workspace_id, customer_id, is_alias, name_key)"
UNREAD = "INSERT INTO mention_unread_names (workspace_id, customer_id)"

STANDING = ("effective_cadence_days", "due_on", "neglected_after", "snoozed_until", "snooze_reason")
TALLY = ", ".join(("workspace_id", "owner_id", "status", *STANDING, "first_wait_since", "number"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(TRIGRAMS)
    for table, customer, is_alias in NAMES:
        search = f"{SEARCH} SELECT workspace_id, {customer}, {is_alias}, name_key FROM added"  # noqa: S608 - our own words
        unread = f"{UNREAD} SELECT workspace_id, {customer} FROM added ON CONFLICT DO NOTHING"  # noqa: S608 - our own words
        for_all(f"search_{table}_insert", table, search)
        for_all(f"unread_{table}_insert", table, unread)
    op.execute("DROP TRIGGER customer_tally ON customers")
    op.execute("CREATE TRIGGER customer_tally AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION customer_tally()")
    every = ", ".join(str(number) for number in range(1, TALLY.count(",") + 1))
    count = f"INSERT INTO customer_tally ({TALLY}) SELECT {key('added')}, count(*) FROM added GROUP BY {every}"  # noqa: S608 - our own names
    for_all("customer_tally_insert", "customers", count)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP FUNCTION customer_tally_insert() CASCADE")
    op.execute("DROP TRIGGER customer_tally ON customers")
    op.execute(
        "CREATE TRIGGER customer_tally AFTER INSERT OR DELETE ON customers"
        " FOR EACH ROW EXECUTE FUNCTION customer_tally()"
    )
    for table, customer, is_alias in NAMES:
        search = f"{SEARCH} VALUES (NEW.workspace_id, NEW.{customer}, {is_alias}, NEW.name_key)"
        unread = f"{UNREAD} VALUES (NEW.workspace_id, NEW.{customer}) ON CONFLICT DO NOTHING"
        for_each(f"search_{table}_insert", table, search)
        for_each(f"unread_{table}_insert", table, unread)
    op.execute(OLD_TRIGRAMS)


def for_all(name: str, table: str, step: str) -> None:
    """Make a trigger that takes *step* once for all rows that a statement has *added*."""
    follow(name, table, step, "REFERENCING NEW TABLE AS added FOR EACH STATEMENT")


def for_each(name: str, table: str, step: str) -> None:
    """Make a trigger that takes *step* for each row."""
    follow(name, table, step, "FOR EACH ROW")


def follow(name: str, table: str, step: str, rows: str) -> None:
    op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {step}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} {rows} EXECUTE FUNCTION {name}()")


def key(row: str) -> str:
    active = f"CASE WHEN {row}.status = 'active' THEN {row}."
    first = f"CASE WHEN {row}.status = 'active' AND {row}.last_contact_on IS NULL THEN {row}.waiting_since END"
    plain = [f"{row}.{name}" for name in ("workspace_id", "owner_id", "status")]
    return ", ".join([*plain, *(f"{active}{name} END" for name in STANDING), first])
