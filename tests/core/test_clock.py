"""Time and ids."""

import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import MovableClock, WallClock, new_id

MILLISECONDS = st.integers(min_value=0, max_value=(1 << 48) - 1)


@given(MILLISECONDS)
def test_an_id_is_a_uuid_of_version_7(milliseconds: int) -> None:
    """Other systems recognise it, and its age can be read from it."""
    made = new_id(lambda: milliseconds)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == milliseconds


@given(MILLISECONDS, MILLISECONDS)
def test_ids_sort_by_age(one: int, other: int) -> None:
    """The younger one comes later, whatever chance adds."""
    if one != other:
        assert (new_id(lambda: one) < new_id(lambda: other)) == (one < other)


def test_a_hundred_thousand_ids_are_all_different() -> None:
    """Even in one millisecond."""
    assert len({new_id(lambda: 1) for _ in range(100_000)}) == 100_000


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    """It tells the machine's time three ways that agree."""
    clock = WallClock()
    assert clock.now().tzinfo is UTC
    assert abs(clock.now().timestamp() - clock.wall()) < 5
    assert abs(clock.monotonic() - time.monotonic()) < 5


def test_a_movable_clock_stands_still_and_goes_forward_only() -> None:
    """Tests and the demo decide when time passes; it never runs back."""
    clock = MovableClock(datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == datetime(2026, 11, 23, 9, tzinfo=UTC) == clock.now()
    assert clock.now().tzinfo is UTC
    assert clock.move(timedelta(days=2)) == datetime(2026, 11, 25, 9, tzinfo=UTC) == clock.now()
    assert clock.move_to(clock.now()) == clock.now()
    with pytest.raises(ValueError, match="only moves forward"):
        clock.move(timedelta(seconds=-1))
    assert clock.now() == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert abs(clock.wall() - WallClock().wall()) < 5
    assert abs(clock.monotonic() - time.monotonic()) < 5
