"""Rules for charts in a `data_visualization` block: bar, line, area and pie."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.strict import limits
from rehearsal.strict.rules import ObjectRule, any_value, array, string, tagged_object
from rehearsal.strict.violations import Report, join

_NAME: Final = string(limits.CHART_NAME)


def _number(report: Report, path: str, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        report.add(path, f"Put a finite number here; this is {value!r}.")


def _positive(report: Report, path: str, value: Any) -> None:
    _number(report, path, value)
    if isinstance(value, int | float) and value <= 0:
        report.add(path, f"A piece of a pie is above 0; this is {value}.")


def _unique_names(report: Report, path: str, value: Any) -> None:
    _refuse_repeated(report, join(path, "series"), _texts(value.get("series"), "name"))


def _unique_categories(report: Report, path: str, value: Any) -> None:
    _refuse_repeated(report, join(path, "categories"), _categories(value))


def _one_point_each(report: Report, path: str, value: Any) -> None:
    """Report a series that doesn't have exactly one point per category."""
    wanted = Counter(set(_categories(value.get("axis_config"))))
    series = value.get("series")
    for number, one in enumerate(series if isinstance(series, list | tuple) else ()):
        if isinstance(one, Mapping) and Counter(_texts(one.get("data"), "label")) != wanted:
            report.add(f"{path}.series[{number}].data", "A series has exactly one point for each category.")


def _categories(axes: Any) -> list[str]:
    listed = axes.get("categories") if isinstance(axes, Mapping) else None
    return [label for label in listed if isinstance(label, str)] if isinstance(listed, list | tuple) else []


def _texts(listed: Any, name: str) -> list[str]:
    """Return the strings called *name* in a list of objects."""
    found = [one.get(name) for one in listed if isinstance(one, Mapping)] if isinstance(listed, list | tuple) else []
    return [text for text in found if isinstance(text, str)]


def _refuse_repeated(report: Report, path: str, texts: list[str]) -> None:
    for text, times in Counter(texts).items():
        if times > 1:
            report.add(path, f"{text!r} stands here {times} times; Slack wants each once.")


_POINT: Final = ObjectRule({"label": _NAME, "value": _number}, ["label", "value"])
_SERIES: Final = ObjectRule({"name": _NAME, "data": array(_POINT, 1)}, ["name", "data"])
_AXES: Final = ObjectRule(
    {
        "categories": array(_NAME, 1, limits.CHART_CATEGORIES),
        "x_label": string(limits.CHART_AXIS),
        "y_label": string(limits.CHART_AXIS),
    },
    ["categories"],
    [_unique_categories],
)
_OVER_CATEGORIES: Final = ObjectRule(
    {"type": any_value, "series": array(_SERIES, 1, limits.CHART_SERIES), "axis_config": _AXES},
    ["series", "axis_config"],
    [_unique_names, _one_point_each],
)
_SEGMENT: Final = ObjectRule({"label": _NAME, "value": _positive}, ["label", "value"])
_PIE: Final = ObjectRule({"type": any_value, "segments": array(_SEGMENT, 1, limits.CHART_SEGMENTS)}, ["segments"])
CHART: Final = tagged_object({**dict.fromkeys(("bar", "line", "area"), _OVER_CATEGORIES), "pie": _PIE}, "a chart")
