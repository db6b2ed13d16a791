"""Families and bands by rules alone: names that others begin with, what is told after a contact, and fifths."""

import pytest

from bot.customers.rules.bands import FIFTHS, Band, Size, divide_into_bands, main_currency
from bot.customers.rules.families import by_the_way, find_root, is_in_circle, lay_out, names_above, pick_shown
from bot.customers.rules.levelling import Place, level
from tests.customers.test_levelling_rules import DAYS


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("golddex iberia plant", ["golddex iberia", "golddex"]),
        ("golddex", []),
        ("abc iberia plant", ["abc iberia"]),
        ("abcd iberia", ["abcd"]),
        ("", []),
    ],
)
def test_a_name_begins_with_those_that_may_be_its_parents(key: str, names: list[str]) -> None:
    """The longest first, never itself, and none of three letters."""
    assert names_above(key) == names


@pytest.mark.parametrize(
    ("neglected", "lost", "end"),
    [
        (0, 0, "with us."),
        (1, 0, "with us; 1 is neglected."),
        (2, 0, "with us; 2 are neglected."),
        (0, 1, "with us; 1 is lost."),
        (1_200, 3, "with us; 1,200 are neglected and 3 are lost."),
    ],
)
def test_what_is_told_of_a_family_after_a_contact(neglected: int, lost: int, end: str) -> None:
    """In one sentence, with what is wrong where something is."""
    told = by_the_way("Golddex", "7 companies", neglected=neglected, lost=lost)
    assert told == f"By the way: this account belongs to Golddex, which has 7 companies {end}"


def test_the_uppermost_parent_is_found_in_any_depth_and_circle() -> None:
    """In a circle it is the last one before it closes; only who is their own ancestor is in one."""
    parents = {"plant": "iberia", "iberia": "golddex", "golddex": None, "a": "b", "b": "c", "c": "a", "out": "a"}
    assert [find_root(one, parents) for one in ("plant", "golddex", "unknown")] == ["golddex", "golddex", "unknown"]
    assert find_root("a", parents) == "c"
    assert [one for one in parents if is_in_circle(one, parents)] == ["a", "b", "c"]


def test_a_family_is_laid_out_from_above_and_those_nearest_are_shown() -> None:
    """Each above its children, once; of a large one the customer, what is above, below and beside it."""
    children = {"top": ["left", "right"], "left": ["own", "beside"], "own": ["below"], "below": ["top"]}
    assert lay_out("top", children) == [
        ("top", 0), ("left", 1), ("own", 2), ("below", 3), ("beside", 2), ("right", 1),
    ]  # fmt: skip
    parents = {"left": "top", "right": "top", "own": "left", "beside": "left", "below": "own"}
    order = [key for key, _ in lay_out("top", children)]
    shown = [pick_shown(order, "own", parents, most=most) for most in range(7)]
    nearest = ["own", "left", "top", "below", "beside", "right"]
    assert shown == [set(nearest[:most]) for most in range(7)]


def test_fifths_put_equal_sizes_into_the_middle_of_their_places() -> None:
    """Five different sizes are five bands; of ten the two largest are the largest fifth; one alone is in the middle."""
    each = {number: Size(headcount=number) for number in range(5)}
    assert list(divide_into_bands(each).values()) == list(FIFTHS)
    ten = divide_into_bands({number: Size(headcount=number) for number in range(10)})
    assert [number for number, band in ten.items() if band is Band.LARGEST] == [8, 9]
    assert divide_into_bands({"only": Size(headcount=7)}) == {"only": Band.THIRD}
    assert main_currency([]) is None


def test_which_of_equals_comes_earlier_isnt_decided_by_their_ids() -> None:
    """Ids tell when customers were added, and a list is often sorted by size: the first ones mustn't always move."""
    names = [f"{number:03}" for number in range(40)]
    places = [Place(name, DAYS[10], DAYS[1], DAYS[10], 1.0) for name in names]
    moved = sorted(level(places, days=DAYS, fixed={}, cap=20))
    assert len(moved) == 20
    assert moved not in (names[:20], names[20:])
    assert 5 <= sum(name in moved for name in names[:20]) <= 15
