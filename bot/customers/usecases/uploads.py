"""Lists that were sent in Slack, kept between their preview and the word of who sent them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.errors import AlreadyDone
from bot.customers.schemas import Drafts, ImportDone
from bot.customers.tables import Upload
from bot.customers.usecases.lists import apply_import
from bot.people.usecases import require_here


def store_upload(session: Session, *, file_name: str, content: bytes, by: str, now: datetime) -> UUID:
    """Store a list until its sender decides, and drop an earlier one of theirs; return its id."""
    require_here(session, by=by)
    session.execute(sa.delete(Upload).where(col(Upload.by) == by))
    upload = Upload(by=by, at=now, file_name=file_name[:200], content=content)
    session.add(upload)
    session.flush()
    return upload.id


def map_upload(session: Session, *, upload_id: UUID, by_hand: Mapping[str, str], by: str, now: datetime) -> None:
    """Store which of a list's columns somebody has mapped by hand, for a day more."""
    upload = _require_upload(session, upload_id, by)
    upload.by_hand, upload.at = dict(by_hand), now


def answer_upload(session: Session, *, upload_id: UUID, answers: Mapping[str, str], by: str, now: datetime) -> None:
    """Store the answers to questions about a list, by the questions' ids, for a day more."""
    upload = _require_upload(session, upload_id, by)
    upload.answers, upload.at = {**upload.answers, **answers}, now


def keep_rows_apart(session: Session, *, upload_id: UUID, rows: Collection[int], by: str, now: datetime) -> None:
    """Store which rows of a list are customers of their own, whatever else says that they are one, for a day more."""
    upload = _require_upload(session, upload_id, by)
    upload.apart, upload.at = sorted(rows), now


def import_upload(
    session: Session,
    *,
    upload_id: UUID,
    drafts: Drafts,
    erase_blanks: bool,
    share_among: Sequence[str] = (),
    by: str,
    now: datetime,
) -> ImportDone:
    """
    Import a list that was sent, and drop the file; a second call about the same list changes nothing.

    Raises:
        AlreadyDone: it was taken in before, or forgotten after a day.
        InvalidInput, NotAllowed: as `apply_import`.
    """
    apart = _require_upload(session, upload_id, by).apart
    discard_upload(session, upload_id=upload_id, by=by)
    return apply_import(
        session, drafts=drafts, by=by, now=now, erase_blanks=erase_blanks, apart=apart, share_among=share_among
    )


def discard_upload(session: Session, *, upload_id: UUID, by: str) -> None:
    """
    Drop a list because it is imported now.

    Raises:
        AlreadyDone: it was taken in before, or forgotten after a day.
    """
    session.delete(_require_upload(session, upload_id, by))
    session.flush()


def _require_upload(session: Session, upload_id: UUID, by: str) -> Upload:
    query = select(Upload).where(Upload.id == upload_id, Upload.by == by)
    upload = session.exec(query.with_for_update()).first()
    if upload is None:
        raise AlreadyDone("That list was imported already, or a day has passed; send it again if it is new.")
    return upload


def discard_uploads(session: Session, *, before: datetime) -> int:
    """Drop lists that were sent before that instant and never confirmed; return how many."""
    return session.exec(sa.delete(Upload).where(col(Upload.at) < before)).rowcount
