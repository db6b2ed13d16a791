"""A list on the command line: its questions, asked in the terminal, and the report of every row."""

import csv
import os
import subprocess
import sys
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.clock import WallClock
from bot.core.database import Database
from bot.customers.rules.due import Status
from bot.customers.tables import Customer, Upload
from bot.customers.usecases.running import start_import
from tests.customers.test_row_ids import LEADS
from tests.makers import ANA, ROOT, WORKSPACE
from tests.shell.outside import NAMES
from tests.shell.test_cli import Shell, _leave_logging_alone, shell

__all__ = ["_leave_logging_alone", "shell"]

LIST = (
    "Firm,Owner,State,Last contact,Domain\n"
    "Loop,,operating,05/03/2026,loop.com\nLOOP Inc.,,operating,06/04/2026,loop.com\nBolt,,dreaming,,\n"
)


def statuses(shell: Shell) -> dict[str, tuple[Status, str]]:
    """The status and last contact of every customer."""
    database = Database(shell.url)
    with database.reading(WORKSPACE) as session:
        found = {row.name: (row.status, str(row.last_contact_on)) for row in session.exec(select(Customer))}
    database.close()
    return found


def test_a_list_is_imported_by_answering_its_questions(shell: Shell) -> None:
    """Columns, statuses by value, dates that can be read two ways, rows to keep apart, and the last word."""
    (shell.folder / "firms.csv").write_text(LIST, encoding="utf-8")
    answers = [
        "nonsense", "Shoe=name", "State=status", "",  # columns
        "9", "3", "", "2",  # a number that isn't there; operating means lost; dreaming as proposed; month first
        "two", "3",  # rows to keep apart
        "yes",
    ]  # fmt: skip
    said = shell.run_ok("import", "firms.csv", "--interactive", answers="\n".join(answers) + "\n")
    for words in (
        '"nonsense" can\'t be read', "There is no column called “Shoe”", "State → status",
        "2 rows say “operating” under “State”. Which status is that?\n  1  Active\n  2  Paused\n  3  Lost",
        "Write a number from 1 to 5.", "2 dates under “Last contact” can be read two ways.", '"two" names no rows',
        "2 rows were taken as one: Loop, LOOP Inc.", "Which status is that? → Lost",
        "Which status is that? → Leave it empty", "3 added, 0 changed, 0 left alone, 0 refused.\nTo take it back:",
    ):  # fmt: skip
        assert words in said
    assert statuses(shell) == {
        "Loop": (Status.LOST, "2026-05-03"), "LOOP Inc.": (Status.LOST, "2026-06-04"), "Bolt": (Status.ACTIVE, "None"),
    }  # fmt: skip


def test_a_list_without_a_name_is_asked_for_it(shell: Shell) -> None:
    """Nothing goes on before a column holds the names; without a yes, nothing is changed."""
    (shell.folder / "odd.csv").write_text("Rank,No\n1,7\n2,8\n", encoding="utf-8")
    said = shell.run_ok("import", "odd.csv", "--interactive", answers="\nNo=name\n\n\n")
    assert said.count("No column holds the customer's name among “Rank”, “No”") == 2
    assert "Read: No → name." in said
    assert said.endswith("Nothing was changed.\n")
    assert shell.names() == []
    assert "2 would be added" in shell.run_ok("import", "odd.csv", "--interactive", "--dry-run", answers="No=name\n\n")


def test_proposals_are_named_where_nobody_is_asked(shell: Shell) -> None:
    """The command line says what it took for granted, and how to be asked."""
    (shell.folder / "firms.csv").write_text(LIST, encoding="utf-8")
    said = shell.run_ok("import", "firms.csv", "--dry-run", "--map", "State=status")
    assert "Taken as proposed (--interactive asks):" in said
    assert "  2 rows say “operating” under “State”. Which status is that? → Active\n" in said


def test_what_was_answered_about_a_list_holds_for_the_next_one(shell: Shell) -> None:
    """The same list again asks nobody and changes nothing; Enter takes the answer given before, a new word is asked."""
    (shell.folder / "firms.csv").write_text("Firm,Status\nLoop,operating\nBolt,Inactive\n", encoding="utf-8")
    shell.run_ok("import", "firms.csv", "--interactive", answers="\n3\n4\nyes\n")
    then = {"Bolt": (Status.LOST, "None"), "Loop": (Status.EXCLUDED, "None")}
    assert statuses(shell) == then
    said = shell.run_ok("import", "firms.csv")
    assert said.startswith("0 added, 0 changed, 2 left alone, 0 refused.\n")
    assert "Answered:\n  1 row says “Inactive” under “Status”. Which status is that? → Lost\n" in said
    (shell.folder / "firms.csv").write_text(
        "Firm,Status\nLoop,operating\nBolt,Inactive\nZed,dreaming\n", encoding="utf-8"
    )
    said = shell.run_ok("import", "firms.csv", "--dry-run")
    assert "Taken as answered before or proposed (--interactive asks):" in said
    shell.run_ok("import", "firms.csv", "--interactive", answers="\n1\n\n\nyes\n")
    assert statuses(shell) == {**then, "Zed": (Status.ACTIVE, "None")}


