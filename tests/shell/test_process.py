"""The running bot: it starts, connects, reconnects, stops, and reports in one sentence why it can't start."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.core.errors import SettingsError
from bot.core.runtime import Runtime
from bot.process import Bot, JobScheduler
from bot.workspaces.queries import list_workspaces
from demo.sites import open_site
from demo.stage import open_stage
from jobs.runner import Job, Runner
from rehearsal.server import Rehearsal
from tests.makers import ANA, START, WORKSPACE
from tests.shell.outside import APP_TOKEN, BOT_TOKEN, rehearsal, settings

pytestmark = pytest.mark.both_databases

HELP = "I remind each owner"


def _ana(slack: Rehearsal) -> None:
    slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon", email="ana@example.test")


async def _start(slack: Rehearsal, url: str, **more: Any) -> str:
    """Return the error of a bot that can't start with these settings."""
    with pytest.raises(SettingsError) as caught:
        async with Bot(settings(slack, url, **more)):
            pytest.fail("The bot started.")
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert "\n" not in sentence
    assert BOT_TOKEN not in sentence
    return sentence


async def _start_with_fault(url: str, **fault: Any) -> str:
    async with rehearsal() as slack:
        slack.control.faults.next("auth.test", **fault)
        return await _start(slack, url)


async def _help(slack: Rehearsal) -> str:
    outcome = await slack.control.as_person(ANA).command("/evenhand help")
    assert outcome.acked
    return outcome.text


@pytest.mark.parametrize("http", [False, True], ids=["socket", "http"])
async def test_it_answers_over_either_way(database_url: str, http: bool) -> None:
    """A command is answered over Socket Mode and signed HTTP, and the health checks work."""
    async with open_stage(database_url=database_url, start=START, populate=_ana, http=http, team_id=WORKSPACE) as stage:
        assert HELP in await _help(stage.rehearsal)
        async with aiohttp.ClientSession() as session, session.get(f"{stage.bot.address}/readyz") as response:
            assert response.status == 200
        stage.rehearsal.assert_clean()


async def test_it_can_be_stopped_and_started_again(sqlite_url: str) -> None:
    """Two runs on one database have one workspace and each person once, and the bot answers."""
    async with rehearsal() as slack:
        _ana(slack)
        for _ in range(2):
            async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
                await slack.wait_connected()
                assert HELP in await _help(slack)
                assert await bot.runtime.read(list_workspaces, workspace=None) == [WORKSPACE]
                assert await bot.run_job("sync_people") == 0
            await slack.workspace.until(lambda _: not slack.wire.sockets.connections)
        slack.assert_clean()


async def test_two_workspaces_never_share_a_database(sqlite_url: str) -> None:
    """A bot sends with one token, so that it must not find another workspace's messages in its database."""
    async with rehearsal() as slack, Bot(settings(slack, sqlite_url), run_scheduler=False):
        await slack.wait_connected()
    async with rehearsal(team_id="T0OTHER") as other:
        said = await _start(other, sqlite_url)
    assert said == (
        f"This database belongs to the workspace {WORKSPACE}, and the token to Evenhand Tests: a bot serves one "
        "workspace; set DATABASE_URL to a database of its own."
    )


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_it_comes_back_when_slack_renews_the_socket(sqlite_url: str, reason: str) -> None:
    """The bot reconnects when Slack closes the socket, and answers."""
    async with rehearsal() as slack:
        _ana(slack)
        async with Bot(settings(slack, sqlite_url), run_scheduler=False):
            await slack.wait_connected()
            [old] = slack.wire.sockets.connections
            await slack.control.disconnect(reason)
            await slack.workspace.until(lambda _: old not in slack.wire.sockets.connections, timeout=15)
            await slack.wait_connected(timeout=15)
            assert HELP in await _help(slack)


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_refused_bot_token_is_one_sentence(sqlite_url: str, code: str) -> None:
    """The sentence names the setting, Slack's error and where to copy the token from."""
    said = await _start_with_fault(sqlite_url, error=code)
    assert said == f"Slack refuses SLACK_BOT_TOKEN ({code}); copy it again from OAuth & Permissions."


