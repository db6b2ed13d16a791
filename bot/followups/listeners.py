"""What Slack sends about follow-ups, beside what all commitments have: *Take it*, and what the windows hold."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.commitments.listeners import (
    CommitmentListeners,
    CommitmentMemory,
    CommitmentScreens,
    press_key,
    read_checkin,
)
from bot.commitments.schemas import ParsedCommand
from bot.core.errors import NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Schema
from bot.followups import queries, usecases, views
from bot.followups.schemas import FollowupsDue
from bot.slack.blocks import Message
from bot.slack.forms import Form
from bot.slack.presses import uuid_in, value_in
from bot.slack.replies import people_in, replies
from bot.workspaces.listeners import Window

VALUE = 2000


class Memory(CommitmentMemory):
    """What a window remembers of a follow-up: its id, and the message of the press."""

    followup_id: UUID | None = None


class Taking(Schema):
    """What *Take it* brings back."""

    customer_id: UUID
    due_on: date
    what: str
    press: str = ""


class FollowupListeners(CommitmentListeners[Memory]):
    """Listeners of follow-ups; a command may be complete, and what one may not give to others one may take."""

    def register(self, app: AsyncApp) -> None:
        """Listen to *Take it*, too."""
        super().register(app)
        app.action(views.TAKE)(self.take)

    async def carry_out(self, command: Mapping[str, Any], parsed: ParsedCommand) -> Message:
        """Assign what the command says; where that is for managers only, offer to take it."""
        wanted = {"customer_id": parsed.customer_id, "due_on": parsed.due_on, "what": parsed.what}
        key = press_key(command)
        try:
            one = await self.run(
                command, usecases.assign_followup, assignee_id=parsed.assignee_id, view_id=key, **wanted
            )
        except usecases.OnlyForOneself as refused:
            value = Taking.model_validate({**wanted, "press": key[-100:]}).model_dump_json()
            if len(value) > VALUE:
                raise
            return views.take_it(str(refused), value)
        return views.assigned(one)

    async def take(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Take what one may not give to somebody else; a second press is told that it is taken."""
        await ack()
        async with replies(respond):
            try:
                taking = Taking.model_validate_json(value_in(body))
            except ValidationError as error:
                raise NotFound("That button is out of date; use /assign instead.") from error
            view_id = f"take:{taking.press}" if taking.press else ""
            wanted = {"customer_id": taking.customer_id, "due_on": taking.due_on, "what": taking.what}
            async with self.refusals(body, views.TAKE, taking.customer_id):
                assignee_id = people_in(body)
                one = await self.run(body, usecases.assign_followup, assignee_id=assignee_id, view_id=view_id, **wanted)
            await respond(**views.assigned(one).replacement())


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    FollowupListeners(runtime, SCREENS).register(app)


def read_form(view: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return what the form holds, and the block ids of its fields; who didn't choose anybody does it themselves."""
    form = Form.of(view)
    entered = {
        "customer_id": uuid_in(form.choice(views.CUSTOMER) or ""),
        "assignee_id": form.person(views.WHO),
        "due_on": form.day(views.DUE),
        "what": form.text(views.WORDS),
    }
    return entered, views.FIELD_OF


def _read_done(form: Form) -> dict[str, Any]:
    return {"note": form.text(views.SAID), **read_checkin(form, result_id=views.CHECKIN, channel_id=views.HOW)}


def _read_later(form: Form) -> dict[str, Any]:
    return {"due_on": form.day(views.DUE), "words": form.text(views.WHY)}


SCREENS = CommitmentScreens(
    kind=queries.FOLLOWUPS,
    feature="followups",
    about="followup_id",
    memory=Memory,
    shortcut="followups.assign_message",
    offer=views.ASSIGN,
    presses=(views.DONE, views.CANT, views.LATER, views.MORE),
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
    told=lambda one, _viewer: views.assigned(one).text,
    get_pressed=queries.get_pressed,
    forms={
        views.DONE: views.done_form,
        views.CANT: views.cant_form,
        views.LATER: views.later_form,
        views.REASSIGN: views.reassign_form,
        views.CANCEL: views.cancel_form,
    },
    windows={
        views.COMPLETED: Window(usecases.complete_followup, views.SAID, _read_done),
        views.DECLINED: Window(usecases.decline_followup, views.SAID, lambda form: {"note": form.text(views.SAID)}),
        views.MOVED: Window(usecases.move_followup, views.DUE, _read_later),
        views.REASSIGNED: Window(usecases.reassign_followup, views.TO, lambda form: {"to": form.person(views.TO)}),
        views.CANCELLED: Window(usecases.cancel_followup, views.WHY, lambda form: {"reason": form.text(views.WHY)}),
    },
    fields=views.FIELD_OF,
    out_of_date="That button is out of date; /assign list shows what is open.",
)
