"""
Draws one chart: `python -m jobs.drawing` takes it as JSON and gives a PNG.

It runs as a process of its own, so that the library for it (60 MB) never is in the bot's memory and a drawing that
takes too long can be ended. Drawn for a phone: few words, large, on white, in colours that everybody can tell apart.
"""

import io
import itertools
import json
import math
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from bot.slack.charts import Chart

INCHES, DOTS = (6.0, 3.6), 200  # 1,200 × 720: sharp on a phone, small in kilobytes
COLOURS = ("#0072B2", "#D55E00", "#999999", "#009E73", "#CC79A7", "#E69F00")  # Okabe and Ito's, made for this
DASHES = ("-", "--", "-.", ":", "-", "--")
INK, QUIET, FAINT = "#222222", "#666666", "#DDDDDD"
LEFT, RIGHT, BOTTOM, FLOOR_TO_TITLE = 0.045, 0.955, 0.13, 0.93
TITLE_SIZE, WORD_SIZE, NUMBER_SIZE = 15, 12, 12
TITLE_LINE, TITLE_LINES, LABEL_CHARACTERS, NAME_CHARACTERS = 42, 2, 12, 18
MOST_LABELS, MOST_SERIES, LABELS_SHOWN, NUMBERS_SHOWN = 60, len(COLOURS), 8, 14
BAR, HEADROOM, NAMES_BESIDE, NUMBERS_BEFORE, IN_A_ROW = 0.68, 1.14, 0.2, 0.08, 3


def draw(chart: Chart) -> bytes:
    """
    The chart as PNG.

    Raises:
        ValueError: it can't be drawn: nothing in it, too much, numbers missing or endless.
    """
    _check(chart)
    from matplotlib import rc_context  # noqa: PLC0415 - only this process needs it
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    with rc_context({"text.parse_math": False, "font.size": WORD_SIZE, "text.color": INK}):
        figure = Figure(figsize=INCHES, dpi=DOTS, facecolor="white")
        top = _title(figure, chart)
        right = RIGHT - NAMES_BESIDE if chart.style == "lines" else RIGHT
        axes = figure.add_axes((LEFT, BOTTOM, right - LEFT, top - BOTTOM))
        (_bars if chart.style == "bars" else _lines)(axes, chart)
        _clear(axes, chart)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
        return drawn.getvalue()


def main() -> None:
    """Read, draw, write."""
    sys.stdout.buffer.write(draw(Chart(**json.load(sys.stdin))))


def _check(chart: Chart) -> None:
    if not (0 < len(chart.labels) <= MOST_LABELS and 0 < len(chart.series) <= MOST_SERIES):
        raise ValueError(f"{len(chart.series)} series of {len(chart.labels)} can't be drawn.")
    for numbers in chart.series.values():
        if len(numbers) != len(chart.labels) or not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise ValueError("Each series needs one number a label, none below zero.")


def _title(figure: Any, chart: Chart) -> float:
    """Write the title, and the names of bars in their colours; how far up the chart itself may reach."""
    lines = textwrap.wrap(_words(chart.title), TITLE_LINE, max_lines=TITLE_LINES, placeholder=" …")
    height = TITLE_SIZE * 1.25 / 72 / INCHES[1]
    top = FLOOR_TO_TITLE + 0.03
    figure.text(LEFT, top, "\n".join(lines), size=TITLE_SIZE, weight="bold", va="top", linespacing=1.15)
    top -= height * len(lines) + 0.02
    if chart.style == "bars" and len(chart.series) > 1:
        top = _legend(figure, chart, top)
    return top - 0.02


