"""Keeps what people found themselves."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.core.errors import InvalidInput
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.found import FoundItem
from bot.mentions.usecases.taking_in import take_in
from bot.people.usecases import require_here
from bot.workspaces.usecases import record


def save_mention(session: Session, *, item: FoundItem, by: str, now: datetime) -> tuple[UUID, bool]:
    """
    Keep what *by* found as a mention; its id, and whether it was kept already.

    Raises:
        NotAllowed: *by* is no full member.
        InvalidInput: there is nothing in it.
    """
    require_here(session, by=by)
    if not (item.address or item.words.strip() or item.title.strip()):
        raise InvalidInput("There are no words and no link in it; choose another message.")
    taken = take_in(session, items=[item], kind=SourceKind.SLACK, by=by, now=now)
    mention_id = taken.mention_ids[0]
    if taken.new:
        record(session, "mention.saved", by=by, kind="mention", subject=mention_id, now=now)
        session.flush()
    return mention_id, not taken.new
