"""Two spellings of one name are one customer; two customers are never one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules.countries import nearest_country
from bot.customers.rules.names import (
    KEY_LENGTH,
    clean_text,
    either,
    is_one_error_away,
    key_words,
    look_alikes,
    name_key,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Home Depot, Inc.", "Home Depot (The)"),
        ("Home Depot, The", "HOME  DEPOT"),
        ("Lilly (Eli)", "Eli Lilly & Co."),
        ("A. O. Smith", "A.O. Smith Corporation"),
        ("J.M. Smucker Company (The)", "J. M. Smucker"),
        ("Estée Lauder", "Estee Lauder"),
        ("Novo Nordisk A/S", "novo nordisk as"),
        ("Société Générale S.A.", "Societe Generale"),
        ("Møller Oy Ab", "Moller"),
        ("Marks & Spencer plc", "Marks and Spencer"),
        ("Müller GmbH & Co. KG", "Muller"),
        ("JetBrains s.r.o.", "JetBrains"),
        ("Allegro sp. z o.o.", "Allegro"),
        ("Grupo Bimbo, S.A.B. de C.V.", "Grupo Bimbo"),
        ("Ferrari S.p.A.", "FERRARI"),
        ("Atlassian Pty Ltd", "Atlassian"),
        ("Mantex AB (publ)", "MANTEX"),
        ("Bangkok Bank Public Company Limited", "Bangkok Bank PLC"),
        ("Wendy’s", "Wendys"),
        ("Ａｃｍｅ", "acme"),
        ("Acme® Inc", "Acme™"),
        ("Ac\u200bme", "Acme"),
    ],
)
def test_two_spellings_of_one_name_are_one_customer(one: str, other: str) -> None:
    """Case, accents, articles and legal forms don't make two customers of one."""
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alphabet Inc. (Class A)", "Alphabet Inc. (Class C)"),
        ("Alphabet Inc. (Class A)", "Alphabet Inc."),
        ("Canal+", "Canal"),
        ("Grand Spa", "Grand"),
        ("London Zoo", "London"),
        ("Best PC", "Best"),
        ("🍕 Palace", "🍔 Palace"),
        ("が", "か"),
        ("!!!", "???"),
        ("Niger", "Nigeria"),
    ],
)
def test_two_customers_stay_two(one: str, other: str) -> None:
    """A share class, a plus, a word or a picture that differs keeps customers apart."""
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("name", "key"), [("The", "the"), ("Inc.", "inc"), ("The The", "the"), ("SAS", "sas"), ("Co & Co", "co"), ("", "")]
)
def test_a_name_made_of_legal_forms_alone_keeps_a_key(name: str, key: str) -> None:
    """Taking articles and legal forms off never leaves nothing."""
    assert name_key(name) == key


def test_very_long_names_that_differ_late_stay_apart() -> None:
    """A key fits its column and still tells two long names from each other."""
    one, other = name_key("ß" * 199 + "a"), name_key("ß" * 199 + "b")
    assert one != other
    assert len(one) <= KEY_LENGTH


@given(st.text(max_size=250))
def test_every_visible_name_has_a_key_that_case_and_space_do_not_change(name: str) -> None:
    """Any text whatever gets a key within its length, the same one when spaced otherwise."""
    key = name_key(name)
    assert len(key) <= KEY_LENGTH
    assert key or not clean_text(name, 300).strip("®™©℠ ")
    assert name_key(f"  {name}\n") == key


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("Ac\0me", "Acme"),
        ("\udcffAcme", "Acme"),
        ("\u202eemcA\u202c", "emcA"),
        ("two\r\n\t lines", "two lines"),
        ("<!channel>", "<!channel>"),
        ("👩\u200d🚀 Space", "👩\u200d🚀 Space"),
        ("שלום", "שלום"),
    ],
)
def test_hostile_characters_are_gone_and_the_rest_stays(dirty: str, clean: str) -> None:
    """NUL, surrogates and marks that turn the writing go; letters, emoji and scripts stay."""
    assert clean_text(dirty, 80) == clean


def test_a_text_of_a_megabyte_is_cut() -> None:
    """What is too long ends in an ellipsis, within the limit."""
    cut = clean_text("x" * 1_048_576, 200)
    assert len(cut) == 200
    assert cut.endswith("x…")
    assert clean_text("abc", 0) == ""


