"""Reads about sources: which are due, how they are, and whose a webhook's address is."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.mentions.rules.mentions import PAGE_ROWS, State
from bot.mentions.schemas.mentions import DueSource, Signed, SourceList, SourceSchema
from bot.mentions.tables import Mention, Source
from bot.people.usecases import require_manager

WISH = "see where mentions come from"
WEEK = timedelta(days=7)


def get_source(session: Session, source_id: UUID) -> Source:
    """
    The source with that id, unless it was removed.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    query = select(Source).where(
        Source.workspace_id == workspace_of(session), Source.id == source_id, col(Source.removed_at).is_(None)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("That source isn't here any more; /mentions sources shows those that are.")
    return row


def get_source_schema(session: Session, *, source_id: UUID, viewer: str, now: datetime) -> SourceSchema:
    """One source with its health; for managers."""
    require_manager(session, by=viewer, wish=WISH)
    return list_source_schemas(session, [get_source(session, source_id)], now=now)[0]


def get_sources(session: Session, *, page: int, viewer: str, now: datetime) -> SourceList:
    """
    A page (from 0) of the sources, those that fail first.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    ours = (col(Source.workspace_id) == workspace_of(session), col(Source.removed_at).is_(None))
    failing = sa.func.coalesce(sa.func.sum(sa.case((col(Source.failing_since).is_not(None), 1), else_=0)), 0)
    total, ill = session.execute(sa.select(sa.func.count(), failing).where(*ours)).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    query = select(Source).where(*ours).order_by(col(Source.failing_since).is_(None), col(Source.id))
    rows = session.exec(query.offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    schemas = tuple(list_source_schemas(session, rows, now=now))
    return SourceList(total=total, failing=ill, page=page, pages=pages, rows=schemas)


def list_source_schemas(session: Session, rows: Sequence[Source], *, now: datetime) -> list[SourceSchema]:
    """These sources as managers see them, in the order given."""
    weeks = _count_week(session, [row.id for row in rows], now)
    return [
        SourceSchema(
            id=row.id,
            kind=row.kind,
            name=row.name,
            word=row.word,
            address=row.address,
            words=tuple(row.words),
            excluded_words=tuple(row.excluded_words),
            excluded_authors=tuple(row.excluded_authors),
            language=row.language,
            channel_id=row.channel_id or "",
            quiet=quiet_words(row.quiet_from, row.quiet_to),
            mapping=row.mapping,
            is_signed=row.is_signed,
            is_paused=row.paused_at is not None,
            last_success_at=row.last_success_at,
            last_error=row.last_error,
            failing_since=row.failing_since,
            next_try_at=row.next_try_at,
            secrets=len(row.secrets),
            week=weeks.get(row.id, 0),
            now=now,
        )
        for row in rows
    ]


def list_due_sources(session: Session, *, now: datetime, limit: int) -> list[DueSource]:
    """Sources of all workspaces whose time has come, the longest waiting first."""
    query = (
        select(Source)
        .where(col(Source.next_try_at) <= now)
        .order_by(col(Source.next_try_at), col(Source.id))
        .limit(limit)
    )
    return [_due(row) for row in session.exec(query).all()]


def get_due(session: Session, *, source_id: UUID, now: datetime) -> DueSource:  # noqa: ARG001 - every query takes the time
    """What to ask a source with, whether its time has come or not."""
    return _due(get_source(session, source_id))


def find_signed(session: Session, *, token: str, now: datetime) -> Signed | None:  # noqa: ARG001 - every query takes the time
    """The source behind a webhook's address, in whichever workspace; None when there is none, or it was removed."""
    row = session.exec(select(Source).where(Source.token == token, col(Source.removed_at).is_(None))).first()
    if row is None:
        return None
    return Signed(
        workspace_id=row.workspace_id, source_id=row.id, kind=row.kind, secrets=tuple(row.secrets),
        mapping=row.mapping, is_signed=row.is_signed,
    )  # fmt: skip


def list_waiting_channels(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """The channels for which a mention waits to be posted."""
    query = (
        sa.select(col(Mention.channel_id))
        .where(
            col(Mention.workspace_id) == workspace_of(session),
            col(Mention.channel_id).is_not(None),
            col(Mention.posted_at).is_(None),
            col(Mention.state) == State.OPEN,
        )
        .distinct()
    )
    return sorted(session.execute(query).scalars().all())


def quiet_words(start: time | None, end: time | None) -> str:
    """`18:00-08:00`; "" without quiet hours."""
    return f"{start:%H:%M}-{end:%H:%M}" if start is not None and end is not None else ""


def _due(row: Source) -> DueSource:
    return DueSource(
        workspace_id=row.workspace_id, source_id=row.id, kind=row.kind, address=row.address, etag=row.etag,
        last_modified=row.last_modified,
    )  # fmt: skip


def _count_week(session: Session, ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
    if not ids:
        return {}
    query = (
        sa.select(col(Mention.source_id), sa.func.count())
        .where(
            col(Mention.workspace_id) == workspace_of(session),
            col(Mention.found_at) > now - WEEK,
            col(Mention.source_id).in_(list(ids)),
        )
        .group_by(col(Mention.source_id))
    )
    return {source_id: count for source_id, count in session.execute(query).all() if source_id}
