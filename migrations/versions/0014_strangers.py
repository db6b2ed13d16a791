"""strangers

Has the keys of all customers computed again before the next matching, since emoji and changes of script part them now.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO mention_unread_names (workspace_id, customer_id) SELECT workspace_id, id FROM customers "
        "WHERE NOT EXISTS (SELECT 1 FROM mention_unread_names AS noted "
        "WHERE noted.workspace_id = customers.workspace_id AND noted.customer_id = customers.id)"
    )


def downgrade() -> None:
    """Nothing to take back: keys are computed from names."""
