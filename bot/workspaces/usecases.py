"""Changes a workspace: its installation, its settings and its audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.workspaces.queries import find_token_row, find_workspace, get_workspace
from bot.workspaces.rules import (
    CADENCE_RANGE,
    FACTOR_RANGE,
    FIRST_CALLS_RANGE,
    FLOOR_RANGE,
    TokenKind,
    fingerprint,
)
from bot.workspaces.schemas import TokenSchema
from bot.workspaces.tables import AuditEntry, SlackToken, Workspace

BOT = "bot"  # the author of what no person did
SUBJECT_LENGTH, ACTION_LENGTH = 64, 60


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
    """Add an entry to the audit trail: *by* did *action* to *subject*; *before* and *after* are JSON values."""
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


def record_denial(session: Session, *, by: str, action: str, key: str, now: datetime) -> None:
    """
    Record that *by* was refused: the command, or the button or form *action*, for the id *key*.

    It runs in a transaction of its own, since the one that was refused is rolled back.
    """
    kind = "command" if action.startswith("/") else "press"
    subject = "".join(char for char in key if char.isprintable())[:SUBJECT_LENGTH]
    after = {"action": action[:ACTION_LENGTH]}
    record(session, f"{kind}.refused", by=by, kind=kind, subject=subject, after=after, now=now)


def install_workspace(session: Session, *, name: str, bot_user_id: str, zone: str = "UTC", now: datetime) -> bool:
    """Store that the bot is installed in this session's workspace; return whether that is new."""
    workspace = find_workspace(session, workspace_of(session))
    if workspace is not None:
        workspace.name, workspace.bot_user_id = name, bot_user_id
        if workspace.uninstalled_at is not None:
            workspace.uninstalled_at = None
            record(session, "workspace.reinstalled", by=BOT, kind="workspace", subject=workspace.id, now=now)
        return False
    session.add(Workspace(id=workspace_of(session), name=name, bot_user_id=bot_user_id, zone=zone, installed_at=now))
    session.flush()
    record(session, "workspace.installed", by=BOT, kind="workspace", subject=workspace_of(session), now=now)
    return True


def uninstall_workspace(session: Session, *, now: datetime) -> bool:
    """Store that the bot is no longer installed in this session's workspace; return whether that is new."""
    workspace = find_workspace(session, workspace_of(session))
    if workspace is None or workspace.uninstalled_at is not None:
        return False
    workspace.uninstalled_at = now
    record(session, "workspace.uninstalled", by=BOT, kind="workspace", subject=workspace.id, now=now)
    return True


def rotate_token(
    session: Session, *, kind: TokenKind, setting: str, token: TokenSchema, by: str, now: datetime
) -> None:
    """Store a token that somebody gave, as `store_token` does, and that they did."""
    store_token(session, kind=kind, setting=setting, token=token, now=now)
    record(session, "workspace.token", by=by, kind="workspace", subject=workspace_of(session), now=now)


def store_token(session: Session, *, kind: TokenKind, setting: str, token: TokenSchema, now: datetime) -> None:
    """Store that *token* holds in the place of *setting*, the token of that kind in the settings."""
    row = find_token_row(session, kind)
    if row is None:
        row = SlackToken(kind=kind, token="", replaces="", changed_at=now)
        session.add(row)
    refresh = token.refresh_token
    row.token, row.refresh_token = token.token.get_secret_value(), refresh.get_secret_value() if refresh else None
    row.expires_at, row.replaces, row.changed_at = token.expires_at, fingerprint(setting), now
    session.flush()


def setting_problems(*, cadence: int, floor: int, factor: float, first_calls: int) -> dict[str, str]:
    """Return a sentence per invalid setting: `cadence`, `floor`, `factor`, `first_calls`."""
    problems = {}
    if not _within(floor, FLOOR_RANGE):
        problems["floor"] = "Give a whole number of days from 1 to 365."
    if not _within(cadence, CADENCE_RANGE):
        problems["cadence"] = "Give a whole number of days from 1 to 365."
    elif "floor" not in problems and cadence > floor:
        problems["cadence"] = f"The usual cadence can't be longer than the longest one, {floor} days; lower it."
    if not _within(factor, FACTOR_RANGE):
        problems["factor"] = "Give a number from 1 to 5, such as 1.5."
    if not _within(first_calls, FIRST_CALLS_RANGE):
        problems["first_calls"] = "Give a whole number from 1 to 100."
    return problems


def change_settings(
    session: Session,
    *,
    cadence: int,
    floor: int,
    factor: float,
    first_calls: int,
    levels_load: bool | None = None,
    by: str,
    now: datetime,
) -> frozenset[str]:
    """
    Store the workspace's settings and that it was set up; return the names of the columns that changed.

    With None for *levels_load*, it stays as it is.

    The caller checks whether *by* is allowed to, and recomputes the due dates.

    Raises:
        InvalidInput: a setting is invalid; `fields` names it (see `setting_problems`).
    """
    problems = setting_problems(cadence=cadence, floor=floor, factor=factor, first_calls=first_calls)
    if problems:
        raise InvalidInput(fields=problems)
    workspace = get_workspace(session)
    settings = {
        "default_cadence_days": cadence,
        "cadence_floor_days": floor,
        "neglect_factor": float(factor),
        "first_calls_a_day": first_calls,
        "levels_load": workspace.levels_load if levels_load is None else levels_load,
    }
    before = {name: getattr(workspace, name) for name, value in settings.items() if getattr(workspace, name) != value}
    for name, value in settings.items():
        setattr(workspace, name, value)
    workspace.set_up_at = workspace.set_up_at or now
    if before:
        after = {name: settings[name] for name in before}
        record(
            session, "workspace.settings", by=by, kind="workspace", subject=workspace.id, before=before, after=after,
            now=now,
        )  # fmt: skip
    session.flush()
    return frozenset(before)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
