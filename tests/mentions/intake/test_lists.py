"""Lists of mentions: which column is what, what stands in a cell, and what tells rows apart."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.gateways.tables import UnreadableFile
from bot.customers.rules.cells import Unclear
from bot.mentions.gateways.lists import read_list
from bot.mentions.rules.lists import (
    MOST_ROWS,
    Column,
    map_columns,
    mark_of,
    quoted,
    read_link,
    read_rating,
    read_written,
)
from bot.mentions.schemas.mentions import ListRead

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def read(text: str | bytes, name: str = "reviews.csv") -> ListRead:
    """A list, read."""
    return read_list(text.encode() if isinstance(text, str) else text, name=name, now=NOW)


def keys(found: ListRead) -> list[str]:
    """What each item is known by."""
    return [item.fingerprint("csv") for item in found.items]


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Text,URL,Author,Published,Rating,Title", "words,link,author,date,rating,title"),
        ("review_text;reviewUrl;Reviewer;Review date;Stars;Headline", "words,link,author,date,rating,title"),
        ("Content\tPermalink\tUser Name\tCreated at\tStar Rating\tSubject", "words,link,author,date,rating,title"),
        ("date|platform|body|lang|score", "date,place,words,language,"),
        ("Comment,Text,Date,Published At", ",words,,date"),
    ],
)
def test_columns_are_found_by_their_usual_names(headings: str, columns: str) -> None:
    """In any case, spelling and order; of two that would do, the better known one is read and the other told."""
    found = read(f"{headings}\n")
    told = {header: column.value for column, header in found.columns.items()}
    parts = next(headings.split(sign) for sign in "\t;|," if sign in headings)
    assert [told.get(header, "") for header in parts] == columns.split(",")
    assert list(found.unmapped) == [header for header in parts if header not in told]


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (["Colour", "Weight"], "No column holds what was written among “Colour”, “Weight”: call one of them Text"),
        (["", " "], "The first line names no columns"),
        ([f"Column {number}" for number in range(40)], "and 28 more: call one"),
    ],
)
def test_without_words_title_and_link_one_sentence_says_what_to_call_them(headings: list[str], words: str) -> None:
    """And nothing is read."""
    found = map_columns(headings)
    assert words in found.problem
    assert found.problem.endswith(".")


@pytest.mark.parametrize(
    ("cell", "stars"),
    [
        ("4", 4), ("4.5", 4.5), ("4,5", 4.5), ("0", 0), ("5 stars", 5), ("1 star", 1), ("★★★☆☆", 3), ("⭐⭐⭐⭐", 4),
        ("8/10", 4), ("4 / 5", 4), ("3 out of 5", 3), ("80 %", 4), ("100%", 5),
    ],
)  # fmt: skip
def test_ratings_are_read_as_stars_of_five(cell: str, stars: float) -> None:
    """In figures, parts, per cent and stars."""
    assert read_rating(cell) == stars


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("8", "is more than five stars; write out of how many it is, like 8/10"), ("good", "is no rating"),
        ("-1", "is no rating"), ("6/5", "is no rating"), ("3/0", "is no rating"), ("0/0", "is no rating"),
        ("★★★★★★", "is no rating"),
    ],
)  # fmt: skip
def test_ratings_that_could_be_anything_are_refused(cell: str, words: str) -> None:
    """A bare 8 is of ten or of a hundred; guessing would make complaints of praise."""
    with pytest.raises(Unclear, match=words):
        read_rating(cell)


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-11-20T08:30:00Z", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20 10:30:00+02:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 08:30:00 +0000", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("1795163400", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("20.11.2026", datetime(2026, 11, 20, tzinfo=UTC)),
        ("Nov 20, 2026", datetime(2026, 11, 20, tzinfo=UTC)),
        ("20/11/2026 08:30", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_people_and_programs_write_them(cell: str, at: datetime) -> None:
    """With their hour where it stands in one of the formats of programs, else by their day."""
    assert read_written(cell, now=NOW) == at


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("03/04/2026", "could be 03 April or 04 March"), ("soon", "is no date"), ("2026-13-01", "calendar"),
        ("2027-01-01", "hasn't been yet"), ("0001-01-01", "too long ago"), ("1970-01-01", "too long ago"),
    ],
)  # fmt: skip
def test_dates_that_are_none_or_two_are_refused(cell: str, words: str) -> None:
    """With how to write them."""
    with pytest.raises(Unclear, match=words):
        read_written(cell, now=NOW)


def test_a_list_that_shows_how_it_writes_dates_is_believed() -> None:
    """One 25/12 settles 03/04 in the same column."""
    found = read("Text,Date\nA,03/04/2026\nB,25/12/2025\n")
    assert [item.published_at for item in found.items] == [
        datetime(2026, 4, 3, tzinfo=UTC), datetime(2025, 12, 25, tzinfo=UTC),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell", ["javascript:alert(1)", "nowhere", "ftp://x.example/a", "https://", "two words.example"]
)
def test_links_are_web_addresses_or_refused(cell: str) -> None:
    """Nothing else ever stands behind *Open*."""
    with pytest.raises(Unclear, match="is no web address"):
        read_link(cell)
    assert read_link(" <g2.com/reviews/1?utm_source=x> ") == "https://g2.com/reviews/1"


def test_bad_rows_never_stop_the_others_and_say_where_and_why() -> None:
    """Their line, the column's own heading, what to write instead; a row may be wrong in several ways."""
    rows = (
        'Text,Link,Date,Stars\n"Good,\nold lady",,2026-11-20,5\nBad,nowhere,soon,many\n,,,4\nOdd,,,,,more\n'
        "Fine,x.example/1,n/a,-\n"
    )
    found = read(rows)
    assert [(item.words, item.rating) for item in found.items] == [("Good,\nold lady", 5.0), ("Fine", None)]
    assert [(refusal.row_number, refusal.column) for refusal in found.refusals] == [
        (4, "Link"), (4, "Stars"), (4, "Date"), (5, ""), (6, ""),
    ]  # fmt: skip
    assert found.refusals[3].reason == "The row says nothing: write what was written, its title or its link."
    assert all(refusal.reason.endswith(".") for refusal in found.refusals)


