"""When a follow-up is reminded of."""

from datetime import date

from bot.followups.rules import FollowupState, is_long_late, wants_reminder
from bot.people.rules import Calendar


def test_one_is_reminded_on_the_day_when_late_and_then_weekly() -> None:
    """Not before, not every day; what is due on a weekend is spoken of on Friday."""
    calendar, friday = Calendar(zone="Europe/Lisbon"), date(2026, 11, 27)

    def wants(due: date, reminded: date | None, today: date) -> bool:
        return wants_reminder(due, reminded, today=today, calendar=calendar)

    assert wants(friday, None, date(2026, 11, 26)) is False
    assert not wants(friday, date(2026, 11, 26), friday)
    assert not wants(friday, date(2026, 11, 20), friday)
    assert wants(friday, None, friday)
    assert wants(date(2026, 11, 29), None, friday)
    assert not wants(date(2026, 11, 30), None, friday)
    assert wants(friday, friday, date(2026, 11, 30))
    assert not wants(friday, date(2026, 11, 30), date(2026, 12, 1))
    assert wants(friday, date(2026, 11, 30), date(2026, 12, 7))


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
