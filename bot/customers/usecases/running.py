"""The life of an import: it starts, is alive while its batches are written, is interrupted and goes on, and ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.batches import Batches
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, BotError, NotAllowed, NotFound
from bot.customers.rules.batches import LEASE, UNFINISHED, ImportState, is_running
from bot.customers.rules.questions import answers_to_keep
from bot.customers.schemas.importing import ImportInterrupted, ImportRun
from bot.customers.tables import Import, Upload
from bot.customers.usecases.levelling import ask_for_levelling
from bot.customers.usecases.tallying import fold_tally
from bot.people.usecases import may_manage, require_here, whom_to_ask
from bot.workspaces.usecases import BOT

log = structlog.get_logger(__name__)


class Interrupted(BotError):
    """An import or its undoing stopped before its end."""


WORDS = {ImportState.IMPORTING: "import", ImportState.UNDOING: "undoing"}


def require_idle(session: Session, *, now: datetime, but: UUID | None = None) -> None:
    """
    Raise unless no list of this workspace is being imported or undone, or waits to go on; *but* doesn't count.

    Raises:
        AlreadyDone: one is.
    """
    query = select(Import).where(col(Import.state).in_(UNFINISHED), Import.id != (but or new_id()))
    other = session.exec(query.order_by(col(Import.at)).limit(1)).first()
    if other is None:
        return
    what = f"The {WORDS[other.state]} of {other.file_name}"
    if is_running(other.alive_at, now=now):
        raise AlreadyDone(f"{what} is running, and only one can run at a time; try again when it is done.")
    raise AlreadyDone(
        f"{what} was interrupted; let it go on or undo it first, in /customers import or with"
        f" `evenhand import --resume {other.id}` or `--undo {other.id}`."
    )


def start_import(
    session: Session,
    *,
    import_id: UUID,
    file_name: str,
    source: str,
    by: str,
    upload_id: UUID | None,
    choices: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """
    Add an import that is running, and keep its list and *choices* until it is finished; return the token of its run.

    Raises:
        AlreadyDone: another one is running, or the list was imported before.
    """
    require_idle(session, now=now)
    runner = new_id()
    made = Import(
        id=import_id, by=by, at=now, file_name=file_name[:200], source=source, state=ImportState.IMPORTING,
        runner=runner, alive_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if upload_id is not None:
        upload = require_upload(session, upload_id, by)
        upload.import_id, upload.choices = import_id, {**upload.choices, **choices}
        made.answers = answers_to_keep(upload.answers)
        session.flush()
    return runner


def require_upload(session: Session, upload_id: UUID, by: str) -> Upload:
    """
    Return the list that *by* has sent and not imported; its content, which may be long, is read when it is needed.

    Raises:
        AlreadyDone: it was imported before, or forgotten after a day.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.by == by, col(Upload.import_id).is_(None))
    upload = session.exec(query.options(defer(Upload.content)).with_for_update()).first()  # type: ignore[arg-type]  # SQLModel's types hide the column
    if upload is None:
        raise AlreadyDone("That list was imported already, or a day has passed; send it again if it is new.")
    return upload


def require_import(session: Session, *, import_id: UUID, by: str) -> Import:
    """
    Return an import that *by* may undo, and lock it.

    Raises:
        NotFound: no such import.
        NotAllowed: *by* neither imported it nor is a manager ("bot" stands for the command line).
    """
    made = session.exec(select(Import).where(Import.id == import_id).with_for_update()).first()
    if made is None:
        raise NotFound("There is no such import here; the ones there are stand in /customers import.")
    if by != BOT and not may_manage(actor := require_here(session, by=by)) and made.by != actor.id:
        raise NotAllowed(f"Only managers can undo somebody else's import; ask {whom_to_ask(session)}.")
    return made


def take_over(session: Session, made: Import, *, now: datetime) -> ImportRun:
    """
    Make a new run the only one that may write the import or its undoing.

    Raises:
        AlreadyDone: it is running, or another one is.
    """
    require_idle(session, now=now, but=made.id)
    if is_running(made.alive_at, now=now):
        raise AlreadyDone(f"The {WORDS[made.state]} of {made.file_name} is running; wait until it is done.")
    made.runner, made.alive_at = new_id(), now
    session.flush()
    return ImportRun(
        id=made.id, runner=made.runner, by=made.by, at=made.at, file_name=made.file_name,
        is_undo=made.state is ImportState.UNDOING,
    )  # fmt: skip


