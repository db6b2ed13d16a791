"""What small things that unpack to large ones cost: little memory, measured in the process that unpacks them."""

import json
import os
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from bot.mentions.gateways.fetching import Parser
from bot.mentions.rules.sources import Limits, Outcome, SourceKind
from tests.mentions.intake.local import FEED, HOST, Visit, serving

ROOT = Path(__file__).resolve().parents[3]
MEASURED = """
import asyncio, resource, sys
from bot.mentions.gateways.fetching import HostOverrides, fetch
from bot.mentions.rules.sources import SourceKind
result = asyncio.run(fetch(SourceKind.FEED, sys.argv[1], overrides=HostOverrides({sys.argv[2]: (sys.argv[3],)})))
print(result.model_dump_json())
print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


@cache
def bomb() -> bytes:
    """A gigabyte in one megabyte: one packed megabyte of nothing, over and over."""
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + piece * 1024


def peak(answer: Any) -> tuple[dict[str, Any], float]:
    """What a look brings when the server answers so, and the megabytes that it took at most."""
    with serving() as server:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", MEASURED, server.at("/feed", answer), HOST, server.place],
            capture_output=True,
            check=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        )
    said, kilobytes = done.stdout.splitlines()
    return json.loads(said), int(kilobytes) / 1024


def test_a_gzip_bomb_costs_less_than_forty_megabytes() -> None:
    """It is left as soon as it has unpacked to more than five megabytes, however much would come."""

    def usual(at: Visit) -> None:
        at.say(200, FEED)

    def bombs(at: Visit) -> None:
        at.say(200, bomb(), Content_Encoding="gzip")

    assert len(bomb()) < 1.2 * 1024 * 1024
    news, before = peak(usual)
    answer, after = peak(bombs)
    assert news["outcome"] == Outcome.NEWS
    assert (answer["outcome"], "larger than 5 MB" in answer["problem"]) == (Outcome.BROKEN, True)
    assert after - before < 40


async def test_a_feed_that_takes_too_much_memory_ends_as_a_sentence() -> None:
    """Reading has the room it was given and no more; the next look works again."""
    body = b'{"items":[' + b"{}," * 1_000_000 + b"{}]}"
    async with Parser(Limits(memory_megabytes=96)) as parser:
        greedy = await parser.parse(SourceKind.FEED, body)
        modest = await parser.parse(SourceKind.FEED, FEED.encode())
    assert (greedy.outcome, bool(greedy.problem)) == (Outcome.BROKEN, True)
    assert modest.outcome is Outcome.NEWS


async def test_a_feed_that_takes_too_long_ends_as_a_sentence() -> None:
    """A hundred thousand tags that are never closed are given up, and the next look works again."""
    body = b"<rss><channel><item><title>" + b"<b>" * 300_000
    async with Parser(Limits(reading_seconds=0.5)) as parser:
        slow = await parser.parse(SourceKind.FEED, body)
        modest = await parser.parse(SourceKind.FEED, FEED.encode())
    assert (slow.outcome, "0.5 seconds to read" in slow.problem) == (Outcome.BROKEN, True)
    assert modest.outcome is Outcome.NEWS
