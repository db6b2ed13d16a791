"""Looks at a source, in a process of its own that can be ended, and brings what is there. Call it in a thread."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, Self

import bot
from bot.core.errors import InvalidInput
from bot.mentions.gateways.arriving import found_item
from bot.mentions.gateways.doors import SHUT, Door
from bot.mentions.rules.outcomes import LIMITS, Limits
from bot.mentions.rules.sources import SourceKind, web_address
from bot.mentions.schemas.found import Brought, Outcome

_SPARE_SECONDS = 10  # for starting Python, on a machine that is busy
_LONGEST_ANSWER = 64 * 1024 * 1024
_KEPT = {"PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"}
"""All of our environment that the child gets: none of the tokens."""


def fetch(
    kind: SourceKind,
    address: str,
    *,
    etag: str = "",
    last_modified: str = "",
    limits: Limits = LIMITS,
    door: Door = SHUT,
) -> Brought:
    """
    What a look at *address* brings; *etag* and *last_modified* are those of the last look. Never raises over anything
    that a source does, and takes at most a minute.

    *door* is for tests and the demo: it lets names lead to this machine, which is refused otherwise.
    """
    with Child(limits) as child:
        return child.fetch(kind, address, etag=etag, last_modified=last_modified, door=door)


@cache
def user_agent() -> str:
    """How the bot introduces itself to servers."""
    try:
        number = version("evenhand")
    except PackageNotFoundError:
        number = "0"
    return f"Evenhand/{number} (Slack bot for customer care; reads public feeds, slowly)"


class Child:
    """A process that fetches and reads, started when first asked and again after its end."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def fetch(
        self, kind: SourceKind, address: str, *, etag: str = "", last_modified: str = "", door: Door = SHUT
    ) -> Brought:
        """What a look at *address* brings, as `fetch` does; for several looks in a row, one after the other."""
        try:
            whole = web_address(address)
        except InvalidInput as refused:
            return Brought(outcome=Outcome.REFUSED, problem=str(refused))
        marks = {"etag": etag, "last_modified": last_modified}
        return self.ask(
            {"do": "fetch", "kind": kind, "address": whole, **marks, "agent": user_agent(), "leads": dict(door.leads)}
        )

    def read(self, kind: SourceKind, body: bytes, *, address: str = "", content_type: str = "") -> Brought:
        """What a body holds that was fetched before."""
        said = {"address": address, "content_type": content_type, "body": base64.b64encode(body).decode()}
        return self.ask({"do": "read", "kind": kind, **said})

    def ask(self, order: Mapping[str, Any]) -> Brought:
        """The answer to an order, or how the process ended over it."""
        process = self._process = self._process or self._start()
        assert process.stdin  # noqa: S101 - Popen was told to make both
        assert process.stdout  # noqa: S101
        timer = Timer(self._limits.whole_seconds + self._limits.reading_seconds + _SPARE_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps({**order, "limits": asdict(self._limits)}).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline(_LONGEST_ANSWER)
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if line.endswith(b"\n"):
            return _brought(json.loads(line))
        return _died(self._end(), self._limits)

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        root = str(Path(bot.__file__).parents[1])
        return subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-W",
                "ignore",
                "-m",
                "bot.mentions.gateways.child",
                str(self._limits.memory_megabytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | {"PYTHONPATH": root, "PYTHONUTF8": "1"},
        )

    def _end(self) -> int:
        """Let the process end, by force if need be; how it ended."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _brought(answer: dict[str, Any]) -> Brought:
    answer.pop("unexpected", None)
    items = tuple(found_item(item) for item in answer.pop("items", []))
    return Brought(**answer, items=items)


def _died(code: int, limits: Limits) -> Brought:
    if code == -signal.SIGPROF:
        problem = f"It takes more than {limits.reading_seconds:g} seconds to read; use a feed with fewer entries."
        return Brought(outcome=Outcome.BROKEN, problem=problem)
    if code in {-signal.SIGALRM, -signal.SIGKILL}:
        problem = f"Its server takes more than {limits.whole_seconds:g} seconds to answer; it is tried again later."
        return Brought(outcome=Outcome.UNREACHABLE, problem=problem)
    return Brought(outcome=Outcome.BROKEN, problem="It can't be read: reading it fails; use another feed.")
