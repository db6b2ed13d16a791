"""Listeners for `/evenhand` and the form of the setup."""

from collections.abc import Iterable

from bot.digests import usecases
from bot.digests.gateways import join_channel, look_at_channel
from bot.digests.listeners import kinds
from bot.digests.listeners.reading import read_setup_wish
from bot.digests.queries.setup import get_health, get_setup
from bot.digests.rules import DigestKind, find_zones
from bot.digests.schemas import ChannelSchema, SetupWish
from bot.digests.views.help import health_message, help_message
from bot.digests.views.setup import saved, setup, zone_options
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.replies import WHAT_IS_LEFT_SECONDS

TITLE = "Setup"


async def evenhand(caller: Caller) -> None:
    """Answer `/evenhand [setup | health | help]`."""
    word = caller.text.lower()
    if word in {"setup", "settings"}:
        await caller.open(setup(await caller.read(get_setup, features=caller.features)))
    elif word in {"health", "doctor", "status"}:
        await caller.respond(health_message(await caller.read(get_health, features=caller.features)))
    else:
        await caller.respond(help_message("" if word in {"", "help"} else word))


async def open_setup(caller: Caller) -> None:
    """Open the setup from a digest, Home or the help; from under a further digest, that one's form."""
    if caller.value in {"", DigestKind.NEGLECTED}:
        await caller.open(setup(await caller.read(get_setup, features=caller.features)))
    else:
        await kinds.open_kind(caller)


async def save(caller: Caller) -> None:
    """Check the form while Slack waits for it, then save it in its place."""
    wish, channel = await _checked(caller)
    await caller.show_in_time(_save(caller, wish, channel), title=TITLE, patience=WHAT_IS_LEFT_SECONDS)


async def zones(caller: Caller) -> Iterable[Block]:
    """Return the time zones whose names hold what was typed."""
    return zone_options(find_zones(caller.typed))


async def _save(caller: Caller, wish: SetupWish, channel: ChannelSchema | None) -> Block:
    schema = await caller.run(usecases.save_setup, wish=wish, channel=channel)
    return saved(schema, caller.runtime.clock.now())


async def _checked(caller: Caller) -> tuple[SetupWish, ChannelSchema | None]:
    """Return what the form asks for, and its channel as Slack knows it, joined where the bot has to join it."""
    wish = read_setup_wish(caller.view)
    channel = await look_at_channel(caller.client, wish.channel_id) if wish.channel_id else None
    await caller.check(usecases.check_setup, wish=wish, channel=channel)
    if channel is not None and channel.may_join:
        channel = await join_channel(caller.client, channel)
        await caller.check(usecases.check_setup, wish=wish, channel=channel)
    return wish, channel
