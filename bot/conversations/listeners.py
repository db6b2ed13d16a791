"""Listeners of messages to the bot and mentions of it, and of the buttons under its answers."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.checkins.listeners import recording
from bot.checkins.queries import get_form
from bot.checkins.queries.queue import get_queue
from bot.checkins.views import form as checkin_form
from bot.checkins.views.queue import queue
from bot.commitments.listeners import CHOOSE_CUSTOMER
from bot.commitments.queries import get_one
from bot.conversations import usecases, views
from bot.conversations.queries import OUT_OF_DATE, get_schema
from bot.conversations.rules import Intent, ProposalKind, plain_words
from bot.conversations.schemas import ProposalSchema, Reply
from bot.core.errors import BotError, InvalidInput, NotFound
from bot.core.feature import collect_undos
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.customers.views import OPTIONS, choose
from bot.escalations import queries as escalations
from bot.escalations.listeners import read_form as read_problem
from bot.escalations.views import forms as problem_forms
from bot.escalations.views import standing as problem_view
from bot.followups import queries as followups
from bot.followups import views as followup_views
from bot.followups.listeners import read_form as read_followup
from bot.promises import queries as promises
from bot.promises import views as promise_views
from bot.promises.listeners import read_form as read_promise
from bot.slack.blocks import Block, Message
from bot.slack.callers import Caller
from bot.slack.message_refs import MessageRef, address_of
from bot.slack.modals import OUT_OF_DATE as WINDOW_OUT_OF_DATE
from bot.slack.modals import error_sentence
from bot.slack.payloads import block_in, uuid_in
from bot.workspaces.listeners import listen

SAID = frozenset({None, "file_share", "thread_broadcast"})
"""The subtypes of messages that somebody wrote; edits, deletions and the like have others."""
SLACKBOT = "USLACKBOT"
TOO_MANY_REQUESTS, LONGEST_PAUSE = 429, 30.0
NOT_HERE = "You asked in a channel that people outside read, so I answer here."

SAVED = {
    ProposalKind.FOLLOWUP: (followups.FOLLOWUPS, followup_views.again),
    ProposalKind.PROMISE: (promises.PROMISES, promise_views.again),
    ProposalKind.PROBLEM: (escalations.ESCALATIONS, problem_view),
}
"""How what was saved is read and drawn, for kinds whose own buttons stand under it from then on."""

FIELDS: Mapping[ProposalKind, Mapping[str, str]] = {
    ProposalKind.CHECKIN: checkin_form.FIELD_OF,
    ProposalKind.FOLLOWUP: followup_views.FIELD_OF,
    ProposalKind.PROMISE: promise_views.FIELD_OF,
    ProposalKind.PROBLEM: problem_forms.FIELD_OF,
}


class ProposalRef(MessageRef):
    """The message of a proposal."""

    proposal_id: UUID | None = None


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for messages, mentions, and everything that is put on screen."""
    on = listen(app, runtime)
    on.event("message", hear)
    on.event("app_mention", hear)
    on.action(views.SAVE, save)
    on.action(views.CHANGE, change)
    on.action(views.NOT_THIS, ask_customer)
    on.action(views.DROP, drop)
    on.action(views.UNDO, undo)
    on.action(views.HELP, show_help)
    for action_id, listener in ((views.CUSTOMER, choose_customer), (views.DAY, choose_day)):
        on.action(action_id, listener)
        on.action({"action_id": re.compile(rf"{re.escape(action_id)}:.+")}, listener)
    on.action({"action_id": OPTIONS, "block_id": re.compile(rf"{re.escape(views.PICK)}:.+")}, pick_customer)
    for kind, callback_id in views.CHANGED.items():
        fields = FIELDS[kind]
        on.view(callback_id, partial(save_changed, kind), first_field=next(iter(fields.values())), fields=fields)


# --- messages ----------------------------------------------------------------------------------------------------


async def hear(caller: Caller) -> None:
    """Answer a message that somebody wrote to the bot, once, in its thread."""
    event = caller.body["event"]
    if not is_said(event):
        return
    key, bot_id = f"{event['channel']}:{event['ts']}", str(caller.context.bot_user_id or "")
    inputs = {"text": plain_words(str(event.get("text") or ""), bot_id=bot_id), "channel": event["channel"]}
    inputs["thread_ts"] = str(event.get("thread_ts") or "")
    reply = None
    try:
        reply = await caller.run(usecases.answer_message, key=key, features=caller.features, **inputs)
        if reply is None:
            return
        message = await _draw_reply(caller, reply)
    except Exception as error:  # noqa: BLE001 - the last line before silence
        if reply is None and not await caller.run(usecases.receive_message, key=key):
            return
        chosen = choose(error) if isinstance(error, BotError) else None
        message = chosen or views.sentence(error_sentence(error))
    await _answer(caller, message, is_private=reply is not None and reply.intent in {Intent.QUEUE, Intent.CARD})