def test_reviews_of_one_page_and_reviews_without_a_link_stay_apart() -> None:
    """By who wrote them, where and when; the same row twice is one, also read again, and each keeps its link."""
    rows = (
        "Text,Link,Author,Date\nGreat,https://g2.example/acme,Ana,2026-11-01\nAwful,g2.example/acme/,Bob,2026-11-02\n"
        "Great,,Ana,2026-11-01\nGreat,,Bob,2026-11-01\nGreat,,Bob,2026-11-01\nAlone,https://x.example/1,,\n"
    )
    found = read(rows)
    assert len(set(keys(found))) == 5
    assert keys(found) == keys(read(rows.replace("Great", "Great ")))
    assert [item.address.partition("#")[0] for item in found.items[:2]] == [
        "https://g2.example/acme", "https://g2.example/acme/",
    ]  # fmt: skip
    assert found.items[-1].address == "https://x.example/1"


def test_a_review_with_nothing_but_its_words_is_known_by_them() -> None:
    """As from any other source."""
    (item,) = read("Text\nGolddex is great\n").items
    assert (item.external_id, item.address) == ("", "")


def test_what_other_people_wrote_comes_in_as_plain_text() -> None:
    """Markup, hidden characters and guards of spreadsheets are taken off, names and links in it are found."""
    (item,) = read(
        "Text,Title,Author\n<b>Never</b> again &amp; <script>x</script>@golddex see https://acme.com/x,'=Sum,<i>Zed</i>\n"
    ).items
    assert (item.words, item.title, item.author) == (
        "Never again & @golddex see https://acme.com/x", "=Sum", "Zed",
    )  # fmt: skip
    assert (item.handles, item.domains) == (("golddex",), ("acme.com",))


def test_packed_and_windows_files_are_read_like_others() -> None:
    """By the same reading as lists of customers."""
    plain = "Text;Autor\nSchön für Müller;Jörg\n"
    for data in (gzip.compress(plain.encode(), mtime=0), plain.encode("cp1252"), plain.encode("utf-16")):
        (item,) = read(data).items
        assert (item.words, item.author) == ("Schön für Müller", "Jörg")


def test_a_list_that_is_too_long_or_none_is_one_sentence() -> None:
    """And says what to do."""
    with pytest.raises(UnreadableFile, match="more than 3,000 rows: split it"):
        read("Text\n" + "x\n" * (MOST_ROWS + 1))
    with pytest.raises(UnreadableFile, match=r"reviews\.csv is empty: put headings in the first line"):
        read("")


