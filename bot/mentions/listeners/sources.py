"""`/mentions sources`: the list; a new or changed source with its preview; pause, test, secret, removal."""

from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from bot.core.errors import InvalidInput, NotFound
from bot.core.schemas import Schema
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides, fetch
from bot.mentions.queries.sources import get_due, get_source_schema, get_sources
from bot.mentions.rules.mentions import split_words
from bot.mentions.rules.sources import Outcome, SourceKind, is_fetched, read_mapping
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import SourceChange, SourceSchema, SourceWish
from bot.mentions.usecases import sources as usecases
from bot.mentions.usecases.ingest import ingest_fetched, select_wanted
from bot.mentions.views import sources as views
from bot.slack import modals
from bot.slack.blocks import Block, Message
from bot.slack.callers import Caller
from bot.slack.payloads import Form, block_in, page_in, uuid_in
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.schemas import ChannelSchema

OUT_OF_DATE = "That button is out of date; /mentions sources shows what there is."
NO_ANSWER = "Its server gives no answer."
STATE = 3000  # characters of a modal's `private_metadata`
_Wish = TypeVar("_Wish", SourceWish, SourceChange)


async def get_page(caller: Caller, page: int) -> Message:
    """Return a page of the list."""
    return views.page(await caller.read(get_sources, page=page))


async def turn(caller: Caller) -> None:
    """Replace the message with another page."""
    await caller.replace(await get_page(caller, page_in(caller.value)))


async def add(caller: Caller) -> None:
    """Open the form for a new source, for managers."""
    await caller.read(get_sources, page=0)  # refuses who may not
    await caller.open(views.source_form(SourceWish(kind=SourceKind.FEED)))


async def change_kind(caller: Caller) -> None:
    """Redraw the form with the fields of the chosen kind."""
    form = views.source_form(wish_in(caller.form, is_half_filled=True))
    await caller.client.views_update(view_id=caller.view["id"], hash=caller.view["hash"], view=form)


async def preview(caller: Caller) -> None:
    """Check the form of a new source, then preview what it brings; a webhook is added at once."""
    wish = wish_in(caller.form)
    address = await caller.check(usecases.check_source, wish=wish, channel=await _channel_of(caller, wish))
    state = _dump(wish)
    if is_fetched(wish.kind):
        await caller.show_in_time(_preview(caller, wish, address, state), title="New source")
    else:
        await caller.show(views.keys(await _add(caller, wish), new=True))


async def save(caller: Caller) -> None:
    """Add the source that was previewed."""

    async def added() -> Block:
        return views.added((await _add(caller, _load(SourceWish, caller))).source)

    await caller.show_in_time(added(), title="New source")


async def save_anyway(caller: Caller) -> None:
    """Save what a form asks for although its preview failed."""
    if caller.view["callback_id"] == views.EDITED:
        source_id = _require_id(caller.view.get("private_metadata"))
        schema = await _get(caller, source_id)
        change = SourceChange(source_id=source_id, wish=wish_in(caller.form, kind=schema.kind))
        await caller.update(views.changed(await _edit(caller, change)))
    else:
        await caller.update(views.added((await _add(caller, wish_in(caller.form))).source))


async def preview_edit(caller: Caller) -> None:
    """Check the form of a change, then preview what the source brings; a webhook is changed at once."""
    source_id = _require_id(caller.view.get("private_metadata"))
    schema = await _get(caller, source_id)
    change = SourceChange(source_id=source_id, wish=wish_in(caller.form, kind=schema.kind))
    channel = await _channel_of(caller, change.wish)
    due = await caller.check(usecases.check_change, source_id=source_id, wish=change.wish, channel=channel)
    state = _dump(change)
    if is_fetched(schema.kind):
        await caller.show_in_time(_preview_change(caller, change, due.address, state), title=views.EDIT_TITLE)
    else:
        await caller.show(views.changed(await _edit(caller, change)))


async def save_edit(caller: Caller) -> None:
    """Store the change that was previewed."""

    async def changed() -> Block:
        return views.changed(await _edit(caller, _load(SourceChange, caller)))

    await caller.show_in_time(changed(), title=views.EDIT_TITLE)


async def choose(caller: Caller) -> None:
    """Do what the menu of a source says, or open its modal."""
    action, _, key = caller.value.partition(":")
    source_id = _require_id(key)
    if action in {views.PAUSE, views.RESUME}:
        use_case = usecases.pause_source if action == views.PAUSE else usecases.resume_source
        await caller.run(use_case, source_id=source_id)
        await caller.replace(await get_page(caller, page_in(block_in(caller.body)[1].partition(":")[0])))
    elif action in {views.EDIT, views.REMOVE}:
        form = views.edit_form if action == views.EDIT else views.remove_form
        await caller.open(form(await _get(caller, source_id)))
    elif action in {views.TEST, views.SECRET}:
        work = _test if action == views.TEST else _rotate_secret
        await caller.open_in_time(partial(work, caller, source_id), title="Source")
    else:
        raise NotFound(OUT_OF_DATE)


async def remove(caller: Caller) -> None:
    """Remove a source."""
    source_id = _require_id(caller.view.get("private_metadata"))
    schema = await caller.run(usecases.remove_source, source_id=source_id)
    await caller.show(views.tested("Source", f"{schema.name} was removed."))


async def _rotate_secret(caller: Caller, source_id: UUID) -> Block:
    return views.keys(await caller.run(usecases.rotate_secret, source_id=source_id), new=False)


