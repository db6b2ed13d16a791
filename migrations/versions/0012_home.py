"""
names of owners in digests

What older posts of digests counted as in cadence included snoozed customers and those that nobody had called; a change
since then would be a false one, so that number is forgotten.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names_owners", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE digest_posts SET in_cadence = NULL")


def downgrade() -> None:
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.drop_column("names_owners")
