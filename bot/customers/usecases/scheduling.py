"""The facts that move a customer's clock: a contact, a snooze, a new owner, another cadence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core import outbox
from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.customers.queries import get_customer, schema_of
from bot.customers.rules.due import (
    RuleRefused,
    Schedule,
    SnoozeReason,
    SnoozeTooLong,
    Status,
    check_snooze,
    compute_schedule,
)
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema, CustomersHandedOver, CustomerTaken
from bot.customers.tables import Customer
from bot.people.queries import get_person, get_today, list_calendars, list_names
from bot.people.rules import Calendar, Mute
from bot.people.usecases import may_manage, require_here
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import Workspace
from bot.workspaces.usecases import record

MOVING_NAMES = (
    "owner_id", "cadence_days", "last_contact_on", "added_on", "first_due_on", "sooner_on", "sooner_since",
)  # fmt: skip
FORWARD_DAYS = 2  # working days of the owner
STORED_NAMES = ("effective_cadence_days", "waiting_since", "due_on", "neglected_after")
MOVING = tuple(col(getattr(Customer, name)) for name in MOVING_NAMES)
STORED = tuple(col(getattr(Customer, name)) for name in STORED_NAMES)


def set_schedule(customer: Customer, *, workspace: Workspace, calendar: Calendar) -> None:
    """Recompute what is stored of *customer*'s clock: cadence, waiting since, due, limit."""
    customer.effective_cadence_days, customer.waiting_since, customer.due_on, customer.neglected_after = _schedule(
        workspace,
        calendar,
        cadence_days=customer.cadence_days,
        last_contact_on=customer.last_contact_on,
        added_on=customer.added_on,
        first_due_on=customer.first_due_on,
        sooner_on=customer.sooner_on,
        sooner_since=customer.sooner_since,
    )


def _schedule(workspace: Workspace, calendar: Calendar, **schemas: Any) -> Schedule:
    """The clock that *schemas* (cadence, last contact, added, first due) make by the workspace's rules."""
    return compute_schedule(
        calendar, default_cadence=workspace.default_cadence_days, factor=workspace.neglect_factor, **schemas
    )  # fmt: skip


def reschedule(session: Session, customers: Iterable[Customer], *, now: datetime) -> int:
    """Recompute the schedules of *customers*; returns how many."""
    workspace, rescheduled = get_workspace(session), list(customers)
    calendars = list_calendars(session, {customer.owner_id for customer in rescheduled})
    for customer in rescheduled:
        set_schedule(customer, workspace=workspace, calendar=calendars[customer.owner_id])
        customer.changed_at = now
    return len(rescheduled)


def reschedule_owner(session: Session, *, owner_id: str | None, now: datetime) -> int:
    """Recompute every customer of an owner (None: the pool) after their hours or days away changed."""
    return _reschedule_where(session, col(Customer.owner_id) == owner_id, now=now)


def reschedule_workspace(session: Session, *, now: datetime) -> int:
    """Recompute every customer after the workspace's cadence changed."""
    return _reschedule_where(session, sa.true(), now=now)


def _reschedule_where(session: Session, which: sa.ColumnElement[bool], *, now: datetime) -> int:
    """
    Recompute the customers that *which* holds for, without making objects of them: there may be tens of thousands.

    Customers that share owner, cadence and days share a clock. Only those whose dates move are written.
    """
    session.flush()
    rows = session.execute(sa.select(*MOVING, *STORED, col(Customer.id)).where(which)).all()
    workspace = get_workspace(session)
    calendars = list_calendars(session, {row.owner_id for row in rows})
    schedules: dict[Any, Schedule] = {}
    moved = []
    for row in rows:
        key = tuple(row[: len(MOVING)])
        if key not in schedules:
            fields = dict(zip(MOVING_NAMES, key, strict=True))
            schedules[key] = _schedule(workspace, calendars[fields.pop("owner_id")], **fields)
        if schedules[key] != tuple(row[len(MOVING) : -1]):
            moved.append({"which": row.id, **dict(zip(STORED_NAMES, schedules[key], strict=True))})
    _write_schedules(session, moved, now=now)
    return len(rows)


