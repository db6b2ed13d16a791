"""What Slack sends about escalations, beside what all commitments have: the rate, the setup, what the windows hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commitments.listeners import CommitmentListeners, CommitmentMemory, CommitmentScreens, read_checkin
from bot.commitments.views import saved
from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.escalations import queries, usecases, views
from bot.escalations.queries.shown import get_rate
from bot.escalations.rules import (
    ANSWER,
    FIX,
    GIVE,
    HOLDS,
    LONGEST_RATE,
    RAISED_SEVERITY,
    RAISED_WHAT,
    WITHDRAW,
    Cause,
    Severity,
    read_rate,
)
from bot.escalations.schemas import Fix, Wishes
from bot.escalations.views import forms
from bot.slack.blocks import Message
from bot.slack.forms import Form
from bot.slack.presses import uuid_in
from bot.slack.replies import field_errors, people_in, workspace_in
from bot.slack.windows import fields_named
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.listeners import Window


class Memory(CommitmentMemory):
    """What a window remembers of an escalation: its id, and the message of the press."""

    escalation_id: UUID | None = None


class EscalationListeners(CommitmentListeners[Memory]):
    """Listeners of escalations; a command opens a form, and tells the rate."""

    def register(self, app: AsyncApp) -> None:
        """Listen to the setup, too."""
        super().register(app)
        app.view(forms.SET_UP)(self.set_up)

    async def answer(self, command: dict[str, Any], words: str, client: AsyncWebClient) -> Message | None:
        """Return the rate, or open the setup, where the words ask for them; else as for all commitments."""
        first, _, rest = words.partition(" ")
        if first.casefold() == "rate":
            return await self._rate(command, rest)
        if words.casefold() not in {"setup", "settings"}:
            return await super().answer(command, words, client)
        form = forms.setup_form(await self.read(command, queries.get_setup))
        await client.views_open(trigger_id=command["trigger_id"], view=form)
        return None

    async def set_up(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Look at the channel while Slack waits, come into it if need be, and save what the form holds."""
        async with field_errors(ack, first_field=forms.CHANNEL):
            with fields_named(forms.FIELD_OF):
                wishes = _wishes(Form.of(body["view"]))
                channel = await look_at_channel(client, wishes.channel_id) if wishes.channel_id else None
                await self.runtime.read(
                    usecases.check_setup,
                    workspace=workspace_in(body),
                    by=people_in(body),
                    wishes=wishes,
                    channel=channel,
                )
                if channel is not None and channel.may_join:
                    channel = await join_channel(client, channel)
                saved_wishes = await self.run(body, usecases.save_setup, wishes=wishes, channel=channel)
            await ack(response_action="update", view=forms.setup_saved(saved_wishes))

    async def _rate(self, command: Mapping[str, Any], words: str) -> Message:
        days, whom = read_rate(words)
        if days is None:
            raise InvalidInput(f"Give a number of days from 1 to {LONGEST_RATE}, such as /escalate rate 30.")
        whose = await self.read(command, queries.find_whose, words=whom) if whom else ""
        if whom and not whose.startswith("p-"):
            raise InvalidInput("Write @ and choose a person; the rate of one customer isn't told.")
        return views.rate(await self.read(command, get_rate, days=days, person=whose.removeprefix("p-") or None))


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    EscalationListeners(runtime, SCREENS).register(app)


def read_form(view: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return what the form holds, and the block ids of its fields."""
    form = Form.of(view)
    entered = {
        "customer_id": uuid_in(form.choice(forms.CUSTOMER) or ""),
        "what": form.text(forms.WORDS),
        "severity": next((one for one in Severity if one.value == form.choice(forms.SEVERITY)), None),
        "assignee_id": form.person(forms.WHO),
    }
    return entered, forms.FIELD_OF


def read_raised(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what went wrong, if anything was said or chosen."""
    form = Form(state)
    what, chosen = form.text(RAISED_WHAT), form.choice(RAISED_SEVERITY)
    severity = next((one for one in Severity if one.value == chosen), None)
    return {"what": what, "severity": severity} if what or severity else {}


def read_holds(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the customer said of each fix they were asked about."""
    form, answers = Form(state), {}
    for block_id in state.get("values") or {}:
        key, chosen = uuid_in(str(block_id).removeprefix(f"{HOLDS}.")), form.choice(block_id)
        if str(block_id).startswith(f"{HOLDS}.") and key and chosen in {forms.YES, forms.NO}:
            answers[key] = chosen == forms.YES
    return {"answers": answers} if answers else {}


def _wishes(form: Form) -> Wishes:
    clocks = {one.value: form.text(forms.CLOCKS[one]) for one in Severity}
    return Wishes(**clocks, channel_id=form.channel(forms.CHANNEL))


def _read_answer(form: Form) -> dict[str, Any]:
    said = form.text(forms.SAID_FIELD)
    return {"said": said, **read_checkin(form, result_id=forms.CHECKIN, channel_id=forms.HOW)}


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


SCREENS = CommitmentScreens(
    kind=queries.ESCALATIONS,
    feature="escalations",
    about="escalation_id",
    memory=Memory,
    shortcut="escalations.escalate_message",
    offer=views.ESCALATE,
    presses=(ANSWER, FIX, views.MORE),
    list_view=views.page,
    help=views.HELP,
    single={"one": views.standing},
    parse=queries.parse_escalation,
    get_command=queries.get_form,
    form=forms.raise_form,
    form_id=forms.SAVE,
    read_form=read_form,
    submit=usecases.raise_escalation,
    told=lambda one, _viewer: views.raised_words(one),
    get_pressed=queries.get_pressed,
    forms={
        ANSWER: forms.answer_form,
        FIX: forms.fix_form,
        GIVE: forms.give_form,
        WITHDRAW: forms.withdraw_form,
    },
    windows={
        forms.ANSWERED: Window(usecases.answer_escalation, forms.SAID_FIELD, _read_answer),
        forms.FIXED: Window(
            usecases.fix_escalation, forms.CAUSE, _read_fix, told=lambda schema: saved(views.fixed_words(schema))
        ),
        forms.GIVEN: Window(usecases.give_escalation, forms.TO, lambda form: {"to": form.person(forms.TO)}),
        forms.WITHDRAWN: Window(usecases.withdraw_escalation, forms.WHY, lambda form: {"reason": form.text(forms.WHY)}),
    },
    fields=forms.FIELD_OF,
    out_of_date="That button is out of date; /escalate list shows what is open.",
)
