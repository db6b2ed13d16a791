"""The rules of campaigns at the edges of what they allow, and figures that were worked out by hand."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import pytest

from bot.campaigns.rules import FEWEST_CALLS, WORDS, Purpose, too_few
from bot.campaigns.rules.draws import Slot, assign, draw, spread
from bot.campaigns.rules.questions import (
    MOST_OPTIONS,
    OPTION,
    QUESTION,
    QuestionKind,
    parse_question,
    parse_questions,
    questions_problem,
    read_answer,
)
from bot.campaigns.rules.results import Against, Estimate, compare_words, nps, score_words, wilson
from bot.campaigns.rules.sales import MARK, SaleDraft, mark_sales
from tests.campaigns.test_rules import MONDAY, in_bands

TUESDAY = MONDAY + timedelta(days=1)


def strata(count: int) -> dict[UUID, str]:
    """So many customers of one size."""
    return in_bands({"": count})


# --- what may be asked for ---------------------------------------------------------------------------------------


def test_a_purpose_is_said_as_what_the_caller_does() -> None:
    """Each in words that follow "to"."""
    assert [purpose.words for purpose in Purpose] == [
        "listen",
        "tell news",
        "mend what went wrong",
        "offer something",
    ]


@pytest.mark.parametrize(
    ("eligible", "size", "advice"),
    [(10, 5, None), (9, 5, "choose more"), (10, 6, "ask for 5 or fewer"), (14, 8, "ask for 7 or fewer")],
)
def test_the_fewest_calls_are_offered_where_they_fit(eligible: int, size: int, advice: str | None) -> None:
    """Twice as many customers as the fewest calls are just enough."""
    assert eligible < 2 * FEWEST_CALLS or advice != "choose more"
    problem = too_few(eligible, size)
    assert problem is None if advice is None else advice in (problem or "")


# --- questions ---------------------------------------------------------------------------------------------------


def test_questions_and_answers_may_be_as_long_as_is_said_and_no_longer() -> None:
    """A sentence for the first character too many."""
    longest = parse_question("x" * QUESTION)
    most = parse_question(f"Which? ({'/'.join(f'{n}'.ljust(OPTION, '.') for n in range(MOST_OPTIONS))})")
    assert len(most.options) == MOST_OPTIONS
    assert questions_problem((longest, most)) is None
    assert questions_problem((longest._replace(text=longest.text + "x"),))
    assert questions_problem((most._replace(options=(*most.options, "one more")),))
    assert questions_problem((most._replace(options=("short", "y" * (OPTION + 1))),))


def test_a_long_question_is_named_by_its_first_forty_characters() -> None:
    """Enough to find it among nine."""
    words = "".join(chr(ord("a") + number % 26) for number in range(QUESTION + 1))
    assert questions_problem(parse_questions(words)) == (
        f"“{words[:40]}” is longer than {QUESTION} characters; ask it shorter."
    )


def test_empty_lines_are_no_questions() -> None:
    """Nor do spaces make one."""
    assert parse_questions("\n   \n\n") == ()
    assert [one.text for one in parse_questions("  Why?  \n\nHow?")] == ["Why?", "How?"]


def test_an_answer_in_words_has_a_character_at_least_and_a_thousand_at_most() -> None:
    """And one from a scale is at one of its places."""
    text, scale = parse_question("Why?"), parse_question("How good? (0-10)")
    assert read_answer(text, "y") == "y"
    assert read_answer(text, "y" * WORDS) == "y" * WORDS
    assert read_answer(text, "y" * (WORDS + 1)) is None
    assert [read_answer(scale, given) for given in ("0", "10", "11", "010", "")] == ["0", "10", None, None, None]


# --- the draw ----------------------------------------------------------------------------------------------------


def test_all_customers_are_drawn_where_just_enough_are_there() -> None:
    """One less, or no call at all, is refused."""
    called, control = draw(strata(6), size=3, seed="1")
    assert {*called, *control} == set(strata(6))
    assert {*draw(strata(2), size=1, seed="1").called} < set(strata(2))
    for count, size in ((5, 3), (1, 1), (6, 0), (0, 0)):
        with pytest.raises(ValueError, match="too few for two groups"):
            draw(strata(count), size=size, seed="1")


def test_a_day_with_nothing_to_do_comes_before_one_with_something() -> None:
    """Days without a load count as empty; no calls need no days."""
    days = {"ana": [MONDAY, TUESDAY]}
    assert spread(1, days, {Slot(MONDAY, "ana"): 1}) == [Slot(TUESDAY, "ana")]
    assert spread(2, days, {Slot(MONDAY, "ana"): 1}) == [Slot(MONDAY, "ana"), Slot(TUESDAY, "ana")]
    assert spread(3, days, {Slot(TUESDAY, "ana"): -1}) == [
        Slot(MONDAY, "ana"),
        Slot(TUESDAY, "ana"),
        Slot(TUESDAY, "ana"),
    ]
    assert spread(0, days, {}) == []


def test_the_first_who_is_drawn_is_called_first() -> None:
    """By the owner on the owner's first day; those of nobody on the first days that are left."""
    one, other, third = strata(3)
    slots = [Slot(MONDAY, "ana"), Slot(TUESDAY, "ana"), Slot(MONDAY, "bob")]
    assert assign([one, other, third], {one: "ana", other: "ana", third: "bob"}, slots) == {
        one: Slot(MONDAY, "ana"),
        other: Slot(TUESDAY, "ana"),
        third: Slot(MONDAY, "bob"),
    }
    assert assign([one, other, third], {other: "bob"}, slots) == {
        one: Slot(MONDAY, "ana"),
        other: Slot(MONDAY, "bob"),
        third: Slot(TUESDAY, "ana"),
    }


