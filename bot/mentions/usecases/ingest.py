"""Stores what was found, each thing once: from sources, from people and from lists."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, partial
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.errors import InvalidInput, NotFound
from bot.customers.rules.names import clean_text
from bot.customers.usecases.uploads import discard_upload, store_upload
from bot.mentions.queries.feeling import get_reader
from bot.mentions.queries.matching import match_many
from bot.mentions.queries.mentions import AT_ONCE, find_settings, plan_list, require_may_bring
from bot.mentions.queries.sources import get_source
from bot.mentions.rules.mentions import Filter, MentionState, is_old, is_posted, is_recent, is_wanted
from bot.mentions.rules.reading import Reader, read_sentiment
from bot.mentions.rules.sentiment import BY_PERSON, Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import IngestResult, ListPlan, ListRead, Match, SourceWish, Text
from bot.mentions.tables import Mention, Occurrence, Source
from bot.mentions.usecases.acting import SURE, follow_complaint
from bot.mentions.usecases.aliases import refresh_aliases
from bot.mentions.usecases.sources import store_health
from bot.people.usecases import require_here
from bot.workspaces.usecases import record

_COPIED = {"external_id", "address", "title", "words", "author", "language", "rating", "published_at"}


class _Origin(NamedTuple):
    """Where items come from: a source, or a person or list (*kind*); *now* is when, `reader()` reads their texts."""

    source: Source | None
    kind: SourceKind
    by: str | None
    now: datetime
    reader: Callable[[], Reader]

    @property
    def source_id(self) -> UUID | None:
        """The source's id."""
        return self.source.id if self.source else None

    @property
    def is_list(self) -> bool:
        """Whether somebody imported a list."""
        return self.source is None and self.kind is SourceKind.CSV


def ingest(
    session: Session, *, items: Sequence[FeedItem], now: datetime, source_id: UUID | None = None,
    kind: SourceKind = SourceKind.SLACK, by: str | None = None,
) -> IngestResult:  # fmt: skip
    """
    Store *items* of a source, or of a person (*by*) or list.

    An item that is stored already gets one more occurrence. If its first source has other words for it now, the
    mention is changed, and not posted again.
    """
    source = session.exec(select(Source).where(Source.id == source_id)).one() if source_id else None
    origin = _Origin(source, source.kind if source else kind, by, now, cache(partial(get_reader, session)))
    wanted = select_wanted(items, source) if source else items
    keyed, known = _by_key(session, wanted, str(source_id or kind))
    fresh = {key: item for key, item in keyed.items() if key not in known}
    edited = sum(_see_again(session, known[key], item, origin) for key, item in keyed.items() if key in known)
    made = _add_all(session, fresh, origin) if fresh else {}
    stored = {**known, **made}
    return IngestResult(
        new=len(made), edited=edited, seen_again=len(known) - edited, left_out=len(items) - len(wanted),
        mention_ids=tuple(stored[key].id for key in keyed),
    )  # fmt: skip


def ingest_fetched(session: Session, *, source_id: UUID, fetched: FetchResult, now: datetime) -> IngestResult:
    """Store what fetching a source returned, and the source's health; nothing if the source was removed meanwhile."""
    try:
        get_source(session, source_id)
    except NotFound:
        return IngestResult(left_out=len(fetched.items))
    stored = ingest(session, items=fetched.items, source_id=source_id, now=now) if fetched.items else IngestResult()
    store_health(session, source_id=source_id, fetched=fetched, now=now)
    return stored


def ingest_sent(session: Session, *, source_id: UUID, items: tuple[FeedItem, ...], now: datetime) -> IngestResult:
    """Store what was sent to a webhook; nothing while the source is paused."""
    source = get_source(session, source_id)
    if source.paused_at is not None:
        return IngestResult(left_out=len(items))
    source.last_success_at, source.failing_since, source.last_error = now, None, ""
    return ingest(session, items=items, source_id=source_id, now=now)


