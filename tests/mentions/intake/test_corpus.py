"""Thousands of feeds, as they are and damaged: each ends as entries or as one sentence, and brings nothing unsafe."""

import random
import re
import tarfile
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from bot.mentions.gateways.fetching import Parser
from bot.mentions.rules.sources import Outcome, SourceKind
from bot.mentions.schemas.items import FetchResult

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "feeds" / "corpus.tar.gz"
MUTATED = 5000
_UNSAFE = re.compile(r"<\s*/?\s*(?:script|iframe|img|object|style|a\s)|\bon(?:load|error|click)\s*=", re.IGNORECASE)
_UNSEEN = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHREDS = (
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"&#0;",
    b"&#x202e;",
    b"\xff\xfe",
    b"\0",
    b"<!--",
    b'"',
    b"<a ",
    b"\x1b$B",
)

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not CORPUS.exists(), reason="the recorded feeds aren't at ../shared/data/feeds"),
]


@cache
def corpus() -> tuple[bytes, ...]:
    """Every file of the corpus."""
    with tarfile.open(CORPUS) as tar:
        files = (tar.extractfile(member) for member in tar if member.isfile())
        return tuple(file.read() for file in files if file)


def mutate(body: bytes, chance: random.Random) -> bytes:
    """*body* with a few pieces cut out, doubled, turned into noise, or with a shred put in."""
    damaged = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(damaged))
        end = at + chance.randint(1, 40)
        match chance.randrange(4):
            case 0:
                del damaged[at:end]
            case 1:
                damaged[at:at] = damaged[at:end]
            case 2:
                damaged[at:end] = chance.randbytes(end - at)
            case _:
                damaged[at:at] = chance.choice(_SHREDS)
    return bytes(damaged)


def assert_sound(brought: FetchResult) -> None:
    """It ended in one of three ways, and what it brought can be shown."""
    assert brought.outcome in {Outcome.NEWS, Outcome.EMPTY, Outcome.BROKEN}
    assert bool(brought.problem) is (brought.outcome is Outcome.BROKEN)
    assert bool(brought.items) is (brought.outcome is Outcome.NEWS)
    for item in brought.items:
        assert item.address == "" or re.match(r"https?://[a-z0-9_\[]", item.address)
        text = f"{item.external_id}\n{item.title}\n{item.words}\n{item.author}\n{item.place}\n{item.address}"
        assert not _UNSEEN.search(text)
        assert item.published_at is None or item.published_at.utcoffset() is not None


async def test_every_recorded_feed_passes() -> None:
    """About 3,300 well- and ill-formed feeds: no script, no hidden character, no link but http and https."""
    outcomes: Counter[Outcome] = Counter()
    async with Parser() as parser:
        for body in corpus():
            brought = await parser.parse(SourceKind.FEED, body, address="https://feeds.example/feed")
            outcomes[brought.outcome] += 1
            assert_sound(brought)
            assert not any(_UNSAFE.search(f"{item.title} {item.words} {item.author}") for item in brought.items)
    assert outcomes.total() > 3300
    assert outcomes[Outcome.NEWS] > 650


async def test_damaged_feeds_pass() -> None:
    """5,000 feeds damaged at random, the same ones every time."""
    chance = random.Random(20261127)  # noqa: S311 - the same damage every time
    kinds = [kind for kind in SourceKind if kind.asks_for]
    async with Parser() as parser:
        for _ in range(MUTATED):
            body = mutate(chance.choice(corpus()), chance)
            assert_sound(await parser.parse(chance.choice(kinds), body, address="https://feeds.example/feed"))
