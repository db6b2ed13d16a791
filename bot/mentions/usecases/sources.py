"""Adds, edits, pauses and removes sources of mentions, and stores their health."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments.usecases import list_managers_to_notify, list_recipients
from bot.core import inbox, outbox
from bot.core.clock import new_id
from bot.core.database import locks_rows, workspace_of
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.rules.names import clean_text
from bot.mentions.queries.sources import due_source, due_sources, get_due, get_source, list_source_schemas
from bot.mentions.rules import sources as rules
from bot.mentions.rules.mentions import MOST_SOURCES, MentionState, next_try, read_quiet
from bot.mentions.rules.sources import Outcome, SourceKind, is_fetched, is_pushed
from bot.mentions.rules.texts import host_of
from bot.mentions.schemas.items import FetchResult
from bot.mentions.schemas.mentions import ChannelStopped, DueSource, SourceSchema, SourceWish, WebhookKeys
from bot.mentions.tables import AskedHost, Mention, Source
from bot.people.usecases import require_manager
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import BOT, record

WISH = "choose where mentions come from"
LANGUAGE = re.compile("[a-z]{2}")
MOST_SECRETS = 2
FETCH_LEASE = timedelta(minutes=2)  # a source waits that long for the answer of its host, behind others of one host
_CHANGEABLE = (
    "words", "excluded_words", "excluded_authors", "language", "channel_id", "quiet_from", "quiet_to", "mapping",
    "is_signed",
)  # fmt: skip


def check_source(session: Session, *, wish: SourceWish, channel: ChannelSchema | None, by: str, now: datetime) -> str:  # noqa: ARG001 - every use case takes the time
    """
    Check a new source; return the address that it is fetched from ("" for webhooks).

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: with a sentence per field: `word`, `channel`, `quiet`, `language`, `mapping`.
    """
    require_manager(session, by=by, wish=WISH)
    problems, address = {}, ""
    try:
        address = rules.fetch_address(wish.kind, wish.word) if is_fetched(wish.kind) else ""
    except InvalidInput as wrong:
        problems["word"] = str(wrong)
    if not (is_fetched(wish.kind) or is_pushed(wish.kind)):
        problems["kind"] = "Choose a kind of source that brings mentions by itself."
    if problems := problems | _problems(wish, channel):
        raise InvalidInput(fields=problems)
    return address


def add_source(
    session: Session, *, wish: SourceWish, channel: ChannelSchema | None, by: str, now: datetime, title: str = "",
    view_id: str = "",
) -> WebhookKeys:  # fmt: skip
    """
    Add a source, which is fetched at once; a webhook gets its address and secret, shown only once.

    Raises:
        as `check_source`; AlreadyDone: this form was saved before.
    """
    address = check_source(session, wish=wish, channel=channel, by=by, now=now)
    if len(session.exec(select(Source.id).where(col(Source.removed_at).is_(None))).all()) >= MOST_SOURCES:
        raise InvalidInput(f"There are {MOST_SOURCES} sources already; remove one that nobody needs.")
    inbox.require_new_submission(session, view_id, now=now)
    row = Source(kind=wish.kind, name=_name(wish, title), added_by=by, added_at=now)
    row.word, row.address = clean_text(wish.word, 500), address
    _write(row, wish)
    secret = ""
    if is_pushed(wish.kind):
        secret = secrets.token_urlsafe(24)
        row.token, row.secrets = secrets.token_urlsafe(32), [secret]
    else:
        row.next_try_at = now
    session.add(row)
    session.flush()
    return WebhookKeys(source=_noted(session, row, "added", by=by, now=now), token=row.token or "", secret=secret)


def check_change(
    session: Session, *, source_id: UUID, wish: SourceWish, channel: ChannelSchema | None, by: str, now: datetime
) -> DueSource:
    """
    Check a change of a source; return what to fetch for its preview. The kind and word of *wish* don't count.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: the source was removed meanwhile.
        InvalidInput: with a sentence per field: `channel`, `quiet`, `language`, `mapping`.
    """
    require_manager(session, by=by, wish=WISH)
    due = get_due(session, source_id=source_id, now=now)
    if problems := _problems(wish, channel):
        raise InvalidInput(fields=problems)
    return due


def edit_source(
    session: Session, *, source_id: UUID, wish: SourceWish, channel: ChannelSchema | None, by: str, now: datetime,
    view_id: str = "",
) -> SourceSchema:  # fmt: skip
    """
    Change what a source takes and where it posts; mentions that wait for its channel go to the new one.

    A source that is fetched is asked for everything again, since more of it may be wanted now.

    Raises:
        as `check_change`; AlreadyDone: this form was saved before.
    """
    check_change(session, source_id=source_id, wish=wish, channel=channel, by=by, now=now)
    inbox.require_new_submission(session, view_id, now=now)
    row = get_source(session, source_id)
    before = _values(row)
    _write(row, wish)
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
    return _schema(session, row, now)


def pause_source(session: Session, *, source_id: UUID, by: str, now: datetime) -> SourceSchema:
    """
    Stop fetching a source until somebody resumes it; a webhook is answered, but its items are left out.

    Raises:
        AlreadyDone: it is paused already.
    """
    row = _get(session, source_id, by=by)
    if row.paused_at is not None:
        raise AlreadyDone("That source is paused already.")
    row.paused_at, row.next_try_at = now, None
    return _noted(session, row, "paused", by=by, now=now)


def resume_source(session: Session, *, source_id: UUID, by: str, now: datetime) -> SourceSchema:
    """
    Fetch a paused source again, from now on.

    Raises:
        AlreadyDone: it isn't paused.
    """
    row = _get(session, source_id, by=by)
    if row.paused_at is None:
        raise AlreadyDone("That source isn't paused.")
    row.paused_at, row.failures, row.failing_since, row.last_error = None, 0, None, ""
    row.next_try_at = now if is_fetched(row.kind) else None
    return _noted(session, row, "resumed", by=by, now=now)


def remove_source(session: Session, *, source_id: UUID, by: str, now: datetime) -> SourceSchema:
    """Remove a source with its secrets; the mentions that it brought stay."""
    row = _get(session, source_id, by=by)
    schema = _schema(session, row, now)
    row.removed_at, row.next_try_at, row.token, row.secrets = now, None, None, []
    row.etag = row.last_modified = ""
    _noted(session, row, "removed", by=by, now=now)
    return schema


def rotate_secret(session: Session, *, source_id: UUID, by: str, now: datetime) -> WebhookKeys:
    """
    Give a webhook a new secret, shown only once; the previous one stays valid, older ones don't.

    Raises:
        InvalidInput: it isn't a webhook.
    """
    row = _get(session, source_id, by=by)
    if row.token is None:
        raise InvalidInput("Only webhooks have secrets; that source is fetched.")
    secret = secrets.token_urlsafe(24)
    row.secrets = [secret, *row.secrets][:MOST_SECRETS]
    return WebhookKeys(source=_noted(session, row, "secret_made", by=by, now=now), token=row.token, secret=secret)


@locks_rows
def claim_due_sources(session: Session, *, limit: int, now: datetime) -> list[DueSource]:
    """
    Claim up to *limit* due sources of all workspaces, the longest waiting first, and return them.

    No other process fetches them meanwhile; where this one dies, another fetches them after `FETCH_LEASE`.
    """
    rows = session.exec(due_sources(now, limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.next_try_at = now + FETCH_LEASE
    return [due_source(row) for row in rows]


def may_ask(session: Session, *, address: str, now: datetime) -> datetime | None:
    """
    Reserve the host of *address* for one request; return None, or when to try again if it was asked too recently.

    The reservation is a row, so it holds across sources, workspaces, processes and restarts.
    """
    host = _site(host_of(address))
    asked = session.get(AskedHost, host, with_for_update=True)
    pause = rules.host_pause(host)
    if asked is not None and asked.asked_at + pause > now:
        return asked.asked_at + pause
    session.merge(AskedHost(host=host, asked_at=now))
    session.flush()
    return None


def put_off(session: Session, *, source_id: UUID, until: datetime, now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Postpone a source until its host may be asked again."""
    row = get_source(session, source_id)
    if row.next_try_at is not None:
        row.next_try_at = until
    session.flush()


