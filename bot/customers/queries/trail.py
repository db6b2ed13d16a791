"""What happened with a customer in this feature, and whether what is stored still follows from the facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core.schemas import Line
from bot.customers.rules.due import compute_schedule
from bot.customers.tables import Customer, Import, ImportChange
from bot.people.queries import get_calendar, list_names
from bot.people.rules import Calendar
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import AuditEntry

LINES = 20
MOST_PROBLEMS = 20
MEND = "save the cadence in /evenhand setup once more, which winds every clock."


def timeline(session: Session, customer_id: UUID, now: datetime) -> list[Line]:  # noqa: ARG001 - the shape of every timeline
    """What was done to a customer, and which lists spoke of it, the latest first."""
    entries = session.exec(
        select(AuditEntry)
        .where(AuditEntry.customer_id == customer_id)
        .where(col(AuditEntry.action).startswith("customer."))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(LINES)
    ).all()
    lists = session.exec(
        select(Import, ImportChange.added)
        .join(ImportChange, col(ImportChange.import_id) == col(Import.id))
        .where(ImportChange.customer_id == customer_id)
        .order_by(col(Import.at).desc())
        .limit(LINES)
    ).all()
    people = [entry.by for entry in entries] + [made.by for made, _ in lists]
    people += [str(entry.after.get("owner")) for entry in entries if entry.after.get("owner")]
    names = list_names(session, people)
    dated = [(entry.at, _told(entry, names)) for entry in entries]
    dated += [
        (made.at, f"{'came with' if added else 'was changed by'} the list {made.file_name}") for made, added in lists
    ]
    dated.sort(key=lambda line: line[0], reverse=True)
    return [Line(text=text, on=at.date()) for at, text in dated]


def _told(entry: AuditEntry, names: Mapping[str, str]) -> str:  # noqa: PLR0911 - one sentence a case
    who = names.get(entry.by, "Evenhand" if entry.by == "bot" else "somebody")
    match entry.action:
        case "customer.added":
            return f"{who} added it"
        case "customer.handed_over":
            to = names.get(str(entry.after.get("owner")), "the pool")
            return f"{who} took it over" if entry.after.get("owner") == entry.by else f"{who} gave it to {to}"
        case "customer.status":
            return f"{who} made it {_status(entry.after)}"
        case "customer.snoozed":
            return f"{who} put it off until {entry.after.get('until')}"
        case "customer.woken":
            return f"{who} ended the putting off"
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


def list_problems(session: Session, now: datetime) -> list[str]:  # noqa: ARG001 - the shape of every check
    """One sentence for each customer whose stored dates don't follow from its last contact and cadence."""
    workspace = get_workspace(session)
    calendars: dict[str | None, Calendar] = {}
    wrong: list[str] = []
    query = select(Customer)
    for customer in session.exec(query.execution_options(yield_per=1000)):
        if customer.owner_id not in calendars:
            calendars[customer.owner_id] = get_calendar(session, customer.owner_id)
        follows = compute_schedule(
            calendars[customer.owner_id],
            default_cadence=workspace.default_cadence_days,
            factor=workspace.neglect_factor,
            cadence_days=customer.cadence_days,
            last_contact_on=customer.last_contact_on,
            added_on=customer.added_on,
            first_due_on=customer.first_due_on,
            sooner_on=customer.sooner_on,
            sooner_since=customer.sooner_since,
        )
        if (
            customer.effective_cadence_days,
            customer.waiting_since,
            customer.due_on,
            customer.neglected_after,
        ) != follows:
            wrong.append(f"{customer.name} has dates that don't follow from its facts; {MEND}")
    return wrong[:MOST_PROBLEMS] + ([f"{len(wrong) - MOST_PROBLEMS} more."] if len(wrong) > MOST_PROBLEMS else [])
