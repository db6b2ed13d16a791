"""`/escalate`, the buttons and the shortcut that open its form, the form, the lists and the rate."""

import html
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.customers.views import choose
from bot.escalations.listeners.places import Memory
from bot.escalations.listeners.setup import SetupListeners
from bot.escalations.queries import find_whose, get_list
from bot.escalations.queries.drafts import get_draft, parse_subject, read_draft
from bot.escalations.queries.rates import get_rate
from bot.escalations.rules import LINK, LONGEST_RATE, Severity, read_rate
from bot.escalations.schemas import EscalationSchema
from bot.escalations.usecases.raising import raise_escalation
from bot.escalations.views import forms, news, rows
from bot.slack.blocks import Message
from bot.slack.forms import Form
from bot.slack.links import permalink
from bot.slack.presses import message_in, page_in, uuid_in, value_in
from bot.slack.replies import answer_in_time, field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, open_window, speaker
from bot.workspaces.listeners import refusals_kept


class RaisingListeners:
    """Listeners from the wish to escalate something to the escalation that stands."""

    def __init__(self, runtime: Runtime, setup: SetupListeners) -> None:
        self._runtime = runtime
        self._setup = setup

    async def command(
        self, ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        """Answer `/escalate [list | rate | setup | help]`, or open the form for what the words say."""
        words = html.unescape(str(command.get("text") or "")).strip()
        first, _, rest = words.partition(" ")
        async with replies(ack, draw=choose):
            if first.casefold() == "list":
                await answer_in_time(ack, respond, self._list(command, words=rest), draw=choose)
            elif first.casefold() == "rate":
                await answer_in_time(ack, respond, self._rate(command, rest))
            elif words.casefold() == "help":
                await ack(**rows.help_page().answer())
            elif words.casefold() in {"setup", "settings"}:
                await self._setup.open(command, client)
                await ack()
            else:
                await self._form(command, words, client)
                await ack()

    async def offered(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for what a button is about."""
        await ack()
        async with replies(speaker(client, body, respond)):
            subject = parse_subject(value_in(body))
            await self._open(client, body, subject, Memory(link=subject.link[:LINK] if subject else ""))

    async def message(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """*Escalate* on a message: its words are what happened, with its link."""
        await ack()
        async with replies(speaker(client, body, respond)):
            where, said = message_in(body)
            subject = Subject(kind="message", id=where["ts"], words=said[:3000])
            await self._open(client, body, subject, Memory(**where))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep what the form says, and tell who is on it."""
        async with field_errors(ack, first_field=forms.WORDS):
            with fields_named(forms.FIELD_OF):
                memory, form = Memory.kept_in(body["view"]), Form.of(body["view"])
                customer_id = uuid_in(form.choice(forms.CUSTOMER) or "")
                if customer_id is None:
                    raise InvalidInput(fields={"customer": "Choose the customer; type a part of the name."})
                link = memory.link or await permalink(client, memory.channel, memory.ts, memory.domain)
                async with refusals_kept(self._runtime, body, action=forms.SAVE, key=customer_id):
                    schema: EscalationSchema = await self._runtime.run(
                        raise_escalation,
                        workspace=workspace_in(body),
                        customer_id=customer_id,
                        what=form.text(forms.WORDS),
                        severity=_severity(form),
                        assignee_id=form.person(forms.WHO),
                        link=link,
                        view_id=body["view"]["id"],
                        by=people_in(body),
                    )
            await ack(response_action="update", view=forms.saved(rows.raised_words(schema)))

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page in the place of this one."""
        await ack()
        async with replies(respond):
            page, _, whose = value_in(body).partition(" ")
            shown = await self._list(body, whose=whose, page=page_in(page))
            await respond(**shown.replacement())

    async def _list(
        self, body: Mapping[str, Any], *, words: str = "", whose: str | None = None, page: int = 0
    ) -> Message:
        viewer, workspace = people_in(body), workspace_in(body)
        if whose is None:
            whose = await self._runtime.read(find_whose, workspace=workspace, words=words, viewer=viewer)
        async with refusals_kept(self._runtime, body, action=rows.PAGE_ON, key=uuid_in(whose.removeprefix("c-"))):
            schema = await self._runtime.read(get_list, workspace=workspace, whose=whose, page=page, viewer=viewer)
        return rows.page(schema)

    async def _rate(self, command: Mapping[str, Any], words: str) -> Message:
        days, whom = read_rate(words)
        if days is None:
            raise InvalidInput(f"Give a number of days from 1 to {LONGEST_RATE}, such as /escalate rate 30.")
        viewer, workspace = people_in(command), workspace_in(command)
        person = await self._runtime.read(find_whose, workspace=workspace, words=whom, viewer=viewer) if whom else ""
        if whom and not person.startswith("p-"):
            raise InvalidInput("Write @ and choose a person; the rate of one customer isn't told.")
        schema = await self._runtime.read(
            get_rate, workspace=workspace, days=days, viewer=viewer, person=person.removeprefix("p-") or None
        )
        return news.rate(schema)

    async def _form(self, command: dict[str, Any], words: str, client: AsyncWebClient) -> None:
        viewer, workspace = people_in(command), workspace_in(command)
        if words:
            draft = await self._runtime.read(read_draft, workspace=workspace, words=words, viewer=viewer)
        else:
            draft = await self._runtime.read(get_draft, workspace=workspace, subject=None, viewer=viewer)
        view = forms.raise_form(draft, memory=Memory().kept())
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    async def _open(
        self, client: AsyncWebClient, body: dict[str, Any], subject: Subject | None, memory: Memory
    ) -> None:
        async with refusals_kept(self._runtime, body, action=rows.ESCALATE, key=subject and subject.customer_id):
            draft = await self._runtime.read(
                get_draft, workspace=workspace_in(body), subject=subject, viewer=people_in(body)
            )
        await open_window(client, body, forms.raise_form(draft, memory=memory.kept()))


def _severity(form: Form) -> Severity | None:
    return next((one for one in Severity if one.value == form.choice(forms.SEVERITY)), None)
