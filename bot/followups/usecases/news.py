"""Owes the news of a follow-up to those whom it concerns."""

from datetime import datetime

from sqlmodel import Session

from bot.core import outbox
from bot.core.schemas import Notification
from bot.followups.queries import list_schemas
from bot.followups.rules import Event
from bot.followups.schemas import FollowupGiven, FollowupNews, FollowupSchema
from bot.followups.tables import Followup
from bot.people.queries import find_person_row, get_today
from bot.people.rules import Mute


def schema_for(session: Session, row: Followup, person_id: str, now: datetime) -> FollowupSchema:
    """A follow-up as that person sees it today."""
    return list_schemas(session, [row], today=get_today(session, person_id=person_id, now=now))[0]


def tell_assignee(
    session: Session, row: Followup, *, now: datetime, returned_from: str = "", reassigned_by: str = ""
) -> None:
    """Owe the assignee what they are asked to do."""
    schema = schema_for(session, row, row.assignee_id, now)
    notification = FollowupGiven(followup=schema, returned_from=returned_from, reassigned_by=reassigned_by)
    _enqueue(session, notification, row, to=row.assignee_id, what="given", now=now)


def tell(
    session: Session, row: Followup, event: Event, *, by: str, now: datetime, words: str = "", former: str = ""
) -> None:
    """
    Owe what happened to who asked for it and to who has it (*former*: who had it), whoever did it left out.

    Who switched news off is not told.
    """
    schema = schema_for(session, row, row.given_by, now)
    actor = find_person_row(session, by)
    for person_id in dict.fromkeys((row.given_by, former or row.assignee_id)):
        person = find_person_row(session, person_id)
        if person is None or person_id == by or person.is_deactivated or Mute.NEWS in person.mutes:
            continue
        notification = FollowupNews(
            event=event,
            by_name=actor.name if actor else "",
            customer_id=None if event is Event.FORGOTTEN else schema.customer_id,
            customer_name="" if event is Event.FORGOTTEN else schema.customer_name,
            what="" if event is Event.FORGOTTEN else schema.what,
            due_on=schema.due_on,
            words=words,
            to_name=schema.assignee_name,
            mine=person_id == (former or row.assignee_id),
        )
        _enqueue(session, notification, row, to=person_id, what=event.value, now=now)


def _enqueue(session: Session, notification: Notification, row: Followup, *, to: str, what: str, now: datetime) -> None:
    key = f"followup:{row.id}:{what}:{to}:{int(now.timestamp() * 1000)}"
    outbox.enqueue(session, notification, to=to, key=key, now=now)
