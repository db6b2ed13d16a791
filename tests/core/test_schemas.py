"""Every schema can be made, and refuses fields that nobody declared."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import bot.process  # noqa: F401 - brings all schemas in
from bot.core.schemas import Schema


def _kinds(kind: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


@pytest.mark.parametrize("kind", sorted(set(_kinds()), key=lambda kind: (kind.__module__, kind.__name__)))
def test_every_schema_can_be_made(kind: type[Schema]) -> None:
    """The types of its fields are all known: pydantic builds a schema when it is first used, and fails only then."""
    kind.model_rebuild()  # raises where a type is unknown
    assert kind.__pydantic_complete__
    assert kind.model_config["frozen"]


def test_a_schema_refuses_a_field_that_it_does_not_have() -> None:
    """A misspelt field is an error and not lost."""

    class New(Schema):
        number: int

    with pytest.raises(ValidationError, match="colour"):
        New.model_validate({"number": 1, "colour": "red"})