async def test_a_wrong_token_is_one_sentence(sqlite_url: str) -> None:
    """A token of another workspace is reported as Slack reports it."""
    async with rehearsal() as slack:
        assert "SLACK_BOT_TOKEN (invalid_auth)" in await _start(slack, sqlite_url, slack_bot_token=BOT_TOKEN)
        assert "SLACK_APP_TOKEN (invalid_auth)" in await _start(slack, sqlite_url, slack_app_token=APP_TOKEN)


@pytest.mark.parametrize("status", [500, 503])
async def test_a_slack_that_is_ill_is_no_wrong_token(sqlite_url: str, status: int) -> None:
    """An outage of Slack is not reported as a wrong token."""
    said = await _start_with_fault(sqlite_url, status=status)
    assert said == "Slack can't answer now (internal_error); look at slack-status.com and try again."


@pytest.mark.parametrize(("retry_after", "seconds"), [(12, 12), (None, 30)])
async def test_a_slack_that_asks_to_wait_is_no_wrong_token(
    sqlite_url: str, retry_after: int | None, seconds: int
) -> None:
    """The sentence says for how long."""
    said = await _start_with_fault(sqlite_url, status=429, retry_after=retry_after)
    assert said == f"Slack asks to wait for {seconds} s, after too many calls; try again then."


async def test_an_unreachable_slack_is_one_sentence(sqlite_url: str) -> None:
    """Without a network, with a wrong address or a broken connection, the advice is the same."""
    async with rehearsal() as slack:
        assert "can't be reached" in await _start(slack, sqlite_url, slack_api_url="http://127.0.0.1:9/api/")
        slack.control.faults.drop_before("auth.test")
        said = await _start(slack, sqlite_url)
    assert said == "Slack can't be reached; check the network and SLACK_API_URL."


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/plain"])
@pytest.mark.parametrize("status", [200, 502])
async def test_a_proxys_page_in_slacks_place_is_one_sentence(sqlite_url: str, kind: str, status: int) -> None:
    """A response that isn't Slack's gives a sentence, not a stack trace."""

    async def page(_request: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.Response(text="<h1>Bad Gateway</h1>", content_type=kind, status=status)

    site = aiohttp.web.Application()
    site.router.add_post("/api/auth.test", page)
    async with open_site(site) as url, rehearsal() as slack:
        said = await _start(slack, sqlite_url, slack_api_url=f"{url}/api/")
    assert said.startswith("Slack can't answer now (an answer that isn't Slack's); ")


async def test_a_port_that_is_taken_is_one_sentence(sqlite_url: str) -> None:
    """The second bot on a port says what to change, and releases everything."""
    async with rehearsal() as slack:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            said = await _start(slack, sqlite_url, port=taken.getsockname()[1])
        assert "HOST and PORT" in said
        assert slack.wire.sockets.connections == []


async def test_a_database_that_cant_be_opened_is_one_sentence(tmp_path: Path) -> None:
    """The sentence names the setting, and never the password."""
    async with rehearsal() as slack:
        for url in (
            f"sqlite:///{tmp_path}/no/such/folder/evenhand.db",
            "postgresql+psycopg://evenhand:hushhush@127.0.0.1:9/evenhand?connect_timeout=2",
        ):
            said = await _start(slack, url)
            assert "DATABASE_URL" in said
            assert "hushhush" not in said


async def test_a_database_of_a_newer_version_is_one_sentence(sqlite_url: str) -> None:
    """An older Evenhand doesn't change a newer database."""
    async with rehearsal() as slack:
        async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
            with bot.runtime.database.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        assert "another version of Evenhand" in await _start(slack, sqlite_url)


async def _until(what: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.01)


async def test_ticks_really_run_jobs_and_the_end_waits_for_them(runtime: Runtime) -> None:
    """The scheduler runs a job repeatedly, and stopping waits for a running job."""
    ran: list[str] = []
    let_go = asyncio.Event()

    async def quick() -> int:
        ran.append("quick")
        return 0

    async def slow() -> int:
        ran.append("slow begins")
        await let_go.wait()
        ran.append("slow ends")
        return 0

    often = timedelta(milliseconds=30)
    ticker = JobScheduler(
        Runner(runtime), [Job("quick", quick, every=often, alone=False), Job("slow", slow, every=often)]
    )
    ticker.start()
    await _until(lambda: ran.count("quick") >= 3 and "slow begins" in ran)
    asyncio.get_running_loop().call_later(0.1, let_go.set)
    await ticker.stop()
    assert ran[-1] == "slow ends"
    assert ran.count("slow begins") == 1


@pytest.mark.slow
async def test_a_job_of_every_second_runs_again_soon_while_it_finds_something(runtime: Runtime) -> None:
    """What it left for its recipient's second doesn't wait for the next one; another job keeps to its times."""
    ran: list[str] = []
    second = timedelta(seconds=1)

    def job(name: str, every: timedelta) -> Job:
        async def work() -> int:
            ran.append(name)
            return 1

        return Job(name, work, every=every, alone=False)

    ticker = JobScheduler(Runner(runtime), [job("delivery", second), job("other", 2 * second)])
    ticker.start()
    await _until(lambda: "other" in ran)
    await ticker.stop()
    assert ran.count("delivery") > ran.count("other") * 3


STUCK = """
import asyncio, time
from bot.process import Watchdog
async def main():
    watchdog = Watchdog(3.0)
    watchdog.start()
    for _ in range(20):
        await watchdog.reset()
        await asyncio.sleep(0.05)
    print("alive", flush=True)
    {then}
    print("over", flush=True)
asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("then", "code", "said"), [("time.sleep(90)", 70, "alive\n"), ("watchdog.stop()", 0, "alive\nover\n")]
)
def test_a_process_whose_clock_stands_still_is_ended(then: str, code: int, said: str) -> None:
    """A blocked event loop ends the process with exit code 70; a working one is left alone."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK.format(then=then)], capture_output=True, text=True, timeout=80, check=False
    )
    assert done.returncode == code
    assert done.stdout.startswith(said)
    assert ("watchdog.expired" in done.stdout) == (code == 70)


