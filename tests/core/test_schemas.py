"""Schemas: made when somebody needs them, whole all the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pydantic import ValidationError

import bot.process  # noqa: F401 - brings all schemas in
from bot.core.schemas import Line, Schema

AT_ONCE, ROUNDS = 8, 20


def _kinds(kind: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


@pytest.mark.parametrize("kind", sorted(set(_kinds()), key=lambda kind: (kind.__module__, kind.__name__)))
def test_every_schema_can_be_made(kind: type[Schema]) -> None:
    """Its fields' types are all known; nobody would learn that before the first one otherwise."""
    kind.model_rebuild(raise_errors=True)
    assert kind.__pydantic_complete__
    assert kind.model_config["frozen"]


def test_the_first_schemas_of_a_kind_can_be_made_at_once() -> None:
    """Use cases run in threads: whoever comes second waits, and gets the checks of this kind and no other."""
    barrier = Barrier(AT_ONCE)

    def make(kind: type[Schema]) -> Schema:
        barrier.wait()
        return kind.model_validate({"lines": [{"text": "late", "urgent": True}], "number": "3"})

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in range(ROUNDS):
            new: type[Schema] = type(
                "New",
                (Schema,),
                {"__module__": __name__, "__annotations__": {"lines": tuple[Line, ...], "number": int}},
            )
            assert not new.__pydantic_complete__
            made = list(threads.map(make, [new] * AT_ONCE))
            assert {schema.model_dump_json() for schema in made} == {
                '{"lines":[{"text":"late","urgent":true,"on":null}],"number":3}'
            }


def test_the_first_schema_is_checked_as_all_are() -> None:
    """A field too many is refused from the start."""

    class New(Schema):
        number: int

    with pytest.raises(ValidationError, match="colour"):
        New.model_validate({"number": 1, "colour": "red"})
