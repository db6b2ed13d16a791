"""
PostgreSQL's row-level security: the second wall between workspaces, behind the condition that every session adds.

Each transaction says in `SETTING` to which workspace it belongs. PostgreSQL shows it the rows of that workspace alone,
and lets it write no others, whatever the statement says; without a workspace there are no rows. SQLite has no such
wall.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

SETTING = "evenhand.workspace"
"""The setting of PostgreSQL that holds the id of a transaction's workspace, or `EVERY`."""
EVERY = "*"
"""In place of a workspace's id: the rows of all workspaces."""
POLICY = "workspace"
UNFORCED = ("customer_names",)
"""
Tables whose owner isn't held to the policy: a view of the owner's that has its own condition on the workspace reads
them by an index that PostgreSQL doesn't use under row-level security.
"""

DELIVERY = "one job delivers the messages of all workspaces, the longest waiting first"
CLAIMED = "a claimed message is found by its id and the number of the claim"
DUE = "one job asks where there is something to do, everywhere"
ACROSS_WORKSPACES: Mapping[str, str] = {
    "bot.campaigns.queries:list_workspaces_to_watch": DUE,
    "bot.core.claiming:claim": DELIVERY,
    "bot.core.outbox:count_waiting": "the queue is one for all workspaces; only numbers leave it",
    "bot.core.outbox:mark_absent": CLAIMED,
    "bot.core.outbox:mark_dead": CLAIMED,
    "bot.core.outbox:mark_sending": CLAIMED,
    "bot.core.outbox:mark_sent": CLAIMED,
    "bot.core.outbox:mark_unknown": CLAIMED,
    "bot.core.outbox:pause_channel": CLAIMED,
    "bot.core.outbox:requeue": CLAIMED,
    "bot.core.outbox:wait_by_present_time": "the clock that was put back is the one of all workspaces",
    "bot.customers.queries.checking:list_rescheduling": DUE,
    "bot.customers.usecases.parts:list_workspaces_to_go_on": DUE,
    "bot.customers.usecases.running:list_dead": "one job asks which imports were interrupted, everywhere",
    "bot.digests.queries:list_due_digests": "one job asks which digests are due, everywhere",
    "bot.escalations.queries:list_workspaces_to_watch": DUE,
    "bot.mentions.queries.feeling:list_untaught": DUE,
    "bot.mentions.queries.sources:find_signed": "a webhook names its source by an unguessable token",
    "bot.mentions.queries.sources:list_unread_workspaces": DUE,
    "bot.mentions.queries.sources:list_workspaces_with_mentions": DUE,
    "bot.mentions.usecases.sources:claim_due_sources": "one job fetches what is due, everywhere",
    "bot.reviews.queries.reconciliation:list_unreconciled": DUE,
    "jobs.housekeeping:list_suspects": DUE,
    "jobs.housekeeping:list_untidy": DUE,
    "jobs.housekeeping:delete_old": "one job forgets what is old, everywhere",
    "jobs.reminding:list_workspaces_to_remind": DUE,
}
"""
`module:function` → why it reads or changes the rows of all workspaces. Any other use case or query that `Runtime`
runs for no workspace sees no row of any.
"""

_CURRENT = f"(SELECT current_setting('{SETTING}', true))"
CONDITION = f"NOT textne(workspace_id, {_CURRENT}) OR {_CURRENT} = '{EVERY}'"
"""
Whether a row may be seen and written. The selects are worked out once a statement. With `textne` the planner expects
the same share of a table whatever the number of workspaces. With `=` it would count this condition and that of the
statement as two, and take a workspace with many rows for one with few.
"""

_UNFENCED = sa.text("""
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'workspace_id'
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace AND NOT (
        relrowsecurity AND relforcerowsecurity = (relname <> ALL (:unforced))
        AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = :policy)
    ) ORDER BY relname
""")
_BYPASSES = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def may_cross(use_case: Any) -> bool:
    """Return whether a use case or query reads or changes the rows of all workspaces."""
    return f"{use_case.__module__}:{getattr(use_case, '__qualname__', '')}" in ACROSS_WORKSPACES


def fence_tables(connection: sa.Connection) -> None:
    """Give each table with a `workspace_id` that hasn't got it row-level security. SQLite has none."""
    for table in list_unfenced(connection):
        forced = "NO FORCE" if table in UNFORCED else "FORCE"
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, {forced} ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
        connection.exec_driver_sql(f"CREATE POLICY {POLICY} ON {table} USING ({CONDITION})")


def list_unfenced(connection: sa.Connection) -> Sequence[str]:
    """List the tables with a `workspace_id` that have no row-level security; none on SQLite, which knows none."""
    if connection.dialect.name != "postgresql":
        return []
    return connection.execute(_UNFENCED, {"unforced": list(UNFORCED), "policy": POLICY}).scalars().all()


def find_bypass(connection: sa.Connection) -> str | None:
    """Return what exempts the role of *connection* from row-level security: `SUPERUSER`, `BYPASSRLS` or nothing."""
    if connection.dialect.name != "postgresql":
        return None
    is_superuser, bypasses = connection.exec_driver_sql(_BYPASSES).one()
    return "SUPERUSER" if is_superuser else "BYPASSRLS" if bypasses else None
