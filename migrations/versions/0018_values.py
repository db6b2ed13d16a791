"""values

Keeps the answers to questions about a list with the list.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("uploads") as batch:
        batch.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("uploads") as batch:
        batch.alter_column("answers", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("uploads") as batch:
        batch.drop_column("answers")