def _write_schedules(session: Session, moved: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    if not moved:
        return
    table = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
    values: dict[str, Any] = {name: sa.bindparam(name) for name in STORED_NAMES}
    mine = sa.and_(table.c.workspace_id == workspace_of(session), table.c.id == sa.bindparam("which"))
    session.connection().execute(table.update().where(mine).values(changed_at=now, **values), moved)
    for row in session.identity_map.values():
        if isinstance(row, Customer):
            session.expire(row)


def set_last_contact(session: Session, *, customer_id: UUID, on: date | None, now: datetime) -> CustomerSchema:
    """
    Say when the last real contact was (None: there was none). It wakes a snooze that a contact makes pointless.

    The check-ins feature calls this with the latest contact it knows, also after an undo.
    """
    customer = get_customer(session, customer_id)
    customer.last_contact_on = on
    reschedule(session, [customer], now=now)
    session.flush()
    return schema_of(customer, today=get_today(session, person_id=customer.owner_id, now=now))


def bring_forward(session: Session, *, customer_id: UUID, reason: str, by: str, now: datetime) -> bool:
    """
    Have a customer called within two working days of its owner, for a *reason*; True when that is sooner than before.

    Nobody talked to it by that: it waits on as it did, and a contact from today on puts its own cadence back. What we
    put off ourselves is put off no longer; who asked to be left alone until a day is left alone.
    """
    customer = get_customer(session, customer_id)
    calendar = list_calendars(session, {customer.owner_id})[customer.owner_id]
    today = calendar.today(now)
    by_when = calendar.add_working_days(today, FORWARD_DAYS)
    put_off = customer.snooze_reason is SnoozeReason.DEFERRED and (customer.snoozed_until or by_when) > by_when
    if customer.status is not Status.ACTIVE or not (customer.due_on > by_when or put_off):
        return False
    before = customer.due_on
    if put_off:
        restore_snooze(customer, {}, now=now)
    customer.sooner_on, customer.sooner_since = by_when, today
    reschedule(session, [customer], now=now)
    record(
        session, "customer.brought_forward", by=by, kind="customer", subject=customer.id, customer_id=customer.id,
        before={"due_on": before.isoformat()}, now=now,
        after={"due_on": customer.due_on.isoformat(), "reason": clean_text(reason, 300)},
    )  # fmt: skip
    session.flush()
    return True


def put_back(session: Session, *, customer_id: UUID, reason: str, by: str, now: datetime) -> bool:
    """Let a customer be due by its own cadence again: what brought it forward was none; True when that changed it."""
    customer = get_customer(session, customer_id)
    before = customer.due_on
    customer.sooner_on, customer.sooner_since = None, None
    reschedule(session, [customer], now=now)
    if customer.due_on == before:
        return False
    record(
        session, "customer.put_back", by=by, kind="customer", subject=customer.id, customer_id=customer.id,
        before={"due_on": before.isoformat()}, now=now,
        after={"due_on": customer.due_on.isoformat(), "reason": clean_text(reason, 300)},
    )  # fmt: skip
    session.flush()
    return True


def snooze_customer(
    session: Session,
    *,
    customer_id: UUID,
    until: date,
    reason: SnoozeReason,
    note: str,
    by: str,
    now: datetime,
) -> CustomerSchema:
    """
    Put a customer off to *until* (the day it comes back).

    Raises:
        InvalidInput: `until` is past, or later than the rules allow; fields `until`.
        NotFound: no such customer.
    """
    require_here(session, by=by)
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=by, now=now)
    try:
        check_snooze(until, today=today, neglected_after=customer.neglected_after, reason=reason)
    except SnoozeTooLong as refused:
        raise InvalidInput(fields={"until": _too_long(refused, today, reason)}) from refused
    except RuleRefused as refused:
        raise InvalidInput(fields={"until": str(refused)}) from refused
    before = snooze_state(customer)
    customer.snoozed_until, customer.snooze_reason = until, reason
    customer.snooze_note, customer.snoozed_by, customer.changed_at = clean_text(note, 300) or None, by, now
    record(
        session, "customer.snoozed", by=by, kind="customer", subject=customer.id, customer_id=customer.id,
        before=before, after=snooze_state(customer), now=now,
    )  # fmt: skip
    session.flush()
    return schema_of(customer, today=today)


def wake_customer(session: Session, *, customer_id: UUID, by: str, now: datetime) -> CustomerSchema:
    """End a snooze now. Waking one that is awake changes nothing."""
    customer = get_customer(session, customer_id)
    if customer.snoozed_until is not None:
        before = snooze_state(customer)
        restore_snooze(customer, {}, now=now)
        record(
            session, "customer.woken", by=by, kind="customer", subject=customer.id, customer_id=customer.id,
            before=before, now=now,
        )  # fmt: skip
        session.flush()
    return schema_of(customer, today=get_today(session, person_id=by, now=now))