def test_a_list_of_people_is_asked_whose_ids_it_has(shell: Shell) -> None:
    """Without an answer, a company's rows are one customer, and that is said; "no" keeps them as they stand."""
    (shell.folder / "firms.csv").write_text(LEADS, encoding="utf-8")
    said = shell.run_ok("import", "firms.csv", "--dry-run")
    asked = "“lead_id” differs in the rows of one company: is it the id of each row’s person or product?"
    assert f"{asked} → Yes: one customer per name" in said
    assert "2 rows were taken as one: Casa Nord (rows 5, 6: they are of one company)" in said
    said = shell.run_ok("import", "firms.csv", "--interactive", answers="\n2\nyes\n")
    assert f"{asked} → No: one customer per row" in said
    assert "8 added" in said


def test_the_report_holds_every_row_and_writes_over_nothing_else(shell: Shell) -> None:
    """An earlier report is replaced; another file, a folder, and a place that isn't there are one sentence."""
    (shell.folder / "firms.csv").write_text(LIST, encoding="utf-8")
    looked = shell.run_ok("import", "firms.csv", "--dry-run", "--report", "rows.csv")
    assert looked.endswith("What became of each row is in rows.csv.\n")
    shell.run_ok("import", "firms.csv", "--report", "rows.csv")
    with (shell.folder / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[-3:-1] for row in rows] == [
        ["Row", "What became of it"], ["2", "added"], ["3", "taken as one with row 2"], ["4", "added"],
    ]  # fmt: skip
    assert "is no report of an import" in shell.run_failing("import", "firms.csv", "--report", "firms.csv")
    assert "is no report of an import" in shell.run_failing("import", "firms.csv", "--report", ".")
    assert "there is no folder no" in shell.run_failing("import", "firms.csv", "--report", "no/rows.csv")
    assert (shell.folder / "firms.csv").read_text(encoding="utf-8") == LIST


def test_a_list_that_is_refused_isnt_kept(shell: Shell) -> None:
    """Its rows stay in nobody's database: neither when its headings say nothing, nor when another import runs."""
    (shell.folder / "odd.csv").write_bytes(b"\xf6\t\xb5")
    assert "No column holds the customer's name" in shell.run_failing("import", "odd.csv")
    (shell.folder / "firms.csv").write_text(LIST, encoding="utf-8")
    database = Database(shell.url)
    with database.transaction(WORKSPACE) as session:
        start_import(
            session, import_id=UUID(int=1), file_name="other.csv", source="", by=ANA, upload_id=None, choices={},
            now=WallClock().now(),
        )  # fmt: skip
    assert "The import of other.csv is running" in shell.run_failing("import", "firms.csv")
    with database.reading(WORKSPACE) as session:
        assert session.exec(select(Upload)).all() == []
    database.close()


@pytest.mark.slow
def test_a_person_in_a_terminal_answers_and_may_leave(shell: Shell) -> None:
    """The real process on a real terminal: the proposals hold where nothing is typed, and Ctrl-D changes nothing."""
    (shell.folder / "firms.csv").write_text(LIST.replace("State", "Status"), encoding="utf-8")
    assert "Aborted." in typed(shell, "\n\x04")
    assert shell.names() == []
    said = typed(shell, "\n" * 5 + "yes\n")
    assert "Its number [1]:" in said
    assert "Import the list? (yes or no) [no]:" in said
    assert shell.names() == ["Bolt", "Loop"]


def typed(shell: Shell, keys: str) -> str:
    """What `evenhand import firms.csv --interactive` shows in a terminal in which somebody types *keys*."""
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    in_terminal = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])", sys.executable, "-m", "bot"]
    done = subprocess.run(
        [*in_terminal, "import", str(shell.folder / "firms.csv"), "--interactive"], input=keys, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300,
        env={**kept, "DATABASE_URL": shell.url, "LOG_LEVEL": "error", "TERM": "dumb"},
    )  # fmt: skip
    return done.stdout
