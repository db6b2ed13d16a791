"""Records in the audit trail that somebody was refused what they asked for."""

from datetime import datetime

from sqlmodel import Session

from bot.workspaces.usecases import record

KEY, ACTION = 64, 60


def record_denial(session: Session, *, by: str, action: str, key: str, now: datetime) -> None:
    """
    Record that *by* was refused: the command, or the button or form *action*, for the id *key*.

    It runs in a transaction of its own, since the one that was refused is rolled back.
    """
    kind = "command" if action.startswith("/") else "press"
    seen = "".join(char for char in key if char.isprintable())[:KEY]
    record(session, f"{kind}.refused", by=by, kind=kind, subject=seen, after={"action": action[:ACTION]}, now=now)


record_refused_press = record_denial
