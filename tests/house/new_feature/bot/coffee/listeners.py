"""Answers `/coffee`."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.coffee import views
from bot.coffee.rules import parse_coffee
from bot.coffee.usecases import note_coffee
from bot.core.runtime import Runtime
from bot.slack.replies import people_in, replies, workspace_in


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Add the listener to the Bolt app."""

    async def coffee(ack: AsyncAck, command: dict[str, Any]) -> None:
        async with replies(ack):
            name, drink = parse_coffee(command.get("text", ""))
            noted = await runtime.run(
                note_coffee, workspace=workspace_in(command), name=name, drink=drink, by=people_in(command)
            )
            await ack(**views.noted(noted).answer())

    app.command("/coffee")(coffee)
