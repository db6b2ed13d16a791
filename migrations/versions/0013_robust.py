"""removed workspaces

Stores since when the app is no longer installed in a workspace: nothing is sent there, and its data is kept.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column; no workspace is removed so far."""
    op.add_column("workspaces", sa.Column("uninstalled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("workspaces", "uninstalled_at")