def snooze_state(customer: Customer) -> dict[str, str | None]:
    """A customer's snooze as JSON values, to keep and to put back."""
    return {
        "until": customer.snoozed_until.isoformat() if customer.snoozed_until else None,
        "reason": customer.snooze_reason.value if customer.snooze_reason else None,
        "note": customer.snooze_note,
        "by": customer.snoozed_by,
    }


def restore_snooze(customer: Customer, state: dict[str, str | None], *, now: datetime) -> None:
    """Put back what `snooze_state` gave; an empty state wakes the customer."""
    until, reason = state.get("until"), state.get("reason")
    customer.snoozed_until = date.fromisoformat(until) if until else None
    customer.snooze_reason = SnoozeReason(reason) if reason else None
    customer.snooze_note, customer.snoozed_by, customer.changed_at = state.get("note"), state.get("by"), now


def hand_over(
    session: Session, *, customer_id: UUID, to: str | None, by: str, note: str = "", now: datetime
) -> CustomerSchema:
    """
    Give a customer to *to* (None: back to the pool) and owe them the news.

    Owners hand over what is theirs, managers anything, and anyone takes from the pool or takes for themselves.

    Raises:
        NotAllowed: it is somebody else's, and *by* is no manager and not the one who takes it.
        AlreadyDone: *to* has it already.
        InvalidInput: *to* can't own customers (left, a bot, a guest).
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    if customer.owner_id == to:
        whose = "in the pool" if to is None else "yours" if to == by else "theirs"
        raise AlreadyDone(f"{customer.name} is already {whose}.")
    _require_may_hand_over(session, customer, to=to, by=by, manages=may_manage(actor))
    if to is not None:
        require_can_own(session, to)
    note = clean_text(note, 300)
    before = customer.owner_id
    customer.owner_id = to
    reschedule(session, [customer], now=now)
    record(
        session, "customer.handed_over", by=by, kind="customer", subject=customer.id, customer_id=customer.id,
        before={"owner": before}, after={"owner": to, "note": note}, now=now,
    )  # fmt: skip
    session.flush()
    if to is not None and to != by:
        tell_new_owner(session, [customer], to=to, by=by, note=note, now=now)
    if before is not None and before != by:
        _tell_former_owner(session, customer, former=before, to=to, by=by, now=now)
    names = list_names(session, [to])
    return schema_of(customer, today=get_today(session, person_id=by, now=now), owner_name=names.get(to or ""))


def tell_new_owner(
    session: Session, customers: list[Customer], *, to: str, by: str, note: str = "", now: datetime
) -> None:
    """Owe *to* the news that these customers are theirs now, unless they muted news."""
    if Mute.NEWS in get_person(session, to).mutes or not customers:
        return
    schema = CustomersHandedOver(
        names=tuple(customer.name for customer in customers[:5]), total=len(customers), by=by, note=note
    )
    key = f"handed_over:{customers[0].id}:{to}:{int(now.timestamp() * 1000)}"
    outbox.enqueue(session, schema, to=to, key=key, now=now)


def _tell_former_owner(
    session: Session, customer: Customer, *, former: str, to: str | None, by: str, now: datetime
) -> None:
    person = get_person(session, former)
    if person.is_deactivated or Mute.NEWS in person.mutes:
        return
    key = f"taken:{customer.id}:{former}:{int(now.timestamp() * 1000)}"
    outbox.enqueue(session, CustomerTaken(name=customer.name, to=to, by=by), to=former, key=key, now=now)


def _require_may_hand_over(session: Session, customer: Customer, *, to: str | None, by: str, manages: bool) -> None:
    mine, pooled = customer.owner_id == by, customer.owner_id is None
    if not (manages or mine or (pooled and to == by) or to == by):
        owner = list_names(session, [customer.owner_id]).get(customer.owner_id or "", "its owner")
        raise NotAllowed(f"Only managers can hand out others' customers; ask {owner}, or take it yourself.")


def require_can_own(session: Session, person_id: str) -> None:
    """
    Refuse an owner who is none.

    Raises:
        InvalidInput: they left, or are a bot or a guest; field `to`.
    """
    person = get_person(session, person_id)
    if person.is_deactivated or person.is_bot or person.is_guest:
        raise InvalidInput(fields={"to": f"{person.name} can't look after customers; choose a full member."})


def _too_long(refused: SnoozeTooLong, today: date, reason: SnoozeReason) -> str:
    if refused.latest <= today:
        return "This customer has waited too long to be put off; log a check-in, or say that they asked for it."
    if reason is SnoozeReason.DEFERRED:
        return f"{refused} Choose an earlier day, or say that the customer asked for it."
    return f"{refused} Choose an earlier day."
