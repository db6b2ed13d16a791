"""Takes in what was found: each thing once, matched, read, and told about where it is a complaint."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.errors import InvalidInput, NotFound
from bot.customers.rules.names import clean_text
from bot.customers.usecases.uploads import forget_upload, keep_upload
from bot.mentions.queries.matching import match_many
from bot.mentions.queries.mentions import find_settings, plan_list, require_may_bring
from bot.mentions.queries.sources import get_source
from bot.mentions.rules.addresses import fingerprint
from bot.mentions.rules.mentions import State, is_old, is_posted, is_recent, is_wanted
from bot.mentions.rules.sentiment import BY_PERSON, Sentiment, read_sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import IngestResult, ListPlan, ListRead, Match, Text
from bot.mentions.tables import Mention, Occurrence, Source
from bot.mentions.usecases.acting import SURE, follow_complaint
from bot.mentions.usecases.aliases import refresh_aliases
from bot.mentions.usecases.sources import store_health
from bot.people.usecases import require_here
from bot.workspaces.usecases import record

AT_ONCE = 500  # fingerprints in one statement


def ingest(
    session: Session,
    *,
    items: Sequence[FeedItem],
    now: datetime,
    source_id: UUID | None = None,
    kind: SourceKind = SourceKind.SLACK,
    by: str | None = None,
) -> IngestResult:
    """
    Keep *items* that a source brought, or somebody (*by*) did. What is kept already is only seen once more; where its
    source has other words for it now, it is edited, and not posted again.
    """
    source = _get_source(session, source_id)
    wanted = [item for item in items if source is None or _is_wanted(source, item)]
    keyed: dict[str, FeedItem] = {}
    for item in wanted:
        keyed.setdefault(fingerprint(item, str(source_id or kind)), item)
    known = _list_known(session, list(keyed))
    fresh = {key: item for key, item in keyed.items() if key not in known}
    edited = sum(
        _see_again(session, known[key], item, source, kind, by, now) for key, item in keyed.items() if key in known
    )
    made = _add_all(session, fresh, source, kind, by, now) if fresh else {}
    kept = {**known, **made}
    return IngestResult(
        new=len(made),
        edited=edited,
        seen_again=len(known) - edited,
        left_out=len(items) - len(wanted),
        mention_ids=tuple(kept[key].id for key in keyed),
    )


def _get_source(session: Session, source_id: UUID | None) -> Source | None:
    if source_id is None:
        return None
    query = select(Source).where(Source.workspace_id == workspace_of(session), Source.id == source_id)
    return session.exec(query).one()


def _is_wanted(source: Source, item: FeedItem) -> bool:
    return is_wanted(
        text=f"{item.title}\n{item.words}",
        author=item.author,
        language=item.language,
        words=source.words,
        excluded_words=source.excluded_words,
        excluded_authors=source.excluded_authors,
        wanted_language=source.language,
    )


def _list_known(session: Session, keys: Sequence[str]) -> dict[str, Mention]:
    known: dict[str, Mention] = {}
    for start in range(0, len(keys), AT_ONCE):
        some = col(Mention.fingerprint).in_(keys[start : start + AT_ONCE])
        rows = session.exec(select(Mention).where(Mention.workspace_id == workspace_of(session), some)).all()
        known |= {row.fingerprint: row for row in rows}
    return known


def _see_again(
    session: Session,
    row: Mention,
    item: FeedItem,
    source: Source | None,
    kind: SourceKind,
    by: str | None,
    now: datetime,
) -> bool:
    """Note where it was seen, too; True when the words were changed where they first came from."""
    _sight(session, row, source, by, now)
    if row.state is State.KEPT and _is_news(row, source, kind, now):
        row.state, row.channel_id = State.OPEN, _channel(session, source)
        follow_complaint(session, row, now=now)
    if source is None or row.source_id != source.id or (row.title, row.words) == (item.title, item.words):
        return False
    row.title, row.words, row.is_cut, row.rating, row.edited_at = item.title, item.words, item.cut, item.rating, now
    if row.scorer != BY_PERSON:
        read = read_sentiment(f"{item.title}\n{item.words}", item.rating)
        row.feeling, row.score, row.scorer = read.feeling, read.score, read.scorer
    return True


def _sight(session: Session, row: Mention, source: Source | None, by: str | None, now: datetime) -> None:
    place = Occurrence.by == by if source is None else Occurrence.source_id == source.id
    query = select(Occurrence.id).where(
        Occurrence.workspace_id == workspace_of(session), Occurrence.mention_id == row.id, place
    )
    if session.exec(query).first() is None:
        session.add(Occurrence(mention_id=row.id, source_id=source.id if source else None, by=by, seen_at=now))


def _add_all(
    session: Session,
    fresh: dict[str, FeedItem],
    source: Source | None,
    kind: SourceKind,
    by: str | None,
    now: datetime,
) -> dict[str, Mention]:
    refresh_aliases(session, now=now)
    items = list(fresh.values())
    texts = [
        Text(
            title=item.title, words=item.words, domains=item.domains, handles=item.handles,
            source_id=source.id if source else None,
        )
        for item in items
    ]  # fmt: skip
    channel = _channel(session, source)
    made = {}
    for (key, item), found in zip(fresh.items(), match_many(session, texts=texts, now=now), strict=True):
        row = _row(key, item, found, source, kind, by, now)
        row.channel_id = channel
        session.add(row)
        made[key] = row
    session.flush()
    for row in made.values():
        session.add(Occurrence(mention_id=row.id, source_id=row.source_id, by=by, seen_at=now))
    is_list = source is None and kind is SourceKind.CSV
    for row in _latest_complaints(made.values()) if is_list else list(made.values()):
        if row.state is State.OPEN:
            follow_complaint(session, row, now=now)
    session.flush()
    return made


def _latest_complaints(rows: Iterable[Mention]) -> list[Mention]:
    """Of a list, one complaint a customer: its owner hears of it once, whatever the number of rows."""
    complaints = [row for row in rows if row.feeling is Sentiment.COMPLAINT and row.published_at is not None]
    complaints.sort(key=lambda row: (row.published_at, row.fingerprint))
    return list({row.customer_id: row for row in complaints if row.tier in SURE}.values())


def _row(
    key: str,
    item: FeedItem,
    found: Sequence[Match],
    source: Source | None,
    kind: SourceKind,
    by: str | None,
    now: datetime,
) -> Mention:
    read = read_sentiment(f"{item.title}\n{item.words}", item.rating)
    row = Mention(
        fingerprint=key,
        source_id=source.id if source else None,
        kind=source.kind if source else kind,
        external_id=item.external_id,
        address=item.address,
        title=item.title,
        words=item.words,
        is_cut=item.cut,
        author=item.author,
        place=item.place or (clean_text(source.name, 100) if source else ""),
        language=item.language,
        rating=item.rating,
        domains=list(item.domains),
        handles=list(item.handles),
        published_at=item.published_at,
        found_at=now,
        saved_by=by,
        feeling=read.feeling,
        score=read.score,
        scorer=read.scorer,
    )
    set_match(row, found)
    row.state = State.OPEN if _is_news(row, source, kind, now) else State.KEPT
    return row


def _channel(session: Session, source: Source | None) -> str | None:
    """Where it is posted: the source's channel; for what people bring, the one that was set up for it."""
    if source is not None:
        return source.channel_id
    settings = find_settings(session)
    return settings.channel_id if settings else None


