"""What the reviews store: what was true of customers before it changed, and the reconciliation of each day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Field, SQLModel

from bot.core.database import Row, WorkspaceRow, choice, within_workspace
from bot.customers.rules.due import Status
from bot.customers.tables import Number

FACT_NAMES = (
    "status", "status_reason", "status_by", "owner_id", "effective_cadence_days", "annual_value", "currency",
    "headcount", "country", "tags",
)  # fmt: skip
"""The columns of a customer whose former values are kept."""


class FormerFacts(WorkspaceRow, table=True):
    """
    What was true of a customer until an instant, by the names of its columns; one of them changed then.

    From the last such instant on, or from the day it was added, what its own row says is true. Triggers of `customers`
    write and delete the rows, so that no change can forget it; the instant is the customer's new `changed_at`. In the
    order of `number`, the rows of a customer are its history.
    """

    __tablename__ = "former_facts"
    __table_args__ = (sa.Index(None, "workspace_id", "customer_id"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    customer_id: UUID
    until: datetime
    status: Status = Field(sa_type=choice(Status, name="former_status"))
    status_reason: str | None = Field(default=None, max_length=300)
    status_by: str | None = Field(default=None, max_length=32)
    owner_id: str | None = Field(default=None, max_length=32)
    effective_cadence_days: int
    annual_value: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    currency: str | None = Field(default=None, max_length=3)
    headcount: int | None = None
    country: str | None = Field(default=None, max_length=60)
    tags: list[str] = Field(default_factory=list, sa_type=sa.JSON)


class DailyReconciliation(Row, table=True):
    """The reconciliation of a day in the workspace's zone; `content` is a `Reconciliation` without names."""

    __tablename__ = "reconciliations"
    __table_args__ = within_workspace(
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]), sa.UniqueConstraint("workspace_id", "on_day")
    )

    on_day: date
    at: datetime
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


def _row(of: str, tags: str) -> str:
    return ", ".join(f"{of}.{name}{tags if name == 'tags' else ''}" for name in FACT_NAMES)


_KEEP = f"""INSERT INTO former_facts (workspace_id, customer_id, until, {", ".join(FACT_NAMES)})
    VALUES (OLD.workspace_id, OLD.id, NEW.changed_at, {_row("OLD", "")})"""  # noqa: S608 - our own names
_FORGET = "DELETE FROM former_facts WHERE workspace_id = OLD.workspace_id AND customer_id = OLD.id"
_UPDATE = f"CREATE TRIGGER former_facts_update AFTER UPDATE OF {', '.join(FACT_NAMES)} ON customers FOR EACH ROW"
_DIFFER = f"WHEN (({_row('OLD', '::text')}) IS DISTINCT FROM ({_row('NEW', '::text')}))"
_DELETE = "CREATE TRIGGER former_facts_delete AFTER DELETE ON customers FOR EACH ROW"


def _function(name: str, step: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {step}; RETURN NULL; END $$"


FACTS_TRIGGERS = {
    "sqlite": (
        f"{_UPDATE} WHEN ({_row('OLD', '')}) IS NOT ({_row('NEW', '')}) BEGIN {_KEEP}; END",
        f"{_DELETE} BEGIN {_FORGET}; END",
    ),
    "postgresql": (
        _function("keep_former_facts", _KEEP),
        _function("forget_former_facts", _FORGET),
        f"{_UPDATE} {_DIFFER} EXECUTE FUNCTION keep_former_facts()",
        f"{_DELETE} EXECUTE FUNCTION forget_former_facts()",
    ),
}
"""What keeps `former_facts`, by database."""


@event.listens_for(SQLModel.metadata, "after_create")
def _create_triggers(_metadata: sa.MetaData, connection: sa.Connection, **_: Any) -> None:
    for statement in FACTS_TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
