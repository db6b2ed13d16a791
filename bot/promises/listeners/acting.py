"""Kept, renegotiated, withdrawn: the first at once, the others in a window; their message changes once it is so."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.listeners.memory import uuid_in, value_in
from bot.checkins.listeners.places import open_window, speaker
from bot.checkins.listeners.recording import fields_named
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.promises.facts import PromiseFact
from bot.promises.listeners.places import Memory, Places, memory_of, place_of
from bot.promises.queries import get_promise
from bot.promises.usecases.closing import already, keep_promise, renegotiate_promise, withdraw_promise
from bot.promises.views import forms, rows
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.replies import actions_in, field_errors, people_in, replies, workspace_in
from bot.workspaces.listeners import refusals_kept

OUT_OF_DATE = "That button is out of date; /promise list shows what is owed."
FORMS: dict[str, Callable[..., Block]] = {
    rows.RENEGOTIATE: forms.renegotiate_form,
    rows.WITHDRAW: forms.withdraw_form,
}


class ActingListeners:
    """Listeners for what can become of a promise."""

    def __init__(self, runtime: Runtime, places: Places) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Keep it, or open the window for a menu's choice; one that has ended is told so, its message drawn anew."""
        await ack()
        what, _, key = value_in(body).rpartition(":")
        action = str(next(iter(actions_in(body)), {}).get("action_id") or "")
        async with (
            replies(speaker(client, body, respond)),
            refusals_kept(self._runtime, body, action=action, key=key),
        ):
            await self._act(what or action, key, body, client)

    async def moved(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Another day was agreed."""
        await self._save(ack, body, client, renegotiate_promise, first=forms.DUE, read=_read_moved)

    async def withdrawn(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """It isn't owed any more."""
        await self._save(ack, body, client, withdraw_promise, first=forms.SAID, read=_read_withdrawn)

    async def _act(self, what: str, key: str, body: dict[str, Any], client: AsyncWebClient) -> None:
        promise_id, draw = uuid_in(key), FORMS.get(what)
        if promise_id is None or (draw is None and what != rows.KEPT):
            raise NotFound(OUT_OF_DATE)
        viewer, workspace = people_in(body), workspace_in(body)
        memory = place_of(body, promise_id)
        fact = await self._runtime.read(get_promise, workspace=workspace, promise_id=promise_id, viewer=viewer)
        if fact.is_owed and draw is not None:
            await open_window(client, body, draw(fact, memory=memory.kept()))
            return
        try:
            if not fact.is_owed:
                raise AlreadyDone(already(fact))
            await self._runtime.run(keep_promise, workspace=workspace, promise_id=promise_id, by=viewer)
        finally:
            await self._places.redraw(client, memory, workspace=workspace, viewer=viewer)

    async def _save(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        client: AsyncWebClient,
        use_case: Callable[..., PromiseFact],
        *,
        first: str,
        read: Callable[[Form], dict[str, Any]],
    ) -> None:
        saved: Memory | None = None
        async with field_errors(ack, first_field=first):
            memory = memory_of(body["view"])
            if memory.promise_id is None:
                raise InvalidInput("This window is out of date; close it and open it again.")
            action, key = str(body["view"].get("callback_id") or ""), str(memory.promise_id)
            async with refusals_kept(self._runtime, body, action=action, key=key):
                with fields_named(forms.FIELD_OF):
                    await self._runtime.run(
                        use_case,
                        workspace=workspace_in(body),
                        promise_id=memory.promise_id,
                        view_id=body["view"]["id"],
                        by=people_in(body),
                        **read(Form.of(body["view"])),
                    )
            if memory.kind == "none":
                await ack(response_action="update", view=forms.saved("Saved."))
                return
            await ack()
            saved = memory
        if saved is not None:
            await self._places.redraw(client, saved, workspace=workspace_in(body), viewer=people_in(body))


def _read_moved(form: Form) -> dict[str, Any]:
    return {
        "due_on": form.day(forms.DUE),
        "words": form.text(forms.SAID),
        "agreed": forms.YES in form.choices(forms.AGREED),
    }


def _read_withdrawn(form: Form) -> dict[str, Any]:
    return {"words": form.text(forms.SAID)}
