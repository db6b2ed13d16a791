"""Answered, fixed, somebody else, by mistake: each opens a window, and its message changes once that is saved."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.rules import Channel, Result
from bot.core.errors import AlreadyDone, NotFound
from bot.core.runtime import Runtime
from bot.escalations.listeners.places import Memory, place_of
from bot.escalations.queries.acts import get_for_act
from bot.escalations.rules import Cause, State
from bot.escalations.schemas import EscalationFixed, Fix
from bot.escalations.usecases.acting import (
    answer_escalation,
    fix_escalation,
    give_escalation,
    withdraw_escalation,
)
from bot.escalations.views import forms, rows
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.places import Places
from bot.slack.presses import action_and_id, uuid_in
from bot.slack.replies import people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker
from bot.workspaces.listeners import Window, refusals_kept

OUT_OF_DATE = "That button is out of date; /escalate list shows what is open."
FORMS: dict[str, tuple[State | None, Callable[..., Block]]] = {
    rows.ANSWER: (State.ANSWERED, forms.answer_form),
    rows.FIX: (State.FIXED, forms.fix_form),
    rows.GIVE: (None, forms.give_form),
    rows.WITHDRAW: (State.CLOSED, forms.withdraw_form),
}


class ActingListeners:
    """Listeners for what can be done about an escalation."""

    def __init__(self, runtime: Runtime, places: Places[Memory]) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the window for a button or a menu's choice; where that is over, say so and draw the message anew."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, key = action_and_id(body)
            escalation_id = uuid_in(key)
            if escalation_id is None or what not in FORMS:
                raise NotFound(OUT_OF_DATE)
            to, draw = FORMS[what]
            async with refusals_kept(self._runtime, body, action=what, key=escalation_id):
                found = await self._runtime.read(
                    get_for_act,
                    workspace=workspace_in(body),
                    escalation_id=escalation_id,
                    to=to,
                    viewer=people_in(body),
                )
            memory = place_of(body, escalation_id)
            if found.refused:
                await self._places.redraw(client, body, memory)
                raise AlreadyDone(found.refused)
            await open_window(client, body, draw(found.escalation, memory=memory.kept()))


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


def _told_fixed(schema: EscalationFixed) -> Block:
    return forms.saved(rows.fixed_words(schema))


WINDOWS = {
    forms.ANSWERED: Window(answer_escalation, forms.SAID_FIELD, _read_answer),
    forms.FIXED: Window(fix_escalation, forms.CAUSE, _read_fix, told=_told_fixed),
    forms.GIVEN: Window(give_escalation, forms.TO, _read_to),
    forms.WITHDRAWN: Window(withdraw_escalation, forms.WHY, _read_why),
}