def _is_news(row: Mention, source: Source | None, kind: SourceKind, now: datetime) -> bool:
    """Whether people are told of it: of what somebody saved by hand always, of a list if it says that it is recent."""
    if source is None:
        return kind is not SourceKind.CSV or is_recent(row.published_at, now)
    return not is_old(row.published_at, now) and is_posted(
        source.kind, matched=row.tier is not None, has_words=bool(source.words)
    )  # fmt: skip


def set_match(row: Mention, found: Sequence[Match]) -> None:
    """Say whom a mention is about: the surest match with a customer, else ourselves; and whether it names us, too."""
    certain = sorted((match for match in found if match.tier is not Tier.IGNORED), key=lambda match: match.tier.doubt)
    theirs = next((match for match in certain if match.customer_id is not None), None)
    ours = next((match for match in certain if match.customer_id is None), None)
    best = theirs or ours
    row.customer_id = theirs.customer_id if theirs else None
    row.about_us = ours is not None
    row.tier = best.tier if best else None
    row.alias, row.alias_key = (best.alias[:260], best.key) if best else ("", "")
    row.alias_kind = best.kind if best else None


def ingest_fetched(session: Session, *, source_id: UUID, fetched: FetchResult, now: datetime) -> IngestResult:
    """Take in what a source brought and keep its health; of one that was removed meanwhile, nothing."""
    try:
        get_source(session, source_id)
    except NotFound:
        return IngestResult(left_out=len(fetched.items))
    taken = ingest(session, items=fetched.items, source_id=source_id, now=now) if fetched.items else IngestResult()
    store_health(session, source_id=source_id, fetched=fetched, now=now)
    return taken


def ingest_sent(session: Session, *, source_id: UUID, items: tuple[FeedItem, ...], now: datetime) -> IngestResult:
    """Take in what was sent to a webhook; a paused one is answered and keeps nothing."""
    source = get_source(session, source_id)
    if source.paused_at is not None:
        return IngestResult(left_out=len(items))
    source.last_success_at, source.failing_since, source.last_error = now, None, ""
    return ingest(session, items=items, source_id=source_id, now=now)


def save_mention(session: Session, *, item: FeedItem, by: str, now: datetime) -> tuple[UUID, bool]:
    """
    Keep what *by* found as a mention; its id, and whether it was kept already.

    Raises:
        NotAllowed: *by* is no full member.
        InvalidInput: there is nothing in it.
    """
    require_here(session, by=by)
    if not (item.address or item.words.strip() or item.title.strip()):
        raise InvalidInput("There are no words and no link in it; choose another message.")
    taken = ingest(session, items=[item], kind=SourceKind.SLACK, by=by, now=now)
    mention_id = taken.mention_ids[0]
    if taken.new:
        record(session, "mention.saved", by=by, kind="mention", subject=mention_id, now=now)
        session.flush()
    return mention_id, not taken.new


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
    ingest(session, items=read.items, kind=SourceKind.CSV, by=by, now=now)
    counts = done.model_dump(include={"file_name", "new", "known", "recent", "refused"})
    record(
        session, "mentions.imported", by=by, kind="workspace", subject=workspace_of(session), after=counts, now=now
    )  # fmt: skip
    session.flush()
    return done
