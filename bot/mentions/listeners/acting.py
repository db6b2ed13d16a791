"""Listeners for the buttons and the menu of a mention, and for their windows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import AlreadyDone, NotFound
from bot.core.runtime import Runtime
from bot.mentions.queries.mentions import get_listed, get_mention, get_open
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.schemas.mentions import MentionSchema, MentionsListed
from bot.mentions.usecases.acting import confirm_customer, deny_customer, dismiss_mention, set_customer, set_sentiment
from bot.mentions.usecases.answering import answer_mention, find_hints, take_mention
from bot.mentions.views import cards, forms
from bot.slack.blocks import Block, Message
from bot.slack.forms import Form
from bot.slack.places import Place, Places, address_of
from bot.slack.presses import action_and_id, block_in, ids_in, page_in, uuid_in
from bot.slack.replies import people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker
from bot.workspaces.listeners import Window, Windows, refusals_kept


class Memory(Place):
    """What a window remembers: the mention, the message of the press, and whether phrases were pointed out."""

    kind: Literal["card", "list", "page", "none"] = "none"
    mention_id: UUID | None = None
    ids: tuple[UUID, ...] = ()
    total: int = 0
    complaints: int = 0
    page: int = 0
    coached: bool = False


def place_of(body: Mapping[str, Any], mention_id: UUID) -> Memory:
    """Return the message in which a button or menu was used, and its kind."""
    place, rest = block_in(body)
    where: dict[str, Any] = {"mention_id": mention_id, **address_of(body)}
    numbers = [page_in(part) for part in (*rest.split(":"), "0", "0")]
    if place == "mentions.list":
        return Memory(kind="list", ids=ids_in(body, place, part=-1), total=numbers[0], complaints=numbers[1], **where)
    if place == "mentions.page":
        return Memory(kind="page", page=numbers[0], **where)
    return Memory(kind="card" if place in {"mentions.card", "mentions.do"} else "none", **where)


async def draw(runtime: Runtime, memory: Memory, *, workspace: str, viewer: str) -> Message:
    """Draw the message of a press as it stands now."""
    if memory.kind == "page":
        return cards.page(await runtime.read(get_open, workspace=workspace, page=memory.page, viewer=viewer))
    if memory.kind == "list":
        rows = await runtime.read(get_listed, workspace=workspace, mention_ids=memory.ids, viewer=viewer)
        total = max(memory.total, len(rows))
        return cards.listed(MentionsListed(total=total, complaints=memory.complaints, rows=tuple(rows)))
    one = await runtime.read(
        get_mention, workspace=workspace, mention_id=memory.mention_id, viewer=viewer, features=runtime.features
    )
    return cards.card(one)


OUT_OF_DATE = "That button is out of date; /mentions shows what is open."
ACTIONS: Mapping[str, tuple[Callable[..., MentionSchema], Mapping[str, Any]]] = {
    cards.TAKE: (take_mention, {}),
    cards.YES: (confirm_customer, {}),
    cards.NO: (deny_customer, {}),
    cards.NOT_US: (dismiss_mention, {}),
    cards.COMPLAINT: (set_sentiment, {"feeling": Sentiment.COMPLAINT}),
    cards.PRAISE: (set_sentiment, {"feeling": Sentiment.PRAISE}),
    cards.NEITHER: (set_sentiment, {"feeling": Sentiment.NEUTRAL}),
}
"""Actions without a window."""


class ActingListeners:
    """Listeners for the actions on a mention."""

    def __init__(self, runtime: Runtime, places: Places[Memory]) -> None:
        self._runtime = runtime
        self._places = places
        self._windows = Windows(runtime, places, Memory, WINDOWS, about="mention_id", fields=forms.FIELD_OF)

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Do what a button or menu option says and redraw the message, or open its window."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, key = action_and_id(body)
            mention_id = uuid_in(key)
            if mention_id is None or what not in {*ACTIONS, cards.ANSWERED, cards.WRONG}:
                raise NotFound(OUT_OF_DATE)
            memory = place_of(body, mention_id)
            if what in ACTIONS:
                use_case, more = ACTIONS[what]
                work: Awaitable[object] = self._runtime.run(
                    use_case, workspace=workspace_in(body), mention_id=mention_id, by=people_in(body), **more
                )
            else:
                work = self._open(client, body, what, mention_id, memory)
            async with refusals_kept(self._runtime, body, action=what, key=mention_id):
                await self._and_redraw(client, body, memory, work)

    async def opened(self, ack: AsyncAck) -> None:
        """Acknowledge *Open*, which is a link."""
        await ack()

    async def answered(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Store the answer; phrases to avoid are pointed out first, once."""
        await self._windows.save_unless(ack, body, client, self._coach)

    async def chosen(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Store the customer that a mention is about."""
        await self._windows.save(ack, body, client)

    async def _coach(self, body: dict[str, Any], memory: Memory) -> Block | None:
        """Return the window with phrases to reconsider; None if there are none, or they were pointed out."""
        wish = _read_answer(Form.of(body["view"]))
        hints = await self._runtime.read(find_hints, workspace=workspace_in(body), words=wish["words"])
        if memory.coached or not hints:
            return None
        schema = await self._get(body, memory.mention_id)
        again = memory.model_copy(update={"coached": True}).kept()
        return forms.answer_form(schema, memory=again, words=wish["words"], where=wish["link"], hints=hints)

    async def _open(
        self, client: AsyncWebClient, body: dict[str, Any], what: str, mention_id: UUID, memory: Memory
    ) -> None:
        schema = await self._get(body, mention_id)
        if schema.state.value in {"answered", "dismissed"}:
            who = f" (by {schema.closed_by_name})" if schema.closed_by_name else ""
            raise AlreadyDone(f"That is {schema.state.words} already{who}; nothing was changed.")
        draw = forms.answer_form if what == cards.ANSWERED else forms.customer_form
        await open_window(client, body, draw(schema, memory=memory.kept()))

    async def _and_redraw(
        self, client: AsyncWebClient, body: dict[str, Any], memory: Memory, work: Awaitable[object]
    ) -> None:
        """Await *work* and redraw the message, also if somebody was faster."""
        try:
            opened = await work is None
        except AlreadyDone:
            await self._places.redraw(client, body, memory)
            raise
        if not opened:
            await self._places.redraw(client, body, memory)

    async def _get(self, body: dict[str, Any], mention_id: UUID | None) -> MentionSchema:
        schema: MentionSchema = await self._runtime.read(
            get_mention, workspace=workspace_in(body), mention_id=mention_id, viewer=people_in(body)
        )
        return schema


def _read_answer(form: Form) -> dict[str, Any]:
    return {"words": form.text(forms.WORDS), "link": form.text(forms.WHERE)}


def _read_customer(form: Form) -> dict[str, Any]:
    return {"customer_id": uuid_in(form.choice(forms.WHOM) or "")}


WINDOWS = {
    forms.SAVE_ANSWER: Window(answer_mention, forms.WORDS, _read_answer),
    forms.SAVE_CUSTOMER: Window(set_customer, forms.WHOM, _read_customer),
}
