"""The command line: `evenhand run`, `import`, `mentions`, `export`, `erase`, `doctor`, `migrate`, and a few more."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.cli_backups import backup, restore
from bot.cli_demo import demo
from bot.cli_doctor import doctor
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts, write_csv
from bot.customers.queries import HEADERS, export_rows
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import Drafts, ErasureSubject
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject
from bot.customers.usecases.lists import apply_import, plan_import
from bot.customers.usecases.undoing import undo_import
from bot.customers.views.printed import plan_lines
from bot.features import FEATURES
from bot.logs import configure_logging
from bot.mentions.gateways.lists import read_list
from bot.mentions.queries.mentions import list_corrections, plan_list
from bot.mentions.schemas.mentions import ListPlan, ListRead
from bot.mentions.usecases.ingest import import_mentions
from bot.process import run_until_stopped
from bot.settings import load_storage_settings
from bot.storage import migrate as migrate_database
from bot.workspaces.queries import list_uninstalled, list_workspaces
from bot.workspaces.usecases import BOT

app = typer.Typer(
    help="Makes sure every customer is contacted, whatever its size.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

app.command()(backup)
app.command()(restore)
app.command()(demo)
app.command()(doctor)

MAX_ROWS_PRINTED = 20
CORRECTION_COLUMNS = ("words", "before", "after", "scorer", "at")
"""The exported columns of a correction; they contain no names of people."""

Workspace = Annotated[str, typer.Option(help="The Slack id of the workspace (T…); needed only when there are several.")]


AboutCustomer = Annotated[str, typer.Option("--customer", help="The name of one customer.", show_default=False)]
AboutPerson = Annotated[str, typer.Option("--person", help="The Slack id of one person (U…).", show_default=False)]


@app.command()
def run() -> None:
    """Run the bot, with the settings from the environment or .env."""
    run_until_stopped()


@app.command()
def migrate() -> None:
    """Migrate the database to the newest version. `run` does so by itself."""
    with _open_runtime() as runtime:
        _print(f"The database ({runtime.database.dialect}) is at the newest version.")


@app.command(name="import")
def import_list(
    file: Annotated[Path | None, typer.Argument(help="A CSV or TSV file, also gzipped.", show_default=False)] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help='Which column is what, such as --map "Company=name".')
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    erase_blanks: Annotated[bool, typer.Option(help="Let a row's blank erase the value we have.")] = False,
    source: Annotated[str, typer.Option(help="Which system the external ids belong to.")] = "",
    keep_apart: Annotated[
        str, typer.Option(help="Rows that are customers of their own, though they would be taken as one: 2,3,4 or all.")
    ] = "",
    undo: Annotated[str, typer.Option(help="Take back the import with this id.")] = "",
    workspace: Workspace = "",
) -> None:
    """Import a list of customers. Importing it twice changes nothing; an invalid row doesn't stop the others."""
    with _open_runtime() as runtime:
        workspace_id = _choose_workspace(runtime, workspace)
        if undo:
            _undo(runtime, workspace_id, undo)
            return
        if file is None:
            raise InvalidInput("Name the file to import: evenhand import customers.csv.")
        today = runtime.clock.now().date()
        content = _read(file)
        drafts = read_drafts(
            content, name=file.name, by_hand=_parse_columns(map_ or []), today=today, default_source=source
        )
        with _progress("Rows") as report:
            inputs = {"drafts": drafts, "by": BOT, "erase_blanks": erase_blanks, "progress": report}
            inputs["apart"] = _parse_rows(keep_apart, drafts)
            if dry_run:
                plan, import_id = runtime.read_now(plan_import, workspace=workspace_id, **inputs), None
            else:
                done = runtime.run_now(apply_import, workspace=workspace_id, **inputs)
                plan, import_id = done.plan, done.id
        for line in plan_lines(plan, drafts, done=import_id is not None):
            _print(line)
        if import_id is not None:
            _print(f"To take it back: evenhand import --undo {import_id}")


