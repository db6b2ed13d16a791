"""`evenhand doctor`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import typer

from bot.core.clock import WallClock
from bot.doctor import age_of_backups, check_backups, check_settings, check_slack, check_storage, find_backups
from bot.doctor_facts import Check, Report, read_facts
from bot.doctor_slack import check_screens


def doctor(
    slack: Annotated[bool, typer.Option("--slack", help="Let Slack check every screen, at its worst, too.")] = False,
    recount: Annotated[bool, typer.Option("--recount", help="Count anew how customers stand, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with figures, for a monitoring.")] = False,
) -> None:
    """
    Check settings, database and Slack; each problem is one sentence that says what to do. The exit code is 0 when all
    is well and 1 when there is a problem.
    """
    checks = []
    for title, find_problems in _checks(slack=slack, recount=recount):
        checks.append(Check(title=title, problems=tuple(find_problems())))
        if not as_json:
            _show(checks[-1])
    ok = not any(check.problems for check in checks)
    if as_json:
        report = Report(ok=ok, checks=tuple(checks), facts=read_facts(WallClock()))
        typer.echo(report.model_dump_json(indent=2))
    if not ok:
        raise typer.Exit(1)


def _checks(*, slack: bool, recount: bool) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Yield what is checked, one after the other."""
    yield "Settings", check_settings
    yield "Database", partial(check_storage, recount=recount)
    yield "Slack", check_slack
    if slack:
        yield "Screens", check_screens
    if backups := find_backups():
        now = WallClock().now()
        yield f"Backups{age_of_backups(backups, now=now)}", partial(check_backups, backups, now=now)


def _show(check: Check) -> None:
    typer.secho(f"{'✗' if check.problems else '✓'} {check.title}", fg="red" if check.problems else "green")
    for sentence in check.problems:
        typer.echo("  " + "".join(filter(str.isprintable, sentence)))
