"""Changes people and, in the same transaction, their customers."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from bot.core import inbox, outbox
from bot.customers.queries.due import list_owners_among
from bot.customers.usecases import release_customers
from bot.customers.usecases.rescheduling import reschedule_owner
from bot.home.rules import PERSON_LEFT_ACTION
from bot.people.queries import get_preferences, list_managers, list_names
from bot.people.schemas import OwnerLeft, PeopleSynced, Preferences, PreferencesInput, SlackPerson
from bot.people.usecases import end_current_absence, set_preferences, sync_people
from bot.workspaces.usecases import BOT, record


def sync_people_and_customers(
    session: Session, *, people: Sequence[SlackPerson], complete: bool, now: datetime, event_id: str = ""
) -> PeopleSynced:
    """
    Store *people* as Slack describes them (see `sync_people`), and change their customers accordingly.

    Owners in a new zone get new due dates. The customers of people who left or became guests go to the pool, and the
    managers are notified. An event with *event_id* counts once, however often it is delivered.
    """
    if event_id and not inbox.record_received(session, "event", event_id, now=now):
        return PeopleSynced()
    synced = sync_people(session, people=people, complete=complete, now=now)
    for owner_id in list_owners_among(session, synced.moved):
        reschedule_owner(session, owner_id=owner_id, now=now)
    for person_id in (*synced.left, *synced.became_guests):
        _release(session, person_id, became_guest=person_id in synced.became_guests, now=now)
    return synced


def _release(session: Session, person_id: str, *, became_guest: bool, now: datetime) -> None:
    released = release_customers(session, owner_id=person_id, now=now)
    if not released.ids:
        return
    notification = OwnerLeft(
        owner=list_names(session, [person_id])[person_id],
        customers=len(released.ids),
        examples=released.examples,
        became_guest=became_guest,
    )
    entry = record(
        session, PERSON_LEFT_ACTION, by=BOT, kind="person", subject=person_id, now=now,
        after={"customers": len(released.ids), "became_guest": became_guest},
    )  # fmt: skip
    for manager in list_managers(session):
        outbox.enqueue(session, notification, to=manager.id, key=f"owner_left:{entry.id}:{manager.id}", now=now)


def save_preferences(session: Session, *, preferences: PreferencesInput, by: str, now: datetime) -> Preferences:
    """
    Set the preferences of *by*, and recompute their customers' due dates.

    Raises:
        InvalidInput: a value is wrong; `fields` names it (see `set_preferences`).
        NotAllowed: *by* is not a full member.
    """
    if set_preferences(session, preferences=preferences, by=by, now=now):
        reschedule_owner(session, owner_id=by, now=now)
    return get_preferences(session, person_id=by, now=now)


def end_absence(session: Session, *, by: str, now: datetime) -> date:
    """
    End the days away of *by* today, and recompute their due dates; return the day that was planned as the last one.

    Raises:
        AlreadyDone: they aren't away today.
        NotAllowed: *by* is not a full member.
    """
    planned = end_current_absence(session, by=by, now=now)
    reschedule_owner(session, owner_id=by, now=now)
    return planned
