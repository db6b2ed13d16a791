"""levelling

Due dates that were moved so that no day of their owner holds too many, and when that was done last.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LEVELLED = ("levelled_on", "levelled_from", "levelled_since")


def upgrade() -> None:
    for name in LEVELLED:
        op.add_column("customers", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("workspaces", sa.Column("levels_load", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("workspaces", sa.Column("load_levelled_on", sa.Date(), nullable=True))
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.alter_column("levels_load", server_default=None)


def downgrade() -> None:
    op.drop_column("workspaces", "load_levelled_on")
    op.drop_column("workspaces", "levels_load")
    for name in LEVELLED:
        op.drop_column("customers", name)
