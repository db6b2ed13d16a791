"""What a workspace sets about mentions, and what is forgotten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.customers.rules.names import clean_text
from bot.mentions.queries.mentions import find_settings, get_setup
from bot.mentions.rules.mentions import ANSWER_DAYS_RANGE
from bot.mentions.rules.phrases import DEFAULT_PHRASES, LONGEST_PHRASE, MOST_PHRASES, Phrase
from bot.mentions.schemas.mentions import MentionSetup
from bot.mentions.tables.mentions import Mention, MentionSettings, Sighting, Source
from bot.mentions.usecases.aliases import erase_matching
from bot.people.usecases import require_manager
from bot.workspaces.usecases import record

WISH = "set how mentions are answered"
GONE = "gone"
"""Stands where the id of a person stood who asked to be forgotten."""


def save_settings(
    session: Session, *, answer_days: int, phrases: Sequence[Phrase], channel_id: str, by: str, now: datetime
) -> MentionSetup:
    """
    Set how many working days an answer may take, which phrases to avoid, and where people's own finds are posted.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: fields `answer_days`, `phrases`.
    """
    require_manager(session, by=by, wish=WISH)
    low, high = ANSWER_DAYS_RANGE
    if not low <= answer_days <= high:
        raise InvalidInput(fields={"answer_days": f"Give a whole number of working days from {low} to {high}."})
    if len(phrases) > MOST_PHRASES:
        raise InvalidInput(fields={"phrases": f"Keep at most {MOST_PHRASES} phrases, one a line."})
    kept = [Phrase(clean_text(one.words, LONGEST_PHRASE), clean_text(one.kinder, LONGEST_PHRASE)) for one in phrases]
    settings = find_settings(session) or MentionSettings()
    before = {"answer_days": settings.answer_days}
    settings.answer_days, settings.channel_id = answer_days, channel_id or None
    settings.phrases = None if tuple(kept) == DEFAULT_PHRASES else [[one.words, one.kinder] for one in kept]
    session.add(settings)
    session.flush()
    record(
        session, "mentions.settings", by=by, kind="workspace", subject=workspace_of(session), before=before,
        after={"answer_days": answer_days, "phrases": len(kept)}, now=now,
    )  # fmt: skip
    session.flush()
    return get_setup(session)


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:
    """
    Forget a customer: what was written stays, without the customer and the name it was found by. Of a person, their
    name goes from what they did; what they wanted to answer is free again. Returns how many rows were touched.
    """
    count = erase_matching(session, kind, subject_id, now)
    if kind == "customer":
        return count + _forget_customer(session, UUID(subject_id))
    return count + _forget_person(session, subject_id) if kind == "person" else count


def _forget_customer(session: Session, customer_id: UUID) -> int:
    rows = session.exec(
        select(Mention).where(Mention.workspace_id == workspace_of(session), Mention.customer_id == customer_id)
    ).all()
    for row in rows:
        row.customer_id, row.alias, row.alias_key, row.alias_kind = None, "", "", None
        row.tier = row.tier if row.about_us else None
        row.brought_forward = False
    session.flush()
    return len(rows)


def _forget_person(session: Session, person_id: str) -> int:
    freed = dict.fromkeys(("taken_by", "taken_at", "answer_due_at", "warned_at", "overdue_told_at"))
    count = _blank(session, Mention, "taken_by", person_id, freed)
    for table, column in ((Mention, "closed_by"), (Mention, "saved_by"), (Sighting, "by"), (Source, "added_by")):
        count += _blank(session, table, column, person_id, {column: GONE})
    session.expire_all()
    return count


def _blank(
    session: Session,
    table: type[Mention | Sighting | Source],
    column: str,
    person_id: str,
    values: dict[str, str | None],
) -> int:
    ours = col(table.workspace_id) == workspace_of(session)
    theirs = sa.update(table).where(ours, col(getattr(table, column)) == person_id)
    return session.exec(theirs.values(**values)).rowcount
