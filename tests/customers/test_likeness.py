"""Which names look alike: those that a person would ask about, and no others."""

import csv
from itertools import combinations
from pathlib import Path

import pytest

from bot.customers.rules.likeness import KnownNames, is_look_alike
from bot.customers.rules.names import name_key
from bot.customers.usecases.lists import plan_import
from tests.customers.lists import REAL, read
from tests.makers import MARA, Office

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "matching" / "opensanctions_name_bench_cases.csv"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Energy", "Acme Enregy"), ("Goodwill Bakery", "Good Will Bakery"),
        ("Bakery Lindqvist", "Lindqvist Bakery"), ("Bakery Lindqvist", "Bakery Lindquist"),
        ("Blue Heron Logistic", "Blue Heron Logistics"), ("Northbank Laundry", "Northbnak Laundry"),
        ("Van der Bilt", "Vanderbilt"), ("International Labour Office", "International Labor Office"),
        ("World Health Organisation", "World Health Organization"), ("Golddex", "Goldex"),
        ("Trafalgura", "Trafigura"), ("Van der Bild", "Vanderbilt"), ("Good Wills", "Goodwill"),
        ("Northbenk Laundri", "Northbank Laundry"), ("Stellaris", "Stellantis"),
        ("Harlem Print Worcks", "Harlem Print Works"), ("Northbank Landry 2", "Northbank Laundry 2"),
    ],
)  # fmt: skip
def test_typing_errors_and_other_divisions_look_alike(one: str, other: str) -> None:
    """In either order."""
    assert is_look_alike(name_key(one), name_key(other))
    assert is_look_alike(name_key(other), name_key(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AT&T", "Cobbler & Daughter"), ("Acme", "Acme Energy"), ("Acme", "Acne"), ("BP", "BD"),
        ("Oil Trade", "Gas Trade"),
        ("Shop 1", "Shop 2"), ("Fund III", "Fund IV"), ("Bank of Chad", "Bank of China"), ("Estonia", "Ethiopia"),
        ("Banco Santander", "Banco Santander Chile"), ("Sparkles Business", "Sporks Business"), ("Site A4", "Site A5"),
        ("Snow Storm", "Snow Strom Holding"), ("China Construction", "China Constructors"), ("Loft", "Lofts"),
        ("Holding 12345", "Holding 12346"), ("Ab Cdefgh", "Abcdefg"), ("Good Willow", "Goodwill"),
        ("Alphe Betta Gamna", "Alpha Beta Gamma"), ("Northbank Laundry", "Southbank Laundry"), ("Ab Cdef", "Ab Cedf"),
    ],
)  # fmt: skip
def test_names_that_share_a_word_or_a_few_letters_do_not(one: str, other: str) -> None:
    """Short words and numbers have to be the same, and at most two words may differ."""
    assert is_look_alike(name_key(one), name_key(other)) is False
    assert not is_look_alike(name_key(other), name_key(one))


def test_the_nearest_that_looks_alike_is_found() -> None:
    """The same words come first, whatever their order, then the fewest letters, then the order given."""
    known = KnownNames(["acme", "northbnak laundri", "northbank laundri", "laundry northbank", "golddax", "golddix"])
    assert known.find_look_alike("northbank laundry") == "laundry northbank"
    assert known.find_look_alike("northbank laundrx") == "northbank laundri"
    assert known.find_look_alike("golddex") == "golddax"
    assert known.find_look_alike("acne") is None
    assert KnownNames([]).find_look_alike("acme") is None


def test_a_preview_names_look_alikes_unless_their_domains_differ(office: Office) -> None:
    """Another domain is another customer; a name alone may be a typing error."""
    office.customer("Bakery Lindqvist", domain="lindqvist.se")
    office.customer("Cobbler & Daughter", domain="cobbler.com")
    rows = "Name,Domain\nBakery Lindquist,\nBakery Lindqvis,lindqvis.com\nAT&T,\n"
    plan = office.do(plan_import, drafts=read(rows), by=MARA)
    reason = "Bakery Lindquist looks like Bakery Lindqvist, whom we have. It will be added as a new customer."
    assert [note.reason for note in plan.remarks] == [reason]


@pytest.mark.data
def test_nine_of_ten_look_alikes_are_one_organisation(capsys: pytest.CaptureFixture[str]) -> None:
    """On pairs that others labelled; pairs with equal keys are one anyway and don't count."""
    if not PAIRS.exists():
        pytest.skip(f"{PAIRS.name} is not in ../shared/data/matching")
    found = {True: 0, False: 0}
    missed = 0
    for row in csv.DictReader(PAIRS.read_text(encoding="utf-8").splitlines()):
        one, other = name_key(row["name1"]), name_key(row["name2"])
        if row["schema"] == "Vessel" or one == other:
            continue
        is_one = row["is_match"] == "true"
        if is_look_alike(one, other):
            found[is_one] += 1
        else:
            missed += is_one
    precision, recall = found[True] / sum(found.values()), found[True] / (found[True] + missed)
    with capsys.disabled():
        print(  # noqa: T201 - the numbers that this measures
            f"\nlook-alikes: precision {precision:.3f}, recall {recall:.3f} of {sum(found.values()):,} found"
        )
    assert precision >= 0.9
    assert recall >= 0.33


@pytest.mark.data
def test_five_hundred_large_companies_hardly_look_alike() -> None:
    """They are five hundred different ones; three pairs differ by a letter."""
    path = REAL / "sp500_constituents.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/customers")
    names = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    keys = sorted({name_key(row["Security"]) for row in names})
    alike = [pair for pair in combinations(keys, 2) if is_look_alike(*pair)]
    assert alike == [("amcor", "emcor"), ("ciena", "cigna"), ("loews", "lowes")]
