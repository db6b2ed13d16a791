"""
row security

PostgreSQL shows a transaction the rows of its workspace alone. Each table with a workspace gets its policy when the last
migration has run (`bot.core.row_security.fence_tables`); here is what the policies need besides.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAMES = """
CREATE VIEW searchable_names AS SELECT workspace_id, number, customer_id, is_alias, name_key FROM customer_names
WHERE workspace_id = current_setting('evenhand.workspace', true)
"""
STATISTICS = """
CREATE FUNCTION gather_statistics(tables text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY tables LOOP
    EXECUTE format('ANALYZE %I', name);
  END LOOP;
END $$
"""
FENCED = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'workspace'"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(NAMES)
        op.execute(STATISTICS)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in op.get_bind().execute(sa.text(FENCED)).scalars().all():
        op.execute(f"DROP POLICY workspace ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION gather_statistics(text[])")
    op.execute("DROP VIEW searchable_names")
