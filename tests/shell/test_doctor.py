"""The doctor: each problem is a sentence that says what to do; as JSON there are figures, too."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot import cli
from bot.backups import BackupFolder
from bot.core import outbox
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.customers.tables import TALLY
from bot.doctor import clock_problems
from bot.people.rules import Role
from bot.process import Bot
from bot.workspaces.usecases import install_workspace
from tests.jobs.mail import Letter
from tests.makers import ANA, LONG_AGO, MARA, WORKSPACE, add_customer, add_person
from tests.shell.outside import APP_TOKEN, BOT_TOKEN, clean_environment, environment, rehearsal, settings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _doctor(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    with clean_environment(folder, **settings):
        result = CliRunner().invoke(cli.app, ["doctor", *words], catch_exceptions=False)
    return result.exit_code, result.stdout


async def test_the_doctor_says_how_old_the_last_backup_is(tmp_path: Path, sqlite_url: str) -> None:
    """With a folder, it says the age of the last backup; none, or one of three days ago, is a problem."""
    folder, now = tmp_path / "backups", WallClock().now()
    folder.mkdir()
    database = Database(sqlite_url)
    async with rehearsal() as slack:
        variables = {**environment(slack, sqlite_url), "BACKUP_FOLDER": str(folder)}
        assert (await asyncio.to_thread(_doctor, tmp_path, **variables))[1].endswith(
            f"✗ Backups\n  There is no backup in {folder} yet; the running bot makes one every day.\n"
        )
        BackupFolder(folder, kept=2).add(database, now=now - timedelta(days=3))
        code, said = await asyncio.to_thread(_doctor, tmp_path, **variables)
        assert code == 1
        assert "✗ Backups (the last is 72 hours old)\n  The last backup is 3 days old; " in said
        BackupFolder(folder, kept=2).add(database, now=now - timedelta(hours=5))
        code, said = await asyncio.to_thread(_doctor, tmp_path, **variables)
        assert (code, said) == (0, "✓ Settings\n✓ Database\n✓ Slack\n✓ Backups (the last is 5 hours old)\n")
    database.close()


async def test_the_doctor_finds_all_well(tmp_path: Path, sqlite_url: str) -> None:
    """It prints three ticks, and the exit code is 0."""
    async with rehearsal() as slack:
        code, said = await asyncio.to_thread(_doctor, tmp_path, **environment(slack, sqlite_url))
        slack.assert_clean()
    assert (code, said) == (0, "✓ Settings\n✓ Database\n✓ Slack\n")


def test_the_doctor_finds_all_ill(tmp_path: Path) -> None:
    """Each problem is a sentence with advice, and the exit code is 1."""
    code, said = _doctor(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/fresh.db")
    assert code == 1
    assert "✗ Settings\n  SLACK_BOT_TOKEN is missing; " in said
    assert "There is no .env here; copy .env.example." in said
    assert "✗ Database\n  The database isn't at the newest version; run `evenhand migrate`.\n" in said
    assert "✗ Slack\n  Not asked: the settings above have to be right first.\n" in said


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", BOT_TOKEN, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        ("SLACK_APP_TOKEN", APP_TOKEN, "Slack refuses SLACK_APP_TOKEN (invalid_auth)"),
        ("SLACK_API_URL", "http://127.0.0.1:9/api/", "Slack can't be reached"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL isn't a database address"),
        ("DATABASE_URL", "postgresql+psycopg://x:hushhush@127.0.0.1:9/x", "The database doesn't answer"),
    ],
)
async def test_the_doctor_names_what_is_wrong(
    tmp_path: Path, sqlite_url: str, setting: str, value: str, words: str
) -> None:
    """One problem is one sentence, and the other checks pass."""
    async with rehearsal() as slack:
        settings = {**environment(slack, sqlite_url), setting: value}
        code, said = await asyncio.to_thread(_doctor, tmp_path, **settings)
    assert code == 1
    assert words in said
    assert (said.count("✗"), said.count("✓")) == (1, 2)
    assert "hushhush" not in said


async def test_the_doctor_names_scopes_that_slack_hasnt_granted(tmp_path: Path, sqlite_url: str) -> None:
    """After an upgrade with a new scope, the app has to be installed again."""
    async with rehearsal() as slack:
        slack.control.withdraw("users:read", "im:write", "files:write")
        _, said = await asyncio.to_thread(_doctor, tmp_path, **environment(slack, sqlite_url))
    assert "Slack hasn't granted im:write, users:read; update the manifest and reinstall the app." in said


async def test_the_doctor_knows_the_socket_of_the_running_bot(tmp_path: Path, sqlite_url: str) -> None:
    """While the bot has no connection to Slack, the doctor says so."""
    async with rehearsal() as slack, Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
        await slack.wait_connected()
        variables = {**environment(slack, sqlite_url), "PORT": bot.address.rpartition(":")[2]}
        assert "✓ Slack" in (await asyncio.to_thread(_doctor, tmp_path, **variables))[1]
        await slack.control.refuse_sockets(True)
        await slack.workspace.until(lambda _: slack.wire.sockets.refused >= 1, timeout=15)
        code, said = await asyncio.to_thread(_doctor, tmp_path, **variables)
        await slack.control.refuse_sockets(False)
    assert code == 1
    assert "✗ Slack\n  The running bot reports: The connection to Slack has been closed for " in said


async def test_the_doctor_lets_slack_check_every_screen(tmp_path: Path, sqlite_url: str) -> None:
    """All screens pass at their worst; where Slack refuses one, the doctor names it, the place and the reason."""
    async with rehearsal() as slack:
        slack.control.limit_rates(on=False)
        code, said = await asyncio.to_thread(_doctor, tmp_path, "--slack", **environment(slack, sqlite_url))
        assert (code, said) == (0, "✓ Settings\n✓ Database\n✓ Slack\n✓ Screens\n")
        assert sum(exchange.name == "blocks.validate" for exchange in slack.workspace.traffic) >= 100
        slack.control.refuse_screens("customers.save_new")
        code, said = await asyncio.to_thread(_doctor, tmp_path, "--slack", **environment(slack, sqlite_url))
    assert code == 1
    refused = "Slack refuses customers.views.forms.add at /blocks/0: The rehearsal was told to refuse this. (refused)"
    assert said.endswith(f"✗ Screens\n  {refused}\n")


async def test_the_doctor_says_when_slack_doesnt_check_screens(tmp_path: Path, sqlite_url: str) -> None:
    """An unknown method is one sentence; a Slack that asks to wait is asked again."""
    async with rehearsal() as slack:
        slack.control.limit_rates(on=False)
        slack.control.faults.next("blocks.validate", status=429, retry_after=0)
        slack.control.faults.next("blocks.validate", error="unknown_method")
        code, said = await asyncio.to_thread(_doctor, tmp_path, "--slack", **environment(slack, sqlite_url))
    assert code == 1
    assert said.endswith("✗ Screens\n  Slack doesn't check screens here (unknown_method).\n")


async def test_the_doctor_speaks_json(tmp_path: Path, sqlite_url: str) -> None:
    """Checks and figures are there for a monitoring, and the exit code is the same."""
    async with rehearsal() as slack:
        async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
            with bot.runtime.database.transaction(WORKSPACE) as session:
                add_person(session, MARA, "Mara Okafor", role=Role.MANAGER)
                outbox.enqueue(session, Letter(words="Hello."), to=ANA, key="hello", now=bot.runtime.clock.now())
        code, said = await asyncio.to_thread(_doctor, tmp_path, "--json", **environment(slack, sqlite_url))
        report = json.loads(said)
        assert (code, report["ok"]) == (0, True), report["checks"]
        assert [check["title"] for check in report["checks"]] == ["Settings", "Database", "Slack"]
        facts = report["facts"]
        assert (facts["database"], facts["messages_waiting"], facts["last_backup_at"]) == ("sqlite", 1, None)
        assert datetime.fromisoformat(facts["oldest_due_at"]) <= WallClock().now()
        assert [job["name"] for job in facts["jobs"] if job["succeeded_at"]] == ["sync_people"]
        assert facts["disk_free_bytes"] > 0
        slack.control.withdraw("users:read")
        code, said = await asyncio.to_thread(_doctor, tmp_path, "--json", **environment(slack, sqlite_url))
    assert (code, json.loads(said)["ok"]) == (1, False)


@pytest.mark.parametrize("address", ["nonsense", "sqlite:///{folder}/none/none.db"])
def test_a_database_that_cant_be_read_has_no_figures(tmp_path: Path, address: str) -> None:
    """The problem is said, and the figures are null."""
    code, said = _doctor(tmp_path, "--json", DATABASE_URL=address.format(folder=tmp_path))
    report = json.loads(said)
    assert (code, report["ok"], report["facts"]) == (1, False, None)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(minutes=16), "The clock of this machine is 16 minutes ahead of Slack's; "),
        (timedelta(hours=-1), "The clock of this machine is 60 minutes behind Slack's; "),
        (timedelta(seconds=50), ""),
    ],
)
def test_the_doctor_compares_the_clock_with_slacks(ahead: timedelta, words: str) -> None:
    """More than a minute is a problem."""
    found = clock_problems({"Date": format_datetime(NOW, usegmt=True)}, now=NOW + ahead)
    assert [problem[: len(words)] for problem in found] == ([words] if words else [])


@pytest.mark.parametrize("headers", [{}, {"date": "nonsense"}, {"date": "Mon, 23 Nov 2026 09:00:00 -0000"}])
def test_an_answer_that_tells_no_time_is_no_problem(headers: dict[str, str]) -> None:
    """A proxy may leave the time out or write it otherwise."""
    assert clock_problems(headers, now=NOW) == []


def test_the_doctor_says_when_the_disk_is_nearly_full(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite needs room for its log, and a backup for a copy."""
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr("bot.doctor.shutil.disk_usage", lambda _folder: usage)
    _, said = _doctor(tmp_path, DATABASE_URL=sqlite_url)
    assert "evenhand.db has only 5 MB left; make room, or move the database." in said


async def test_the_doctor_counts_anew(tmp_path: Path, sqlite_url: str) -> None:
    """Numbers that don't follow from the customers are named, with what to do; doing it mends them."""
    database = Database(sqlite_url)
    with database.transaction("T0COUNTS") as session:
        install_workspace(session, name="Counts", bot_user_id="U0BOT", zone="UTC", now=LONG_AGO)
        add_customer(session, "Acme")
        session.flush()
        session.execute(sa.delete(TALLY))
    database.close()
    async with rehearsal() as slack:
        told = environment(slack, sqlite_url)
        code, said = await asyncio.to_thread(_doctor, tmp_path, **told)
        wrong = "  The counts on Home and in the digest don't follow from the customers; evenhand doctor --recount"
        assert (code, said.count(wrong)) == (1, 1)
        assert wrong not in (await asyncio.to_thread(_doctor, tmp_path, "--recount", **told))[1]
        assert wrong not in (await asyncio.to_thread(_doctor, tmp_path, **told))[1]
