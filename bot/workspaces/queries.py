"""Reads of the workspace and its audit trail."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.workspaces.tables import AuditEntry, Workspace


def get_workspace(session: Session) -> Workspace:
    """Return the workspace of this session."""
    return session.exec(select(Workspace).where(Workspace.id == workspace_of(session))).one()


def find_workspace(session: Session, workspace_id: str) -> Workspace | None:
    """Return that workspace, or None where the bot was never installed."""
    return session.get(Workspace, workspace_id)


def list_workspaces(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of all workspaces, for jobs."""
    return list(session.exec(select(Workspace.id).order_by(col(Workspace.id))).all())


def list_audit(session: Session, *, subject_kind: str, subject_id: str, limit: int = 50) -> Sequence[AuditEntry]:
    """Return the audit trail of one subject, the latest entry first."""
    query = select(AuditEntry).where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
    return session.exec(query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(limit)).all()
