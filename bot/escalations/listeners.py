"""Listeners of escalations, beside what all commitments have: the rate, the setup, and what the modals hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from bot.commitments.listeners import CommitmentListeners, CommitmentRef, CommitmentScreens, Submission, read_checkin
from bot.commitments.views import saved
from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.escalations import queries, usecases, views
from bot.escalations.queries.contributions import get_rate
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
from bot.slack.callers import Caller
from bot.slack.payloads import Form, uuid_in
from bot.workspaces.listeners import choose_channel, listen


class EscalationRef(CommitmentRef):
    """The message of a button, and its escalation."""

    escalation_id: UUID | None = None


class EscalationListeners(CommitmentListeners[EscalationRef]):
    """Listeners of escalations; a command also tells the rate and opens the setup."""

    async def command(self, caller: Caller) -> None:
        """Answer with the rate, or open the setup, where the words ask for them; else as for all commitments."""
        first, _, rest = caller.text.partition(" ")
        if first.casefold() == "rate":
            await caller.respond(await _rate(caller, rest))
        elif caller.text.casefold() in {"setup", "settings"}:
            await caller.open(forms.setup_form(await caller.read(queries.get_setup)))
        else:
            await super().command(caller)


async def save_setup(caller: Caller) -> None:
    """Check the channel while Slack waits, join it if need be, and save what the form holds."""
    wishes = _wishes(caller.form)
    channel = await choose_channel(caller, wishes.channel_id, usecases.check_setup, wishes=wishes)
    await caller.show(forms.setup_saved(await caller.run(usecases.save_setup, wishes=wishes, channel=channel)))


async def _rate(caller: Caller, words: str) -> Message:
    days, whom = read_rate(words)
    if days is None:
        raise InvalidInput(f"Give a number of days from 1 to {LONGEST_RATE}, such as /escalate rate 30.")
    whose = await caller.read(queries.find_list_key, words=whom) if whom else ""
    if whom and not whose.startswith("p-"):
        raise InvalidInput("Write @ and choose a person; the rate of one customer isn't told.")
    return views.rate(await caller.read(get_rate, days=days, person=whose.removeprefix("p-") or None))


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    EscalationListeners(SCREENS).register(on)
    on.view(forms.SET_UP, save_setup, first_field=forms.CHANNEL, fields=forms.FIELD_OF)


def read_form(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form holds."""
    form = Form.of(view)
    return {
        "customer_id": uuid_in(form.choice(forms.CUSTOMER) or ""),
        "what": form.text(forms.WORDS),
        "severity": next((one for one in Severity if one.value == form.choice(forms.SEVERITY)), None),
        "assignee_id": form.person(forms.WHO),
    }


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
    id_name="escalation_id",
    ref=EscalationRef,
    shortcut="escalations.escalate_message",
    offer=views.ESCALATE,
    buttons=(ANSWER, FIX, views.MORE),
    list_view=views.page,
    help=views.HELP,
    single={"one": views.standing},
    parse=queries.parse_escalation,
    get_command=queries.get_form,
    form=forms.raise_form,
    form_id=forms.SAVE,
    read_form=read_form,
    submit=usecases.raise_escalation,
    confirm=lambda one, _viewer: views.raised_words(one),
    get_pressed=queries.get_pressed,
    forms={
        ANSWER: forms.answer_form,
        FIX: forms.fix_form,
        GIVE: forms.give_form,
        WITHDRAW: forms.withdraw_form,
    },
    submissions={
        forms.ANSWERED: Submission(usecases.answer_escalation, forms.SAID_FIELD, _read_answer),
        forms.FIXED: Submission(
            usecases.fix_escalation, forms.CAUSE, _read_fix, confirm=lambda schema: saved(views.fixed_words(schema))
        ),
        forms.GIVEN: Submission(usecases.give_escalation, forms.TO, lambda form: {"to": form.person(forms.TO)}),
        forms.WITHDRAWN: Submission(
            usecases.withdraw_escalation, forms.WHY, lambda form: {"reason": form.text(forms.WHY)}
        ),
    },
    fields=forms.FIELD_OF,
    out_of_date="That button is out of date; /escalate list shows what is open.",
)
