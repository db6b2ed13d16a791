"""The command line: `evenhand run`, `import`, `mentions`, `sales`, `export`, `erase`, `doctor`, and a few more."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.cli_backups import backup, copy, restore
from bot.cli_demo import demo
from bot.cli_doctor import doctor
from bot.cli_imports import import_stored, resume_list, undo_list
from bot.cli_lists import list_sales, mention_lines
from bot.cli_reports import make_report
from bot.cli_slack import manifest, rotate_token
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts, write_csv
from bot.customers.gateways.reports import is_report, write_report
from bot.customers.listeners.terminal import ListAnswers, Terminal, ask_about_list, parse_columns, parse_rows
from bot.customers.queries import HEADERS, export_rows
from bot.customers.queries.screens import get_answers
from bot.customers.schemas import Drafts, ErasureSubject, ImportPlan
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject
from bot.customers.usecases.lists import plan_import
from bot.customers.usecases.uploads import store_upload
from bot.customers.views.printed import plan_lines
from bot.features import FEATURES
from bot.logs import configure_logging
from bot.mentions.gateways.lists import read_list
from bot.mentions.queries.mentions import list_corrections, plan_list
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
app.command()(copy)
app.command()(demo)
app.command()(doctor)
app.command()(manifest)
app.command()(rotate_token)

BEGINNING = 64 * 1024  # bytes of a file by which an earlier report is recognised
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
    *,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help='Which column is what, such as --map "Company=name".')
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    erase_blanks: Annotated[bool, typer.Option(help="Let a row's blank erase the value we have.")] = False,
    source: Annotated[str, typer.Option(help="Which system the external ids belong to.")] = "",
    keep_apart: Annotated[
        str, typer.Option(help="Rows that are customers of their own, though they would be taken as one: 2,3,4 or all.")
    ] = "",
    interactive: Annotated[
        bool,
        typer.Option("--interactive", help="Ask what the list leaves open, and show what would happen first."),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="Write every row to this CSV file, with what became of it and why.", show_default=False),
    ] = None,
    undo: Annotated[str, typer.Option(help="Take back the import with this id.")] = "",
    resume: Annotated[str, typer.Option(help="Go on with the import of this id, which was interrupted.")] = "",
    workspace: Workspace = "",
) -> None:
    """Import a list of customers. Importing it twice changes nothing; an invalid row doesn't stop the others."""
    with _open_runtime() as runtime:
        workspace_id = _choose_workspace(runtime, workspace)
        if undo or resume:
            with _progress("Customers") as progress:
                lines = (undo_list if undo else resume_list)(runtime, workspace_id, undo or resume, progress)
            _print_lines(lines)
            return
        if file is None:
            raise InvalidInput("Name the file to import: evenhand import customers.csv.")
        if report is not None:
            _require_free(report)
        chosen = _choose(
            runtime, workspace_id, file, by_hand=parse_columns(map_ or []), source=source, erase_blanks=erase_blanks,
            apart=keep_apart, interactive=interactive, may_import=not dry_run,
        )  # fmt: skip
        if interactive and not chosen.is_wanted and not dry_run:
            _print("Nothing was changed.")
            return
        plan, import_id = _import_or_plan(
            runtime, workspace_id, file, chosen, source=source, erase_blanks=erase_blanks, dry_run=dry_run
        )
        lines = plan_lines(plan, chosen.drafts, done=import_id is not None, answers=chosen.answers)
        _print_lines(lines[:1] if interactive and import_id else [] if interactive else lines)
        if import_id is not None:
            _print(f"To take it back: evenhand import --undo {import_id}")
        if report is not None:
            _write_report(report, file, chosen, plan, done=import_id is not None)


