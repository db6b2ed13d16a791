"""Texts on screen: cut where Slack would refuse them, and never in the middle of markup."""

from datetime import UTC
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import blocks
from rehearsal.page.mrkdwn import Names, mrkdwn, plain

NAMES = Names(person=str, channel=str, zone=UTC)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 10, "short"),
        ("a &amp; b", 6, "a…"),
        ("a <@U0ANA> b", 8, "a…"),
        ("a <https://x.example|x> b", 12, "a…"),
        ("a <@U0ANA> b and more", 14, "a <@U0ANA> b…"),
        ("&lt;&lt;&lt;", 8, "&lt;…"),
    ],
)
def test_long_markup_is_cut_before_what_would_break(text: str, limit: int, shown: str) -> None:
    """No half mention, link or entity is left to be seen."""
    assert blocks.cut_markup(text, limit) == shown


@given(st.text(alphabet="<>&ab *\n", max_size=200), st.integers(min_value=10, max_value=60))
def test_escaped_text_stays_escaped_when_it_is_cut(text: str, limit: int) -> None:
    """Whatever somebody is called, what is left of it can be read back and is no longer than allowed."""
    shown = blocks.cut_markup(blocks.escape(text), limit)
    assert len(shown) <= limit
    plain = shown.removesuffix("…").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert blocks.escape(plain) == shown.removesuffix("…")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (":100: Club", "꞉100: Club"),
        ("Casa :tada: Ltd", "Casa ꞉tada: Ltd"),
        ("_x_", "ˍxˍ"),
        ("~d~", "∼d∼"),
        ("`code`", "ˋcodeˋ"),
        ("*Acme", "∗Acme"),
        ("snake_case 10:30:45 Re:Sound a ~ b", "snake_case 10:30:45 Re:Sound a ~ b"),
        ("<AT&T>", "&lt;AT&amp;T&gt;"),
    ],
)
def test_names_stay_as_they_are_written(name: str, shown: str) -> None:
    """Slack makes emoji, italics, strikes, code and bold of such names; a sign that looks the same stops it."""
    assert blocks.escape(name) == shown
    assert blocks.bold(name) == f"*{shown}*"
    assert mrkdwn(blocks.escape(name), NAMES) == escape(shown if "&" not in shown else name)
    assert plain(blocks.plain(name, 75)["text"], with_emoji=blocks.plain(name, 75)["emoji"]) == escape(name)


@pytest.mark.parametrize(
    ("number", "written"),
    [(30, "30"), (0, "0"), (1.5, "1.5"), (1_234_567, "1234567"), (2e9, "2000000000"), (0.1, "0.1"), (100.0, "100")],
)
def test_a_number_stands_in_its_field_as_people_write_it(number: float, written: str) -> None:
    """A head count of a million is no 1e+06."""
    assert blocks.number_input("x.y", initial=number)["initial_value"] == written
    assert "initial_value" not in blocks.number_input("x.y")


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_empty_text_is_a_dash(text: str) -> None:
    """Slack refuses texts without a character."""
    assert blocks.plain(text, 75)["text"] == "–"
    assert blocks.mrkdwn(text)["text"] == "–"
