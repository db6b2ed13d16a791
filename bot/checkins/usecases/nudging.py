"""What managers do about colleagues who don't act: one friendly message a day, written by the bot, in their name."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.checkins.queries import get_owner_scope
from bot.checkins.queries.queue import read_first
from bot.checkins.schemas import NudgeDue, NudgeSent
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput
from bot.core.feature import Feature, collect_overdue
from bot.people.queries import get_calendar, get_person, get_zone
from bot.people.usecases import require_manager
from bot.workspaces.usecases import record

WISH = "ask colleagues to look at what waits"


def nudge_person(session: Session, *, person_id: str, features: Sequence[Feature], by: str, now: datetime) -> NudgeSent:
    """
    Ask somebody, in the name of the manager *by*, to look at what waits for them; it arrives within their hours.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: it is themselves, or somebody who left.
        AlreadyDone: nothing waits for that person, or they were asked for that day already.
        NotFound: the bot doesn't know the person.
    """
    manager, person = require_manager(session, by=by, wish=WISH), get_person(session, person_id)
    if person_id == by:
        raise InvalidInput("That is you; /checkin shows what waits.")
    if person.is_deactivated or person.is_guest or person.is_bot:
        raise InvalidInput(f"{person.name} isn't a full member here any more; hand their customers over instead.")
    lines = tuple(one.text for one in collect_overdue(features, session, now).get(person_id, ()))
    nudge = refresh_nudge(session, NudgeDue(by_name=manager.name, overdue=lines), person_id, now)
    if nudge is None:
        raise AlreadyDone(f"Nothing waits for {person.name}, so there is nothing to remind them of.")
    calendar = get_calendar(session, person_id)
    arrives_at = calendar.next_opening(now)
    day = calendar.today(arrives_at)
    if not outbox.enqueue(session, nudge, to=person_id, key=f"nudge:{person_id}:{day.isoformat()}", now=now):
        raise AlreadyDone(f"{person.name} was asked for that day already; one message a day is enough.")
    record(session, "person.nudged", by=by, kind="person", subject=person_id, now=now)
    return NudgeSent(name=person.name, arrives_at=arrives_at, now=now, zone=get_zone(session, by))


def refresh_nudge(session: Session, nudge: NudgeDue, to: str, now: datetime) -> NudgeDue | None:
    """Return the request with the customers that wait now; None when nothing waits any more."""
    rows, waits = read_first(session, get_owner_scope(session, person_id=to, now=now), rows=1)
    if not waits and not nudge.overdue:
        return None
    return nudge.model_copy(update={"waiting": waits, "first": rows[0].name if rows else ""})
