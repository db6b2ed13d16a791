"""A workspace's own limits between sizes: how they are read, whom they divide how, and that the past keeps its own."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import InvalidInput
from bot.customers.rules.limits import LARGEST, Limits, LimitsRefused, divide_by_limits, parse_limits
from bot.reviews.queries import get_proof
from bot.reviews.queries.review import get_review
from bot.reviews.rules import Band, Size, divide_into_bands
from bot.reviews.schemas import SizesSet
from bot.reviews.usecases import set_size_limits
from tests.checkins.test_stories import words
from tests.makers import ANA, MARA, Office
from tests.reviews.test_facts import proof_of
from tests.reviews.test_queries import TODAY, build
from tests.reviews.test_rules import SIZES
from tests.world import World, open_world

RISING = st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True).map(lambda found: tuple(sorted(found)))


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


@given(st.lists(SIZES, max_size=40), RISING)
def test_limits_partition_the_customers(sizes: list[Size], amounts: tuple[int, ...]) -> None:
    """Each is in one band; of two valued in the currency, the larger is never in a lower band; others go as before."""
    numbered, limits = dict(enumerate(sizes)), Limits(amounts, "EUR")
    bands, order = divide_by_limits(numbered, limits), list(Band)
    assert bands.keys() == numbered.keys()
    valued = {key: size.annual_value for key, size in numbered.items() if size.currency == "EUR" and size.annual_value}
    for key, value in valued.items():
        same = sum(limit < value for limit in amounts)
        for other, than in valued.items():
            if sum(limit < than for limit in amounts) == same:
                assert bands[key] is bands[other]
            elif than > value:
                assert order.index(bands[other]) > order.index(bands[key])
    others = {key: Size(headcount=size.headcount) for key, size in numbered.items() if key not in valued}
    unvalued = {key: size for key, size in others.items() if numbered[key].annual_value is None}
    if len(unvalued) == len(numbered):
        assert bands == divide_into_bands(unvalued)


def test_a_value_at_a_limit_is_below_it() -> None:
    """One to four limits make two to five bands; other currencies aren't compared."""
    euros = {amount: Size(Decimal(amount), "EUR") for amount in (10, 11, 50, 51)}
    assert divide_by_limits(euros, Limits((10, 50), "EUR")) == {
        10: Band.SMALLEST, 11: Band.THIRD, 50: Band.THIRD, 51: Band.LARGEST
    }  # fmt: skip
    assert set(divide_by_limits(euros, Limits((10,), "EUR")).values()) == {Band.SMALLEST, Band.LARGEST}
    assert set(divide_by_limits(euros, Limits((10,), "USD")).values()) == {Band.UNKNOWN}


def test_limits_are_read_as_people_write_them() -> None:
    """With or without signs between thousands, in any case."""
    assert parse_limits(["10,000", "50_000", "eur"]) == Limits((10_000, 50_000), "EUR")
    assert parse_limits(["10000,", "50000,", "EUR"]) == Limits((10_000, 50_000), "EUR")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "These limits can't be read; write one to four rising amounts"),
        ("EUR", "These limits can't be read"),
        ("10000 50000", "These limits can't be read"),
        ("ten EUR", "These limits can't be read"),
        ("-5 EUR", "These limits can't be read"),
        (f"{LARGEST} EUR", "These limits can't be read"),
        ("1 2 3 4 5 EUR", "These limits can't be read"),
        ("10000 10000 EUR", "10,000 overlaps with 10,000, the limit before it"),
        ("10000 50000 20000 EUR", "20,000 overlaps with 50,000, the limit before it"),
    ],
)
def test_limits_that_overlap_or_cant_be_read_are_one_sentence(office: Office, said: str, problem: str) -> None:
    """Nothing is changed."""
    with pytest.raises(LimitsRefused):
        parse_limits(said.split())
    with pytest.raises(InvalidInput, match=problem):
        office.do(set_size_limits, words=said, by=MARA)
    build(office, 10)
    assert not office.ask(get_proof, viewer=MARA).limited


@pytest.mark.both_databases
def test_limits_hold_from_the_day_on_which_they_are_set(office: Office) -> None:
    """The proof of today uses them, that of yesterday fifths; switched off, there are fifths again."""
    build(office)
    yesterday = proof_of(office, TODAY - timedelta(days=1))
    assert office.do(set_size_limits, words="5000 30000 EUR", by=MARA) == SizesSet(
        amounts=(5000, 30000), currency="EUR"
    )
    told = office.ask(get_proof, viewer=MARA)
    assert [(group.words, group.customers, group.values) for group in told.groups] == [
        ("Smallest size", 5, (1000, 5000)), ("Middle size", 25, (6000, 30000)), ("Largest size", 30, (31000, 60000))
    ]  # fmt: skip
    assert told.limited
    assert proof_of(office, TODAY - timedelta(days=1)) == yesterday
    assert office.ask(get_review, viewer=MARA).courses[0].words == "Smallest size"
    office.do(set_size_limits, words="off", by=MARA)
    assert [group.customers for group in office.ask(get_proof, viewer=MARA).groups] == [12] * 5


async def test_a_manager_sets_limits(world: World) -> None:
    """Over the wire: what holds from now on, what can't be, and who may not."""
    build(world.office, 20)
    mara = world.as_(MARA)
    [told] = (await mara.command("/evenhand proof limits 5000 10,000 eur")).messages
    assert told.text.startswith("From today on, the sizes are up to 5,000, up to 10,000, and above, in EUR a year;")
    [drawn] = (await mara.command("/evenhand proof")).messages
    assert "*Smallest size* (1,000–5,000 EUR) · 5 customers" in words(drawn.blocks)
    assert "the smallest size against the largest" in words(drawn.blocks)
    [odd] = (await mara.command("/evenhand proof limits 10 5 EUR")).messages
    assert odd.text.startswith("5 overlaps with 10, the limit before it; write one to four rising amounts")
    [off] = (await mara.command("/evenhand proof limits off")).messages
    assert off.text.startswith("From today on, the proof compares fifths;")
    [refused] = (await world.as_(ANA).command("/evenhand proof limits off")).messages
    assert refused.text.startswith("Only managers can say which sizes are compared; ask")
