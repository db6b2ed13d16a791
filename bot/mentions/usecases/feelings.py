"""Keeps what people say about how a mention reads; worth more than a bigger model."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from bot.customers.rules.names import clean_text
from bot.mentions.rules.feeling import Feeling
from bot.mentions.tables.aliases import WORDS_LENGTH, FeelingCorrection
from bot.people.usecases import require_here
from bot.workspaces.usecases import record


def correct_feeling(
    session: Session,
    *,
    mention_id: UUID,
    words: str,
    before: Feeling,
    scorer: str,
    feeling: Feeling,
    by: str,
    now: datetime,
) -> bool:
    """
    Keep that a mention of these *words*, which *scorer* read as *before*, reads as *feeling*; False when it did so
    already.

    Raises:
        NotAllowed: *by* is no full member.
    """
    require_here(session, by=by)
    if feeling is before:
        return False
    correction = FeelingCorrection(
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
