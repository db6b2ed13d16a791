"""A chart's place among the blocks: words until there is a picture, and within Slack's limits either way."""

import pytest

from bot.slack.blocks import Message, section
from bot.slack.charts import Chart, place_for
from rehearsal.strict import check_message

FILE = "F012345678"


def message(alt: str = "Nine praised, two complained.") -> Message:
    """A paragraph and a chart."""
    chart = Chart(title="By week", alt=alt, labels=("23 Nov",), series={"praise": (9,)})
    return Message(text="By week", blocks=[section("By week"), place_for(chart)], chart=chart)


def test_without_a_picture_the_words_stand_there_in_every_answer() -> None:
    """In a message, an ephemeral answer, in the place of another: never a place that nothing fills."""
    made = message("1 < 2 & *so* on")
    for body in (made.body(), made.answer(), made.replacement()):
        assert check_message(body) == []
        words = {"type": "plain_text", "text": "1 < 2 & *so* on", "emoji": False}
        assert body["blocks"][1] == {"type": "context", "block_id": "chart", "elements": [words]}


def test_with_a_picture_it_stands_there_with_its_words() -> None:
    """The file, and what it shows for those who can't see it."""
    made = message().pictured(FILE)
    assert check_message(made.body()) == []
    assert made.body()["blocks"][1]["slack_file"] == {"id": FILE}
    assert made.body()["blocks"][1]["alt_text"] == "Nine praised, two complained."
    assert made.chart is None


@pytest.mark.parametrize("alt", ["", "x" * 5000, "<!channel>" * 200, "🥐" * 1500, "a\nb"])
def test_any_words_fit(alt: str) -> None:
    """Missing ones are made up for, long ones cut."""
    assert check_message(message(alt).body()) == []
    assert check_message(message(alt).pictured(FILE).body()) == []
