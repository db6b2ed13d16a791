"""Listeners of promises, beside what all commitments have: *Kept*, the rates, and what the modals hold."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.commitments.listeners import CommitmentListeners, CommitmentRef, CommitmentScreens, Submission, command_key
from bot.commitments.schemas import ParsedCommand
from bot.commitments.views import OPTIONS
from bot.core.errors import NotAllowed, NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.promises import queries, usecases, views
from bot.promises.queries.contributions import get_rates
from bot.promises.schemas import PromisesBroken, PromisesDue, PromisesInherited
from bot.slack.blocks import Message
from bot.slack.callers import Caller
from bot.slack.payloads import Form, action_and_id, uuid_in
from bot.workspaces.listeners import listen

RATES = frozenset({"kept", "rate", "rates"})


class PromiseRef(CommitmentRef):
    """The message of a button, and its promise."""

    promise_id: UUID | None = None


class PromiseListeners(CommitmentListeners[PromiseRef]):
    """Listeners of promises; a command may be complete, and *Kept* needs no modal."""

    async def command(self, caller: Caller) -> None:
        """Answer with the rates if the words ask for them, else as for all commitments."""
        if caller.text.casefold() in RATES:
            await caller.respond(views.rates(await caller.read(get_rates)))
        else:
            await super().command(caller)

    async def execute(self, caller: Caller, parsed: ParsedCommand) -> Message:
        """Record what the command says."""
        one = await caller.run(
            usecases.record_promise,
            customer_id=parsed.customer_id,
            promised_by=parsed.assignee_id,
            due_on=parsed.due_on,
            what=parsed.what,
            view_id=command_key(caller),
        )
        return views.recorded(one, caller.person)

    async def press(self, caller: Caller) -> None:
        """Record at once that the promise was kept; open the modal of any other action."""
        if action_and_id(caller.body)[0] != views.KEPT:
            await super().press(caller)
            return
        promise_id = uuid_in(caller.value.rpartition(":")[2])
        if promise_id is None:
            outdated = NotFound(self.screens.out_of_date)
            await caller.audit_refusal(outdated)
            raise outdated
        try:
            await caller.run(usecases.keep_promise, promise_id=promise_id)
        finally:
            with suppress(NotAllowed, NotFound):  # the error above says it
                await caller.redraw(self.ref_of(caller, promise_id), self.draw)


async def change_customer(caller: Caller) -> None:
    """Redraw the form with the contacts of the customer that was chosen."""
    view = caller.view
    customer_id = uuid_in(caller.form.choice(views.CUSTOMER) or "")
    subject = Subject(kind="customer", id=str(customer_id), customer_id=customer_id) if customer_id else None
    with suppress(NotFound):  # saving says so, under the field
        parsed = await caller.read(queries.get_form, subject=subject)
        form = views.promise_form(parsed, state=view["private_metadata"])
        changed = {**form, "callback_id": view["callback_id"]}
        try:
            await caller.client.views_update(view_id=view["id"], hash=view["hash"], view=changed)
        except SlackApiError as error:
            if error.response.data["error"] not in {"hash_conflict", "not_found"}:
                raise  # a newer change is on its way, or the modal is closed


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    PromiseListeners(SCREENS).register(on)
    on.action({"action_id": OPTIONS, "block_id": views.CUSTOMER}, change_customer)


def read_form(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form holds; the block of the contact depends on the customer."""
    form = Form.of(view)
    contact = next((str(block["block_id"]) for block in view["blocks"] if views.is_contact(block)), views.CUSTOMER)
    return {
        "customer_id": uuid_in(form.choice(views.CUSTOMER) or ""),
        "what": form.text(views.WORDS),
        "due_on": form.day(views.DUE),
        "promised_by": form.person(views.WHO),
        "contact": form.text(contact),
        "contact_id": uuid_in(form.choice(contact) or ""),
    }


def read_extra(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was promised in the check-in form; empty when nothing was."""
    form = Form(state)
    what, due_on = form.text(views.EXTRA_WHAT), form.day(views.EXTRA_DUE)
    if not what and due_on is None:
        return {}
    return {"what": what, "due_on": due_on, "block_ids": views.EXTRA_FIELD_OF}


def _read_moved(form: Form) -> dict[str, Any]:
    agreed = views.YES in form.choices(views.AGREED)
    return {"due_on": form.day(views.DUE), "words": form.text(views.SAID), "agreed": agreed}


SCREENS = CommitmentScreens(
    kind=queries.PROMISES,
    feature="promises",
    id_name="promise_id",
    ref=PromiseRef,
    shortcut="promises.promise_message",
    offer=views.PROMISE,
    buttons=(views.KEPT, views.MORE),
    list_view=views.page,
    help=views.HELP,
    single={"one": views.again},
    several={
        "due": (PromisesDue, views.due),
        "broken": (PromisesBroken, views.broken),
        "inherited": (PromisesInherited, views.inherited),
    },
    parse=queries.parse_promise,
    get_command=queries.get_form,
    form=views.promise_form,
    form_id=views.SAVE,
    read_form=read_form,
    submit=usecases.record_promise,
    confirm=lambda one, viewer: views.recorded(one, viewer).text,
    get_pressed=queries.get_pressed,
    forms={views.RENEGOTIATE: views.renegotiate_form, views.WITHDRAW: views.withdraw_form},
    submissions={
        views.MOVED: Submission(usecases.renegotiate_promise, views.DUE, _read_moved),
        views.WITHDRAWN: Submission(
            usecases.withdraw_promise, views.SAID, lambda form: {"words": form.text(views.SAID)}
        ),
    },
    fields=views.FIELD_OF,
    out_of_date="That button is out of date; /promise list shows what is owed.",
)