async def _test(caller: Caller, source_id: UUID) -> Block:
    """Fetch a source now, and store what it brings."""
    schema = await _get(caller, source_id)
    due = await caller.runtime.read(get_due, workspace=caller.workspace, source_id=source_id)
    await _require_turn(caller, due.address)
    fetched = await fetch(due.kind, due.address, overrides=_overrides(caller))
    stored = await caller.runtime.run(ingest_fetched, workspace=caller.workspace, source_id=source_id, fetched=fetched)
    if not fetched.outcome.is_well:
        return views.tested(schema.name, fetched.problem or f"{NO_ANSWER} It is tried again later.")
    return views.tested(schema.name, f"It brought {len(fetched.items):,} items, {stored.new:,} of them new.")


async def _preview(caller: Caller, wish: SourceWish, address: str, state: str) -> Block:
    await _require_turn(caller, address)
    fetched, wanted = await _fetch(caller, wish, address)
    if not fetched.outcome.is_well:
        return views.source_form(wish, problem=fetched.problem or NO_ANSWER)
    return views.preview(fetched, wanted, state=state)


async def _preview_change(caller: Caller, change: SourceChange, address: str, state: str) -> Block:
    """Preview a change; while the server rests from the last request, the modal only says so."""
    try:
        await _require_turn(caller, address)
    except InvalidInput as rest:
        fetched, wanted = FetchResult(outcome=Outcome.ASKED_TO_WAIT, problem=str(rest)), list[FeedItem]()
    else:
        fetched, wanted = await _fetch(caller, change.wish, address)
    if not fetched.outcome.is_well:
        schema = await _get(caller, change.source_id)
        return views.edit_form(schema, change.wish, problem=fetched.problem or NO_ANSWER)
    return views.preview(fetched, wanted, state=state, title=views.EDIT_TITLE, callback_id=views.CHANGE)


async def _fetch(caller: Caller, wish: SourceWish, address: str) -> tuple[FetchResult, list[FeedItem]]:
    fetched = await fetch(wish.kind, address, overrides=_overrides(caller))
    return fetched, select_wanted(fetched.items, wish)


async def _require_turn(caller: Caller, address: str) -> None:
    until: datetime | None = await caller.runtime.run(usecases.may_ask, workspace=None, address=address)
    if until is not None:
        seconds = max(int((until - caller.runtime.clock.now()).total_seconds()), 1)
        raise InvalidInput(f"That server was asked a moment ago; try again in {seconds} s, so that it isn't overrun.")


def _overrides(caller: Caller) -> HostOverrides:
    host_overrides = caller.runtime.host_overrides
    return host_overrides if isinstance(host_overrides, HostOverrides) else NO_OVERRIDES


async def _get(caller: Caller, source_id: UUID) -> SourceSchema:
    schema: SourceSchema = await caller.read(get_source_schema, source_id=source_id)
    return schema


async def _add(caller: Caller, wish: SourceWish) -> Any:
    channel = await _channel_of(caller, wish)
    return await caller.run(usecases.add_source, wish=wish, channel=channel, view_id=caller.view["id"])


async def _edit(caller: Caller, change: SourceChange) -> Any:
    channel = await _channel_of(caller, change.wish)
    inputs = {"source_id": change.source_id, "wish": change.wish, "channel": channel}
    return await caller.run(usecases.edit_source, **inputs, view_id=caller.view["id"])


def _require_id(key: object) -> UUID:
    source_id = uuid_in(str(key or ""))
    if source_id is None:
        raise NotFound(OUT_OF_DATE)
    return source_id


def _dump(wish: Schema) -> str:
    """Return a wish or change as `private_metadata`; raises InvalidInput when it is too long."""
    state = wish.model_dump_json(exclude_defaults=True)
    if len(state) > STATE:
        raise InvalidInput(fields={"words": "Those are more words than fit; keep the important ones."})
    return state


def _load(kind: type[_Wish], caller: Caller) -> _Wish:
    try:
        return kind.model_validate_json(caller.view.get("private_metadata") or "{}")
    except ValidationError as error:
        raise InvalidInput(modals.OUT_OF_DATE) from error


async def _channel_of(caller: Caller, wish: SourceWish) -> ChannelSchema | None:
    """Return the wished channel as Slack knows it, joined if need be."""
    if not wish.channel_id:
        return None
    return await join_channel(caller.client, await look_at_channel(caller.client, wish.channel_id))


def wish_in(form: Form, *, kind: SourceKind | None = None, is_half_filled: bool = False) -> SourceWish:
    """
    Return the source that a form asks for; *kind* overrides the form's. A half-filled form may have a wrong mapping.

    Raises:
        InvalidInput: field `mapping`, when it can't be read.
    """
    kind = kind or next((one for one in SourceKind if one.value == form.choice(views.KIND)), SourceKind.FEED)
    words = {
        name: split_words(form.text(views.BLOCK_OF[name])) for name in ("words", "excluded_words", "excluded_authors")
    }
    return SourceWish(
        kind=kind, word=form.text(views.BLOCK_OF["word"]),
        language=form.text(views.BLOCK_OF["language"]).casefold(),
        channel_id=form.channel(views.BLOCK_OF["channel"]) or "", quiet=form.text(views.BLOCK_OF["quiet"]),
        mapping=_mapping(form, is_half_filled=is_half_filled) if kind is SourceKind.WEBHOOK else {},
        is_signed="signed" in form.choices(views.BLOCK_OF["signed"]), **words,
    )  # fmt: skip


def _mapping(form: Form, *, is_half_filled: bool) -> dict[str, str]:
    try:
        return read_mapping(form.text(views.BLOCK_OF["mapping"]))
    except InvalidInput:
        if is_half_filled:
            return {}
        raise
