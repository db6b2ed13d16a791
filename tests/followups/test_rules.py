"""When a follow-up is due, and when it is late."""

from datetime import date

import pytest

from bot.followups.rules import FollowupState, is_due, is_long_late
from bot.people.rules import Calendar

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("due", "today", "is_now"),
    [
        (FRIDAY, date(2026, 11, 26), False),
        (FRIDAY, FRIDAY, True),
        (date(2026, 11, 29), FRIDAY, True),  # a Sunday
        (date(2026, 11, 30), FRIDAY, False),
        (FRIDAY, date(2026, 12, 7), True),
    ],
)
def test_one_is_due_before_the_assignee_works_again(due: date, today: date, is_now: bool) -> None:
    """Not the day before; what is due on a weekend is spoken of on Friday, what is late on every day."""
    assert is_due(due, today=today, calendar=Calendar(zone="Europe/Lisbon")) is is_now


def test_for_somebody_who_never_works_the_day_itself_counts() -> None:
    """A calendar without working days doesn't hide what is due today."""
    never = Calendar(zone="UTC", working_days=frozenset())
    assert is_due(FRIDAY, today=FRIDAY, calendar=never)
    assert not is_due(FRIDAY, today=date(2026, 11, 26), calendar=never)


def test_two_working_days_late_skips_weekends_and_holidays() -> None:
    """Due on Friday: Tuesday, unless Monday or Tuesday is a holiday."""
    lisbon = Calendar(zone="Europe/Lisbon", country="PT")
    friday = date(2026, 11, 27)
    assert not is_long_late(friday, today=date(2026, 11, 30), calendar=lisbon)
    assert not is_long_late(friday, today=date(2026, 12, 1), calendar=lisbon)  # a holiday in Portugal
    assert is_long_late(friday, today=date(2026, 12, 2), calendar=lisbon)


def test_every_state_has_words() -> None:
    """As rows tell them."""
    assert [state.words for state in FollowupState] == ["open", "done", "can't be done", "cancelled"]
