"""What a drawing shows, and what can't be drawn."""

import io
import json
import math
import sys
from dataclasses import asdict, replace
from subprocess import run
from typing import Any

import pytest
from PIL import Image

from bot.slack.charts import Chart
from jobs.drawing import COLOURS, DOTS, INCHES, draw
from tests.jobs.mail import CHART
from tests.makers import ROOT

SIX = {f"series number {n}": [float((n * place) % 7) for place in range(60)] for n in range(6)}


def drawn(chart: Chart) -> Image.Image:
    """The picture, as the other process draws it."""
    order = json.dumps(asdict(chart)).encode()
    done = run([sys.executable, "-m", "jobs.drawing"], input=order, capture_output=True, cwd=ROOT, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def colours_in(picture: Image.Image) -> set[str]:
    """The colours that cover at least a hundred dots."""
    counted = picture.getcolors(picture.width * picture.height) or []
    return {f"#{red:02X}{green:02X}{blue:02X}" for count, (red, green, blue) in counted if count >= 100}


@pytest.mark.parametrize(
    ("chart", "series"),
    [
        (CHART, 3),
        (replace(CHART, style="lines"), 3),
        (replace(CHART, title="$x_{y}$ " * 40, labels=["&"], series={"<!channel>": [0]}), 0),
        (replace(CHART, title="\x00\n\u202e漢字🥐", labels=["🥐" * 200] * 60, series={**SIX}), 6),
        (replace(CHART, labels=["x"] * 60, series={"_hidden": [1e9] * 60, "": [0.5] * 60}, style="lines"), 1),
    ],
)
def test_a_chart_is_drawn_whatever_stands_in_it(chart: Chart, series: int) -> None:
    """On white, at a phone's sharpness, each series in its colour; formulas, signs and emoji are only words."""
    picture = drawn(chart)
    assert picture.size == (INCHES[0] * DOTS, INCHES[1] * DOTS)
    found = colours_in(picture)
    assert picture.getpixel((3, 3)) == (255, 255, 255)
    assert set(COLOURS[:series]) <= found


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ()}, {"series": {}}, {"labels": ("a",)}, {"series": {"x": (1, 2)}}, {"labels": ["x"] * 61},
        {"series": {"x": (1, 2, math.nan)}}, {"series": {"x": (1, -2, 3)}}, {"series": {"x": (1, 2, math.inf)}},
        {"series": {str(n): (1, 2, 3) for n in range(7)}},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_drawn(changes: dict[str, Any]) -> None:
    """Nothing, too much, missing or impossible numbers."""
    with pytest.raises(ValueError, match=r"drawn|number"):
        draw(replace(CHART, **changes))
