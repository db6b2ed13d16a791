"""Traces arrive at a collector on this machine, and name nobody."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlalchemy.exc import IntegrityError

from bot.core.runtime import Runtime
from bot.doctor import check_settings
from bot.process import Bot
from bot.settings import CANT_TRACE
from bot.workspaces.tables import Workspace
from demo.clock import RehearsalClock
from demo.sites import open_site
from jobs.runner import Job, Runner
from rehearsal.server import Rehearsal
from tests.makers import ANA, START, WORKSPACE, Office
from tests.shell.outside import clean_environment, environment, rehearsal, settings

SECRET = "Zanzibar Widgets"


@dataclass
class Collector:
    """A collector that takes OTLP over HTTP and keeps every span."""

    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Take a batch of spans."""
        body = await request.read()
        self.raw.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {
                one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
            }
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        return web.Response()

    def named(self, name: str) -> list[Span]:
        """Return the spans of that name."""
        return [span for span in self.spans if span.name == name]

    def inside(self, outer: Iterable[Span]) -> set[str]:
        """Return the names of the spans in the traces of *outer*."""
        ids = {span.trace_id for span in outer}
        return {span.name for span in self.spans if span.trace_id in ids}


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    """Open a collector."""
    kept = Collector()
    application = web.Application()
    application.router.add_post("/v1/traces", kept.take)
    async with open_site(application) as kept.url:
        yield kept


@asynccontextmanager
async def _traced(url: str, endpoint: str) -> AsyncIterator[tuple[Rehearsal, Bot]]:
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")
        wanted = settings(slack, url, otel_exporter_otlp_endpoint=endpoint)
        async with Bot(wanted, clock=RehearsalClock(slack.workspace.clock), run_scheduler=False) as bot:
            await slack.wait_connected()
            yield slack, bot
        slack.assert_clean()


def _attributes(span: Span) -> dict[str, str]:
    return {one.key: one.value.string_value for one in span.attributes}


@pytest.mark.slow
async def test_commands_jobs_and_deliveries_are_traced_without_names(database_url: str, collector: Collector) -> None:
    """Each has a span, with statements and Slack's methods in it, and no word of a customer or a person."""
    async with _traced(database_url, collector.url) as (slack, bot):
        Office(bot.runtime).customer(SECRET, owner=ANA, added_at=START - timedelta(days=200))
        ana = slack.control.as_person(ANA)
        await ana.command(f"/promise {SECRET} tomorrow the blueprint")
        await ana.command(f"/checkin {SECRET}")
        await ana.modal_opened()
        for _ in range(2):
            await slack.control.move(timedelta(hours=3))
            await bot.run_jobs()
        assert SECRET in "".join(str(message.blocks) for message in ana.dm())
    assert {"SELECT", "INSERT", "command /promise"} <= collector.inside(collector.named("command /promise"))
    assert "slack views.open" in collector.inside(collector.named("command /checkin"))
    assert "SELECT" in collector.inside(collector.named("job send_morning_messages"))
    deliveries = collector.named("delivery")
    assert {_attributes(span)["outcome"] for span in deliveries} == {"sent"}
    assert {"slack chat.postMessage", "UPDATE"} <= collector.inside(deliveries)
    assert collector.named("job deliver_outbox") == []
    assert collector.services == {"evenhand"}
    sent = b"".join(collector.raw)
    for word in (SECRET, "Zanzibar", "blueprint", ANA, "ana@example.test", slack.bot_token):
        assert word.encode() not in sent, word


async def test_what_fails_is_marked_without_the_words_of_the_error(sqlite_url: str, collector: Collector) -> None:
    """A failing statement and the job around it are errors of a type; values that the error names stay here."""

    async def fail(runtime: Runtime) -> int:
        def insert(session: object, now: object) -> None:
            with runtime.database.engine.begin() as connection:
                one = {"id": WORKSPACE, "name": SECRET, "installed_at": START}
                connection.execute(Workspace.__table__.insert().values(**one))

        await asyncio.to_thread(insert, None, None)
        return 1

    async with _traced(sqlite_url, collector.url) as (_, bot):
        job = Job("odd", lambda: fail(bot.runtime), every=timedelta(minutes=1))
        assert await Runner(bot.runtime).run(job) == 0
    failed = [span for span in collector.spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert {span.name for span in failed} == {"INSERT", "job odd"}
    assert IntegrityError.__name__ in {_attributes(span)["error.type"] for span in failed}
    assert {span.status.message for span in failed} == {""}
    assert SECRET.encode() not in b"".join(collector.raw)


@pytest.mark.slow  # it waits for the collector
async def test_without_a_collector_the_bot_works(sqlite_url: str) -> None:
    """Nothing listens at the address: commands are answered, and the bot stops in time."""
    async with _traced(sqlite_url, "http://127.0.0.1:9") as (slack, _):
        assert (await slack.control.as_person(ANA).command("/evenhand help")).acked


async def test_without_the_extra_the_bot_says_so_and_works(
    tmp_path: Path, sqlite_url: str, collector: Collector, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The log and the doctor have one sentence that says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "bot.traces", None)
    async with _traced(sqlite_url, collector.url) as (slack, _):
        assert (await slack.control.as_person(ANA).command("/evenhand help")).acked
        given = environment(slack, sqlite_url) | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with clean_environment(tmp_path, **given):
            assert check_settings() == [CANT_TRACE]
    assert collector.spans == []
    assert "pip install 'evenhand[otel]'" in caplog.text + "".join(capsys.readouterr())


async def test_with_the_extra_the_doctor_finds_nothing(tmp_path: Path, sqlite_url: str) -> None:
    """The setting is right, and what it needs is here."""
    async with rehearsal() as slack:
        given = environment(slack, sqlite_url) | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
        with clean_environment(tmp_path, **given):
            assert check_settings() == []
