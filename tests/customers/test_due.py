"""When a customer is due, where it stands, and how the first calls are spread."""

import inspect
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.customers.rules import due
from bot.customers.rules.due import (
    CoverageGroup,
    RuleRefused,
    SnoozeReason,
    SnoozeTooLong,
    Standing,
    check_cadence,
    check_snooze,
    coverage_group,
    due_on,
    neglected_after,
    overdue_ratio,
    standing,
    words_beside_cadence,
)
from bot.people.rules import DAY, MAX_SEARCH_DAYS, Calendar
from tests.people.calendars import CALENDARS, DAYS

TODAY = date(2026, 11, 23)  # a Monday
LISBON = Calendar("Europe/Lisbon")
CADENCES = st.integers(1, 365)
calm = settings(deadline=None)


def test_no_rule_can_even_be_told_how_big_a_customer_is() -> None:
    """Size plays no part: no function and no schema here takes revenue, headcount or anything like it."""
    functions: list[Callable[..., object]] = [f for _, f in inspect.getmembers(due, inspect.isfunction)]
    functions = [f for f in functions if f.__module__ == due.__name__]
    known = {name for function in functions for name in inspect.signature(function).parameters}
    known |= set(due.Schedule._fields)

    assert {"due_on", "standing", "spread_first_dues", "neglected_after"} <= {f.__name__ for f in functions}
    for word in (
        "size",
        "value",
        "revenue",
        "headcount",
        "employee",
        "annual",
        "currency",
        "money",
        "tier",
        "priority",
    ):
        assert not [name for name in known if word in name]


@pytest.mark.parametrize(
    ("last", "cadence", "expected"),
    [
        (date(2026, 11, 23), 30, date(2026, 12, 23)),
        (date(2026, 11, 26), 30, date(2026, 12, 28)),  # a Saturday moves to Monday
        (date(2026, 11, 25), 30, date(2026, 12, 28)),  # Christmas, a Friday
        (date(2028, 2, 28), 1, date(2028, 2, 29)),  # the leap day
        (date(2027, 2, 26), 3, date(2027, 3, 1)),
    ],
)
def test_a_customer_is_due_a_cadence_after_the_last_contact_on_a_working_day(
    last: date, cadence: int, expected: date
) -> None:
    """Thirty days on, moved past weekends and holidays of the owner."""
    assert due_on(last, cadence, Calendar("Europe/Lisbon", country="PT")) == expected


@calm
@given(DAYS, CADENCES, CALENDARS)
def test_nobody_is_due_on_a_day_off(last: date, cadence: int, calendar: Calendar) -> None:
    """A due date is a working day, unless the owner has none in 400 days; never before the cadence is used up."""
    day = due_on(last, cadence, calendar)
    assert day >= last + timedelta(days=cadence)
    if not calendar.is_working_day(day):
        assert calendar.working_days_between(day, day + (MAX_SEARCH_DAYS - 1) * DAY) == []


@calm
@given(DAYS, CADENCES, st.integers(0, 400))
def test_a_later_contact_never_brings_the_due_date_forward(last: date, cadence: int, later: int) -> None:
    """Talking again moves the due date on or leaves it, and so does a longer cadence."""
    assert due_on(last + later * DAY, cadence, LISBON) >= due_on(last, cadence, LISBON)
    assert due_on(last, cadence + later, LISBON) >= due_on(last, cadence, LISBON)


@pytest.mark.parametrize(
    ("cadence", "factor", "days"),
    [
        (30, 1.5, 45),
        (31, 1.5, 46),
        (1, 1.5, 1),
        (100, 1.15, 115),
        (30, 1.1, 33),
        (30, 0.5, 30),
        (30, Decimal("1.25"), 37),
        (365, 3, 1095),
    ],
)
def test_the_limit_is_the_factor_in_whole_days_and_never_below_the_cadence(
    cadence: int, factor: float | Decimal, days: int
) -> None:
    """At 1.5 a customer of every 30 days is neglected from the 46th day on."""
    assert neglected_after(TODAY, cadence, factor) == TODAY + days * DAY


