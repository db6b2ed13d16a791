"""Listeners of follow-ups, beside what all commitments have: *Take it*, and what the modals hold."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncApp

from bot.commitments.listeners import (
    CommitmentListeners,
    CommitmentRef,
    CommitmentScreens,
    Submission,
    command_key,
    read_checkin,
)
from bot.commitments.schemas import ParsedCommand
from bot.core.errors import NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Schema, Subject
from bot.followups import queries, usecases, views
from bot.followups.schemas import FollowupsDue
from bot.slack.blocks import Message
from bot.slack.callers import Caller
from bot.slack.payloads import Form, uuid_in
from bot.workspaces.listeners import listen

VALUE = 2000


class FollowupRef(CommitmentRef):
    """The message of a button, and its follow-up."""

    followup_id: UUID | None = None


class TakeValue(Schema):
    """The value of the button *Take it*."""

    customer_id: UUID
    due_on: date
    what: str
    press: str = ""


class FollowupListeners(CommitmentListeners[FollowupRef]):
    """Listeners of follow-ups; a command may be complete."""

    async def execute(self, caller: Caller, parsed: ParsedCommand) -> Message:
        """Assign what the command says; offer to take it where only managers may assign it to others."""
        key = command_key(caller)
        wanted = {"customer_id": parsed.customer_id, "due_on": parsed.due_on, "what": parsed.what}
        try:
            one = await caller.run(usecases.assign_followup, assignee_id=parsed.assignee_id, view_id=key, **wanted)
        except usecases.OnlyForOneself as refused:
            value = TakeValue.model_validate({**wanted, "press": key[-100:]}).model_dump_json()
            if len(value) > VALUE:
                raise
            return views.take_it(str(refused), value)
        return views.assigned(one)


async def take(caller: Caller) -> None:
    """Assign to the person what they may not assign to somebody else; a second press says that it is taken."""
    try:
        value = TakeValue.model_validate_json(caller.value)
    except ValidationError as error:
        raise NotFound("That button is out of date; use /assign instead.") from error
    view_id = f"take:{value.press}" if value.press else ""
    wanted = {"customer_id": value.customer_id, "due_on": value.due_on, "what": value.what}
    one = await caller.run(usecases.assign_followup, **wanted, assignee_id=caller.person, view_id=view_id)
    await caller.replace(views.assigned(one))


async def ask(caller: Caller, subject: Subject) -> None:
    """Open the form about a customer, from a menu of another feature."""
    await FollowupListeners(SCREENS).open_for(caller, subject)


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    FollowupListeners(SCREENS).register(on)
    on.action(views.TAKE, take)


def read_form(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form holds; without an assignee it is for the person themselves."""
    form = Form.of(view)
    return {
        "customer_id": uuid_in(form.choice(views.CUSTOMER) or ""),
        "assignee_id": form.person(views.WHO),
        "due_on": form.day(views.DUE),
        "what": form.text(views.WORDS),
    }


def _read_done(form: Form) -> dict[str, Any]:
    return {"note": form.text(views.SAID), **read_checkin(form, result_id=views.CHECKIN, channel_id=views.HOW)}


def _read_later(form: Form) -> dict[str, Any]:
    return {"due_on": form.day(views.DUE), "words": form.text(views.WHY)}


SCREENS = CommitmentScreens(
    kind=queries.FOLLOWUPS,
    feature="followups",
    id_name="followup_id",
    ref=FollowupRef,
    shortcut="followups.assign_message",
    offer=views.ASSIGN,
    buttons=(views.DONE, views.CANT, views.LATER, views.MORE),
    list_view=views.page,
    help=views.HELP,
    single={"one": views.again, "late": views.late_now},
    several={"due": (FollowupsDue, views.due)},
    parse=queries.parse_assignment,
    get_command=queries.get_assignment,
    form=views.assign_form,
    form_id=views.SAVE,
    read_form=read_form,
    submit=usecases.assign_followup,
    confirm=lambda one, _viewer: views.assigned(one).text,
    get_pressed=queries.get_pressed,
    forms={
        views.DONE: views.done_form,
        views.CANT: views.cant_form,
        views.LATER: views.later_form,
        views.REASSIGN: views.reassign_form,
        views.CANCEL: views.cancel_form,
    },
    submissions={
        views.COMPLETED: Submission(usecases.complete_followup, views.SAID, _read_done),
        views.DECLINED: Submission(usecases.decline_followup, views.SAID, lambda form: {"note": form.text(views.SAID)}),
        views.MOVED: Submission(usecases.move_followup, views.DUE, _read_later),
        views.REASSIGNED: Submission(usecases.reassign_followup, views.TO, lambda form: {"to": form.person(views.TO)}),
        views.CANCELLED: Submission(usecases.cancel_followup, views.WHY, lambda form: {"reason": form.text(views.WHY)}),
    },
    fields=views.FIELD_OF,
    out_of_date="That button is out of date; /assign list shows what is open.",
)
