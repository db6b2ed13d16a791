"""Charts stay within Slack's limits for all data."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks import Message, context, section
from bot.slack.charts import chart
from rehearsal.strict import check_message

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.floats(allow_nan=False, allow_infinity=False)


def message(*charts: dict[str, Any]) -> Message:
    """Return a message with these charts and their descriptions."""
    return Message(text="By week", blocks=[section("By week"), *charts, context("Nine praised.")])


def categories(block: dict[str, Any]) -> list[str]:
    """Return the categories of a chart."""
    return block["chart"]["axis_config"]["categories"]  # type: ignore[no-any-return]  # ours


def test_a_chart_has_a_point_of_each_series_for_each_category() -> None:
    """The block has the given data in Slack's format."""
    made = chart("By week", ("16 Nov", "23 Nov"), {"praise": (7, 9)}, kind="line")
    assert made == {
        "type": "data_visualization",
        "title": "By week",
        "chart": {
            "type": "line",
            "series": [{"name": "praise", "data": [{"label": "16 Nov", "value": 7}, {"label": "23 Nov", "value": 9}]}],
            "axis_config": {"categories": ["16 Nov", "23 Nov"]},
        },
    }


@given(
    title=NAMES,
    labels=st.lists(NAMES, min_size=1, max_size=70),
    names=st.lists(NAMES, min_size=1, max_size=6, unique=True),
    value=VALUES,
)
def test_any_names_and_numbers_fit(title: str, labels: list[str], names: list[str], value: float) -> None:
    """Empty, equal, long and many names become valid ones."""
    made = chart(title, labels, dict.fromkeys(names, [value] * len(labels)))
    assert check_message(message(made).body()) == []


def test_of_many_categories_some_are_shown_the_last_one_always() -> None:
    """Of sixty weeks every third is shown, counted back from the last, with its own value."""
    weeks = [f"week {number}" for number in range(60)]
    made = chart("Weeks", weeks, {"praise": range(60)})
    assert categories(made) == weeks[2::3]
    assert made["chart"]["series"][0]["data"][-1] == {"label": "week 59", "value": 59}
    assert len(categories(chart("Weeks", weeks[:21], {"praise": range(21)}))) == 11


def test_names_that_are_equal_when_shortened_are_told_apart() -> None:
    """A number is appended, within the twenty characters."""
    long = "The Golddex Widgets Company"
    assert categories(chart("x", [f"{long} A", f"{long} B", ""], {"n": (1, 2, 3)})) == [
        "The Golddex Widgets…",
        "The Golddex Widge… 2",
        "–",
    ]


@pytest.mark.parametrize(
    ("labels", "series"),
    [
        ((), {"x": ()}), (("a",), {}), (("a", "b"), {"x": (1,)}), (("a",), {"x": (math.nan,)}),
        (("a",), {"x": (math.inf,)}), (("a",), {str(number): (1,) for number in range(7)}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(labels: tuple[str, ...], series: dict[str, tuple[float, ...]]) -> None:
    """No data, too many series, missing or infinite numbers raise ValueError."""
    with pytest.raises(ValueError, match=r"drawn|number"):
        chart("x", labels, series)


def test_a_message_holds_two_charts_at_most() -> None:
    """A third one raises ValueError."""
    one = chart("x", ("a",), {"n": (1,)})
    assert message(one, one).count_charts() == 2
    with pytest.raises(ValueError, match="holds 2 charts; this has 3"):
        message(one, one, one)


def test_answers_have_the_words_without_the_chart() -> None:
    """A reply has no chart, because it can't be sent again without it; a posted message has."""
    made = message(chart("x", ("a",), {"n": (1,)}))
    words = [block["type"] for block in made.without_charts().blocks]
    assert words == ["section", "context"]
    assert [block["type"] for block in made.answer()["blocks"]] == words
    assert [block["type"] for block in made.replacement()["blocks"]] == words
    assert [block["type"] for block in made.body()["blocks"]] == ["section", "data_visualization", "context"]