def resume_run(session: Session, *, import_id: UUID, by: str, now: datetime) -> ImportRun:
    """
    Take over an import, or its undoing, that was interrupted.

    Raises:
        NotFound, NotAllowed: as `require_import`; or its list was erased.
        AlreadyDone: it is finished or running, or another one is.
    """
    made = require_import(session, import_id=import_id, by=by)
    if made.state not in UNFINISHED:
        raise AlreadyDone(f"The import of {made.file_name} is finished already; nothing is left to go on with.")
    kept = select(Upload.id).where(Upload.import_id == import_id)
    if made.state is ImportState.IMPORTING and session.exec(kept).first() is None:
        raise NotFound(f"{made.file_name} isn't kept any more; undo this import, then import the file again.")
    return take_over(session, made, now=now)


def require_run(session: Session, run: ImportRun) -> Import:
    """
    Return the import of a *run*, and lock it, so that nobody takes over before the transaction ends.

    Raises:
        AlreadyDone: another run has taken over.
    """
    ours = select(Import).where(Import.id == run.id, Import.runner == run.runner)
    made = session.exec(ours.with_for_update().execution_options(populate_existing=True)).first()
    if made is None:
        raise AlreadyDone(f"{run.file_name} is worked on elsewhere since; nothing more is written here.")
    return made


def end_run(session: Session, made: Import, state: ImportState) -> None:
    """Record that an import is finished or undone, and drop its list."""
    made.state, made.runner, made.alive_at = state, None, None
    ask_for_levelling(session)
    session.execute(sa.delete(Upload).where(col(Upload.import_id) == made.id))
    fold_tally(session)


@contextmanager
def interrupting(batches: Batches, run: ImportRun) -> Iterator[None]:
    """
    Record that *run* is interrupted when the block raises anything.

    Raises:
        Interrupted: instead of an error that no person can correct.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if not batches.commits:
            raise
        with suppress(Exception):  # the database is away; a job looks for imports whose process is gone
            batches.write(interrupt_run, run=run)
        if isinstance(error, BotError):
            raise
        log.exception("import.interrupted", import_id=str(run.id))
        raise Interrupted(
            f"The {WORDS[_state_of(run)]} of {run.file_name} was interrupted, and what is done stays. Let it go on or"
            f" undo it: in /customers import, or with `evenhand import --resume {run.id}` or `--undo {run.id}`."
        ) from error


def interrupt_run(session: Session, *, run: ImportRun, now: datetime) -> None:
    """Record that a *run* has stopped before its end, so that another can go on at once, and tell whom it is about."""
    made = session.exec(select(Import).where(Import.id == run.id, Import.runner == run.runner)).first()
    if made is not None:
        _interrupt(session, made, now=now)


def interrupt_dead(session: Session, *, now: datetime) -> int:
    """Record which imports of the workspace are interrupted: their process is gone; return how many."""
    dead = session.exec(select(Import).where(_is_dead(now)).with_for_update()).all()
    for made in dead:
        _interrupt(session, made, now=now)
    return len(dead)


def list_dead(session: Session, *, now: datetime) -> list[str]:
    """List the workspaces that have an import whose process is gone."""
    return sorted(session.exec(select(Import.workspace_id).where(_is_dead(now)).distinct()).all())


def _state_of(run: ImportRun) -> ImportState:
    return ImportState.UNDOING if run.is_undo else ImportState.IMPORTING


def _is_dead(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(col(Import.state).in_(UNFINISHED), col(Import.alive_at) <= now - LEASE)


def _interrupt(session: Session, made: Import, *, now: datetime) -> None:
    to = made.undone_by if made.state is ImportState.UNDOING else made.by
    key, made.runner, made.alive_at = f"interrupted:{made.id}:{made.runner}", None, None
    if to and to != BOT:
        notification = ImportInterrupted(
            import_id=made.id, file_name=made.file_name, is_undo=made.state is ImportState.UNDOING,
            done=made.undoing.get("done", 0) if made.state is ImportState.UNDOING else made.added + made.changed,
        )  # fmt: skip
        outbox.enqueue(session, notification, to=to, key=key, now=now)
    session.flush()
