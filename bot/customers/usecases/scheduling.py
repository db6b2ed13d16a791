"""Rescheduling customers after a contact, a snooze or another cadence; first calls spread over their owner's days."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.errors import InvalidInput
from bot.customers.queries import get_customer, schema_of
from bot.customers.queries.due import MOVING_NAMES, ScheduleBatch
from bot.customers.queries.tidying import is_ended_snooze
from bot.customers.rules.due import (
    RuleRefused,
    SnoozeReason,
    SnoozeTooLong,
    Status,
    check_snooze,
    due_on,
    spread_first_dues,
)
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema
from bot.customers.schemas.importing import Spread
from bot.customers.tables import Customer
from bot.customers.usecases.known import not_added_by
from bot.customers.usecases.levelling import ask_for_levelling
from bot.customers.usecases.matching import ListedCustomer
from bot.people.queries import get_today
from bot.people.usecases import require_here
from bot.workspaces.usecases import record

FORWARD_DAYS = 2  # working days of the owner
NO_CAP = 1_000_000
"""First calls a day in the pool: nobody has to make them all, so they are only spread evenly."""

Taken = dict[str | None, dict[date, int]]
"""How many first calls each owner's days hold."""


def audit(
    session: Session,
    customer: Customer,
    action: str,
    *,
    by: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Record in the audit trail what was done to *customer*, and flush."""
    record(
        session, f"customer.{action}", by=by, kind="customer", subject=customer.id, customer_id=customer.id,
        before=before, after=after, now=now,
    )  # fmt: skip
    session.flush()


def reschedule(session: Session, customers: Iterable[Customer], *, now: datetime) -> int:
    """Recompute the schedules of *customers*; return how many there are. After several, days are levelled at once."""
    rescheduled = list(customers)
    schedules = ScheduleBatch(session, {customer.owner_id for customer in rescheduled})
    for customer in rescheduled:
        schedules.apply(customer)
        customer.changed_at = now
    if len(rescheduled) > 1:
        ask_for_levelling(session)
    return len(rescheduled)


def set_last_contact(session: Session, *, customer_id: UUID, on: date | None, now: datetime) -> CustomerSchema:
    """
    Set the day of the last real contact (None: there was none), and what follows from it.

    Check-ins call this with the latest contact that they know, also after an undo.
    """
    customer = get_customer(session, customer_id)
    customer.last_contact_on = on
    reschedule(session, [customer], now=now)
    session.flush()
    return schema_of(customer, today=get_today(session, person_id=customer.owner_id, now=now))


def bring_forward(session: Session, *, customer_id: UUID, reason: str, by: str, now: datetime) -> bool:
    """
    Make a customer due within two working days of its owner, for a *reason*; return whether that is sooner.

    It is no contact: the customer waits as long as before, and a contact from today on restores its own cadence. A
    snooze of our own ends; one that the customer asked for holds.
    """
    customer = get_customer(session, customer_id)
    calendar = ScheduleBatch(session).calendar(customer.owner_id)
    today = calendar.today(now)
    by_when = calendar.add_working_days(today, FORWARD_DAYS)
    put_off = customer.snooze_reason is SnoozeReason.DEFERRED and (customer.snoozed_until or by_when) > by_when
    if customer.status is not Status.ACTIVE or not (customer.due_on > by_when or put_off):
        return False
    if put_off:
        restore_snooze(customer, {}, now=now)
    _set_sooner(session, customer, by_when, today, "brought_forward", reason=reason, by=by, now=now)
    return True


def put_back(session: Session, *, customer_id: UUID, reason: str, by: str, now: datetime) -> bool:
    """Make a customer due by its own cadence again, after `bring_forward`; return whether its due date changed."""
    customer = get_customer(session, customer_id)
    return _set_sooner(session, customer, None, None, "put_back", reason=reason, by=by, now=now)


def _set_sooner(
    session: Session,
    customer: Customer,
    on: date | None,
    since: date | None,
    action: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    before = customer.due_on
    customer.sooner_on, customer.sooner_since = on, since
    reschedule(session, [customer], now=now)
    if customer.due_on == before and on is None:
        return False
    after = {"due_on": customer.due_on.isoformat(), "reason": clean_text(reason, 300)}
    audit(session, customer, action, by=by, now=now, before={"due_on": before.isoformat()}, after=after)
    return True


def snooze_customer(
    session: Session, *, customer_id: UUID, until: date, reason: SnoozeReason, note: str, by: str, now: datetime
) -> CustomerSchema:
    """
    Snooze a customer up to *until*, the day it comes back.

    Raises:
        InvalidInput: `until` is past, or later than the rules allow; fields `until`.
        NotFound: no such customer.
    """
    require_here(session, by=by)
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=by, now=now)
    try:
        check_snooze(until, today=today, neglected_after=customer.neglected_after, reason=reason)
    except RuleRefused as refused:
        raise InvalidInput(fields={"until": _advice(refused, today, reason)}) from refused
    before = snooze_state(customer)
    customer.snoozed_until, customer.snooze_reason = until, reason
    customer.snooze_note, customer.snoozed_by, customer.changed_at = clean_text(note, 300) or None, by, now
    audit(session, customer, "snoozed", by=by, now=now, before=before, after=snooze_state(customer))
    return schema_of(customer, today=today)


def wake_customer(session: Session, *, customer_id: UUID, by: str, now: datetime) -> CustomerSchema:
    """End a snooze now; without one, nothing changes."""
    customer = get_customer(session, customer_id)
    if customer.snoozed_until is not None:
        before = snooze_state(customer)
        restore_snooze(customer, {}, now=now)
        audit(session, customer, "woken", by=by, now=now, before=before)
    return schema_of(customer, today=get_today(session, person_id=by, now=now))


def snooze_state(customer: Customer) -> dict[str, str | None]:
    """Return a customer's snooze as JSON values, which `restore_snooze` takes."""
    return {
        "until": customer.snoozed_until.isoformat() if customer.snoozed_until else None,
        "reason": customer.snooze_reason.value if customer.snooze_reason else None,
        "note": customer.snooze_note,
        "by": customer.snoozed_by,
    }


def restore_snooze(customer: Customer, state: Mapping[str, str | None], *, now: datetime) -> None:
    """Set the snooze that `snooze_state` returned; an empty state ends it."""
    until, reason = state.get("until"), state.get("reason")
    customer.snoozed_until = date.fromisoformat(until) if until else None
    customer.snooze_reason = SnoozeReason(reason) if reason else None
    customer.snooze_note, customer.snoozed_by, customer.changed_at = state.get("note"), state.get("by"), now


def end_snoozes(session: Session, *, now: datetime) -> int:
    """Clear snoozes whose day has come in every time zone, so that no screen shows them; return how many."""
    cleared = dict.fromkeys(("snoozed_until", "snooze_reason", "snooze_note", "snoozed_by"))
    return session.exec(sa.update(Customer).where(is_ended_snooze(now)).values(cleared)).rowcount


def first_due(session: Session, customer: Customer, *, now: datetime) -> date | None:
    """Return the day of the first call to *customer*, among its owner's other first calls; None when it needs none."""
    if customer.last_contact_on is not None or customer.status is not Status.ACTIVE:
        return None
    schedules, key = ScheduleBatch(session), str(customer.id)
    taken = count_first_calls(session) if customer.owner_id else {}
    return _first_dues(schedules, customer.owner_id, [(key, customer.added_on, customer.cadence_days)], taken, now)[key]


def plan_first_calls(
    session: Session, pool: Sequence[Customer], owners: Mapping[UUID, str], *, now: datetime
) -> dict[UUID, date]:
    """Return a day among the first calls of its new owner for each customer of the pool that was never contacted."""
    schedules, taken = ScheduleBatch(session, owners.values()), count_first_calls(session)
    waiting: dict[str, list[Customer]] = {}
    for customer in pool:
        if customer.last_contact_on is None:
            waiting.setdefault(owners[customer.id], []).append(customer)
    found: dict[UUID, date] = {}
    for owner_id, theirs in waiting.items():
        asked = [(str(customer.id), customer.added_on, customer.cadence_days) for customer in theirs]
        dues = _first_dues(schedules, owner_id, asked, taken, now)
        found |= {customer.id: dues[str(customer.id)] for customer in theirs}
    return found


def spread_first_calls(
    session: Session, schedules: ScheduleBatch, new: Sequence[ListedCustomer], *, import_id: UUID, now: datetime
) -> int:
    """
    Give each new customer of a list that nobody has talked to a day for its first call.

    Returns how many of them find no room in their cadence. Their ids and names decide their places, so neither size
    nor the order of the list does. The pool is spread over the workspace's working days without a cap. What the import
    has added before an interruption takes no place, so that the same days come out when it goes on.
    """
    waiting: dict[str | None, list[ListedCustomer]] = {}
    today = schedules.calendar(None).today(now)
    for target in new:
        wants = target.given
        wants.setdefault("added_on", today)
        if wants.get("last_contact_on") is None and wants.get("status", Status.ACTIVE) is Status.ACTIVE:
            waiting.setdefault(wants.get("owner_id"), []).append(target)
    taken = count_first_calls(session, not_added_by(import_id)) if waiting else {}
    return sum(_spread_one(schedules, owner_id, group, taken, now) for owner_id, group in waiting.items())


def measure_spread(session: Session, new: Sequence[ListedCustomer]) -> Spread | None:
    """Return how new customers of owners are spread over days; None when no owner gets more than a day's calls."""
    schedules, first, others = ScheduleBatch(session), Counter[str](), Counter[tuple[str, date]]()
    days: list[date] = []
    for given in (target.given for target in new if target.given.get("owner_id")):
        if due := given.get("first_due_on"):
            first[given["owner_id"]] += 1
            days.append(due)
        elif given.get("status", Status.ACTIVE) is Status.ACTIVE:
            others[given["owner_id"], schedules.compute(*map(given.get, MOVING_NAMES)).due_on] += 1
    a_day = schedules.workspace.first_calls_a_day
    weeks = (max(days) - min(days)).days // 7 + 1 if max(first.values(), default=0) > a_day else 0
    is_evened = schedules.workspace.levels_load and max(others.values(), default=0) > a_day
    return Spread(weeks=weeks, a_day=a_day, is_evened=is_evened) if weeks or is_evened else None


def count_first_calls(session: Session, which: sa.ColumnElement[bool] | None = None) -> Taken:
    """Count the first calls that each owner's days hold already; *which* limits them to some customers."""
    query = (
        sa.select(col(Customer.owner_id), col(Customer.due_on), sa.func.count())
        .where(col(Customer.status) == Status.ACTIVE, col(Customer.last_contact_on).is_(None))
        .where(sa.true() if which is None else which)
        .group_by(col(Customer.owner_id), col(Customer.due_on))
    )
    taken: Taken = {}
    for owner_id, due, count in session.execute(query):
        taken.setdefault(owner_id, {})[due] = count
    return taken


def _spread_one(
    schedules: ScheduleBatch, owner_id: str | None, group: list[ListedCustomer], taken: Taken, now: datetime
) -> int:
    by_key, calendar = _keys(group), schedules.calendar(owner_id)
    asked = [(key, target.given["added_on"], target.given.get("cadence_days")) for key, target in by_key.items()]
    dues = _first_dues(schedules, owner_id, asked, taken, now)

    @cache
    def deadline(added_on: date, cadence: int | None) -> date:
        return due_on(added_on, cadence or schedules.workspace.default_cadence_days, calendar)

    for key, _, _ in asked:
        by_key[key].given["first_due_on"] = dues[key]
    return sum(dues[key] > deadline(added_on, cadence) for key, added_on, cadence in asked)


def _first_dues(
    schedules: ScheduleBatch,
    owner_id: str | None,
    asked: Sequence[tuple[str, date, int | None]],
    taken: Taken,
    now: datetime,
) -> dict[str, date]:
    """Return the first due dates of one owner's customers, given as key, day of adding and own cadence."""
    calendar, default = schedules.calendar(owner_id), schedules.workspace.default_cadence_days
    return spread_first_dues(
        [(key, added_on, cadence or default) for key, added_on, cadence in asked],
        today=calendar.today(now),
        calendar=calendar,
        per_day=schedules.workspace.first_calls_a_day if owner_id else NO_CAP,
        taken=taken.get(owner_id, {}) if owner_id else {},
    )


def _keys(group: list[ListedCustomer]) -> dict[str, ListedCustomer]:
    """Map each customer to a key that is the same from one import to the next."""
    keys: dict[str, ListedCustomer] = {}
    for target in group:
        key = "\n".join((target.source, target.external_id or "", target.domain or "", target.name_key))
        keys[key if key not in keys else f"{key}\n{len(keys)}"] = target
    return keys


def _advice(refused: RuleRefused, today: date, reason: SnoozeReason) -> str:
    if not isinstance(refused, SnoozeTooLong):
        return str(refused)
    if refused.latest <= today:
        return "This customer has waited too long to be snoozed; log a check-in, or say that they asked for it."
    or_asked = ", or say that the customer asked for it" if reason is SnoozeReason.DEFERRED else ""
    return f"{refused} Choose an earlier day{or_asked}."
