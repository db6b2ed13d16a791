"""Answers `/coffee`."""

from slack_bolt.async_app import AsyncApp

from bot.coffee import views
from bot.coffee.rules import parse_coffee
from bot.coffee.usecases import note_coffee
from bot.core.runtime import Runtime
from bot.slack.callers import Caller
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register the listener."""
    listen(app, runtime).command("/coffee", note)


async def note(caller: Caller) -> None:
    """Store the drink that the command names, and answer with it."""
    name, drink = parse_coffee(caller.text)
    coffee = await caller.run(note_coffee, name=name, drink=drink)
    await caller.respond(views.noted(coffee))
