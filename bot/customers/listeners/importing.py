"""Lists in and out: the file, the look at it, the word, the way back; and everything as a CSV file."""

import asyncio
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import NotFound
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts, write_csv
from bot.customers.listeners.places import memory_in, window_in
from bot.customers.queries import HEADERS, export_rows
from bot.customers.queries.screens import get_upload, list_imports
from bot.customers.schemas import Drafts, ImportSummary, UploadSchema
from bot.customers.usecases.lists import keep_upload, map_upload, plan_import, take_upload
from bot.customers.usecases.undoing import undo_import
from bot.customers.views import imports
from bot.slack.blocks import Block
from bot.slack.files import fetch_file, send_file
from bot.slack.forms import Form
from bot.slack.presses import value_in
from bot.slack.replies import answer_in_window, modal_replies, people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker

Body = dict[str, Any]
EXPORT_NAME = "customers.csv"


class ImportingListeners:
    """Answers to bringing a list and asking for one."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open_import(self, client: AsyncWebClient, body: Body) -> None:
        """Open the window that takes a file and shows the last ones; guests are told that they can't."""
        await open_window(client, body, imports.ask_for_file(await self._earlier(body)))

    async def start(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Import a list*."""
        await ack()
        async with replies(speaker(client, body, respond)):
            await self.open_import(client, body)

    async def sent(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body) -> None:
        """A file was sent: fetch it, keep it, and show what it would do."""
        form = Form.of(view)
        files = form.files(imports.FILE)
        if not files:
            await ack(response_action="errors", errors={imports.FILE: "Choose a file: CSV or tab-separated."})
            return
        erase = "erase" in form.choices(imports.ERASE)
        work = self._fetched(client, body, str(files[0].get("id")), erase=erase)
        await answer_in_window(ack, client, view["id"], work, title=imports.TITLE)

    async def columns(self, ack: AsyncAck, client: AsyncWebClient, body: Body) -> None:
        """*Choose columns*: a menu for each."""
        await ack()
        window = window_in(body)
        if window is None:
            return
        async with modal_replies(client, window["id"]):
            upload_id, erase = _upload_in(window)
            upload, drafts = await self._read(body, upload_id)
            view = imports.map_columns(drafts, upload_id=upload_id, by_hand=upload.by_hand, erase=erase)
            await client.views_update(view_id=window["id"], view=view)

    async def mapped(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body) -> None:
        """Columns were chosen by hand: look again."""
        await answer_in_window(ack, client, view["id"], self._remapped(body, view), title=imports.TITLE)

    async def confirmed(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body) -> None:
        """*Import*: take the list in, once."""
        await answer_in_window(ack, client, view["id"], self._taken_in(body, view), title=imports.TITLE)

    async def undo(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Undo* under an import's message, or beside one of the earlier lists."""
        await ack()
        async with replies(speaker(client, body, respond)):
            schema = await self._runtime.run(
                undo_import, workspace=workspace_in(body), import_id=_id_in(value_in(body)), by=people_in(body)
            )
            window = window_in(body)
            if window is None:
                await respond(**imports.undone(schema).replacement())
                return
            view = imports.ask_for_file(await self._earlier(body), just_undone=schema)
            await client.views_update(view_id=window["id"], view=view)

    async def export(self, client: AsyncWebClient, respond: AsyncRespond, body: Body) -> None:
        """`/customers export`: everything as a file, to the asker alone."""
        async with replies(respond):
            rows = await self._runtime.read(export_rows, workspace=workspace_in(body), viewer=people_in(body))
            content = await asyncio.to_thread(write_csv, HEADERS, rows)
            words = "Your customers, as a list that any spreadsheet opens. Importing it again changes nothing."
            await send_file(client, people_in(body), name=EXPORT_NAME, content=content, words=words)

    async def _earlier(self, body: Body) -> tuple[ImportSummary, ...]:
        return await self._runtime.read(list_imports, workspace=workspace_in(body), viewer=people_in(body))

    async def _fetched(self, client: AsyncWebClient, body: Body, file_id: str, *, erase: bool) -> Block:
        """Keep the file that was sent, and look at it."""
        who = people_in(body)
        name, content = await fetch_file(client, file_id, by=who)
        upload_id = await self._runtime.run(
            keep_upload, workspace=workspace_in(body), file_name=name, content=content, by=who
        )
        return await self._look(body, upload_id, erase=erase)

    async def _remapped(self, body: Body, view: Body) -> Block:
        """Keep which column is what, and look again."""
        upload_id, erase = _upload_in(view)
        _, drafts = await self._read(body, upload_id)
        form = Form.of(view)
        chosen = {
            header: choice
            for index, header in enumerate(drafts.headers[: imports.MOST_COLUMNS])
            if (choice := form.choice(imports.column_id(index))) and choice != imports.AUTOMATIC
        }
        await self._runtime.run(
            map_upload, workspace=workspace_in(body), upload_id=upload_id, by_hand=chosen, by=people_in(body)
        )
        return await self._look(body, upload_id, erase=erase)

    async def _taken_in(self, body: Body, view: Body) -> Block:
        """Take the list in."""
        upload_id, erase = _upload_in(view)
        _, drafts = await self._read(body, upload_id)
        done = await self._runtime.run(
            take_upload, workspace=workspace_in(body), upload_id=upload_id, drafts=drafts, erase_blanks=erase,
            by=people_in(body),
        )  # fmt: skip
        return imports.done(done)

    async def _look(self, body: Body, upload_id: UUID, *, erase: bool) -> Block:
        """What the list would do, or which column is what."""
        upload, drafts = await self._read(body, upload_id)
        if drafts.problems:
            return imports.map_columns(drafts, upload_id=upload_id, by_hand=upload.by_hand, erase=erase)
        plan = await self._runtime.read(
            plan_import, workspace=workspace_in(body), drafts=drafts, by=people_in(body), erase_blanks=erase
        )
        return imports.preview(plan, drafts, upload_id=upload_id, erase=erase)

    async def _read(self, body: Body, upload_id: UUID) -> tuple[UploadSchema, Drafts]:
        upload = await self._runtime.read(
            get_upload, workspace=workspace_in(body), upload_id=upload_id, by=people_in(body)
        )
        drafts = await asyncio.to_thread(
            read_drafts, upload.content, name=upload.file_name, by_hand=upload.by_hand, today=upload.today
        )
        return upload, drafts


def _upload_in(view: Any) -> tuple[UUID, bool]:
    memory = memory_in(view)
    return _id_in(str(memory.get("upload") or "")), bool(memory.get("erase"))


def _id_in(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("That list isn't here any more; send it again with /customers import.") from None
