"""Owes the news of promises to those whom they concern."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.core import outbox
from bot.customers.queries import list_by_ids
from bot.people.queries import find_cover, find_person_row, get_calendar, get_today
from bot.people.rules import Calendar, Mute
from bot.people.tables import Person
from bot.promises.queries import get_told, list_schemas
from bot.promises.rules import REMINDER_ROWS, Event
from bot.promises.schemas import PromiseNews, PromiseNoted, PromisesBroken, PromiseSchema, PromisesInherited, Told
from bot.promises.tables import Promise


def schema_for(session: Session, row: Promise, person_id: str, now: datetime) -> PromiseSchema:
    """A promise as that person sees it today."""
    return list_schemas(session, [row], today=get_today(session, person_id=person_id, now=now))[0]


def notify_assignee(session: Session, row: Promise, *, by: Person, now: datetime) -> None:
    """Owe somebody the news of what *by* says that they promised."""
    notification = PromiseNoted(promise=schema_for(session, row, row.assignee_id, now), by_name=by.name)
    outbox.enqueue(session, notification, to=row.assignee_id, key=f"promise_noted:{row.id}", now=now)


def tell(session: Session, row: Promise, event: Event, *, by: str, now: datetime, words: str = "") -> None:
    """
    Owe what happened to who keeps the promise and to the customer's owner, whoever did it left out.

    Who switched news off is not told; an owner needn't be told that a colleague kept a promise, or that one which was
    written down by mistake is gone.
    """
    customer = list_by_ids(session, [row.customer_id])[row.customer_id]
    actor = find_person_row(session, by)
    named = event is not Event.FORGOTTEN
    notification = PromiseNews(
        event=event,
        by_name=actor.name if actor else "",
        customer_id=customer.id if named else None,
        customer_name=customer.name if named else "",
        what=row.what if named else "",
        due_on=row.due_on,
        moved_to=row.moved_to,
        words=words,
    )
    concerned = (row.assignee_id,) if event in {Event.KEPT, Event.UNDONE} else (row.assignee_id, customer.owner_id)
    for person_id in _listening(session, concerned, but=by):
        key = f"promise:{row.id}:{event.value}:{person_id}"
        outbox.enqueue(session, notification, to=person_id, key=key, now=now)


def tell_broken(session: Session, rows: Sequence[Promise], *, now: datetime) -> None:
    """
    Owe assignees and owners, once, what wasn't kept: one message each, in the morning of their next working day.

    Who is away and has a cover doesn't come back to old news: the cover gets it.
    """
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    concern: dict[str, list[Promise]] = defaultdict(list)
    for row in rows:
        stand_ins = (_stand_in(session, one, now) for one in (row.assignee_id, customers[row.customer_id].owner_id))
        for person_id in _listening(session, stand_ins):
            concern[person_id].append(row)
    for person_id, theirs in concern.items():
        morning = _next_morning(get_calendar(session, person_id), now)
        _tell_some(session, PromisesBroken, theirs, to=person_id, not_before=morning, now=now)


def tell_heirs(session: Session, rows: Sequence[Promise], *, left: Person, now: datetime) -> None:
    """Owe those who are to keep *rows* from now on the news of it, one message each."""
    heirs: dict[str, list[Promise]] = defaultdict(list)
    for row in rows:
        heirs[row.assignee_id].append(row)
    for person_id, theirs in heirs.items():
        _tell_some(session, PromisesInherited, theirs, to=person_id, left=left.name, now=now)


def _tell_some(
    session: Session,
    kind: type[Told],
    rows: Sequence[Promise],
    *,
    to: str,
    now: datetime,
    not_before: datetime | None = None,
    **more: Any,
) -> None:
    ids = [row.id for row in rows[:REMINDER_ROWS]]
    notification: Any = get_told(session, kind=kind, promise_ids=ids, person_id=to, total=len(rows), now=now, **more)
    outbox.enqueue(
        session, notification, to=to, key=f"{notification.kind}:{to}:{ids[0]}", now=now, not_before=not_before
    )


def _next_morning(calendar: Calendar, now: datetime) -> datetime:
    """The hour of somebody's messages, the next time that it comes on a working day."""
    today = calendar.today(now)
    has_come = calendar.at(today, calendar.hour) < now
    return calendar.at(calendar.next_working_day(today, or_same=not has_come), calendar.hour)


def _stand_in(session: Session, person_id: str | None, now: datetime) -> str | None:
    if person_id is None:
        return None
    today = get_today(session, person_id=person_id, now=now)
    return find_cover(session, person_id, today) or person_id


def _listening(session: Session, people: Any, *, but: str = "") -> list[str]:
    """Those of *people* who are here and want news, each once."""
    found = []
    for person_id in dict.fromkeys(people):
        person = find_person_row(session, person_id) if person_id and person_id != but else None
        if person and not (person.is_deactivated or person.is_guest or Mute.NEWS in person.mutes):
            found.append(person.id)
    return found
