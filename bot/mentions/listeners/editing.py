"""*Edit* on a source: the form as it stands, what it would bring then, the word."""

from functools import partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.mentions.listeners.sources import MEMORY, OUT_OF_DATE, SourceListeners, channel_of, wish_in
from bot.mentions.queries.sources import get_source_schema
from bot.mentions.rules.sources import is_fetched
from bot.mentions.schemas.mentions import DueSource, SourceChange, SourceSchema
from bot.mentions.usecases.editing import check_change, edit_source
from bot.mentions.views import sources
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.presses import uuid_in
from bot.slack.replies import answer_in_window, field_errors, people_in, workspace_in
from bot.slack.windows import fields_named


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
        brought, kept = await self._where.look(change.wish, due.address)
        return sources.preview(brought, kept, memory=memory, title=sources.EDIT_TITLE, callback_id=sources.CHANGE)
