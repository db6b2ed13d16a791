"""What changes a workspace: installation, settings, and the line in its audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.core.database import workspace_of
from bot.workspaces.queries import find_workspace
from bot.workspaces.tables import AuditEntry, Workspace

BOT = "bot"  # who did it, when nobody did


def record(
    session: Session,
    action: str,
    *,
    by: str,
    kind: str,
    subject: object,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    customer_id: UUID | None = None,
) -> AuditEntry:
    """Write a line into the audit trail: *by* did *action* to *subject*; JSON values before and after."""
    entry = AuditEntry(
        at=now,
        by=by,
        action=action,
        subject_kind=kind,
        subject_id=str(subject),
        before=dict(before or {}),
        after=dict(after or {}),
        customer_id=customer_id,
    )
    session.add(entry)
    return entry


def install_workspace(session: Session, *, name: str, bot_user_id: str, zone: str = "UTC", now: datetime) -> bool:
    """Note that the bot is installed in this session's workspace; True when it wasn't before."""
    workspace = find_workspace(session, workspace_of(session))
    if workspace is not None:
        workspace.name, workspace.bot_user_id = name, bot_user_id
        return False
    session.add(Workspace(id=workspace_of(session), name=name, bot_user_id=bot_user_id, zone=zone, installed_at=now))
    session.flush()
    record(session, "workspace.installed", by=BOT, kind="workspace", subject=workspace_of(session), now=now)
    return True
