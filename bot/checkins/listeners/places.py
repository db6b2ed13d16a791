"""Changes the place of a press once something was done: the queue, the reminder, another message; or tells it anew."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.listeners.memory import Memory, Origin
from bot.checkins.queries.queue import get_queue
from bot.checkins.queries.reminders import get_reminder
from bot.checkins.schemas import ActionDone
from bot.checkins.views import DONE, done, done_form, stays, with_row_done
from bot.checkins.views.queue import queue, reminder
from bot.core.runtime import Runtime
from bot.slack.blocks import Message
from bot.slack.places import Turns, answer_at, change
from bot.slack.windows import open_window


class Places:
    """Knows how each kind of place is changed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._turns = Turns()

    async def tell(
        self, client: AsyncWebClient, origin: Origin, schema: ActionDone, *, workspace: str, person: str
    ) -> None:
        """Let the place of the press show what was done; a window is the caller's to answer."""
        if origin.kind == "queue":
            message = await self._queue(origin, schema, workspace, person)
            await answer_at(client, origin.url, message.replacement())
        elif origin.kind == "reminder":
            await self._redraw_reminder(client, origin, workspace, person)
            await self._say_what_stays(client, origin, schema)
        elif origin.kind == "message":
            await self._change_row(client, origin, schema, person)
        elif origin.kind == "private":
            await answer_at(client, origin.url, {**done(schema).answer(), "replace_original": schema.undone})

    async def _queue(self, origin: Origin, schema: ActionDone, workspace: str, person: str) -> Message:
        now = await self._runtime.read(
            get_queue, workspace=workspace, viewer=person, features=self._runtime.features, page=origin.page
        )
        return queue(now, done=schema)

    async def _redraw_reminder(self, client: AsyncWebClient, origin: Origin, workspace: str, person: str) -> None:
        """The whole message anew, from what is so now."""
        async with self._turns.at(origin.channel, origin.ts):
            schema = await self._runtime.read(
                get_reminder,
                workspace=workspace,
                reminder_id=origin.reminder_id,
                viewer=person,
                features=self._runtime.features,
            )
            await change(client, origin.channel, origin.ts, reminder(schema))

    async def _change_row(self, client: AsyncWebClient, origin: Origin, schema: ActionDone, person: str) -> None:
        """One row of another feature's message; where it isn't found, the person alone is told."""
        async with self._turns.at(origin.channel, origin.ts):
            found = await _read_message(client, origin)
            blocks = with_row_done(found.get("blocks") or [], schema)
            if blocks is not None:
                shown = Message(text=str(found.get("text") or ""), blocks=[*map(dict, blocks)])
                await change(client, origin.channel, origin.ts, shown)
                await self._say_what_stays(client, origin, schema)
                return
        message = done(schema)
        await client.chat_postEphemeral(
            channel=origin.channel, user=person, text=message.text, blocks=list(message.blocks)
        )

    async def _say_what_stays(self, client: AsyncWebClient, origin: Origin, schema: ActionDone) -> None:
        """A row that is as it was has no room for it, so who undid it is told below."""
        if schema.stays:
            await answer_at(client, origin.url, {**stays(schema).answer(), "replace_original": False})


async def show_done(client: AsyncWebClient, body: Mapping[str, Any], schema: ActionDone) -> None:
    """Tell what was done in a window, in the place of the one that told of it before."""
    view = body.get("view") or {}
    window = done_form(schema, memory=Memory().kept())
    if view.get("callback_id") == DONE:
        await client.views_update(view_id=view["id"], view=window)
    else:
        await open_window(client, body, window)


async def _read_message(client: AsyncWebClient, origin: Origin) -> Mapping[str, Any]:
    """The message as it stands, in its channel or thread; empty when it can't be read."""
    just_it: dict[str, Any] = {
        "channel": origin.channel,
        "latest": origin.ts,
        "oldest": origin.ts,
        "inclusive": True,
        "limit": 1,
    }
    try:
        listed = await client.conversations_history(**just_it)
        found = [message for message in listed["messages"] if message.get("ts") == origin.ts]
        if not found:
            listed = await client.conversations_replies(**just_it, ts=origin.ts)
            found = [message for message in listed["messages"] if message.get("ts") == origin.ts]
    except SlackApiError:
        return {}
    return found[0] if found else {}
