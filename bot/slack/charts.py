"""
Charts in messages: what is to be drawn, and where the picture stands among the blocks.

A view only says what the chart shows. Delivery draws it, hands the picture to Slack and puts it in its place; where
that fails, and in every answer that isn't delivered that way, the words stand there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

ALT_TEXT = 2000
PLACE = "chart"
"""The block_id of a chart's place."""


@dataclass(frozen=True)
class Chart:
    """
    Numbers over a few labels (weeks, days): one bar each, the series on top of each other, or one line a series.

    *alt* says the same in words: for those who can't see the picture, and for when there is none. Each of *series* has
    as many numbers as there are *labels*; colours go by their order: blue, vermilion, grey, green, pink, yellow.
    """

    title: str
    alt: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    style: Literal["bars", "lines"] = "bars"


def place_for(chart: Chart) -> dict[str, Any]:
    """The block that holds the chart's place; it never reaches Slack as it is."""
    return {"type": "image", "block_id": PLACE, "alt_text": _alt(chart)}


def with_picture(blocks: Sequence[dict[str, Any]], file_id: str) -> list[dict[str, Any]]:
    """*blocks* with the uploaded picture in the chart's place."""
    return [{**block, "slack_file": {"id": file_id}} if _is_place(block) else block for block in blocks]


def in_words(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """*blocks* with the chart's words in its place."""
    return [_words(block) if _is_place(block) else block for block in blocks]


def _alt(chart: Chart) -> str:
    words = " ".join(chart.alt.split()) or "A chart"
    return words if len(words) <= ALT_TEXT else words[: ALT_TEXT - 1].rstrip() + "…"


def _is_place(block: Mapping[str, Any]) -> bool:
    return block.get("block_id") == PLACE and "image_url" not in block and "slack_file" not in block


def _words(block: Mapping[str, Any]) -> dict[str, Any]:
    """Plain text, in which nothing is markup."""
    text = {"type": "plain_text", "text": block["alt_text"], "emoji": False}
    return {"type": "context", "block_id": PLACE, "elements": [text]}
