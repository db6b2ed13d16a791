"""The buttons and the menu of a mention, and the windows they open."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.listeners.memory import uuid_in, value_in
from bot.checkins.listeners.places import open_window, speaker
from bot.checkins.listeners.recording import fields_named
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.mentions.facts.mentions import MentionFact
from bot.mentions.listeners.places import Memory, Places, memory_of, place_of
from bot.mentions.queries.mentions import get_mention
from bot.mentions.rules.feeling import Feeling
from bot.mentions.usecases.acting import (
    confirm_customer,
    deny_customer,
    dismiss_mention,
    set_customer,
    set_feeling,
)
from bot.mentions.usecases.answering import answer_mention, find_hints, take_mention
from bot.mentions.views import cards, forms
from bot.slack.forms import Form
from bot.slack.replies import actions_in, field_errors, people_in, replies, workspace_in
from bot.workspaces.listeners import refusals_kept

OUT_OF_DATE = "That button is out of date; /mentions shows what is open."
CLOSED = "This window is out of date; close it and open it again."
DEEDS: Mapping[str, tuple[Callable[..., MentionFact], Mapping[str, Any]]] = {
    cards.TAKE: (take_mention, {}),
    cards.YES: (confirm_customer, {}),
    cards.NO: (deny_customer, {}),
    cards.NOT_US: (dismiss_mention, {}),
    cards.COMPLAINT: (set_feeling, {"feeling": Feeling.COMPLAINT}),
    cards.PRAISE: (set_feeling, {"feeling": Feeling.PRAISE}),
    cards.NEITHER: (set_feeling, {"feeling": Feeling.NEUTRAL}),
}
"""What is done at once, without a window."""


class ActingListeners:
    """Listeners for what can be done about a mention."""

    def __init__(self, runtime: Runtime, places: Places) -> None:
        self._runtime = runtime
        self._places = places

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Do what a button or a menu's choice says, or open its window; the message is drawn anew either way."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, _, key = value_in(body).rpartition(":")
            what = what or str(next(iter(actions_in(body)), {}).get("action_id") or "")
            mention_id = uuid_in(key)
            if mention_id is None or what not in {*DEEDS, cards.ANSWERED, cards.WRONG}:
                raise NotFound(OUT_OF_DATE)
            memory = place_of(body, mention_id)
            if what in DEEDS:
                use_case, more = DEEDS[what]
                work: Awaitable[object] = self._runtime.run(
                    use_case, workspace=workspace_in(body), mention_id=mention_id, by=people_in(body), **more
                )
            else:
                work = self._open(client, body, what, mention_id, memory)
            async with refusals_kept(self._runtime, body, action=what, key=mention_id):
                await self._and_redraw(client, body, memory, work)

    async def opened(self, ack: AsyncAck) -> None:
        """*Open* leads to the address by itself; Slack only wants to hear that we heard."""
        await ack()

    async def answered(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep the answer; phrases that sound colder than they are meant are pointed out before, once."""
        form = Form.of(body["view"])
        words, where = form.text(forms.WORDS), form.text(forms.WHERE)
        saved: Memory | None = None
        async with field_errors(ack, first_field=forms.WORDS):
            with fields_named(forms.FIELD_OF):
                memory = _known(memory_of(body["view"]))
                hints = await self._runtime.read(find_hints, workspace=workspace_in(body), words=words)
                if hints and not memory.coached:
                    fact = await self._get(body, memory.mention_id)
                    again = memory.model_copy(update={"coached": True}).kept()
                    view = forms.answer_form(fact, memory=again, words=words, where=where, hints=hints)
                    await ack(response_action="update", view=view)
                    return
                await self._save(body, memory, answer_mention, words=words, link=where)
            await self._close(ack, memory)
            saved = memory
        if saved is not None:
            await self._redraw(client, body, saved)

    async def chosen(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep whom a mention is about."""
        saved: Memory | None = None
        async with field_errors(ack, first_field=forms.WHOM):
            with fields_named(forms.FIELD_OF):
                memory = _known(memory_of(body["view"]))
                customer_id = uuid_in(Form.of(body["view"]).choice(forms.WHOM) or "")
                await self._save(body, memory, set_customer, customer_id=customer_id)
            await self._close(ack, memory)
            saved = memory
        if saved is not None:
            await self._redraw(client, body, saved)

    async def _open(
        self, client: AsyncWebClient, body: dict[str, Any], what: str, mention_id: UUID, memory: Memory
    ) -> None:
        fact = await self._get(body, mention_id)
        if fact.state.value in {"answered", "dismissed"}:
            who = f" (by {fact.closed_by_name})" if fact.closed_by_name else ""
            raise AlreadyDone(f"That is {fact.state.words} already{who}; nothing was changed.")
        draw = forms.answer_form if what == cards.ANSWERED else forms.customer_form
        await open_window(client, body, draw(fact, memory=memory.kept()))

    async def _and_redraw(
        self, client: AsyncWebClient, body: dict[str, Any], memory: Memory, work: Awaitable[object]
    ) -> None:
        """Let *work* happen; also when somebody was faster, the message shows what is so now."""
        try:
            opened = await work is None
        except AlreadyDone:
            await self._redraw(client, body, memory)
            raise
        if not opened:
            await self._redraw(client, body, memory)

    async def _get(self, body: dict[str, Any], mention_id: UUID | None) -> MentionFact:
        fact: MentionFact = await self._runtime.read(
            get_mention, workspace=workspace_in(body), mention_id=mention_id, viewer=people_in(body)
        )
        return fact

    async def _save(
        self, body: dict[str, Any], memory: Memory, use_case: Callable[..., MentionFact], **wish: Any
    ) -> None:
        action = str(body["view"].get("callback_id") or "")
        async with refusals_kept(self._runtime, body, action=action, key=memory.mention_id):
            await self._runtime.run(
                use_case,
                workspace=workspace_in(body),
                mention_id=memory.mention_id,
                view_id=body["view"]["id"],
                by=people_in(body),
                **wish,
            )

    async def _close(self, ack: AsyncAck, memory: Memory) -> None:
        if memory.kind == "none":
            await ack(response_action="update", view=forms.saved("Saved."))
        else:
            await ack()

    async def _redraw(self, client: AsyncWebClient, body: dict[str, Any], memory: Memory) -> None:
        await self._places.redraw(client, memory, workspace=workspace_in(body), viewer=people_in(body))


def _known(memory: Memory) -> Memory:
    if memory.mention_id is None:
        raise InvalidInput(CLOSED)
    return memory
