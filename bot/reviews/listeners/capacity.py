"""Listeners of `/evenhand capacity`."""

from bot.core.errors import InvalidInput
from bot.reviews.queries.capacity import get_capacity
from bot.reviews.views import capacity as views
from bot.slack.callers import Caller
from bot.slack.listeners import Listeners
from bot.slack.payloads import page_in


def register(on: Listeners) -> None:
    """Register a listener for each button; the command is a word of /evenhand."""
    for control in (views.NEXT, views.PREVIOUS):
        on.action(control, show_page)


async def capacity(caller: Caller, words: str) -> None:
    """
    Answer `/evenhand capacity`.

    Raises:
        InvalidInput: there are *words* after it.
    """
    if words:
        raise InvalidInput("Just /evenhand capacity; it shows everybody, the most strained first.")
    await caller.ack()  # thousands of customers may take longer than Slack waits
    await caller.respond(views.capacity(await caller.read(get_capacity)))


async def show_page(caller: Caller) -> None:
    """Replace a page of people by another one."""
    await caller.replace(views.capacity(await caller.read(get_capacity, page=page_in(caller.value))))
