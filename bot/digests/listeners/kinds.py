"""Listeners for the forms of further digests, and for posting a test of any digest."""

from typing import Any

from bot.core.errors import InvalidInput
from bot.digests import usecases
from bot.digests.gateways import join_channel, look_at_channel
from bot.digests.listeners.reading import read_digest_wish
from bot.digests.queries.setup import get_kind, get_setup
from bot.digests.rules import DigestKind
from bot.digests.schemas import ChannelSchema, DigestSchema, DigestWish
from bot.digests.views.setup import arranged, arrangement, remembered, setup, test_told
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.replies import WHAT_IS_LEFT_SECONDS, modal_replies

TITLE = "Digest"


async def open_kind(caller: Caller) -> None:
    """Open the form of one further digest, over the setup or by itself."""
    await caller.open(arrangement(await caller.read(get_kind, kind=caller.value, features=caller.features)))


async def save(caller: Caller) -> None:
    """Check the form while Slack waits for it, then save it in its place, and redraw the setup below it."""
    wish, channel = await _checked(caller)
    await caller.show_in_time(_arrange(caller, wish, channel), title=TITLE, patience=WHAT_IS_LEFT_SECONDS)
    if below := caller.view.get("previous_view_id"):
        async with modal_replies(caller.client, caller.view["id"]):
            await caller.update(setup(await caller.read(get_setup, features=caller.features)), below)


async def post_test(caller: Caller) -> None:
    """
    Enqueue a test to the digest's channel, and say so in a modal.

    Raises:
        InvalidInput: the bot is no longer in the channel, or the channel is shared with outsiders now.
    """
    kind = caller.value or DigestKind.NEGLECTED.value
    found = await _digest(caller, kind)
    if found is not None:
        channel = await look_at_channel(caller.client, found.channel_id)
        if channel.problem:
            raise InvalidInput(channel.problem)
    await caller.open(test_told(await caller.run(usecases.post_test, features=caller.features, kind=kind)))


async def _digest(caller: Caller, kind: str) -> DigestSchema | None:
    if kind == DigestKind.NEGLECTED:
        return (await caller.read(get_setup)).digest
    return (await caller.read(get_kind, kind=kind, features=caller.features)).digest


async def _checked(caller: Caller) -> tuple[DigestWish, ChannelSchema]:
    """Return what the form asks for, and its channel as Slack knows it, joined where the bot has to join it."""
    wish, about = read_digest_wish(caller.view), _about(caller)
    channel = await look_at_channel(caller.client, wish.channel_id or "")
    await caller.check(usecases.check_arrangement, **about, wish=wish, channel=channel if wish.channel_id else None)
    if channel.may_join:
        channel = await join_channel(caller.client, channel)
        await caller.check(usecases.check_arrangement, **about, wish=wish, channel=channel)
    return wish, channel


async def _arrange(caller: Caller, wish: DigestWish, channel: ChannelSchema) -> Block:
    schema = await caller.run(usecases.arrange_digest, **_about(caller), wish=wish, channel=channel)
    return arranged(schema, caller.runtime.clock.now())


def _about(caller: Caller) -> dict[str, Any]:
    return {"kind": remembered(caller.view)[0], "features": caller.features}
