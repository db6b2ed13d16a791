"""
answers

What people answered about a list is kept with its import, and proposed for the next one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0046"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("answers", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.alter_column("answers", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_column("answers")
