"""Learns from corrections of how mentions read, stores what was learnt, and goes back."""

import zlib
from datetime import datetime

from sqlmodel import Session, select

from bot.core.errors import AlreadyDone
from bot.mentions.queries.feeling import find_model, find_used, get_feeling
from bot.mentions.rules.learning import (
    ACCEPTED_WEIGHT,
    FOLDS,
    VERSION,
    Dated,
    Lesson,
    ModelState,
    cross_validate,
    describe,
    train,
)
from bot.mentions.rules.reading import shipped_model
from bot.mentions.rules.sentiment import find_feelings
from bot.mentions.schemas.feeling import Course, FeelingSchema, Learnt, TaughtText
from bot.mentions.tables import SentimentModel
from bot.people.usecases import require_manager
from bot.workspaces.usecases import BOT, record

WISH = "set how mentions are read"


def learn(course: Course) -> Learnt:
    """Return a model that learnt from the course; it takes seconds, and no transaction is open meanwhile."""
    dated = [_dated(text) for text in course.texts]
    accepted = sum(not text.is_correction for text in course.texts)
    only_words = accepted < len(course.texts) - accepted
    before, after = cross_validate(dated, shipped_model(), only_words=only_words)
    return Learnt(train([one.lesson for one in dated], shipped_model(), only_words=only_words), before, after)


def _dated(text: TaughtText) -> Dated:
    example = describe(find_feelings(text.words, text.names))
    weight = 1.0 if text.is_correction else ACCEPTED_WEIGHT
    fold = zlib.crc32(text.words.encode("utf-8", "replace")) % FOLDS
    return Dated(Lesson(example, text.sentiment, weight), fold, text.is_new)


def store_learnt(
    session: Session, *, learnt: Learnt, corrections: int, texts: int, until: datetime, now: datetime
) -> bool:
    """Store what was learnt, and use it if it is better than the model in use; return whether it is."""
    used = find_used(session)
    is_better = learnt.after.quality > learnt.before.quality
    row = SentimentModel(
        learnt_at=now, taught_until=until, corrections=corrections, texts=texts, version=VERSION,
        state=ModelState.USED if is_better else ModelState.WORSE, before=list(learnt.before), after=list(learnt.after),
        weights=learnt.model.dump() if is_better else b"",
    )  # fmt: skip
    if is_better:
        for old in session.exec(select(SentimentModel).where(SentimentModel.state == ModelState.EARLIER)):
            old.state, old.weights = ModelState.OLD, b""
        if used is not None:
            used.state = ModelState.EARLIER
    session.add(row)
    session.flush()
    _record(session, row, f"feeling_{row.state.value}", by=BOT, now=now)
    return is_better


def go_back(session: Session, *, by: str, now: datetime) -> FeelingSchema:
    """
    Use the model before the one in use, and learn nothing new until somebody says so.

    Raises:
        NotAllowed: *by* is no manager.
        AlreadyDone: nothing that was learnt is in use, or somebody went back already.
    """
    require_manager(session, by=by, wish=WISH)
    used, earlier = find_used(session), find_model(session, ModelState.EARLIER)
    if used is None or find_model(session, ModelState.SET_ASIDE):
        raise AlreadyDone("Somebody went back already; /mentions setup shows how mentions are read.")
    used.state = ModelState.SET_ASIDE
    if earlier is not None:
        earlier.state = ModelState.USED
    _record(session, used, "feeling_back", by=by, now=now)
    return get_feeling(session)


def learn_again(session: Session, *, by: str, now: datetime) -> FeelingSchema:
    """
    Use what was set aside again, and learn from corrections as before.

    Raises:
        NotAllowed: *by* is no manager.
        AlreadyDone: nothing is set aside.
    """
    require_manager(session, by=by, wish=WISH)
    aside, used = find_model(session, ModelState.SET_ASIDE), find_used(session)
    if aside is None:
        raise AlreadyDone("It learns already; /mentions setup shows how mentions are read.")
    if used is not None:
        used.state = ModelState.EARLIER
    aside.state = ModelState.USED
    _record(session, aside, "feeling_again", by=by, now=now)
    return get_feeling(session)


def _record(session: Session, row: SentimentModel, action: str, *, by: str, now: datetime) -> None:
    session.flush()
    after = {"corrections": row.corrections, "before": row.before, "after": row.after}
    record(session, f"mentions.{action}", by=by, kind="feeling", subject=row.id, after=after, now=now)
    session.flush()
