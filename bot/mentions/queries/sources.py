"""Reads sources: which are due, their health, and the one behind a webhook's address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.errors import NotFound
from bot.mentions.rules.mentions import PAGE_ROWS, MentionState
from bot.mentions.schemas.mentions import DueSource, SourceList, SourceSchema, WebhookSource
from bot.mentions.tables import Mention, Source, UnreadName
from bot.people.usecases import require_manager
from bot.workspaces.queries import list_workspaces_where
from bot.workspaces.tables import Workspace

WISH = "see where mentions come from"
WEEK = timedelta(days=7)
_COPIED = {
    "id", "kind", "name", "word", "address", "words", "excluded_words", "excluded_authors", "language", "mapping",
    "is_signed", "last_success_at", "last_error", "failing_since", "next_try_at",
}  # fmt: skip


def get_source(session: Session, source_id: UUID) -> Source:
    """
    Return the source with that id.

    Raises:
        NotFound: there is none in this workspace, or it was removed.
    """
    row = session.exec(select(Source).where(Source.id == source_id, col(Source.removed_at).is_(None))).first()
    if row is None:
        raise NotFound("That source isn't here any more; /mentions sources shows those that are.")
    return row


def get_source_schema(session: Session, *, source_id: UUID, viewer: str, now: datetime) -> SourceSchema:
    """Return a source with its health; raises NotAllowed unless the viewer is a manager."""
    require_manager(session, by=viewer, wish=WISH)
    return list_source_schemas(session, [get_source(session, source_id)], now=now)[0]


def get_sources(session: Session, *, page: int, viewer: str, now: datetime) -> SourceList:
    """
    Return a page (from 0) of the sources, failing ones first.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    query = select(Source).where(col(Source.removed_at).is_(None))
    rows = session.exec(query.order_by(col(Source.failing_since).is_(None), col(Source.id))).all()  # 200 at most
    pages = max(-(-len(rows) // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    shown = list_source_schemas(session, rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS], now=now)
    failing = sum(row.failing_since is not None for row in rows)
    return SourceList(total=len(rows), failing=failing, page=page, pages=pages, rows=tuple(shown))


def list_source_schemas(session: Session, rows: Sequence[Source], *, now: datetime) -> list[SourceSchema]:
    """Return these sources with their health, in the order given."""
    weeks = _count_week(session, [row.id for row in rows], now)
    return [
        SourceSchema(
            **row.model_dump(include=_COPIED),
            channel_id=row.channel_id or "",
            quiet=f"{row.quiet_from:%H:%M}-{row.quiet_to:%H:%M}" if row.quiet_from and row.quiet_to else "",
            is_paused=row.paused_at is not None,
            secrets=len(row.secrets),
            week=weeks.get(row.id, 0),
            now=now,
        )
        for row in rows
    ]


def due_sources(now: datetime, limit: int) -> Any:
    """Return the statement of the sources that are due, the longest waiting first."""
    query = select(Source).where(col(Source.next_try_at) <= now)
    return query.order_by(col(Source.next_try_at), col(Source.id)).limit(limit)


def get_due(session: Session, *, source_id: UUID, now: datetime) -> DueSource:  # noqa: ARG001 - every query takes the time
    """Return what is needed to fetch a source, whether it is due or not."""
    return due_source(get_source(session, source_id))


def find_signed(session: Session, *, token: str, now: datetime) -> WebhookSource | None:  # noqa: ARG001 - every query takes the time
    """Return the source behind a webhook's address, in any workspace; None if there is none, or it was removed."""
    row = session.exec(select(Source).where(Source.token == token, col(Source.removed_at).is_(None))).first()
    if row is None:
        return None
    return WebhookSource(
        workspace_id=row.workspace_id, source_id=row.id, kind=row.kind, secrets=tuple(row.secrets),
        mapping=row.mapping, is_signed=row.is_signed,
    )  # fmt: skip


def list_unread_workspaces(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of the workspaces with customers whose names are to be read."""
    own = col(UnreadName.workspace_id) == col(Workspace.id)
    return list_workspaces_where(session, sa.select(col(UnreadName.customer_id)).where(own).exists())


def list_workspaces_with_mentions(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - as above
    """Return the ids of the workspaces where an open mention waits to be posted, or somebody said they would answer."""
    own = sa.and_(col(Mention.workspace_id) == col(Workspace.id), col(Mention.state) == MentionState.OPEN)
    unposted = sa.and_(col(Mention.posted_at).is_(None), col(Mention.channel_id).is_not(None))
    waiting = sa.or_(col(Mention.taken_by).is_not(None), unposted)
    return list_workspaces_where(session, sa.select(col(Mention.id)).where(own, waiting).exists())


def list_waiting_channels(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the channels for which a mention waits to be posted."""
    query = select(Mention.channel_id).where(col(Mention.posted_at).is_(None), col(Mention.state) == MentionState.OPEN)
    found = session.exec(query.where(col(Mention.channel_id).is_not(None)).distinct())
    return sorted(channel for channel in found if channel)


def due_source(row: Source) -> DueSource:
    """Return what is needed to fetch a source."""
    return DueSource(
        workspace_id=row.workspace_id, source_id=row.id, kind=row.kind, address=row.address, etag=row.etag,
        last_modified=row.last_modified,
    )  # fmt: skip


def _count_week(session: Session, ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
    query = select(Mention.source_id, sa.func.count()).group_by(col(Mention.source_id))
    recent = query.where(col(Mention.found_at) > now - WEEK, col(Mention.source_id).in_(ids))
    return {source_id: count for source_id, count in session.exec(recent) if source_id} if ids else {}
