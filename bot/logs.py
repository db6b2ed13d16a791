"""Configures logging with structlog: readable on a terminal, JSON otherwise, and without secrets."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.settings import LogFormat

SECRET = re.compile(
    r"\b(?:xox[a-z]|xapp|xwfp)-[\w-]+"  # Slack's tokens
    r"|(?<=://)[^/\s:@]*:[^@\s/]+(?=@)"  # name and password in an address
    r"|hooks\.slack\.com/[^\s\"'\\<>]+"  # webhooks and response_urls
    r"|(?<=[?&]ticket=)[^&\s\"'\\<>]+"  # what opens a socket
)
MASK = "[hidden]"
MIN_LEVELS = {"apscheduler": logging.ERROR}  # it warns at every tick that a job is still running
WARNINGS_ONLY = ("slack_sdk", "slack_bolt", "aiohttp.access", "alembic")


def configure_logging(*, style: LogFormat, level: str) -> None:
    """Write all log lines, including those of libraries, to standard error in one format."""
    readable = style is LogFormat.HUMAN or (style is LogFormat.AUTO and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,  # as text, and before secrets are hidden; rich's would print variables
        mask_event,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in (*WARNINGS_ONLY, *MIN_LEVELS):
        logging.getLogger(name).setLevel(max(MIN_LEVELS.get(name, logging.WARNING), logging.getLogger().level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def mask_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask Slack's tokens, webhook addresses and passwords in a log event, at any depth."""
    return cast("EventDict", mask_secrets(event))


def mask_secrets(value: Any) -> Any:
    """Return *value* as JSON values, with every secret in it masked."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return SECRET.sub(MASK, value)
        case Mapping():
            return {mask_secrets(str(key)): mask_secrets(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [mask_secrets(inner) for inner in value]
        case _:
            return SECRET.sub(MASK, repr(value))
