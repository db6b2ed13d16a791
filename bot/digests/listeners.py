"""Listeners of digests: `/neglected` and its lists, `/evenhand`, the forms of the setup and of further digests."""

from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.feature import collect_subcommands
from bot.core.runtime import Runtime
from bot.customers.listeners.editing import show_person
from bot.digests import usecases, views
from bot.digests.queries.audit import get_audit
from bot.digests.queries.lists import find_list_key, get_digest_message, get_list
from bot.digests.queries.setup import get_health, get_kind, get_setup
from bot.digests.rules import DEFAULT_HOUR, NUMBERS, DigestKind, Whose, find_zones
from bot.digests.schemas import CustomerTakenOver, DigestInput, SetupInput, SetupSchema
from bot.digests.views import audit, messages, setup
from bot.slack.blocks import Block, Message
from bot.slack.callers import WHAT_IS_LEFT_SECONDS, Caller
from bot.slack.message_refs import update_message
from bot.slack.payloads import Form, uuid_in
from bot.workspaces.gateways import look_at_channel
from bot.workspaces.listeners import choose_channel, listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for each command, control and form of this feature."""
    on = listen(app, runtime)
    on.command("/neglected", neglected)
    on.action(views.POOL, open_pool)
    for control in (views.BACK, views.NEXT, views.MINE, views.TEAM):
        on.action(control, show_page)
    on.action(views.TAKE, take)
    on.action(views.UNDO, undo)
    on.command("/evenhand", evenhand)
    on.action(views.SETUP, open_setup, title=setup.TITLE)
    on.view(views.SETUP, save_setup, first_field=setup.block_of("cadence"), prefix=setup.block_of(""))
    on.action(views.EDIT, open_kind, title=setup.DIGEST_TITLE)
    on.view(views.EDIT, save_kind, first_field=setup.block_of("channel"), prefix=setup.block_of(""))
    on.action(views.TEST, post_test, title="Test")
    on.options(views.ZONES, zones)
    for control in (views.AUDIT_BACK, views.AUDIT_NEXT):
        on.action(control, turn_audit)


async def neglected(caller: Caller) -> None:
    """Answer `/neglected [mine | team | pool | @person]`."""
    whose = await caller.read(find_list_key, words=caller.text)
    await caller.respond(await _list(caller, whose, 0))


async def open_pool(caller: Caller) -> None:
    """Show the customers without an owner, in place of a list or below a message in a channel."""
    message = await _list(caller, Whose.POOL, 0)
    if (caller.body.get("container") or {}).get("is_ephemeral"):
        await caller.replace(message)
    else:
        await caller.respond(message)


async def show_page(caller: Caller) -> None:
    """Replace a list by another page or list."""
    await caller.replace(await _list(caller, *messages.read_page(caller.value)))


async def take(caller: Caller) -> None:
    """Make the person the owner of a customer, redraw the list or digest that was pressed, and offer to undo it."""
    customer_id, seen_owner, page = _read_take(caller.value)
    try:
        schema = await caller.run(usecases.take_customer, customer_id=customer_id, seen_owner=seen_owner)
    except AlreadyDone:
        if not page:
            await _redraw_digest(caller)
        raise
    if page:
        await caller.replace(await _list(caller, *page, taken=schema))
    else:
        await _redraw_digest(caller)
        await caller.respond(messages.taken(schema))


async def undo(caller: Caller) -> None:
    """Undo that a customer was taken, in a digest or in the answer to who took it."""
    action_id = uuid_in(caller.value)
    if action_id is None:
        raise NotFound("There is nothing to undo here any more.")
    schema = await caller.run(usecases.give_back, customer_action_id=action_id)
    if (caller.body.get("container") or {}).get("is_ephemeral"):
        await caller.replace(messages.given_back(schema, caller.person))
    else:
        await _redraw_digest(caller)
        await caller.respond(messages.given_back(schema, caller.person))


async def evenhand(caller: Caller) -> None:
    """Answer `/evenhand [setup | health | person @ana | help]`, and the words that features answer."""
    word, (verb, _, rest) = caller.text.lower(), caller.text.partition(" ")
    others = collect_subcommands(caller.features)
    if verb.lower() in others:
        await others[verb.lower()].answer(caller, rest.strip().lower())
    elif word in {"setup", "settings"}:
        await caller.open(await _setup_form(caller))
    elif verb.lower() == "person":
        await show_person(caller, rest.strip())
    elif word in {"health", "doctor", "status"}:
        await caller.respond(setup.health_message(await caller.read(get_health, features=caller.features)))
    else:
        told = {word: one.about for word, one in others.items()}
        await caller.respond(setup.help_message("" if word in {"", "help"} else word, others=told))


async def show_audit(caller: Caller, words: str) -> None:
    """
    Answer `/evenhand audit [refused]`.

    Raises:
        InvalidInput: *words* are something else.
    """
    if words not in {"", "refused"}:
        raise InvalidInput("Say which entries: /evenhand audit for all, /evenhand audit refused for what was refused.")
    await caller.respond(audit.page(await caller.read(get_audit, refused=bool(words))))


async def turn_audit(caller: Caller) -> None:
    """Replace a page of the audit trail by another."""
    refused, page = audit.read_page(caller.value)
    await caller.replace(audit.page(await caller.read(get_audit, refused=refused, page=page)))


async def open_setup(caller: Caller) -> None:
    """Open the setup; from a digest of another kind than neglected customers, that digest's form."""
    if caller.value in {"", DigestKind.NEGLECTED}:
        await caller.open(await _setup_form(caller))
    else:
        await open_kind(caller)


async def open_kind(caller: Caller) -> None:
    """Open the form of a digest beside the neglected one."""
    await caller.open(setup.digest_form(await caller.read(get_kind, kind=caller.value, features=caller.features)))


