"""
pending names

PostgreSQL puts names into its index of trigrams four thousand at a time instead of one thousand, in half the time. A
search looks through those that wait.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Let a megabyte of names wait."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_customer_names_trigrams SET (gin_pending_list_limit = 1024)")


def downgrade() -> None:
    """Let a quarter of it wait."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_customer_names_trigrams SET (gin_pending_list_limit = 256)")
