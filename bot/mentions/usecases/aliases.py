"""Stores what customers and we are found by, what people teach about it, and the settings of mentions; erases them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from bot.core.bulk import insert_many
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.customers.queries import get_customer
from bot.customers.rules.domains import own_domain
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text, name_key
from bot.customers.tables import NAME_LENGTH, Alias, Customer
from bot.mentions.queries.matching import list_own_names
from bot.mentions.queries.mentions import find_settings, get_setup
from bot.mentions.rules.addresses import handle_key
from bot.mentions.rules.mentions import ANSWER_DAYS_RANGE
from bot.mentions.rules.sentiment import DEFAULT_PHRASES, LONGEST_PHRASE, MOST_PHRASES, Phrase
from bot.mentions.rules.tiers import AliasKind, Known, Lesson, Tier, keys_of
from bot.mentions.schemas.mentions import MentionSetup, OwnNames
from bot.mentions.tables import (
    KEY_LENGTH,
    AliasLesson,
    Mention,
    MentionAlias,
    MentionSettings,
    Occurrence,
    SentimentCorrection,
    Source,
    UnreadName,
)
from bot.people.usecases import require_here, require_manager
from bot.workspaces.usecases import record

AT_ONCE = 2000  # customers read in one turn
FEW = 500  # customers whose keys are computed while somebody waits; it takes some 60 ms
MOST_OWN = 20  # names, domains and accounts of ours, each
COLUMNS = ("id", "workspace_id", "key", "kind", "joined", "given", "customer_id", "written")
INACTIVE_STATUSES = (Status.LOST, Status.EXCLUDED)
WISH = "set how mentions are answered"
GONE = "gone"
"""Stands where the id of a person stood who asked to be forgotten."""


def refresh_aliases(session: Session, *, now: datetime) -> int:  # noqa: ARG001 - every use case takes the time
    """
    Recompute the keys of every customer that changed since the last call; return the number of customers.

    Call it before matching, in the same transaction. If nothing changed, it is one query of an empty table. Customers
    that are lost or excluded get no keys.
    """
    unread = select(UnreadName.customer_id).limit(AT_ONCE)
    count = 0
    while ids := session.exec(unread).all():
        _recompute(session, ids)
        count += len(ids)
    return count


def refresh_few_aliases(session: Session, *, now: datetime) -> int:  # noqa: ARG001 - every use case takes the time
    """
    Do what `refresh_aliases` does for `FEW` customers at most; return their number.

    After a long list came in, a job does so until none is left, and nobody waits for all of them.
    """
    ids = session.exec(select(UnreadName.customer_id).limit(FEW)).all()
    if ids:
        _recompute(session, ids)
    return len(ids)


def learn_not_this(session: Session, *, lesson: Lesson, by: str, now: datetime) -> None:
    """
    Store a lesson: these words don't mean that customer, or have to be asked about. The last one about them counts.

    Raises:
        NotAllowed: *by* is no full member.
        NotFound: no such customer.
        InvalidInput: another verdict than to ask or to ignore.
    """
    require_here(session, by=by)
    if lesson.verdict not in {Tier.ASK, Tier.IGNORED}:
        raise InvalidInput("Say whether to ask about these words from now on, or to ignore them.")
    if lesson.customer_id is not None:
        get_customer(session, lesson.customer_id)
    key = lesson.key[:KEY_LENGTH]
    query = select(AliasLesson).where(
        AliasLesson.key == key, AliasLesson.kind == lesson.kind, AliasLesson.customer_id == lesson.customer_id,
        AliasLesson.source_id == lesson.source_id,
    )  # fmt: skip
    row = session.exec(query).first()
    before = {"verdict": row.verdict.value} if row else {}
    row = row or AliasLesson(**lesson._asdict() | {"key": key}, by=by, at=now)
    row.verdict, row.by, row.at = lesson.verdict, by, now
    session.add(row)
    session.flush()
    record(
        session, "mentions.lesson", by=by, kind="lesson", subject=row.id, customer_id=lesson.customer_id,
        before=before, after={"words": lesson.key, "verdict": lesson.verdict.value}, now=now,
    )  # fmt: skip
    session.flush()


def name_ourselves(
    session: Session, *, names: Sequence[str], domains: Sequence[str], handles: Sequence[str], by: str, now: datetime
) -> OwnNames:
    """
    Replace what we ourselves are found by; return it as it is stored.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: nothing can be found by one of them, or there are too many; fields `names`, `domains`, `handles`.
    """
    require_manager(session, by=by, wish="say what we are called")
    before = list_own_names(session)
    rows = _own_rows(names, domains, handles)
    _delete(session, MentionAlias, col(MentionAlias.customer_id).is_(None))
    _insert(session, rows)
    after = list_own_names(session)
    if after != before:
        record(
            session, "mentions.our_names", by=by, kind="workspace", subject=workspace_of(session),
            before=before.model_dump(mode="json"), after=after.model_dump(mode="json"), now=now,
        )  # fmt: skip
        session.flush()
    return after


def erase_matching(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - as features erase
    """Erase a customer's keys and lessons, or the name of the person who taught; return the number of rows."""
    session.flush()
    if kind == "customer":
        return sum(
            _delete(session, table, col(table.customer_id) == UUID(subject_id))
            for table in (MentionAlias, UnreadName, AliasLesson)
        )
    if kind == "person":
        return sum(
            _replace(session, table, "by", subject_id, {"by": GONE}) for table in (AliasLesson, SentimentCorrection)
        )
    return 0