def test_the_ratio_orders_by_how_much_of_their_own_cadence_is_used_up() -> None:
    """Eight days of seven come before forty of ninety; a contact of today is at nought, one in the future too."""
    assert overdue_ratio(TODAY, TODAY - 30 * DAY, 30) == 1.0
    assert overdue_ratio(TODAY, TODAY - 8 * DAY, 7) > overdue_ratio(TODAY, TODAY - 40 * DAY, 90)
    assert overdue_ratio(TODAY, TODAY, 30) == overdue_ratio(TODAY, TODAY + DAY, 30) == 0


@pytest.mark.parametrize(
    ("days_waited", "snooze", "expected"),
    [
        (29, None, Standing.IN_CADENCE),
        (30, None, Standing.DUE),
        (45, None, Standing.DUE),
        (46, None, Standing.NEGLECTED),
        (29, (1, SnoozeReason.DEFERRED), Standing.SNOOZED),
        (31, (1, SnoozeReason.DEFERRED), Standing.SNOOZED),
        (31, (0, SnoozeReason.DEFERRED), Standing.DUE),
        (31, (-9, SnoozeReason.CUSTOMER_ASKED), Standing.DUE),
        (45, (9, SnoozeReason.DEFERRED), Standing.SNOOZED),
        (46, (9, SnoozeReason.DEFERRED), Standing.NEGLECTED),
        (46, (9, None), Standing.NEGLECTED),
        (46, (9, SnoozeReason.CUSTOMER_ASKED), Standing.SNOOZED),
        (46, (0, SnoozeReason.CUSTOMER_ASKED), Standing.NEGLECTED),
    ],
)
def test_where_a_customer_of_every_thirty_days_stands(
    days_waited: int, snooze: tuple[int, SnoozeReason | None] | None, expected: Standing
) -> None:
    """In cadence, then due, then neglected; asleep until the day the snooze ends, unless nobody asked for it."""
    since = TODAY - days_waited * DAY
    until, reason = (TODAY + snooze[0] * DAY, snooze[1]) if snooze else (None, None)
    found = standing(
        TODAY,
        due_on=since + 30 * DAY,
        neglected_after=neglected_after(since, 30, 1.5),
        snoozed_until=until,
        snooze_reason=reason,
    )
    assert found is expected


@calm
@given(
    DAYS,
    st.integers(0, 1000),
    CADENCES,
    st.floats(1, 5),
    CALENDARS,
    st.none() | st.integers(-50, 500),
    st.none() | st.sampled_from(SnoozeReason),
)
def test_no_one_is_missed(
    last: date,
    waited: int,
    cadence: int,
    factor: float,
    calendar: Calendar,
    snooze: int | None,
    reason: SnoozeReason | None,
) -> None:
    """Whatever the history, each customer is in one place, and past the limit only their own wish hides them."""
    today = last + waited * DAY
    due_day, limit = due_on(last, cadence, calendar), neglected_after(last, cadence, factor)
    until = None if snooze is None else today + snooze * DAY
    found = standing(today, due_on=due_day, neglected_after=limit, snoozed_until=until, snooze_reason=reason)

    asleep = until is not None and until > today
    asked = asleep and reason is SnoozeReason.CUSTOMER_ASKED
    claims = {
        Standing.SNOOZED: asked or (asleep and today <= limit),
        Standing.NEGLECTED: today > limit and not asked,
        Standing.DUE: not asleep and due_day <= today <= limit,
        Standing.IN_CADENCE: not asleep and today < due_day and today <= limit,
    }
    assert [place for place, claimed in claims.items() if claimed] == [found]


@given(DAYS, CADENCES, st.floats(1, 5), st.lists(st.integers(0, 1200), min_size=2))
def test_waiting_only_ever_makes_it_worse(last: date, cadence: int, factor: float, waits: list[int]) -> None:
    """Without a contact nobody goes back from neglected to due, or from due to in cadence."""
    order = [Standing.IN_CADENCE, Standing.DUE, Standing.NEGLECTED]
    due_day, limit = due_on(last, cadence, LISBON), neglected_after(last, cadence, factor)
    found = [
        standing(last + wait * DAY, due_on=due_day, neglected_after=limit, snoozed_until=None, snooze_reason=None)
        for wait in sorted(waits)
    ]
    assert found == sorted(found, key=order.index)


