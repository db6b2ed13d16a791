"""the refused rows of imports

The rows that an import refused, as a file, for a month.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0030"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "refused_rows",
        sa.Column("workspace_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "import_id"],
            ["imports.workspace_id", "imports.id"],
            name=op.f("fk_refused_rows_workspace_id_import_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_rows")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_refused_rows_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "import_id", name=op.f("uq_refused_rows_workspace_id_import_id")),
    )
    with op.batch_alter_table("refused_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refused_rows_at"), ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("refused_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refused_rows_at"))

    op.drop_table("refused_rows")
