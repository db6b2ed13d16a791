"""Answered, fixed, somebody else, by mistake: each opens a window, and its message changes once that is saved."""

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
from bot.escalations.facts import EscalationFixed, Fix
from bot.escalations.listeners.places import Memory, Places, memory_of, place_of
from bot.escalations.queries.acts import get_for_act
from bot.escalations.rules import Cause, State
from bot.escalations.usecases.acting import (
    answer_escalation,
    fix_escalation,
    give_escalation,
    withdraw_escalation,
)
from bot.escalations.views import forms, rows
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.replies import actions_in, field_errors, people_in, replies, workspace_in
from bot.workspaces.listeners import refusals_kept

OUT_OF_DATE = "That button is out of date; /escalate list shows what is open."
FORMS: dict[str, tuple[State | None, Callable[..., Block]]] = {
    rows.ANSWER: (State.ANSWERED, forms.answer_form),
    rows.FIX: (State.FIXED, forms.fix_form),
    rows.GIVE: (None, forms.give_form),
    rows.WITHDRAW: (State.CLOSED, forms.withdraw_form),
}


class ActingListeners:
    """Listeners for what can be done about an escalation."""

    def __init__(self, runtime: Runtime, places: Places) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the window for a button or a menu's choice; where that is over, say so and draw the message anew."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, _, key = value_in(body).rpartition(":")
            what = what or str(next(iter(actions_in(body)), {}).get("action_id") or "")
            escalation_id = uuid_in(key)
            if escalation_id is None or what not in FORMS:
                raise NotFound(OUT_OF_DATE)
            to, draw = FORMS[what]
            viewer, workspace = people_in(body), workspace_in(body)
            async with refusals_kept(self._runtime, body, action=what, key=escalation_id):
                found = await self._runtime.read(
                    get_for_act, workspace=workspace, escalation_id=escalation_id, to=to, viewer=viewer
                )
            memory = place_of(body, escalation_id)
            if found.refused:
                await self._places.redraw(client, memory, workspace=workspace, viewer=viewer)
                raise AlreadyDone(found.refused)
            await open_window(client, body, draw(found.escalation, memory=memory.kept()))

    async def answered(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """The customer has had a first answer."""
        await self._save(ack, body, client, answer_escalation, first=forms.SAID_FIELD, read=_read_answer)

    async def fixed(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """It is fixed, and understood."""
        await self._save(ack, body, client, fix_escalation, first=forms.CAUSE, read=_read_fix)

    async def given(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Somebody else is on it."""
        await self._save(ack, body, client, give_escalation, first=forms.TO, read=_read_to)

    async def withdrawn(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """It was a mistake."""
        await self._save(ack, body, client, withdraw_escalation, first=forms.WHY, read=_read_why)

    async def _save(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        client: AsyncWebClient,
        use_case: Callable[..., Any],
        *,
        first: str,
        read: Callable[[Form], dict[str, Any]],
    ) -> None:
        saved: Memory | None = None
        async with field_errors(ack, first_field=first):
            with fields_named(forms.FIELD_OF):
                memory = memory_of(body["view"])
                fact = await self._run(body, memory, use_case, read(Form.of(body["view"])))
            if isinstance(fact, EscalationFixed):
                await ack(response_action="update", view=forms.saved(rows.fixed_words(fact)))
            elif memory.kind == "none":
                await ack(response_action="update", view=forms.saved("Saved."))
            else:
                await ack()
            saved = memory
        if saved is not None:
            await self._places.redraw(client, saved, workspace=workspace_in(body), viewer=people_in(body))

    async def _run(
        self, body: dict[str, Any], memory: Memory, use_case: Callable[..., Any], entered: dict[str, Any]
    ) -> Any:
        if memory.escalation_id is None:
            raise InvalidInput("This window is out of date; close it and open it again.")
        action = str(body["view"].get("callback_id") or "")
        async with refusals_kept(self._runtime, body, action=action, key=memory.escalation_id):
            return await self._runtime.run(
                use_case,
                workspace=workspace_in(body),
                escalation_id=memory.escalation_id,
                view_id=body["view"]["id"],
                by=people_in(body),
                **entered,
            )


def _read_answer(form: Form) -> dict[str, Any]:
    result = next((one for one in Result if one.value == form.choice(forms.CHECKIN)), None)
    channel = next((one for one in Channel if one.value == form.choice(forms.HOW)), Channel.CALL)
    return {"said": form.text(forms.SAID_FIELD), "result": result, "channel": channel}


def _read_fix(form: Form) -> dict[str, Any]:
    asks = form.text(forms.ASKS)
    fix = Fix(
        cause=next((one for one in Cause if one.value == form.choice(forms.CAUSE)), None),
        words=form.text(forms.CAUSE_SAID),
        avoidable={forms.YES: True, forms.NO: False}.get(form.choice(forms.AVOIDABLE) or ""),
        asks=int(asks) if asks.isdecimal() and len(asks) < 4 else None,  # noqa: PLR2004 - digits; the use case sets the limit
        change=form.text(forms.CHANGE),
        change_by=form.person(forms.CHANGE_BY),
        change_on=form.day(forms.CHANGE_ON),
    )
    return {"fix": fix}


def _read_to(form: Form) -> dict[str, Any]:
    return {"to": form.person(forms.TO)}


def _read_why(form: Form) -> dict[str, Any]:
    return {"reason": form.text(forms.WHY)}
