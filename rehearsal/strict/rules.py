"""Basic rules: strings, numbers, lists, objects, and objects distinguished by their type."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.strict.violations import Report, Rule, join


def string(
    max_length: int | None = None,
    *,
    min_length: int = 1,
    pattern: str | None = None,
    example: str = "",
    words: bool = False,
) -> Rule:
    """
    Return a rule for a string of *min_length* to *max_length* characters that matches *pattern* as a whole.

    If it holds *words* that are shown, it needs more than spaces.
    """

    def rule(report: Report, path: str, value: Any) -> None:
        if not isinstance(value, str):
            report.add(path, f"Put a string here; this is {_type_name(value)}.")
        elif len(value) < min_length:
            report.add(path, "Empty text is refused; leave the field out or put something in it.")
        elif words and not value.strip():
            report.add(path, "Text of spaces alone is refused; put words in it.")
        elif max_length is not None and len(value) > max_length:
            report.add(path, f"Shorten this to {max_length} characters; it has {len(value)}.")
        elif pattern is not None and not re.fullmatch(pattern, value):
            report.add(path, f"Write this like {example}; it is {value[:60]!r}.")

    return rule


def integer(minimum: int, maximum: int | None = None) -> Rule:
    """Return a rule for an integer from *minimum* to *maximum*."""

    def rule(report: Report, path: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add(path, f"Put a whole number here; this is {_type_name(value)}.")
        elif value < minimum or (maximum is not None and value > maximum):
            bounds = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
            report.add(path, f"This number has to be {bounds}; it is {value}.")

    return rule


def boolean(report: Report, path: str, value: Any) -> None:
    """Check that the value is true or false."""
    if not isinstance(value, bool):
        report.add(path, f"Put true or false here; this is {_type_name(value)}.")


def enumeration(*allowed: str) -> Rule:
    """Return a rule for one of the strings in *allowed*."""

    def rule(report: Report, path: str, value: Any) -> None:
        if not isinstance(value, str) or value not in allowed:
            report.add(path, f"Only {_join_names(allowed)} can stand here; this is {value!r}.")

    return rule


def array(inner: Rule, minimum: int, maximum: int | None = None) -> Rule:
    """Return a rule for a list of *minimum* to *maximum* items, each checked by *inner*."""

    def rule(report: Report, path: str, value: Any) -> None:
        if not isinstance(value, list | tuple):
            report.add(path, f"Put a list here; this is {_type_name(value)}.")
            return
        if len(value) < minimum:
            report.add(path, f"At least {minimum} {'item has' if minimum == 1 else 'items have'} to be in this list.")
        if maximum is not None and len(value) > maximum:
            report.add(path, f"At most {maximum} items fit here; there are {len(value)}.")
        for number, item in enumerate(value):
            inner(report, f"{path}[{number}]", item)

    return rule


@dataclass(frozen=True)
class ObjectRule:
    """
    A rule for an object: its fields, which of them are required, and rules for the object as a whole.

    Other fields are violations, since Slack refuses them, too.
    """

    fields: Mapping[str, Rule]
    required: Collection[str] = ()
    extra_rules: Collection[Rule] = field(default=())

    def __call__(self, report: Report, path: str, value: Any) -> None:
        """Check *value* against this rule."""
        if not isinstance(value, Mapping):
            report.add(path, f"Put an object here; this is {_type_name(value)}.")
            return
        for name in self.required:
            if name not in value:
                report.add(join(path, name), f"The field `{name}` is missing.")
        for name, inner in value.items():
            rule = self.fields.get(name)
            if rule is None:
                report.add(join(path, str(name)), f"Slack knows no field `{name}` here.")
            else:
                rule(report, join(path, str(name)), inner)
        for rule in self.extra_rules:
            rule(report, path, value)


def any_value(_walk: Report, _path: str, _value: Any) -> None:
    """Accept any value."""


def tagged_object(shapes: Mapping[str, Rule], what: str, refused: Mapping[str, str] | None = None) -> Rule:
    """Return a rule for an object with a `type`; *refused* maps types that aren't allowed here to the reason."""

    def rule(report: Report, path: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str):
            report.add(path, f"Put {what} here: an object with a `type`.")
        elif refused is not None and kind in refused:
            report.add(join(path, "type"), refused[kind])
        elif kind not in shapes:
            report.add(join(path, "type"), f"`{kind}` can't stand here; {what} can be {_join_names(sorted(shapes))}.")
        else:
            shapes[kind](report, path, value)

    return rule


def exactly_one(*names: str) -> Rule:
    """Return a rule that exactly one of these fields is present."""

    def rule(report: Report, path: str, value: Any) -> None:
        there = [name for name in names if name in value]
        if len(there) != 1:
            report.add(path, f"Give exactly one of {_join_names(names)}; there {'are both' if there else 'is none'}.")

    return rule


def at_least_one(*names: str) -> Rule:
    """Return a rule that at least one of these fields is present."""

    def rule(report: Report, path: str, value: Any) -> None:
        if not any(name in value for name in names):
            report.add(path, f"Give {_join_names(names)}; there is none.")

    return rule


def _join_names(words: Collection[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _type_name(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
