"""`/metrics`: what Prometheus reads of the running bot, and only where it is asked for."""

import json
import re
import subprocess
import sys

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session

from bot.core import outbox
from bot.core.clock import MovableClock
from bot.process import Bot
from tests.jobs.mail import MAIL, Letter
from tests.makers import ANA, ROOT, START, WORKSPACE, add_customer
from tests.shell.outside import rehearsal, settings

NAME = re.compile(r"evenhand_\w+")


async def _read(bot: Bot) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{bot.address}/metrics") as response:
        return response.status, await response.text()


def _values(text: str) -> dict[str, float]:
    """Return the samples of the bot, such as `evenhand_customers{due}`."""
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}".removesuffix("{}"): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("evenhand_")
    }


async def test_the_metrics_tell_what_happened(sqlite_url: str) -> None:
    """Queue, sends, acknowledgements, jobs, customers, Slack's errors and the socket are told as they are."""
    clock = MovableClock(START)
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")
        async with Bot(settings(slack, sqlite_url, metrics=True), clock=clock, run_scheduler=False) as bot:
            await slack.wait_connected()
            bot.runtime.background.features = (*bot.runtime.features, MAIL)
            with bot.runtime.database.transaction(WORKSPACE) as session:
                add_customer(session, "Acme")
                _enqueue(session, clock, to=ANA)
                _enqueue(session, clock, to="C0GONE")
            slack.control.faults.next("users.list", status=500)
            await bot.run_job("sync_people")
            assert (await slack.control.as_person(ANA).command("/evenhand help")).acked
            before = _values((await _read(bot))[1])
            await bot.run_job("deliver_outbox")
            status, text = await _read(bot)
    assert status == 200
    after = _values(text)
    assert before["evenhand_outbox_messages{pending}"] == 2
    assert sum(after[f"evenhand_customers{{{name}}}"] for name in ("in_cadence", "due", "neglected", "never_contacted"))
    assert before["evenhand_ack_seconds_count"] >= 1
    assert after["evenhand_job_run_seconds_count{deliver_outbox}"] == 1
    assert after["evenhand_outbox_messages{pending}"] == 0
    assert after["evenhand_deliveries_total{sent}"] == 1
    assert after["evenhand_deliveries_total{refused}"] == 1
    assert after["evenhand_slack_errors_total{channel_not_found,chat.postMessage}"] == 1
    assert after["evenhand_socket_connected"] == 1


def _enqueue(session: Session, clock: MovableClock, *, to: str) -> None:
    outbox.enqueue(session, Letter(words="Hello."), to=to, key=f"letter/{to}", now=clock.now())


async def test_without_the_setting_nothing_is_served(sqlite_url: str) -> None:
    """`/metrics` isn't there."""
    async with rehearsal() as slack, Bot(settings(slack, sqlite_url), run_scheduler=False) as bot:
        assert (await _read(bot))[0] == 404


def test_without_the_setting_the_library_isnt_loaded() -> None:
    """It takes memory that few need."""
    asked = "import sys, bot.__main__; print([name for name in sys.modules if name.startswith('prometheus')])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


async def test_a_database_that_is_away_is_said(sqlite_url: str) -> None:
    """Prometheus gets an error instead of old numbers."""
    async with rehearsal() as slack, Bot(settings(slack, sqlite_url, metrics=True), run_scheduler=False) as bot:
        with bot.runtime.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE outbox RENAME TO away")
        assert await _read(bot) == (503, "The database doesn't answer (OperationalError).\n")


async def test_every_metric_is_drawn_and_described(sqlite_url: str) -> None:
    """deploy/grafana.json and docs/operations.md name the metrics that there are, and no other."""
    async with rehearsal() as slack, Bot(settings(slack, sqlite_url, metrics=True), run_scheduler=False) as bot:
        text = (await _read(bot))[1]
    known = {name for line in text.splitlines() if line.startswith("# TYPE") for name in NAME.findall(line)}
    known -= {name for name in known if name.endswith("_created")}
    described = set(NAME.findall((ROOT / "docs" / "operations.md").read_text(encoding="utf-8")))
    described -= set(NAME.findall((ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")))
    assert described == known
    board = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    drawn = {re.sub(r"_(bucket|sum|count)$", "", name) for query in queries for name in NAME.findall(query)}
    assert drawn == known