def _recompute(session: Session, ids: Sequence[UUID]) -> None:
    """Replace the keys of these customers by those of their present names."""
    others: dict[UUID, list[str]] = {}
    named = select(Alias.customer_id, Alias.name).where(col(Alias.customer_id).in_(ids)).order_by(col(Alias.name))
    for customer_id, name in session.exec(named):
        others.setdefault(customer_id, []).append(name)
    looked_for = select(Customer.id, Customer.name, Customer.domain).where(
        col(Customer.id).in_(ids), col(Customer.status).not_in(INACTIVE_STATUSES)
    )
    rows = [
        (known, "")
        for customer_id, name, domain in session.exec(looked_for)
        for known in keys_of(name, others.get(customer_id, ()), domain, customer_id)
    ]
    _delete(session, MentionAlias, col(MentionAlias.customer_id).in_(ids))
    _insert(session, rows)
    _delete(session, UnreadName, col(UnreadName.customer_id).in_(ids))


def _insert(session: Session, rows: Iterable[tuple[Known, str]]) -> None:
    workspace = workspace_of(session)
    values: list[dict[str, Any]] = [
        {"id": new_id(), "workspace_id": workspace, **known._asdict(), "written": written} for known, written in rows
    ]
    if values:
        insert_many(session.connection(), SQLModel.metadata.tables[MentionAlias.__tablename__], COLUMNS, values)


def _delete(session: Session, table: type[SQLModel], which: sa.ColumnElement[bool]) -> int:
    rows = SQLModel.metadata.tables[str(table.__tablename__)]
    gone = sa.delete(rows).where(rows.c.workspace_id == workspace_of(session), which)
    return session.connection().execute(gone).rowcount


def _replace(session: Session, table: type[SQLModel], column: str, person_id: str, values: dict[str, Any]) -> int:
    rows = SQLModel.metadata.tables[str(table.__tablename__)]
    theirs = sa.update(rows).where(rows.c.workspace_id == workspace_of(session), rows.c[column] == person_id)
    count = session.connection().execute(theirs.values(**values)).rowcount
    session.expire_all()
    return count


def _own_rows(names: Sequence[str], domains: Sequence[str], handles: Sequence[str]) -> list[tuple[Known, str]]:
    """Return our keys, each with the words that it was made of; handles and domains come before names."""
    wrong: dict[str, str] = {}
    rows: dict[str, tuple[Known, str]] = {}
    for field, kind, said in (
        ("handles", AliasKind.HANDLE, handles),
        ("domains", AliasKind.DOMAIN, domains),
        ("names", AliasKind.NAME, names),
    ):
        words = [cleaned for each in said if (cleaned := clean_text(each, NAME_LENGTH))]
        if len(words) > MOST_OWN:
            wrong[field] = f"Name at most {MOST_OWN}."
        for each in words[:MOST_OWN]:
            made = _own_keys(kind, each)
            if not made:
                wrong[field] = f"Nothing can be found by “{each}”; write it another way, or leave it out."
            for place, known in enumerate(made):
                rows.setdefault(known.key, (known, each if place == 0 else ""))
    if wrong:
        raise InvalidInput(fields=wrong)
    return list(rows.values())


def _own_keys(kind: AliasKind, words: str) -> list[Known]:
    if kind is AliasKind.DOMAIN:
        domain = own_domain(words)
        return [Known(domain, kind, None)] if domain else []
    if kind is AliasKind.HANDLE:
        handle = handle_key(words)
        return [Known(handle, kind, None, given=True)] if handle else []
    return keys_of(words, (), None, None) if any(char.isalnum() for char in name_key(words)) else []


def save_settings(
    session: Session, *, answer_days: int, phrases: Sequence[Phrase], channel_id: str, by: str, now: datetime
) -> MentionSetup:
    """
    Set how many working days an answer may take, which phrases to avoid, and where saved mentions are posted.

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
    Erase a customer or a person; return the number of rows that changed.

    A customer's mentions stay, without the customer and its name. A person's name is replaced in what they did; what
    they were going to answer is free again.
    """
    count = erase_matching(session, kind, subject_id, now)
    if kind == "customer":
        return count + _erase_customer(session, UUID(subject_id))
    return count + _erase_person(session, subject_id) if kind == "person" else count


def _erase_customer(session: Session, customer_id: UUID) -> int:
    rows = session.exec(select(Mention).where(Mention.customer_id == customer_id)).all()
    for row in rows:
        row.customer_id, row.alias, row.alias_key, row.alias_kind = None, "", "", None
        row.tier = row.tier if row.about_us else None
        row.brought_forward = False
    session.flush()
    return len(rows)


def _erase_person(session: Session, person_id: str) -> int:
    session.flush()
    freed = dict.fromkeys(("taken_by", "taken_at", "answer_due_at", "warned_at", "overdue_told_at"))
    count = _replace(session, Mention, "taken_by", person_id, freed)
    places = ((Mention, "closed_by"), (Mention, "saved_by"), (Occurrence, "by"), (Source, "added_by"))
    return count + sum(_replace(session, table, column, person_id, {column: GONE}) for table, column in places)