def test_a_snooze_of_our_own_ends_at_the_limit() -> None:
    """One may defer up to the last day that isn't neglect, and is told that day."""
    limit = TODAY + 10 * DAY
    check_snooze(limit, today=TODAY, neglected_after=limit, reason=SnoozeReason.DEFERRED)
    with pytest.raises(SnoozeTooLong, match="03 Dec 2026") as refused:
        check_snooze(limit + DAY, today=TODAY, neglected_after=limit, reason=SnoozeReason.DEFERRED)
    assert refused.value.latest == limit


def test_a_customer_may_ask_for_more_but_not_for_ever() -> None:
    """Who asks to be left alone is, past the limit too, for up to 400 days."""
    asked = SnoozeReason.CUSTOMER_ASKED
    check_snooze(TODAY + 400 * DAY, today=TODAY, neglected_after=TODAY - DAY, reason=asked)
    with pytest.raises(SnoozeTooLong) as refused:
        check_snooze(TODAY + 401 * DAY, today=TODAY, neglected_after=TODAY, reason=asked)
    assert refused.value.latest == TODAY + 400 * DAY


@pytest.mark.parametrize("reason", SnoozeReason)
@pytest.mark.parametrize("until", [TODAY, TODAY - DAY])
def test_a_snooze_ends_after_today(until: date, reason: SnoozeReason) -> None:
    """Today and days gone by are refused, with what to do."""
    with pytest.raises(RuleRefused, match="later date"):
        check_snooze(until, today=TODAY, neglected_after=TODAY + 99 * DAY, reason=reason)


@given(st.integers(-5, 500), st.integers(-5, 500), st.sampled_from(SnoozeReason))
def test_an_allowed_deferral_hides_nobody_past_the_limit(until: int, limit: int, reason: SnoozeReason) -> None:
    """Whatever snooze is let through, a deferred customer is awake on the last day before neglect."""
    until_day, limit_day = TODAY + until * DAY, TODAY + limit * DAY
    try:
        check_snooze(until_day, today=TODAY, neglected_after=limit_day, reason=reason)
    except RuleRefused:
        assert until <= 0 or until > (limit if reason is SnoozeReason.DEFERRED else 400)
    else:
        assert until > 0
        assert until_day <= limit_day or reason is SnoozeReason.CUSTOMER_ASKED


def test_a_cadence_is_a_year_at_most_and_long_ones_need_a_manager() -> None:
    """Up to the floor anybody may set it, above only with a manager, and never outside 1 to 365."""
    check_cadence(1, floor=90, approved_by_manager=False)
    check_cadence(90, floor=90, approved_by_manager=False)
    check_cadence(365, floor=90, approved_by_manager=True)
    with pytest.raises(RuleRefused, match="above 90 days"):
        check_cadence(91, floor=90, approved_by_manager=False)
    for days in (0, -1, 366):
        with pytest.raises(RuleRefused, match="1 to 365"):
            check_cadence(days, floor=90, approved_by_manager=True)