def store_health(session: Session, *, source_id: UUID, fetched: FetchResult, now: datetime) -> None:
    """Store how fetching a source ended, and when it is fetched next: ever later while it fails, but always."""
    row = get_source(session, source_id)
    if fetched.outcome.is_well:
        row.failures, row.failing_since, row.last_error, row.last_success_at = 0, None, "", now
        row.etag, row.last_modified = fetched.etag[:1000], fetched.last_modified[:200]
        if fetched.moved_to:
            row.address = fetched.moved_to[:2000]
        if fetched.title and row.name == row.kind.label:
            row.name = clean_text(fetched.title, 200)
    elif fetched.outcome is not Outcome.ASKED_TO_WAIT:
        row.failures += 1
        row.failing_since = row.failing_since or now
        row.last_error = clean_text(fetched.problem, 300)
    if row.paused_at is None:
        asked = timedelta(seconds=fetched.wait_seconds or 0)
        row.next_try_at = now + max(next_try(row.failures), asked)
    session.flush()


def stop_channel(session: Session, *, channel: str, now: datetime) -> int:
    """
    Stop posting to a channel that is shared with outsiders, or gone; what waits for it waits in /mentions.

    Returns the number of sources and mentions that have no channel now.
    """
    stopped = session.exec(
        select(Source).where(Source.channel_id == channel, col(Source.removed_at).is_(None)).order_by(col(Source.name))
    ).all()
    if stopped:
        _tell_of_stop(session, channel, stopped, now=now)
    sources = sa.update(Source).where(
        col(Source.workspace_id) == workspace_of(session), col(Source.channel_id) == channel
    )
    waiting = sa.update(Mention).where(
        col(Mention.workspace_id) == workspace_of(session),
        col(Mention.channel_id) == channel,
        col(Mention.posted_at).is_(None),
    )
    count = session.exec(sources.values(channel_id=None)).rowcount
    count += session.exec(waiting.values(channel_id=None)).rowcount
    if count:
        record(session, "mentions.channel_stopped", by=BOT, kind="channel", subject=channel, now=now)
    return count


