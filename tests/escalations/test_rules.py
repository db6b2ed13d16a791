"""Pure rules of escalations: which causes come again, how they are counted, and what a command asks for."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from bot.escalations.rules import (
    Cause,
    EscalationState,
    Failure,
    Severity,
    Span,
    cause_key,
    ordinal,
    read_rate,
    read_span,
    repeat_words,
    share,
    when_due,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAMES = ("Acme", "Golddex", "Condax", "Dalt", "Ebro", "Finlo", "Gama")
IDS = [UUID(int=n) for n in range(1, 8)]


def failures(*rows: tuple[int, int]) -> list[Failure]:
    """Of each row the customer's number and how many days ago it was."""
    return [Failure(IDS[at], NAMES[at], NOW - timedelta(days=days)) for at, days in rows]


def test_three_customers_in_ninety_days_are_a_pattern() -> None:
    """The ninetieth day counts, and each customer is named once."""
    rows = failures((0, 90), (1, 10), (1, 5), (2, 0))
    found = repeat_words(Cause.HAND_OVER, "", rows, now=NOW)
    assert found == "the fourth hand-over that broke: Acme, Golddex, Condax in 90 days"
    found = repeat_words(Cause.HAND_OVER, "", failures((0, 91), (1, 10), (2, 0)), now=NOW)
    assert found == ""


def test_the_same_customer_again_is_a_pattern_of_its_own() -> None:
    """However long ago; the latest customer with two is named, or the one that is asked about."""
    rows = failures((0, 400), (0, 30), (1, 20), (1, 10))
    again = "the second time that technology failed at"
    assert repeat_words(Cause.TECHNOLOGY, "", rows, now=NOW) == f"{again} Golddex"
    assert repeat_words(Cause.TECHNOLOGY, "", rows, now=NOW, at=IDS[0]) == f"{again} Acme"
    assert repeat_words(Cause.TECHNOLOGY, "", rows, now=NOW, at=IDS[2]) == ""
    assert repeat_words(Cause.TECHNOLOGY, "", failures((0, 400), (0, 300)), now=NOW) == ""
    assert repeat_words(Cause.TECHNOLOGY, "", failures((0, 1)), now=NOW) == ""


def test_five_customers_are_named_and_the_rest_counted() -> None:
    """A cause of one's own words is quoted."""
    five = "the fifth “printer”: Acme, Golddex, Condax, Dalt, Ebro in 90 days"
    assert repeat_words(Cause.OTHER, "printer", failures(*((n, 1) for n in range(5))), now=NOW) == five
    seven = "the seventh “printer”: Acme, Golddex, Condax, Dalt, Ebro and 2 more in 90 days"
    assert repeat_words(Cause.OTHER, "printer", failures(*((n, 1) for n in range(7))), now=NOW) == seven
    six = repeat_words(Cause.OTHER, "printer", failures(*((n, 1) for n in range(6))), now=NOW)
    assert six.endswith("Ebro and 1 more in 90 days")


def test_causes_are_told_apart_by_kind_and_other_ones_by_their_words() -> None:
    """In any spelling, of any length."""
    assert cause_key(Cause.WORKLOAD, "much") == "workload"
    assert cause_key(Cause.OTHER, " Prínter") == cause_key(Cause.OTHER, "printer") == "other:printer"
    assert len(cause_key(Cause.OTHER, "x" * 300)) == 206


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.TECHNOLOGY, "time that technology failed"),
        (Cause.WORKLOAD, "time that there was too much work"),
        (Cause.INFORMATION, "time that information was missing or wrong"),
        (Cause.SUPPLIER, "time that a supplier failed us"),
        (Cause.EXPECTATION, "expectation that was missed"),
        (Cause.OTHER, "failure"),
    ],
)
def test_every_cause_has_words_for_one_failure(cause: Cause, words: str) -> None:
    """As they follow `the third`."""
    assert cause.failed == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "first"), (2, "second"), (9, "ninth"), (10, "tenth"), (11, "11th"), (12, "12th"), (13, "13th"),
        (14, "14th"), (20, "20th"), (21, "21st"), (22, "22nd"), (23, "23rd"), (24, "24th"), (100, "100th"),
        (101, "101st"), (111, "111th"), (112, "112th"), (113, "113th"), (121, "121st"), (213, "213th"), (222, "222nd"),
    ],
)  # fmt: skip
def test_numbers_are_counted_in_words_up_to_ten(number: int, words: str) -> None:
    """Then with an ending, which is th in the teens."""
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", (90, "")), ("  Acme ", (90, "Acme")), ("30", (30, "")), ("30 days Acme", (30, "Acme")),
        ("1 technology", (1, "technology")), ("730", (730, "")), ("731", (None, "")), ("0 Acme", (None, "Acme")),
        ("00000030", (None, "")), ("0000300", (30, "")),
    ],
)  # fmt: skip
def test_a_rate_is_asked_for_a_number_of_days(words: str, found: tuple[int | None, str]) -> None:
    """90 unless it is said, two years at most; of a number that is too long, the first six figures."""
    assert read_rate(words) == found


def test_a_share_is_rounded_down() -> None:
    """100 % means all; of nobody there is none."""
    assert (share(199, 200), share(200, 200), share(0, 3), share(0, 0)) == (99, 100, 0, None)


def test_spans_have_lengths_words_and_limits() -> None:
    """A working day has eight hours."""
    assert (Span(3, "h").length, Span(2, "d").length) == (timedelta(hours=3), timedelta(hours=16))
    assert [str(Span(1, "h")), Span(2, "h").words, Span(1, "d").words] == ["1 hour", "2 working hours", "1 working day"]
    assert [read_span(one) for one in ("80h", "81h", "20 days", "21 d", "0h", "1h")] == [
        Span(80, "h"), None, Span(20, "d"), None, None, Span(1, "h"),
    ]  # fmt: skip


def test_a_time_to_answer_is_told_on_the_clocks_of_both() -> None:
    """On the reader's; who is on it elsewhere has their own added; a channel names the zone."""
    at_nine = partial(when_due, NOW + timedelta(days=1, hours=-5), now=NOW, zone="Europe/Lisbon")
    assert at_nine() == "tomorrow 04:00"
    assert at_nine(theirs="Pacific/Auckland", who="Kiri Walker") == "tomorrow 04:00 (17:00 for Kiri)"
    assert at_nine(theirs="Europe/London", who="Mara Okafor") == "tomorrow 04:00"
    assert at_nine(place="Lisbon time") == "tomorrow 04:00 Lisbon time"


def test_every_state_has_words_and_two_are_ends() -> None:
    """As rows tell them."""
    assert [one.words for one in EscalationState][2:] == [
        "fixed, waiting for their word",
        "fixed, they confirmed it",
        "closed",
    ]
    assert [one for one in EscalationState if one.is_over] == [EscalationState.CONFIRMED, EscalationState.CLOSED]


def test_a_severity_is_told_by_what_it_means_for_the_customer() -> None:
    """In the words that rows show."""
    assert [severity.words for severity in Severity] == ["stops their work", "hurts their work", "a nuisance"]
