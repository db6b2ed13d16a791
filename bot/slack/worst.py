"""Builds the longest and most hostile input of a view from its annotations, to check what Slack would say to it."""

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from annotated_types import MaxLen
from pydantic import BaseModel

TEXTS = (
    "<!channel> & *bold* `code` _\u202e ~ <@U1> 👩‍👩‍👧‍👦 ",  # markup, mentions, a change of direction, a long emoji
    "R&D & Q&A ",  # which escaping makes longer
)
TEXT_LENGTH = 200  # of a name; longer where the schema says so
LIST_LENGTH = 10  # of a list; the queries of pages and messages take no more
NUMBER = 46_964
DAY = date(2026, 11, 23)
INSTANT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PERSON = "U0WORST"
ZONE = "America/Argentina/Buenos_Aires"
LINK = "https://example.com/" + "a" * 400

_BY_NAME: Mapping[str, Any] = {
    "country": "PT",
    "overdue": "12 promises broken",
    "lines": "12 promises broken",
    "stops": "4 hours",
    "hurts": "2 days",
    "annoys": "5 days",
    "token": "t" * 43,
    "secret": "s" * 43,
    "markup": "*Acme* is kept.",
    "answer_days": 5,
    "cadence": 365,
    "cadence_days": 365,
    "floor": 365,
    "factor": 5.0,
    "first_calls": 100,
    "kind": "customer",
    "whose": "p-U0WORST",
    "field": "owner",
    "hour": time(9),
    "working_days": "12345",
    "days": "12345",
    "ts": "1795424400.000001",
    "state": "{}",
}
"""Values of fields that hold no words from outside, by the name of the field."""
_PEOPLE = frozenset(
    {"among", "by", "done_by", "given_by", "managers", "person", "raised_by", "to", "viewer", "who", "id"}
)
"""Fields that hold Slack ids of people."""
_SIMPLE: Mapping[type, Any] = {
    bool: True,
    int: NUMBER,
    float: 0.5,
    date: DAY,
    datetime: INSTANT,
    time: time(9),
    timedelta: timedelta(days=365),
    Decimal: Decimal(10**12),
    object: None,
    UUID: UUID("01930000-0000-7000-8000-000000000000"),
}


class Worst:
    """Builds values of one kind of text; every UUID is another one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ids = 0

    def arguments(self, view: Callable[..., Any]) -> dict[str, Any]:
        """
        Return the arguments of a view.

        Raises:
            TypeError: an argument has an annotation that isn't known here.
        """
        hints = get_type_hints(view)
        parameters = inspect.signature(view).parameters
        return {
            name: PERSON if name == "owner" else self.value(hints.get(name, str), name)
            for name, parameter in parameters.items()
            if parameter.kind is not parameter.VAR_POSITIONAL
        }

    def value(self, kind: Any, name: str = "", longest: int = TEXT_LENGTH) -> Any:
        """Return a value of the annotation *kind* for a field or argument called *name*."""
        origin, inner = get_origin(kind), get_args(kind)
        if origin is not None:
            return self._generic(origin, inner, name, longest)
        if kind is str:
            return self._words(name, longest)
        if kind in _SIMPLE:
            return _BY_NAME[name] if type(_BY_NAME.get(name)) is kind else self._simple(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return list(kind)[-1]
        if isinstance(kind, type) and (issubclass(kind, BaseModel | tuple) or is_dataclass(kind)):
            return self._object(kind)
        raise TypeError(f"No value is known for {kind} {name}.")

    def _generic(self, origin: Any, inner: tuple[Any, ...], name: str, longest: int) -> Any:
        if origin in {Union, types.UnionType}:
            return self.value(next(one for one in inner if one is not types.NoneType), name, longest)
        if origin is Literal:
            return inner[0]
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "divider"} if name == "blocks" else {}
        if isinstance(origin, type) and issubclass(origin, tuple) and inner[1:] != (...,):
            return tuple(self.value(one, name, longest) for one in inner)
        if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
            made = [self.value(inner[0], name, longest) for _ in range(LIST_LENGTH)]
            return origin(made) if origin in {list, tuple, set, frozenset} else tuple(made)
        if hasattr(inner, "__getitem__") and inner:  # Annotated and the like
            return self.value(inner[0], name, longest)
        raise TypeError(f"No value is known for {origin} {name}.")

    def _object(self, kind: type[Any]) -> Any:
        if issubclass(kind, BaseModel):
            return kind(
                **{
                    name: self.value(
                        field.annotation,
                        name,
                        next((one.max_length for one in field.metadata if isinstance(one, MaxLen)), TEXT_LENGTH),
                    )
                    for name, field in kind.model_fields.items()
                }
            )
        return kind(**{name: self.value(hint, name) for name, hint in get_type_hints(kind).items()})

    def _simple(self, kind: type) -> Any:
        if kind is UUID:
            self._ids += 1
            return UUID(int=_SIMPLE[UUID].int + self._ids)
        return _SIMPLE[kind]

    def _words(self, name: str, longest: int) -> str:
        if name in _BY_NAME or name.endswith("zone"):
            return str(_BY_NAME.get(name, ZONE))
        if name == "action_id":
            self._ids += 1
            return f"worst.{self._ids}"
        if name.endswith(("_id", "_ids")) or name in _PEOPLE:
            return "C0WORST" if name.startswith("channel") else PERSON
        if name in {"link", "url", "address", "image_url"}:
            return LINK
        return (self._text * longest)[:longest]
