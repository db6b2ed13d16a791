"""Logs are readable for people and machines, and contain no secrets."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import configure_logging, mask_secrets
from bot.settings import LogFormat

SECRETS = [
    "xoxb-123-456-AbCdEf",
    "xoxp-123-456-AbCdEf",
    "xoxe.xoxp-1-AbCdEf",
    "xapp-1-A0-123-abc",
    "xwfp-123-abc",
    "https://hooks.slack.com/commands/T1/2/AbCdEf",
    "postgresql+psycopg://kim:AbCdEf@host/evenhand",
    "redis://:AbCdEf@host/0",
    "wss://wss-primary.slack.com/link/?ticket=AbCdEf&app_id=A1",
]


@pytest.fixture(autouse=True)
def _leave_logging_alone() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def _fail(secret: str) -> None:
    raise ValueError(f"refused {secret}")


@pytest.mark.parametrize("style", [LogFormat.HUMAN, LogFormat.JSON])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_reaches_a_line(secret: str, style: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """Secrets are masked in messages, nested values, keys and error texts."""
    configure_logging(style=style, level="info")
    log = structlog.get_logger("bot.test")
    log.info("started with " + secret)  # noqa: G003 - the secret has to stand in the event itself
    log.info("nested", one={"two": [("three", {"token": secret})]}, **{secret: 1}, thing=Exception(secret))
    logging.getLogger("library").warning("posting to %s", secret)
    try:
        _fail(secret)
    except ValueError:
        log.exception("failed")
        logging.getLogger("library").exception("failed too")
    said = _said(capsys)
    assert "AbCdEf" not in said
    assert secret not in said
    assert said.count("[hidden]") >= 6
    assert "ValueError: refused" in said


def test_machines_get_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Quotes, newlines, webhooks, lone surrogates and tracebacks stay within one line."""
    configure_logging(style=LogFormat.JSON, level="info")
    log = structlog.get_logger("bot.test")
    log.info('said "https://hooks.slack.com/x/y" and\nwent', who="Zoë \ud800", when=object, left={1: {2}})
    try:
        _fail('"quoted"\nline')
    except ValueError:
        log.exception("failed", reference="4F2A")
    first, second = [json.loads(line) for line in _said(capsys).splitlines()]
    assert first["event"] == 'said "https://[hidden]" and\nwent'
    assert first["left"] == {"1": [2]}
    assert first["timestamp"].endswith("Z")
    assert (second["level"], second["reference"]) == ("error", "4F2A")
    assert 'ValueError: refused "quoted"' in second["exception"]


def test_a_terminal_never_shows_the_variables_of_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback shows code and messages, not the values of variables."""
    configure_logging(style=LogFormat.HUMAN, level="info")
    customer = "Confidential Client Ltd"
    try:
        _fail("something" if customer else "")
    except ValueError:
        structlog.get_logger("bot.test").exception("failed")
    said = _said(capsys)
    assert "ValueError: refused something" in said
    assert customer not in said.replace('customer = "Confidential Client Ltd"', "")


def test_a_job_that_runs_long_doesnt_fill_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """The scheduler's repeated warning about a running job is suppressed; its errors are not."""
    configure_logging(style=LogFormat.JSON, level="info")
    logging.getLogger("apscheduler.scheduler").warning("maximum number of running instances reached (1)")
    logging.getLogger("apscheduler.scheduler").error("broken")
    assert [json.loads(line)["event"] for line in _said(capsys).splitlines()] == ["broken"]


def test_quiet_levels_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """With LOG_LEVEL=error, nothing below an error is logged."""
    configure_logging(style=LogFormat.AUTO, level="error")
    structlog.get_logger("bot.test").info("well")
    logging.getLogger("slack_sdk").warning("hm")
    assert _said(capsys) == ""


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(_JSON, st.sampled_from(SECRETS))
def test_whatever_is_logged_is_json_without_the_secret(value: Any, secret: str) -> None:
    """Any value with a secret in it is logged as JSON without the secret."""
    written = json.dumps(mask_secrets([value, {"deep": [secret, value]}]))
    assert "AbCdEf" not in written
    assert json.loads(written)[1]["deep"][0] != secret
