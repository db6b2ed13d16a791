"""The app is removed from Slack: nothing is sent any more, nothing is lost, and a new installation goes on."""

from datetime import date, timedelta

import aiohttp
import pytest

from bot.core import outbox
from bot.doctor import check_storage
from bot.people.schemas import CoverAsked
from bot.process import Bot
from bot.workspaces.queries import list_audit
from demo.clock import RehearsalClock
from rehearsal.server import Rehearsal
from tests.makers import ANA, WORKSPACE
from tests.shell.outside import rehearsal, settings

SAID = "The app was uninstalled from Evenhand Tests on "


def _ana(slack: Rehearsal) -> None:
    slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon")


def _bot(slack: Rehearsal, url: str) -> Bot:
    return Bot(settings(slack, url), clock=RehearsalClock(slack.workspace.clock), run_scheduler=False)


async def _enqueue(bot: Bot) -> None:
    asked = CoverAsked(owner="Bob Stone", first_day=date(2026, 11, 30), last_day=date(2026, 12, 4))
    await bot.runtime.run(outbox.enqueue, workspace=WORKSPACE, notification=asked, to=ANA, key="cover")


async def _problems(bot: Bot) -> list[str]:
    async with aiohttp.ClientSession() as session, session.get(f"{bot.address}/readyz") as response:
        problems: list[str] = (await response.json())["problems"]
        assert response.status == (503 if problems else 200)
        return problems


def _posts(slack: Rehearsal) -> int:
    return sum(exchange.name == "chat.postMessage" for exchange in slack.workspace.traffic)


@pytest.mark.parametrize("quietly", [False, True], ids=["events", "no events"])
async def test_a_removed_app_sends_nothing_and_goes_on_when_it_is_installed_again(
    sqlite_url: str, quietly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due waits, `/readyz` and the doctor say why, and the next start after a new installation delivers it."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    async with rehearsal() as slack:
        _ana(slack)
        async with _bot(slack, sqlite_url) as bot:
            await slack.wait_connected()
            await _enqueue(bot)
            await slack.control.uninstall(quietly=quietly)
            await slack.drain()
            await bot.run_jobs()
            [problem] = await _problems(bot)
            assert problem.startswith(SAID)
            assert problem in check_storage()
            await slack.control.move(timedelta(hours=1))
            await bot.run_jobs()
            assert _posts(slack) == 0
        slack.control.install()
        async with _bot(slack, sqlite_url) as bot:
            await slack.control.move(timedelta(hours=1))
            await bot.run_jobs()
            assert "Bob Stone" in slack.control.as_person(ANA).dm()[-1].text
            assert await _problems(bot) == []
            trail = await bot.runtime.read(
                lambda session, now: [  # noqa: ARG005 - as every query
                    entry.action for entry in list_audit(session, subject_kind="workspace", subject_id=WORKSPACE)
                ],
                workspace=WORKSPACE,
            )
        assert trail == ["workspace.reinstalled", "workspace.uninstalled", "workspace.installed"]


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_token_that_fails_for_a_while_loses_nothing(sqlite_url: str, code: str) -> None:
    """What is due waits, and goes out within a minute of the token's working again, without a restart."""
    async with rehearsal() as slack:
        _ana(slack)
        async with _bot(slack, sqlite_url) as bot:
            await slack.wait_connected()
            await slack.control.move(timedelta(hours=1))
            await _enqueue(bot)
            slack.control.faults.next("chat.postMessage", error=code)
            slack.control.faults.next("auth.test", error=code)
            await bot.run_job("deliver_outbox")
            assert await bot.run_job("check_installation") == 0
            [problem] = await _problems(bot)
            assert problem.startswith(SAID)
            assert await bot.run_job("check_installation") == 1
            assert await bot.run_job("deliver_outbox") == 1
            assert "Bob Stone" in slack.control.as_person(ANA).dm()[-1].text
            assert await _problems(bot) == []