async def _ready(bot: Bot) -> tuple[int, list[str]]:
    async with aiohttp.ClientSession() as session, session.get(f"{bot.address}/readyz") as response:
        return response.status, (await response.json())["problems"]


async def test_it_comes_back_after_an_outage_in_which_its_address_expired(sqlite_url: str) -> None:
    """While Slack refuses sockets, `/readyz` says so; afterwards the bot reconnects by itself, with a new address."""
    async with rehearsal() as slack:
        _ana(slack)
        async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
            await slack.wait_connected()
            assert await _ready(bot) == (200, [])
            await slack.control.refuse_sockets(True)
            await slack.workspace.until(lambda _: slack.wire.sockets.refused >= 1, timeout=15)
            status, [problem] = await _ready(bot)
            assert status == 503
            assert problem.startswith("The connection to Slack has been closed for ")
            await slack.control.move(timedelta(minutes=2))
            await slack.control.refuse_sockets(False)
            await slack.wait_connected(timeout=10)
            assert HELP in await _help(slack)
            assert await _ready(bot) == (200, [])
        slack.assert_clean()


@pytest.mark.slow
async def test_a_connection_that_hangs_is_replaced(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the SDK can't reconnect, here since its lock is never released, a new client takes over."""
    monkeypatch.setattr("bot.slack.socket.STUCK_SECONDS", 1.0)
    async with rehearsal() as slack:
        _ana(slack)
        async with Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
            await slack.wait_connected()
            assert bot._socket
            stuck = bot._socket._client
            assert stuck
            await stuck.connect_operation_lock.acquire()
            await slack.control.cut_sockets()
            await slack.workspace.until(lambda _: not slack.wire.sockets.connections)
            await slack.wait_connected(timeout=30)
            assert bot._socket._client is not stuck
            assert HELP in await _help(slack)
        slack.assert_clean()


async def test_variables_of_slacks_oauth_in_the_environment_change_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Commands are answered though Bolt finds a client id and a token there, and it warns of nothing."""
    async with rehearsal() as slack:
        _ana(slack)
        monkeypatch.setenv("SLACK_CLIENT_ID", "111.222")
        monkeypatch.setenv("SLACK_CLIENT_SECRET", "hushhush")
        monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
        async with Bot(settings(slack, sqlite_url), run_scheduler=False):
            await slack.wait_connected()
            assert HELP in await _help(slack)
        slack.assert_clean()
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []
