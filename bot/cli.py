"""The command line: `evenhand run | import | mentions | export | erase | doctor | migrate`."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts, write_csv
from bot.customers.queries import HEADERS, export_rows
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import ErasureSubject, ImportPlan
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject
from bot.customers.usecases.lists import apply_import, plan_import
from bot.customers.usecases.undoing import undo_import
from bot.doctor import check_settings, check_slack, check_storage
from bot.features import FEATURES
from bot.logs import set_up_logs
from bot.mentions.gateways.lists import read_list
from bot.mentions.queries.mentions import list_corrections, plan_list
from bot.mentions.schemas.mentions import ListPlan, ListRead
from bot.mentions.usecases.ingest import import_mentions
from bot.process import run_until_stopped
from bot.settings import load_storage_settings
from bot.storage import migrate as bring_up_to_date
from bot.workspaces.queries import list_workspaces
from bot.workspaces.usecases import BOT

app = typer.Typer(
    help="Makes sure every customer is contacted, whatever its size.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

SHOWN = 20
CORRECTED = ("words", "before", "after", "scorer", "at")
"""What is written of a correction: nobody's name."""

Workspace = Annotated[str, typer.Option(help="The Slack id of the workspace (T…); needed only when there are several.")]


AboutCustomer = Annotated[str, typer.Option("--customer", help="The name of one customer.", show_default=False)]
AboutPerson = Annotated[str, typer.Option("--person", help="The Slack id of one person (U…).", show_default=False)]


@app.command()
def run() -> None:
    """Run the bot, with the settings from the environment or .env."""
    run_until_stopped()


@app.command()
def migrate() -> None:
    """Bring the database to the newest version. `run` does so by itself."""
    with _storage() as runtime:
        _say(f"The database ({runtime.database.dialect}) is at the newest version.")


@app.command(name="import")
def import_list(
    file: Annotated[Path | None, typer.Argument(help="A CSV or TSV file, also gzipped.", show_default=False)] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help='Which column is what, such as --map "Company=name".')
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    erase_blanks: Annotated[bool, typer.Option(help="Let a row's blank erase the value we have.")] = False,
    source: Annotated[str, typer.Option(help="Which system the external ids belong to.")] = "",
    undo: Annotated[str, typer.Option(help="Take back the import with this id.")] = "",
    workspace: Workspace = "",
) -> None:
    """Take in a list of customers. Doing it twice changes nothing; a bad row never stops the others."""
    with _storage() as runtime:
        team = _only_workspace(runtime, workspace)
        if undo:
            _undo(runtime, team, undo)
            return
        if file is None:
            raise InvalidInput("Name the file to import: evenhand import customers.csv.")
        today = runtime.clock.now().date()
        content = _read(file)
        drafts = read_drafts(content, name=file.name, by_hand=_by_hand(map_ or []), today=today, default_source=source)
        with _progress("Rows") as report:
            if dry_run:
                plan = runtime.read_now(
                    plan_import, workspace=team, drafts=drafts, by=BOT, erase_blanks=erase_blanks, progress=report
                )
                import_id = None
            else:
                done = runtime.run_now(
                    apply_import, workspace=team, drafts=drafts, by=BOT, erase_blanks=erase_blanks, progress=report
                )
                plan, import_id = done.plan, done.id
        _tell(plan, import_id)


@app.command()
def mentions(
    file: Annotated[Path, typer.Argument(help="A CSV or TSV file, also gzipped: one review, post or article a row.")],
    dry_run: Annotated[bool, typer.Option(help="Say what would happen and change nothing.")] = False,
    workspace: Workspace = "",
) -> None:
    """Take in a list of mentions. Doing it twice keeps nothing twice; a bad row never stops the others."""
    with _storage() as runtime:
        team = _only_workspace(runtime, workspace)
        read = read_list(_read(file), name=file.name, now=runtime.clock.now())
        if dry_run:
            done = runtime.read_now(plan_list, workspace=team, read=read, viewer=BOT)
        else:
            done = runtime.run_now(import_mentions, workspace=team, read=read, by=BOT)
        _tell_mentions(done, read, would="would be " if dry_run else "")


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
    with _storage() as runtime:
        team = _only_workspace(runtime, workspace)
        if customer or person:
            subject = _subject(runtime, team, customer, person)
            about = {"workspace": team, "kind": subject.kind, "subject_id": subject.id}
            told = runtime.read_now(export_subject, **about, features=runtime.features)
            file = file or Path(f"{subject.kind}.json")
            _write(file, json.dumps(told.content, indent=2, ensure_ascii=False).encode("utf-8", "replace"))
            _say(f"Everything about {subject.name} is in {file}.")
            return
        if corrections:
            file, corrected = file or Path("corrections.csv"), runtime.read_now(list_corrections, workspace=team)
            _write(file, write_csv(CORRECTED, [[getattr(one, name) for name in CORRECTED] for one in corrected]))
            _say(f"All corrections are in {file}: {_rows(len(corrected))}.")
            return
        file, rows = file or Path("customers.csv"), runtime.read_now(export_rows, workspace=team, viewer=BOT)
        _write(file, write_csv(HEADERS, rows))
        _say(f"All customers are in {file}: {_rows(len(rows))}.")


