"""Posts mentions, and keeps who answers them, by when, and what was answered."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.checkins.usecases.recording import clean_note
from bot.core import inbox, outbox
from bot.core.errors import AlreadyDone, InvalidInput
from bot.core.feature import Feature
from bot.mentions.queries.mentions import get_answer_days, list_phrases, list_schemas
from bot.mentions.rules import mentions as rules
from bot.mentions.rules.mentions import MentionState, Posted
from bot.mentions.rules.sentiment import Hint, Sentiment, find_phrases
from bot.mentions.schemas.mentions import AnswerDueSoon, AnswerLate, MentionPosted, MentionSchema, MentionsListed
from bot.mentions.tables import Mention, Source
from bot.mentions.usecases.acting import close, note, require_open
from bot.people.queries import find_person_row, get_calendar, list_managers
from bot.people.rules import Mute
from bot.people.tables import Person
from bot.people.usecases import require_here
from bot.workspaces.queries import get_workspace

AT_ONCE = 200
MOST_POSTED = 2000  # mentions of one channel in one transaction; the next run takes the rest
ADDRESS = re.compile(r"https?://[^\s<>|\"]{3,}")


def take_mention(session: Session, *, mention_id: UUID, by: str, now: datetime) -> MentionSchema:
    """
    Note that *by* will answer a mention, within one of their working days or as the workspace set.

    Raises:
        AlreadyDone: somebody (perhaps *by*) has it already, or it is closed.
    """
    require_here(session, by=by)
    row = require_open(session, mention_id)
    if row.taken_by is not None:
        who = find_person_row(session, row.taken_by)
        has = "You have it already." if row.taken_by == by else f"{who.name if who else 'Somebody'} has it already."
        raise AlreadyDone(f"{has} Press Answered once it is done.")
    row.taken_by, row.taken_at = by, now
    row.answer_due_at = rules.answer_due(now, get_answer_days(session), get_calendar(session, by))
    row.warned_at = row.overdue_told_at = None
    session.flush()
    note(session, row, "taken", by=by, before={}, after={"by": by, "until": row.answer_due_at.isoformat()}, now=now)
    return list_schemas(session, [row], now=now)[0]


def find_hints(session: Session, *, words: str, now: datetime) -> tuple[Hint, ...]:  # noqa: ARG001 - every query takes the time
    """Return the phrases in an answer that this workspace avoids, with kinder ones."""
    return find_phrases(words, list_phrases(session))


def answer_mention(
    session: Session, *, mention_id: UUID, link: str, words: str, by: str, now: datetime, view_id: str = ""
) -> MentionSchema:
    """
    Store what was answered, and where.

    Raises:
        InvalidInput: neither words nor a link, or a link that is none; fields `words`, `link`.
        AlreadyDone: it is answered or dismissed already.
    """
    require_here(session, by=by)
    row = require_open(session, mention_id)
    said, where = clean_note(words, rules.ANSWER), link.strip()
    if where and not (ADDRESS.fullmatch(where) and len(where) <= rules.LINK):
        raise InvalidInput(fields={"link": "That is no web address; paste it whole, or leave it out."})
    if not said and not where:
        raise InvalidInput(fields={"words": "Say in a few words what you answered, or give the link to it."})
    inbox.require_new_submission(session, view_id, now=now)
    row.answer_words, row.answer_link = said, where
    close(session, row, MentionState.ANSWERED, by=by, now=now)
    return list_schemas(session, [row], now=now)[0]


def warn_answerers(session: Session, *, now: datetime) -> int:
    """Notify, once, whoever said they would answer that two hours are left; return the number of mentions."""
    rows = _list_running(session, col(Mention.warned_at).is_(None), col(Mention.answer_due_at) <= now + rules.WARNING)
    for row in rows:
        row.warned_at = now
        if row.answer_due_at and row.answer_due_at > now:
            schema = list_schemas(session, [row], now=now)[0]
            _enqueue(
                session, AnswerDueSoon(mention=schema), row, to=find_person_row(session, row.taken_by or ""), now=now
            )
    return len(rows)


def tell_managers(session: Session, *, now: datetime) -> int:
    """Notify, once, managers and whoever said they would answer that an answer is late; return the number."""
    rows = _list_running(session, col(Mention.overdue_told_at).is_(None), col(Mention.answer_due_at) <= now)
    for row in rows:
        row.overdue_told_at = row.warned_at = now
        schema = list_schemas(session, [row], now=now)[0]
        _enqueue(
            session,
            AnswerLate(mention=schema, mine=True),
            row,
            to=find_person_row(session, row.taken_by or ""),
            now=now,
        )
        for manager in list_managers(session):
            if manager.id != row.taken_by:
                _enqueue(session, AnswerLate(mention=schema), row, to=manager, now=now)
    return len(rows)


def free_orphaned(session: Session, *, now: datetime) -> int:  # noqa: ARG001 - every use case takes the time
    """Free the mentions of people who left since they said they would answer; return the number."""
    gone = session.exec(select(Person.id).where(col(Person.is_deactivated) | col(Person.is_guest))).all()
    rows = _list_running(session, col(Mention.taken_by).in_(gone))
    for row in rows:
        row.taken_by = row.taken_at = row.answer_due_at = row.warned_at = row.overdue_told_at = None
    session.flush()
    return len(rows)


def _list_running(session: Session, *which: Any) -> Sequence[Mention]:
    """Return open mentions that somebody said they would answer."""
    query = select(Mention).where(Mention.state == MentionState.OPEN, col(Mention.taken_by).is_not(None), *which)
    return session.exec(query.order_by(col(Mention.answer_due_at)).limit(AT_ONCE)).all()


def _enqueue(
    session: Session, notification: AnswerDueSoon | AnswerLate, row: Mention, *, to: Person | None, now: datetime
) -> None:
    if to is None or to.is_deactivated or Mute.NEWS in to.mutes:
        return
    taken = int(row.taken_at.timestamp()) if row.taken_at else 0
    outbox.enqueue(session, notification, to=to.id, key=f"{notification.kind}:{row.id}:{to.id}:{taken}", now=now)


def post_waiting(session: Session, *, channels: Sequence[str], features: Sequence[Feature] = (), now: datetime) -> int:
    """Enqueue what waits for these channels, within quiet hours and the limit of cards; return the number."""
    return sum(_post(session, channel, features, now) for channel in channels)


def _post(session: Session, channel: str, features: Sequence[Feature], now: datetime) -> int:
    rows = [row for row in _list_waiting(session, channel) if not _is_quiet(session, row, now)]
    rows.sort(key=lambda row: (row.feeling is not Sentiment.COMPLAINT, row.found_at, row.id))
    room = max(rules.CARDS_AT_ONCE - _count_recent(session, channel, Posted.CARD, now), 0)
    cards, rest = rows[:room], rows[room:]
    for row, schema in zip(cards, list_schemas(session, cards, features=features, now=now), strict=True):
        outbox.enqueue(session, MentionPosted(mention=schema), to=channel, key=f"mention:{row.id}", now=now)
        row.posted_at, row.posted_as = now, Posted.CARD
    if rest and not _count_recent(session, channel, Posted.LIST, now):
        _post_list(session, channel, rest, now)
        return len(rows)
    return len(cards)


def _post_list(session: Session, channel: str, rows: Sequence[Mention], now: datetime) -> None:
    notification = MentionsListed(
        total=len(rows),
        complaints=sum(row.feeling is Sentiment.COMPLAINT for row in rows),
        rows=tuple(list_schemas(session, rows[: rules.LIST_ROWS], now=now)),
    )
    outbox.enqueue(session, notification, to=channel, key=f"mentions:{channel}:{rows[0].id}", now=now)
    for row in rows:
        row.posted_at, row.posted_as = now, Posted.LIST


def _list_waiting(session: Session, channel: str) -> list[Mention]:
    query = select(Mention).where(
        Mention.channel_id == channel, col(Mention.posted_at).is_(None), Mention.state == MentionState.OPEN
    )
    return list(session.exec(query.order_by(col(Mention.id)).limit(MOST_POSTED)).all())


def _is_quiet(session: Session, row: Mention, now: datetime) -> bool:
    source = session.get(Source, row.source_id) if row.source_id else None
    if source is None or source.quiet_from is None:
        return False
    return rules.is_quiet(now, get_workspace(session).zone, source.quiet_from, source.quiet_to)


def _count_recent(session: Session, channel: str, kind: Posted, now: datetime) -> int:
    """Return how many mentions were posted to a channel as *kind* in the last quarter of an hour."""
    query = select(Mention.id).where(
        Mention.channel_id == channel, col(Mention.posted_at) > now - rules.CARD_WINDOW, Mention.posted_as == kind
    )
    return len(session.exec(query).all())
