"""Changes what a source takes and where it posts; its kind and its address stay."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.mentions.queries.sources import get_due, get_source, list_source_schemas
from bot.mentions.rules.mentions import State
from bot.mentions.rules.sources import is_fetched
from bot.mentions.schemas.mentions import DueSource, SourceSchema, SourceWish
from bot.mentions.tables.mentions import Mention, Source
from bot.mentions.usecases.sourcing import WISH, wish_problems, write_wish
from bot.people.usecases import require_manager
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import record

_CHANGEABLE = (
    "words", "excluded_words", "excluded_authors", "language", "channel_id", "quiet_from", "quiet_to", "mapping",
    "is_signed",
)  # fmt: skip


def check_change(
    session: Session, *, source_id: UUID, wish: SourceWish, channel: ChannelSchema | None, by: str, now: datetime
) -> DueSource:
    """
    What to ask a source with, if it can be as *wish* says; of a wish, its kind and word don't count.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: the source was removed meanwhile.
        InvalidInput: with a sentence per field: `channel`, `quiet`, `language`, `mapping`.
    """
    require_manager(session, by=by, wish=WISH)
    due = get_due(session, source_id=source_id, now=now)
    if problems := wish_problems(wish, channel):
        raise InvalidInput(fields=problems)
    return due


def edit_source(
    session: Session,
    *,
    source_id: UUID,
    wish: SourceWish,
    channel: ChannelSchema | None,
    by: str,
    now: datetime,
    view_id: str = "",
) -> SourceSchema:
    """
    Have a source take and post as *wish* says from now on. What of it waits for its channel goes to the new one; a
    source that is fetched is asked for everything again, since more of it may be wanted now.

    Raises:
        as `check_change`; AlreadyDone: this form was saved before.
    """
    check_change(session, source_id=source_id, wish=wish, channel=channel, by=by, now=now)
    outbox.require_new_submission(session, view_id, now=now)
    row = get_source(session, source_id)
    before = _values(row)
    write_wish(row, wish)
    after = _values(row)
    changed = {name for name in after if before[name] != after[name]}
    if changed:
        _take_along(session, row)
        row.etag = row.last_modified = ""
        if is_fetched(row.kind) and row.paused_at is None:
            row.next_try_at = now
        record(
            session, "mention_source.edited", by=by, kind="mention_source", subject=row.id,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)}, now=now,
        )  # fmt: skip
    session.flush()
    return list_source_schemas(session, [row], now=now)[0]


def _values(row: Source) -> dict[str, Any]:
    """What can be changed, as JSON values."""
    values = {name: getattr(row, name) for name in _CHANGEABLE}
    return {name: value.isoformat("minutes") if isinstance(value, time) else value for name, value in values.items()}


def _take_along(session: Session, row: Source) -> None:
    session.flush()
    waiting = sa.update(Mention).where(
        col(Mention.workspace_id) == workspace_of(session),
        col(Mention.source_id) == row.id,
        col(Mention.state) == State.OPEN,
        col(Mention.posted_at).is_(None),
    )
    session.exec(waiting.values(channel_id=row.channel_id))