def is_said(event: Mapping[str, Any]) -> bool:
    """Return whether an event is a message of a person to the bot: direct, or one that mentions it elsewhere."""
    is_direct = event.get("channel_type") == "im"
    by_person = event.get("user") not in {None, SLACKBOT} and not event.get("bot_id") and not event.get("hidden")
    return by_person and event.get("subtype") in SAID and is_direct == (event.get("type") == "message")


async def _draw_reply(caller: Caller, reply: Reply) -> Message:
    if reply.intent is Intent.QUEUE:
        return queue(await caller.read(get_queue, features=caller.features))
    return views.reply(reply)


async def _answer(caller: Caller, message: Message, *, is_private: bool) -> None:
    """
    Post the answer in the thread of the message. In a channel, what is told about customers is for one person alone; to
    a channel that people outside read nothing is posted.
    """
    event = caller.body["event"]
    channel, thread_ts = str(event["channel"]), str(event.get("thread_ts") or event["ts"])
    if event.get("channel_type") == "im":
        await _post(partial(caller.client.chat_postMessage, channel=channel, thread_ts=thread_ts, **message.body()))
    elif caller.body.get("is_ext_shared_channel"):
        opened = await caller.client.conversations_open(users=caller.person)
        blocks = [*views.sentence(NOT_HERE).blocks, *message.blocks]
        body = Message(text=message.text, blocks=blocks).body()
        await _post(partial(caller.client.chat_postMessage, channel=opened["channel"]["id"], **body))
    elif is_private:
        text, blocks = message.text, list(message.blocks)
        await _post(
            partial(caller.client.chat_postEphemeral, channel=channel, user=caller.person, text=text, blocks=blocks)
        )
    else:
        await _post(partial(caller.client.chat_postMessage, channel=channel, thread_ts=thread_ts, **message.body()))


async def _post(post: Callable[[], Any]) -> None:
    """Post, and once more when Slack asks to wait."""
    try:
        await post()
    except SlackApiError as error:
        if error.response.status_code != TOO_MANY_REQUESTS:
            raise
        await asyncio.sleep(min(float(error.response.headers.get("Retry-After", 1)), LONGEST_PAUSE))
        await post()


# --- buttons -----------------------------------------------------------------------------------------------------


async def save(caller: Caller) -> None:
    """Save what was understood, and show what is so now in the place of the question."""
    schema = await caller.run(usecases.save_proposal, proposal_id=_id_in(caller.value))
    await caller.replace(await _draw(caller, schema))


async def ask_customer(caller: Caller) -> None:
    """Offer other customers than the one that was understood."""
    schema = await caller.run(usecases.choose_customer, proposal_id=_id_in(caller.value), customer_id=None)
    await caller.replace(await _draw(caller, schema))


async def choose_customer(caller: Caller) -> None:
    """Take the customer of a button for the one that is meant."""
    proposal_id, _, customer_id = caller.value.partition(":")
    await _choose_customer(caller, proposal_id, customer_id)


async def pick_customer(caller: Caller) -> None:
    """Take the customer that was chosen from the menu for the one that is meant."""
    await _choose_customer(caller, block_in(caller.body)[1], caller.value)


async def choose_day(caller: Caller) -> None:
    """Take the day of a button for the one that is meant."""
    proposal_id, _, day = caller.value.partition(":")
    chosen = {"proposal_id": _id_in(proposal_id), "day": date.fromisoformat(day)}
    await caller.replace(await _draw(caller, await caller.run(usecases.choose_day, **chosen)))


async def drop(caller: Caller) -> None:
    """Save nothing, and say so."""
    await caller.replace(views.proposal(await caller.run(usecases.drop_proposal, proposal_id=_id_in(caller.value))))


async def undo(caller: Caller) -> None:
    """Undo what was saved, and say so."""
    undos = collect_undos(caller.features)
    schema = await caller.run(usecases.undo_proposal, proposal_id=_id_in(caller.value), undos=undos)
    await caller.replace(views.proposal(schema))


async def show_help(caller: Caller) -> None:
    """Say below the message what one can say."""
    await caller.respond(views.help_message())


