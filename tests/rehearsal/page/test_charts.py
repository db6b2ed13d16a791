"""Options of ECharts for Slack's charts."""

import pytest

from rehearsal.page.charts import chart_options
from tests.rehearsal.strict.samples import bars


@pytest.mark.parametrize(
    ("kind", "drawn", "filled"), [("bar", "bar", False), ("line", "line", False), ("area", "line", True)]
)
def test_each_series_is_drawn_in_the_order_of_the_categories(kind: str, drawn: str, *, filled: bool) -> None:
    """Points may come in any order; each value is at its category, in the series of that name."""
    options = chart_options(bars(kind, categories=3, series=2)["chart"])
    assert options["xAxis"]["data"] == ["day 0", "day 1", "day 2"]
    assert options["xAxis"]["name"] == "Day"
    assert [series["name"] for series in options["series"]] == ["series 0", "series 1"]
    assert [series["data"] for series in options["series"]] == [[-3.5, -2.5, -1.5]] * 2
    assert {series["type"] for series in options["series"]} == {drawn}
    assert ["areaStyle" in series for series in options["series"]] == [filled] * 2


def test_a_pie_has_its_pieces() -> None:
    """Each segment becomes an item with name and value."""
    options = chart_options(
        {"type": "pie", "segments": [{"label": "Visit", "value": 2}, {"label": "Call", "value": 1.5}]}
    )
    (pie,) = options["series"]
    assert pie["data"] == [{"name": "Visit", "value": 2}, {"name": "Call", "value": 1.5}]
