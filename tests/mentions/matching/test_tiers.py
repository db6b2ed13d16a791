"""How sure it is that a text speaks of a customer: linked, likely, ask; and which of several names is seen."""

import random
from collections.abc import Iterable
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from bot.mentions.rules.tiers import AliasKind, Found, Known, Lesson, Tier, best_of_each, find_known, keys_of
from bot.mentions.rules.tokens import read_text, written

SPACE = UUID(int=7)
NAMES = ("Golddex", "Bakery Lindqvist", "Target", "Best Buy", "GoPro", "Bank of America", "America", "Condax Inc.")


def known_of(names: Iterable[str], **more: str) -> dict[str, list[Known]]:
    """The keys of these customers, as the table has them."""
    known: dict[str, list[Known]] = {}
    for name in names:
        for key in keys_of(name, (), more.get("domain"), uuid5(SPACE, name)):
            known.setdefault(key.key, []).append(key)
    return known


def seen(
    text: str, names: Iterable[str] = NAMES, lessons: Iterable[Lesson] = (), source: UUID | None = None
) -> list[str]:
    """What is found, as "tier alias"."""
    reading = read_text(text)
    found = best_of_each(find_known(reading, known_of(names), list(lessons), source))
    return [f"{one.tier.value} {written(reading, one.candidate)}" for one in found]


def test_several_words_with_capitals_are_linked() -> None:
    """In any place of a sentence, also when each word is an ordinary one."""
    assert seen("we asked Bakery Lindqvist twice") == ["linked Bakery Lindqvist"]
    assert seen("bought it at Best Buy today") == ["linked Best Buy"]
    assert seen("we asked bakery lindqvist twice") == []


def test_one_rare_word_is_likely_and_an_ordinary_one_is_asked_about() -> None:
    """Small letters are ignored, unless they stand elsewhere and cast doubt."""
    assert seen("Golddex never called") == ["likely Golddex"]
    assert seen("they sell it at Target") == ["ask Target"]
    assert seen("golddex never hit the target") == []
    assert seen("the Golddex or a golddex") == ["ask Golddex"]


def test_a_legal_form_or_capitals_inside_make_one_word_certain() -> None:
    """Golddex Inc. is a company; GoPro is written as nobody writes a word by chance."""
    assert seen("we asked Golddex Inc. about it") == ["linked Golddex"]
    assert seen("my new GoPro is here") == ["linked GoPro"]
    assert seen("my new GOPRO is here") == ["likely GOPRO"]


def test_a_word_behind_another_name_is_asked_about() -> None:
    """It may be somebody's family name."""
    assert seen("that was Joan Golddex again") == ["ask Golddex"]


def test_in_a_headline_ordinary_words_are_not_linked() -> None:
    """Where every word has a capital, capitals say nothing."""
    assert seen("How To Find The Best Buy Of All Time") == ["likely Best Buy"]
    assert seen("Bakery Lindqvist Wins A Prize Again") == ["linked Bakery Lindqvist"]


def test_a_longer_name_hides_those_inside_it() -> None:
    """Bank of America is not America; said apart, both are seen."""
    assert seen("at Bank of America they know") == ["linked Bank of America"]
    assert seen("Bank of America is in America") == ["linked Bank of America", "ask America"]


def test_several_customers_of_one_name_are_asked_about() -> None:
    """However certain the words are."""
    assert seen("we asked Condax again", ["Condax Inc.", "Condax GmbH"]) == ["ask Condax", "ask Condax"]


def test_domains_and_accounts_are_linked() -> None:
    """An account that is one ordinary word is asked about; so is a very short one."""
    assert [one.tier for one in _found("see golddex.com", known_of(["Zathu"], domain="golddex.com"))] == [Tier.LINKED]
    assert seen("hey @bakerylindqvist and @golddex") == ["linked bakerylindqvist", "linked golddex"]
    assert seen("hey @target") == ["ask target"]
    assert seen("hey @abc", ["ABC"]) == ["ask abc"]


def test_words_of_four_letters_can_be_names_and_shorter_ones_are_asked_about() -> None:
    """In a text and in an account."""
    assert seen("Zath never called @zath", ["Zath"]) == ["linked zath"]
    assert seen("Zath never called", ["Zath"]) == ["likely Zath"]
    assert seen("Zat never called", ["Zat"]) == ["ask Zat"]
    assert seen("hey @zat", ["Zat"]) == ["ask zat"]


