"""What the tests of every kind of commitment look at: rows, notifications, the audit trail, plans, statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from bot.commitments.queries import CommitmentKind, get_commitment
from bot.core.outbox import OutboxMessage
from bot.workspaces.queries import list_audit
from tests.makers import Office


def stored_row(office: Office, kind: CommitmentKind[Any, Any], commitment_id: UUID) -> Any:
    """A commitment as it is stored."""
    return office.look(lambda session: get_commitment(session, kind, commitment_id))


def owed_notifications(office: Office, kind: str, to: str = "") -> list[OutboxMessage]:
    """What is owed to Slack of the kinds that begin so, oldest first."""
    rows = office.look(lambda session: session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all())
    return [row for row in rows if row.kind.startswith(kind) and to in {"", row.recipient}]


def trail_of(office: Office, kind: CommitmentKind[Any, Any], commitment_id: UUID) -> list[str]:
    """What the audit trail says of a commitment, oldest first: who did what."""
    about = {"subject_kind": kind.subject, "subject_id": str(commitment_id)}
    entries = office.look(lambda session: list_audit(session, **about))
    return [f"{entry.by} {entry.action}" for entry in sorted(entries, key=lambda entry: entry.id)]


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """
    The statements that are sent to any database inside, each with its parameters.

    Those that say whose a transaction is are left out.
    """
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "set_config" not in statement:
            seen.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def planned(office: Office, table: str, act: Callable[[], Any]) -> list[str]:
    """How the database goes about each statement that *act* makes on a table."""
    database = office.runtime.database
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"ANALYZE {table}")
        connection.commit()
    with statements() as seen:
        act()
    how = "EXPLAIN " if database.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
    asked = [(how + statement, given) for statement, given in seen if f"FROM {table}" in statement]
    with database.engine.connect() as connection:
        return ["\n".join(map(str, connection.exec_driver_sql(one, given).all())) for one, given in asked]
