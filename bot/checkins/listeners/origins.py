"""Where a control was used: kept in the modal that it opened, and redrawn or answered once something was done."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from bot.checkins.queries.queue import get_queue
from bot.checkins.queries.reminders import get_reminder
from bot.checkins.schemas import ActionDone
from bot.checkins.views import DONE, REMINDER, aside, done, done_form, stays
from bot.checkins.views.queue import queue
from bot.checkins.views.reminder import reminder
from bot.core.errors import NotFound
from bot.core.schemas import Schema, Subject
from bot.slack.blocks import Message
from bot.slack.callers import Caller
from bot.slack.message_refs import ADDRESS, update_message
from bot.slack.modals import ModalState
from bot.slack.payloads import block_in, page_in, uuid_in, value_in

OUT_OF_DATE = "That button is out of date; /checkin shows your queue as it is now."
LINK = 500


class Origin(Schema):
    """
    What a control stands in: a page of the queue, a reminder, a message that says what was done, another message, an
    answer that one person sees, a window (Home or modal), or none.
    """

    kind: Literal["queue", "reminder", "done", "message", "private", "window", "none"] = "none"
    page: int = 0
    reminder_id: UUID | None = None
    channel: str = ""
    ts: str = ""
    url: str = ""


class CheckinModalState(ModalState):
    """What a modal keeps until it is submitted."""

    origin: Origin = Origin()
    customer_id: UUID | None = None
    action_id: UUID | None = None
    link: str = ""
    channel: str = ""
    ts: str = ""
    domain: str = ""


def origin_of(body: Mapping[str, Any]) -> Origin:
    """Return where a button or menu was used, by the id of its block and by its container."""
    container = body.get("container") or {}
    url = str(body.get("response_url") or "")[:ADDRESS]
    if body.get("view") or container.get("type") == "view":
        return Origin(kind="window")
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    place, rest = block_in(body)
    where = rest.partition(":")[0]
    if place == "checkins.queue" and where.isdecimal():
        return Origin(kind="queue", page=page_in(where), url=url)
    if place == REMINDER and (reminder_id := uuid_in(where)):
        return Origin(kind="reminder", reminder_id=reminder_id, channel=channel, ts=ts, url=url)
    if container.get("is_ephemeral") or not channel:
        return Origin(kind="private", url=url) if url else Origin()
    kind: Literal["done", "message"] = "done" if place == DONE and where == value_in(body) else "message"
    return Origin(kind=kind, channel=channel, ts=ts, url=url)


def id_in(value: str) -> UUID:
    """
    Return the id in a button's value.

    Raises:
        NotFound: there is none.
    """
    found = uuid_in(value)
    if found is None:
        raise NotFound(OUT_OF_DATE)
    return found


def subject_in(value: str) -> Subject:
    """
    Return what a button is about: a customer by id, or the subject that another feature's offer carries.

    Raises:
        NotFound: the value is neither.
    """
    if customer_id := uuid_in(value):
        return Subject(kind="customer", id=value, customer_id=customer_id)
    try:
        subject = Subject.model_validate_json(value)
    except ValidationError as error:
        raise NotFound(OUT_OF_DATE) from error
    if subject.kind == "customer" and subject.customer_id is None:
        return subject.model_copy(update={"customer_id": id_in(subject.id)})
    return subject


async def show_result(caller: Caller, origin: Origin, schema: ActionDone) -> None:
    """Show what a submitted modal did: in its place, or where the modal was opened from."""
    if origin.kind in {"window", "none"}:
        await caller.show(done_form(schema, state=CheckinModalState().dump()))
    else:
        await caller.ack()
        await tell(caller, origin, schema)


async def tell(caller: Caller, origin: Origin, schema: ActionDone) -> None:
    """Show what was done at *origin*: redraw its message, answer below it, or open a modal."""
    if origin.kind == "queue":
        page = await caller.read(get_queue, inline=True, features=caller.features, page=origin.page)
        await caller.answer_at(origin.url, queue(page, done=schema), replaces=True, instead=done(schema))
    elif origin.kind == "reminder":
        await redraw_reminder(caller, origin)
        await _tell_beside(caller, origin, schema)
    elif origin.kind == "done":
        await update_message(caller.client, origin.channel, origin.ts, done(schema))
    elif origin.kind == "message":
        message = done(schema)
        await caller.client.chat_postEphemeral(
            channel=origin.channel, user=caller.person, text=message.text, blocks=list(message.blocks)
        )
    elif origin.kind == "private":
        await caller.answer_at(origin.url, done(schema), replaces=schema.undone)
    elif caller.view.get("callback_id") == DONE:
        await caller.update(done_form(schema, state=CheckinModalState().dump()))
    else:
        await caller.open(done_form(schema, state=CheckinModalState().dump()))


async def redraw_reminder(caller: Caller, origin: Origin) -> None:
    """Draw a reminder as it stands now."""
    if origin.reminder_id:
        async with caller.locks.at(origin.channel, origin.ts):
            message = await draw_reminder(caller, origin.reminder_id)
            await update_message(caller.client, origin.channel, origin.ts, message)


async def draw_reminder(caller: Caller, reminder_id: UUID) -> Message:
    """Return a reminder as it stands now."""
    return reminder(await caller.read(get_reminder, reminder_id=reminder_id, features=caller.features))


async def _tell_beside(caller: Caller, origin: Origin, schema: ActionDone) -> None:
    """Tell below the message what an undo left as it is, or about the family; the row has no place for it."""
    if schema.stays:
        await caller.answer_at(origin.url, stays(schema))
    elif schema.aside:
        await caller.answer_at(origin.url, aside(schema))
