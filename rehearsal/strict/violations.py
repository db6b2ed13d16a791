"""Violations found by a check, each with the path of the offending value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home", "options"]


@dataclass(frozen=True)
class Violation:
    """Something Slack would refuse: its path (`blocks[3].text.text`), Slack's error code, and what to do about it."""

    path: str
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence} ({self.code})"


@dataclass
class Report:
    """The violations found in one payload; *surface* is what it is for, and *code* the default error code."""

    surface: Surface
    code: str
    violations: list[Violation] = field(default_factory=list)

    def add(self, path: str, sentence: str, code: str | None = None) -> None:
        """Add a violation at *path*."""
        self.violations.append(Violation(path or "payload", code or self.code, sentence))


Rule = Callable[[Report, str, Any], None]
"""Checks one value at one path, and adds violations to the report."""


def join(path: str, name: str) -> str:
    """Return the path of the field *name* under *path*."""
    return f"{path}.{name}" if path else name


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string in *value*, including keys, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield join(path, "(name)"), str(name)
            yield from strings(inner, join(path, str(name)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{path}[{number}]")


def check_characters(report: Report, payload: Any) -> None:
    """Report characters that can't be sent: NUL and lone surrogates."""
    for path, text in strings(payload):
        if "\x00" in text:
            report.add(path, "Take the NUL character out.")
        if any("\ud800" <= char <= "\udfff" for char in text):
            report.add(path, "Half an emoji stands here (a lone surrogate); it can't be sent as UTF-8.")
