"""What `evenhand import` does: import a stored list, undo an import, go on with one that was interrupted."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from bot.core.batches import ManyTransactions
from bot.core.errors import AlreadyDone, BotError, InvalidInput
from bot.core.runtime import Runtime
from bot.customers.gateways import read_upload
from bot.customers.schemas import Drafts, ImportDone, ImportUndone, UploadSchema
from bot.customers.usecases.undoing import run_undo
from bot.customers.usecases.uploads import discard_upload, import_upload, resume_import
from bot.customers.views.printed import plan_lines
from bot.workspaces.usecases import BOT

Progress = Callable[[int, int], None]


def import_stored(runtime: Runtime, workspace_id: str, upload_id: UUID, **inputs: Any) -> ImportDone:
    """Import a stored list as `import_upload` does; one that is refused before anything is written isn't kept."""
    try:
        return import_upload(ManyTransactions(runtime, workspace_id), upload_id=upload_id, by=BOT, **inputs)
    except BotError:
        with suppress(AlreadyDone):  # it was begun: `--resume` needs the list
            runtime.run_now(discard_upload, workspace=workspace_id, upload_id=upload_id, by=BOT)
        raise


def undo_list(runtime: Runtime, workspace_id: str, asked: str, progress: Progress) -> Sequence[str]:
    """Undo the import whose id *asked* is, and return lines that say what that did."""
    batches = ManyTransactions(runtime, workspace_id)
    return _undone_lines(run_undo(batches, import_id=_parse_id(asked), by=BOT, progress=progress))


def resume_list(runtime: Runtime, workspace_id: str, asked: str, progress: Progress) -> Sequence[str]:
    """Go on with the import whose id *asked* is, or with its undoing, and return lines that say what that did."""
    lists: list[tuple[UploadSchema, Drafts]] = []

    def read(upload: UploadSchema) -> Drafts:
        lists.append((upload, read_upload(upload)))
        return lists[0][1]

    batches = ManyTransactions(runtime, workspace_id)
    done = resume_import(batches, import_id=_parse_id(asked), by=BOT, read=read, progress=progress)
    if isinstance(done, ImportUndone):
        return _undone_lines(done)
    upload, drafts = lists[0]
    lines = plan_lines(done.plan, drafts, done=True, answers=upload.answers)
    return [*lines, f"To take it back: evenhand import --undo {done.id}"]


def _parse_id(asked: str) -> UUID:
    try:
        return UUID(asked)
    except ValueError as error:
        raise InvalidInput(f"{asked} isn't an import's id; the import said it when it was done.") from error


def _undone_lines(undone: ImportUndone) -> list[str]:
    lines = [f"{undone.file_name} is undone: {undone.removed:,} removed, {undone.restored:,} put back."]
    lines += [f"  kept {name}: {why}" for name, why in undone.kept]
    if undone.kept_total > len(undone.kept):
        lines.append(f"  and {undone.kept_total - len(undone.kept):,} more")
    return lines
