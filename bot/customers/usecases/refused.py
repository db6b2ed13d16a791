"""The rows that an import refused, kept as a file so that they can be mended after the import, too."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import insert_new
from bot.customers.tables import RefusedRows


def store_refused_rows(session: Session, *, import_id: UUID, content: bytes, by: str, now: datetime) -> None:  # noqa: ARG001 - every use case takes who asks
    """Store the CSV file of the rows that an import refused; a second one about the same import changes nothing."""
    insert_new(session, RefusedRows, [{"import_id": import_id, "at": now, "content": content}])


def discard_refused_rows(session: Session, *, before: datetime) -> int:
    """Delete the refused rows of imports before that instant; return of how many imports."""
    return session.exec(sa.delete(RefusedRows).where(col(RefusedRows.at) < before)).rowcount