def test_of_equally_sure_finds_the_longest_then_the_first_is_told() -> None:
    """Each customer once, the surest first."""
    assert seen("Target and Zathunicon and Best Buy") == ["linked Best Buy", "ask Target"]
    assert seen("Golddex and Condax, Golddex and GoPro") == ["linked GoPro", "likely Golddex", "likely Condax"]
    found = best_of_each(_found("Golddex or Golddex", known_of(["Golddex"])))
    assert [one.candidate.first for one in found] == [0]
    assert seen("Best Buy and Bank of America") == ["linked Bank of America", "linked Best Buy"]


def test_a_name_hides_only_lighter_ones_within_it() -> None:
    """McDonald's is not McDonald; both domains that a host may belong to are told."""
    assert seen("at McDonald's today", ["McDonald's", "McDonald"]) == ["likely McDonald's"]
    assert seen("at Bank of America", ["Bank of America", "Bank"]) == ["linked Bank of America"]
    assert seen("my GoldDex broke", ["Golddex"]) == ["likely GoldDex"]
    known = known_of(["Zathunicon"], domain="shop.acme.com") | known_of(["Zed"], domain="acme.com")
    assert [one.known.key for one in _found("see shop.acme.com", known)] == ["shop.acme.com", "acme.com"]


def test_a_lesson_holds_in_its_source_and_a_general_one_everywhere() -> None:
    """Ignored or asked about; the strictest counts, and no lesson makes anything surer."""
    here, there, golddex = uuid5(SPACE, "here"), uuid5(SPACE, "there"), uuid5(SPACE, "Golddex")
    ignore = Lesson("golddex", AliasKind.NAME, golddex, here, Tier.IGNORED)
    ask = Lesson("golddex", AliasKind.NAME, golddex, None, Tier.ASK)
    assert seen("Golddex never called", lessons=[ignore], source=here) == []
    assert seen("Golddex never called", lessons=[ignore], source=there) == ["likely Golddex"]
    assert seen("Golddex never called", lessons=[ignore, ask], source=there) == ["ask Golddex"]
    assert seen("Golddex never called", lessons=[ignore, ask], source=here) == []


def test_ruling_out_all_but_one_leaves_that_one() -> None:
    """Two customers of one name; in this source it is never the second."""
    other = Lesson("condax", AliasKind.NAME, uuid5(SPACE, "Condax GmbH"), None, Tier.IGNORED)
    assert seen("we asked Condax again", ["Condax Inc.", "Condax GmbH"], [other]) == ["likely Condax"]


def test_a_customer_is_told_once_the_surest_way_first() -> None:
    """By its name and its domain: one match, linked."""
    found = best_of_each(_found("Zathunicon is at golddex.com", known_of(["Zathunicon"], domain="golddex.com")))
    assert [(one.tier, one.known.kind) for one in found] == [(Tier.LINKED, AliasKind.DOMAIN)]


def test_names_too_long_for_the_table_are_found_by_their_first_six_words() -> None:
    """Nobody writes the ninth."""
    name = "Kapchorua Tea Growers Of The Upper Valley Region"
    assert seen(f"we asked {name} twice", [name]) == ["linked Kapchorua Tea Growers Of The Upper"]


def test_an_alias_that_begins_with_an_at_is_an_account() -> None:
    """It is linked even when it is a word; what can't be seen makes no key."""
    keys = {one.key: one for one in keys_of("Golddex", ["@target", "GDX Metals", "  "], None, None)}
    assert (keys["@target"].kind, keys["@target"].given) == (AliasKind.HANDLE, True)
    assert {"golddex", "gdx metals", "@golddex", "@gdxmetals"} <= keys.keys()
    assert not {"", "@"} & keys.keys()


@given(st.text(max_size=80), st.lists(st.text(max_size=40), max_size=3))
def test_no_name_is_too_odd_for_keys(name: str, others: list[str]) -> None:
    """Each key once, in six words at most."""
    keys = [one.key for one in keys_of(name, others, None, None)]
    assert len(keys) == len(set(keys))
    assert all(key and len(key.split()) <= 6 for key in keys)


@given(st.lists(st.sampled_from([*NAMES, "and", "of", "target", "Inc.", "@golddex", "we"]), max_size=12), st.randoms())
def test_neither_order_nor_size_of_customers_matters(words: list[str], dice: random.Random) -> None:
    """Nothing about a customer but its names takes part: any order of the same keys gives the same matches."""
    reading, known = read_text(" ".join(words)), known_of(NAMES)
    shuffled = {key: dice.sample(rows, len(rows)) for key, rows in dice.sample(sorted(known.items()), len(known))}
    first, second = (find_known(reading, one, (), None) for one in (known, shuffled))
    assert sorted(map(repr, first)) == sorted(map(repr, second))


def _found(text: str, known: dict[str, list[Known]]) -> list[Found]:
    return find_known(read_text(text), known, (), None)
