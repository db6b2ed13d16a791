"""A webhook's mapping: read line by line, and refused when it is saved if it can't ever work."""

import json

import pytest

from bot.core.errors import InvalidInput
from bot.mentions.gateways.webhooks import read_webhook
from bot.mentions.rules.sources import MAPPED_FIELDS, SourceKind, mapping_problem, read_mapping
from bot.mentions.schemas.mentions import SourceWish
from bot.mentions.usecases.sources import add_source
from tests.makers import MARA, Office
from tests.mentions.helpers import ACCOUNTS, CHANNEL, owed

NAMES_AND_DOTS = "“{}” can't be followed; write names and numbers with dots between them, like data.posts.0.text."
TOO_LONG = "“{}” is too long; a place may have 12 names and 200 characters."


def test_a_mapping_is_read_line_by_line() -> None:
    """Spaces and empty lines don't matter; a place may hold an =."""
    assert read_mapping(" words = post.text \n\naddress=url?a=b\n") == {"words": "post.text", "address": "url?a=b"}
    assert read_mapping("") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("words: post.text", "“words: post.text” says no place; write it like words = post.text."),
        ("words =", "says no place"), ("= post.text", "says no place"), ("=", "says no place"),
        ("words = a\nwords = b", "“words” has two places; keep one of them."),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_said_under_the_field(text: str, words: str) -> None:
    """Nothing that somebody typed is left out in silence."""
    with pytest.raises(InvalidInput) as refused:
        read_mapping(text)
    assert words in refused.value.fields["mapping"]


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("wrods", "text", "“wrods” is no part of a mention; name some of items, id, address"),
        ("external_id", "id", "is no part of a mention"),
        ("words", "data[0].text", "write names and numbers with dots between them"),
        ("words", "$.text", "write names and numbers with dots between them"),
        ("words", "post..text", "has a dot too many"), ("words", ".", "has a dot too many"),
        ("words", ".".join("abcdefghijklm"), "is too long; a place may have 12 names"),
        ("words", "x" * 201, "is too long"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_work_is_refused_when_it_is_saved(
    office: Office, name: str, path: str, words: str
) -> None:
    """In one sentence under its field, and nothing is kept; what was saved before is told to its sender."""
    wish = SourceWish(kind=SourceKind.WEBHOOK, channel_id=CHANNEL, mapping={name: path})
    with pytest.raises(InvalidInput) as refused:
        office.do(add_source, wish=wish, channel=ACCOUNTS, by=MARA)
    sentence = refused.value.fields["mapping"]
    assert words in sentence
    assert sentence.endswith(".")
    assert owed(office) == []
    with pytest.raises(InvalidInput, match="The mapping of this webhook can't work: "):
        read_webhook(SourceKind.WEBHOOK, json.dumps({"text": "Hello"}).encode(), mapping=wish.mapping)


@pytest.mark.parametrize("name", MAPPED_FIELDS)
def test_every_part_can_be_mapped(name: str) -> None:
    """What the form offers is what the intake reads."""
    assert mapping_problem({name: "own.0.Some Name"}) == ""
    body = {"text": "Hello", "own": [{"Some Name": {"text": "Hello"} if name == "items" else "x"}]}
    assert read_webhook(SourceKind.WEBHOOK, json.dumps(body).encode(), mapping={name: "own.0.Some Name"})


@pytest.mark.parametrize(
    ("name", "path", "sentence"),
    [
        ("words", "data.posts.0.text", ""),
        ("words", ".".join("abcdefghijkl"), ""),
        ("words", "x" * 200, ""),
        ("words", ".".join("abcdefghijklm"), TOO_LONG.format("a.b.c.d.e.f.g.h.i.j.k.l.m")),
        ("words", "x" * 201, TOO_LONG.format("x" * 60)),
        ("words", "post. .text", "“post. .text” has a dot too many; write it like data.post.text."),
        ("words", "a[0]", NAMES_AND_DOTS.format("a[0]")),
        ("words", "$.text", NAMES_AND_DOTS.format("$.text")),
        ("y" * 70, "text", f"“{'y' * 60}” is no part of a mention; name some of {', '.join(MAPPED_FIELDS)}."),
    ],
)
def test_why_a_mapping_cannot_work_is_one_sentence(name: str, path: str, sentence: str) -> None:
    """Twelve names and two hundred characters are allowed; what was typed is repeated in sixty."""
    assert mapping_problem({"title": "title", name: path}) == sentence


def test_a_line_is_repeated_in_sixty_characters() -> None:
    """However long it was."""
    for text, told in (("w" * 90, "w" * 60), (f"{'w' * 90}=a\n{'w' * 90}=b", "w" * 60)):
        with pytest.raises(InvalidInput) as refused:
            read_mapping(text)
        assert refused.value.fields["mapping"].startswith(f"“{told}” ")