# --- the results -------------------------------------------------------------------------------------------------


def test_an_interval_stays_inside_what_is_possible() -> None:
    """Shares between 0 and 1, the score between -100 and 100, however few answers there are."""
    assert wilson(0, 3).low == 0
    assert wilson(3, 3).high == 1
    best, worst = nps([10] * 400), nps([0] * 400)
    assert best
    assert worst
    assert (best.value, worst.value) == (100, -100)
    assert 95 < best.low < best.high <= 100
    assert -100 <= worst.low < worst.high < -95


@pytest.mark.parametrize(
    ("points", "score"), [([9], 100), ([8], 0), ([7], 0), ([6], -100), ([10, 9, 8, 6], 25), ([9, 0, 0], -100 / 3)]
)
def test_who_recommends_and_who_doesnt(points: list[int], score: float) -> None:
    """Nine and ten do, up to six don't, those between count for neither."""
    estimate = nps(points)
    assert estimate
    assert (estimate.n, estimate.value) == (len(points), pytest.approx(score))
    assert estimate.low <= estimate.value <= estimate.high or len(points) == 1


def test_a_difference_is_of_all_answers_and_needs_both_groups() -> None:
    """With one of them empty there is nothing to compare."""
    gap = Against(5, 50, 9, 40).difference()
    assert gap
    assert (gap.n, gap.value) == (90, pytest.approx(5 / 50 - 9 / 40))
    assert Against(1, 2, 0, 0).difference() is None
    assert Against(0, 0, 1, 2).difference() is None


def test_an_interval_that_touches_nothing_is_too_few_to_tell() -> None:
    """The same counts in both groups are, whatever their number; a difference of all isn't."""
    assert compare_words(Against(500, 1000, 500, 1000), "bought").endswith("too few to tell")
    assert "too few" in compare_words(Against(0, 1000, 0, 1000), "bought")
    assert compare_words(Against(0, 1000, 1000, 1000), "bought") == (
        "0 of 1,000 bought against 1,000 of 1,000: 100 in 100 fewer, likely between 99 and 100"
    )


def test_a_score_is_said_with_its_interval() -> None:
    """NPS as a number with its sign, a scale in percent."""
    score = Estimate(1_040, 23.4, -5.2, 41.0)
    assert score_words(QuestionKind.RECOMMEND, score) == "NPS +23 (n = 1,040, likely between -5 and +41)"
    content = Estimate(7, 5 / 7, 0.36, 0.918)
    assert score_words(QuestionKind.SCALE, content) == "71% gave 8 or more (n = 7, likely between 36% and 92%)"


def test_a_sale_has_one_mark_for_ever() -> None:
    """Two that are told in the same words are numbered, so a list that holds both again adds neither."""
    customer = UUID(int=1)
    sale = SaleDraft(2, "", "Acme", None, Decimal("100.00"), "EUR", MONDAY, "Offer 7")
    said = f"{customer} 100.00 EUR 2026-11-23 offer 7"
    expected = [sha256(f"{said} {number}".encode()).hexdigest()[:MARK] for number in (1, 2)]
    assert mark_sales([(customer, sale), (customer, sale._replace(row_number=3))]) == expected
    assert mark_sales([(UUID(int=2), sale)])[0] not in expected
