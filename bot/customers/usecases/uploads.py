"""Lists that were sent in Slack, kept between their preview and the word of who sent them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.batches import Batches
from bot.customers.queries.screens import get_answers, upload_schema
from bot.customers.rules.questions import NOTHING_CHOSEN
from bot.customers.schemas import Drafts, ImportDone, ImportUndone, UploadSchema
from bot.customers.schemas.importing import ImportRun
from bot.customers.tables import Upload
from bot.customers.usecases.comparing import ImportOptions, Progress
from bot.customers.usecases.lists import run_import
from bot.customers.usecases.running import interrupting, require_upload, resume_run
from bot.customers.usecases.undoing import go_on_undoing
from bot.people.queries import get_today
from bot.people.usecases import require_here
from bot.workspaces.usecases import BOT


def store_upload(
    session: Session,
    *,
    file_name: str,
    content: bytes,
    by: str,
    now: datetime,
    by_hand: Mapping[str, str] = NOTHING_CHOSEN,
    answers: Mapping[str, str] = NOTHING_CHOSEN,
    apart: Collection[int] = (),
    source: str = "",
) -> UUID:
    """
    Store a list until its sender decides, and drop an earlier one of theirs that waits; return its id.

    The command line decides at once which columns are mapped *by_hand*, what *answers* there are to questions, which
    rows are kept *apart*, and which *source* has given the external ids. Other questions are answered as they were
    about the list before.
    """
    if by != BOT:
        require_here(session, by=by)
    session.execute(sa.delete(Upload).where(col(Upload.by) == by, col(Upload.import_id).is_(None)))
    upload = Upload(
        by=by, at=now, file_name=file_name[:200], content=content, by_hand=dict(by_hand), apart=sorted(apart),
        answers={**get_answers(session, now=now), **answers}, choices={"source": source} if source else {},
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload.id


def map_upload(session: Session, *, upload_id: UUID, by_hand: Mapping[str, str], by: str, now: datetime) -> None:
    """Store which of a list's columns somebody has mapped by hand, for a day more."""
    upload = require_upload(session, upload_id, by)
    upload.by_hand, upload.at = dict(by_hand), now


def answer_upload(session: Session, *, upload_id: UUID, answers: Mapping[str, str], by: str, now: datetime) -> None:
    """Store the answers to questions about a list, by the questions' ids, for a day more."""
    upload = require_upload(session, upload_id, by)
    upload.answers, upload.at = {**upload.answers, **answers}, now


def keep_rows_apart(session: Session, *, upload_id: UUID, rows: Collection[int], by: str, now: datetime) -> None:
    """Store which rows of a list are customers of their own, whatever else says that they are one, for a day more."""
    upload = require_upload(session, upload_id, by)
    upload.apart, upload.at = sorted(rows), now


def import_upload(
    batches: Batches,
    *,
    upload_id: UUID,
    drafts: Drafts,
    erase_blanks: bool,
    share_among: Sequence[str] = (),
    room: Mapping[str, int] | None = None,
    by: str,
    progress: Progress | None = None,
) -> ImportDone:
    """
    Import a list that was sent, and drop the file when all of it is in; a second call about it changes nothing.

    Raises:
        AlreadyDone: it was imported before, or forgotten after a day; or another import is running.
        InvalidInput, NotAllowed: as `run_import`.
    """
    apart = batches.read(_get_apart, upload_id=upload_id, by=by)
    options = ImportOptions(erase_blanks, apart, share_among, room or {})
    return run_import(batches, drafts=drafts, options=options, by=by, upload_id=upload_id, progress=progress)


def resume_import(
    batches: Batches,
    *,
    import_id: UUID,
    by: str,
    read: Callable[[UploadSchema], Drafts],
    progress: Progress | None = None,
) -> ImportDone | ImportUndone:
    """
    Go on with an import that was interrupted, as it was asked for then, or with its undoing; *read* reads its list.

    Raises:
        NotFound, NotAllowed, AlreadyDone: as `resume_run`.
        InvalidInput, NotAllowed: as `run_import`, where who imported may no longer do so.
    """
    run = batches.write(resume_run, import_id=import_id, by=by)
    if run.is_undo:
        return go_on_undoing(batches, run=run, progress=progress)
    with interrupting(batches, run):
        upload = batches.read(_get_list, run=run)
        drafts = read(upload)
    choices = upload.choices
    among, room = choices.get("among", ()), choices.get("room", {})
    options = ImportOptions(choices.get("erase", False), upload.apart, among, room)
    return run_import(batches, drafts=drafts, options=options, by=run.by, resumed=run, progress=progress)


def _get_list(session: Session, *, run: ImportRun, now: datetime) -> UploadSchema:  # noqa: ARG001 - every query takes the time
    """Return the list of an import that isn't finished, as of the day on which that began."""
    upload = session.exec(select(Upload).where(Upload.import_id == run.id)).one()
    return upload_schema(upload, run.at.date() if run.by == BOT else get_today(session, person_id=run.by, now=run.at))


def _get_apart(session: Session, *, upload_id: UUID, by: str, now: datetime) -> list[int]:  # noqa: ARG001 - every query takes the time
    return require_upload(session, upload_id, by).apart


def discard_upload(session: Session, *, upload_id: UUID, by: str, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """
    Drop a list because it is imported now, or can't be.

    Raises:
        AlreadyDone: it was imported before, or forgotten after a day.
    """
    session.delete(require_upload(session, upload_id, by))
    session.flush()


def discard_uploads(session: Session, *, before: datetime) -> int:
    """Drop lists that were sent before that instant and never confirmed; return how many."""
    waiting = sa.delete(Upload).where(col(Upload.at) < before, col(Upload.import_id).is_(None))
    return session.exec(waiting).rowcount