@given(st.text(), st.integers(1, 50))
def test_clean_text_can_always_be_stored_and_sent(text: str, limit: int) -> None:
    """Cleaned text encodes as UTF-8, has no control characters, keeps the limit; cleaning twice changes nothing."""
    clean = clean_text(text, limit)
    clean.encode()
    assert len(clean) <= limit
    assert all(char.isprintable() or ord(char) > 127 for char in clean)
    assert clean_text(clean, limit) == clean


def test_a_typing_error_is_answered_with_the_nearest_names() -> None:
    """Look-alikes come best first and never more than asked for."""
    keys = ["acme", "acmena", "golddex", "bubba gump"]
    assert look_alikes("acm", keys, 2) == ["acme", "acmena"]
    assert look_alikes("goldex", keys, 3)[0] == "golddex"
    assert look_alikes("zzzz", keys, 3) == []
    assert look_alikes("", keys, 3) == []
    assert look_alikes("acme", keys, 0) == []


@pytest.mark.parametrize(
    ("limit", "cut"), [(0, ""), (1, "…"), (2, "a…"), (3, "ab…"), (4, "ab…"), (5, "ab cd"), (6, "ab cd")]
)
def test_a_text_is_cut_within_its_limit(limit: int, cut: str) -> None:
    """Without a space before the sign that more follows."""
    assert clean_text("ab  cd", limit) == cut


def test_a_key_of_two_hundred_characters_stays_whole() -> None:
    """A longer one ends in a fingerprint of sixteen digits, and is as long as a key may be."""
    assert name_key("a" * KEY_LENGTH) == "a" * KEY_LENGTH
    longer = name_key("a" * (KEY_LENGTH + 1))
    assert len(longer) == KEY_LENGTH
    assert longer[:183] == "a" * 183
    assert longer[183] == "#"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Home-Depot, Inc.", ["the", "home", "depot", "inc"]), ("Estée & Co+", ["estee", "and", "co", "plus"]),
        ("Wendy's", ["wendys"]), ("Wendy’s®", ["wendys"]), ("Ａｃｍｅ", ["acme"]), ("", []), ("\u200b", []),
        ("Москва", ["москва"]), ("Ѐ\u0300", ["ѐ\u0300"]), ("e\u0300\u036f", ["e"]), ("\u0300a", ["\u0300a"]),
    ],
)  # fmt: skip
def test_words_of_a_key_keep_articles_and_legal_forms(text: str, words: list[str]) -> None:
    """Accents go from Latin and Greek letters alone."""
    assert key_words(text) == words


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Alphabet Inc. (Class A)", "alphabet class a"), ("(Class A)", "class a"), ("The Gap", "gap"),
        ("The (Class A)", "the class a"), ("Sp. z o.o.", "sp zoo"), ("A. The", "a the"),
        ("Cl. B Foods (cl. B)", "cl b foods cl b"),
    ],
)  # fmt: skip
def test_a_share_class_stands_behind_the_name(name: str, key: str) -> None:
    """A name of nothing else keeps it as its words."""
    assert name_key(name) == key


def test_look_alikes_are_sorted_by_likeness_then_by_name() -> None:
    """Wherever they stand in the list."""
    assert look_alikes("acme", ["acmb", "acma"], 2) == ["acma", "acmb"]
    assert look_alikes("acme", ["acme", *["zz"] * 60, "acmee"], 2) == ["acme", "acmee"]
    assert look_alikes("acme energ", ["acme", "ac me", "acme x"], 3) == ["acme x", "acme", "ac me"]
    assert look_alikes("acm", ["acme", "acmena"], 1) == ["acme"]


def test_a_misspelt_country_of_four_letters_is_found() -> None:
    """Codes resemble everything, so they are no suggestion."""
    assert nearest_country("Perru") == "Peru"
    assert nearest_country("DEUU") is None


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Bolt"], "Bolt"),
        (["Acme", "Bolt"], "Acme or Bolt"),
        (["Acme", "Bolt", "Cask", "Dune"], "Acme, Bolt, Cask or Dune"),
    ],
)
def test_names_to_choose_from_are_told_in_a_sentence(names: list[str], words: str) -> None:
    """As a person would say them."""
    assert either(names) == words


@pytest.mark.parametrize("typed", ["acme", "acmme", "acm", "axme", "amce"])
def test_one_typing_error_is_a_letter_left_out_put_in_changed_or_exchanged(typed: str) -> None:
    """The name itself counts, too; two errors don't."""
    assert is_one_error_away(typed, "acme")
    assert not is_one_error_away(f"{typed}xx", "acme")
