"""
Traces for OpenTelemetry: requests of Slack's, runs of jobs, deliveries, calls of Slack's API and statements.

This module is imported only where they are asked for; without the extra `otel`, that raises ImportError.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

EXPORT_SECONDS = 3.0
MAX_STATEMENT = 2000  # characters
OPEN_SPANS = "evenhand.spans"
ERROR_TYPE = "error.type"


class OpenTelemetry:
    """
    Sends spans to a collector at *endpoint*, in the background, by OTLP over HTTP.

    A span holds names of ours only: commands, ids of buttons and windows, jobs, kinds of messages, statements without
    their values, and the types of errors without their messages.
    """

    def __init__(self, endpoint: str) -> None:
        name = os.environ.get("OTEL_SERVICE_NAME", "evenhand")
        resource = Resource.create({SERVICE_NAME: name, SERVICE_VERSION: version("evenhand")})
        self._provider = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("evenhand")

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[trace.Span]:
        """Return a context for something that begins now; an error that leaves it marks it as failed."""
        options: dict[str, Any] = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(name, attributes=attributes, **options) as span:
            try:
                yield span
            except Exception as error:
                _fail(span, error)
                raise

    def watch_requests(self, app: AsyncApp) -> None:
        """Give each request that reaches *app* a span, which ends when it is acknowledged."""
        dispatch = app.async_dispatch

        async def traced(request: AsyncBoltRequest) -> BoltResponse:
            with self.span(_name_of(request.body)):
                return await dispatch(request)

        app.async_dispatch = traced  # type: ignore[assignment, method-assign]  # HTTP and Socket Mode both call it

    def watch_statements(self, engine: sa.Engine) -> None:
        """Give each statement that is part of something traced a span."""

        def begin(
            connection: sa.Connection, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
        ) -> None:
            if trace.get_current_span().is_recording():
                attributes = {"db.system.name": engine.dialect.name, "db.query.text": statement[:MAX_STATEMENT]}
                span = self._tracer.start_span(statement.split(None, 1)[0], kind=SpanKind.CLIENT, attributes=attributes)
                connection.info.setdefault(OPEN_SPANS, []).append(span)

        def end(connection: sa.Connection, *_: Any) -> None:
            if spans := connection.info.get(OPEN_SPANS):
                spans.pop().end()

        def fail(failed: Any) -> None:
            if failed.connection is not None and (spans := failed.connection.info.get(OPEN_SPANS)):
                span = spans.pop()
                _fail(span, failed.original_exception)
                span.end()

        sa.event.listen(engine, "before_cursor_execute", begin)
        sa.event.listen(engine, "after_cursor_execute", end)
        sa.event.listen(engine, "handle_error", fail)

    def close(self) -> None:
        """Send what waits, unless that takes too long; it blocks."""
        self._provider.force_flush(int(EXPORT_SECONDS * 1000))
        self._provider.shutdown()


def _fail(span: trace.Span, error: BaseException) -> None:
    span.set_status(StatusCode.ERROR)
    span.set_attribute(ERROR_TYPE, type(error).__name__)


def _name_of(body: Mapping[str, Any]) -> str:
    """Return what a request is, such as `command /promise`: no id of a row, no word that somebody typed."""
    if "command" in body:
        return f"command {body['command']}"
    if "event" in body:
        return f"event {(body.get('event') or {}).get('type')}"
    used: Mapping[str, Any] = next(iter(body.get("actions") or ()), {})
    name = used.get("action_id") or body.get("callback_id") or (body.get("view") or {}).get("callback_id")
    return f"{body.get('type')} {str(name or body.get('action_id') or '').partition(':')[0]}".strip()