def save_mention(session: Session, *, item: FeedItem, by: str, now: datetime) -> tuple[UUID, bool]:
    """
    Store what a person found; return the mention's id, and whether it was stored already.

    Raises:
        NotAllowed: *by* is no full member.
        InvalidInput: the item is empty.
    """
    require_here(session, by=by)
    if not (item.address or item.words.strip() or item.title.strip()):
        raise InvalidInput("There are no words and no link in it; choose another message.")
    stored = ingest(session, items=[item], kind=SourceKind.SLACK, by=by, now=now)
    mention_id = stored.mention_ids[0]
    if stored.new:
        record(session, "mention.saved", by=by, kind="mention", subject=mention_id, now=now)
        session.flush()
    return mention_id, not stored.new


def keep_list(session: Session, *, file_name: str, content: bytes, by: str, now: datetime) -> UUID:
    """
    Store a list's file until its sender confirms the import, a day at most; return its id.

    Raises:
        NotAllowed: *by* is no manager.
    """
    require_may_bring(session, viewer=by, now=now)
    return store_upload(session, file_name=file_name, content=content, by=by, now=now)


def take_list(session: Session, *, upload_id: UUID, read: ListRead, by: str, now: datetime) -> ListPlan:
    """
    Import a list that was uploaded, and delete the upload.

    Raises:
        AlreadyDone: it was imported before, or deleted after a day.
        NotAllowed, InvalidInput: as `import_mentions`.
    """
    discard_upload(session, upload_id=upload_id, by=by, now=now)
    return import_mentions(session, read=read, by=by, now=now)


def import_mentions(session: Session, *, read: ListRead, by: str, now: datetime) -> ListPlan:
    """
    Store each item of a list once and return what that did.

    Items dated within the last two weeks are posted; older ones and those without a date are only stored.

    Raises:
        NotAllowed: *by* is no manager ("bot" stands for the command line).
        InvalidInput: no column holds what was written.
    """
    done = plan_list(session, read=read, viewer=by, now=now)
    ingest(session, items=read.items, kind=SourceKind.CSV, by=by, now=now)
    counts = done.model_dump(include={"file_name", "new", "known", "recent", "refused"})
    record(
        session, "mentions.imported", by=by, kind="workspace", subject=workspace_of(session), after=counts, now=now
    )  # fmt: skip
    session.flush()
    return done


def select_wanted(items: Iterable[FeedItem], source: Source | SourceWish) -> list[FeedItem]:
    """Return the items that a source takes."""
    by = Filter(source.words, source.excluded_words, source.excluded_authors, source.language)
    return [
        item
        for item in items
        if is_wanted(f"{item.title}\n{item.words}", author=item.author, language=item.language, by=by)
    ]


def set_match(row: Mention, found: Sequence[Match]) -> None:
    """Set whom a mention is about: the surest match with a customer, else ourselves."""
    certain = sorted((match for match in found if match.tier is not Tier.IGNORED), key=lambda match: match.tier.doubt)
    theirs = next((match for match in certain if match.customer_id is not None), None)
    ours = next((match for match in certain if match.customer_id is None), None)
    best = theirs or ours
    row.customer_id = theirs.customer_id if theirs else None
    row.about_us = ours is not None
    row.tier = best.tier if best else None
    row.alias, row.alias_key = (best.alias[:260], best.key) if best else ("", "")
    row.alias_kind = best.kind if best else None


def _by_key(session: Session, items: Iterable[FeedItem], source: str) -> tuple[dict[str, FeedItem], dict[str, Mention]]:
    """Return *items* by what they are known by, and those of them that are stored; one id may have several texts."""
    groups: dict[str, dict[str, FeedItem]] = {}
    for item in items:
        groups.setdefault(item.fingerprint(source), {}).setdefault(item.fingerprint(source, with_words=True), item)
    known = _list_known(session, [*dict.fromkeys([*groups, *(key for group in groups.values() for key in group)])])
    keyed: dict[str, FeedItem] = {}
    for key, group in groups.items():
        for exact, item in group.items():
            is_stored = key in known and (known[key].title, known[key].words) == (item.title, item.words)
            keyed[exact if exact in known or (len(group) > 1 and not is_stored) else key] = item
    return keyed, {key: row for key, row in known.items() if key in keyed}


def _list_known(session: Session, keys: Sequence[str]) -> dict[str, Mention]:
    known: dict[str, Mention] = {}
    for start in range(0, len(keys), AT_ONCE):
        query = select(Mention).where(col(Mention.fingerprint).in_(keys[start : start + AT_ONCE]))
        known |= {row.fingerprint: row for row in session.exec(query)}
    return known


