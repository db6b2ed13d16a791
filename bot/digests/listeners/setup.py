"""Listeners for `/evenhand`, the forms of the setup and of further digests, and for posting a test of any digest."""

from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any

from bot.core.errors import InvalidInput
from bot.customers.listeners.editing import show_person
from bot.digests import usecases
from bot.digests.gateways import join_channel, look_at_channel
from bot.digests.queries.setup import get_health, get_kind, get_setup
from bot.digests.rules import DEFAULT_HOUR, DigestKind, find_zones
from bot.digests.schemas import ChannelSchema, DigestSchema, DigestWish, SetupWish
from bot.digests.views import setup as views
from bot.digests.views.help import health_message, help_message
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.forms import Form
from bot.slack.replies import WHAT_IS_LEFT_SECONDS, modal_replies

TITLE, KIND_TITLE = "Setup", "Digest"


async def evenhand(caller: Caller) -> None:
    """Answer `/evenhand [setup | health | person @ana | help]`."""
    word, (verb, _, rest) = caller.text.lower(), caller.text.partition(" ")
    if word in {"setup", "settings"}:
        await caller.open(views.setup(await caller.read(get_setup, features=caller.features)))
    elif verb.lower() == "person":
        await show_person(caller, rest.strip())
    elif word in {"health", "doctor", "status"}:
        await caller.respond(health_message(await caller.read(get_health, features=caller.features)))
    else:
        await caller.respond(help_message("" if word in {"", "help"} else word))


async def open_setup(caller: Caller) -> None:
    """Open the setup from a digest, Home or the help; from under a further digest, that one's form."""
    if caller.value in {"", DigestKind.NEGLECTED}:
        await caller.open(views.setup(await caller.read(get_setup, features=caller.features)))
    else:
        await open_kind(caller)


async def save(caller: Caller) -> None:
    """Check the form while Slack waits for it, then save it in its place."""
    wish = read_setup_wish(caller.view)
    channel = await _checked_channel(caller, usecases.check_setup, wish=wish)
    await caller.show_in_time(_save(caller, wish, channel), title=TITLE, patience=WHAT_IS_LEFT_SECONDS)


async def zones(caller: Caller) -> Iterable[Block]:
    """Return the time zones whose names hold what was typed."""
    return views.zone_options(find_zones(caller.typed))


async def _save(caller: Caller, wish: SetupWish, channel: ChannelSchema | None) -> Block:
    schema = await caller.run(usecases.save_setup, wish=wish, channel=channel)
    return views.saved(schema, caller.runtime.clock.now())


async def _checked_channel(caller: Caller, check: Callable[..., None], **about: Any) -> ChannelSchema | None:
    """
    Run *check*, and return the wish's channel as Slack knows it, joined where the bot has to join it.

    Raises:
        NotAllowed, NotFound, InvalidInput: what *check* raises, also about the channel.
    """
    channel_id = about["wish"].channel_id
    channel = await look_at_channel(caller.client, channel_id) if channel_id else None
    await caller.check(check, channel=channel, **about)
    if channel is not None and channel.may_join:
        channel = await join_channel(caller.client, channel)
        await caller.check(check, channel=channel, **about)
    return channel


async def open_kind(caller: Caller) -> None:
    """Open the form of one further digest, over the setup or by itself."""
    await caller.open(views.arrangement(await caller.read(get_kind, kind=caller.value, features=caller.features)))


async def save_kind(caller: Caller) -> None:
    """Check the form while Slack waits for it, then save it in its place, and redraw the setup below it."""
    kind, _ = views.remembered(caller.view)
    about = {"kind": kind, "features": caller.features, "wish": read_digest_wish(caller.view)}
    channel = await _checked_channel(caller, usecases.check_arrangement, **about)
    await caller.show_in_time(_arrange(caller, about, channel), title=KIND_TITLE, patience=WHAT_IS_LEFT_SECONDS)
    if below := caller.view.get("previous_view_id"):
        async with modal_replies(caller.client, caller.view["id"]):
            await caller.update(views.setup(await caller.read(get_setup, features=caller.features)), below)


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
    await caller.open(views.test_told(await caller.run(usecases.post_test, features=caller.features, kind=kind)))


async def _digest(caller: Caller, kind: str) -> DigestSchema | None:
    if kind == DigestKind.NEGLECTED:
        return (await caller.read(get_setup)).digest
    return (await caller.read(get_kind, kind=kind, features=caller.features)).digest


async def _arrange(caller: Caller, about: dict[str, Any], channel: ChannelSchema | None) -> Block:
    schema = await caller.run(usecases.arrange_digest, channel=channel, **about)
    return views.arranged(schema, caller.runtime.clock.now())


def read_digest_wish(view: Mapping[str, Any]) -> DigestWish:
    """Return where and when a form asks for a digest."""
    form, (_, is_first) = Form.of(view), views.remembered(view)
    return DigestWish(
        channel_id=form.channel(views.block_of("channel")),
        days="".join(form.choices(views.block_of("days"))),
        hour=_hour(form.choice(views.block_of("hour"))),
        zone=form.choice(views.block_of("zone")) or "",
        silent_when_clear=form.choice(views.block_of("clear")) == views.SILENT,
        is_first=is_first,
    )


def read_setup_wish(view: Mapping[str, Any]) -> SetupWish:
    """
    Return the setup that a form asks for.

    Raises:
        InvalidInput: what should be a number isn't; `fields` names it.
    """
    form = Form.of(view)
    shows_managers = any(block.get("block_id") == views.block_of("managers") for block in view.get("blocks") or ())
    numbers = {name: _number(form.text(views.block_of(name))) for name in ("cadence", "floor", "factor", "first_calls")}
    wrong = {name: "Give a number." for name, number in numbers.items() if number is None}
    whole = ("cadence", "floor", "first_calls")
    wrong |= {name: "Give a whole number." for name in whole if name not in wrong and numbers[name] % 1}  # type: ignore[operator]
    if wrong:
        raise InvalidInput(fields=wrong)
    return SetupWish(
        managers=form.people(views.block_of("managers")) if shows_managers else None,
        cadence=int(numbers["cadence"] or 0),
        floor=int(numbers["floor"] or 0),
        factor=numbers["factor"] or 0,
        first_calls=int(numbers["first_calls"] or 0),
        **read_digest_wish(view).model_dump(),
    )


def _number(text: str) -> float | None:
    """Return the number that *text* is, up to 9,999; None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 10_000 else None  # noqa: PLR2004 - also turns away nan and infinity


def _hour(text: str | None) -> time:
    try:
        return time.fromisoformat(text or "")
    except ValueError:
        return DEFAULT_HOUR
