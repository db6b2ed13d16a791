"""names

Whether a key's words are ordinary depends on the languages of a workspace, so it is no longer stored. What is stored
is whether somebody wrote the key down as an account or a page; the keys of customers that have one, and of those with an
exclamation mark inside their name, are computed again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("mention_aliases", sa.Column("given", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE mention_aliases SET given = true WHERE kind = 'handle' AND customer_id IS NULL AND written <> ''"
    )
    with op.batch_alter_table("mention_aliases") as batch:
        batch.alter_column("given", server_default=None)
        batch.drop_column("common")
    op.execute(
        "INSERT INTO mention_unread_names (workspace_id, customer_id) "
        "SELECT DISTINCT workspace_id, customer_id FROM customer_aliases AS also "
        "WHERE (name LIKE '@%' OR name LIKE '%/%' OR name LIKE '%! %') AND NOT EXISTS (SELECT 1 FROM mention_unread_names AS noted "
        "WHERE noted.workspace_id = also.workspace_id AND noted.customer_id = also.customer_id)"
    )
    op.execute(
        "INSERT INTO mention_unread_names (workspace_id, customer_id) SELECT workspace_id, id FROM customers "
        "WHERE name LIKE '%! %' AND NOT EXISTS (SELECT 1 FROM mention_unread_names AS noted "
        "WHERE noted.workspace_id = customers.workspace_id AND noted.customer_id = customers.id)"
    )


def downgrade() -> None:
    op.add_column("mention_aliases", sa.Column("common", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("mention_aliases") as batch:
        batch.alter_column("common", server_default=None)
        batch.drop_column("given")
    op.execute(
        "INSERT INTO mention_unread_names (workspace_id, customer_id) SELECT workspace_id, id FROM customers "
        "WHERE NOT EXISTS (SELECT 1 FROM mention_unread_names AS noted "
        "WHERE noted.workspace_id = customers.workspace_id AND noted.customer_id = customers.id)"
    )