def _tell_of_stop(session: Session, channel: str, sources: Sequence[Source], *, now: datetime) -> None:
    notification = ChannelStopped(channel_id=channel, sources=tuple(source.name for source in sources))
    managers = [manager.id for manager in list_managers_to_notify(session)]
    for person_id in dict.fromkeys([*list_recipients(session, (source.added_by for source in sources)), *managers]):
        key = f"mentions_stopped:{channel}:{person_id}:{new_id()}"
        outbox.enqueue(session, notification, to=person_id, key=key, now=now)


def _write(row: Source, wish: SourceWish) -> None:
    """Write *wish* into the row."""
    row.channel_id = wish.channel_id
    row.words, row.excluded_words = list(wish.words), list(wish.excluded_words)
    row.excluded_authors, row.language = list(wish.excluded_authors), wish.language
    row.mapping, row.is_signed = dict(wish.mapping), wish.is_signed
    quiet = read_quiet(wish.quiet) if wish.quiet else None
    row.quiet_from, row.quiet_to = quiet or (None, None)


def _problems(wish: SourceWish, channel: ChannelSchema | None) -> dict[str, str]:
    """Return what is wrong with a wish, whatever its kind: a sentence per field."""
    problems: dict[str, str] = {}
    if channel is None or channel.problem:
        problems["channel"] = (channel and channel.problem) or "Choose the channel that mentions are posted to."
    if wish.quiet and read_quiet(wish.quiet) is None:
        problems["quiet"] = "Write the hours like 18:00-08:00, or leave it empty."
    if wish.language and not LANGUAGE.fullmatch(wish.language):
        problems["language"] = "Write the two letters of a language, such as en, or leave it empty."
    if problem := rules.mapping_problem(wish.mapping):
        problems["mapping"] = problem
    return problems


def _name(wish: SourceWish, title: str) -> str:
    what = clean_text(title, 120) or (wish.word if wish.kind is not SourceKind.FEED else "")
    return clean_text(f"{wish.kind.label}: {what}" if what else wish.kind.label, 200)


def _site(host: str) -> str:
    """Return the name under which a host's requests are counted: one for all hosts of a site with its own pause."""
    parts = host.split(".")
    shorter = [".".join(parts[start:]) for start in range(len(parts) - 1)]
    usual = rules.host_pause("")
    return next((name for name in reversed(shorter) if rules.host_pause(name) != usual), host)[:253]


def _get(session: Session, source_id: UUID, *, by: str) -> Source:
    require_manager(session, by=by, wish=WISH)
    return get_source(session, source_id)


def _schema(session: Session, row: Source, now: datetime) -> SourceSchema:
    session.flush()
    return list_source_schemas(session, [row], now=now)[0]


def _noted(session: Session, row: Source, action: str, *, by: str, now: datetime) -> SourceSchema:
    """Add an entry to the audit trail, and return the source as it is now."""
    after = {"kind": row.kind.value, "name": row.name}
    record(session, f"mention_source.{action}", by=by, kind="mention_source", subject=row.id, after=after, now=now)
    return _schema(session, row, now)


def _values(row: Source) -> dict[str, Any]:
    """Return what can be changed, as JSON values."""
    values = {name: getattr(row, name) for name in _CHANGEABLE}
    return {name: value.isoformat("minutes") if isinstance(value, time) else value for name, value in values.items()}


def _take_along(session: Session, row: Source) -> None:
    session.flush()
    waiting = sa.update(Mention).where(
        col(Mention.workspace_id) == workspace_of(session), col(Mention.source_id) == row.id,
        col(Mention.state) == MentionState.OPEN, col(Mention.posted_at).is_(None),
    )  # fmt: skip
    session.exec(waiting.values(channel_id=row.channel_id))
