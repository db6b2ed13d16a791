"""Logs with structlog: readable on a terminal, JSON otherwise, and without secrets."""

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
HIDDEN = "[hidden]"
QUIET = {"apscheduler": logging.ERROR}  # it warns at every tick that a job is still running
NOISY = ("slack_sdk", "slack_bolt", "aiohttp.access", "alembic")


def set_up_logs(*, style: LogFormat, level: str) -> None:
    """Write every log line, ours and the libraries', to standard error in one style."""
    human = style is LogFormat.HUMAN or (style is LogFormat.AUTO and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,  # as text, and before secrets are hidden; rich's would print variables
        hide_secrets,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if human
        else structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in (*NOISY, *QUIET):
        logging.getLogger(name).setLevel(max(QUIET.get(name, logging.WARNING), logging.getLogger().level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace everything that looks like a token of Slack's, a webhook or a password, at any depth."""
    return cast("EventDict", hidden(event))


def hidden(value: Any) -> Any:
    """Return *value* as JSON values, with every secret in it replaced."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return SECRET.sub(HIDDEN, value)
        case Mapping():
            return {hidden(str(key)): hidden(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [hidden(inner) for inner in value]
        case _:
            return SECRET.sub(HIDDEN, repr(value))
