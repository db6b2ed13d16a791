"""Done, can't, another day, somebody else, cancel: each opens a window, and its message changes once that is saved."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.rules import Channel, Result
from bot.core.errors import AlreadyDone, NotFound
from bot.core.runtime import Runtime
from bot.followups.listeners.places import Memory, place_of
from bot.followups.queries import get_followup
from bot.followups.schemas import FollowupSchema
from bot.followups.usecases.assigning import cancel_followup, move_followup, reassign_followup
from bot.followups.usecases.finishing import complete_followup, decline_followup
from bot.followups.views import forms, rows
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.places import Places
from bot.slack.presses import action_and_id, uuid_in
from bot.slack.replies import people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker
from bot.workspaces.listeners import Window, refusals_kept

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

    def __init__(self, runtime: Runtime, places: Places[Memory]) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the window for a button or a menu's choice; one that is closed is told so, its message drawn anew."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, key = action_and_id(body)
            followup_id, draw = uuid_in(key), FORMS.get(what)
            if followup_id is None or draw is None:
                raise NotFound(OUT_OF_DATE)
            async with refusals_kept(self._runtime, body, action=what, key=followup_id):
                schema = await self._runtime.read(
                    get_followup, workspace=workspace_in(body), followup_id=followup_id, viewer=people_in(body)
                )
            memory = place_of(body, followup_id)
            if not schema.is_open:
                await self._places.redraw(client, body, memory)
                raise AlreadyDone(_already(schema))
            await open_window(client, body, draw(schema, memory=memory.kept()))


def _already(schema: FollowupSchema) -> str:
    who = f" (by {schema.closed_by_name})" if schema.closed_by_name else ""
    return f"That is {schema.state.words} already{who}; nothing was changed."


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


WINDOWS = {
    forms.COMPLETED: Window(complete_followup, forms.SAID, _read_done),
    forms.DECLINED: Window(decline_followup, forms.SAID, _read_cant),
    forms.MOVED: Window(move_followup, forms.DUE, _read_later),
    forms.REASSIGNED: Window(reassign_followup, forms.TO, _read_to),
    forms.CANCELLED: Window(cancel_followup, forms.WHY, _read_cancel),
}
