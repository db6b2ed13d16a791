"""Listeners of the buttons and the menu of a mention, and of their modals."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.mentions.queries.mentions import get_listed, get_mention, get_open
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.schemas.mentions import MentionSchema, MentionsListed
from bot.mentions.usecases.acting import confirm_customer, deny_customer, dismiss_mention, set_customer, set_sentiment
from bot.mentions.usecases.answering import answer_mention, find_hints, take_mention
from bot.mentions.views import cards, forms
from bot.slack import modals
from bot.slack.blocks import Message
from bot.slack.callers import Caller
from bot.slack.message_refs import MessageRef, address_of
from bot.slack.payloads import action_and_id, block_in, ids_in, page_in, uuid_in

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
"""Actions without a modal."""


class MentionRef(MessageRef):
    """The message of a button, its mention, and whether phrases were pointed out."""

    kind: Literal["card", "list", "page", "none"] = "none"
    mention_id: UUID | None = None
    ids: tuple[UUID, ...] = ()
    total: int = 0
    complaints: int = 0
    page: int = 0
    coached: bool = False


def ref_of(body: Mapping[str, Any], mention_id: UUID) -> MentionRef:
    """Return the message that a button or menu stands in, and its kind."""
    place, rest = block_in(body)
    where: dict[str, Any] = {"mention_id": mention_id, **address_of(body)}
    numbers = [page_in(part) for part in (*rest.split(":"), "0", "0")]
    if place == "mentions.list":
        return MentionRef(
            kind="list", ids=ids_in(body, place, part=-1), total=numbers[0], complaints=numbers[1], **where
        )
    if place == "mentions.page":
        return MentionRef(kind="page", page=numbers[0], **where)
    return MentionRef(kind="card" if place in {"mentions.card", "mentions.do"} else "none", **where)


async def draw(caller: Caller, ref: MentionRef) -> Message:
    """Draw the message of a button as it stands now."""
    if ref.kind == "page":
        return cards.page(await caller.read(get_open, page=ref.page))
    if ref.kind == "list":
        rows = await caller.read(get_listed, mention_ids=ref.ids)
        total = max(ref.total, len(rows))
        return cards.listed(MentionsListed(total=total, complaints=ref.complaints, rows=tuple(rows)))
    return cards.card(await caller.read(get_mention, mention_id=ref.mention_id, features=caller.features))


async def press(caller: Caller) -> None:
    """Do what a button or menu option says and redraw the message, or open its modal."""
    action, key = action_and_id(caller.body)
    if action == cards.OPEN:
        return  # a link: Slack has opened it
    mention_id = uuid_in(key)
    if mention_id is None or action not in {*ACTIONS, cards.ANSWERED, cards.WRONG}:
        raise NotFound(OUT_OF_DATE)
    ref = ref_of(caller.body, mention_id)
    try:
        if action not in ACTIONS:
            await _open(caller, action, ref)
            return
        use_case, inputs = ACTIONS[action]
        await caller.run(use_case, mention_id=mention_id, **inputs)
    except AlreadyDone:
        await caller.redraw(ref, draw)
        raise
    await caller.redraw(ref, draw)


async def ignore(_caller: Caller) -> None:
    """Do nothing for *Open*, which is a link."""


async def save_answer(caller: Caller) -> None:
    """Store the answer; phrases to avoid are pointed out first, once."""
    ref = _load(caller)
    words, link = caller.form.text(forms.WORDS), caller.form.text(forms.WHERE)
    hints = await caller.runtime.read(find_hints, workspace=caller.workspace, words=words)
    if hints and not ref.coached:
        schema = await _get(caller, ref)
        state = ref.model_copy(update={"coached": True}).dump()
        await caller.show(forms.answer_form(schema, state=state, words=words, where=link, hints=hints))
        return
    await caller.run(answer_mention, mention_id=ref.mention_id, words=words, link=link, view_id=caller.view["id"])
    await caller.finish(ref, draw)


async def save_customer(caller: Caller) -> None:
    """Store the customer that a mention is about."""
    ref, customer_id = _load(caller), uuid_in(caller.form.choice(forms.WHOM) or "")
    await caller.run(set_customer, mention_id=ref.mention_id, customer_id=customer_id, view_id=caller.view["id"])
    await caller.finish(ref, draw)


def _load(caller: Caller) -> MentionRef:
    ref = MentionRef.load(caller.view)
    if ref.mention_id is None:
        raise InvalidInput(modals.OUT_OF_DATE)
    return ref


async def _open(caller: Caller, action: str, ref: MentionRef) -> None:
    schema = await _get(caller, ref)
    if schema.state.value in {"answered", "dismissed"}:
        who = f" (by {schema.closed_by_name})" if schema.closed_by_name else ""
        raise AlreadyDone(f"That is {schema.state.words} already{who}; nothing was changed.")
    form = forms.answer_form if action == cards.ANSWERED else forms.customer_form
    await caller.open(form(schema, state=ref.dump()))


async def _get(caller: Caller, ref: MentionRef) -> MentionSchema:
    schema: MentionSchema = await caller.read(get_mention, mention_id=ref.mention_id)
    return schema
