"""Where mentions come from: the list, a new source with its preview, pause, test, secret, removal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides, fetch
from bot.mentions.queries.sources import get_due, get_source_schema, get_sources
from bot.mentions.rules.mentions import is_wanted, split_words
from bot.mentions.rules.sources import Outcome, SourceKind, is_fetched, read_mapping
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import DueSource, SourceChange, SourceSchema, SourceWish
from bot.mentions.usecases.ingest import ingest_fetched
from bot.mentions.usecases.sources import (
    add_source,
    check_change,
    check_source,
    edit_source,
    may_ask,
    pause_source,
    remove_source,
    resume_source,
    rotate_secret,
)
from bot.mentions.views import sources
from bot.slack.blocks import Block, Message
from bot.slack.forms import Form
from bot.slack.presses import uuid_in, value_in
from bot.slack.replies import (
    actions_in,
    answer_in_window,
    field_errors,
    modal_replies,
    people_in,
    replies,
    waiting,
    workspace_in,
)
from bot.slack.windows import fields_named, open_window, speaker
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.schemas import ChannelSchema

OUT_OF_DATE = "That button is out of date; /mentions sources shows what there is."
MEMORY = 3000


class SourceListeners:
    """Listeners around the places that mentions come from."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._overrides = runtime.door if isinstance(runtime.door, HostOverrides) else NO_OVERRIDES

    async def page(self, body: Mapping[str, Any], page: int, *, said: str = "") -> Message:
        """A page of the list."""
        schema = await self._runtime.read(get_sources, workspace=workspace_in(body), page=page, viewer=people_in(body))
        return sources.page(schema, said=said)

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page in the place of this one."""
        await ack()
        async with replies(respond):
            value = value_in(body)[:6]
            await respond(**(await self.page(body, int(value) if value.isdigit() else 0)).replacement())

    async def add(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for a new source."""
        await ack()
        async with replies(speaker(client, body, respond)):
            await self.page(body, 0)  # refuses who may not
            await open_window(client, body, sources.source_form(SourceWish(kind=SourceKind.FEED)))

    async def kind_chosen(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Ask for what the chosen kind needs."""
        await ack()
        view = body["view"]
        wish = wish_in(Form.of(view), is_half_filled=True)
        await client.views_update(view_id=view["id"], hash=view["hash"], view=sources.source_form(wish))

    async def preview(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form, then show what the source brings today; a webhook is kept at once and tells its keys."""
        view, looked = body["view"], None
        async with field_errors(ack, first_field=sources.KIND):
            with fields_named(sources.BLOCK_OF):
                wish = wish_in(Form.of(view))
                channel = await channel_of(client, wish)
                address = await self._runtime.read(
                    check_source, workspace=workspace_in(body), wish=wish, channel=channel, by=people_in(body)
                )
                memory = wish.model_dump_json(exclude_defaults=True)
                if len(memory) > MEMORY:
                    raise InvalidInput(fields={"words": "Those are more words than fit; keep the important ones."})
            if not is_fetched(wish.kind):
                made = await self._add(body, wish, channel)
                await ack(response_action="update", view=sources.keys(made, new=True))
                return
            looked = partial(self._look, wish, address, memory)
        if looked is not None:
            await answer_in_window(ack, client, view["id"], looked(), title="New source")

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep a source that was looked at."""
        saved = self._saved(body, client)
        await answer_in_window(ack, client, body["view"]["id"], saved, title="New source")

    async def _saved(self, body: dict[str, Any], client: AsyncWebClient) -> Block:
        try:
            wish = SourceWish.model_validate_json(body["view"].get("private_metadata") or "{}")
        except ValidationError as error:
            raise InvalidInput("This window is out of date; close it and open it again.") from error
        made = await self._add(body, wish, await channel_of(client, wish))
        return sources.added(made.source)

    async def choose(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Pause, resume, test, a new secret, or the windows for a change and before removal."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, _, key = value_in(body).partition(":")
            source_id = uuid_in(key)
            if source_id is None:
                raise NotFound(OUT_OF_DATE)
            if what in {sources.PAUSE, sources.RESUME}:
                use_case = pause_source if what == sources.PAUSE else resume_source
                await self._run(body, use_case, source_id=source_id)
                await respond(**(await self.page(body, _page_in(body))).replacement())
                return
            if what not in {sources.TEST, sources.SECRET, sources.EDIT, sources.REMOVE}:
                raise NotFound(OUT_OF_DATE)
            await self._open(client, body, what, source_id)

    async def removed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Remove a source."""
        source_id = uuid_in(str(body["view"].get("private_metadata") or ""))
        await ack(response_action="update", view=await self._removed(body, source_id))

    async def _removed(self, body: dict[str, Any], source_id: UUID | None) -> Block:
        async def work() -> str:
            if source_id is None:
                raise NotFound(OUT_OF_DATE)
            schema = await self._run(body, remove_source, source_id=source_id)
            return f"{schema.name} was removed."

        said: list[str] = []

        async def say(**answer: Any) -> None:
            said.append(str(answer["text"]))

        async with replies(say):
            said.append(await work())
        return sources.tested("Source", said[-1])

    async def _open(self, client: AsyncWebClient, body: dict[str, Any], what: str, source_id: UUID) -> None:
        if what in {sources.EDIT, sources.REMOVE}:
            schema = await self._runtime.read(
                get_source_schema, workspace=workspace_in(body), source_id=source_id, viewer=people_in(body)
            )
            removal = what == sources.REMOVE
            view = sources.remove_form(schema, memory=str(source_id)) if removal else sources.edit_form(schema)
            await open_window(client, body, view)
            return
        opened = await client.views_open(trigger_id=body["trigger_id"], view=waiting("Source"))
        view_id = str(opened["view"]["id"])
        async with modal_replies(client, view_id):
            if what == sources.SECRET:
                made = await self._run(body, rotate_secret, source_id=source_id)
                shown = sources.keys(made, new=False)
            else:
                shown = await self._test(body, source_id)
            await client.views_update(view_id=view_id, view=shown)

    async def _test(self, body: dict[str, Any], source_id: UUID) -> Block:
        """Ask a source now, and keep what it brings."""
        schema = await self._runtime.read(
            get_source_schema, workspace=workspace_in(body), source_id=source_id, viewer=people_in(body)
        )
        due = await self._runtime.read(get_due, workspace=workspace_in(body), source_id=source_id)
        await self._require_turn(due.address)
        fetched = await self._fetch(due.kind, due.address)
        taken = await self._runtime.run(
            ingest_fetched, workspace=workspace_in(body), source_id=source_id, fetched=fetched
        )
        if not fetched.outcome.is_well:
            return sources.tested(
                schema.name, fetched.problem or "Its server gives no answer; it is tried again later."
            )
        return sources.tested(schema.name, f"It brought {len(fetched.items):,} items, {taken.new:,} of them new.")

    async def _look(self, wish: SourceWish, address: str, memory: str) -> Block:
        """What a new source would bring today."""
        await self._require_turn(address)
        fetched, kept = await self._filtered(wish, address)
        return sources.preview(fetched, kept, memory=memory)

    async def look(self, wish: SourceWish, address: str) -> tuple[FetchResult, list[FeedItem]]:
        """What a source of ours brings today, and what of it is wanted; while its server rests, only that it does."""
        try:
            await self._require_turn(address)
        except InvalidInput as rest:
            return FetchResult(outcome=Outcome.ASKED_TO_WAIT, problem=str(rest)), []
        return await self._filtered(wish, address)

    async def _filtered(self, wish: SourceWish, address: str) -> tuple[FetchResult, list[FeedItem]]:
        fetched = await self._fetch(wish.kind, address)
        kept = [item for item in fetched.items if is_wanted(item, wish)]
        return fetched, kept

    async def _require_turn(self, address: str) -> None:
        until: datetime | None = await self._runtime.run(may_ask, workspace=None, address=address)
        if until is not None:
            seconds = max(int((until - self._runtime.clock.now()).total_seconds()), 1)
            raise InvalidInput(f"That server was asked a moment ago and gets a pause; try again in {seconds} s.")

    async def _fetch(self, kind: SourceKind, address: str) -> FetchResult:
        return await fetch(kind, address, overrides=self._overrides)

    async def _add(self, body: dict[str, Any], wish: SourceWish, channel: ChannelSchema | None) -> Any:
        return await self._run(body, add_source, wish=wish, channel=channel, view_id=body["view"]["id"])

    async def _run(self, body: dict[str, Any], use_case: Callable[..., Any], **wish: Any) -> Any:
        return await self._runtime.run(use_case, workspace=workspace_in(body), by=people_in(body), **wish)


async def channel_of(client: AsyncWebClient, wish: SourceWish) -> ChannelSchema | None:
    """The channel as Slack knows it, joined if need be."""
    if not wish.channel_id:
        return None
    return await join_channel(client, await look_at_channel(client, wish.channel_id))


def wish_in(form: Form, *, kind: SourceKind | None = None, is_half_filled: bool = False) -> SourceWish:
    """
    The source that a form asks for, of the *kind* that it is already or that the form says; of a half-filled one,
    without a mapping that can't be read yet.

    Raises:
        InvalidInput: field `mapping`, when it can't be read.
    """
    kind = kind or next((one for one in SourceKind if one.value == form.choice(sources.KIND)), SourceKind.FEED)
    words = {
        name: split_words(form.text(sources.BLOCK_OF[name])) for name in ("words", "excluded_words", "excluded_authors")
    }
    return SourceWish(
        kind=kind,
        word=form.text(sources.BLOCK_OF["word"]),
        language=form.text(sources.BLOCK_OF["language"]).casefold(),
        channel_id=form.channel(sources.BLOCK_OF["channel"]) or "",
        quiet=form.text(sources.BLOCK_OF["quiet"]),
        mapping=_mapping(form, is_half_filled=is_half_filled) if kind is SourceKind.WEBHOOK else {},
        is_signed="signed" in form.choices(sources.BLOCK_OF["signed"]),
        **words,
    )


def _mapping(form: Form, *, is_half_filled: bool) -> dict[str, str]:
    try:
        return read_mapping(form.text(sources.BLOCK_OF["mapping"]))
    except InvalidInput:
        if is_half_filled:
            return {}
        raise


def _page_in(body: Mapping[str, Any]) -> int:
    action: Mapping[str, Any] = next(iter(actions_in(body)), {})
    page = str(action.get("block_id") or "").split(":")
    return int(page[1][:6]) if len(page) > 1 and page[1].isdigit() else 0


class EditingListeners:
    """Listeners for changing a source."""

    def __init__(self, runtime: Runtime, where: SourceListeners) -> None:
        self._runtime = runtime
        self._where = where

    async def preview(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form, then show what the source brings today; what others send by themselves is kept at once."""
        view, looked = body["view"], None
        async with field_errors(ack, first_field=sources.BLOCK_OF["channel"]):
            with fields_named(sources.BLOCK_OF):
                source_id = uuid_in(str(view.get("private_metadata") or ""))
                if source_id is None:
                    raise NotFound(OUT_OF_DATE)
                schema = await self._get(body, source_id)
                change = SourceChange(source_id=source_id, wish=wish_in(Form.of(view), kind=schema.kind))
                due = await self._check(client, body, change)
                memory = change.model_dump_json(exclude_defaults=True)
                if len(memory) > MEMORY:
                    raise InvalidInput(fields={"words": "Those are more words than fit; keep the important ones."})
                if not is_fetched(schema.kind):
                    changed = await self._edit(client, body, change)
                    await ack(response_action="update", view=sources.changed(changed))
                    return
            looked = partial(self._look, change, due, memory)
        if looked is not None:
            await answer_in_window(ack, client, view["id"], looked(), title=sources.EDIT_TITLE)

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep a change that was looked at."""
        saved = self._saved(client, body)
        await answer_in_window(ack, client, body["view"]["id"], saved, title=sources.EDIT_TITLE)

    async def _saved(self, client: AsyncWebClient, body: dict[str, Any]) -> Block:
        try:
            change = SourceChange.model_validate_json(body["view"].get("private_metadata") or "{}")
        except ValidationError as error:
            raise InvalidInput("This window is out of date; close it and open it again.") from error
        return sources.changed(await self._edit(client, body, change))

    async def _get(self, body: dict[str, Any], source_id: UUID) -> SourceSchema:
        schema: SourceSchema = await self._runtime.read(
            get_source_schema, workspace=workspace_in(body), source_id=source_id, viewer=people_in(body)
        )
        return schema

    async def _check(self, client: AsyncWebClient, body: dict[str, Any], change: SourceChange) -> DueSource:
        due: DueSource = await self._runtime.read(
            check_change,
            workspace=workspace_in(body),
            source_id=change.source_id,
            wish=change.wish,
            channel=await channel_of(client, change.wish),
            by=people_in(body),
        )
        return due

    async def _edit(self, client: AsyncWebClient, body: dict[str, Any], change: SourceChange) -> SourceSchema:
        schema: SourceSchema = await self._runtime.run(
            edit_source,
            workspace=workspace_in(body),
            source_id=change.source_id,
            wish=change.wish,
            channel=await channel_of(client, change.wish),
            by=people_in(body),
            view_id=body["view"]["id"],
        )
        return schema

    async def _look(self, change: SourceChange, due: DueSource, memory: str) -> Block:
        fetched, kept = await self._where.look(change.wish, due.address)
        return sources.preview(fetched, kept, memory=memory, title=sources.EDIT_TITLE, callback_id=sources.CHANGE)
