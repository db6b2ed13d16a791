"""`/mentions import`: the file, the look at it, the word."""

import asyncio
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.customers.queries.screens import get_upload
from bot.mentions.gateways.lists import read_list
from bot.mentions.queries.lists import plan_list, require_may_bring
from bot.mentions.schemas.lists import ListRead
from bot.mentions.usecases.importing import keep_list, take_list
from bot.mentions.views import importing
from bot.slack.blocks import Block
from bot.slack.files import fetch_file
from bot.slack.forms import Form
from bot.slack.presses import uuid_in
from bot.slack.replies import answer_in_window, people_in, workspace_in

GONE = "That list isn't here any more; send it again with /mentions import."


class ImportingListeners:
    """Listeners for lists of mentions that managers bring."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the window that takes a file, for managers."""
        await self._runtime.read(require_may_bring, workspace=workspace_in(body), viewer=people_in(body))
        await client.views_open(trigger_id=body["trigger_id"], view=importing.ask_for_file())

    async def sent(self, ack: AsyncAck, client: AsyncWebClient, body: dict[str, Any], view: dict[str, Any]) -> None:
        """A file was sent: fetch it, keep it, and show what it would do."""
        files = Form.of(view).files(importing.FILE)
        if not files:
            await ack(response_action="errors", errors={importing.FILE: "Choose a file: CSV or tab-separated."})
            return
        work = self._looked_at(client, body, str(files[0].get("id")))
        await answer_in_window(ack, client, view["id"], work, title=importing.TITLE)

    async def confirmed(
        self, ack: AsyncAck, client: AsyncWebClient, body: dict[str, Any], view: dict[str, Any]
    ) -> None:
        """*Import*: take the list in, once."""
        await answer_in_window(ack, client, view["id"], self._taken_in(body, view), title=importing.TITLE)

    async def _looked_at(self, client: AsyncWebClient, body: dict[str, Any], file_id: str) -> Block:
        workspace, who = workspace_in(body), people_in(body)
        await self._runtime.read(require_may_bring, workspace=workspace, viewer=who)
        name, content = await fetch_file(client, file_id, by=who)
        read = await self._read(content, name)
        plan = await self._runtime.read(plan_list, workspace=workspace, read=read, viewer=who)
        upload_id = await self._runtime.run(keep_list, workspace=workspace, file_name=name, content=content, by=who)
        return importing.preview(plan, read, memory=str(upload_id))

    async def _taken_in(self, body: dict[str, Any], view: dict[str, Any]) -> Block:
        upload_id = uuid_in(str(view.get("private_metadata") or ""))
        if upload_id is None:
            raise NotFound(GONE)
        read = await self._kept(body, upload_id)
        done = await self._runtime.run(
            take_list, workspace=workspace_in(body), upload_id=upload_id, read=read, by=people_in(body)
        )
        return importing.done(done, read)

    async def _kept(self, body: dict[str, Any], upload_id: UUID) -> ListRead:
        """The list that was looked at, read again: a window remembers no file."""
        upload = await self._runtime.read(
            get_upload, workspace=workspace_in(body), upload_id=upload_id, by=people_in(body)
        )
        return await self._read(upload.content, upload.file_name)

    async def _read(self, content: bytes, name: str) -> ListRead:
        read = await asyncio.to_thread(read_list, content, name=name, now=self._runtime.clock.now())
        if read.problem:
            raise InvalidInput(read.problem)
        return read