@app.command()
def mentions(
    file: Annotated[Path, typer.Argument(help="A CSV or TSV file, also gzipped: one review, post or article a row.")],
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    workspace: Workspace = "",
) -> None:
    """Import a list of mentions. Importing it twice adds nothing twice; an invalid row doesn't stop the others."""
    with _open_runtime() as runtime:
        workspace_id = _choose_workspace(runtime, workspace)
        read = read_list(_read(file), name=file.name, now=runtime.clock.now())
        if dry_run:
            done = runtime.read_now(plan_list, workspace=workspace_id, read=read, viewer=BOT)
        else:
            done = runtime.run_now(import_mentions, workspace=workspace_id, read=read, by=BOT)
        _print_mentions(done, read, would="would be " if dry_run else "")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where the CSV goes.", show_default="customers.csv")] = None,
    corrections: Annotated[
        bool, typer.Option(help="Instead: how mentions read, where people corrected it; a scorer can learn from that.")
    ] = False,
    customer: AboutCustomer = "",
    person: AboutPerson = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The same as FILE.", show_default=False)] = None,
    workspace: Workspace = "",
) -> None:
    """
    Write all customers as CSV; importing that file again changes nothing. With --customer or --person, write everything
    that is kept about one of them as JSON.
    """
    file = output or file
    with _open_runtime() as runtime:
        workspace_id = _choose_workspace(runtime, workspace)
        if customer or person:
            subject = _find_subject(runtime, workspace_id, customer, person)
            about = {"workspace": workspace_id, "kind": subject.kind, "subject_id": subject.id}
            exported = runtime.read_now(export_subject, **about, features=runtime.features)
            file = file or Path(f"{subject.kind}.json")
            _write(file, json.dumps(exported.content, indent=2, ensure_ascii=False).encode("utf-8", "replace"))
            _print(f"Everything about {subject.name} is in {file}.")
            return
        if corrections:
            file, corrected = (
                file or Path("corrections.csv"),
                runtime.read_now(list_corrections, workspace=workspace_id),
            )
            _write(
                file,
                write_csv(
                    CORRECTION_COLUMNS, [[getattr(one, name) for name in CORRECTION_COLUMNS] for one in corrected]
                ),
            )
            _print(f"All corrections are in {file}: {_row_count(len(corrected))}.")
            return
        file, rows = file or Path("customers.csv"), runtime.read_now(export_rows, workspace=workspace_id, viewer=BOT)
        _write(file, write_csv(HEADERS, rows))
        _print(f"All customers are in {file}: {_row_count(len(rows))}.")


@app.command()
def erase(
    customer: AboutCustomer = "",
    person: AboutPerson = "",
    yes: Annotated[str, typer.Option(help="The name again, for scripts; otherwise it is asked for.")] = "",
    workspace: Workspace = "",
) -> None:
    """Erase a customer, or the name of a person who left, everywhere. It can't be undone."""
    with _open_runtime() as runtime:
        workspace_id = _choose_workspace(runtime, workspace)
        subject = _find_subject(runtime, workspace_id, customer, person)
        confirm = yes or typer.prompt(f"This erases {subject.name}, for good. Write the name to confirm", err=True)
        done = runtime.run_now(
            erase_subject, workspace=workspace_id, kind=subject.kind, subject_id=subject.id, confirm=confirm,
            features=runtime.features, by=BOT,
        )  # fmt: skip
        counts = ", ".join(f"{name} {_row_count(count)}" for name, count in done.rows.items())
        _print(f"The {done.kind} is erased: {counts}.")


@contextmanager
def _open_runtime() -> Iterator[Runtime]:
    settings = load_storage_settings()
    configure_logging(style=settings.log_format, level=settings.log_level)
    runtime = Runtime(Database(settings.database_url), WallClock(), FEATURES)
    try:
        migrate_database(runtime.database)
        yield runtime
    finally:
        runtime.close()


