"""Reads mentions, settings and corrections, and plans the import of a list."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature, collect_offers
from bot.core.schemas import OfferButton, Subject
from bot.customers.queries import list_by_ids
from bot.customers.tables import Customer
from bot.mentions.rules.mentions import ANSWER_DAYS, PAGE_ROWS, MentionState, is_recent
from bot.mentions.rules.sentiment import DEFAULT_PHRASES, Phrase
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas import mentions as schemas
from bot.mentions.schemas.items import FeedItem
from bot.mentions.tables import Mention, MentionSettings, Occurrence, SentimentCorrection
from bot.people.queries import list_calendars, list_names
from bot.people.usecases import require_here, require_manager
from bot.workspaces.usecases import BOT

KIND = "mention"  # of the subject that other features offer buttons for
SUBJECT_WORDS, SUBJECT_LINK = 300, 500
AT_ONCE = 500  # fingerprints in one statement
WISH = "bring a list of mentions"
_COPIED = {
    "id", "kind", "place", "author", "title", "words", "is_cut", "address", "rating", "published_at", "found_at",
    "feeling", "customer_id", "about_us", "tier", "alias", "state", "answer_due_at", "answer_words", "answer_link",
}  # fmt: skip
GONE = "That mention isn't here any more; /mentions shows what is open."


def get_row(session: Session, mention_id: UUID) -> Mention:
    """
    Return the mention with that id.

    Raises:
        NotFound: there is none in this workspace.
    """
    row = session.exec(select(Mention).where(Mention.id == mention_id)).first()
    if row is None:
        raise NotFound(GONE)
    return row


def get_mention(
    session: Session, *, mention_id: UUID, viewer: str, features: Sequence[Feature] = (), now: datetime
) -> schemas.MentionSchema:
    """Return a mention with the buttons that *features* offer; raises NotAllowed unless the viewer is a full member."""
    require_here(session, by=viewer)
    return list_schemas(session, [get_row(session, mention_id)], features=features, now=now)[0]


def get_open(session: Session, *, page: int, viewer: str, now: datetime) -> schemas.MentionList:
    """
    Return a page (from 0) of the open mentions, the oldest first; a page beyond the last one is the last one.

    Raises:
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    ours = (col(Mention.workspace_id) == workspace_of(session), col(Mention.state) == MentionState.OPEN)
    taken = sa.func.coalesce(sa.func.sum(sa.case((col(Mention.taken_by).is_not(None), 1), else_=0)), 0)
    total, in_hand = session.execute(sa.select(sa.func.count(), taken).where(*ours)).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    query = select(Mention).where(*ours).order_by(col(Mention.found_at), col(Mention.id))
    rows = session.exec(query.offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    shown = tuple(list_schemas(session, rows, now=now))
    return schemas.MentionList(total=total, taken=in_hand, page=page, pages=pages, rows=shown)


def get_listed(
    session: Session, *, mention_ids: Sequence[UUID], viewer: str, now: datetime
) -> list[schemas.MentionSchema]:
    """Return these mentions in the order given, without those that are gone."""
    require_here(session, by=viewer)
    found = {row.id: row for row in session.exec(select(Mention).where(col(Mention.id).in_(mention_ids)))}
    return list_schemas(session, [found[one] for one in mention_ids if one in found], now=now)


def refresh_unanswered(session: Session, notification: Any, to: str, now: datetime) -> Any:  # noqa: ARG001 - the shape of every refresh
    """Return the news of a mention as it stands now; None when it is answered or set aside."""
    row = session.exec(select(Mention).where(Mention.id == notification.mention.id)).first()
    if row is None or row.state is not MentionState.OPEN:
        return None
    (schema,) = list_schemas(session, [row], now=now)
    mention = schema.model_copy(update={"offers": notification.mention.offers})
    return notification.model_copy(update={"mention": mention})


def list_schemas(
    session: Session, rows: Sequence[Mention], *, now: datetime, features: Sequence[Feature] = ()
) -> list[schemas.MentionSchema]:
    """Return these mentions as screens show them, in the order given."""
    customers = list_by_ids(session, list({row.customer_id for row in rows if row.customer_id}))
    people = {person for row in rows for person in (row.taken_by, row.closed_by)}
    names = list_names(session, people | {customer.owner_id for customer in customers.values()})
    calendars = list_calendars(session, {row.taken_by for row in rows})
    counts = _count_occurrences(session, rows)
    found: list[schemas.MentionSchema] = []
    for row in rows:
        customer = customers.get(row.customer_id) if row.customer_id else None
        schema = schemas.MentionSchema(
            **row.model_dump(include=_COPIED), now=now, customer_name=customer.name if customer else "",
            owner_name=names.get(customer.owner_id or "", "") if customer else "",
            last_contact_days=_days_since_contact(customer, now), taken_by=row.taken_by or "",
            taken_by_name=names.get(row.taken_by or "", "somebody") if row.taken_by else "",
            closed_by_name=names.get(row.closed_by or "", ""), zone=calendars[row.taken_by].zone,
            sightings=counts.get(row.id, 1),
        )  # fmt: skip
        found.append(schema.model_copy(update={"offers": offers_for(schema, features)}))
    return found


def offers_for(schema: schemas.MentionSchema, features: Sequence[Feature]) -> tuple[OfferButton, ...]:
    """Return the buttons that other features offer under an open mention whose customer is certain."""
    if not schema.is_open or schema.is_asked:
        return ()
    link = schema.address if len(schema.address) <= SUBJECT_LINK else ""
    said = " ".join(schema.said.split())[:SUBJECT_WORDS]
    subject = Subject(kind=KIND, id=str(schema.id), customer_id=schema.customer_id, words=said, link=link)
    return collect_offers(features, subject)


def find_settings(session: Session) -> MentionSettings | None:
    """Return the workspace's settings, None for the defaults."""
    return session.get(MentionSettings, workspace_of(session))


def get_answer_days(session: Session) -> int:
    """Return how many working days an answer may take."""
    settings = find_settings(session)
    return settings.answer_days if settings else ANSWER_DAYS


def list_phrases(session: Session) -> tuple[Phrase, ...]:
    """Return the phrases that this workspace avoids, with kinder ones."""
    settings = find_settings(session)
    if settings is None or settings.phrases is None:
        return DEFAULT_PHRASES
    return tuple(Phrase(words, kinder) for words, kinder in settings.phrases)


def get_setup(session: Session) -> schemas.MentionSetup:
    """Return the settings as the form shows them."""
    settings = find_settings(session)
    return schemas.MentionSetup(
        answer_days=get_answer_days(session),
        phrases=tuple((phrase.words, phrase.kinder) for phrase in list_phrases(session)),
        channel_id=(settings.channel_id or "") if settings else "",
    )


def _count_occurrences(session: Session, rows: Sequence[Mention]) -> dict[UUID, int]:
    query = select(Occurrence.mention_id, sa.func.count()).group_by(col(Occurrence.mention_id))
    ours = query.where(col(Occurrence.mention_id).in_([row.id for row in rows]))
    return dict(session.exec(ours).all()) if rows else {}


def _days_since_contact(customer: Customer | None, now: datetime) -> int | None:
    if customer is None or customer.last_contact_on is None:
        return None
    return max((now.date() - customer.last_contact_on) // timedelta(days=1), 0)


def require_may_bring(session: Session, *, viewer: str, now: datetime) -> None:  # noqa: ARG001 - every query takes the time
    """
    Check that the viewer may import lists.

    Raises:
        NotAllowed: the viewer is no manager ("bot" stands for the command line).
    """
    if viewer != BOT:
        require_manager(session, by=viewer, wish=WISH)


def plan_list(session: Session, *, read: schemas.ListRead, viewer: str, now: datetime) -> schemas.ListPlan:
    """
    Return what importing a list would do.

    Raises:
        NotAllowed: as `require_may_bring`.
        InvalidInput: no column holds what was written.
    """
    require_may_bring(session, viewer=viewer, now=now)
    if read.problem:
        raise InvalidInput(read.problem)
    keyed: dict[str, FeedItem] = {}
    for item in read.items:
        keyed.setdefault(item.fingerprint(SourceKind.CSV), item)
    known = _find_known(session, keyed)
    fresh = [item for key, item in keyed.items() if key not in known]
    settings = find_settings(session)
    return schemas.ListPlan(
        file_name=read.file_name, new=len(fresh), known=len(known), repeated=len(read.items) - len(keyed),
        recent=sum(is_recent(item.published_at, now) for item in fresh),
        refused=len({refusal.row_number for refusal in read.refusals}),
        channel_id=(settings.channel_id or "") if settings else "",
    )  # fmt: skip


def _find_known(session: Session, keyed: Mapping[str, FeedItem]) -> set[str]:
    """Return the fingerprints that are stored already."""
    keys, known = list(keyed), set[str]()
    for start in range(0, len(keys), AT_ONCE):
        query = select(Mention.fingerprint).where(col(Mention.fingerprint).in_(keys[start : start + AT_ONCE]))
        known |= set(session.exec(query))
    return known


def list_corrections(
    session: Session,
    *,
    now: datetime,  # noqa: ARG001 - every query takes the time
    mention_id: UUID | None = None,
) -> list[schemas.Correction]:
    """Return all corrections of sentiments, or those of one mention, the earliest first."""
    query = select(SentimentCorrection)
    if mention_id is not None:
        query = query.where(SentimentCorrection.mention_id == mention_id)
    rows = session.exec(query.order_by(col(SentimentCorrection.at), col(SentimentCorrection.id))).all()
    return [schemas.Correction.model_validate(row, from_attributes=True) for row in rows]