def _see_again(session: Session, row: Mention, item: FeedItem, origin: _Origin) -> bool:
    """Add an occurrence; return whether the words changed where they first came from."""
    source = origin.source
    where = Occurrence.by == origin.by if source is None else Occurrence.source_id == source.id
    if session.exec(select(Occurrence.id).where(Occurrence.mention_id == row.id, where)).first() is None:
        _add_occurrence(session, row, origin)
    if row.state is MentionState.KEPT and _is_news(row, origin):
        row.state, row.channel_id = MentionState.OPEN, _channel(session, source)
        follow_complaint(session, row, now=origin.now)
    if source is None or row.source_id != source.id or (row.title, row.words) == (item.title, item.words):
        return False
    row.title, row.words, row.is_cut, row.rating = item.title, item.words, item.cut, item.rating
    row.edited_at = origin.now
    if row.scorer != BY_PERSON:
        names = (row.alias,)
        row.feeling, row.score, row.scorer = read_sentiment(item.said, item.rating, names=names, reader=origin.reader())
    return True


def _add_occurrence(session: Session, row: Mention, origin: _Origin) -> None:
    session.add(Occurrence(mention_id=row.id, source_id=origin.source_id, by=origin.by, seen_at=origin.now))


def _add_all(session: Session, fresh: dict[str, FeedItem], origin: _Origin) -> dict[str, Mention]:
    refresh_aliases(session, now=origin.now)
    texts = [
        Text(
            title=item.title, words=item.words, links=(item.address, *item.links), domains=item.domains,
            handles=item.handles, source_id=origin.source_id,
        )
        for item in fresh.values()
    ]  # fmt: skip
    channel = _channel(session, origin.source)
    made = {}
    for (key, item), found in zip(fresh.items(), match_many(session, texts=texts, now=origin.now), strict=True):
        made[key] = _make_row(key, item, found, origin)
        made[key].channel_id = channel
    session.add_all(made.values())
    session.flush()
    for row in made.values():
        _add_occurrence(session, row, origin)
    for row in _latest_complaints(made.values()) if origin.is_list else made.values():
        if row.state is MentionState.OPEN:
            follow_complaint(session, row, now=origin.now)
    session.flush()
    return made


def _latest_complaints(rows: Iterable[Mention]) -> list[Mention]:
    """Return the latest complaint about each customer: of a list, its owner is told once."""
    complaints = [row for row in rows if row.feeling is Sentiment.COMPLAINT and row.published_at is not None]
    complaints.sort(key=lambda row: (row.published_at, row.fingerprint))
    return list({row.customer_id: row for row in complaints if row.tier in SURE}.values())


def _make_row(key: str, item: FeedItem, found: Sequence[Match], origin: _Origin) -> Mention:
    names = [match.alias for match in found]
    sentiment, score, model = read_sentiment(item.said, item.rating, names=names, reader=origin.reader())
    row = Mention(
        **item.model_dump(include=_COPIED), fingerprint=key, source_id=origin.source_id, kind=origin.kind,
        is_cut=item.cut, place=item.place or (clean_text(origin.source.name, 100) if origin.source else ""),
        domains=list(item.domains), handles=list(item.handles), found_at=origin.now, saved_by=origin.by,
        feeling=sentiment, score=score, scorer=model,
    )  # fmt: skip
    if row.published_at is not None and row.published_at > origin.now:
        row.published_at = origin.now  # nobody writes tomorrow: a date of 2099 would stand first for ever
    set_match(row, found)
    row.state = MentionState.OPEN if _is_news(row, origin) else MentionState.KEPT
    return row


def _channel(session: Session, source: Source | None) -> str | None:
    """Return the channel to post to: the source's, or the one that was set up for what people save."""
    if source is not None:
        return source.channel_id
    settings = find_settings(session)
    return settings.channel_id if settings else None


def _is_news(row: Mention, origin: _Origin) -> bool:
    """Return whether a mention is posted: saved ones always, a list's when they are recent."""
    source = origin.source
    if source is None:
        return not origin.is_list or is_recent(row.published_at, origin.now)
    return not is_old(row.published_at, origin.now) and is_posted(
        source.kind, matched=row.tier is not None, has_words=bool(source.words)
    )  # fmt: skip
