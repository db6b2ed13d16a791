"""Listeners for the lists of who waits, and for taking a customer from them or from the digest."""

from uuid import UUID

from bot.core.errors import AlreadyDone, NotFound
from bot.customers.schemas import CustomerSchema
from bot.digests import usecases
from bot.digests.queries import lists as queries
from bot.digests.rules import Whose
from bot.digests.views.digest import digest, redrawn
from bot.digests.views.lists import place_in, waiting_list
from bot.slack.blocks import Message
from bot.slack.callers import Caller
from bot.slack.message_refs import update_message


async def neglected(caller: Caller) -> None:
    """Answer `/neglected [mine | team | @person]`."""
    whose = await caller.read(queries.find_list_key, words=caller.text)
    await caller.respond(await _list(caller, whose, 0))


async def open_pool(caller: Caller) -> None:
    """Show the customers without an owner, in the place of a list or below a message that all see."""
    message = await _list(caller, Whose.POOL, 0)
    if (caller.body.get("container") or {}).get("is_ephemeral"):
        await caller.replace(message)
    else:
        await caller.respond(message)


async def turn(caller: Caller) -> None:
    """Show another page or another list in the place of this one."""
    await caller.replace(await _list(caller, *place_in(caller.value)))


async def take(caller: Caller) -> None:
    """Make the person the owner of a customer; the row that they pressed changes."""
    customer_id, seen_owner, place = _taken(caller.value)
    try:
        schema = await caller.run(usecases.take_customer, customer_id=customer_id, seen_owner=seen_owner)
    except AlreadyDone:
        if not place:
            await _redraw(caller, None)
        raise
    if place:
        await caller.replace(await _list(caller, *place, said=f"{schema.name} is yours now."))
    else:
        await _redraw(caller, schema)


async def _list(caller: Caller, whose: str, page: int, said: str = "") -> Message:
    return waiting_list(
        await caller.read(queries.get_list, whose=whose, page=page, features=caller.features, said=said)
    )


async def _redraw(caller: Caller, taken: CustomerSchema | None) -> None:
    """Redraw a digest from the database; one that isn't known there any more, from its own blocks."""
    container = caller.body.get("container") or {}
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    async with caller.locks.at(channel, ts):
        schema = await caller.runtime.read(
            queries.get_digest_message, workspace=caller.workspace, channel=channel, ts=ts
        )
        before = caller.body.get("message") or {}
        if schema is not None:
            await update_message(caller.client, channel, ts, digest(schema))
        elif taken is not None and before.get("blocks"):
            blocks = redrawn(before["blocks"], taken.id, taken.owner_name or "Somebody", taken.name)
            await update_message(caller.client, channel, ts, Message(text=str(before.get("text") or ""), blocks=blocks))


def _taken(value: str) -> tuple[UUID, str | None, tuple[str, int] | None]:
    """Return the customer, its owner when it was drawn, and the list and page if it stood in one."""
    parts = [*value.split(" "), "-", "-", "0"]
    try:
        customer_id = UUID(parts[0])
    except ValueError as error:
        raise NotFound("That customer isn't here any more; look it up with /customers.") from error
    owner = None if parts[1] == "-" else parts[1]
    return customer_id, owner, None if parts[2] == "-" else place_in(f"{parts[2]} {parts[3]}")
