"""How a command names a customer, and how what is owed is told on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commitments.rules import QUOTED, one_line, prefixes, split_quoted


def test_a_name_in_quotes_or_the_longest_beginning_is_tried_first() -> None:
    """`"Acme Corp" friday` and `Acme Corp friday` both work."""
    assert split_quoted('"Acme Corp" friday call') == ("Acme Corp", "friday call")
    assert split_quoted("“Acme Corp” friday") == ("Acme Corp", "friday")
    assert split_quoted("Acme friday") is None
    assert prefixes(["Acme", "Corp", "friday"])[0] == ("Acme Corp friday", "")
    assert prefixes(["Acme", "Corp"]) == [("Acme Corp", ""), ("Acme", "Corp")]
    assert prefixes([]) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("send  the\noffer", "send the offer"),
        ("a" * 120, "a" * 120),
        ("a" * 121, "a" * 119 + "…"),
        ("a" * 118 + " bcd", "a" * 118 + "…"),
    ],
)
def test_what_is_owed_is_told_on_one_line(text: str, line: str) -> None:
    """A line has 120 characters at most; no space stands before the sign that more follows."""
    assert one_line(text) == line


@given(st.text(max_size=300))
def test_a_line_is_short_and_told_once(text: str) -> None:
    """Whatever was written fits, and a line that fits isn't changed again."""
    line = one_line(text)
    assert len(line) <= QUOTED
    assert one_line(line) == line
