"""What a check finds: violations, each with the path to the offending piece, gathered while walking a payload."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home", "options"]


@dataclass(frozen=True)
class Violation:
    """One thing Slack would refuse: where (`blocks[3].text.text`), Slack's error code, and what to do about it."""

    path: str
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence} ({self.code})"


@dataclass
class Walk:
    """One walk over one payload: which surface it is for, the code its faults carry, and what was found so far."""

    surface: Surface
    code: str
    found: list[Violation] = field(default_factory=list)

    def fault(self, path: str, sentence: str, code: str | None = None) -> None:
        """Note that the piece at *path* would be refused."""
        self.found.append(Violation(path or "payload", code or self.code, sentence))


Rule = Callable[[Walk, str, Any], None]
"""Judges one value at one path; what is wrong goes to the walk."""


def join(path: str, name: str) -> str:
    """The path of the field *name* under *path*."""
    return f"{path}.{name}" if path else name


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string in *value*, keys included, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield join(path, "(name)"), str(name)
            yield from strings(inner, join(path, str(name)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{path}[{number}]")


def check_characters(walk: Walk, payload: Any) -> None:
    """Refuse characters that don't survive the journey: NUL, and halves of surrogate pairs."""
    for path, text in strings(payload):
        if "\x00" in text:
            walk.fault(path, "Take the NUL character out.")
        if any("\ud800" <= char <= "\udfff" for char in text):
            walk.fault(path, "Half an emoji stands here (a lone surrogate); it can't be sent as UTF-8.")
