"""Logs by structlog: human on a terminal, JSON otherwise, never with a token in them."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.settings import LogFormat

TOKEN = re.compile(r"\b(?:xox[a-z]|xapp|xwfp)-[\w-]+|(?<=://)[^/\s:@]+:[^@\s/]+(?=@)|hooks\.slack\.com/\S+")
HIDDEN = "[hidden]"


def set_up_logs(*, style: LogFormat, level: str) -> None:
    """Send every log line, ours and the libraries', to standard error in one style."""
    human = style is LogFormat.HUMAN or (style is LogFormat.AUTO and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [hide_secrets, structlog.dev.ConsoleRenderer()]
        if human
        else [structlog.processors.format_exc_info, hide_secrets, structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("apscheduler", "slack_sdk", "slack_bolt", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Black out everything that looks like one of Slack's tokens, a webhook or a password in an address."""
    return {key: TOKEN.sub(HIDDEN, value) if isinstance(value, str) else value for key, value in event.items()}
