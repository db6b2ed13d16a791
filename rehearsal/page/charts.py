"""Draws charts with the ECharts library that comes with NiceGUI."""

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from rehearsal.page.tags import div

Json = Mapping[str, Any]
_COLOURS: Final = ["#0072B2", "#D55E00", "#999999", "#009E73", "#CC79A7", "#E69F00"]  # Okabe and Ito's
_COMMON: Final = {"color": _COLOURS, "animation": False, "aria": {"enabled": True}, "legend": {"bottom": 0}}


def draw_chart(block: Json) -> None:
    """Draw a `data_visualization` block: its title, and the chart under it."""
    title, options = str(block["title"]), chart_options(block["chart"])
    with div("rh-chart", role="figure", testid="chart"):
        div("rh-chart-title", text=title)
        ui.echart(options, renderer="svg")


def chart_options(chart: Json) -> dict[str, Any]:
    """Return the options with which ECharts draws Slack's *chart*."""
    if chart["type"] == "pie":
        pieces = [{"name": segment["label"], "value": segment["value"]} for segment in chart["segments"]]
        return {**_COMMON, "tooltip": {}, "series": [{"type": "pie", "radius": "60%", "data": pieces}]}
    axes = chart["axis_config"]
    return {
        **_COMMON,
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 16, "top": 28, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": axes["categories"], "name": axes.get("x_label", "")},
        "yAxis": {"type": "value", "name": axes.get("y_label", "")},
        "series": [_series(chart["type"], one, axes["categories"]) for one in chart["series"]],
    }


def _series(kind: str, series: Json, categories: list[str]) -> dict[str, Any]:
    values = {point["label"]: point["value"] for point in series["data"]}
    drawn = {"name": series["name"], "data": [values[label] for label in categories]}
    if kind == "area":
        return {**drawn, "type": "line", "areaStyle": {}}
    return {**drawn, "type": kind}
