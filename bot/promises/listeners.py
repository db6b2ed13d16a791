"""What Slack sends about promises, beside what all commitments have: *Kept*, the rates, and what the windows hold."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.commitments.listeners import CommitmentListeners, CommitmentMemory, CommitmentScreens, press_key
from bot.commitments.schemas import ParsedCommand
from bot.commitments.views import OPTIONS
from bot.core.errors import NotAllowed, NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.promises import queries, usecases, views
from bot.promises.queries.shown import get_rates
from bot.promises.schemas import PromisesBroken, PromisesDue, PromisesInherited
from bot.slack.blocks import Message
from bot.slack.forms import Form
from bot.slack.presses import action_and_id, uuid_in
from bot.slack.replies import people_in, replies
from bot.slack.windows import speaker
from bot.workspaces.listeners import Window

RATES = frozenset({"kept", "rate", "rates"})


class Memory(CommitmentMemory):
    """What a window remembers of a promise: its id, and the message of the press."""

    promise_id: UUID | None = None


class PromiseListeners(CommitmentListeners[Memory]):
    """Listeners of promises; a command may be complete, *Kept* needs no window, and the form follows its customer."""

    def register(self, app: AsyncApp) -> None:
        """Listen to the customer of the form, too."""
        super().register(app)
        app.action({"action_id": OPTIONS, "block_id": views.CUSTOMER})(self.changed)

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Say that it was kept, at once; anything else has a window."""
        action, key = action_and_id(body)
        if action != views.KEPT:
            await super().press(ack, body, respond, client)
            return
        await ack()
        async with replies(speaker(client, body, respond)), self.refusals(body, action, key):
            promise_id = uuid_in(key)
            if promise_id is None:
                raise NotFound(self.screens.out_of_date)
            try:
                await self.run(body, usecases.keep_promise, promise_id=promise_id)
            finally:
                with suppress(NotAllowed, NotFound):  # who may not see it has been told so
                    await self.places.redraw(client, body, self.memory_of(body, promise_id))

    async def changed(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Another customer was chosen: show its people to choose from."""
        await ack()
        view = body["view"]
        customer_id = uuid_in(Form.of(view).choice(views.CUSTOMER) or "")
        subject = Subject(kind="customer", id=str(customer_id), customer_id=customer_id) if customer_id else None
        with suppress(NotFound):  # saving says so, under the field
            async with self.refusals(body, views.CUSTOMER, str(customer_id)):
                parsed = await self.read(body, queries.get_form, subject=subject)
            try:
                await client.views_update(view_id=view["id"], hash=view["hash"], view=views.with_contacts(view, parsed))
            except SlackApiError as error:
                if error.response.data["error"] not in {"hash_conflict", "not_found"}:
                    raise  # a newer change is on its way, or the window is closed

    async def answer(self, command: dict[str, Any], words: str, client: AsyncWebClient) -> Message | None:
        """Return the rates where the words ask for them, else as for all commitments."""
        if words.casefold() in RATES:
            return views.rates(await self.read(command, get_rates))
        return await super().answer(command, words, client)

    async def carry_out(self, command: Mapping[str, Any], parsed: ParsedCommand) -> Message:
        """Write down what the command says."""
        one = await self.run(
            command,
            usecases.record_promise,
            customer_id=parsed.customer_id,
            promised_by=parsed.assignee_id,
            due_on=parsed.due_on,
            what=parsed.what,
            view_id=press_key(command),
        )
        return views.recorded(one, people_in(command))


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    PromiseListeners(runtime, SCREENS).register(app)


def read_form(view: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return what the form holds, and the block ids of its fields; the one for the contact depends on the customer."""
    form = Form.of(view)
    contact = next((str(block["block_id"]) for block in view["blocks"] if views.is_contact(block)), views.CUSTOMER)
    entered = {
        "customer_id": uuid_in(form.choice(views.CUSTOMER) or ""),
        "what": form.text(views.WORDS),
        "due_on": form.day(views.DUE),
        "promised_by": form.person(views.WHO),
        "contact": form.text(contact),
        "contact_id": uuid_in(form.choice(contact) or ""),
    }
    return entered, {**views.FIELD_OF, "contact": contact}


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
    about="promise_id",
    memory=Memory,
    shortcut="promises.promise_message",
    offer=views.PROMISE,
    presses=(views.KEPT, views.MORE),
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
    told=lambda one, viewer: views.recorded(one, viewer).text,
    get_pressed=queries.get_pressed,
    forms={views.RENEGOTIATE: views.renegotiate_form, views.WITHDRAW: views.withdraw_form},
    windows={
        views.MOVED: Window(usecases.renegotiate_promise, views.DUE, _read_moved),
        views.WITHDRAWN: Window(usecases.withdraw_promise, views.SAID, lambda form: {"words": form.text(views.SAID)}),
    },
    fields=views.FIELD_OF,
    out_of_date="That button is out of date; /promise list shows what is owed.",
)
