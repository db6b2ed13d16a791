"""Listeners for managers: remind a colleague who doesn't act, and look at a colleague's queue."""

from bot.checkins.queries.idle import get_colleagues_queue
from bot.checkins.usecases.nudging import nudge_person
from bot.checkins.views import nudging as views
from bot.slack.callers import Caller


async def nudge(caller: Caller) -> None:
    """Remind somebody, and say when it arrives."""
    sent = await caller.run(nudge_person, person_id=caller.value, features=caller.features)
    await caller.respond(views.nudged(sent))


async def open_queue(caller: Caller) -> None:
    """Show a manager the queue of a colleague."""
    found = await caller.read(get_colleagues_queue, person_id=caller.value, features=caller.features)
    await caller.open(views.colleagues_queue(found))
