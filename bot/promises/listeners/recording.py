"""`/promise`, the buttons and the shortcut that open its form, the form, the lists and the rates."""

import html
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.customers.views import choose
from bot.promises.listeners.places import Memory
from bot.promises.queries import find_whose, get_list
from bot.promises.queries.drafts import get_draft, parse_subject, read_draft
from bot.promises.queries.rates import get_rates
from bot.promises.rules import LINK
from bot.promises.schemas import Draft
from bot.promises.usecases.recording import record_promise
from bot.promises.views import forms, rows, told
from bot.slack.blocks import Block, Message
from bot.slack.forms import Form
from bot.slack.links import permalink
from bot.slack.places import ADDRESS
from bot.slack.presses import message_in, page_in, uuid_in, value_in
from bot.slack.replies import answer_in_time, field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, open_window, speaker
from bot.workspaces.listeners import refusals_kept

RATES = frozenset({"kept", "rate", "rates"})
QUOTE = 3000


class RecordingListeners:
    """Listeners from the wish to keep a promise in mind to the promise that stands."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def command(
        self, ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Write down what the words promise, in the ack; where something is left to ask, in the form."""
        async with replies(ack, draw=choose):
            await answer_in_time(ack, respond, self._answer(command, client), draw=choose)

    async def offered(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for what a button is about."""
        await ack()
        value = value_in(body)
        async with (
            replies(speaker(client, body, respond)),
            refusals_kept(self._runtime, body, action=rows.PROMISE, key=value),
        ):
            subject = parse_subject(value)
            await self._open(client, body, subject, Memory(link=subject.link[:LINK] if subject else ""))

    async def message(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """*Record a promise* on a message: its words are what was promised, with its link."""
        await ack()
        async with replies(speaker(client, body, respond)):
            where, said = message_in(body)
            subject = Subject(kind="message", id=where["ts"], words=said[:QUOTE])
            await self._open(client, body, subject, Memory(**where))

    async def changed(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Another customer: its people to choose from."""
        await ack()
        view = body["view"]
        customer_id = uuid_in(Form.of(view).choice(forms.CUSTOMER) or "")
        subject = Subject(kind="customer", id=str(customer_id), customer_id=customer_id) if customer_id else None
        with suppress(NotFound):  # saving says so, under the field
            async with refusals_kept(self._runtime, body, action=forms.CUSTOMER, key=str(customer_id)):
                draft = await self._runtime.read(
                    get_draft, workspace=workspace_in(body), subject=subject, viewer=people_in(body)
                )
                await _update(client, view, forms.with_contacts(view, draft))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep what the form asks for, and say what is owed now."""
        view = body["view"]
        async with field_errors(ack, first_field=forms.CUSTOMER):
            entered, contact = read_form(view)
            memory = Memory.kept_in(view)
            key = str(entered["customer_id"])
            async with refusals_kept(self._runtime, body, action=forms.SAVE, key=key):
                with fields_named({**forms.FIELD_OF, "contact": contact}):
                    schema = await self._runtime.run(
                        record_promise,
                        workspace=workspace_in(body),
                        link=memory.link or await permalink(client, memory.channel, memory.ts, memory.domain),
                        view_id=view["id"],
                        by=people_in(body),
                        **entered,
                    )
            await ack(response_action="update", view=forms.saved(rows.recorded(schema, people_in(body)).text))

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page in the place of this one."""
        await ack()
        value = value_in(body)
        async with replies(respond), refusals_kept(self._runtime, body, action="promises.page", key=value):
            page, _, whose = value.partition(" ")
            shown = await self._list(body, whose=whose, page=page_in(page))
            await respond(**shown.replacement())

    async def _answer(self, command: Mapping[str, Any], client: AsyncWebClient) -> Message | None:
        """What the command comes to; None once the form is open."""
        words = html.unescape(str(command.get("text") or "")).strip()
        if answer := await self._looked_up(command, words):
            return answer
        draft = await self._draft(command, words)
        if draft.is_complete:
            return await self._record(command, draft)
        memory = Memory(url=str(command.get("response_url") or "")[:ADDRESS])
        form = forms.promise_form(draft, memory=memory.kept())
        await client.views_open(trigger_id=command["trigger_id"], view=form)
        return None

    async def _looked_up(self, command: Mapping[str, Any], words: str) -> Message | None:
        """A list, the rates or the help, where the words ask for one."""
        first, _, rest = words.partition(" ")
        if first.casefold() == "list":
            whose = await self._runtime.read(
                find_whose, workspace=workspace_in(command), words=rest, viewer=people_in(command)
            )
            return await self._list(command, whose=whose, page=0)
        if words.casefold() in RATES:
            return told.rates(
                await self._runtime.read(get_rates, workspace=workspace_in(command), viewer=people_in(command))
            )
        return told.help_page() if words.casefold() == "help" else None

    async def _record(self, command: Mapping[str, Any], draft: Draft) -> Message:
        schema = await self._runtime.run(
            record_promise,
            workspace=workspace_in(command),
            customer_id=draft.customer_id,
            promised_by=draft.promised_by,
            due_on=draft.due_on,
            what=draft.what,
            view_id=str(command.get("trigger_id") or "")[:200],
            by=people_in(command),
        )
        return rows.recorded(schema, people_in(command))

    async def _list(self, body: Mapping[str, Any], *, whose: str, page: int) -> Message:
        schema = await self._runtime.read(
            get_list, workspace=workspace_in(body), whose=whose, page=page, viewer=people_in(body)
        )
        return rows.page(schema)

    async def _draft(self, command: Mapping[str, Any], words: str) -> Draft:
        query = read_draft if words else get_draft
        about: dict[str, Any] = {"words": words} if words else {"subject": None}
        draft: Draft = await self._runtime.read(
            query, workspace=workspace_in(command), viewer=people_in(command), **about
        )
        return draft

    async def _open(
        self, client: AsyncWebClient, body: dict[str, Any], subject: Subject | None, memory: Memory
    ) -> None:
        draft = await self._runtime.read(
            get_draft, workspace=workspace_in(body), subject=subject, viewer=people_in(body)
        )
        await open_window(client, body, forms.promise_form(draft, memory=memory.kept()))


async def _update(client: AsyncWebClient, view: Mapping[str, Any], fresh: Block) -> None:
    try:
        await client.views_update(view_id=view["id"], hash=view["hash"], view=fresh)
    except SlackApiError as error:
        if error.response.data["error"] not in {"hash_conflict", "not_found"}:
            raise  # a newer change is on its way, or the window is closed


def read_form(view: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """
    What was entered, as the use case takes it, and the id of the field that asks to whom.

    Raises:
        InvalidInput: no customer was chosen.
    """
    form = Form.of(view)
    customer_id = uuid_in(form.choice(forms.CUSTOMER) or "")
    if customer_id is None:
        raise InvalidInput(fields={forms.CUSTOMER: "Choose the customer; type a part of the name."})
    contact = next((str(block["block_id"]) for block in view["blocks"] if forms.is_contact(block)), forms.CUSTOMER)
    entered = {
        "customer_id": customer_id,
        "what": form.text(forms.WORDS),
        "due_on": form.day(forms.DUE),
        "promised_by": form.person(forms.WHO) or "",
        "contact": form.text(contact),
        "contact_id": uuid_in(form.choice(contact) or ""),
    }
    return entered, contact


def read_extra(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was promised in the check-in form; empty when nothing was."""
    form = Form(state)
    what, due_on = form.text(forms.EXTRA_WHAT), form.day(forms.EXTRA_DUE)
    if not what and due_on is None:
        return {}
    return {"what": what, "due_on": due_on, "block_ids": forms.EXTRA_FIELD_OF}
