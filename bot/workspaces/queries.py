"""Reads of the workspace and its audit trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.outbox import SLACKS_ANSWER, HeldUp, list_held_up
from bot.workspaces.rules import TokenKind, fingerprint
from bot.workspaces.schemas import TokenSchema
from bot.workspaces.tables import AuditEntry, SlackToken, Workspace

UNINSTALLED_WORKSPACES = sa.select(col(Workspace.id)).where(col(Workspace.uninstalled_at).is_not(None))
"""Selects the ids of the workspaces whose data is kept though the bot is no longer installed there."""


def get_workspace(session: Session) -> Workspace:
    """Return the workspace of this session."""
    return session.exec(select(Workspace).where(Workspace.id == workspace_of(session))).one()


def find_workspace(session: Session, workspace_id: str) -> Workspace | None:
    """Return that workspace, or None where the bot was never installed."""
    return session.get(Workspace, workspace_id)


def list_workspaces(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of the workspaces in which the bot is installed, for jobs."""
    query = select(Workspace.id).where(col(Workspace.uninstalled_at).is_(None))
    return list(session.exec(query.order_by(col(Workspace.id))).all())


def list_workspaces_where(session: Session, *conditions: Any) -> list[str]:
    """Return the ids of the workspaces in which the bot is installed, and for which one of *conditions* holds."""
    query = select(Workspace.id).where(col(Workspace.uninstalled_at).is_(None), sa.or_(*conditions))
    return list(session.exec(query.order_by(col(Workspace.id))).all())


def list_uninstalled(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of the workspaces whose data is kept though the bot is no longer installed there."""
    return list(session.scalars(UNINSTALLED_WORKSPACES.order_by(col(Workspace.id))).all())


def find_removal(session: Session, *, now: datetime) -> str | None:  # noqa: ARG001 - every query takes the time
    """Return a sentence if the bot is no longer installed in this session's workspace."""
    workspace = find_workspace(session, workspace_of(session))
    if workspace is None or workspace.uninstalled_at is None:
        return None
    return (
        f"The app was uninstalled from {workspace.name} on {workspace.uninstalled_at:%-d %b %Y}: nothing is sent, and "
        "the data is kept. Install the app again, and give its token to `evenhand rotate-token`."
    )


def get_bot_user(session: Session, *, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """Return the Slack id of the bot's own user in this session's workspace."""
    return get_workspace(session).bot_user_id


def find_token(
    session: Session,
    *,
    kind: TokenKind,
    setting: str,
    now: datetime,  # noqa: ARG001 - every query takes the time
) -> TokenSchema | None:
    """Return the token that replaces *setting*, the one of the settings; None where that one holds."""
    row = find_token_row(session, kind)
    if row is None or row.replaces != fingerprint(setting):
        return None
    return TokenSchema(token=row.token, refresh_token=row.refresh_token, expires_at=row.expires_at)


def find_token_row(session: Session, kind: TokenKind) -> SlackToken | None:
    """Return the row of this session's workspace with a token of that kind."""
    return session.exec(select(SlackToken).where(SlackToken.kind == kind)).one_or_none()


def list_problems(session: Session, now: datetime) -> list[str]:
    """Return a sentence if the bot is no longer installed, and one for each reason why messages wait, for `doctor`."""
    removal = find_removal(session, now=now)
    if removal:
        return [removal]
    return [_held_up_sentence(held_up) for held_up in list_held_up(session, now=now)]


def list_audit(session: Session, *, subject_kind: str, subject_id: str, limit: int = 50) -> Sequence[AuditEntry]:
    """Return the audit trail of one subject, the latest entry first."""
    query = select(AuditEntry).where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
    return session.exec(query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(limit)).all()


def _held_up_sentence(held_up: HeldUp) -> str:
    """Return why messages of the bot can't be delivered, and what helps."""
    has = "message has" if held_up.messages == 1 else "messages have"
    messages = f"{held_up.messages:,} {has} been waiting since {held_up.since:%-d %b %H:%M} UTC"
    if not held_up.reason:
        return f"{messages}, and nobody has tried to deliver them: look whether the bot is running."
    why = f"{messages} ({held_up.reason})"
    if held_up.reason.startswith(SLACKS_ANSWER):
        return (
            f"{why}: mend the app's installation or its token (`evenhand rotate-token`); they are sent as soon as "
            "Slack takes them."
        )
    return f"{why}: they are sent as soon as Slack can be reached."