@given(st.lists(st.lists(st.text(max_size=40), min_size=1, max_size=8), max_size=12))
def test_whatever_stands_in_a_list_each_row_is_an_item_or_refused(rows: list[list[str]]) -> None:
    """Nothing raises, no row counts as both, and no item holds what a screen can't show."""
    lines = ["Text,Link,Author,Date,Rating,Title"]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    found = read("\n".join(lines).encode("utf-8", "replace"))
    refused = {refusal.row_number for refusal in found.refusals}
    assert len(found.items) + len(refused) <= len(rows) + sum(cell.count("\r") for row in rows for cell in row)
    for item in found.items:
        assert item.words or item.title or item.address
        assert not item.address or item.address.startswith(("http://", "https://"))
        assert item.published_at is None or item.published_at <= NOW + timedelta(days=1)
    assert set(found.columns) == set(Column) - {Column.PLACE, Column.LANGUAGE}


@pytest.mark.parametrize(
    ("cell", "stars"),
    [("1/3", 1.67), ("5/5", 5), ("1/1", 5), ("0 %", 0), ("4,25 of 5", 4.25), ("150/200", 3.75), ("5.0", 5)],
)
def test_a_rating_out_of_any_number_is_told_in_hundredths(cell: str, stars: float) -> None:
    """The highest one included."""
    assert read_rating(cell) == stars


@pytest.mark.parametrize(("cell", "example"), [("8 stars", "like 8/10"), ("5,5", "like 5,5/10")])
def test_a_number_above_five_is_repeated_with_a_scale(cell: str, example: str) -> None:
    """As a person would write it."""
    with pytest.raises(Unclear, match=example):
        read_rating(cell)


@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(0), timedelta(days=1)])
def test_what_was_written_up_to_a_day_ahead_is_taken(ahead: timedelta) -> None:
    """It is tomorrow already in a zone ahead of ours; a second later is refused."""
    assert read_written((NOW + ahead).isoformat(), now=NOW) == NOW + ahead
    with pytest.raises(Unclear, match="hasn't been yet"):
        read_written((NOW + timedelta(days=1, seconds=1)).isoformat(), now=NOW)


@pytest.mark.parametrize("zone", ["+0000", "-0000", "GMT", ""])
def test_a_date_of_an_email_without_a_zone_is_in_utc(zone: str) -> None:
    """Also where the sender hides the zone."""
    at = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert read_written(f"Fri, 20 Nov 2026 08:30:00 {zone}", now=NOW) == at
    assert read_written("Fri, 20 Nov 2026 10:30:00 +0200", now=NOW) == at


def test_rows_without_an_address_are_told_apart_by_what_they_say() -> None:
    """In forty digits, whatever the case and spacing; the same words in other columns are another row."""
    assert len(mark_of(["Great", "Ana"])) == 40
    assert mark_of(["Great  stuff", "Ana"]) == mark_of(["great stuff", "ANA "])
    assert len({mark_of(parts) for parts in (["Great", "Ana"], ["Great Ana", ""], ["Great", "Bob"])}) == 3


@pytest.mark.parametrize(
    ("cell", "shown"), [("a" * 40, "“" + "a" * 40 + "”"), ("a" * 41, "“" + "a" * 39 + "…”"), (" Ana\n Li ", "“Ana Li”")]
)
def test_a_cell_is_repeated_in_forty_characters(cell: str, shown: str) -> None:
    """On one line."""
    assert quoted(cell) == shown


@pytest.mark.parametrize(("count", "ends"), [(1, "among “A0”: "), (12, "“A11”: "), (13, "“A11” and 1 more: ")])
def test_twelve_headings_are_named(count: int, ends: str) -> None:
    """And the others counted."""
    assert f"{ends}call one of them" in map_columns([f"A{number}" for number in range(count)]).problem


def test_a_field_is_called_by_the_lists_own_heading() -> None:
    """Or by ours where the list has none."""
    found = map_columns(["Comment", "Text", "URL"])
    assert [found.heading(column) for column in (Column.WORDS, Column.ADDRESS, Column.PLACE)] == [
        "Text",
        "URL",
        "Place",
    ]
    assert found.unmapped == ("Comment",)


def test_a_title_above_the_headings_is_left_out_and_a_macs_letters_are_read() -> None:
    """As in lists of customers, and each is said."""
    found = read("Reviews of November\n\nText,Author\nLe café est bon,Zoë\n".encode("mac_roman"))
    assert [(item.words, item.author) for item in found.items] == [("Le café est bon", "Zoë")]
    assert [(note.row_number, note.reason.partition(",")[0]) for note in found.remarks] == [
        (4, "The file isn't in UTF-8"),
        (1, "1 line above the headings left out: “Reviews of November”."),
    ]