def _legend(figure: Any, chart: Chart, top: float) -> float:
    """The names in a row (two when they are long), each after a patch of its colour, in the order of the bars."""
    from matplotlib.patches import Patch  # noqa: PLC0415 - only this process needs it

    names = [
        _cut(name, NAME_CHARACTERS if len(chart.series) <= IN_A_ROW else NAME_CHARACTERS - 4) for name in chart.series
    ]
    patches = [Patch(color=colour) for colour in COLOURS[: len(names)]]
    in_a_row = len(names) if sum(map(len, names)) + 4 * len(names) <= TITLE_LINE + 6 else IN_A_ROW
    figure.legend(
        patches, names, loc="upper left", bbox_to_anchor=(LEFT - 0.008, top), ncols=in_a_row, frameon=False,
        handlelength=0.9, handleheight=0.9, handletextpad=0.45, columnspacing=1.2, borderpad=0, borderaxespad=0.2,
    )  # fmt: skip
    rows = -(-len(names) // in_a_row)
    return top - rows * WORD_SIZE * 1.7 / 72 / INCHES[1]


def _bars(axes: Any, chart: Chart) -> None:
    """A bar a label, the series on top of each other, the sum above."""
    places = range(len(chart.labels))
    sums = [0.0] * len(chart.labels)
    for numbers, colour in zip(chart.series.values(), COLOURS, strict=False):
        axes.bar(places, numbers, BAR, bottom=sums, color=colour, edgecolor="white", linewidth=0.8)
        sums = [below + number for below, number in zip(sums, numbers, strict=True)]
    highest = max(sums) or 1
    for place, number in zip(places, sums, strict=True) if len(sums) <= NUMBERS_SHOWN else ():
        axes.text(place, number + highest * 0.02, _number(number), ha="center", va="bottom", size=NUMBER_SIZE)
    axes.set_ylim(0, highest * HEADROOM)
    axes.set_xlim(-0.6, max(len(sums), 3) - 0.4)


def _lines(axes: Any, chart: Chart) -> None:
    """A line a series, its name and last number at its end."""
    places = range(len(chart.labels))
    last = max(len(chart.labels) - 1, 1)
    start = -NUMBERS_BEFORE * last
    highest = max(max(numbers) for numbers in chart.series.values()) or 1
    ends = _apart([numbers[-1] for numbers in chart.series.values()], highest * 0.13)
    for (name, numbers), end, colour, dash in zip(chart.series.items(), ends, COLOURS, DASHES, strict=False):
        axes.plot(places, numbers, dash, color=colour, linewidth=2.6, solid_capstyle="round")
        axes.plot(len(numbers) - 1, numbers[-1], "o", color=colour, markersize=6)
        told = f"{_cut(name, NAME_CHARACTERS // 2)} {_number(numbers[-1])}"
        axes.annotate(
            told, (len(numbers) - 1, end), (9, 0), textcoords="offset points", va="center", color=colour,
            weight="bold", annotation_clip=False,
        )  # fmt: skip
    for height in (highest, highest / 2):
        axes.axhline(height, color=FAINT, linewidth=0.8, zorder=0)
        axes.text(start, height, _number(height), color=QUIET, size=NUMBER_SIZE - 2, va="bottom", ha="left")
    axes.set_ylim(0, highest * HEADROOM)
    axes.set_xlim(start, last * 1.02)


def _clear(axes: Any, chart: Chart) -> None:
    """Leave the ground line and the labels, as many as can be read."""
    axes.set_facecolor("white")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.set_yticks([])
    every = -(-len(chart.labels) // LABELS_SHOWN)
    shown = range((len(chart.labels) - 1) % every, len(chart.labels), every)  # the last one, and back from there
    axes.set_xticks(list(shown), [_cut(chart.labels[place], LABEL_CHARACTERS) for place in shown])
    axes.tick_params(axis="x", length=0, pad=6, labelcolor=QUIET)


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """*heights* moved as little as it takes for words at them not to cover each other."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda place: moved[place])
    for below, above in itertools.pairwise(order):
        moved[above] = max(moved[above], moved[below] + least)
    return moved


def _number(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _words(text: str) -> str:
    """*text* in characters that the font can draw, on one line."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _cut(text: str, limit: int) -> str:
    words = _words(text)
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


if __name__ == "__main__":
    main()
