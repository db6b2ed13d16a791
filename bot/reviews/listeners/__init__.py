"""Listeners of the reviews: `/evenhand proof` with the customers behind its figures, and `/evenhand review`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from slack_bolt.async_app import AsyncApp

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.reviews import views
from bot.reviews.listeners import capacity, plans
from bot.reviews.queries import get_proof, list_who_waited
from bot.reviews.queries.review import get_review
from bot.reviews.rules import PERIODS, USUAL_PERIOD, Period
from bot.reviews.rules.groups import Grouping
from bot.reviews.usecases import set_size_limits
from bot.slack.blocks import Message
from bot.slack.callers import Caller
from bot.workspaces.listeners import listen

PATIENCE_SECONDS = 2.0
"""How long somebody waits for figures without a word. Slack waits three seconds for the first one."""
T = TypeVar("T")
_GROUPINGS = "size, owner, tag, country or age"


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for each button; the commands are words of /evenhand."""
    on = listen(app, runtime)
    for period in PERIODS:
        on.action(f"{views.PERIOD}.{period}", show_period)
    for control in (views.BACK, views.GROUP):
        on.action(control, show_period)
    for one in Period:
        on.action(f"{views.REVIEW}.{one.value}", show_review)
    for control in (views.WHO, views.NEXT, views.PREVIOUS):
        on.action(control, show_who_waited)
    capacity.register(on)
    plans.register(on)


async def proof(caller: Caller, words: str) -> None:
    """
    Answer `/evenhand proof [30 | 90 | 365] [by size | owner | tag | country | age]`, and `/evenhand proof limits …`.

    Raises:
        InvalidInput: *words* say something else.
    """
    if words.split()[:1] == ["limits"]:
        await caller.respond(views.sizes_set(await caller.run(set_size_limits, words=words.removeprefix("limits"))))
        return
    days, by = str(USUAL_PERIOD), Grouping.SIZE.value
    for word in words.split():
        if word in set(Grouping):
            by = word
        elif word not in {"days", "by"}:
            days = word
    if days not in {str(period) for period in PERIODS}:
        raise InvalidInput(f"Say over how many days and by what: /evenhand proof 30, 90 or 365 by {_GROUPINGS}.")
    await _respond(caller, caller.read(get_proof, days=int(days), by=Grouping(by)), views.proof)


async def review(caller: Caller, words: str) -> None:
    """
    Answer `/evenhand review [week | month | quarter]`.

    Raises:
        InvalidInput: *words* are none of these.
    """
    period = words or Period.WEEK.value
    if period not in set(Period):
        raise InvalidInput("Say which review: /evenhand review week, month or quarter.")
    await _respond(caller, caller.read(get_review, period=Period(period)), views.review)


async def _respond(caller: Caller, work: Awaitable[T], draw: Callable[[T], Message]) -> None:
    """Answer with what *work* returns, as *draw* draws it; if that takes long, say first that it is on its way."""
    await caller.ack()  # a million customers take longer than Slack waits
    figures = asyncio.ensure_future(work)
    quick, _ = await asyncio.wait({figures}, timeout=PATIENCE_SECONDS)
    if not quick:
        await caller.respond(views.on_its_way())
    await caller.respond(draw(await figures))


async def show_review(caller: Caller) -> None:
    """Replace a review by that of another period."""
    period = Period(caller.value) if caller.value in set(Period) else Period.WEEK
    await caller.replace(views.review(await caller.read(get_review, period=period)))


async def show_period(caller: Caller) -> None:
    """Replace the proof by that of another period or by other groups, or a list behind it by the proof."""
    days, by = views.read_view(caller.value)
    await caller.replace(views.proof(await caller.read(get_proof, days=days, by=by)))


async def show_who_waited(caller: Caller) -> None:
    """Show the customers behind a group's figures, or another page of them, in place of what was there."""
    days, by, page, key = views.read_page(caller.value)
    found = await caller.read(list_who_waited, days=days, by=by, page=page, key=key)
    await caller.replace(views.who_waited(found))
