"""Kept, renegotiated, withdrawn: the first at once, the others in a window; their message changes once it is so."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import AlreadyDone, NotFound
from bot.core.runtime import Runtime
from bot.promises.listeners.places import Memory, place_of
from bot.promises.queries import get_promise
from bot.promises.usecases.closing import already, keep_promise, renegotiate_promise, withdraw_promise
from bot.promises.views import forms, rows
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.places import Places
from bot.slack.presses import action_and_id, uuid_in
from bot.slack.replies import people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker
from bot.workspaces.listeners import Window, refusals_kept

OUT_OF_DATE = "That button is out of date; /promise list shows what is owed."
FORMS: dict[str, Callable[..., Block]] = {
    rows.RENEGOTIATE: forms.renegotiate_form,
    rows.WITHDRAW: forms.withdraw_form,
}


class ActingListeners:
    """Listeners for what can become of a promise."""

    def __init__(self, runtime: Runtime, places: Places[Memory]) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Keep it, or open the window for a menu's choice; one that has ended is told so, its message drawn anew."""
        await ack()
        what, key = action_and_id(body)
        async with replies(speaker(client, body, respond)), refusals_kept(self._runtime, body, action=what, key=key):
            await self._act(what, key, body, client)

    async def _act(self, what: str, key: str, body: dict[str, Any], client: AsyncWebClient) -> None:
        promise_id, draw = uuid_in(key), FORMS.get(what)
        if promise_id is None or (draw is None and what != rows.KEPT):
            raise NotFound(OUT_OF_DATE)
        viewer, workspace = people_in(body), workspace_in(body)
        memory = place_of(body, promise_id)
        schema = await self._runtime.read(get_promise, workspace=workspace, promise_id=promise_id, viewer=viewer)
        if schema.is_owed and draw is not None:
            await open_window(client, body, draw(schema, memory=memory.kept()))
            return
        try:
            if not schema.is_owed:
                raise AlreadyDone(already(schema))
            await self._runtime.run(keep_promise, workspace=workspace, promise_id=promise_id, by=viewer)
        finally:
            await self._places.redraw(client, body, memory)


def _read_moved(form: Form) -> dict[str, Any]:
    return {
        "due_on": form.day(forms.DUE),
        "words": form.text(forms.SAID),
        "agreed": forms.YES in form.choices(forms.AGREED),
    }


def _read_withdrawn(form: Form) -> dict[str, Any]:
    return {"words": form.text(forms.SAID)}


WINDOWS = {
    forms.MOVED: Window(renegotiate_promise, forms.DUE, _read_moved),
    forms.WITHDRAWN: Window(withdraw_promise, forms.SAID, _read_withdrawn),
}
