"""The rules of campaigns: questionnaires, the draw, how calls are spread, and the arithmetic of results."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.campaigns.rules import end_problem, size_problem, too_few
from bot.campaigns.rules.draws import (
    Identity,
    Slot,
    assign,
    draw,
    fingerprint,
    lasting_keys,
    next_in_line,
    spread,
)
from bot.campaigns.rules.questions import (
    QuestionKind,
    parse_question,
    parse_questions,
    questions_problem,
    read_answer,
)
from bot.campaigns.rules.results import Against, compare_words, csat, nps, wilson

MONDAY = date(2026, 11, 23)


def ids(count: int) -> list[UUID]:
    """So many customers."""
    return [UUID(int=7919 * number) for number in range(count)]


def in_bands(sizes: dict[str, int]) -> dict[UUID, str]:
    """Customers in bands of these sizes."""
    names = [name for name, count in sizes.items() for _ in range(count)]
    return dict(zip(ids(len(names)), names, strict=True))


# --- the questionnaire -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text", "kind", "options"),
    [
        ("What would help you?", "What would help you?", QuestionKind.TEXT, ()),
        ("How good is the portal? (0-10)", "How good is the portal?", QuestionKind.SCALE, "0 1 2 3 4 5 6 7 8 9 10"),
        ("How good is it (0–10)?", "How good is it", QuestionKind.SCALE, "0 1 2 3 4 5 6 7 8 9 10"),
        ("Would you recommend us? (NPS)", "Would you recommend us?", QuestionKind.RECOMMEND, "0 1 2 3 4 5 6 7 8 9 10"),
        ("Did it work? (yes/no)", "Did it work?", QuestionKind.YES_NO, "yes no"),
        ("How do we reach you? (Mail / phone/Visit)", "How do we reach you?", QuestionKind.CHOICE, "Mail phone Visit"),
        ("What of the fair (in June)?", "What of the fair (in June)?", QuestionKind.TEXT, ()),
    ],
)
def test_the_end_of_a_line_says_how_it_is_answered(line: str, text: str, kind: QuestionKind, options: str) -> None:
    """Anything else in brackets is part of the question."""
    expected = tuple(options.split()) if options else ()
    assert parse_question(line) == (text, kind, expected)


def test_a_tenth_question_is_refused_with_the_reason() -> None:
    """Nine are fine; empty lines aren't questions."""
    nine = parse_questions("\n\n".join(f"Question {number}?" for number in range(9)) + "\n \n")
    assert len(nine) == 9
    assert questions_problem(nine) is None
    problem = questions_problem((*nine, nine[0])) or ""
    assert problem.startswith("Ask fewer than ten questions: after nine, people answer to get it over with.")
    assert "You wrote 10" in problem


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("x" * 201, "is longer than 200 characters"),
        ("Which? (mail//phone)", "empty or stands there twice"),
        ("Which? (mail/Mail)", "empty or stands there twice"),
        (f"Which? ({'/'.join('abcdefghijk')})", "takes at most 10 answers"),
        (f"Which? (a/{'b' * 76})", "of at most 75 characters"),
    ],
)
def test_a_question_that_cant_be_asked_is_named(line: str, sentence: str) -> None:
    """One sentence says what is wrong."""
    assert sentence in (questions_problem(parse_questions(line)) or "")


def test_an_answer_is_an_option_by_its_place_or_words() -> None:
    """Anything else a form couldn't hold."""
    choice, text = parse_question("Which? (mail/phone)"), parse_question("Why?")
    assert [read_answer(choice, given) for given in ("0", "1", "2", "-1", "mail", "9" * 5000)] == [
        "mail", "phone", None, None, None, None,
    ]  # fmt: skip
    assert [read_answer(text, given) for given in ("because", "", "x" * 1001)] == ["because", None, None]


# --- what may be asked for ---------------------------------------------------------------------------------------


def test_numbers_and_days_that_cant_be_are_refused() -> None:
    """Each with a sentence that says what can."""
    assert [size_problem(size) for size in (5, 500)] == [None, None]
    assert [size_problem(size) for size in (None, 4, 501)] == ["Choose a number from 5 to 500."] * 3
    assert end_problem(MONDAY + timedelta(days=180), today=MONDAY) is None
    assert "a day ahead" in (end_problem(MONDAY, today=MONDAY) or "")
    assert "a day ahead" in (end_problem(None, today=MONDAY) or "")
    assert "180 days" in (end_problem(MONDAY + timedelta(days=181), today=MONDAY) or "")


