"""The history of a customer: what was done to it, and which lists changed it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.schemas import Line
from bot.customers.queries.screens import FORGOTTEN
from bot.customers.rules.due import Status
from bot.customers.tables import Import, ImportChange
from bot.people.queries import list_names
from bot.workspaces.tables import AuditEntry

TRAIL_LINES = 20


def timeline(session: Session, customer_id: UUID, now: datetime) -> list[Line]:  # noqa: ARG001 - the shape of every timeline
    """List what was done to a customer, and which lists changed it, the latest first."""
    entries = session.exec(
        select(AuditEntry)
        .where(AuditEntry.customer_id == customer_id)
        .where(col(AuditEntry.action).startswith("customer."))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(TRAIL_LINES)
    ).all()
    lists = session.exec(
        select(Import, ImportChange.added)
        .join(ImportChange, col(ImportChange.import_id) == col(Import.id))
        .where(ImportChange.customer_id == customer_id)
        .order_by(col(Import.at).desc())
        .limit(TRAIL_LINES)
    ).all()
    people = [entry.by for entry in entries] + [made.by for made, _ in lists]
    people += [str(entry.after.get("owner")) for entry in entries if entry.after.get("owner")]
    names = list_names(session, people)
    dated = [(entry.at, _sentence(entry, names)) for entry in entries]
    for made, added in lists:
        dated.append((made.at, f"{'came with' if added else 'was changed by'} the list {made.file_name}"))
    dated.sort(key=lambda line: line[0], reverse=True)
    return [Line(text=text, on=at.date()) for at, text in dated]


def _sentence(entry: AuditEntry, names: Mapping[str, str]) -> str:  # noqa: PLR0911 - one sentence a case
    who = names.get(entry.by, "Evenhand" if entry.by == "bot" else "somebody")
    match entry.action:
        case "customer.added":
            return f"{who} added it"
        case "customer.handed_over":
            to = entry.after.get("owner")
            if to is None:
                return f"{who} left it without an owner"
            return f"{who} took it over" if to == entry.by else f"{who} gave it to {names.get(str(to), FORGOTTEN)}"
        case "customer.status":
            won_back = entry.before.get("status") == Status.LOST and entry.after.get("status") == Status.ACTIVE
            return f"{who} won it back" if won_back else f"{who} made it {_status(entry.after)}"
        case "customer.snoozed":
            return f"{who} snoozed it until {entry.after.get('until')}"
        case "customer.woken":
            return f"{who} ended the snooze"
        case "customer.brought_forward":
            return f"due sooner, by {entry.after.get('due_on')}: {entry.after.get('reason')}"
        case "customer.put_back":
            return f"due by its own cadence again: {entry.after.get('reason')}"
        case _:
            fields = ", ".join(name.removesuffix("_id").replace("_", " ") for name in entry.after)
            return f"{who} changed {fields or 'it'}"


def _status(after: Mapping[str, Any]) -> str:
    until = f" until {after['until']}" if after.get("until") else ""
    why = f": {after['reason']}" if after.get("reason") else ""
    return f"{after.get('status')}{until}{why}"
