"""Reads the audit trail for admins: who did or tried what, and what changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.errors import NotAllowed
from bot.customers.queries import list_customer_names
from bot.digests.schemas import AuditLine, AuditPage
from bot.people.queries import find_person_row, get_zone, list_managers, list_names
from bot.people.rules import Role, known_zone
from bot.people.usecases import may_manage
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT

ROWS_ON_PAGE = 15
REFUSED = ".refused"
VALUES_SHOWN = 4
VALUE_SHOWN = 60


def get_audit(session: Session, *, viewer: str, refused: bool = False, page: int = 0, now: datetime) -> AuditPage:
    """
    Return a page of the audit trail, the latest first; with *refused* only what people weren't allowed to.

    Raises:
        NotAllowed: the viewer is no admin.
    """
    require_admin(session, by=viewer)
    query = select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    if refused:
        query = query.where(col(AuditEntry.action).endswith(REFUSED))
    found = session.exec(query.offset(page * ROWS_ON_PAGE).limit(ROWS_ON_PAGE + 1)).all()
    return AuditPage(
        lines=tuple(_lines(session, found[:ROWS_ON_PAGE])), page=page, refused=refused,
        has_more=len(found) > ROWS_ON_PAGE, zone=known_zone(get_zone(session, viewer), "UTC"), now=now,
    )  # fmt: skip


def require_admin(session: Session, *, by: str) -> None:
    """
    Require that *by* is an admin.

    Raises:
        NotAllowed: they are not; the sentence names whom to ask.
    """
    person = find_person_row(session, by)
    if person is None or not may_manage(person) or person.role is not Role.ADMIN:
        admins = [one.name for one in list_managers(session) if one.role is Role.ADMIN][:2]
        raise NotAllowed(f"Only Slack's admins can see the audit trail; ask {' or '.join(admins) or 'one of them'}.")


def _lines(session: Session, entries: Sequence[AuditEntry]) -> Iterable[AuditLine]:
    values = [value for entry in entries for value in (*entry.before.values(), *entry.after.values())]
    asked = [entry.by for entry in entries] + [entry.subject_id for entry in entries]
    names = list_names(session, [*asked, *(value for value in values if isinstance(value, str))])
    about = {one for entry in entries if (one := entry.customer_id or _customer_in(entry))}
    customers = list_customer_names(session, about)
    for entry in entries:
        customer_id = entry.customer_id or _customer_in(entry)
        yield AuditLine(
            at=entry.at,
            who="Evenhand" if entry.by == BOT else names.get(entry.by, entry.by),
            action=entry.action,
            about=customers.get(customer_id, "") if customer_id else names.get(entry.subject_id, entry.subject_id),
            change=_change(entry.before, entry.after, names),
        )


def _customer_in(entry: AuditEntry) -> UUID | None:
    try:
        return UUID(entry.subject_id) if entry.subject_kind == "customer" else None
    except ValueError:
        return None


def _change(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what changed as `owner: Ana → Bob`, the first few values."""
    said = []
    for key in [*after, *(key for key in before if key not in after)][:VALUES_SHOWN]:
        values = [_said(side[key], names) for side in (before, after) if key in side]
        said.append(f"{key.replace('_', ' ')}: {' → '.join(values)}")
    return ", ".join(said)


def _said(value: object, names: Mapping[str, str]) -> str:
    text = names.get(value, value) if isinstance(value, str) else "nothing" if value is None else str(value)
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"
