"""What of a text may be a name, an address or an account; for any text whatever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules.names import name_key
from bot.mentions.rules.addresses import handle_key, host_keys
from bot.mentions.rules.tokens import (
    LONGEST_TEXT,
    MOST_WORDS,
    is_joined,
    read_signs,
    read_text,
    undo_entities,
    written,
)

PIECES = st.sampled_from(
    [
        *("Acme", "acme", "ACME", "Bank", "of", "America", "J.", "P.", "Morgan", "AT&T", "&", "7-Eleven", "eBay", "3M"),
        *(
            "Golddex's",
            "it’s",
            "Inc.",
            "https://acme.com/x",
            "mara@acme.co.uk",
            "@acme_help",
            "#Acme",
            "&amp;",
            "“Acme”",
        ),
        *(
            "株式会社",
            "Ærø",
            "İstanbul",
            "مرحبا",
            "ﬁsh",
            "🦆",
            "\x00",
            "\ud800",
            "e\u0301",
            ".",
            "…",
            "-",
            "Acme.",
            "a" * 400,
        ),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.text(alphabet="Aa.@&;#/:'’ \n\u200d\u2028İßǅ0"))


def keys(text: str) -> list[str]:
    """The keys of everything that may be a name in it."""
    return [one.key for one in read_text(text).candidates]


@given(TEXTS)
def test_no_text_is_too_odd_and_what_is_found_stands_in_it(text: str) -> None:
    """Never an error; each piece is written in the text as it is told, in six words at most."""
    reading = read_text(text)
    assert len(read_signs(reading, reading.candidates)) == len(reading.candidates)
    for one in reading.candidates:
        piece = written(reading, one)
        assert piece
        assert piece in reading.text
        assert len(one.key.split()) <= MOST_WORDS


@given(TEXTS)
def test_reading_is_the_same_every_time(text: str) -> None:
    """Remembered chunks change nothing."""
    assert read_text(text) == read_text(text)


@given(st.text(max_size=300), st.lists(st.text(), max_size=3))
def test_hosts_and_accounts_are_never_too_odd(place: str, more: list[str]) -> None:
    """Every key of a host holds a dot, every one of an account begins with @."""
    for one in (place, *more):
        assert all("." in key for key in host_keys(one))
        assert handle_key(one)[:1] in {"", "@"}


@pytest.mark.parametrize(
    "name",
    [
        "Golddex", "Bakery Lindqvist", "Bank of America", "J. P. Morgan", "A. O. Smith", "AT&T", "7-Eleven", "Yahoo!",
        "Coca-Cola", "Marks & Spencer", "Forever 21", "3M", "eBay", "Häagen-Dazs", "McDonald's", 'Toys "R" Us',
        "Ørsted", "株式会社", "Foo + Bar",
    ],
)  # fmt: skip
def test_a_name_in_a_sentence_has_the_key_it_is_kept_by(name: str) -> None:
    """Normalised as names of customers are, whatever stands around it."""
    assert name_key(name) in keys(f"yesterday we asked {name} about it")
    assert name_key(name) in keys(f"{name}, again")


@pytest.mark.parametrize("text", ["we bought a target and an apple", "golddex", "the bank of america", "", " ", "42 7"])
def test_small_letters_are_no_names(text: str) -> None:
    """Nor are numbers."""
    assert keys(text) == []


def test_a_name_ends_where_a_sentence_does() -> None:
    """But not at an abbreviation, and not at a small word inside it."""
    assert "golddex bank" not in keys("I like Golddex. Bank holidays")
    assert "golddex bank" not in keys("Golddex! Bank holidays")
    assert "st jude medical" in keys("ask St. Jude Medical")
    assert "bank of america" in keys("at Bank of America they")
    assert "golddex answers bank" not in keys("Golddex answers Bank")


def test_an_owners_s_is_read_both_ways() -> None:
    """Golddex's is Golddex; McDonald's stays itself, too."""
    assert keys("Golddex's support") == ["golddexs", "golddex"]
    reading = read_text("Golddex's support")
    assert [written(reading, one) for one in reading.candidates] == ["Golddex's", "Golddex"]


def test_entities_are_undone_before_anything_is_read() -> None:
    """`&amp;` is an ampersand and no company called AMP."""
    assert "amp" not in keys("Rock &amp; Roll &AMP; more")
    assert "marks and spencer" in keys("at Marks &amp; Spencer today")
    assert undo_entities("a &lt;b&gt; &#39;c&#x27; &nosuch; AT&T") == "a <b> 'c' &nosuch; AT&T"


def test_addresses_and_accounts_are_found_and_hold_no_names() -> None:
    """Each page and domain that it may belong to; free words in an address are no words of the text."""
    hosts = ["shop.acme.co.uk", "acme.co.uk", "co.uk"]
    assert keys("https://Shop.Acme.co.uk") == keys("https://Shop.Acme.co.uk/") == hosts
    pages = ["shop.acme.co.uk/golddex/bank", "shop.acme.co.uk/golddex"]
    assert keys("https://Shop.Acme.co.uk/Golddex/Bank") == [*pages, *hosts]
    assert keys("mail Mara@Acme.com,") == ["acme.com"]
    assert keys("(@Gold_Dex), help") == ["@golddex"]
    assert keys("see acme.com.") == ["acme.com"]
    assert host_keys("http://bücher.de/x") == ("xn--bcher-kva.de",)
    assert host_keys("docs.google.com/x") == host_keys("localhost") == host_keys("") == ()


def test_signs_tell_what_stands_around() -> None:
    """A legal form behind, a name before, capitals inside, small letters elsewhere, a headline, a source."""

    def signs(text: str, key: str) -> set[str]:
        reading = read_text(text)
        [one] = [found for found in reading.candidates if found.key == key]
        return {name for name, there in read_signs(reading, [one])[0]._asdict().items() if there}

    assert signs("we asked Target Corp. again", "target") == {"registered"}
    assert signs("that was Julio Golddex again", "golddex") == {"follows"}
    assert signs("that was The Golddex again", "golddex") == set()
    assert signs("sold to eBay again", "ebay") == {"joined"}
    assert signs("sold on Reuters again", "reuters") == {"credited"}
    assert signs("mind the Gap, a gap", "gap") == {"small"}
    assert signs("Golddex Raises Its Forecast Again", "golddex") == {"shouts"}


@pytest.mark.parametrize(
    ("name", "joined"), [("GoPro, Inc.", True), ("eBay", True), ("GOPRO", False), ("McDonald", False)]
)
def test_capitals_inside_a_word_are_told_from_a_clans(name: str, joined: bool) -> None:
    """GoPro is two words in one; McDonald is a family."""
    assert is_joined(name) is joined


def test_a_very_long_text_is_read_to_a_point() -> None:
    """A megabyte costs no more than twenty thousand characters do."""
    reading = read_text("Golddex " * 200_000)
    assert len(reading.text) == LONGEST_TEXT
    assert keys("A" * 1_000_000) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AT&T", ["at", "at and t", "t"]),
        ("B&DE", ["b", "b and de", "de"]),
        ("& Golddex", ["golddex"]),
        ("Golddex/Acme", ["golddex", "golddex acme", "acme"]),
        ("Golddex-Widget's", ["golddex", "golddex widgets", "golddex widget", "widgets", "widget"]),
        ("株式abc", ["株式"]),
        ("Golddex🔥👩‍💻 rocks", ["golddex"]),
        ("在Golddex工作", ["在", "在 golddex", "在 golddex 工作", "golddex", "golddex 工作", "工作"]),
        ("アクメは", ["アクメ", "アクメ は", "は"]),
        ("Golddex7月", ["golddex7月"]),
        ("A.P. Moller - Maersk", ["a.p", "ap", "ap moller", "ap moller maersk", "moller", "moller maersk", "maersk"]),
        ("Golddex | Widgets", ["golddex", "golddex widgets", "widgets"]),
        ("Hi-tech Bank", ["hi", "hi tech", "hi tech bank", "tech bank", "bank"]),
        ("Golddex J. P. Morgan", ["golddex", "golddex jp", "golddex jp morgan", "jp", "jp morgan", "morgan"]),
        ("ask J. y Morgan", ["jy", "jy morgan", "morgan"]),
        ("at Bank of America", ["bank", "bank of america", "america"]),
        ("Golddex answers Bank", ["golddex", "bank"]),
        ("Golddex Corps. Bank", ["golddex", "golddex corps", "corps", "bank"]),
        ("ask Corp. Bank", ["corp", "corp bank", "bank"]),
        ("at ex-Corp. Golddex", ["corp", "corp golddex", "golddex"]),
        ("A B of", ["ab"]),
    ],
)
def test_every_piece_that_may_be_a_name_is_found(text: str, found: list[str]) -> None:
    """From each word with a capital to each later one; initials are one word, small words only join."""
    assert keys(text) == found


def test_a_full_stop_inside_a_word_makes_it_an_abbreviation() -> None:
    """A name may continue after it."""
    assert "st judes medical" in keys("St.Judes. Medical")


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("Golddex Raises Its Forecast", "golddex", {"shouts"}),
        ("Golddex Raises Its", "golddex", set()),
        ("Golddex Joan Ana Bob Cleo Dan Eve and we went", "golddex", set()),
        ("we asked Target. Corp says", "target", set()),
        ("we asked Target Corp! again", "target", {"registered"}),
        ("we asked Target corp again", "target", set()),
        ("that was ex-Joan Golddex again", "golddex", {"follows"}),
        ("Joan Golddex again", "golddex", {"follows"}),
        ("Golddex called Ana", "golddex", set()),
    ],
)
def test_signs_are_told_at_the_edges_of_a_text(text: str, key: str, expected: set[str]) -> None:
    """Four words make a headline if more than seven in ten have capitals; what stands last precedes nothing."""
    reading = read_text(text)
    (one,) = [found for found in reading.candidates if found.key == key]
    assert {name for name, there in read_signs(reading, [one])[0]._asdict().items() if there} == expected


def test_a_host_has_253_characters_at_most() -> None:
    """As the internet's names do."""
    host = ("a" * 62 + ".") * 3 + "b" * 55 + ".acme.com"
    assert len(host) == 253
    assert host_keys(host)[-1] == "acme.com"
    assert host_keys("x" + host) == ()


def test_the_longer_piece_of_a_run_weighs_more() -> None:
    """So that it hides the shorter ones inside it."""
    weights = {one.key: one.weight for one in read_text("삼성전자는").candidates if one.weight > 2}
    assert weights == {"삼성": 4, "삼성전": 6, "삼성전자": 8, "삼성전자는": 10}


def test_two_signs_of_a_longer_run_may_belong_to_other_words() -> None:
    """Three are enough to be sure."""
    reading = read_text("小米手机")
    signs = read_signs(reading, reading.candidates)
    cut = {one.key: sign.cut_out for one, sign in zip(reading.candidates, signs, strict=True)}
    assert cut["小米"]
    assert not cut["小米手"]
