"""Listeners for importing a list, its preview, its undo, and for exporting everything as a CSV file."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Any
from uuid import UUID

from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.customers.gateways import read_upload, write_csv
from bot.customers.gateways.reports import write_refused
from bot.customers.listeners.editing import state_in
from bot.customers.listeners.questions import answers_in
from bot.customers.queries import HEADERS, export_rows
from bot.customers.queries.screens import get_import_message, get_refused_rows, get_upload, list_imports
from bot.customers.schemas import Drafts, ImportDone, ImportPlan, ImportUndone, UploadSchema
from bot.customers.schemas.importing import RefusedFile
from bot.customers.usecases.comparing import Progress
from bot.customers.usecases.lists import plan_import
from bot.customers.usecases.refused import store_refused_rows
from bot.customers.usecases.sharing import check_among, read_room
from bot.customers.usecases.undoing import run_undo
from bot.customers.usecases.uploads import (
    answer_upload,
    import_upload,
    keep_rows_apart,
    map_upload,
    resume_import,
    store_upload,
)
from bot.customers.views import forms
from bot.customers.views.apart import ALL, NONE
from bot.customers.views.earlier import imported_before
from bot.slack.blocks import Block, escape, plural
from bot.slack.callers import Caller
from bot.slack.files import fetch_file, send_file
from bot.slack.message_refs import address_of, update_if_there, update_message
from bot.slack.modals import notice_modal

EXPORT_NAME = "customers.csv"
REPORT_SECONDS = 3  # between two redraws of a window or message: Slack takes some twenty updates a minute


async def ask_for_file(caller: Caller) -> None:
    """Open the modal that takes a file and shows the last forms."""
    await caller.open(forms.ask_for_file(await caller.read(list_imports)))


async def receive_file(caller: Caller) -> None:
    """Keep the file that was sent, and show what importing it would do."""
    files = caller.form.files(forms.FILE)
    if not files:
        raise InvalidInput(fields={forms.FILE: "Choose a file: CSV or tab-separated."})
    await caller.show_in_time(_keep_file(caller, str(files[0].get("id"))), title=forms.TITLE)


async def ask_columns(caller: Caller) -> None:
    """Show a menu for each column of the list, in the place of its preview."""
    if caller.modal:
        await caller.update_from(_ask_columns(caller))


async def map_columns(caller: Caller) -> None:
    """Keep the columns that were chosen, and show again what importing would do."""
    await caller.show_in_time(_map_columns(caller), title=forms.TITLE)


async def keep_apart(caller: Caller) -> None:
    """Make rows that were taken as one customers of their own, and show again what importing would do."""
    if caller.modal:
        await caller.update_from(_keep_apart(caller))


async def import_list(caller: Caller) -> None:
    """Import the list, and share out what has no owner if that was chosen."""
    among: tuple[str, ...] = ()
    if caller.form.choice(forms.UNOWNED) == forms.SHARE:
        among = tuple(await caller.check(check_among, among=caller.form.people(forms.AMONG)))
    await caller.show_in_time(_import(caller, among), title=forms.TITLE)


async def send_refused(caller: Caller) -> None:
    """Send the refused rows of the list that is previewed as a file, to this person alone."""
    await caller.open_in_time(lambda: _send_refused(caller), title=forms.TITLE)


async def send_refused_rows(caller: Caller) -> None:
    """Send the rows that an import refused as a file, to this person alone."""
    await caller.open_in_time(lambda: _send_refused_rows(caller), title=forms.TITLE)


async def undo(caller: Caller) -> None:
    """Undo an import, from its message or from the list of earlier ones, and redraw its message."""
    import_id = _id_in(caller.value)
    try:
        async with _reporting(caller, "Undone") as progress:
            schema = await caller.run_batches(run_undo, import_id=import_id, progress=progress)
    except AlreadyDone:
        await _redraw_message(caller, import_id)
        raise
    await _show_undone(caller, schema)


async def resume(caller: Caller) -> None:
    """Go on with an import or an undoing that was interrupted, and say what became of it where that was pressed."""
    import_id, uploads = _id_in(caller.value), list[UploadSchema]()

    def read(upload: UploadSchema) -> Drafts:
        uploads.append(upload)
        return read_upload(upload)

    async with _reporting(caller, "Done") as progress:
        done = await caller.run_batches(resume_import, import_id=import_id, read=read, progress=progress)
    if isinstance(done, ImportUndone):
        await _show_undone(caller, done)
        return
    await _keep_refused(caller, uploads[0], done)
    if caller.modal is None:
        await caller.replace(forms.done_message(done))
    else:
        await caller.update(forms.done(done))


async def _show_undone(caller: Caller, schema: ImportUndone) -> None:
    if caller.modal is None:
        await caller.replace(forms.undone(schema))
    else:
        await caller.update(forms.ask_for_file(await caller.read(list_imports), just_undone=schema))
        await _redraw_message(caller, schema.id)


@asynccontextmanager
async def _reporting(caller: Caller, what: str) -> AsyncIterator[Progress]:
    """
    Yield a progress that worker threads call. It shows how far the work is, where the person started it.

    It does so every `REPORT_SECONDS` at most; the last report is sent when the block ends, so that none comes after
    what is shown then.
    """
    loop = asyncio.get_running_loop()
    reports: list[asyncio.Task[None]] = []
    last = loop.time()

    def report(done: int, total: int) -> None:
        nonlocal last
        if loop.time() - last >= REPORT_SECONDS and all(sent.done() for sent in reports):
            last = loop.time()
            reports[:] = [loop.create_task(_report(caller, f"{what}: {done:,} of {total:,} customers."))]

    def from_thread(done: int, total: int) -> None:
        loop.call_soon_threadsafe(report, done, total)

    try:
        yield from_thread
    finally:
        await asyncio.gather(*reports, return_exceptions=True)


async def _report(caller: Caller, words: str) -> None:
    """Show *words* in the place of what the person used."""
    if caller.view:
        await caller.update(forms.working(words))
    else:
        at = address_of(caller.body)
        await update_message(caller.client, at["channel"], at["ts"], forms.working_message(words))


async def _redraw_message(caller: Caller, import_id: UUID) -> None:
    """Draw the message about an import as it stands now, so that it offers no *Undo* that was used elsewhere."""
    found = await caller.read(get_import_message, import_id=import_id)
    if found is not None:
        await update_if_there(caller.client, found.channel, found.ts, imported_before(found.summary))


async def export(caller: Caller) -> None:
    """Send all customers as a file, to this person alone."""
    content = await asyncio.to_thread(write_csv, HEADERS, await caller.read(export_rows))
    words = "Your customers, as a list that any spreadsheet opens. Importing it again changes nothing."
    await send_file(caller.client, caller.person, name=EXPORT_NAME, content=content, words=words)


async def _keep_file(caller: Caller, file_id: str) -> Block:
    name, content = await fetch_file(caller.client, file_id, by=caller.person)
    upload_id = await caller.run(store_upload, file_name=name, content=content)
    return await _preview(caller, upload_id, erase="erase" in caller.form.choices(forms.ERASE))


async def _ask_columns(caller: Caller) -> Block:
    upload_id, erase = _upload_in(caller.view)
    upload, drafts = await _read(caller, upload_id)
    return forms.map_columns(drafts, upload_id=upload_id, by_hand=upload.by_hand, erase=erase)


async def _map_columns(caller: Caller) -> Block:
    upload_id, erase = _upload_in(caller.view)
    _, drafts = await _read(caller, upload_id)
    chosen = {
        header: choice
        for index, header in enumerate(drafts.headers[: forms.MOST_COLUMNS])
        if (choice := caller.form.choice(forms.column_id(index))) and choice != forms.AUTOMATIC
    }
    await caller.run(map_upload, upload_id=upload_id, by_hand=chosen)
    return await _preview(caller, upload_id, erase=erase)


async def _keep_apart(caller: Caller) -> Block:
    upload_id, erase = _upload_in(caller.view)
    upload, drafts = await _read(caller, upload_id)
    rows: set[int] = set()
    if caller.value != NONE:
        plan = await caller.check(plan_import, drafts=drafts, erase_blanks=erase, apart=upload.apart)
        pressed = [group for group in plan.taken_as_one if caller.value in {ALL, str(group.rows[0])}]
        rows = {*upload.apart, *(row for group in pressed for row in group.rows)}
    await caller.run(keep_rows_apart, upload_id=upload_id, rows=rows)
    return await _draw_preview(caller, upload.model_copy(update={"apart": tuple(sorted(rows))}), drafts, erase=erase)


async def _import(caller: Caller, among: Sequence[str]) -> Block:
    upload_id, erase = _upload_in(caller.view)
    upload, drafts = await _read(caller, upload_id)
    if any(question.id not in upload.answers for question in drafts.questions):  # an answer led to another question
        return await _draw_preview(caller, upload, drafts, erase=erase)
    room = await caller.read(read_room, among=among, features=caller.features) if among else {}
    async with _reporting(caller, "Imported") as progress:
        done = await caller.run_batches(
            import_upload, upload_id=upload_id, drafts=drafts, erase_blanks=erase, share_among=among, room=room,
            progress=progress,
        )  # fmt: skip
    await _keep_refused(caller, upload, done)
    return forms.done(done)


async def _keep_refused(caller: Caller, upload: UploadSchema, done: ImportDone) -> None:
    """Store the refused rows of an import as a file, so that they can be mended afterwards."""
    if done.plan.refusals:
        content = await _write_refused(upload, done.plan)
        await caller.run(store_refused_rows, import_id=done.id, content=content)


async def _send_refused(caller: Caller) -> Block:
    upload_id, erase = _upload_in(caller.view)
    upload, drafts = await _read(caller, upload_id)
    plan = await caller.check(plan_import, drafts=drafts, erase_blanks=erase, apart=upload.apart)
    content = await _write_refused(upload, plan)
    refused = RefusedFile(file_name=upload.file_name, rows=plan.refused, content=content)
    return await _send_file_of(caller, refused)


async def _send_refused_rows(caller: Caller) -> Block:
    return await _send_file_of(caller, await caller.read(get_refused_rows, import_id=_id_in(caller.value)))


async def _send_file_of(caller: Caller, refused: RefusedFile) -> Block:
    words = (
        f"{plural(refused.rows, 'row')} of {escape(refused.file_name)} can't be imported; the last column says why. "
        "Mend them here and import this file."
    )
    name = f"refused-{PurePath(refused.file_name).stem}.csv"
    await send_file(caller.client, caller.person, name=name, content=refused.content, words=words)
    return notice_modal("The refused rows are in our direct messages, as a file.", forms.TITLE)


async def _write_refused(upload: UploadSchema, plan: ImportPlan) -> bytes:
    return await asyncio.to_thread(
        write_refused, upload.content, name=upload.file_name, by_hand=upload.by_hand, plan=plan
    )


async def _preview(caller: Caller, upload_id: UUID, *, erase: bool) -> Block:
    """Return what importing the list would do, or the menus for its columns where they are unclear."""
    upload, drafts = await _read(caller, upload_id)
    return await _draw_preview(caller, upload, drafts, erase=erase)


async def _draw_preview(caller: Caller, upload: UploadSchema, drafts: Drafts, *, erase: bool) -> Block:
    if drafts.problems:
        return forms.map_columns(drafts, upload_id=upload.id, by_hand=upload.by_hand, erase=erase)
    plan = await caller.check(plan_import, drafts=drafts, erase_blanks=erase, apart=upload.apart)
    return forms.preview(plan, drafts, upload_id=upload.id, erase=erase, answers=upload.answers, apart=upload.apart)


async def _read(caller: Caller, upload_id: UUID) -> tuple[UploadSchema, Drafts]:
    """Return a list and what it holds, read with the answers that stand in the window."""
    if answers := answers_in(caller.form):
        await caller.run(answer_upload, upload_id=upload_id, answers=answers)
    upload = await caller.check(get_upload, upload_id=upload_id)
    return upload, await asyncio.to_thread(read_upload, upload)


def _upload_in(view: Mapping[str, Any]) -> tuple[UUID, bool]:
    state = state_in(view)
    return _id_in(str(state.get("upload") or "")), bool(state.get("erase"))


def _id_in(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("That list isn't here any more; send it again with /customers import.") from None