async def save_setup(caller: Caller) -> None:
    """Validate the setup while Slack waits, then save it and show the result in place of the form."""
    settings = read_setup(caller.view)
    channel = await choose_channel(caller, settings.channel_id, usecases.check_setup, settings=settings)
    work = _save(caller, usecases.save_setup, setup.TITLE, settings=settings, channel=channel)
    await caller.show_in_time(work, title=setup.TITLE, patience=WHAT_IS_LEFT_SECONDS)


async def save_kind(caller: Caller) -> None:
    """Validate a digest's form while Slack waits, save it, show the result, and redraw the setup below it."""
    kind, _ = setup.load_state(caller.view)
    settings = read_digest(caller.view)
    inputs = {"kind": kind, "features": caller.features, "settings": settings}
    channel = await choose_channel(caller, settings.channel_id, usecases.check_digest, **inputs)
    work = _save(caller, usecases.save_digest, setup.DIGEST_TITLE, channel=channel, **inputs)
    await caller.show_in_time(work, title=setup.DIGEST_TITLE, patience=WHAT_IS_LEFT_SECONDS)
    if below := caller.view.get("previous_view_id"):
        await caller.update_from(_setup_form(caller), below)


async def post_test(caller: Caller) -> None:
    """
    Enqueue a test to the digest's channel, and confirm it in a modal.

    Raises:
        InvalidInput: the bot is no longer in the channel, or the channel is shared with outsiders now.
    """
    kind = caller.value or DigestKind.NEGLECTED.value
    if kind == DigestKind.NEGLECTED:
        digest = (await caller.read(get_setup)).digest
    else:
        digest = (await caller.read(get_kind, kind=kind, features=caller.features)).digest
    if digest is not None:
        channel = await look_at_channel(caller.client, digest.channel_id)
        if channel.problem:
            raise InvalidInput(channel.problem)
    await caller.open(setup.test_posted(await caller.run(usecases.post_test, features=caller.features, kind=kind)))


async def zones(caller: Caller) -> Iterable[Block]:
    """Return the time zones whose names contain what was typed."""
    return setup.zone_options(find_zones(caller.typed))


def read_digest(view: Mapping[str, Any]) -> DigestInput:
    """Return the input of a digest's form."""
    form, (_, is_first) = Form.of(view), setup.load_state(view)
    return DigestInput(
        channel_id=form.channel(setup.block_of("channel")),
        days="".join(form.choices(setup.block_of("days"))),
        hour=_hour(form.choice(setup.block_of("hour"))),
        zone=form.choice(setup.block_of("zone")) or "",
        silent_when_clear=form.choice(setup.block_of("clear")) == setup.SILENT,
        names_owners=form.choice(setup.block_of("names")) == setup.NAMED,
        is_first=is_first,
    )


def read_setup(view: Mapping[str, Any]) -> SetupInput:
    """
    Return the input of the setup form.

    Raises:
        InvalidInput: a field is not a number, or not a whole one; `fields` names it.
    """
    form = Form.of(view)
    shows_managers = any(block.get("block_id") == setup.block_of("managers") for block in view.get("blocks") or ())
    numbers: dict[str, Any] = {}
    wrong = {}
    for name in NUMBERS:
        number = _number(form.text(setup.block_of(name)))
        if number is None:
            wrong[name] = "Give a number."
        elif name != "factor" and number % 1:
            wrong[name] = "Give a whole number."
        else:
            numbers[name] = number if name == "factor" else int(number)
    if wrong:
        raise InvalidInput(fields=wrong)
    managers = form.people(setup.block_of("managers")) if shows_managers else None
    levels = {setup.EVEN: True, setup.LEAVE: False}.get(form.choice(setup.block_of("levels")) or "")
    return SetupInput(managers=managers, levels_load=levels, **numbers, **read_digest(view).model_dump())


async def _list(caller: Caller, whose: str, page: int, taken: CustomerTakenOver | None = None) -> Message:
    schema = await caller.read(get_list, whose=whose, page=page, features=caller.features, taken=taken)
    return messages.neglected_list(schema)


async def _setup_form(caller: Caller) -> Block:
    return setup.setup_form(await caller.read(get_setup, features=caller.features))


async def _save(caller: Caller, use_case: Callable[..., Any], title: str, **inputs: Any) -> Block:
    schema = await caller.run(use_case, **inputs)
    is_rescheduling = isinstance(schema, SetupSchema) and schema.is_rescheduling
    return setup.saved(schema.digest, caller.runtime.clock.now(), title=title, is_rescheduling=is_rescheduling)


async def _redraw_digest(caller: Caller) -> None:
    """Redraw a digest from the database; one that is no longer stored there stays as it is."""
    container = caller.body.get("container") or {}
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    async with caller.locks.at(channel, ts):
        schema = await caller.runtime.read(get_digest_message, workspace=caller.workspace, channel=channel, ts=ts)
        if schema is not None:
            await update_message(caller.client, channel, ts, messages.digest(schema))


def _read_take(value: str) -> tuple[UUID, str | None, tuple[str, int] | None]:
    """Return the customer, its owner when it was drawn, and the list and page if it stood in one."""
    parts = [*value.split(" "), "-", "-", "0"]
    try:
        customer_id = UUID(parts[0])
    except ValueError as error:
        raise NotFound("That customer isn't here any more; look it up with /customers.") from error
    owner = None if parts[1] == "-" else parts[1]
    return customer_id, owner, None if parts[2] == "-" else messages.read_page(f"{parts[2]} {parts[3]}")


def _number(text: str) -> float | None:
    """Return *text* as a number from 0 to below 10,000; None when it isn't one."""
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