def _import_or_plan(
    runtime: Runtime,
    workspace_id: str,
    file: Path,
    chosen: ListAnswers,
    *,
    source: str,
    erase_blanks: bool,
    dry_run: bool,
) -> tuple[ImportPlan, UUID | None]:
    """Import a list, or only look what that would do; return the plan, and the import's id where there is one."""
    inputs: dict[str, Any] = {"drafts": chosen.drafts, "erase_blanks": erase_blanks}
    if dry_run:
        with _progress("Rows") as progress:
            inputs |= {"progress": progress, "apart": chosen.apart, "by": BOT}
            return runtime.read_now(plan_import, workspace=workspace_id, **inputs), None
    upload_id = runtime.run_now(
        store_upload, workspace=workspace_id, by=BOT, file_name=file.name, content=_read(file), source=source,
        by_hand=chosen.by_hand, answers=chosen.answers, apart=chosen.apart,
    )  # fmt: skip
    with _progress("Rows") as progress:
        done = import_stored(runtime, workspace_id, upload_id, progress=progress, **inputs)
    return done.plan, done.id


def _choose(
    runtime: Runtime,
    workspace_id: str,
    file: Path,
    *,
    by_hand: Mapping[str, str],
    source: str,
    erase_blanks: bool,
    apart: str,
    interactive: bool,
    may_import: bool,
) -> ListAnswers:
    """Read a list as its options say, and, if *interactive*, as the person in front of the terminal does."""
    content, today = _read(file), runtime.clock.now().date()

    def read(by_hand: Mapping[str, str], answers: Mapping[str, str]) -> Drafts:
        return read_drafts(
            content, name=file.name, by_hand=by_hand, answers=answers, today=today, default_source=source
        )

    def plan(drafts: Drafts, rows: Collection[int]) -> ImportPlan:
        inputs = {"drafts": drafts, "by": BOT, "erase_blanks": erase_blanks, "apart": rows}
        return runtime.read_now(plan_import, workspace=workspace_id, **inputs)

    before = runtime.read_now(get_answers, workspace=workspace_id)
    if interactive:
        terminal = Terminal(say=_print, ask=_ask)
        return ask_about_list(
            terminal, read=read, plan=plan, by_hand=by_hand, apart=apart, may_import=may_import, before=before
        )
    drafts = read(by_hand, before)
    return ListAnswers(drafts, by_hand, before, parse_rows(apart, drafts), is_wanted=True)


def _ask(question: str, proposed: str) -> str:
    return str(typer.prompt(question, default=proposed, show_default=bool(proposed), err=True))


def _write_report(report: Path, file: Path, chosen: ListAnswers, plan: ImportPlan, *, done: bool) -> None:
    content = write_report(
        _read(file), name=file.name, by_hand=chosen.by_hand, drafts=chosen.drafts, plan=plan, done=done
    )
    _write(report, content)
    _print(f"What became of each row is in {report}.")


def _require_free(report: Path) -> None:
    """Refuse to write over anything but an earlier report."""
    if report.is_dir() or (report.exists() and not is_report(_read(report)[:BEGINNING])):
        raise InvalidInput(f"{report} exists and is no report of an import: name another file for the report.")
    if not report.parent.is_dir():
        raise InvalidInput(f"{report} can't be written: there is no folder {report.parent}.")


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
        _print_lines(mention_lines(done, read, would="would be " if dry_run else ""))


@app.command()
def sales(
    file: Annotated[Path, typer.Argument(help="A CSV or TSV file, also gzipped: one sale a row.")],
    campaign: Annotated[
        str, typer.Option(help="The name of the campaign, or its beginning; without it the last one.")
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    workspace: Workspace = "",
) -> None:
    """Write down what the customers of a campaign bought. Doing it twice writes nothing down twice."""
    with _open_runtime() as runtime:
        lines = list_sales(
            runtime, _choose_workspace(runtime, workspace), campaign=campaign, name=file.name, content=_read(file),
            dry_run=dry_run,
        )  # fmt: skip
        _print_lines(lines)


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
def report(
    first: Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01.")],
    last: Annotated[str, typer.Option("--to", help="The last day.")],
    kind: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    output: Annotated[Path | None, typer.Option("-o", "--output", show_default="report.csv or .json")] = None,
    workspace: Workspace = "",
) -> None:
    """Write the figures behind /evenhand proof for any period, with what they mean."""
    with _open_runtime() as runtime:
        content = make_report(runtime, _choose_workspace(runtime, workspace), first=first, last=last, kind=kind)
        _write(output := output or Path(f"report.{kind}"), content)
        _print(f"The report from {first} to {last} is in {output}.")


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


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        _print(line)


def _row_count(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error; yield the function that moves it: rows done, total rows."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
