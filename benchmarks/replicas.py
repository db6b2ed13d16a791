"""
What several processes on one PostgreSQL do in a second: `python -m benchmarks.replicas` prints the figures.

Each replica is a process of its own. In the first part all of them do the same job until nothing is left: the morning
messages and the digests of many workspaces, then the delivery of all that, while the clock stands still, so that
nobody waits for Slack's pace; a stand-in in the same process takes the messages. In the second part the clock runs,
and one bot drains a queue for many channels at the pace of Slack, a message a second in each. It calls a server in a
process of its own, over HTTP, so that it does all the work of Slack's client but encryption.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session, col, select

from benchmarks.company import START
from benchmarks.figure import Figure
from benchmarks.size import fresh_databases
from benchmarks.workspaces import StandIn, build_workspaces
from bot.core import outbox
from bot.core.clock import MovableClock, WallClock
from bot.core.database import Database, gather_statistics
from bot.core.feature import Feature
from bot.core.outbox import DeliveryState, NewNotification, OutboxMessage
from bot.core.runtime import Runtime
from bot.core.schemas import PromptNotification
from bot.features import FEATURES
from bot.logs import configure_logging
from bot.process import JobScheduler
from bot.settings import LogFormat
from bot.slack.blocks import Message, section
from bot.slack.clients import build_client
from bot.storage import migrate
from bot.workspaces.usecases import install_workspace
from jobs.runner import Runner
from jobs.schedule import build_schedule

REPLICAS = (1, 2, 4)
WORKSPACES, CUSTOMERS = 48, 100
NOON = START + timedelta(days=1, hours=3)
"""When everybody's hour has come, and the digests' too."""
JOBS = {"send_morning_messages": "workspaces", "post_digests": "digests", "deliver_outbox": "messages"}
RATIO_BUDGET = 1.2
CHANNELS, MESSAGES = 100, 2_000  # 20 s; by hand, --channels 200 --messages 10000
DRAIN_BUDGET = 0.95
LOOK_SECONDS = 0.5  # between two looks whether all is sent
ANSWER_SECONDS = 0.15  # that Slack takes over a message
WORKSPACE = "T000001"


class Line(PromptNotification):
    """A line of text, for any hour."""

    kind = "benchmark.line"
    words: str


def draw(line: Line) -> Message:
    """Draw a line."""
    return Message(text=line.words, blocks=[section(line.words)])


LINES = Feature(name="benchmark", views={Line: draw})


def measure(
    folder: Path,
    *,
    workspaces: int = WORKSPACES,
    channels: int = CHANNELS,
    messages: int = MESSAGES,
    answer_seconds: float = ANSWER_SECONDS,
) -> Iterator[Figure]:
    """Yield a figure for each job and each number of replicas above one, and one for the drain."""
    with fresh_databases("postgresql", folder) as make:
        rates = {}
        for replicas in REPLICAS:
            url = make(f"replicas_{replicas}")
            fill(url, workspaces)
            rates[replicas] = claims_a_second(url, replicas, workspaces)
        for job, unit in JOBS.items():
            for replicas in REPLICAS[1:]:
                ours, theirs = rates[replicas][job], rates[1][job]
                name = f"{job} with {replicas} replicas, against one"
                yield Figure(name, ours / theirs, RATIO_BUDGET, ours, theirs, f"{unit}/s", at_least=True)
        yield drain(make("drain"), channels, messages, answer_seconds)


def fill(url: str, workspaces: int) -> None:
    """Fill an empty database with workspaces in which everybody is due at noon."""
    with contextlib.closing(Runtime(Database(url), MovableClock(START), FEATURES)) as runtime:
        migrate(runtime.database)
        build_workspaces(runtime, workspaces, CUSTOMERS, ("UTC",))


def claims_a_second(url: str, replicas: int, workspaces: int) -> dict[str, float]:
    """Let so many processes do each job together; return how many of its units they did in a second."""
    command = [sys.executable, "-m", "benchmarks.replicas", "--replica", url]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(replicas)
    ]
    try:
        rates = {}
        for job in JOBS:
            _hear(processes, "ready")
            began = perf_counter()
            done = sum(map(int, _tell(processes, job)))
            took = perf_counter() - began
            rates[job] = (workspaces if job == "send_morning_messages" else done) / took
        return rates
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _tell(processes: Sequence[subprocess.Popen[str]], word: str) -> list[str]:
    """Say a word to all processes, and return what each answers."""
    for process in processes:
        assert process.stdin
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
    return [_answer(process) for process in processes]


def _hear(processes: Sequence[subprocess.Popen[str]], word: str) -> None:
    for process in processes:
        assert _answer(process) == word


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    answer = process.stdout.readline().strip()
    if not answer:
        raise RuntimeError("A replica ended too early.")
    return answer


async def be_a_replica(url: str) -> None:
    """Do the jobs that standard input names, each until nothing is left of it; print how much that was."""
    with contextlib.closing(Runtime(Database(url), MovableClock(NOON), FEATURES)) as runtime:
        jobs = {job.name: job for job in build_schedule(runtime.background, cache(StandIn))}
        runner, again = Runner(runtime.background), list[Any]()
        event.listen(runtime.database.engine, "handle_error", again.append)
        for job in JOBS:
            await runner.run(jobs["watch_imports"])  # opens the connections
            print("ready", flush=True)
            assert sys.stdin.readline().strip() == job
            posted, changed, cpu = StandIn.posted, 0, process_time()
            while done := await runner.run(jobs[job]):
                changed += done
            cpu, conflicts = process_time() - cpu, len(again)
            print(f"{job}: {cpu:.1f} s of CPU, {conflicts} transactions run again", file=sys.stderr, flush=True)
            again.clear()
            print(StandIn.posted - posted if job == "deliver_outbox" else changed, flush=True)


def drain(url: str, channels: int, messages: int, answer_seconds: float = ANSWER_SECONDS) -> Figure:
    """
    Let one bot send what waits for many channels, by the machine's clock; compare it with Slack's limit.

    Slack takes *answer_seconds* over each message.
    """
    with contextlib.closing(Runtime(Database(url), WallClock(), [LINES])) as runtime:
        migrate(runtime.database)
        runtime.run_now(install_workspace, workspace=WORKSPACE, name="Drain", bot_user_id="U0BOT", zone="UTC")
        runtime.run_now(_enqueue, workspace=WORKSPACE, channels=channels, messages=messages)
        with runtime.database.engine.connect() as connection:
            gather_statistics(connection, "outbox")
            connection.commit()
        with _serving_slack(answer_seconds) as api_url:
            cpu = process_time()
            asyncio.run(_deliver(runtime, api_url))
        cpu_ms = 1_000 * (process_time() - cpu) / messages
        print(f"drain: {cpu_ms:.2f} ms of CPU a message, without its server's", file=sys.stderr, flush=True)
        first, last = runtime.read_now(_posted_between, workspace=WORKSPACE)
    fastest, took = messages / channels - 1, (last - first).total_seconds()
    name = f"{messages:,} messages drained into {channels} channels, of the pace that Slack allows"
    return Figure(
        name, fastest / took, DRAIN_BUDGET, (messages - channels) / took, (messages - channels) / fastest,
        "messages/s", at_least=True,
    )  # fmt: skip


@contextlib.contextmanager
def _serving_slack(answer_seconds: float) -> Iterator[str]:
    """Yield the address of a Slack that takes every message."""
    command = [sys.executable, "-m", "benchmarks.servers.slack", str(answer_seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{_answer(process)}/api/"
        finally:
            process.kill()


def _enqueue(session: Session, *, channels: int, messages: int, now: datetime) -> None:
    lines = [
        NewNotification(Line(words=f"Line {number}"), f"C{number % channels:06}", f"line:{number}")
        for number in range(messages)
    ]
    outbox.enqueue_all(session, lines, now=now)


async def _deliver(runtime: Runtime, api_url: str) -> None:
    """Run rounds of delivery, as the bot does, until all is sent."""
    client = build_client(token="xoxb-stand-in", api_url=api_url)
    client.keep_connections()
    job = next(job for job in build_schedule(runtime.background, lambda _: client) if job.name == "deliver_outbox")
    scheduler = JobScheduler(Runner(runtime.background), [job])
    scheduler.start()
    while await runtime.read(_count_unsent, workspace=WORKSPACE):  # noqa: ASYNC110 - other processes may send, too
        await asyncio.sleep(LOOK_SECONDS)
    await scheduler.stop()
    await client.close()


def _count_unsent(session: Session, *, now: datetime) -> int:  # noqa: ARG001 - every query takes the time
    unsent = sa.select(sa.func.count()).where(col(OutboxMessage.state) != DeliveryState.SENT)
    return session.scalars(unsent).one()


def _posted_between(session: Session, *, now: datetime) -> tuple[datetime, datetime]:  # noqa: ARG001 - as above
    posted_at = col(OutboxMessage.posted_at)
    first, last = session.exec(select(sa.func.min(posted_at), sa.func.max(posted_at))).one()
    assert first is not None
    assert last is not None
    return first, last


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as many workspaces, channels and messages as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replicas", description=__doc__)
    parser.add_argument("--workspaces", type=int, default=WORKSPACES)
    parser.add_argument("--channels", type=int, default=CHANNELS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--answer-seconds", type=float, default=ANSWER_SECONDS, help="that Slack takes over a message")
    parser.add_argument("--replica", metavar="URL", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    configure_logging(style=LogFormat.HUMAN, level="error")
    if asked.replica:
        asyncio.run(be_a_replica(asked.replica))
        return 0
    with tempfile.TemporaryDirectory(prefix="evenhand-replicas-") as folder:
        about: dict[str, Any] = {name: value for name, value in vars(asked).items() if name != "replica"}
        found = []
        for figure in measure(Path(folder), **about):
            print(figure.line(), flush=True)
            found.append(figure)
    return 0 if all(figure.ok for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
