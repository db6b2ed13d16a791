"""Listeners for `/checkin`, the shortcuts and the check-in modal."""

from collections.abc import Callable, Container, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from slack_sdk.errors import SlackApiError

from bot.checkins.listeners.origins import LINK, CheckinModalState, Origin, origin_of, show_result, subject_in
from bot.checkins.queries import find_form, get_form
from bot.checkins.queries.queue import get_queue
from bot.checkins.rules import Channel, Mood, Result
from bot.checkins.schemas import CheckinForm, Queue
from bot.checkins.usecases.recording import record_checkin
from bot.checkins.views import form as views
from bot.checkins.views.queue import candidates, queue
from bot.core.errors import InvalidInput
from bot.core.feature import Feature, collect_extras
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.message_refs import permalink
from bot.slack.payloads import Form, actions_in, message_in, page_in, uuid_in

Choice = TypeVar("Choice", bound=StrEnum)

QUOTE = 3000


async def command(caller: Caller) -> None:
    """Answer `/checkin` with the queue, `/checkin acme` with the modal for Acme."""
    if not caller.text:
        await caller.respond(queue(await _get_queue(caller, 0)))
        return
    found = await caller.read(find_form, words=caller.text, features=caller.features)
    if isinstance(found, CheckinForm):
        await caller.open(_draw(caller, found, CheckinModalState(origin=_private(caller, "none"))))
    else:
        await caller.respond(candidates(found))


async def turn(caller: Caller) -> None:
    """Show another page of the queue in the place of this one."""
    await caller.replace(queue(await _get_queue(caller, page_in(caller.value))))


async def see_all(caller: Caller) -> None:
    """Show the whole queue below a reminder."""
    await caller.respond(queue(await _get_queue(caller, 0)))


async def log(caller: Caller) -> None:
    """Open the modal for the customer of a row, or for the subject of another feature's button."""
    subject = subject_in(caller.value)
    state = CheckinModalState(origin=origin_of(caller.body), link=subject.link[:LINK])
    words = subject.words if subject.kind != "customer" else ""
    await _open(caller, state, customer_id=subject.customer_id, quote=words)


async def start(caller: Caller) -> None:
    """Open the modal with the customer still to choose."""
    await _open(caller, CheckinModalState(origin=origin_of(caller.body)))


async def start_anywhere(caller: Caller) -> None:
    """Open the modal from the shortcut *Record a check-in*."""
    await _open(caller, CheckinModalState(origin=Origin(kind="window")))


async def log_message(caller: Caller) -> None:
    """Open the modal from *Log as check-in* on a message, with its text as the customer's words and its link."""
    where, said = message_in(caller.body)
    await _open(caller, CheckinModalState(origin=_private(caller, "window"), **where), quote=said[:QUOTE])


async def change(caller: Caller) -> None:
    """Redraw the modal when customer, result or day change."""
    view, form, wanted = caller.view, caller.form, views.opened(caller.view)
    if any(str(action.get("block_id")) == views.WANT for action in actions_in(caller.body)):
        wanted.add(caller.value)
    schema = await caller.read(
        get_form,
        customer_id=uuid_in(form.choice(views.CUSTOMER) or ""),
        features=caller.features,
        result=_known(Result, form.choice(views.RESULT)) or Result.TALKED,
        happened_on=form.day(views.WHEN),
    )
    schema = schema.model_copy(update={"quote": form.text(views.QUOTE)})
    extras = extra_fields(caller.features, schema, wanted)
    fresh = {**views.form(schema, state=view["private_metadata"], extras=extras), "callback_id": view["callback_id"]}
    try:
        await caller.client.views_update(view_id=view["id"], hash=view["hash"], view=fresh)
    except SlackApiError as error:
        if error.response.data["error"] not in {"hash_conflict", "not_found"}:
            raise  # a newer change is on its way, or the modal is closed


async def save(caller: Caller) -> None:
    """Record the check-in that the submitted modal describes."""
    state = CheckinModalState.load(caller.view)
    entered = read_form(caller.form)
    link = state.link or await permalink(caller.client, state.channel, state.ts, state.domain)
    extras = read_extras(caller.features, caller.view)
    schema = await caller.run(record_checkin, view_id=caller.view["id"], link=link, extras=extras, **entered)
    await show_result(caller, state.origin, schema)


def read_form(form: Form) -> dict[str, Any]:
    """
    Return what was entered, as keyword arguments of the use case.

    Raises:
        InvalidInput: there is no customer or no result; `fields` names it.
    """
    customer_id = uuid_in(form.choice(views.CUSTOMER) or "")
    if customer_id is None:
        raise InvalidInput(fields={"customer": "Choose the customer; type part of the name."})
    return {
        "customer_id": customer_id,
        "result": _required(Result, form.choice(views.RESULT), views.RESULT, "Choose what happened."),
        "channel": _required(Channel, form.choice(views.CHANNEL), views.CHANNEL, "Choose how."),
        "mood": _known(Mood, form.choice(views.MOOD)),
        "note": form.text(views.NOTE),
        "happened_on": form.day(views.WHEN),
        "next_step": form.text(views.NEXT),
        "quote": form.text(views.QUOTE),
    }


async def _get_queue(caller: Caller, page: int) -> Queue:
    return await caller.read(get_queue, inline=True, features=caller.features, page=page)


async def _open(caller: Caller, state: CheckinModalState, *, customer_id: UUID | None = None, quote: str = "") -> None:
    schema = await caller.read(get_form, customer_id=customer_id, features=caller.features)
    await caller.open(_draw(caller, schema.model_copy(update={"quote": quote}), state))


def _private(caller: Caller, otherwise: Any) -> Origin:
    """Return the origin of what is answered to this person alone, or of the kind *otherwise* without an address."""
    return Origin(kind="private", url=caller.url) if caller.url else Origin(kind=otherwise)


def _draw(caller: Caller, schema: CheckinForm, state: CheckinModalState) -> Block:
    return views.form(schema, state=state.dump(), extras=extra_fields(caller.features, schema, frozenset()))


def extra_fields(features: tuple[Feature, ...], schema: CheckinForm, wanted: Container[str]) -> list[views.ExtraFields]:
    """Return other features' fields for this customer; those behind a button are open once they are *wanted*."""
    return [
        views.ExtraFields(
            extra.key, extra.label, extra.blocks(schema.abouts.get(extra.key)), not extra.label or extra.key in wanted
        )
        for extra in collect_extras(features)
        if extra.about is None or extra.key in schema.abouts
    ]


def read_extras(features: tuple[Feature, ...], view: Mapping[str, Any]) -> list[Callable[..., object]]:
    """Return the use cases of the features whose fields were filled in."""
    read = [(extra, extra.read(view.get("state") or {})) for extra in collect_extras(features)]
    return [partial(extra.use_case, **given) for extra, given in read if given]


def _known(kind: type[Choice], value: str | None) -> Choice | None:
    return next((choice for choice in kind if choice.value == value), None)


def _required(kind: type[Choice], value: str | None, block_id: str, sentence: str) -> Choice:
    found = _known(kind, value)
    if found is None:
        raise InvalidInput(fields={block_id: sentence})
    return found
