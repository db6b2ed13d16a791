"""Slack's markup as HTML, and escaping of external text."""

from zoneinfo import ZoneInfo

import pytest

from rehearsal.page import static_blocks
from rehearsal.page.combobox import Choice, search_among
from rehearsal.page.emoji import EMOJI, emoji
from rehearsal.page.mrkdwn import Names, mrkdwn, plain, text_object
from rehearsal.page.sidebar import initials
from tests.rehearsal.strict.samples import RICH

NAMES = Names({"U1": "Ana Lima"}.get, {"C1": "general"}.get, ZoneInfo("Europe/Lisbon"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _soft_ ~gone~ `code`", "<b>bold</b> <i>soft</i> <s>gone</s> <code>code</code>"),
        ("*_both_*", "<b><i>both</i></b>"),
        ("2*3*4 snake_case_name a~b~c", "2*3*4 snake_case_name a~b~c"),
        ("`*not bold*`", "<code>*not bold*</code>"),
        ("one\ntwo", "one<br>two"),
        ("> said\n> so\nthen", "<blockquote>said<br>so</blockquote>then"),
        ("&gt; said", "<blockquote>said</blockquote>"),
        ("```x = *1*```", "<pre>x = *1*</pre>"),
        ("<@U1> in <#C1|old>", '<span class="rh-mention">@Ana Lima</span> in <span class="rh-mention">#general</span>'),
        ("<!date^1795424400^{date_num} {time}|x>", "<time>2026-11-23 09:00</time>"),
        ("<!date^never^{date}|some day>", "<time>some day</time>"),
        ("<!here>", '<span class="rh-mention">@here</span>'),
        ("&lt;b&gt; &amp; <b>", "&lt;b&gt; &amp; b"),
        (":wave: :no_such_thing:", "👋 :no_such_thing:"),
        ("<javascript:alert(1)|click>", "click"),
    ],
)
def test_markup_reads_as_in_slack(text: str, shown: str) -> None:
    """Each piece of markup becomes what Slack shows."""
    assert mrkdwn(text, NAMES) == shown


def test_links_open_elsewhere_and_keep_their_address() -> None:
    """A link has its text and full address, and opens in a new tab without a reference to the page."""
    drawn = mrkdwn('<https://a.example/?x=1&y="2"|see *here*>', NAMES)
    assert 'href="https://a.example/?x=1&amp;y=&quot;2&quot;"' in drawn
    assert 'rel="noopener noreferrer"' in drawn
    assert "see <b>here</b></a>" in drawn
    assert ">ana@example.com</a>" in mrkdwn("<mailto:ana@example.com>", NAMES)


def test_plain_text_has_no_markup_but_emoji() -> None:
    """Asterisks are not markup; emoji can be turned off."""
    assert plain("*a* <b> :wave:") == "*a* &lt;b&gt; 👋"
    assert text_object({"type": "plain_text", "text": ":wave:", "emoji": False}, NAMES) == ":wave:"
    assert text_object(None, NAMES) == ""


def test_rich_text_is_drawn_in_all_its_parts() -> None:
    """Sections, lists, quotes and code become tags; an unknown part becomes a box."""
    drawn = static_blocks.rich_text(RICH, Names(lambda _: "Ana Lima", lambda _: "general", NAMES.zone))
    assert "<b>Rich </b>" in drawn
    assert "<li>first</li>" in drawn
    assert "<blockquote>They said so.</blockquote>" in drawn
    assert "<pre>x = 1</pre>" in drawn
    assert "@Ana Lima" in drawn
    odd = {"elements": [{"type": "rich_text_spiral", "elements": []}]}
    assert "rich_text_spiral" in static_blocks.rich_text(odd, NAMES)


def test_words_in_tables_images_and_files_are_escaped() -> None:
    """Text in cells, descriptions and names is escaped."""
    evil = '"><script>'
    table = static_blocks.table({"rows": [[{"type": "raw_text", "text": evil}]]}, NAMES)
    image = static_blocks.image({"image_url": f"https://a.example/{evil}", "alt_text": evil}, NAMES)
    for drawn in (table, image, static_blocks.file(evil, 3), static_blocks.unknown("block", evil)):
        assert "<script>" not in drawn


def test_emoji_names_are_each_known_once() -> None:
    """Each name has one character."""
    assert emoji("white_check_mark") == "✅"
    assert emoji("wave::skin-tone-3") == "👋"
    assert all(not character.isascii() for character in EMOJI.values())


async def test_a_search_finds_every_typed_word() -> None:
    """Words match in any order and case."""
    search = search_among([Choice("Bakery Lindqvist", "1"), Choice("Golddex", "2")])
    assert [choice.value for choice in await search("lind bak")] == ["1"]
    assert len(await search("")) == 2


def test_faces_have_initials() -> None:
    """Two names give two letters, one name gives one, and no name gives a sign."""
    assert [initials(name) for name in ("Ana Lima", "tui", "", "<x>")] == ["AL", "T", "?", "?"]
