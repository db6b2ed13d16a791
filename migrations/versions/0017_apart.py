"""rows that are kept apart

The rows of an uploaded list that somebody keeps apart, though something says that they are one customer.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("apart", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("uploads", "apart")
