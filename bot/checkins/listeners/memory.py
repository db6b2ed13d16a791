"""Where somebody pressed, kept in the modal that it opened, so that the place can change once the modal is saved."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from bot.core.errors import NotFound
from bot.core.schemas import Schema, Subject
from bot.slack.places import ADDRESS
from bot.slack.presses import block_in, page_in, uuid_in
from bot.slack.windows import Remembered

OUT_OF_DATE = "That button is out of date; /checkin shows your queue as it is now."
LINK = 500


class Origin(Schema):
    """
    The place of a press: a page of the queue, a reminder, another message, an answer only one person sees, a window
    (Home or modal), or none.
    """

    kind: Literal["queue", "reminder", "message", "private", "window", "none"] = "none"
    page: int = 0
    reminder_id: UUID | None = None
    channel: str = ""
    ts: str = ""
    url: str = ""


class Memory(Remembered):
    """What a modal has to remember until it is saved."""

    origin: Origin = Origin()
    customer_id: UUID | None = None
    link: str = ""
    channel: str = ""
    ts: str = ""
    domain: str = ""


def origin_of(body: Mapping[str, Any]) -> Origin:
    """Where a button or menu was used, by its block's id and what holds it."""
    container = body.get("container") or {}
    url = str(body.get("response_url") or "")[:ADDRESS]
    if body.get("view") or container.get("type") == "view":
        return Origin(kind="window")
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    place, rest = block_in(body)
    where = rest.partition(":")[0]
    if place == "checkins.queue" and where.isdecimal():
        return Origin(kind="queue", page=page_in(where), url=url)
    if place == "checkins.reminder" and (reminder_id := uuid_in(where)):
        return Origin(kind="reminder", reminder_id=reminder_id, channel=channel, ts=ts, url=url)
    if container.get("is_ephemeral") or not channel:
        return Origin(kind="private", url=url) if url else Origin()
    return Origin(kind="message", channel=channel, ts=ts, url=url)


def id_in(value: str) -> UUID:
    """
    The id that a button carries.

    Raises:
        NotFound: it carries none.
    """
    found = uuid_in(value)
    if found is None:
        raise NotFound(OUT_OF_DATE)
    return found


def subject_in(value: str) -> Subject:
    """
    What a button is about: a customer's id, or the subject that another feature's offer carries.

    Raises:
        NotFound: neither.
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