@pytest.mark.parametrize(
    ("last", "sooner_on", "sooner_since", "expected"),
    [
        (None, None, None, "2026-12-10"),
        (None, "2026-12-01", None, "2026-12-10"),
        (None, None, "2026-11-20", "2026-12-10"),
        (None, "2026-12-01", "2026-11-20", "2026-12-01"),
        (None, "2026-12-20", "2026-11-20", "2026-12-10"),
        ("2026-11-19", "2026-12-01", "2026-11-20", "2026-12-01"),
        ("2026-11-20", "2026-12-01", "2026-11-20", "2026-12-10"),
        ("2026-11-21", "2026-12-01", "2026-11-20", "2026-12-10"),
    ],
)
def test_what_came_up_brings_a_due_date_forward_until_somebody_talks_to_the_customer(
    last: str | None, sooner_on: str | None, sooner_since: str | None, expected: str
) -> None:
    """Never later, and a contact on the same day counts."""
    days = [date.fromisoformat(day) if day else None for day in (last, sooner_on, sooner_since)]
    found = due.brought_forward(date(2026, 12, 10), days[0], sooner_on=days[1], sooner_since=days[2])
    assert found == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("cadence", "last", "first_due", "expected"),
    [
        (None, None, None, (30, "2026-11-02", "2026-12-02", "2026-12-17")),
        (None, None, "2026-11-28", (30, "2026-11-02", "2026-11-30", "2026-12-17")),
        (None, "2026-11-10", "2026-11-28", (30, "2026-11-10", "2026-12-10", "2026-12-25")),
        (10, "2026-11-10", None, (10, "2026-11-10", "2026-11-20", "2026-11-25")),
    ],
)
def test_a_clock_runs_from_the_last_contact_or_from_the_first_day(
    cadence: int | None, last: str | None, first_due: str | None, expected: tuple[int, str, str, str]
) -> None:
    """With the customer's cadence or the workspace's; a spread first date counts only before the first contact."""
    cadence, since, due_day, limit = due.compute_schedule(
        Calendar(zone="Europe/Lisbon"),
        default_cadence=30,
        factor=1.5,
        cadence_days=cadence,
        last_contact_on=date.fromisoformat(last) if last else None,
        added_on=date(2026, 11, 2),
        first_due_on=date.fromisoformat(first_due) if first_due else None,
    )
    assert (cadence, *(day.isoformat() for day in (since, due_day, limit))) == expected


@pytest.mark.parametrize(
    ("waited", "ever_contacted", "has_owner", "group"),
    [
        (3, True, True, CoverageGroup.IN_CADENCE),
        (31, True, False, CoverageGroup.IN_CADENCE),
        (30, False, True, CoverageGroup.IN_CADENCE),
        (31, False, True, CoverageGroup.NEVER_CONTACTED),
        (3, False, False, CoverageGroup.NEVER_CONTACTED),
    ],
)
def test_coverage_takes_a_first_contact_or_the_first_cadence_of_an_owner(
    waited: int, ever_contacted: bool, has_owner: bool, group: CoverageGroup
) -> None:
    """Only customers that are in cadence by their dates are split; the other standings count as they are."""
    known = {"today": TODAY, "waiting_since": TODAY - waited * DAY, "cadence_days": 30,
             "ever_contacted": ever_contacted, "has_owner": has_owner}  # fmt: skip
    assert coverage_group(Standing.IN_CADENCE, **known) is group
    for where in (Standing.DUE, Standing.NEGLECTED, Standing.SNOOZED):
        assert coverage_group(where, **known).value == where.value


def test_numbers_of_nothing_are_left_out() -> None:
    """One snoozed customer has *its* cadence, two have *theirs*."""
    words = words_beside_cadence(due=7, neglected=1_200, snoozed=2, snoozed_late=1, never_contacted=0)
    assert words == ("7 due", "1,200 neglected", "2 snoozed (1 past its cadence)")
    words = words_beside_cadence(due=0, neglected=0, snoozed=3, snoozed_late=2, never_contacted=4)
    assert words == ("3 snoozed (2 past their cadence)", "4 never contacted")
    assert words_beside_cadence(due=0, neglected=0, snoozed=1, snoozed_late=0, never_contacted=0) == ("1 snoozed",)


@calm
@given(DAYS, CADENCES, CALENDARS, st.integers(1, 400))
def test_a_date_that_was_moved_earlier_is_never_later_than_the_cadence(
    last: date, cadence: int, calendar: Calendar, earlier: int
) -> None:
    """Also where the owner doesn't work on the day it was moved to; another wait or another date makes it void."""
    facts: dict[str, Any] = {
        "default_cadence": cadence, "factor": 1.5, "cadence_days": None, "last_contact_on": last, "added_on": last,
        "first_due_on": None,
    }  # fmt: skip
    plain = due.compute_schedule(calendar, **facts)
    moved = {"levelled_on": plain.due_on - earlier * DAY, "levelled_from": plain.due_on, "levelled_since": last}
    level = due.compute_schedule(calendar, **facts, **moved)
    assert level.due_on <= plain.due_on
    assert level._replace(due_on=plain.due_on) == plain
    for void in ({"levelled_from": plain.due_on + DAY}, {"levelled_since": last - DAY}, {"levelled_on": None}):
        assert due.compute_schedule(calendar, **facts, **{**moved, **void}) == plain
