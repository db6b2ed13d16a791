"""Lists between their preview and somebody's word."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.errors import AlreadyDone
from bot.customers.schemas import Drafts, ImportDone
from bot.customers.tables import Upload
from bot.customers.usecases.lists import apply_import
from bot.people.usecases import require_here


def keep_upload(session: Session, *, file_name: str, content: bytes, by: str, now: datetime) -> UUID:
    """Keep a list until its sender decides; returns its id. An earlier one of theirs is forgotten."""
    require_here(session, by=by)
    session.execute(sa.delete(Upload).where(col(Upload.by) == by))
    upload = Upload(by=by, at=now, file_name=file_name[:200], content=content)
    session.add(upload)
    session.flush()
    return upload.id


def map_upload(session: Session, *, upload_id: UUID, by_hand: Mapping[str, str], by: str, now: datetime) -> None:
    """Keep which of a list's columns somebody has mapped by hand, and for a day more."""
    upload = _require_upload(session, upload_id, by)
    upload.by_hand, upload.at = dict(by_hand), now


def take_upload(
    session: Session, *, upload_id: UUID, drafts: Drafts, erase_blanks: bool, by: str, now: datetime
) -> ImportDone:
    """
    Take in a list that was sent, and forget the file; a second word about the same list changes nothing.

    Raises:
        AlreadyDone: it was taken in before, or forgotten after a day.
    """
    forget_upload(session, upload_id=upload_id, by=by)
    return apply_import(session, drafts=drafts, by=by, now=now, erase_blanks=erase_blanks)


def forget_upload(session: Session, *, upload_id: UUID, by: str) -> None:
    """
    Forget a list because it is taken in now.

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
