"""Exporting and erasing everything that is kept about a customer or a person, for admins and the command line."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.core.feature import Feature, collect_erase, collect_export
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.queries import find_row, list_aliases, list_contacts
from bot.customers.queries.searching import find_customer
from bot.customers.rules.names import clean_text, name_key
from bot.customers.schemas import ErasureSubject, SubjectErased, SubjectExport
from bot.customers.tables import Customer, Import, Loss, RefusedParent, RefusedRows, Rescheduling, Upload
from bot.customers.usecases.scheduling import reschedule
from bot.customers.usecases.undoing import delete_customers
from bot.people.queries import find_person_row, list_managers, list_people
from bot.people.rules import Role
from bot.people.usecases import may_manage
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

GONE = "gone"
"""Replaces the id of a person who was erased."""
ERASED = "(erased)"
"""Replaces the names of what was erased."""
CUSTOMER, PERSON = "customer", "person"
SETTLED = {DeliveryState.SENT, DeliveryState.DEAD}

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")


def find_subject(session: Session, *, kind: str, words: str, viewer: str = BOT, now: datetime) -> ErasureSubject:  # noqa: ARG001 - every query takes the time
    """
    Find the customer called *words*, or the person with that id, mention, handle or name, also one who left.

    Raises:
        NotAllowed: *viewer* is no admin.
        NotFound: nobody is called so, or several are.
    """
    _require_admin(session, by=viewer)
    if kind == CUSTOMER:
        customer = find_customer(session, words, partly=False)
        return ErasureSubject(kind=kind, id=str(customer.id), name=customer.name)
    mentioned = _MENTION.fullmatch(words.strip())
    asked = mentioned[1] if mentioned else words.strip()
    person = find_person_row(session, asked)
    called, key = asked.removeprefix("@").casefold(), name_key(asked)
    everybody = [] if person else list_people(session, deactivated=True)
    found = [person] if person else [one for one in everybody if one.handle.casefold() == called or one.name_key == key]
    if len(found) != 1:
        problem = f"{len(found)} people are" if found else "Nobody is"
        raise NotFound(f"{problem} called {clean_text(asked, 60)}; write @ and choose the person, or give their id.")
    return ErasureSubject(kind=kind, id=found[0].id, name=found[0].name)


def get_subject(session: Session, *, kind: str, subject_id: str, viewer: str = BOT, now: datetime) -> ErasureSubject:  # noqa: ARG001 - every query takes the time
    """
    Return the customer or person with that id.

    Raises:
        NotAllowed: *viewer* is no admin.
        NotFound: there is none.
    """
    _require_admin(session, by=viewer)
    row = find_row(session, subject_id) if kind == CUSTOMER else find_person_row(session, subject_id)
    if row is None:
        raise NotFound(f"That {kind} isn't here any more.")
    return ErasureSubject(kind=kind, id=subject_id, name=row.name)


def export_subject(
    session: Session, *, kind: str, subject_id: str, features: Sequence[Feature], viewer: str = BOT, now: datetime
) -> SubjectExport:
    """
    Return everything that every feature keeps about a customer or person, with its lines in the audit trail.

    Raises:
        NotAllowed, NotFound: as `get_subject`.
    """
    subject = get_subject(session, kind=kind, subject_id=subject_id, viewer=viewer, now=now)
    about = col(AuditEntry.customer_id) == UUID(subject_id) if kind == CUSTOMER else col(AuditEntry.by) == subject_id
    mine = sa.and_(col(AuditEntry.subject_kind) == kind, col(AuditEntry.subject_id) == subject_id)
    trail = session.exec(select(AuditEntry).where(sa.or_(about, mine)).order_by(col(AuditEntry.id))).all()
    lines = [entry.model_dump(mode="json", exclude={"workspace_id", "id"}) for entry in trail]
    return SubjectExport(
        name=subject.name, content={**collect_export(features, session, kind, subject_id), "audit_trail": lines}
    )


def erase_subject(
    session: Session, *, kind: str, subject_id: str, confirm: str, features: Sequence[Feature], by: str, now: datetime
) -> SubjectErased:
    """
    Erase a customer or person in every feature, in messages and in the audit trail, which keeps a line without a name.

    What a person did stays, without their name. Words that others wrote (a mention's text, a note) stay as they are.

    Raises:
        NotAllowed, NotFound: as `get_subject`.
        InvalidInput: *confirm* isn't the name, or the person is still here; field `name`.
    """
    subject = get_subject(session, kind=kind, subject_id=subject_id, viewer=by, now=now)
    if clean_text(confirm, 400).casefold() != clean_text(subject.name, 400).casefold():
        raise InvalidInput(fields={"name": f"That isn't the name; write {subject.name} to erase it."})
    names = _customer_names(session, subject) if kind == CUSTOMER else _person_names(session, subject)
    rows = collect_erase(features, session, kind, subject_id, now)
    session.flush()
    rows |= {"outbox": _clean_outbox(session, subject, names, now), "audit trail": _clean_trail(session, names)}
    record(session, f"{kind}.erased", by=by, kind=kind, subject=subject_id, after={"rows": sum(rows.values())}, now=now)
    session.flush()
    return SubjectErased(kind=kind, rows={name: count for name, count in rows.items() if count})


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:
    """
    Erase a customer with its names, contacts and history here, or a person's name; return how many rows were touched.

    Higher features have to erase first, since their rows point at the customer.
    """
    if kind == PERSON:
        return _erase_person(session, subject_id, now=now)
    customer = find_row(session, subject_id) if kind == CUSTOMER else None
    if customer is None:
        return 0
    uploads = sa.delete(Upload)  # lists of customers, not yet confirmed
    trail = sa.delete(AuditEntry).where(col(AuditEntry.customer_id) == customer.id)
    gone = sum(session.exec(rows).rowcount for rows in (uploads, sa.delete(RefusedRows), trail))
    return gone + delete_customers(session, [customer.id])


def _erase_person(session: Session, person_id: str, *, now: datetime) -> int:
    """Move their customers to the pool, and replace their id where they decided something."""
    owned = session.exec(select(Customer).where(Customer.owner_id == person_id)).all()
    for customer in owned:
        customer.owner_id = None
    touched = reschedule(session, owned, now=now)
    session.flush()
    named: list[tuple[Any, str]] = [(Customer, name) for name in ("cadence_approved_by", "status_by", "snoozed_by")]
    for table, column in (*named, (Import, "by"), (Import, "undone_by"), (Loss, "by"), (RefusedParent, "by")):
        theirs = sa.update(table).where(getattr(table, column) == person_id)
        touched += session.execute(theirs.values({column: GONE})).rowcount  # type: ignore[attr-defined]  # an UPDATE's
    uploads = sa.delete(Upload).where(col(Upload.by) == person_id)
    refused = sa.delete(RefusedRows)  # any list may name the person as an owner
    session.exec(sa.delete(Rescheduling).where(col(Rescheduling.owner_id) == person_id))
    return touched + sum(session.exec(rows).rowcount for rows in (uploads, refused))


def _require_admin(session: Session, *, by: str) -> None:
    person = find_person_row(session, by)
    if by != BOT and not (person and may_manage(person) and person.role is Role.ADMIN):
        admins = [manager.name for manager in list_managers(session) if manager.role is Role.ADMIN][:2]
        whom = " or ".join(admins) or "one of them"
        raise NotAllowed(f"Only Slack's admins can export or erase all that is kept about somebody; ask {whom}.")


def _customer_names(session: Session, subject: ErasureSubject) -> list[str]:
    """What the customer and the people there are called; the domain too, which tells as much."""
    customer_id = UUID(subject.id)
    customer = find_row(session, subject.id)
    contacts = list_contacts(session, customer_id)
    words = [alias.name for alias in list_aliases(session, customer_id)]
    words += [word for contact in contacts for word in (contact.name, contact.email, contact.phone) if word]
    return [subject.name, *words, *([customer.domain] if customer and customer.domain else [])]


def _person_names(session: Session, subject: ErasureSubject) -> list[str]:
    person = find_person_row(session, subject.id)
    if person is not None and not person.is_deactivated:
        wrong = (
            f"{subject.name} is still in Slack, which would bring the name back; deactivate the account there first."
        )
        raise InvalidInput(fields={"name": wrong})
    return [subject.name, *([person.email] if person and person.email else [])]


def _clean_outbox(session: Session, subject: ErasureSubject, names: Sequence[str], now: datetime) -> int:
    """Take the subject out of messages, sent or not; one that is about nothing else isn't sent any more."""
    pattern, cleaned = _pattern(names), 0
    about = _holding(OutboxMessage.body, [*names, *([subject.id] if subject.kind == CUSTOMER else [])])
    theirs = col(OutboxMessage.recipient) == subject.id
    for row in session.exec(select(OutboxMessage).where(sa.or_(about, theirs))).all():
        is_theirs = row.recipient == subject.id
        body = None if is_theirs else _without(row.body, subject.id)
        if body is None and row.state not in SETTLED:
            row.state, row.reason, row.finished_at = DeliveryState.DEAD, "what it was about was erased", now
        row.body = _redacted(body or {}, pattern)
        cleaned += 1
    return cleaned


def _clean_trail(session: Session, names: Sequence[str]) -> int:
    pattern = _pattern(names)
    named = sa.or_(_holding(AuditEntry.before, names), _holding(AuditEntry.after, names))
    entries = session.exec(select(AuditEntry).where(named)).all()
    for entry in entries:
        entry.before, entry.after = _redacted(entry.before, pattern), _redacted(entry.after, pattern)
    return len(entries)


def _holding(column: Any, words: Iterable[str]) -> sa.ColumnElement[bool]:
    """SQL: the JSON in *column* holds one of *words*, as JSON writes them."""
    text = sa.cast(column, sa.String)
    return sa.or_(sa.false(), *(text.contains(json.dumps(word)[1:-1], autoescape=True) for word in words))


def _without(value: Any, customer_id: str) -> Any:
    """*value* without the objects that are about the customer; None where nothing else is left."""
    if isinstance(value, list):
        return [kept for one in value if (kept := _without(one, customer_id)) is not None or one is None]
    if not isinstance(value, dict):
        return value
    kept = {name: _without(one, customer_id) for name, one in value.items()}
    is_about = customer_id in {value.get("id"), value.get("customer_id")}
    return None if is_about or any(kept[name] is None is not value[name] for name in kept) else kept


def _redacted(value: Any, pattern: re.Pattern[str]) -> Any:
    """*value* with `ERASED` in the place of each name."""
    match value:
        case str():
            return pattern.sub(ERASED, value)
        case list():
            return [_redacted(one, pattern) for one in value]
        case dict():
            return {name: _redacted(one, pattern) for name, one in value.items()}
        case _:
            return value


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    """Any of *names* as whole words, the longest first."""
    longest_first = sorted({name for name in names if name}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest_first))
