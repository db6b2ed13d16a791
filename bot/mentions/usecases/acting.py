"""What people decide about a mention: that it isn't about us, its customer, its sentiment; complaints."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.core import inbox, outbox
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.queries import get_customer
from bot.customers.rules.names import clean_text
from bot.customers.usecases.scheduling import bring_forward, put_back
from bot.mentions.queries.mentions import get_row, list_schemas
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.sentiment import BY_PERSON, Sentiment
from bot.mentions.rules.texts import joined
from bot.mentions.rules.tiers import Lesson, Tier
from bot.mentions.schemas.mentions import ComplaintForOwner, MentionSchema
from bot.mentions.tables import WORDS_LENGTH, Mention, SentimentCorrection
from bot.mentions.usecases.aliases import learn_not_this
from bot.people.queries import find_person_row
from bot.people.usecases import require_here
from bot.workspaces.usecases import BOT, record

REASON = "something that reads as a complaint was written about it"
SURE = frozenset({Tier.LINKED, Tier.LIKELY})
FEELINGS = {Sentiment.COMPLAINT: "a complaint", Sentiment.PRAISE: "praise", Sentiment.NEUTRAL: "neither"}


def dismiss_mention(session: Session, *, mention_id: UUID, by: str, now: datetime) -> MentionSchema:
    """
    Dismiss a mention as not about us; if it was found by our own name, its source learns from that.

    Raises:
        AlreadyDone: it is closed.
    """
    require_here(session, by=by)
    row = require_open(session, mention_id)
    if row.customer_id is None and row.about_us:
        _teach(session, row, by=by, now=now)
    withdraw_complaint(session, row, reason="the mention was not about us", by=by, now=now)
    close(session, row, MentionState.DISMISSED, by=by, now=now)
    return list_schemas(session, [row], now=now)[0]


def set_customer(
    session: Session, *, mention_id: UUID, customer_id: UUID | None, by: str, now: datetime, view_id: str = ""
) -> MentionSchema:
    """
    Set the customer that a mention is about (None: none); if it had another one, its source learns from that.

    Raises:
        NotFound: no such customer.
        InvalidInput: it is about that one already; field `customer`.
        AlreadyDone: it is closed, or this form was saved before.
    """
    require_here(session, by=by)
    row = require_open(session, mention_id)
    if row.customer_id == customer_id and (customer_id is None or row.tier is Tier.LINKED):
        raise InvalidInput(fields={"customer": "It is kept so already; choose another one, or close the window."})
    if customer_id is not None:
        get_customer(session, customer_id)
    inbox.require_new_submission(session, view_id, now=now)
    before = _about(row)
    if row.customer_id is not None and row.customer_id != customer_id:
        _teach(session, row, by=by, now=now)
        withdraw_complaint(session, row, reason="the mention was about somebody else", by=by, now=now)
    row.alias, row.alias_key, row.alias_kind = "", "", None
    row.customer_id = customer_id
    row.tier = Tier.LINKED if customer_id or row.about_us else None
    return _follow_customer(session, row, before=before, by=by, now=now)


def confirm_customer(session: Session, *, mention_id: UUID, by: str, now: datetime) -> MentionSchema:
    """
    Confirm the customer that a mention seemed to be about.

    Raises:
        AlreadyDone: somebody confirmed or denied it already.
    """
    row = _require_asked(session, mention_id, by=by)
    before, row.tier = _about(row), Tier.LINKED
    return _follow_customer(session, row, before=before, by=by, now=now)


def deny_customer(session: Session, *, mention_id: UUID, by: str, now: datetime) -> MentionSchema:
    """
    Deny the customer that a mention seemed to be about.

    Raises:
        AlreadyDone: somebody confirmed or denied it already.
    """
    row = _require_asked(session, mention_id, by=by)
    return set_customer(session, mention_id=row.id, customer_id=None, by=by, now=now)


def set_sentiment(session: Session, *, mention_id: UUID, feeling: Sentiment, by: str, now: datetime) -> MentionSchema:
    """
    Correct how a mention reads; what follows from a complaint is done now, or undone.

    Raises:
        AlreadyDone: it reads as that already, or it is closed.
    """
    row = require_open(session, mention_id)
    words = joined(row.title, row.words)
    changed = correct_sentiment(
        session, mention_id=row.id, words=words, before=row.feeling, scorer=row.scorer, feeling=feeling, by=by, now=now
    )
    if not changed:
        raise AlreadyDone(f"It is kept as {FEELINGS[feeling]} already.")
    if row.feeling is Sentiment.COMPLAINT:
        withdraw_complaint(session, row, reason="the mention was no complaint", by=by, now=now)
    row.feeling, row.scorer = feeling, BY_PERSON
    session.flush()
    follow_complaint(session, row, by=by, now=now)
    return list_schemas(session, [row], now=now)[0]


def require_open(session: Session, mention_id: UUID) -> Mention:
    """
    Return the mention with that id.

    Raises:
        AlreadyDone: it is closed; the sentence says how and by whom.
    """
    row = get_row(session, mention_id)
    if row.state in {MentionState.ANSWERED, MentionState.DISMISSED}:
        who = find_person_row(session, row.closed_by or "")
        what = "answered" if row.state is MentionState.ANSWERED else "put away as not about us"
        raise AlreadyDone(f"That is {what} already{f' (by {who.name})' if who else ''}; nothing was changed.")
    return row


def close(session: Session, row: Mention, state: MentionState, *, by: str, now: datetime) -> None:
    """Close a mention, with an entry in the audit trail."""
    before = row.state
    row.state, row.closed_at, row.closed_by = state, now, by
    session.flush()
    note(session, row, state.value, by=by, before={"state": before.value}, after={"state": state.value}, now=now)


def note(
    session: Session, row: Mention, action: str, *, by: str, before: dict[str, str], after: dict[str, str],
    now: datetime,
) -> None:  # fmt: skip
    """Add an entry about a mention to the audit trail."""
    record(
        session, f"mention.{action}", by=by, kind="mention", subject=row.id, customer_id=row.customer_id,
        before=before, after=after, now=now,
    )  # fmt: skip
    session.flush()


def _require_asked(session: Session, mention_id: UUID, *, by: str) -> Mention:
    require_here(session, by=by)
    row = require_open(session, mention_id)
    if row.customer_id is None or row.tier is not Tier.ASK:
        raise AlreadyDone("Somebody has said so already; the message shows what.")
    return row


def _teach(session: Session, row: Mention, *, by: str, now: datetime) -> None:
    """Have the source ask about what it was sure of, and ignore what it asked about."""
    if row.alias_kind is None:
        return
    verdict = Tier.ASK if row.tier in SURE else Tier.IGNORED
    lesson = Lesson(row.alias_key, row.alias_kind, row.customer_id, row.source_id, verdict)
    learn_not_this(session, lesson=lesson, by=by, now=now)


def _follow_customer(
    session: Session, row: Mention, *, before: dict[str, str], by: str, now: datetime
) -> MentionSchema:
    session.flush()
    note(session, row, "customer", by=by, before=before, after=_about(row), now=now)
    follow_complaint(session, row, by=by, now=now)
    return list_schemas(session, [row], now=now)[0]


def _about(row: Mention) -> dict[str, str]:
    return {"customer": str(row.customer_id or ""), "tier": row.tier.value if row.tier else ""}


def follow_complaint(session: Session, row: Mention, *, now: datetime, by: str = BOT) -> None:
    """
    Bring the customer's next check-in forward and notify its owner, once, if a mention is a complaint.

    Nothing happens while it isn't sure whom the mention is about.
    """
    if row.feeling is not Sentiment.COMPLAINT or row.customer_id is None or row.tier not in SURE:
        return
    moved = bring_forward(session, customer_id=row.customer_id, reason=REASON, by=by, now=now)
    row.brought_forward = row.brought_forward or moved
    session.flush()
    customer = get_customer(session, row.customer_id)
    owner = find_person_row(session, customer.owner_id or "")
    if owner is None or owner.is_deactivated:
        return
    schema = list_schemas(session, [row], now=now)[0]
    notification = ComplaintForOwner(mention=schema, due_on=customer.due_on if moved else None)
    key = f"mention:{row.id}:owner:{owner.id}:{customer.id}"
    outbox.enqueue(session, notification, to=owner.id, key=key, now=now)


def withdraw_complaint(session: Session, row: Mention, *, reason: str, by: str, now: datetime) -> None:
    """Undo that this mention brought the customer's next check-in forward."""
    if row.brought_forward and row.customer_id is not None:
        put_back(session, customer_id=row.customer_id, reason=reason, by=by, now=now)
    row.brought_forward = False


def correct_sentiment(
    session: Session, *, mention_id: UUID, words: str, before: Sentiment, scorer: str, feeling: Sentiment, by: str,
    now: datetime,
) -> bool:  # fmt: skip
    """
    Store that a mention reads as *feeling* and not as *before*; return False if both are the same.

    Raises:
        NotAllowed: *by* is no full member.
    """
    require_here(session, by=by)
    if feeling is before:
        return False
    correction = SentimentCorrection(
        mention_id=mention_id, words=clean_text(words, WORDS_LENGTH), before=before, after=feeling, scorer=scorer,
        by=by, at=now,
    )  # fmt: skip
    session.add(correction)
    record(
        session, "mention.feeling", by=by, kind="mention", subject=mention_id, before={"feeling": before.value},
        after={"feeling": feeling.value}, now=now,
    )  # fmt: skip
    session.flush()
    return True
