"""covering indexes

Indexes that hold all that is read of the tally, and of domains by a part of them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STANDING = ["effective_cadence_days", "due_on", "neglected_after", "snoozed_until", "snooze_reason"]
ALL = ["workspace_id", "status", "owner_id", *STANDING, "first_wait_since", "number"]


def upgrade() -> None:
    op.create_index("ix_customer_tally_all", "customer_tally", ALL)
    op.drop_index("ix_customer_tally_workspace_id_owner_id_due_on_neglected_after", "customer_tally")
    op.create_index("ix_customers_workspace_id_domain_id", "customers", ["workspace_id", "domain", "id"])
    op.drop_index("ix_customers_workspace_id_domain", "customers")
    if op.get_bind().dialect.name == "sqlite" and sa.inspect(op.get_bind()).has_table("sqlite_stat1"):
        op.execute("ANALYZE")  # where somebody gathered statistics, an index without them is chosen in wrong places


def downgrade() -> None:
    op.create_index("ix_customers_workspace_id_domain", "customers", ["workspace_id", "domain"])
    op.drop_index("ix_customers_workspace_id_domain_id", "customers")
    columns = ["workspace_id", "owner_id", "due_on", "neglected_after"]
    op.create_index(f"ix_customer_tally_{'_'.join(columns)}", "customer_tally", columns)
    op.drop_index("ix_customer_tally_all", "customer_tally")