@app.command()
def erase(
    customer: AboutCustomer = "",
    person: AboutPerson = "",
    yes: Annotated[str, typer.Option(help="The name again, for scripts; otherwise it is asked for.")] = "",
    workspace: Workspace = "",
) -> None:
    """Erase a customer, or the name of a person who left, wherever it is kept. Nobody can undo it."""
    with _storage() as runtime:
        team = _only_workspace(runtime, workspace)
        subject = _subject(runtime, team, customer, person)
        confirm = yes or typer.prompt(f"This erases {subject.name}, for good. Write the name to confirm", err=True)
        done = runtime.run_now(
            erase_subject, workspace=team, kind=subject.kind, subject_id=subject.id, confirm=confirm,
            features=runtime.features, by=BOT,
        )  # fmt: skip
        _say(f"The {done.kind} is erased: {', '.join(f'{name} {_rows(count)}' for name, count in done.rows.items())}.")


@app.command()
def doctor() -> None:
    """Look whether everything is as it should be; each trouble is one sentence that says what to do."""
    troubles = 0
    for title, look in (("Settings", check_settings), ("Database", check_storage), ("Slack", check_slack)):
        found = look()
        troubles += len(found)
        typer.secho(f"{'✗' if found else '✓'} {title}", fg="red" if found else "green")
        for sentence in found:
            _say(f"  {sentence}")
    if troubles:
        raise typer.Exit(1)


@contextmanager
def _storage() -> Iterator[Runtime]:
    settings = load_storage_settings()
    set_up_logs(style=settings.log_format, level=settings.log_level)
    runtime = Runtime(Database(settings.database_url), WallClock(), FEATURES)
    try:
        bring_up_to_date(runtime.database)
        yield runtime
    finally:
        runtime.close()


def _only_workspace(runtime: Runtime, wanted: str) -> str:
    known = runtime.read_now(list_workspaces, workspace=None)
    if wanted and wanted not in known:
        raise InvalidInput(f"The bot isn't installed in {wanted}; it knows {', '.join(known) or 'no workspace yet'}.")
    if not known:
        raise InvalidInput("The bot has met no workspace yet; start it once with `evenhand run`.")
    if not wanted and len(known) > 1:
        raise InvalidInput(f"There are several workspaces; add --workspace with one of {', '.join(known)}.")
    return wanted or known[0]


def _subject(runtime: Runtime, team: str, customer: str, person: str) -> ErasureSubject:
    if bool(customer) == bool(person):
        raise InvalidInput("Say about whom: --customer with a name, or --person with a Slack id; one of the two.")
    kind, words = ("customer", customer) if customer else ("person", person)
    return runtime.read_now(find_subject, workspace=team, kind=kind, words=words)


def _by_hand(pairs: list[str]) -> dict[str, str]:
    mapped = {}
    for pair in pairs:
        column, equals, name = pair.rpartition("=")
        if not equals or not column or not name:
            raise InvalidInput(f'"{pair}" can\'t be read; write the column, =, and our field: --map "Company=name".')
        mapped[column.strip()] = name.strip()
    return mapped


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


def _say(words: str) -> None:
    """One line as it is: names of files and customers are no markup, and a pipe gets whole lines."""
    typer.echo(words)


def _undo(runtime: Runtime, team: str, asked: str) -> None:
    try:
        import_id = UUID(asked)
    except ValueError as error:
        raise InvalidInput(f"{asked} isn't an import's id; the import said it when it was done.") from error
    undone = runtime.run_now(undo_import, workspace=team, import_id=import_id, by=BOT)
    _say(f"{undone.file_name} is undone: {undone.removed:,} removed, {undone.restored:,} put back.")
    for name, why in undone.kept:
        _say(f"  kept {name}: {why}")
    if undone.kept_total > len(undone.kept):
        _say(f"  and {undone.kept_total - len(undone.kept):,} more")


def _tell(plan: ImportPlan, import_id: UUID | None) -> None:
    would = "would be " if import_id is None else ""
    counts = (
        (len(plan.added), f"{would}added"), (plan.changed, f"{would}changed"),
        (plan.left_alone, "left alone"), (plan.refused, "refused"),
    )  # fmt: skip
    _say(", ".join(f"{count:,} {what}" for count, what in counts) + ".")
    _tell_rows((*plan.refusals[:SHOWN], *plan.remarks[:SHOWN]))
    hidden = max(len(plan.refusals) - SHOWN, 0) + max(len(plan.remarks) - SHOWN, 0)
    if hidden:
        _say(f"  and {hidden:,} more")
    if plan.late:
        _say(f"{plan.late:,} first calls find no room inside their cadence; more owners would help.")
    if import_id is not None:
        _say(f"To take it back: evenhand import --undo {import_id}")


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _tell_mentions(plan: ListPlan, read: ListRead, would: str) -> None:
    counts = (
        (plan.new, f"{would}kept"), (plan.known, "known already"), (plan.repeated, "said twice in the list"),
        (plan.refused, "refused"),
    )  # fmt: skip
    _say(", ".join(f"{count:,} {what}" for count, what in counts) + ".")
    _tell_rows(read.refusals[:SHOWN])
    if len(read.refusals) > SHOWN:
        _say(f"  and {len(read.refusals) - SHOWN:,} more")
    if plan.recent:
        where = "go to the channel of /mentions setup" if plan.channel_id else "wait in /mentions"
        _say(f"{plan.recent:,} of the last two weeks {where}; the rest is kept for the customers' cards.")


def _tell_rows(abouts: Iterable[Refusal | Note]) -> None:
    for about in abouts:
        place = f"row {about.row_number}" + (f", {about.column}" if about.column else "")
        _say(f"  {place}: {about.reason}")


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, moved by what it yields: rows done, of how many."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
