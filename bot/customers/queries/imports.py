"""Reads about the lists that were taken in."""

from datetime import datetime

from sqlmodel import Session, col, select

from bot.customers.schemas import ImportSummary
from bot.customers.tables import Import
from bot.people.queries import get_calendar, list_names
from bot.people.usecases import may_manage, require_here
from bot.workspaces.usecases import BOT

SHOWN = 5
COMMAND_LINE = "the command line"
FORGOTTEN = "somebody who left"


def list_imports(session: Session, *, viewer: str, now: datetime) -> tuple[ImportSummary, ...]:
    """
    The last five lists that were taken in, the latest first. Undoing one is for managers and for who brought it.

    Raises:
        NotAllowed: the viewer is a guest or somebody the workspace doesn't know.
    """
    actor = require_here(session, by=viewer)
    calendar = get_calendar(session, viewer)
    query = select(Import)
    made = session.exec(query.order_by(col(Import.at).desc(), col(Import.id).desc()).limit(SHOWN)).all()
    names = {BOT: COMMAND_LINE, **list_names(session, [who for one in made for who in (one.by, one.undone_by)])}
    return tuple(
        ImportSummary(
            id=one.id,
            file_name=one.file_name,
            by=names.get(one.by, FORGOTTEN),
            on=calendar.today(one.at),
            today=calendar.today(now),
            added=one.added,
            changed=one.changed,
            refused=one.refused,
            undone_by=names.get(one.undone_by or "", FORGOTTEN) if one.undone_at else None,
            may_undo=one.undone_at is None and (may_manage(actor) or one.by == viewer),
        )
        for one in made
    )
