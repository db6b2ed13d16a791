"""Matches texts with the customers they speak of."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from bot.core.database import workspace_of
from bot.mentions.rules.addresses import handle_key, host_keys, page_keys
from bot.mentions.rules.tiers import AliasKind, Found, Known, Lesson, best_of_each, find_known
from bot.mentions.rules.tokens import PAGE_WEIGHT, Candidate, Reading, read_text, written
from bot.mentions.rules.words import languages_of
from bot.mentions.schemas.mentions import Match, OwnNames, Text
from bot.mentions.tables import AliasLesson, MentionAlias
from bot.people.queries import list_countries

AT_ONCE = 500  # keys in one statement: SQLite takes 32,766 parameters, and longer lists are no faster

_ALIASES = SQLModel.metadata.tables[MentionAlias.__tablename__]
_LESSONS = SQLModel.metadata.tables[AliasLesson.__tablename__]
_KEYS: sa.BindParameter[Any] = sa.bindparam("keys", expanding=True)
_WORKSPACE: sa.BindParameter[Any] = sa.bindparam("workspace")

LOOK_UP = sa.select(_ALIASES.c.key, _ALIASES.c.kind, _ALIASES.c.customer_id, _ALIASES.c.joined, _ALIASES.c.given).where(
    _ALIASES.c.workspace_id == _WORKSPACE, _ALIASES.c.key.in_(_KEYS)
)
"""The statement behind all matching."""

TAUGHT = sa.select(
    _LESSONS.c.key, _LESSONS.c.kind, _LESSONS.c.customer_id, _LESSONS.c.source_id, _LESSONS.c.verdict
).where(_LESSONS.c.workspace_id == _WORKSPACE, _LESSONS.c.key.in_(_KEYS))


def match_many(
    session: Session,
    *,
    texts: Sequence[Text],
    now: datetime,  # noqa: ARG001 - every query takes the time
) -> list[tuple[Match, ...]]:
    """Return for each text the customers it speaks of, the surest first; None among them stands for ourselves."""
    readings = [_read(text) for text in texts]
    known = _look_up(session, {one.key for parts in readings for part in parts for one in part.candidates})
    if not known:
        return [()] * len(texts)
    lessons, languages = _taught(session, known), languages_of(list_countries(session))
    return [
        _match(parts, known, lessons, text.source_id, languages) for text, parts in zip(texts, readings, strict=True)
    ]


def list_own_names(session: Session) -> OwnNames:
    """Return what we ourselves are found by, as somebody wrote it."""
    query = (
        sa.select(_ALIASES.c.kind, _ALIASES.c.written)
        .where(_ALIASES.c.workspace_id == workspace_of(session), _ALIASES.c.customer_id.is_(None))
        .where(_ALIASES.c.written != "")
        .order_by(_ALIASES.c.written)
    )
    rows = session.execute(query).all()
    kinds = {kind: tuple(row.written for row in rows if row.kind is kind) for kind in AliasKind}
    return OwnNames(
        names=kinds[AliasKind.NAME] + kinds[AliasKind.ALIAS],
        domains=kinds[AliasKind.DOMAIN],
        handles=kinds[AliasKind.HANDLE],
    )


def export_matching(session: Session, kind: str, subject_id: str) -> dict[str, Any]:
    """Return a customer's keys and lessons, or the lessons of a person, as JSON values."""
    which = {"customer": _LESSONS.c.customer_id, "person": _LESSONS.c.by}.get(kind)
    if which is None:
        return {}
    about = UUID(subject_id) if kind == "customer" else subject_id
    ours = _LESSONS.c.workspace_id == workspace_of(session)
    taught = session.execute(sa.select(_LESSONS).where(ours, which == about).order_by(_LESSONS.c.at)).mappings()
    lessons = [
        {"words": row["key"], "verdict": row["verdict"].value, "by": row["by"], "at": row["at"].isoformat()}
        for row in taught
    ]
    if kind == "person":
        return {"lessons": lessons}
    mine = sa.and_(_ALIASES.c.workspace_id == workspace_of(session), _ALIASES.c.customer_id == about)
    keys = session.execute(sa.select(_ALIASES.c.key).where(mine).order_by(_ALIASES.c.key)).scalars()
    return {"found_by": list(keys), "lessons": lessons}


def _read(text: Text) -> tuple[Reading, ...]:
    """
    Read the parts of a text; a name never continues from one part into the next.

    Accounts and links that stand in the words are judged there, by what is around them.
    """
    parts = [read_text(text.title), read_text(text.words)]
    seen = {one.key for part in parts for one in part.candidates}
    beside = [(link, page_keys(link)) for link in text.links]
    beside += [(host, host_keys(host)) for host in text.domains]
    beside += [(handle, (handle_key(handle),)) for handle in text.handles]
    for words, keys in beside:
        fresh = [Candidate(key, 0, 0, PAGE_WEIGHT if "/" in key else 2) for key in keys if key not in seen]
        if fresh:
            parts.append(Reading(words, fresh))
    return tuple(parts)


def _match(
    parts: Iterable[Reading], known: dict[str, list[Known]], lessons: Sequence[Lesson], source_id: UUID | None,
    languages: Sequence[str],
) -> tuple[Match, ...]:  # fmt: skip
    found: dict[Found, Reading] = {}
    for part in parts:
        found = dict.fromkeys(find_known(part, known, lessons, source_id, languages), part) | found
    return tuple(
        Match(
            customer_id=best.known.customer_id,
            tier=best.tier,
            alias=written(found[best], best.candidate),
            key=best.known.key,
            kind=best.known.kind,
        )
        for best in best_of_each(found)
    )


def _look_up(session: Session, keys: Iterable[str]) -> dict[str, list[Known]]:
    known: dict[str, list[Known]] = {}
    for row in _ask(session, LOOK_UP, keys):
        known.setdefault(row[0], []).append(Known._make(row))
    return known


def _taught(session: Session, keys: Iterable[str]) -> list[Lesson]:
    return [Lesson._make(row) for row in _ask(session, TAUGHT, keys)]


def _ask(session: Session, statement: sa.Select[Any], keys: Iterable[str]) -> Iterator[sa.Row[Any]]:
    """Yield the rows of *statement* for all *keys*, sorted, so that neighbours in the index are read together."""
    workspace, ordered = workspace_of(session), sorted(keys)
    for start in range(0, len(ordered), AT_ONCE):
        asked = {"workspace": workspace, "keys": ordered[start : start + AT_ONCE]}
        yield from session.connection().execute(statement, asked)
