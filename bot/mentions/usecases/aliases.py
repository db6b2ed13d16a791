"""Keeps what customers are found by, and what people teach about it."""

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
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text, name_key, registrable_domain
from bot.customers.tables import NAME_LENGTH, Alias, Customer
from bot.mentions.queries.matching import list_own_names
from bot.mentions.rules.tiers import AliasKind, Known, Tier, keys_of
from bot.mentions.rules.tokens import handle_key
from bot.mentions.schemas.matches import OwnNames
from bot.mentions.tables.aliases import KEY_LENGTH, AliasLesson, FeelingCorrection, MentionAlias, UnreadName
from bot.people.usecases import require_here, require_manager
from bot.workspaces.usecases import record

AT_ONCE = 2000  # customers read in one turn
MOST_OWN = 20  # names, domains and accounts of ours, each
COLUMNS = ("id", "workspace_id", "key", "kind", "common", "joined", "customer_id", "written")
INACTIVE_STATUSES = (Status.LOST, Status.EXCLUDED)
GONE = "gone"
"""Stands where the id of a person stood who asked to be forgotten."""


def refresh_aliases(session: Session, *, now: datetime) -> int:  # noqa: ARG001 - every use case takes the time
    """
    Make the keys of every customer anew that changed since they were made; returns how many customers that were.

    To be called before matching, in the same transaction. With nothing changed it is one look into an empty list.
    Customers that are lost or excluded aren't looked for.
    """
    unread = select(UnreadName.customer_id).where(UnreadName.workspace_id == workspace_of(session)).limit(AT_ONCE)
    count = 0
    while ids := session.exec(unread).all():
        _make_anew(session, ids)
        count += len(ids)
    return count


def learn_not_this(
    session: Session,
    *,
    key: str,
    kind: AliasKind,
    customer_id: UUID | None,
    source_id: UUID | None,
    verdict: Tier,
    by: str,
    now: datetime,
) -> None:
    """
    Learn that these words, in that source (None: in every one), aren't that customer (None: ourselves): from now on
    it is asked, or they are ignored. What was said last holds.

    Raises:
        NotAllowed: *by* is no full member.
        NotFound: no such customer.
        InvalidInput: another verdict.
    """
    require_here(session, by=by)
    if verdict not in {Tier.ASK, Tier.IGNORED}:
        raise InvalidInput("Say whether to ask about these words from now on, or to ignore them.")
    if customer_id is not None:
        get_customer(session, customer_id)
    lesson = _find_lesson(session, key, kind, customer_id, source_id)
    before = {"verdict": lesson.verdict.value} if lesson else {}
    lesson = lesson or AliasLesson(
        key=key[:KEY_LENGTH], kind=kind, customer_id=customer_id, source_id=source_id, verdict=verdict, by=by, at=now
    )
    lesson.verdict, lesson.by, lesson.at = verdict, by, now
    session.add(lesson)
    session.flush()
    record(
        session, "mentions.lesson", by=by, kind="lesson", subject=lesson.id, customer_id=customer_id, before=before,
        after={"words": key, "verdict": verdict.value}, now=now,
    )  # fmt: skip
    session.flush()


def forget_lesson(
    session: Session,
    *,
    key: str,
    kind: AliasKind,
    customer_id: UUID | None,
    source_id: UUID | None,
    by: str,
    now: datetime,
) -> bool:
    """Take a lesson back, such as one given by mistake; False when there was none."""
    require_here(session, by=by)
    lesson = _find_lesson(session, key, kind, customer_id, source_id)
    if lesson is None:
        return False
    session.delete(lesson)
    record(
        session, "mentions.lesson_forgotten", by=by, kind="lesson", subject=lesson.id, customer_id=customer_id,
        before={"words": key, "verdict": lesson.verdict.value}, now=now,
    )  # fmt: skip
    session.flush()
    return True


def name_ourselves(
    session: Session, *, names: Sequence[str], domains: Sequence[str], handles: Sequence[str], by: str, now: datetime
) -> OwnNames:
    """
    Say what we are found by ourselves; it replaces what was said before. Returns it as it is kept.

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
    """Forget what a customer is found by and what was taught about it, or the name of who taught; how many rows."""
    session.flush()
    if kind == "customer":
        customer_id = UUID(subject_id)
        return sum(
            _delete(session, table, col(table.customer_id) == customer_id)
            for table in (MentionAlias, UnreadName, AliasLesson)
        )
    if kind == "person":
        return sum(_forget_who(session, table, subject_id) for table in (AliasLesson, FeelingCorrection))
    return 0


def _find_lesson(
    session: Session, key: str, kind: AliasKind, customer_id: UUID | None, source_id: UUID | None
) -> AliasLesson | None:
    query = select(AliasLesson).where(
        AliasLesson.workspace_id == workspace_of(session),
        AliasLesson.key == key[:KEY_LENGTH],
        AliasLesson.kind == kind,
        AliasLesson.customer_id == customer_id,
        AliasLesson.source_id == source_id,
    )
    return session.exec(query).first()


def _make_anew(session: Session, ids: Sequence[UUID]) -> None:
    """Replace the keys of these customers by those that their names make now."""
    workspace = workspace_of(session)
    others: dict[UUID, list[str]] = {}
    named = sa.select(col(Alias.customer_id), col(Alias.name)).where(
        col(Alias.workspace_id) == workspace, col(Alias.customer_id).in_(ids)
    )
    for customer_id, name in session.execute(named.order_by(col(Alias.name))):
        others.setdefault(customer_id, []).append(name)
    looked_for = sa.select(col(Customer.id), col(Customer.name), col(Customer.domain)).where(
        col(Customer.workspace_id) == workspace,
        col(Customer.id).in_(ids),
        col(Customer.status).not_in(INACTIVE_STATUSES),
    )
    rows = [
        (known, "")
        for customer_id, name, domain in session.execute(looked_for)
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


def _forget_who(session: Session, table: type[SQLModel], person_id: str) -> int:
    rows = SQLModel.metadata.tables[str(table.__tablename__)]
    theirs = sa.update(rows).where(rows.c.workspace_id == workspace_of(session), rows.c.by == person_id)
    count = session.connection().execute(theirs.values(by=GONE)).rowcount
    session.expire_all()
    return count


def _own_rows(names: Sequence[str], domains: Sequence[str], handles: Sequence[str]) -> list[tuple[Known, str]]:
    """The keys of ours, each beside the words it was made of; what was said outright comes before what follows."""
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
        domain = registrable_domain(words)
        return [Known(domain, kind, None)] if domain else []
    if kind is AliasKind.HANDLE:
        handle = handle_key(words)
        return [Known(handle, kind, None)] if handle else []
    return keys_of(words, (), None, None) if any(char.isalnum() for char in name_key(words)) else []
