"""Keeps in the audit trail that somebody pressed what wasn't theirs to press."""

from datetime import datetime

from sqlmodel import Session

from bot.workspaces.usecases import record

KEY, ACTION = 64, 60


def record_refused_press(session: Session, *, by: str, action: str, key: str, now: datetime) -> None:
    """
    Note that *by* was refused when they used the button or form *action* with the id *key*.

    In a transaction of its own: the one that was refused is rolled back.
    """
    seen = "".join(char for char in key if char.isprintable())[:KEY]
    record(session, "press.refused", by=by, kind="press", subject=seen, after={"action": action[:ACTION]}, now=now)
