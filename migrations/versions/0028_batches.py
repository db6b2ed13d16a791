"""batches

Imports and their undoing run in batches, and go on after an interruption.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0028"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATE = sa.Enum(
    "importing", "imported", "undoing", "undone", name="importstate", native_enum=False, create_constraint=True,
    length=32,
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("imports") as batch:
        batch.add_column(sa.Column("state", STATE, nullable=False, server_default="imported"))
        batch.add_column(sa.Column("runner", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("alive_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("undoing", sa.JSON(), nullable=False, server_default="{}"))
        batch.create_index(batch.f("ix_imports_state"), ["state"])
    op.execute("UPDATE imports SET state = 'undone' WHERE undone_at IS NOT NULL")
    with op.batch_alter_table("imports") as batch:
        batch.alter_column("state", server_default=None)
        batch.alter_column("undoing", server_default=None)
    op.drop_index("ix_import_changes_workspace_id_import_id", "import_changes")
    op.create_index(
        "ix_import_changes_workspace_id_import_id_added_id",
        "import_changes",
        ["workspace_id", "import_id", "added", "id"],
    )
    with op.batch_alter_table("uploads") as batch:
        batch.add_column(sa.Column("choices", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("import_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            batch.f("fk_uploads_workspace_id_import_id"),
            "imports",
            ["workspace_id", "import_id"],
            ["workspace_id", "id"],
        )
    with op.batch_alter_table("uploads") as batch:
        batch.alter_column("choices", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("uploads") as batch:
        batch.drop_constraint(batch.f("fk_uploads_workspace_id_import_id"), type_="foreignkey")
        batch.drop_column("import_id")
        batch.drop_column("choices")
    op.drop_index("ix_import_changes_workspace_id_import_id_added_id", "import_changes")
    op.create_index("ix_import_changes_workspace_id_import_id", "import_changes", ["workspace_id", "import_id"])
    with op.batch_alter_table("imports") as batch:
        batch.drop_index(batch.f("ix_imports_state"))
        for column in ("undoing", "alive_at", "runner", "state"):
            batch.drop_column(column)
