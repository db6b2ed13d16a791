"""What `/metrics` shows, in Prometheus' format. This module is imported only where it is asked for."""

import collections
import time
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlmodel import Session

from bot.core.outbox import count_waiting
from bot.core.runtime import Runtime
from bot.customers.queries.coverage import get_coverage
from bot.workspaces.queries import list_workspaces

ACK_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)  # seconds; Slack waits for three
RUN_BUCKETS = (0.01, 0.05, 0.25, 1, 5, 15, 60, 300)

STANDINGS = ("in_cadence", "due", "neglected", "snoozed", "never_contacted")

Counts = collections.Counter[str]


class Metrics:
    """Keeps what is measured, and reads what stands in the database when it is asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        kept: dict[str, Any] = {"registry": self.registry}
        ProcessCollector(**kept)
        self._deliveries = Counter("evenhand_deliveries", "Messages tried to be sent, by outcome", ["outcome"], **kept)
        self._acks = Histogram(
            "evenhand_ack_seconds", "Time until a request of Slack's was acknowledged", buckets=ACK_BUCKETS, **kept
        )
        self._runs = Histogram(
            "evenhand_job_run_seconds", "Time that a run of a job took", ["job"], buckets=RUN_BUCKETS, **kept
        )
        self._failed_runs = Counter("evenhand_job_failures", "Runs of a job that failed", ["job"], **kept)
        self._slack_errors = Counter(
            "evenhand_slack_errors", "Calls of Slack's API by jobs that failed", ["method", "error"], **kept
        )
        self._waiting = Gauge("evenhand_outbox_messages", "Messages that aren't delivered yet", ["state"], **kept)
        self._oldest = Gauge("evenhand_outbox_oldest_seconds", "Age of the oldest message that is due", **kept)
        self._customers = Gauge("evenhand_customers", "Active customers by where they stand", ["standing"], **kept)
        self._socket = Gauge("evenhand_socket_connected", "Whether what people do in Slack reaches the bot", **kept)

    def delivered(self, outcome: str) -> None:
        """Count a message that was tried to be sent, by what came of it."""
        self._deliveries.labels(outcome).inc()

    def acked(self, seconds: float) -> None:
        """Take how long a request of Slack's waited for its acknowledgement."""
        self._acks.observe(seconds)

    def ran(self, job: str, seconds: float, *, failed: bool) -> None:
        """Take how long a run of a job lasted."""
        self._runs.labels(job).observe(seconds)
        self._failed_runs.labels(job).inc(int(failed))

    def slack_failed(self, method: str, error: str) -> None:
        """Count a call of Slack's API that failed."""
        self._slack_errors.labels(method, error).inc()

    def watch_acks(self, app: AsyncApp) -> None:
        """Measure how long each request that reaches *app* waits for its acknowledgement."""
        dispatch = app.async_dispatch

        async def timed(request: AsyncBoltRequest) -> BoltResponse:
            started_at = time.perf_counter()
            try:
                return await dispatch(request)
            finally:
                self.acked(time.perf_counter() - started_at)

        app.async_dispatch = timed  # type: ignore[assignment, method-assign]  # HTTP and Socket Mode both call it

    async def render(self, runtime: Runtime, *, is_connected: bool) -> bytes:
        """Return everything in Prometheus' text format, with the state of the database as it is now."""
        self._socket.set(is_connected)
        waiting = await runtime.read(count_waiting, workspace=None)
        for state, count in waiting.by_state.items():
            self._waiting.labels(state.value).set(count)
        age = runtime.clock.now() - waiting.due_since if waiting.due_since else None
        self._oldest.set(age.total_seconds() if age else 0)
        standings: Counts = collections.Counter()
        for workspace in await runtime.read(list_workspaces, workspace=None):
            standings.update(await runtime.read(_count_standings, workspace=workspace))
        for standing, count in standings.items():
            self._customers.labels(standing).set(count)
        return generate_latest(self.registry)


def _count_standings(session: Session, *, now: datetime) -> dict[str, int]:
    """Count the active customers by where they stand; a day in UTC is near enough for a curve."""
    counts = get_coverage(session, today=now.date()).model_dump()
    return {name: counts[name] for name in STANDINGS}
