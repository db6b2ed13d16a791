"""Done, can't, another day, somebody else, cancel: each opens a window, and its message changes once that is saved."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.listeners.memory import uuid_in, value_in
from bot.checkins.listeners.places import open_window, speaker
from bot.checkins.listeners.recording import fields_named
from bot.checkins.rules import Channel, Result
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.followups.facts import FollowupFact
from bot.followups.listeners.places import Memory, Places, memory_of, place_of
from bot.followups.queries import get_followup
from bot.followups.usecases.assigning import cancel_followup, move_followup, reassign_followup
from bot.followups.usecases.finishing import complete_followup, decline_followup
from bot.followups.views import forms, rows
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.replies import actions_in, field_errors, people_in, replies, workspace_in
from bot.workspaces.listeners import refusals_kept

OUT_OF_DATE = "That button is out of date; /assign list shows what is open."
FORMS: dict[str, Callable[..., Block]] = {
    rows.DONE: forms.done_form,
    rows.CANT: forms.cant_form,
    rows.LATER: forms.later_form,
    rows.REASSIGN: forms.reassign_form,
    rows.CANCEL: forms.cancel_form,
}


class ActingListeners:
    """Listeners for what can be done about a follow-up."""

    def __init__(self, runtime: Runtime, places: Places) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the window for a button or a menu's choice; one that is closed is told so, its message drawn anew."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, _, key = value_in(body).rpartition(":")
            followup_id = uuid_in(key)
            draw = FORMS.get(what or str(next(iter(actions_in(body)), {}).get("action_id") or ""))
            if followup_id is None or draw is None:
                raise NotFound(OUT_OF_DATE)
            viewer, workspace = people_in(body), workspace_in(body)
            async with refusals_kept(self._runtime, body, action=what or "followups.press", key=followup_id):
                fact = await self._runtime.read(
                    get_followup, workspace=workspace, followup_id=followup_id, viewer=viewer
                )
            memory = place_of(body, followup_id)
            if not fact.is_open:
                await self._places.redraw(client, memory, workspace=workspace, viewer=viewer)
                raise AlreadyDone(_already(fact))
            await open_window(client, body, draw(fact, memory=memory.kept()))

    async def completed(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """It is done, perhaps with a check-in."""
        await self._save(ack, body, client, complete_followup, first=forms.SAID, read=_read_done)

    async def declined(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """It can't be done."""
        await self._save(ack, body, client, decline_followup, first=forms.SAID, read=_read_cant)

    async def moved(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Another day."""
        await self._save(ack, body, client, move_followup, first=forms.DUE, read=_read_later)

    async def reassigned(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Somebody else."""
        await self._save(ack, body, client, reassign_followup, first=forms.TO, read=_read_to)

    async def cancelled(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """It needn't be done any more."""
        await self._save(ack, body, client, cancel_followup, first=forms.WHY, read=_read_cancel)

    async def _save(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        client: AsyncWebClient,
        use_case: Callable[..., FollowupFact],
        *,
        first: str,
        read: Callable[[Form], dict[str, Any]],
    ) -> None:
        saved: Memory | None = None
        async with field_errors(ack, first_field=first):
            with fields_named(forms.FIELD_OF):
                memory = memory_of(body["view"])
                if memory.followup_id is None:
                    raise InvalidInput("This window is out of date; close it and open it again.")
                action = str(body["view"].get("callback_id") or "")
                async with refusals_kept(self._runtime, body, action=action, key=memory.followup_id):
                    await self._runtime.run(
                        use_case,
                        workspace=workspace_in(body),
                        followup_id=memory.followup_id,
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


def _already(fact: FollowupFact) -> str:
    who = f" (by {fact.closed_by_name})" if fact.closed_by_name else ""
    return f"That is {fact.state.words} already{who}; nothing was changed."


def _read_done(form: Form) -> dict[str, Any]:
    result = next((one for one in Result if one.value == form.choice(forms.CHECKIN)), None)
    channel = next((one for one in Channel if one.value == form.choice(forms.HOW)), Channel.CALL)
    return {"note": form.text(forms.SAID), "result": result, "channel": channel}


def _read_cant(form: Form) -> dict[str, Any]:
    return {"note": form.text(forms.SAID)}


def _read_later(form: Form) -> dict[str, Any]:
    return {"due_on": form.day(forms.DUE), "words": form.text(forms.WHY)}


def _read_to(form: Form) -> dict[str, Any]:
    return {"to": form.person(forms.TO)}


def _read_cancel(form: Form) -> dict[str, Any]:
    return {"reason": form.text(forms.WHY)}
