"""Violations in charts, with their paths."""

import math
from typing import Any

import pytest

from rehearsal.strict import check_message, check_view
from tests.rehearsal.strict.samples import bars, home, spoiled

PIE = {"type": "data_visualization", "title": "Pie", "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}}
BARS = bars(categories=2, series=2)
SERIES, AXES, SEGMENTS = ("chart", "series"), ("chart", "axis_config"), ("chart", "segments")
POINTS = BARS["chart"]["series"][0]["data"]


def says(*blocks: Any) -> list[str]:
    """Return the paths of what is wrong with a message of these blocks."""
    return [violation.path for violation in check_message({"text": "x", "blocks": list(blocks)})]


@pytest.mark.parametrize("kind", ["bar", "line", "area"])
def test_charts_at_their_limits_pass(kind: str) -> None:
    """Six series over twenty categories, points in any order, negative values and a single point are valid."""
    assert says(bars(kind), bars(kind, categories=1, series=1)) == []


@pytest.mark.parametrize(
    ("block", "path"),
    [
        pytest.param(spoiled(BARS, "title", to="x" * 51), "title", id="long title"),
        pytest.param(spoiled(BARS, "title", to=""), "title", id="no title"),
        pytest.param({"type": "data_visualization", "title": "x"}, "chart", id="no chart"),
        pytest.param(spoiled(BARS, "colour", to="red"), "colour", id="unknown field"),
        pytest.param(spoiled(BARS, "chart", "type", to="radar"), "chart.type", id="unknown type"),
        pytest.param(spoiled(BARS, "chart", "segments", to=[]), "chart.segments", id="a pie's field"),
        pytest.param(spoiled(BARS, "chart", to={"type": "bar", "series": []}), "chart.axis_config", id="no axes"),
        pytest.param(bars(series=7), "chart.series", id="7 series"),
        pytest.param(spoiled(BARS, *SERIES, to=[]), "chart.series", id="no series"),
        pytest.param(spoiled(BARS, *SERIES, to=7), "chart.series", id="series that are no list"),
        pytest.param(spoiled(BARS, *SERIES, 0, "name", to="x" * 21), "chart.series[0].name", id="long name"),
        pytest.param(spoiled(BARS, *SERIES, 0, "name", to="series 1"), "chart.series", id="equal names"),
        pytest.param(spoiled(BARS, *SERIES, 0, to=7), "chart.series[0]", id="a series that is a number"),
        pytest.param(bars(categories=21), "chart.axis_config.categories", id="21 categories"),
        pytest.param(spoiled(BARS, *AXES, "categories", to=[]), "chart.axis_config.categories", id="no categories"),
        pytest.param(spoiled(BARS, *AXES, "categories", to=["a", "a"]), "chart.axis_config.categories",
                     id="equal categories"),
        pytest.param(spoiled(BARS, *AXES, "categories", 0, to="x" * 21), "chart.axis_config.categories[0]",
                     id="long category"),
        pytest.param(spoiled(BARS, *AXES, "x_label", to="x" * 51), "chart.axis_config.x_label", id="long x label"),
        pytest.param(spoiled(BARS, *AXES, "y_label", to="x" * 51), "chart.axis_config.y_label", id="long y label"),
        pytest.param(spoiled(BARS, *AXES, to=[]), "chart.axis_config", id="axes that are a list"),
        pytest.param(spoiled(BARS, *SERIES, 1, "data", to=POINTS[:1]), "chart.series[1].data", id="a point is missing"),
        pytest.param(spoiled(BARS, *SERIES, 1, "data", to=[*POINTS, POINTS[0]]), "chart.series[1].data",
                     id="a point twice"),
        pytest.param(spoiled(BARS, *SERIES, 1, "data", 0, "label", to="day 7"), "chart.series[1].data",
                     id="a point of no category"),
        pytest.param(spoiled(BARS, *SERIES, 1, "data", to=[]), "chart.series[1].data", id="no points"),
        *[
            pytest.param(spoiled(BARS, *SERIES, 0, "data", 0, "value", to=value), "chart.series[0].data[0].value",
                         id=f"value {value!r}")
            for value in (math.nan, math.inf, -math.inf, "7", None, True)
        ],
        *[
            pytest.param(spoiled(PIE, *SEGMENTS, 0, "value", to=value), "chart.segments[0].value",
                         id=f"piece {value!r}")
            for value in (0, -1, math.nan, math.inf, "7", False)
        ],
        pytest.param(spoiled(PIE, *SEGMENTS, 0, "label", to="x" * 21), "chart.segments[0].label", id="long piece"),
        pytest.param(spoiled(PIE, *SEGMENTS, to=PIE["chart"]["segments"] * 7), "chart.segments", id="7 pieces"),  # type: ignore[index]  # ours
        pytest.param(spoiled(PIE, *SEGMENTS, to=[]), "chart.segments", id="no pieces"),
        pytest.param(spoiled(PIE, "chart", "axis_config", to={}), "chart.axis_config", id="a pie with axes"),
    ],
)  # fmt: skip
def test_each_fault_of_a_chart_is_found_where_it_stands(block: dict[str, Any], path: str) -> None:
    """A chart with one error has a violation with the exact path."""
    assert f"blocks[0].{path}" in says(block)


def test_a_message_holds_two_charts() -> None:
    """The third chart of a message is refused."""
    assert says(BARS, PIE) == []
    assert says(BARS, PIE, {"type": "divider"}, BARS) == ["blocks[3]"]


def test_charts_stand_in_messages_only() -> None:
    """A chart in a Home tab is refused."""
    found = check_view({**home(), "blocks": [BARS]})
    assert [violation.path for violation in found] == ["blocks[0].type"]