async def change(caller: Caller) -> None:
    """Open the form of what was understood, filled in."""
    proposal_id = _id_in(caller.value)
    schema = await caller.read(get_schema, proposal_id=proposal_id)
    if schema.is_settled:
        await caller.replace(await _draw(caller, schema))
        return
    ref = ProposalRef(kind="proposal", proposal_id=proposal_id, **address_of(caller.body))
    form = await _FORMS[schema.kind](caller, schema, ref.dump())
    await caller.open({**form, "callback_id": views.CHANGED[schema.kind]})


async def save_changed(kind: ProposalKind, caller: Caller) -> None:
    """Save what the form holds, and show it in the place of the proposal."""
    ref = ProposalRef.load(caller.view)
    if ref.proposal_id is None:
        raise NotFound(WINDOW_OUT_OF_DATE)
    entered = _READ[kind](caller)
    if entered["customer_id"] is None:
        raise InvalidInput(fields={"customer": CHOOSE_CUSTOMER})
    about = {"proposal_id": ref.proposal_id, "view_id": caller.view["id"]}
    await caller.run(usecases.save_changed, entered=entered, **about)
    await caller.finish(ref, _redraw)


async def _choose_customer(caller: Caller, proposal_id: str, customer_id: str) -> None:
    chosen = {"proposal_id": _id_in(proposal_id), "customer_id": _id_in(customer_id)}
    await caller.replace(await _draw(caller, await caller.run(usecases.choose_customer, **chosen)))


async def _redraw(caller: Caller, ref: ProposalRef) -> Message:
    return await _draw(caller, await caller.read(get_schema, proposal_id=ref.proposal_id))


async def _draw(caller: Caller, schema: ProposalSchema) -> Message:
    """Draw a proposal, or what was saved with its own buttons."""
    if schema.saved_id is None or schema.kind not in SAVED:
        return views.proposal(schema)
    kind, view = SAVED[schema.kind]
    return view(await caller.read(get_one, commitment_id=schema.saved_id, kind=kind))  # type: ignore[operator,no-any-return]  # each view takes its kind's schema


def _id_in(value: str) -> UUID:
    found = uuid_in(value)
    if found is None:
        raise NotFound(OUT_OF_DATE)
    return found


# --- forms -------------------------------------------------------------------------------------------------------


async def _open_checkin(caller: Caller, schema: ProposalSchema, state: str) -> Block:
    about = {"customer_id": schema.customer_id, "result": schema.result, "happened_on": schema.day}
    found = await caller.read(get_form, features=caller.features, **about)
    filled = found.model_copy(update={"note": schema.words, "channel": schema.channel})
    extras = recording.extra_fields(caller.features, found, frozenset())
    return checkin_form.form(filled, state=state, extras=extras)


async def _open_followup(caller: Caller, schema: ProposalSchema, state: str) -> Block:
    parsed = await caller.read(followups.get_assignment, subject=_subject(schema))
    return followup_views.assign_form(parsed.model_copy(update={"due_on": schema.day}), state=state)


async def _open_promise(caller: Caller, schema: ProposalSchema, state: str) -> Block:
    parsed = await caller.read(promises.get_form, subject=_subject(schema))
    return promise_views.promise_form(parsed.model_copy(update={"due_on": schema.day}), state=state)


async def _open_problem(caller: Caller, schema: ProposalSchema, state: str) -> Block:
    return problem_forms.raise_form(await caller.read(escalations.get_form, subject=_subject(schema)), state=state)


def _subject(schema: ProposalSchema) -> Subject:
    return Subject(kind="message", id=str(schema.id), customer_id=schema.customer_id, words=schema.words)


def _read_checkin(caller: Caller) -> dict[str, Any]:
    extras = recording.read_extras(caller.features, caller.view)
    return {**recording.read_form(caller.form), "extras": extras}


_FORMS = {
    ProposalKind.CHECKIN: _open_checkin,
    ProposalKind.FOLLOWUP: _open_followup,
    ProposalKind.PROMISE: _open_promise,
    ProposalKind.PROBLEM: _open_problem,
}
_READ: Mapping[ProposalKind, Callable[[Caller], dict[str, Any]]] = {
    ProposalKind.CHECKIN: _read_checkin,
    ProposalKind.FOLLOWUP: lambda caller: read_followup(caller.view),
    ProposalKind.PROMISE: lambda caller: read_promise(caller.view),
    ProposalKind.PROBLEM: lambda caller: read_problem(caller.view),
}
