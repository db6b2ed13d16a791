"""Limits between sizes: how they are written, what is refused, and what bands are called with them."""

from decimal import Decimal

import pytest

from bot.customers.rules.bands import Band, Size
from bot.customers.rules.limits import LARGEST, Limits, LimitsRefused, band_words, divide_by_limits, parse_limits


def test_one_to_four_limits_are_read() -> None:
    """With separators; the last word is the currency."""
    assert parse_limits(["10,000", "eur"]) == Limits((10_000,), "EUR")
    assert parse_limits(["0", "1", "CHF"]) == Limits((0, 1), "CHF")
    assert parse_limits(["1", "2", "3", "4_000", "USD"]) == Limits((1, 2, 3, 4000), "USD")
    assert parse_limits([str(LARGEST - 1), "EUR"]) == Limits((LARGEST - 1,), "EUR")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "EUR",
        "1 2 3 4 5 EUR",
        "10",
        "10 EURO",
        "10 E1R",
        "10 €",
        "ten EUR",
        "² EUR",
        "٣ EUR",
        f"{LARGEST} EUR",
        "1.5 EUR",
    ],
)
def test_limits_that_cant_be_read_say_how_they_are_written(words: str) -> None:
    """None, too many, no currency, or what is no whole number."""
    with pytest.raises(LimitsRefused, match="can't be read; write one to four rising amounts"):
        parse_limits(words.split())


@pytest.mark.parametrize("words", ["10 10 EUR", "10 9 EUR", "10 20 20 EUR"])
def test_limits_that_overlap_are_named(words: str) -> None:
    """A limit that is no higher than the one before it."""
    with pytest.raises(LimitsRefused, match="overlaps with"):
        parse_limits(words.split())


def test_bands_are_called_fifths_or_sizes() -> None:
    """Sizes where a workspace has its own limits, since they don't hold equally many."""
    assert band_words(Band.SMALLEST, limited=False) == Band.SMALLEST.words
    assert "fifth" in Band.SMALLEST.words
    assert band_words(Band.SMALLEST, limited=True) == Band.SMALLEST.words.replace("fifth", "size")
    assert band_words(Band.UNKNOWN, limited=True) == Band.UNKNOWN.words


def test_a_value_at_a_limit_is_below_it_and_others_go_by_headcount() -> None:
    """Limits are of one currency; a customer valued in another one has the size that its headcount has."""
    sizes = {str(amount): Size(Decimal(amount), "EUR") for amount in (9, 10, 11)}
    sizes |= {"heads": Size(Decimal(9), "USD", 7), "none": Size(Decimal(9), "USD")}
    assert divide_by_limits(sizes, Limits((10,), "EUR")) == {
        "9": Band.SMALLEST, "10": Band.SMALLEST, "11": Band.LARGEST, "heads": Band.THIRD, "none": Band.UNKNOWN,
    }  # fmt: skip
