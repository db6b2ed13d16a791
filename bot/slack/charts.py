"""Charts that Slack draws itself: the `data_visualization` block, which stands in messages only."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from bot.slack.blocks import CHART, Block, plain

TITLE = 50
SERIES = 6
CATEGORIES = 20
NAME = 20


def chart(
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    kind: Literal["bar", "line", "area"] = "bar",
) -> Block:
    """
    Return a chart of one or more series over the same categories (days, weeks).

    Categories and names of series are shortened to 20 characters; a number tells those apart that became equal. Of more
    than 20 categories every second (third, …) is shown, the last one always, so add counts up before.
    The message must give the figures in words too: screen readers, notifications and workspaces where Slack doesn't
    draw charts yet get the words only.

    Raises:
        ValueError: there are no categories, no or more than six series, or a series that doesn't have one finite number
            for each category.
    """
    if not categories or not 0 < len(series) <= SERIES:
        raise ValueError(f"A chart of {len(series)} series and {len(categories)} categories can't be drawn.")
    if any(len(values) != len(categories) or not all(map(math.isfinite, values)) for values in series.values()):
        raise ValueError("Each series needs one finite number for each category.")
    step = math.ceil(len(categories) / CATEGORIES)
    shown = range((len(categories) - 1) % step, len(categories), step)
    labels = _shorten([categories[place] for place in shown])
    points = [
        {
            "name": name,
            "data": [{"label": label, "value": values[place]} for label, place in zip(labels, shown, strict=True)],
        }
        for name, values in zip(_shorten(series), series.values(), strict=True)
    ]
    drawn = {"type": kind, "series": points, "axis_config": {"categories": labels}}
    return {"type": CHART, "title": plain(title, TITLE)["text"], "chart": drawn}


def _shorten(names: Iterable[str]) -> list[str]:
    """Return *names* cut to 20 characters, none of them empty and no two equal."""
    made: list[str] = []
    for name in names:
        short, number = plain(name, NAME)["text"], 1
        while short in made:
            number += 1
            ending = f" {number}"
            short = plain(name, NAME - len(ending))["text"] + ending
        made.append(short)
    return made