def test_too_few_customers_are_counted() -> None:
    """And what would fit is named."""
    assert too_few(100, 50) is None
    assert "There are 63 such customers; 50 calls need 100" in (too_few(63, 50) or "")
    assert "ask for 31 or fewer" in (too_few(63, 50) or "")
    assert "There is 1 such customer" in (too_few(1, 5) or "")
    assert "choose more customers" in (too_few(9, 5) or "")


# --- the draw ----------------------------------------------------------------------------------------------------


@given(
    sizes=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1),
    share=st.floats(0, 1),
    seed=st.text(max_size=8),
)
def test_a_draw_takes_every_band_its_share(sizes: dict[str, int], share: float, seed: str) -> None:
    """Two groups of the size that was asked for, without anybody in both; each band within one of its share."""
    strata = in_bands(sizes)
    size = max(int(share * (len(strata) // 2)), 1)
    if len(strata) < 2 * size:
        with pytest.raises(ValueError, match="too few"):
            draw(strata, size=size, seed=seed)
        return
    called, control = draw(strata, size=size, seed=seed)
    assert len(called) == len(control) == size
    assert len({*called, *control}) == 2 * size
    taken, each = Counter(strata[one] for one in (*called, *control)), Counter(strata[one] for one in called)
    for band, count in sizes.items():
        assert abs(taken[band] - 2 * size * count / len(strata)) < 1
        assert abs(each[band] - taken[band] / 2) <= 1 / 2


@given(st.permutations(ids(30)), st.text(max_size=8))
def test_a_draw_depends_on_the_list_and_the_seed_alone(order: list[UUID], seed: str) -> None:
    """Not on the order in which a database returns it; nor does the fingerprint."""
    mixed = {one: "b" if one.int % 2 else "a" for one in order}
    sorted_ = dict(sorted(mixed.items()))
    assert draw(mixed, size=7, seed=seed) == draw(sorted_, size=7, seed=seed)
    assert fingerprint(mixed) == fingerprint(sorted_)


def test_a_draw_is_the_same_for_ever() -> None:
    """The numbers of one draw, written down: a later version has to make the same one."""
    strata = in_bands({"large": 6, "small": 14})
    made = draw(strata, size=3, seed="4711")
    assert fingerprint(strata) == "413066d144d6be01"
    assert [one.int // 7919 for one in made.called] == [11, 3, 14]
    assert [one.int // 7919 for one in made.control] == [9, 5, 17]


def test_a_customer_is_known_by_its_id_else_by_name_domain_and_day() -> None:
    """Those told apart by nothing are numbered, the oldest first; a change of size or owner changes no key."""
    customers = {
        UUID(int=4): Identity("crm", "7", "acme", "acme.com", MONDAY),
        UUID(int=3): Identity(None, "7", "acme", None, MONDAY),
        UUID(int=2): Identity(None, None, "acme", None, MONDAY),
        UUID(int=1): Identity(None, None, "acme", None, MONDAY),
        UUID(int=5): Identity(None, None, "acme", "acme.com", MONDAY),
    }
    keys = lasting_keys(customers)
    assert [keys[UUID(int=number)] for number in range(1, 6)] == [
        "acme  2026-11-23", "acme  2026-11-23 2", ":7", "crm:7", "acme acme.com 2026-11-23",
    ]  # fmt: skip


@pytest.mark.parametrize("sizes", [{"": 24}, {"large": 5, "small": 12, "unknown": 7}])
def test_every_customer_is_as_likely_as_every_other(sizes: dict[str, int]) -> None:
    """Over 2,000 seeds, chi-square finds no customer that is called or compared with too often, in strata or not."""
    strata = in_bands(sizes)
    counts = {"called": Counter[UUID](), "control": Counter[UUID]()}
    for seed in range(2000):
        for name, group in zip(counts, draw(strata, size=6, seed=str(seed)), strict=True):
            counts[name].update(group)
    for counted in counts.values():
        assert sum(counted.values()) == 2000 * 6
        assert stats.chisquare([counted[one] for one in strata]).pvalue > 0.01


def test_another_seed_draws_others_and_a_replacement_comes_from_the_same_band() -> None:
    """From all where the band has nobody left; nobody where there is nobody."""
    strata = in_bands({"large": 10, "small": 50})
    assert draw(strata, size=10, seed="1") != draw(strata, size=10, seed="2")
    left = {one: band for one, band in strata.items() if one not in draw(strata, size=10, seed="1").called}
    replacement = next_in_line(left, stratum="large", seed="1")
    assert replacement
    assert left[replacement] == "large"
    assert next_in_line(left, stratum="tiny", seed="1") in left
    assert next_in_line({}, stratum="large", seed="1") is None


# --- who calls when ----------------------------------------------------------------------------------------------


def test_calls_are_spread_over_working_days_and_callers() -> None:
    """Who has two days less gets less; who has something to do on a day already, too."""
    week = [MONDAY + timedelta(days=number) for number in range(5)]
    days = {"ana": week, "bob": week[2:]}
    slots = spread(16, days, {})
    assert set(Counter(slots).values()) == {2}
    assert Counter(slot.caller for slot in slots) == {"ana": 10, "bob": 6}
    busy = Counter(spread(16, days, {Slot(MONDAY, "ana"): 2}))
    assert busy[Slot(MONDAY, "ana")] <= 1
    assert spread(3, {"ana": []}, {}) == []


@given(st.integers(1, 40), st.lists(st.sampled_from(["ana", "bob", "kiri", None]), min_size=40, max_size=40))
def test_owners_call_their_own_where_they_have_a_slot(calls: int, owned: list[str | None]) -> None:
    """Everybody gets a slot, each slot somebody; who isn't called by their owner finds none of their slots free."""
    called = ids(calls)
    owners = dict(zip(called, owned, strict=False))
    slots = spread(calls, {"ana": [MONDAY], "bob": [MONDAY, MONDAY + timedelta(days=1)]}, {})
    made = assign(called, owners, slots)
    assert sorted(made.values()) == slots
    for one, slot in made.items():
        if owners[one] in {"ana", "bob"} and slot.caller != owners[one]:
            theirs = [other for other in called if made[other].caller == owners[one]]
            assert all(owners[other] == owners[one] for other in theirs)


# --- the results -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "n"), [(0, 1), (1, 1), (5, 50), (9, 50), (50, 50), (312, 1000)])
def test_wilsons_interval_is_scipys(count: int, n: int) -> None:
    """Computed by others."""
    theirs = stats.binomtest(count, n).proportion_ci(method="wilson")
    ours = wilson(count, n)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("share", [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(share: tuple[int, int]) -> None:
    """Rather than a figure without sense."""
    with pytest.raises(ValueError, match="no share"):
        wilson(*share)


@pytest.mark.parametrize(
    ("against", "low", "high"),
    [
        (Against(56, 70, 48, 80), 0.0524, 0.3339),
        (Against(9, 10, 3, 10), 0.1705, 0.8090),
        (Against(0, 10, 0, 20), -0.1611, 0.2775),
        (Against(10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_interval_is_the_one_he_printed(against: Against, low: float, high: float) -> None:
    """Table II of "Interval estimation for the difference between independent proportions", 1998, method 10."""
    gap = against.difference()
    assert gap
    assert (gap.low, gap.high) == pytest.approx((low, high), abs=5e-5)


def test_the_sentence_says_when_there_are_too_few_to_tell() -> None:
    """And otherwise how many more or fewer."""
    assert compare_words(Against(5, 50, 9, 50), "escalated") == ("5 of 50 escalated against 9 of 50: too few to tell")
    assert compare_words(Against(48, 50, 20, 50), "were talked to") == (
        "48 of 50 were talked to against 20 of 50: 56 in 100 more, likely between 39 and 69"
    )
    assert compare_words(Against(1, 50, 1, 50), "were lost") == "1 of 50 was lost against 1 of 50: too few to tell"
    assert "in 100 fewer" in compare_words(Against(2, 50, 20, 50), "escalated")
    assert "too few to tell" in compare_words(Against(0, 0, 0, 0), "escalated")


def test_nps_is_promoters_less_detractors_and_csat_the_share_of_the_content() -> None:
    """With intervals that others compute as well; nothing comes of nothing."""
    points = [10] * 12 + [9] * 8 + [8] * 5 + [7] * 5 + [6] * 4 + [0] * 6
    score, content = nps(points), csat(points)
    assert score
    assert content
    assert (score.n, score.value) == (40, 25.0)
    weights = np.array([20 + 0.75, 10 + 1.5, 10 + 0.75]) / 43
    mean = weights @ [1, 0, -1]
    error = np.sqrt((weights @ [1, 0, 1] - mean**2) / 43)
    ends = 100 * (mean - 1.96 * error), 100 * (mean + 1.96 * error)
    assert (score.low, score.high) == pytest.approx(ends, abs=0.01)
    assert (content.n, content.value) == (40, 25 / 40)
    assert (nps([]), csat([])) == (None, None)
    few = nps([10])
    assert few
    assert -100 <= few.low <= few.high <= 100
