"""The command line: import and export, one sentence for every mistake, and a bot that stops on request."""

import asyncio
import json
import os
import re
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot import cli
from bot.__main__ import main
from bot.core.database import Database, sqlite_module
from bot.core.errors import BotError
from bot.customers.tables import Customer
from bot.customers.usecases import writing
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.usecases.acting import correct_sentiment
from bot.workspaces.usecases import install_workspace
from tests.makers import ANA, ROOT, WORKSPACE, add_person
from tests.shell.outside import APP_TOKEN, NAMES, clean_environment, environment, rehearsal

LIST = "Company,Web,Annual Revenue,Tags\nAcme [Ltd],acme.example,1000,key\nZoë & Söhne,,,\n,nameless.example,,\n"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ID = re.compile(r"--undo ([0-9a-f-]{36})")


@dataclass
class Shell:
    """A terminal in an empty folder, with a database that has one workspace."""

    folder: Path
    url: str

    def run_ok(self, *words: str, answers: str = "", **more: str) -> str:
        """Run a command that succeeds; return its output."""
        with clean_environment(self.folder, **{"DATABASE_URL": self.url, "LOG_LEVEL": "error", **more}):
            result = CliRunner().invoke(cli.app, list(words), input=answers, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    def run_failing(self, *words: str, **more: str) -> str:
        """Run a command that fails; return its error sentence."""
        with pytest.raises(BotError) as caught:
            self.run_ok(*words, **more)
        sentence = str(caught.value)
        assert sentence.endswith(".")
        return sentence

    def names(self, workspace: str = WORKSPACE) -> list[str]:
        """Return the names of the customers in the database."""
        database = Database(self.url)
        with database.reading(workspace) as session:
            found = sorted(session.exec(select(Customer.name).where(Customer.workspace_id == workspace)).all())
        database.close()
        return found

    def install(self, *workspaces: str) -> None:
        """Install the bot in these workspaces."""
        database = Database(self.url)
        for workspace in workspaces:
            with database.transaction(workspace) as session:
                install_workspace(session, name=workspace, bot_user_id="U0BOT", now=NOW)
        database.close()

    def person(self, person_id: str, name: str, **more: object) -> None:
        """Have somebody in the workspace."""
        database = Database(self.url)
        with database.transaction(WORKSPACE) as session:
            add_person(session, person_id, name, **more)
        database.close()


def _shell(folder: Path, url: str) -> Shell:
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    shell = Shell(folder, url)
    shell.install(WORKSPACE)
    return shell


@pytest.fixture
def shell(tmp_path: Path, sqlite_url: str) -> Shell:
    """Return a shell with SQLite."""
    return _shell(tmp_path, sqlite_url)


@pytest.fixture(autouse=True)
def _leave_logging_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep pytest's logging configuration."""
    monkeypatch.setattr(cli, "configure_logging", lambda **_: None)


def test_a_list_goes_in_comes_out_and_in_again(tmp_path: Path, database_url: str) -> None:
    """Dry run, import, import again, export, import the export, undo: nothing is duplicated or lost."""
    shell = _shell(tmp_path, database_url)
    assert "2 would be added, 0 would be changed, 0 left alone, 1 refused." in shell.run_ok(
        "import", "list.csv", "--dry-run", "--map", "Company=name"
    )
    assert shell.names() == []
    first = shell.run_ok("import", "list.csv", "--map", "Company=name")
    assert "2 added, 0 changed, 0 left alone, 1 refused." in first
    assert re.search(r"row 4, Company: .+\.", first)
    assert "0 added, 0 changed, 2 left alone, 1 refused." in shell.run_ok("import", "list.csv")
    assert shell.run_ok("export", "out.csv") == "All customers are in out.csv: 2 rows.\n"
    assert "0 added, 0 changed, 2 left alone, 0 refused." in shell.run_ok("import", "out.csv")
    assert shell.names() == ["Acme [Ltd]", "Zoë & Söhne"]
    found = ID.search(first)
    assert found is not None
    assert "list.csv is undone: 2 removed, 0 put back." in shell.run_ok("import", "--undo", found[1])
    assert shell.names() == []
    assert "was undone already" in shell.run_failing("import", "--undo", found[1])


def test_an_import_that_was_interrupted_goes_on(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names both ways, and another list waits; going on and undoing say what they always say."""
    shell = _shell(tmp_path, database_url)
    (tmp_path / "short.csv").write_text("Name\nOther\n", encoding="utf-8")
    finish = writing.finish_import

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    for way, said, names in (("--resume", "2 added, 0 changed", 2), ("--undo", "2 removed, 0 put back", 0)):
        monkeypatch.setattr(writing, "finish_import", fail)
        failed = shell.run_failing("import", "list.csv", "--map", "Company=name")
        assert failed.startswith("The import of list.csv was interrupted, and what is done stays.")
        found = ID.search(failed)
        assert found is not None
        monkeypatch.setattr(writing, "finish_import", finish)
        assert "let it go on or undo it first" in shell.run_failing("import", "short.csv")
        assert said in shell.run_ok("import", way, found[1])
        assert len(shell.names()) == names
        if way == "--resume":
            assert "finished already" in shell.run_failing("import", "--resume", found[1])
            shell.run_ok("import", "--undo", found[1])
    assert "isn't an import's id" in shell.run_failing("import", "--resume", "soon")


def test_rows_are_kept_apart_by_an_option(tmp_path: Path, database_url: str) -> None:
    """What was taken as one is printed with the rows to keep apart; words that name no rows are refused."""
    shell = _shell(tmp_path, database_url)
    rows = "Name,Domain\nLoop,loop.com\nLOOP Inc.,loop.com\nThe Loop,loop.com\n"
    (tmp_path / "loops.csv").write_text(rows, encoding="utf-8")
    looked = shell.run_ok("import", "loops.csv", "--dry-run")
    assert "1 would be added, 0 would be changed, 0 left alone, 2 taken as one with another row, 0 refused." in looked
    assert "  3 rows were taken as one: Loop, LOOP Inc., The Loop (rows 2, 3, 4: they have one domain)" in looked
    assert "(--keep-apart 2,3,4 keeps those rows apart" in looked
    assert "2 would be added" in shell.run_ok("import", "loops.csv", "--dry-run", "--keep-apart", "3")
    assert '"three" names no rows' in shell.run_failing("import", "loops.csv", "--keep-apart", "three")
    assert "There is no customer in row 9" in shell.run_failing("import", "loops.csv", "--keep-apart", "3,9")
    assert "3 added" in shell.run_ok("import", "loops.csv", "--keep-apart", "all")


def test_a_list_of_mentions_goes_in_once(tmp_path: Path, database_url: str) -> None:
    """Dry run, import, import again; refused rows name line and column; no file is one sentence."""
    shell = _shell(tmp_path, database_url)
    rows = "Text,Link,Rating\nGreat,https://g2.example/1,5\nOdd,https://g2.example/2,many\nBad,https://g2.example/3,1\n"
    (tmp_path / "reviews.csv").write_text(rows, encoding="utf-8")
    looked = shell.run_ok("mentions", "reviews.csv", "--dry-run")
    assert "2 would be kept, 0 known already, 0 said twice in the list, 1 refused." in looked
    assert "  row 3, Rating: “many” is no rating; write the stars of five, like 4, or 8/10.\n" in looked
    assert "2 kept, 0 known already" in shell.run_ok("mentions", "reviews.csv")
    assert "0 kept, 2 known already, 0 said twice in the list, 1 refused." in shell.run_ok("mentions", "reviews.csv")
    assert shell.run_failing("mentions", "none.csv") == "none.csv can't be read: no such file or directory."
    (tmp_path / "colours.csv").write_text("Colour\nred\n", encoding="utf-8")
    assert shell.run_failing("mentions", "colours.csv").startswith("No column holds what was written among “Colour”")


def test_a_customer_is_exported_and_erased_after_its_name_is_written_again(tmp_path: Path, database_url: str) -> None:
    """As JSON, to the file that was named; another name erases nothing; the answer says what went."""
    shell = _shell(tmp_path, database_url)
    shell.run_ok("import", "list.csv")
    assert shell.run_ok("export", "--customer", "acme", "-o", "a.json") == "Everything about Acme [Ltd] is in a.json.\n"
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert told["customers"]["customer"]["name"] == "Acme [Ltd]"
    assert "write Acme [Ltd] to erase it" in shell.run_failing("erase", "--customer", "acme", "--yes", "Acme")
    assert shell.names() == ["Acme [Ltd]", "Zoë & Söhne"]
    done = shell.run_ok("erase", "--customer", "acme", "--yes", "acme [ltd]")
    assert done == "The customer is erased: mentions 1 row, customers 2 rows.\n"
    assert shell.names() == ["Zoë & Söhne"]
    assert "No customer is called acme" in shell.run_failing("erase", "--customer", "acme")


def test_a_person_who_left_is_exported_and_erased_by_id(shell: Shell) -> None:
    """The name is asked for; who is still in Slack stays; either a customer or a person has to be named."""
    shell.person(ANA, "Ana Lima", is_deactivated=True)
    shell.person("U0BOB", "Bob Chen")
    shell.run_ok("export", "--person", ANA, "--output", "ana.json")
    assert json.loads((shell.folder / "ana.json").read_text())["people"]["name"] == "Ana Lima"
    assert "The person is erased: people 1 row" in shell.run_ok("erase", "--person", ANA, answers="Ana Lima\n")
    assert "still in Slack" in shell.run_failing("erase", "--person", "U0BOB", "--yes", "Bob Chen")
    assert "one of the two" in shell.run_failing("erase")
    assert "one of the two" in shell.run_failing("export", "--person", ANA, "--customer", "acme")


def test_an_export_can_stand_in_another_folder(shell: Shell) -> None:
    """The file's name is the person's choice; brackets in it stay as they are."""
    shell.run_ok("import", "list.csv")
    assert "[1].csv" in shell.run_ok("export", "copy[1].csv")
    assert (shell.folder / "copy[1].csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert shell.run_failing("export", "no/such/folder.csv").startswith("no/such/folder.csv can't be written: ")


def test_what_people_corrected_is_exported_without_their_names(shell: Shell) -> None:
    """The export has the text, both readings and the model; formulas are escaped."""
    database = Database(shell.url)
    with database.transaction(WORKSPACE) as session:
        add_person(session, ANA, "Ana Lima")
        correct_sentiment(
            session, mention_id=uuid4(), words="=never again", before=Sentiment.PRAISE, scorer="vader 3.3.2",
            feeling=Sentiment.COMPLAINT, by=ANA, now=NOW,
        )  # fmt: skip
    database.close()
    assert shell.run_ok("export", "--corrections") == "All corrections are in corrections.csv: 1 row.\n"
    assert (shell.folder / "corrections.csv").read_text(encoding="utf-8-sig").splitlines() == [
        '"words","before","after","scorer","at"',
        '"\'=never again","praise","complaint","vader 3.3.2","2026-11-23T09:00:00+00:00"',
    ]
    assert "0 rows" in shell.run_ok("export", "again.csv")


def test_a_blank_erases_only_when_asked(shell: Shell) -> None:
    """A blank in a second list keeps the stored value, except with --erase-blanks."""
    shell.run_ok("import", "list.csv")
    (shell.folder / "blank.csv").write_text("name,annual value\nAcme [Ltd],\n", encoding="utf-8")
    assert "0 changed, 1 left alone" in shell.run_ok("import", "blank.csv")
    assert "1 changed, 0 left alone" in shell.run_ok("import", "blank.csv", "--erase-blanks")


def test_files_that_cant_be_read_are_one_sentence(shell: Shell) -> None:
    """A missing file, a folder, no table and no name column each give a sentence with advice."""
    (shell.folder / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (shell.folder / "nameless.csv").write_text("colour,weight\n1,3\n", encoding="utf-8")
    (shell.folder / "empty.csv").write_bytes(b"")
    assert shell.run_failing("import", "none.csv") == "none.csv can't be read: no such file or directory."
    assert shell.run_failing("import", ".") == ". can't be read: is a directory."
    assert shell.run_failing("import") == "Name the file to import: evenhand import customers.csv."
    assert shell.run_failing("import", "photo.csv")
    assert shell.run_failing("import", "empty.csv")
    assert '--map "' in shell.run_failing("import", "nameless.csv")
    assert shell.names() == []


def test_an_import_says_what_the_window_shows(shell: Shell) -> None:
    """Columns, sample rows, what is refused or odd by its reason, changes, who has no owner; no row twice."""
    rows = "Company,Owner,Headcount,Shoe size\nAcme,ana,12,4\nGold\x1b[2Jdex,bob,few,\n,,,9\n,,,8\nZeta,eve,many,\n"
    (shell.folder / "shoes.csv").write_text(rows, encoding="utf-8")
    assert shell.run_ok("import", "shoes.csv", "--dry-run").splitlines() == [
        "3 would be added, 0 would be changed, 0 left alone, 2 refused.",
        "Read: Company → name, Owner → owner, Headcount → headcount.",
        'Not read: Shoe size (--map "Column=field" reads one).',
        "First rows:",
        "  Acme · no owner",
        "  Gold[2Jdex · no owner",
        "  Zeta · no owner",
        "Refused:",
        "  2 rows (4, 5), Company: The row has no name: write what the customer is called.",
        "Worth a look:",
        "  3 rows (2, 3, 6), Owner, for example: Nobody here is called “ana”, so the customer has no owner.",
        "  2 rows (3, 6), Headcount, for example: “few” is no number of people; write it like 250. It was left blank.",
        "3 have no owner; a manager shares them out with /customers pool in Slack.",
    ]
    shell.run_ok("import", "shoes.csv")
    (shell.folder / "shoes.csv").write_text("Company,Headcount\nAcme,13\n", encoding="utf-8")
    assert shell.run_ok("import", "shoes.csv", "--dry-run").splitlines()[2:] == [
        "Changed:",
        "  Acme: headcount “12” → “13”",
    ]


def test_what_an_import_says_is_short_however_long_the_list_is(shell: Shell) -> None:
    """Ten changes, twenty reasons, five rows of each; the rest is counted."""
    lines = [f"Number {number},{number}" for number in range(30)]
    (shell.folder / "long.csv").write_text("\n".join(["Company,Headcount", *lines, *[",1"] * 7]), encoding="utf-8")
    said = shell.run_ok("import", "long.csv")
    assert "  7 rows (32, 33, 34, 35, 36 …), Company: " in said
    assert "  and 27 more\n" in said
    (shell.folder / "long.csv").write_text(
        "\n".join(["Company,Headcount", *(f"{line}0" for line in lines[1:])]), encoding="utf-8"
    )
    assert shell.run_ok("import", "long.csv").splitlines()[-2] == "  and 19 more"


@pytest.mark.parametrize("pair", ["Company", "=name", "Company=", "="])
def test_a_map_that_cant_be_read_is_one_sentence(shell: Shell, pair: str) -> None:
    """The sentence shows the correct form."""
    assert '--map "Company=name"' in shell.run_failing("import", "list.csv", "--map", pair)


def test_a_map_to_nothing_we_know_is_one_sentence(shell: Shell) -> None:
    """The sentence names the unknown field or column."""
    assert "nonsense" in shell.run_failing("import", "list.csv", "--map", "Company=nonsense")
    assert "Nowhere" in shell.run_failing("import", "list.csv", "--map", "Nowhere=name")


@pytest.mark.parametrize("asked", ["soon", "0192f000-0000-7000-8000-000000000000"])
def test_an_import_that_never_was_cant_be_undone(shell: Shell, asked: str) -> None:
    """A wrong id is reported, and nothing changes."""
    assert shell.run_failing("import", "--undo", asked)


def test_without_a_workspace_it_says_what_to_do_first(tmp_path: Path, sqlite_url: str) -> None:
    """Without a workspace, import says how to start."""
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    assert "start it once with `evenhand run`" in Shell(tmp_path, sqlite_url).run_failing("import", "list.csv")


def test_with_several_workspaces_one_has_to_be_named(shell: Shell) -> None:
    """With several workspaces, import asks for one."""
    shell.install("T0OTHER")
    assert f"{WORKSPACE}, T0OTHER" in shell.run_failing("export")
    assert "add --workspace" in shell.run_failing("import", "list.csv")
    assert "T0NOWHERE" in shell.run_failing("import", "list.csv", "--workspace", "T0NOWHERE")
    shell.run_ok("import", "list.csv", "--workspace", "T0OTHER")
    assert (shell.names(), len(shell.names("T0OTHER"))) == ([], 2)
    assert "0 rows" in shell.run_ok("export", "--workspace", WORKSPACE)


def test_migrate_makes_the_tables_and_says_so(tmp_path: Path) -> None:
    """It works on a new file and again; no other command needs it first."""
    shell = Shell(tmp_path, f"sqlite:///{tmp_path}/fresh.db")
    for _ in range(2):
        assert shell.run_ok("migrate") == "The database (sqlite) is at the newest version.\n"
    assert "DATABASE_URL" in shell.run_failing("migrate", DATABASE_URL="nonsense")
    assert "DATABASE_URL" in shell.run_failing("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/no/folder/x.db")
    assert "LOG_LEVEL" in shell.run_failing("migrate", LOG_LEVEL="loud")


def test_a_mistake_is_one_sentence_on_standard_error(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user error prints no stack trace, and the exit code is 1."""
    monkeypatch.setattr(sys, "argv", ["evenhand", "import", "none.csv"])
    with clean_environment(shell.folder, DATABASE_URL=shell.url, LOG_LEVEL="error"), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "none.csv can't be read: no such file or directory.\n"


READ_ONLY = 3  # a version of SQLite's format that none can write, at byte 18 of the file


def test_a_database_that_cant_be_written_is_one_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever runs the bot reads what SQLite says and what to check, not a stack trace."""
    shell.run_ok("migrate")
    file = Path(shell.url.removeprefix("sqlite:///"))
    with sqlite_module().connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(file.read_bytes())
    content[18] = READ_ONLY
    file.write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["evenhand", "import", "list.csv"])
    with clean_environment(shell.folder, DATABASE_URL=shell.url, LOG_LEVEL="error"), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "The database can't be used (attempt to write a readonly database); check DATABASE_URL, who may write to it,"
        " and the disk.\n"
    )


def test_a_backup_is_made_and_restored(shell: Shell) -> None:
    """`backup` and `restore` say what they did; a customer who was added in between is gone."""
    shell.run_ok("import", "list.csv")
    assert shell.run_ok("backup", "old.backup").startswith("The backup is in old.backup: ")
    shell.run_ok("erase", "--customer", "Zoë & Söhne", "--yes", "Zoë & Söhne")
    assert shell.names() == ["Acme [Ltd]"]
    assert "add --replace" in shell.run_failing("restore", "old.backup")
    said = shell.run_ok("restore", "old.backup", "--replace")
    assert said.startswith("The database is as of ")
    assert shell.names() == ["Acme [Ltd]", "Zoë & Söhne"]
    assert "one of the two" in shell.run_failing("restore")
    assert "one of the two" in shell.run_failing("restore", "old.backup", "--elsewhere")
    assert shell.run_ok("restore", "--elsewhere").startswith("The database is as of ")
    assert "is empty; restore it first" in shell.run_failing("restore", "--elsewhere", DATABASE_URL="sqlite:///none.db")


# --- run ---------------------------------------------------------------------------------------------------------


async def _run(folder: Path, **settings: str) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, stderr=asyncio.subprocess.PIPE,
        env={**kept, "PYTHONPATH": str(ROOT), **settings},
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_bot_runs_until_it_is_asked_to_stop(tmp_path: Path, sqlite_url: str, number: signal.Signals) -> None:
    """A real process in Socket Mode answers, and SIGTERM or Ctrl-C ends it with exit code 0."""
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")
        process = await _run(tmp_path, **environment(slack, sqlite_url))
        try:
            await slack.wait_connected(timeout=30)
            assert (await slack.control.as_person(ANA).command("/evenhand help")).acked
            await slack.drain()
            process.send_signal(number)
            _, said = await asyncio.wait_for(process.communicate(), 20)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        slack.assert_clean()
    assert process.returncode == 0
    assert b'"event": "bot.ready"' in said
    assert b"Traceback" not in said
    assert slack.bot_token.encode() not in said


async def test_a_run_that_cant_start_says_why_and_ends(tmp_path: Path, sqlite_url: str) -> None:
    """The error is one sentence, and the exit code is 1."""
    async with rehearsal() as slack:
        process = await _run(tmp_path, **{**environment(slack, sqlite_url), "SLACK_APP_TOKEN": APP_TOKEN})
        _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    last = said.decode().splitlines()[-1]
    assert (
        last == "Slack refuses SLACK_APP_TOKEN (invalid_auth); copy it again from Basic Information → App-Level Tokens."
    )
