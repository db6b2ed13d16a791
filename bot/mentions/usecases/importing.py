"""Takes in lists of mentions that managers bring."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.core.database import workspace_of
from bot.customers.usecases.lists import forget_upload, keep_upload
from bot.mentions.queries.lists import plan_list, require_may_bring
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.lists import ListPlan, ListRead
from bot.mentions.usecases.taking_in import take_in
from bot.workspaces.usecases import record


def keep_list(session: Session, *, file_name: str, content: bytes, by: str, now: datetime) -> UUID:
    """
    Keep the file of a list until its sender decides, a day at most; returns its id.

    Raises:
        NotAllowed: *by* is no manager.
    """
    require_may_bring(session, viewer=by, now=now)
    return keep_upload(session, file_name=file_name, content=content, by=by, now=now)


def take_list(session: Session, *, upload_id: UUID, read: ListRead, by: str, now: datetime) -> ListPlan:
    """
    Take in a list that was sent, and forget the file; a second word about the same list changes nothing.

    Raises:
        AlreadyDone: it was taken in before, or forgotten after a day.
        NotAllowed, InvalidInput: as `import_mentions`.
    """
    forget_upload(session, upload_id=upload_id, by=by)
    return import_mentions(session, read=read, by=by, now=now)


def import_mentions(session: Session, *, read: ListRead, by: str, now: datetime) -> ListPlan:
    """
    Take in what a list says was written, each thing once, and say what that did. What it says was written in the last
    two weeks is posted; the rest, and what has no date, is kept without a word.

    Raises:
        NotAllowed: *by* is no manager ("bot" stands for the command line).
        InvalidInput: no column holds what was written.
    """
    done = plan_list(session, read=read, viewer=by, now=now)
    take_in(session, items=read.items, kind=SourceKind.CSV, by=by, now=now)
    counts = done.model_dump(include={"file_name", "new", "known", "recent", "refused"})
    record(
        session, "mentions.imported", by=by, kind="workspace", subject=workspace_of(session), after=counts, now=now
    )  # fmt: skip
    session.flush()
    return done
