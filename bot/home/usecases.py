"""What changes people and, in the same transaction, the dates of their customers."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from bot.core import outbox
from bot.customers.queries.due import list_owners_among
from bot.customers.usecases import release_customers
from bot.customers.usecases.scheduling import reschedule_owner
from bot.home.rules import PERSON_LEFT
from bot.people.queries import get_preferences, list_managers, list_names
from bot.people.schemas import OwnerLeft, PeopleSynced, Preferences, SlackPerson, Wishes
from bot.people.usecases import come_back, set_preferences, sync_people
from bot.workspaces.usecases import BOT, record


def take_in_people(
    session: Session, *, people: Sequence[SlackPerson], complete: bool, now: datetime, event_id: str = ""
) -> PeopleSynced:
    """
    Take in what Slack says of people, with all that follows from it, in one transaction.

    Who lives in another zone now has new due dates; the customers of who left, or became a guest, go to the pool,
    and the managers are told. An event counts once, however often it is delivered.
    """
    if event_id and not outbox.record_received(session, "event", event_id, now=now):
        return PeopleSynced()
    news = sync_people(session, people=people, complete=complete, now=now)
    for owner_id in list_owners_among(session, news.moved):
        reschedule_owner(session, owner_id=owner_id, now=now)
    for person_id in (*news.left, *news.became_guests):
        _let_go(session, person_id, became_guest=person_id in news.became_guests, now=now)
    return news


def _let_go(session: Session, person_id: str, *, became_guest: bool, now: datetime) -> None:
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
        session, PERSON_LEFT, by=BOT, kind="person", subject=person_id, now=now,
        after={"customers": len(released.ids), "became_guest": became_guest},
    )  # fmt: skip
    for manager in list_managers(session):
        outbox.enqueue(session, notification, to=manager.id, key=f"owner_left:{entry.id}:{manager.id}", now=now)


def save_preferences(session: Session, *, wishes: Wishes, by: str, now: datetime) -> Preferences:
    """
    Set what a person wishes for themselves, and move their customers' dates along.

    Raises:
        InvalidInput: with a sentence per field, see `set_preferences`.
        NotAllowed: a guest or somebody who left.
    """
    if set_preferences(session, wishes=wishes, by=by, now=now):
        reschedule_owner(session, owner_id=by, now=now)
    return get_preferences(session, person_id=by, now=now)


def end_absence(session: Session, *, by: str, now: datetime) -> date:
    """
    Be back early, with one's customers due again from today on; the day that was planned as the last one away.

    Raises:
        AlreadyDone: one isn't away today.
    """
    planned = come_back(session, by=by, now=now)
    reschedule_owner(session, owner_id=by, now=now)
    return planned
