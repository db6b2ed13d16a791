"""Reads which model a workspace uses, what it may learn from, and what it has learnt."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.mentions.rules.learning import (
    FEWEST_CORRECTIONS,
    MOST_CORRECTIONS,
    MOST_TEXTS,
    VERSION,
    Figures,
    Model,
    ModelState,
)
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.reading import BY_WORDS, SHIPPED, Reader
from bot.mentions.rules.sentiment import BY_PERSON, BY_STARS
from bot.mentions.rules.texts import joined
from bot.mentions.schemas.feeling import Course, FeelingSchema, LearntSchema, TaughtText
from bot.mentions.tables import Mention, SentimentCorrection, SentimentModel
from bot.workspaces.queries import get_workspace, list_workspaces_where
from bot.workspaces.tables import Workspace

SEEN = (MentionState.OPEN, MentionState.ANSWERED)


def get_reader(session: Session) -> Reader:
    """Return what reads the texts of this workspace."""
    row = find_used(session)
    if row is None:
        return SHIPPED
    return Reader(Model.load(row.weights), f"{BY_WORDS}, taught {row.learnt_at:%Y-%m-%d}")


def find_used(session: Session) -> SentimentModel | None:
    """Return the model in use, None for the shipped one."""
    return find_model(session, ModelState.USED)


def find_model(session: Session, *states: ModelState) -> SentimentModel | None:
    """Return the model in one of these states that was learnt last; what is described otherwise than today is none."""
    query = select(SentimentModel).where(col(SentimentModel.state).in_(states), SentimentModel.version == VERSION)
    return session.exec(query.order_by(col(SentimentModel.learnt_at).desc(), col(SentimentModel.id).desc())).first()


def list_untaught(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of the workspaces with enough corrections, of which one was made after what was learnt last."""
    own = col(SentimentCorrection.workspace_id) == col(Workspace.id)
    models = sa.select(col(SentimentModel.id)).where(
        col(SentimentModel.workspace_id) == col(Workspace.id), col(SentimentModel.version) == VERSION
    )
    learnt = models.where(col(SentimentModel.taught_until) >= col(SentimentCorrection.at))
    aside = models.where(col(SentimentModel.state) == ModelState.SET_ASIDE)
    new = sa.select(col(SentimentCorrection.id)).where(own, ~learnt.correlate(Workspace, SentimentCorrection).exists())
    corrected = sa.func.count(sa.distinct(col(SentimentCorrection.mention_id)))
    enough = sa.select(corrected).where(own).scalar_subquery() >= FEWEST_CORRECTIONS
    return list_workspaces_where(session, sa.and_(new.exists(), enough, ~aside.exists()))


def find_course(session: Session, *, now: datetime) -> Course | None:
    """
    Return what is to be learnt tonight; None if there is nothing.

    Corrections are learnt in the night after they were made, once there are twenty; never while a manager has set
    aside what was learnt last.
    """
    latest, used = find_model(session, *ModelState), find_used(session)
    zone = ZoneInfo(get_workspace(session).zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    newest, count = _count_corrections(session, until=midnight)
    is_known = latest is not None and newest is not None and newest <= latest.taught_until
    if newest is None or is_known or count < FEWEST_CORRECTIONS or find_model(session, ModelState.SET_ASIDE):
        return None
    known_until = used.taught_until if used else datetime.min.replace(tzinfo=UTC)
    corrected = _list_corrected(session, until=midnight, known_until=known_until)
    accepted = _list_accepted(session, until=midnight, known_until=known_until, corrected=len(corrected))
    return Course(tuple(sorted([*corrected, *accepted])), count, newest)


def get_feeling(session: Session) -> FeelingSchema:
    """Return what was learnt, as the settings show it."""
    zone = ZoneInfo(get_workspace(session).zone)
    latest = find_model(session, *ModelState)
    return FeelingSchema(
        corrections=_count_corrections(session)[1],
        used=_schema(find_used(session), zone),
        aside=_schema(find_model(session, ModelState.SET_ASIDE), zone),
        refused=_schema(latest if latest and latest.state is ModelState.WORSE else None, zone),
    )


def _schema(row: SentimentModel | None, zone: ZoneInfo) -> LearntSchema | None:
    if row is None:
        return None
    return LearntSchema(
        learnt_on=row.learnt_at.astimezone(zone).date(), corrections=row.corrections,
        before=Figures(*row.before), after=Figures(*row.after),
    )  # fmt: skip


def _count_corrections(session: Session, *, until: datetime | None = None) -> tuple[datetime | None, int]:
    """Return when the last correction was made, and how many mentions were corrected."""
    query = sa.select(
        sa.func.max(col(SentimentCorrection.at)), sa.func.count(sa.distinct(col(SentimentCorrection.mention_id)))
    ).where(col(SentimentCorrection.workspace_id) == workspace_of(session))
    if until is not None:
        query = query.where(col(SentimentCorrection.at) < until)
    newest, count = session.execute(query).one()
    return newest, count


def _list_corrected(session: Session, *, until: datetime, known_until: datetime) -> list[TaughtText]:
    """Return the latest corrections, the last one of each mention."""
    query = (
        select(SentimentCorrection, Mention.alias)
        .join(Mention, _same(), isouter=True)
        .where(col(SentimentCorrection.at) < until)
        .order_by(col(SentimentCorrection.at).desc(), col(SentimentCorrection.id).desc())
    )
    last: dict[Any, TaughtText] = {}
    for row, alias in session.exec(query.limit(2 * MOST_CORRECTIONS)):
        text = TaughtText(row.words, _names(alias), row.after, is_correction=True, is_new=row.at > known_until)
        last.setdefault(row.mention_id, text)
    return list(last.values())[:MOST_CORRECTIONS]


def _list_accepted(session: Session, *, until: datetime, known_until: datetime, corrected: int) -> list[TaughtText]:
    """Return mentions that people left as they were read, the latest ones, at most twice as many as were corrected."""
    query = (
        select(Mention)
        .where(
            col(Mention.state).in_(SEEN), col(Mention.scorer).not_in([BY_PERSON, BY_STARS]),
            col(Mention.rating).is_(None), col(Mention.found_at) < until,
        )
        .order_by(col(Mention.found_at).desc(), col(Mention.fingerprint))
        .limit(min(2 * corrected, MOST_TEXTS - corrected))
    )  # fmt: skip
    return [
        TaughtText(
            joined(row.title, row.words), _names(row.alias), row.feeling, is_correction=False,
            is_new=row.found_at > known_until,
        )
        for row in session.exec(query)
    ]  # fmt: skip


def _names(alias: str | None) -> tuple[str, ...]:
    return (alias,) if alias else ()


def _same() -> Any:
    return sa.and_(
        col(Mention.workspace_id) == col(SentimentCorrection.workspace_id),
        col(Mention.id) == col(SentimentCorrection.mention_id),
    )