def _choose_workspace(runtime: Runtime, wanted: str) -> str:
    known = [*runtime.read_now(list_workspaces, workspace=None), *runtime.read_now(list_uninstalled, workspace=None)]
    if wanted and wanted not in known:
        raise InvalidInput(f"The bot isn't installed in {wanted}; it knows {', '.join(known) or 'no workspace yet'}.")
    if not known:
        raise InvalidInput("The bot has met no workspace yet; start it once with `evenhand run`.")
    if not wanted and len(known) > 1:
        raise InvalidInput(f"There are several workspaces; add --workspace with one of {', '.join(known)}.")
    return wanted or known[0]


def _find_subject(runtime: Runtime, workspace_id: str, customer: str, person: str) -> ErasureSubject:
    if bool(customer) == bool(person):
        raise InvalidInput("Say about whom: --customer with a name, or --person with a Slack id; one of the two.")
    kind, words = ("customer", customer) if customer else ("person", person)
    return runtime.read_now(find_subject, workspace=workspace_id, kind=kind, words=words)


def _parse_columns(pairs: list[str]) -> dict[str, str]:
    mapped = {}
    for pair in pairs:
        column, equals, name = pair.rpartition("=")
        if not equals or not column or not name:
            raise InvalidInput(f'"{pair}" can\'t be read; write the column, =, and our field: --map "Company=name".')
        mapped[column.strip()] = name.strip()
    return mapped


def _parse_rows(words: str, drafts: Drafts) -> set[int]:
    """Return the numbers of rows that *words* list, "all" for every row of a list."""
    if words.strip() == "all":
        return {row.row_number for row in drafts.rows}
    rows = [word.strip() for word in words.split(",") if word.strip()]
    if not all(row.isdecimal() for row in rows):
        raise InvalidInput(f'"{words}" names no rows; write their numbers, --keep-apart 2,3,4, or --keep-apart all.')
    return {int(row) for row in rows}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {(error.strerror or 'unknown error').lower()}.") from error


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{file} can't be written: {(error.strerror or 'unknown error').lower()}.") from error


def _print(words: str) -> None:
    """
    Print one line without markup or wrapping, since names may contain brackets and output may be piped.

    A character that a terminal would obey rather than show is left out.
    """
    typer.echo("".join(filter(str.isprintable, words)))


def _undo(runtime: Runtime, workspace_id: str, asked: str) -> None:
    try:
        import_id = UUID(asked)
    except ValueError as error:
        raise InvalidInput(f"{asked} isn't an import's id; the import said it when it was done.") from error
    undone = runtime.run_now(undo_import, workspace=workspace_id, import_id=import_id, by=BOT)
    _print(f"{undone.file_name} is undone: {undone.removed:,} removed, {undone.restored:,} put back.")
    for name, why in undone.kept:
        _print(f"  kept {name}: {why}")
    if undone.kept_total > len(undone.kept):
        _print(f"  and {undone.kept_total - len(undone.kept):,} more")


def _row_count(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _print_mentions(plan: ListPlan, read: ListRead, would: str) -> None:
    counts = (
        (plan.new, f"{would}kept"), (plan.known, "known already"), (plan.repeated, "said twice in the list"),
        (plan.refused, "refused"),
    )  # fmt: skip
    _print(", ".join(f"{count:,} {what}" for count, what in counts) + ".")
    _print_rows((*read.refusals[:MAX_ROWS_PRINTED], *read.remarks))
    if len(read.refusals) > MAX_ROWS_PRINTED:
        _print(f"  and {len(read.refusals) - MAX_ROWS_PRINTED:,} more")
    if plan.recent:
        where = "go to the channel of /mentions setup" if plan.channel_id else "wait in /mentions"
        _print(f"{plan.recent:,} of the last two weeks {where}; the rest is kept for the customers' cards.")


def _print_rows(abouts: Iterable[Refusal | Note]) -> None:
    for about in abouts:
        place = f"row {about.row_number}" + (f", {about.column}" if about.column else "")
        _print(f"  {place}: {about.reason}")


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error; yield the function that moves it: rows done, total rows."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
