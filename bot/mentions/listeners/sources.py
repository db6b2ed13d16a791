"""`/mentions sources`: the list; a new or changed source with its preview; pause, test, secret, removal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Schema
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides, fetch
from bot.mentions.queries.sources import get_due, get_source_schema, get_sources
from bot.mentions.rules.mentions import split_words
from bot.mentions.rules.sources import Outcome, SourceKind, is_fetched, read_mapping
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import SourceChange, SourceSchema, SourceWish
from bot.mentions.usecases import sources as usecases
from bot.mentions.usecases.ingest import ingest_fetched, select_wanted
from bot.mentions.views import sources
from bot.slack import replies as slack
from bot.slack.blocks import Block, Message
from bot.slack.forms import Form
from bot.slack.presses import page_in, uuid_in, value_in
from bot.slack.windows import fields_named, open_window, speaker
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.schemas import ChannelSchema

OUT_OF_DATE = "That button is out of date; /mentions sources shows what there is."
MEMORY = 3000
_Wish = TypeVar("_Wish", SourceWish, SourceChange)


class SourceListeners:
    """Listeners for the sources of mentions."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._overrides = runtime.host_overrides if isinstance(runtime.host_overrides, HostOverrides) else NO_OVERRIDES

    async def page(self, body: Mapping[str, Any], page: int) -> Message:
        """Return a page of the list."""
        schema = await self._runtime.read(
            get_sources, workspace=slack.workspace_in(body), page=page, viewer=slack.people_in(body)
        )
        return sources.page(schema)

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Replace the message with another page."""
        await ack()
        async with slack.replies(respond):
            await respond(**(await self.page(body, page_in(value_in(body)))).replacement())

    async def add(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for a new source."""
        await ack()
        async with slack.replies(speaker(client, body, respond)):
            await self.page(body, 0)  # refuses who may not
            await open_window(client, body, sources.source_form(SourceWish(kind=SourceKind.FEED)))

    async def kind_chosen(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Redraw the form with the fields of the chosen kind."""
        await ack()
        view = body["view"]
        wish = wish_in(Form.of(view), is_half_filled=True)
        await client.views_update(view_id=view["id"], hash=view["hash"], view=sources.source_form(wish))

    async def preview(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form of a new source, then preview what it brings; a webhook is added at once."""
        view, looked = body["view"], None
        async with slack.field_errors(ack, first_field=sources.KIND):
            with fields_named(sources.BLOCK_OF):
                wish = wish_in(Form.of(view))
                channel = await channel_of(client, wish)
                address = await self._runtime.read(
                    usecases.check_source, workspace=slack.workspace_in(body), wish=wish, channel=channel,
                    by=slack.people_in(body),
                )  # fmt: skip
                memory = _dumped(wish)
            if not is_fetched(wish.kind):
                made = await self._add(client, body, wish)
                await ack(response_action="update", view=sources.keys(made, new=True))
                return
            looked = partial(self._look, wish, address, memory)
        if looked is not None:
            await slack.answer_in_window(ack, client, view["id"], looked(), title="New source")

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Add the source that was previewed."""

        async def added() -> Block:
            made = await self._add(client, body, _loaded(SourceWish, body))
            return sources.added(made.source)

        await slack.answer_in_window(ack, client, body["view"]["id"], added(), title="New source")

    async def preview_edit(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form of a change, then preview what the source brings; a webhook is changed at once."""
        view, looked = body["view"], None
        async with slack.field_errors(ack, first_field=sources.BLOCK_OF["channel"]):
            with fields_named(sources.BLOCK_OF):
                source_id = _require_id(view.get("private_metadata"))
                schema = await self._get(body, source_id)
                change = SourceChange(source_id=source_id, wish=wish_in(Form.of(view), kind=schema.kind))
                channel = await channel_of(client, change.wish)
                due = await self._runtime.read(
                    usecases.check_change, workspace=slack.workspace_in(body), source_id=source_id, wish=change.wish,
                    channel=channel, by=slack.people_in(body),
                )  # fmt: skip
                memory = _dumped(change)
                if not is_fetched(schema.kind):
                    changed = await self._edit(client, body, change)
                    await ack(response_action="update", view=sources.changed(changed))
                    return
            looked = partial(self._look_at_change, change, due.address, memory)
        if looked is not None:
            await slack.answer_in_window(ack, client, view["id"], looked(), title=sources.EDIT_TITLE)

    async def save_edit(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Store the change that was previewed."""

        async def changed() -> Block:
            return sources.changed(await self._edit(client, body, _loaded(SourceChange, body)))

        await slack.answer_in_window(ack, client, body["view"]["id"], changed(), title=sources.EDIT_TITLE)

    async def choose(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Do what the menu of a source says, or open its window."""
        await ack()
        async with slack.replies(speaker(client, body, respond)):
            what, _, key = value_in(body).partition(":")
            source_id = _require_id(key)
            if what in {sources.PAUSE, sources.RESUME}:
                use_case = usecases.pause_source if what == sources.PAUSE else usecases.resume_source
                await self._run(body, use_case, source_id=source_id)
                await respond(**(await self.page(body, _page_in(body))).replacement())
            elif what in {sources.EDIT, sources.REMOVE}:
                draw = sources.edit_form if what == sources.EDIT else sources.remove_form
                await open_window(client, body, draw(await self._get(body, source_id)))
            elif what in {sources.TEST, sources.SECRET}:
                await self._answer_in_new_window(client, body, what, source_id)
            else:
                raise NotFound(OUT_OF_DATE)

    async def removed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Remove a source."""
        said: list[str] = []

        async def say(**answer: Any) -> None:
            said.append(str(answer["text"]))

        async with slack.replies(say):
            source_id = _require_id(body["view"].get("private_metadata"))
            schema = await self._run(body, usecases.remove_source, source_id=source_id)
            said.append(f"{schema.name} was removed.")
        await ack(response_action="update", view=sources.tested("Source", said[-1]))

    async def _answer_in_new_window(
        self, client: AsyncWebClient, body: dict[str, Any], what: str, source_id: UUID
    ) -> None:
        opened = await client.views_open(trigger_id=body["trigger_id"], view=slack.waiting("Source"))
        view_id = str(opened["view"]["id"])
        async with slack.modal_replies(client, view_id):
            if what == sources.SECRET:
                made = await self._run(body, usecases.rotate_secret, source_id=source_id)
                shown = sources.keys(made, new=False)
            else:
                shown = await self._test(body, source_id)
            await client.views_update(view_id=view_id, view=shown)

    async def _test(self, body: dict[str, Any], source_id: UUID) -> Block:
        """Fetch a source now, and store what it brings."""
        schema = await self._get(body, source_id)
        due = await self._runtime.read(get_due, workspace=slack.workspace_in(body), source_id=source_id)
        await self._require_turn(due.address)
        fetched = await fetch(due.kind, due.address, overrides=self._overrides)
        stored = await self._runtime.run(
            ingest_fetched, workspace=slack.workspace_in(body), source_id=source_id, fetched=fetched
        )
        if not fetched.outcome.is_well:
            return sources.tested(
                schema.name, fetched.problem or "Its server gives no answer; it is tried again later."
            )
        return sources.tested(schema.name, f"It brought {len(fetched.items):,} items, {stored.new:,} of them new.")

    async def _look(self, wish: SourceWish, address: str, memory: str) -> Block:
        await self._require_turn(address)
        fetched, wanted = await self._fetch(wish, address)
        return sources.preview(fetched, wanted, memory=memory)

    async def _look_at_change(self, change: SourceChange, address: str, memory: str) -> Block:
        """Preview a change; while the server rests from the last request, the window only says so."""
        try:
            await self._require_turn(address)
        except InvalidInput as rest:
            fetched, wanted = FetchResult(outcome=Outcome.ASKED_TO_WAIT, problem=str(rest)), list[FeedItem]()
        else:
            fetched, wanted = await self._fetch(change.wish, address)
        return sources.preview(fetched, wanted, memory=memory, title=sources.EDIT_TITLE, callback_id=sources.CHANGE)

    async def _fetch(self, wish: SourceWish, address: str) -> tuple[FetchResult, list[FeedItem]]:
        fetched = await fetch(wish.kind, address, overrides=self._overrides)
        return fetched, select_wanted(fetched.items, wish)

    async def _require_turn(self, address: str) -> None:
        until: datetime | None = await self._runtime.run(usecases.may_ask, workspace=None, address=address)
        if until is not None:
            seconds = max(int((until - self._runtime.clock.now()).total_seconds()), 1)
            raise InvalidInput(f"That server was asked a moment ago and gets a pause; try again in {seconds} s.")

    async def _get(self, body: dict[str, Any], source_id: UUID) -> SourceSchema:
        schema: SourceSchema = await self._runtime.read(
            get_source_schema, workspace=slack.workspace_in(body), source_id=source_id, viewer=slack.people_in(body)
        )
        return schema

    async def _add(self, client: AsyncWebClient, body: dict[str, Any], wish: SourceWish) -> Any:
        channel = await channel_of(client, wish)
        return await self._run(body, usecases.add_source, wish=wish, channel=channel, view_id=body["view"]["id"])

    async def _edit(self, client: AsyncWebClient, body: dict[str, Any], change: SourceChange) -> Any:
        return await self._run(
            body, usecases.edit_source, source_id=change.source_id, wish=change.wish,
            channel=await channel_of(client, change.wish), view_id=body["view"]["id"],
        )  # fmt: skip

    async def _run(self, body: dict[str, Any], use_case: Callable[..., Any], **wish: Any) -> Any:
        return await self._runtime.run(use_case, workspace=slack.workspace_in(body), by=slack.people_in(body), **wish)


def _require_id(key: Any) -> UUID:
    source_id = uuid_in(str(key or ""))
    if source_id is None:
        raise NotFound(OUT_OF_DATE)
    return source_id


def _dumped(wish: Schema) -> str:
    """Return a wish or change as a window remembers it; raises InvalidInput when it is too long."""
    memory = wish.model_dump_json(exclude_defaults=True)
    if len(memory) > MEMORY:
        raise InvalidInput(fields={"words": "Those are more words than fit; keep the important ones."})
    return memory


def _loaded(kind: type[_Wish], body: dict[str, Any]) -> _Wish:
    try:
        return kind.model_validate_json(body["view"].get("private_metadata") or "{}")
    except ValidationError as error:
        raise InvalidInput("This window is out of date; close it and open it again.") from error


async def channel_of(client: AsyncWebClient, wish: SourceWish) -> ChannelSchema | None:
    """Return the wished channel as Slack knows it, joined if need be."""
    if not wish.channel_id:
        return None
    return await join_channel(client, await look_at_channel(client, wish.channel_id))


def wish_in(form: Form, *, kind: SourceKind | None = None, is_half_filled: bool = False) -> SourceWish:
    """
    Return the source that a form asks for; *kind* overrides the form's. A half-filled form may have a wrong mapping.

    Raises:
        InvalidInput: field `mapping`, when it can't be read.
    """
    kind = kind or next((one for one in SourceKind if one.value == form.choice(sources.KIND)), SourceKind.FEED)
    words = {
        name: split_words(form.text(sources.BLOCK_OF[name])) for name in ("words", "excluded_words", "excluded_authors")
    }
    return SourceWish(
        kind=kind, word=form.text(sources.BLOCK_OF["word"]),
        language=form.text(sources.BLOCK_OF["language"]).casefold(),
        channel_id=form.channel(sources.BLOCK_OF["channel"]) or "", quiet=form.text(sources.BLOCK_OF["quiet"]),
        mapping=_mapping(form, is_half_filled=is_half_filled) if kind is SourceKind.WEBHOOK else {},
        is_signed="signed" in form.choices(sources.BLOCK_OF["signed"]), **words,
    )  # fmt: skip


def _mapping(form: Form, *, is_half_filled: bool) -> dict[str, str]:
    try:
        return read_mapping(form.text(sources.BLOCK_OF["mapping"]))
    except InvalidInput:
        if is_half_filled:
            return {}
        raise


def _page_in(body: Mapping[str, Any]) -> int:
    action: Mapping[str, Any] = next(iter(slack.actions_in(body)), {})
    page = str(action.get("block_id") or "").split(":")
    return int(page[1][:6]) if len(page) > 1 and page[1].isdigit() else 0
