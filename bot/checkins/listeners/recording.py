"""`/checkin`, the shortcuts and the check-in modal."""

import html
from collections.abc import Callable, Container, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.listeners.memory import LINK, Memory, Origin, origin_of, subject_in
from bot.checkins.listeners.places import Places
from bot.checkins.queries import find_form, get_form
from bot.checkins.queries.queue import get_queue
from bot.checkins.rules import Channel, Mood, Result
from bot.checkins.schemas import CheckinForm, CheckinRecorded, Queue
from bot.checkins.usecases.recording import record_checkin
from bot.checkins.views import done_form
from bot.checkins.views import form as views
from bot.checkins.views.queue import candidates, queue
from bot.core.errors import InvalidInput
from bot.core.feature import collect_extras
from bot.core.runtime import Runtime
from bot.slack.forms import Form
from bot.slack.links import permalink
from bot.slack.presses import message_in, page_in, uuid_in, value_in
from bot.slack.replies import actions_in, field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, open_window, speaker

Choice = TypeVar("Choice", bound=StrEnum)

QUOTE = 3000


class RecordingListeners:
    """Listeners from the wish to log something to the saved check-in."""

    def __init__(self, runtime: Runtime, places: Places) -> None:
        self._runtime = runtime
        self._places = places

    async def command(self, ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient) -> None:
        """Answer `/checkin` with the queue, in the ack; `/checkin acme` with the modal for Acme."""
        words = html.unescape(str(command.get("text") or "")).strip()
        async with replies(ack):
            if not words:
                await ack(**queue(await self._queue(command, 0)).answer())
                return
            found = await self._runtime.read(
                find_form,
                workspace=workspace_in(command),
                words=words,
                viewer=people_in(command),
                features=self._runtime.features,
            )
            if not isinstance(found, CheckinForm):
                await ack(**candidates(found).answer())
                return
            url = str(command.get("response_url") or "")
            memory = Memory(origin=Origin(kind="private", url=url) if url else Origin())
            await client.views_open(trigger_id=command["trigger_id"], view=self._draw(found, memory))
            await ack()

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page of the queue in the place of this one."""
        await ack()
        async with replies(respond):
            await respond(**queue(await self._queue(body, page_in(value_in(body)))).replacement())

    async def see_all(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show the whole queue below a reminder, to its owner alone."""
        await ack()
        async with replies(respond):
            await respond(**queue(await self._queue(body, 0)).answer(), replace_original=False)

    async def log(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the modal for the customer of a row, or for what another feature's button is about."""
        await ack()
        async with replies(speaker(client, body, respond)):
            subject = subject_in(value_in(body))
            memory = Memory(origin=origin_of(body), link=subject.link[:LINK])
            words = subject.words if subject.kind != "customer" else ""
            await self._open(client, body, memory, customer_id=subject.customer_id, quote=words)

    async def start(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the modal with the customer still to choose."""
        await ack()
        async with replies(speaker(client, body, respond)):
            await self._open(client, body, Memory(origin=origin_of(body)))

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        """*Record a check-in*, from anywhere in Slack."""
        await ack()
        async with replies(speaker(client, body, respond)):
            await self._open(client, body, Memory(origin=Origin(kind="window")))

    async def log_message(
        self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        """*Log as check-in* on a message: its text is kept as their words, with its link."""
        await ack()
        async with replies(speaker(client, body, respond)):
            where, said = message_in(body)
            url = str(body.get("response_url") or "")
            origin = Origin(kind="private", url=url) if url else Origin(kind="window")
            await self._open(client, body, Memory(origin=origin, **where), quote=said[:QUOTE])

    async def changed(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Draw the telling lines and other features' fields anew when customer, result or day change."""
        await ack()
        view, wanted = body["view"], views.opened(body["view"])
        if any(str(action.get("block_id")) == views.WANT for action in actions_in(body)):
            wanted.add(value_in(body))
        entered = Form.of(view)
        schema = await self._runtime.read(
            get_form,
            workspace=workspace_in(body),
            customer_id=uuid_in(entered.choice(views.CUSTOMER) or ""),
            viewer=people_in(body),
            features=self._runtime.features,
            result=_known(Result, entered.choice(views.RESULT)) or Result.TALKED,
            happened_on=entered.day(views.WHEN),
        )
        fresh = views.redrawn(view, schema.preview, self._drawn(schema, wanted))
        try:
            await client.views_update(view_id=view["id"], hash=view["hash"], view=fresh)
        except SlackApiError as error:
            if error.response.data["error"] not in {"hash_conflict", "not_found"}:
                raise  # a newer change is on its way, or the window is closed

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep the check-in; then the place that the modal was opened from tells it."""
        saved: tuple[Origin, CheckinRecorded] | None = None
        async with field_errors(ack, first_field=views.CUSTOMER):
            with fields_named(views.FIELD_OF):
                memory = Memory.kept_in(body["view"])
                entered = read_form(body["view"])
                link = memory.link or await permalink(client, memory.channel, memory.ts, memory.domain)
                schema = await self._runtime.run(
                    record_checkin,
                    workspace=workspace_in(body),
                    by=people_in(body),
                    view_id=body["view"]["id"],
                    link=link,
                    extras=self._extras(body["view"]),
                    **entered,
                )
            if memory.origin.kind in {"window", "none"}:
                await ack(response_action="update", view=done_form(schema, memory=Memory().kept()))
                return
            await ack()
            saved = memory.origin, schema
        if saved:
            origin, schema = saved
            await self._places.tell(client, origin, schema, workspace=workspace_in(body), person=people_in(body))

    async def _queue(self, body: Mapping[str, Any], page: int) -> Queue:
        return await self._runtime.read(
            get_queue, workspace=workspace_in(body), viewer=people_in(body), features=self._runtime.features, page=page
        )

    async def _open(
        self,
        client: AsyncWebClient,
        body: dict[str, Any],
        memory: Memory,
        *,
        customer_id: UUID | None = None,
        quote: str = "",
    ) -> None:
        schema = await self._runtime.read(
            get_form,
            workspace=workspace_in(body),
            customer_id=customer_id,
            viewer=people_in(body),
            features=self._runtime.features,
        )
        await open_window(client, body, self._draw(schema.model_copy(update={"quote": quote}), memory))

    def _draw(self, schema: CheckinForm, memory: Memory) -> dict[str, Any]:
        return views.form(schema, memory=memory.kept(), extras=self._drawn(schema, frozenset()))

    def _drawn(self, schema: CheckinForm, wanted: Container[str]) -> list[views.ExtraFields]:
        """Other features' fields that this customer asks for; those behind a button open once they are *wanted*."""
        return [
            views.ExtraFields(
                key=extra.key,
                label=extra.label,
                blocks=extra.blocks(schema.abouts.get(extra.key)),
                is_open=not extra.label or extra.key in wanted,
            )
            for extra in collect_extras(self._runtime.features)
            if extra.about is None or extra.key in schema.abouts
        ]

    def _extras(self, view: Mapping[str, Any]) -> list[Callable[..., object]]:
        """The use cases of the features whose fields were filled in."""
        extras = collect_extras(self._runtime.features)
        read = [(extra, extra.read(view.get("state") or {})) for extra in extras]
        return [partial(extra.use_case, **given) for extra, given in read if given]


def read_form(view: Mapping[str, Any]) -> dict[str, Any]:
    """
    What was entered, as the use case takes it.

    Raises:
        InvalidInput: no customer or no result; fields by name.
    """
    entered = Form.of(view)
    customer_id = uuid_in(entered.choice(views.CUSTOMER) or "")
    if customer_id is None:
        raise InvalidInput(fields={"customer": "Choose the customer; type a part of the name."})
    return {
        "customer_id": customer_id,
        "result": _required(Result, entered.choice(views.RESULT), views.RESULT, "Choose what happened."),
        "channel": _required(Channel, entered.choice(views.CHANNEL), views.CHANNEL, "Choose how."),
        "mood": _known(Mood, entered.choice(views.MOOD)),
        "note": entered.text(views.NOTE),
        "happened_on": entered.day(views.WHEN),
        "next_step": entered.text(views.NEXT),
        "quote": entered.text(views.QUOTE),
    }


def _known(kind: type[Choice], value: str | None) -> Choice | None:
    return next((choice for choice in kind if choice.value == value), None)


def _required(kind: type[Choice], value: str | None, block_id: str, sentence: str) -> Choice:
    found = _known(kind, value)
    if found is None:
        raise InvalidInput(fields={block_id: sentence})
    return found
