"""`/assign`, the buttons and the shortcut that open its form, the form, and the lists."""

import html
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Schema, Subject
from bot.customers.views import choose
from bot.followups.listeners.places import Memory
from bot.followups.queries import find_whose, get_list
from bot.followups.queries.drafts import get_draft, parse_subject, read_draft
from bot.followups.rules import LINK
from bot.followups.schemas import Draft, FollowupSchema
from bot.followups.usecases.assigning import OnlyForOneself, assign_followup
from bot.followups.views import forms, rows
from bot.slack.blocks import Message
from bot.slack.forms import Form
from bot.slack.links import permalink
from bot.slack.presses import message_in, page_in, uuid_in, value_in
from bot.slack.replies import answer_in_time, field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, open_window, speaker
from bot.workspaces.listeners import refusals_kept

VALUE = 2000


class Taking(Schema):
    """What *Take it* brings back."""

    customer_id: UUID
    due_on: date
    what: str
    press: str = ""


class AssigningListeners:
    """Listeners from the wish to have something done to the follow-up that stands."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def command(
        self, ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Assign what the words say, in the ack; where something is left to ask, in the form."""
        async with replies(ack, draw=choose):
            await answer_in_time(ack, respond, self._answer(command, client), draw=choose)

    async def offered(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for what a button is about."""
        await ack()
        async with (
            replies(speaker(client, body, respond)),
            refusals_kept(self._runtime, body, action=rows.ASSIGN, key=value_in(body)),
        ):
            subject = parse_subject(value_in(body))
            await self._open(client, body, subject, Memory(link=subject.link[:LINK] if subject else ""))

    async def message(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """*Assign a follow-up* on a message: its words are what is to be done, with its link."""
        await ack()
        async with replies(speaker(client, body, respond)):
            where, said = message_in(body)
            subject = Subject(kind="message", id=where["ts"], words=said[:3000])
            await self._open(client, body, subject, Memory(**where))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep what the form asks for, and say who has it."""
        async with field_errors(ack, first_field=forms.WHO):
            with fields_named(forms.FIELD_OF):
                memory, form = Memory.kept_in(body["view"]), Form.of(body["view"])
                customer_id = uuid_in(form.choice(forms.CUSTOMER) or "")
                if customer_id is None:
                    raise InvalidInput(fields={"customer": "Choose the customer; type a part of the name."})
                link = memory.link or await permalink(client, memory.channel, memory.ts, memory.domain)
                async with refusals_kept(self._runtime, body, action=forms.SAVE, key=customer_id):
                    schema = await self._runtime.run(
                        assign_followup,
                        workspace=workspace_in(body),
                        customer_id=customer_id,
                        assignee_id=form.person(forms.WHO) or people_in(body),
                        due_on=form.day(forms.DUE),
                        what=form.text(forms.WORDS),
                        link=link,
                        view_id=body["view"]["id"],
                        by=people_in(body),
                    )
            await ack(response_action="update", view=forms.saved(_told(schema)))

    async def take(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Take what one may not give to somebody else; a second press is told that it is taken."""
        await ack()
        async with replies(respond):
            try:
                wish = Taking.model_validate_json(value_in(body))
            except ValidationError as error:
                raise NotFound("That button is out of date; use /assign instead.") from error
            async with refusals_kept(self._runtime, body, action=rows.TAKE, key=wish.customer_id):
                schema = await self._runtime.run(
                    assign_followup,
                    workspace=workspace_in(body),
                    customer_id=wish.customer_id,
                    assignee_id=people_in(body),
                    due_on=wish.due_on,
                    what=wish.what,
                    view_id=f"take:{wish.press}" if wish.press else "",
                    by=people_in(body),
                )
            await respond(**rows.assigned(schema).replacement())

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page in the place of this one."""
        await ack()
        value = value_in(body)
        async with replies(respond), refusals_kept(self._runtime, body, action=rows.PAGE_ON, key=value):
            page, _, whose = value.partition(" ")
            shown = await self._list(body, whose=whose, page=page_in(page))
            await respond(**shown.replacement())

    async def _answer(self, command: Mapping[str, Any], client: AsyncWebClient) -> Message | None:
        """What the command comes to; None once the form is open."""
        words = html.unescape(str(command.get("text") or "")).strip()
        first, _, rest = words.partition(" ")
        if first.casefold() == "list":
            return await self._list(command, words=rest)
        if first.casefold() == "help":
            return rows.help_page()
        draft = await self._draft(command, words)
        if draft.is_complete:
            return await self._assign(command, draft)
        memory = Memory(url=str(command.get("response_url") or ""))
        form = forms.assign_form(draft, memory=memory.kept())
        await client.views_open(trigger_id=command["trigger_id"], view=form)
        return None

    async def _assign(self, command: Mapping[str, Any], draft: Draft) -> Message:
        try:
            schema = await self._runtime.run(
                assign_followup,
                workspace=workspace_in(command),
                customer_id=draft.customer_id,
                assignee_id=draft.assignee_id,
                due_on=draft.due_on,
                what=draft.what,
                view_id=_press(command),
                by=people_in(command),
            )
        except OnlyForOneself as refused:
            if draft.customer_id is None or draft.due_on is None:
                raise
            wish = Taking(
                customer_id=draft.customer_id, due_on=draft.due_on, what=draft.what, press=_press(command)[-100:]
            )
            value = wish.model_dump_json()
            if len(value) > VALUE:
                raise
            return rows.take_it(str(refused), value)
        return rows.assigned(schema)

    async def _list(
        self, body: Mapping[str, Any], *, words: str = "", whose: str | None = None, page: int = 0
    ) -> Message:
        viewer, workspace = people_in(body), workspace_in(body)
        if whose is None:
            whose = await self._runtime.read(find_whose, workspace=workspace, words=words, viewer=viewer)
        schema = await self._runtime.read(get_list, workspace=workspace, whose=whose, page=page, viewer=viewer)
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
        await open_window(client, body, forms.assign_form(draft, memory=memory.kept()))


def _told(schema: FollowupSchema) -> str:
    return rows.assigned(schema).text


def _press(command: Mapping[str, Any]) -> str:
    """What tells one command from another, also when Slack sends it again."""
    return str(command.get("trigger_id") or "")[:200]
