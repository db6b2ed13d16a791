"""Small rules that bigger ones are made of: strings, numbers, lists, objects, and objects told apart by their type."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.strict.findings import Rule, Walk, join


def string(longest: int | None = None, *, shortest: int = 1, like: str | None = None, example: str = "") -> Rule:
    """A string of *shortest* to *longest* characters; with *like*, one that matches the pattern as a whole."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, str):
            walk.fault(path, f"Put a string here; this is {_kind(value)}.")
        elif len(value) < shortest:
            walk.fault(path, "Empty text is refused; leave the field out or put something in it.")
        elif longest is not None and len(value) > longest:
            walk.fault(path, f"Shorten this to {longest} characters; it has {len(value)}.")
        elif like is not None and not re.fullmatch(like, value):
            walk.fault(path, f"Write this like {example}; it is {value[:60]!r}.")

    return rule


def whole(lowest: int, highest: int | None = None) -> Rule:
    """A whole number from *lowest* to *highest*."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            walk.fault(path, f"Put a whole number here; this is {_kind(value)}.")
        elif value < lowest or (highest is not None and value > highest):
            bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
            walk.fault(path, f"This number has to be {bounds}; it is {value}.")

    return rule


def boolean(walk: Walk, path: str, value: Any) -> None:
    """True or false, nothing that merely looks like it."""
    if not isinstance(value, bool):
        walk.fault(path, f"Put true or false here; this is {_kind(value)}.")


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, str) or value not in allowed:
            walk.fault(path, f"Only {_listed(allowed)} can stand here; this is {value!r}.")

    return rule


def listing(inner: Rule, lowest: int, highest: int | None = None) -> Rule:
    """A list of *lowest* to *highest* items, each judged by *inner*."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, list | tuple):
            walk.fault(path, f"Put a list here; this is {_kind(value)}.")
            return
        if len(value) < lowest:
            walk.fault(path, f"At least {lowest} {'item has' if lowest == 1 else 'items have'} to be in this list.")
        if highest is not None and len(value) > highest:
            walk.fault(path, f"At most {highest} items fit here; there are {len(value)}.")
        for number, item in enumerate(value):
            inner(walk, f"{path}[{number}]", item)

    return rule


@dataclass(frozen=True)
class Shape:
    """
    An object: the fields it may have, which of them it must have, and rules about the whole of it.

    Any other field is a fault, since Slack refuses those too.
    """

    fields: Mapping[str, Rule]
    needs: Collection[str] = ()
    also: Collection[Rule] = field(default=())

    def __call__(self, walk: Walk, path: str, value: Any) -> None:
        """Judge *value* against this shape."""
        if not isinstance(value, Mapping):
            walk.fault(path, f"Put an object here; this is {_kind(value)}.")
            return
        for name in self.needs:
            if name not in value:
                walk.fault(join(path, name), f"The field `{name}` is missing.")
        for name, inner in value.items():
            rule = self.fields.get(name)
            if rule is None:
                walk.fault(join(path, str(name)), f"Slack knows no field `{name}` here.")
            else:
                rule(walk, join(path, str(name)), inner)
        for rule in self.also:
            rule(walk, path, value)


def anything(_walk: Walk, _path: str, _value: Any) -> None:
    """Whatever stands here is Slack's business or was judged elsewhere."""


def typed(shapes: Mapping[str, Rule], what: str, refused: Mapping[str, str] | None = None) -> Rule:
    """An object told apart by its `type`; *refused* names types that exist but may not stand here, and why."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str):
            walk.fault(path, f"Put {what} here: an object with a `type`.")
        elif refused is not None and kind in refused:
            walk.fault(join(path, "type"), refused[kind])
        elif kind not in shapes:
            walk.fault(join(path, "type"), f"`{kind}` can't stand here; {what} can be {_listed(sorted(shapes))}.")
        else:
            shapes[kind](walk, path, value)

    return rule


def exactly_one(*names: str) -> Rule:
    """Of these fields, one and only one."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        there = [name for name in names if name in value]
        if len(there) != 1:
            walk.fault(path, f"Give exactly one of {_listed(names)}; there {'are both' if there else 'is none'}.")

    return rule


def at_least_one(*names: str) -> Rule:
    """Of these fields, one or more."""

    def rule(walk: Walk, path: str, value: Any) -> None:
        if not any(name in value for name in names):
            walk.fault(path, f"Give {_listed(names)}; there is none.")

    return rule


def _listed(words: Collection[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
