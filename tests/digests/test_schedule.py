"""A digest comes at its hour on its days, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.rules import Schedule, day_words, drawn_length, find_zones, pack, percent, schedule_of, wait_words

EVERY_DAY = frozenset(range(7))
ZONES = ("Europe/Lisbon", "America/New_York", "Pacific/Auckland", "Pacific/Apia", "Asia/Kathmandu", "UTC")

schedules = st.builds(
    Schedule,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    hour=st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
    zone=st.sampled_from(ZONES),
)
instants = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis wants it bare and adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


def slots(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    """The next *count* slots."""
    found: list[datetime] = []
    for _ in range(count):
        following = schedule.next_after(found[-1] if found else after)
        assert following is not None
        found.append(following)
    return found


@pytest.mark.parametrize(
    ("zone", "first_day", "offsets"),
    [
        ("Europe/Lisbon", date(2026, 3, 28), [0, 1, 1]),
        ("Europe/Lisbon", date(2026, 10, 24), [1, 0, 0]),
        ("America/New_York", date(2026, 3, 7), [-5, -4, -4]),
        ("America/New_York", date(2026, 10, 31), [-4, -5, -5]),
        ("Pacific/Auckland", date(2026, 4, 4), [13, 12, 12]),
        ("Pacific/Auckland", date(2026, 9, 26), [12, 13, 13]),
    ],
)
def test_the_digest_stays_at_nine_when_the_clocks_change(zone: str, first_day: date, offsets: list[int]) -> None:
    """Nine o'clock on the wall is nine o'clock before, on and after the day of the change."""
    before = datetime.combine(first_day, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    found = [slot.astimezone(ZoneInfo(zone)) for slot in slots(Schedule(EVERY_DAY, time(9), zone), before, 3)]
    assert [slot.time() for slot in found] == [time(9)] * 3
    assert [slot.utcoffset() for slot in found] == [timedelta(hours=hours) for hours in offsets]
    assert [slot.date() for slot in found] == [first_day + timedelta(days=n) for n in range(3)]


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        ("Europe/Lisbon", date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        ("Pacific/Auckland", date(2026, 9, 27), time(2, 30), datetime(2026, 9, 26, 14, 0, tzinfo=UTC)),
    ],
)
def test_an_hour_that_the_clocks_skip_comes_as_soon_as_they_have(
    zone: str, day: date, hour: time, expected: datetime
) -> None:
    """Half past two that doesn't exist becomes three o'clock."""
    assert Schedule(EVERY_DAY, hour, zone).next_after(expected - timedelta(hours=3)) == expected
    assert expected.astimezone(ZoneInfo(zone)).date() == day


def test_an_hour_that_comes_twice_brings_one_digest() -> None:
    """Half past one happens twice in New York on 1 November; the digest comes at the first."""
    schedule = Schedule(EVERY_DAY, time(1, 30), "America/New_York")
    found = slots(schedule, datetime(2026, 11, 1, 4, 0, tzinfo=UTC), 2)
    assert found == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


def test_a_digest_on_mondays_and_thursdays_comes_on_no_other_day() -> None:
    """Only the chosen weekdays, in the digest's own zone."""
    found = slots(schedule_of("03", time(9), "Pacific/Auckland"), datetime(2026, 11, 23, 9, tzinfo=UTC), 4)
    local = [slot.astimezone(ZoneInfo("Pacific/Auckland")) for slot in found]
    assert [f"{slot:%a %d %H:%M}" for slot in local] == [
        "Thu 26 09:00", "Mon 30 09:00", "Thu 03 09:00", "Mon 07 09:00",
    ]  # fmt: skip


@given(schedules, instants)
def test_the_next_slot_is_later_and_the_latest_is_not(schedule: Schedule, instant: datetime) -> None:
    """No slot lies between the latest that has come and the next one: none is skipped, none comes twice."""
    following, latest = schedule.next_after(instant), schedule.latest_by(instant)
    assert following is not None
    assert latest is not None
    assert latest <= instant < following
    assert schedule.next_after(latest) == following
    assert schedule.latest_by(following) == following
    assert following.astimezone(ZoneInfo(schedule.zone)).weekday() in schedule.days
    assert following - latest <= timedelta(days=8)


def test_no_day_means_no_slot() -> None:
    """A digest whose days were all taken away never comes."""
    schedule = schedule_of("", time(9), "UTC")
    assert schedule.next_after(datetime(2026, 11, 23, tzinfo=UTC)) is None
    assert schedule.latest_by(datetime(2026, 11, 23, tzinfo=UTC)) is None


def test_a_zone_that_nobody_knows_becomes_utc() -> None:
    """A zone that was dropped from the database of zones doesn't break the digest."""
    assert schedule_of("0", time(9), "Mars/Olympus").zone == "UTC"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("0", "Mon"), ("03", "Mon and Thu"), ("30", "Mon and Thu"), ("024", "Mon, Wed and Fri"),
        ("0123456", "every day"), ("", "no day"),
    ],
)  # fmt: skip
def test_days_are_told_in_words(days: str, words: str) -> None:
    """The days read as a person would say them."""
    assert day_words(days) == words


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(0, 0, 0), (0, 7, 0), (411, 412, 99), (412, 412, 100), (1, 3, 33)]
)
def test_a_hundred_percent_means_all(part: int, whole: int, share: int) -> None:
    """Percent are rounded down: one customer out of cadence is never rounded away."""
    assert percent(part, whole) == share


def test_a_wait_says_whether_we_ever_talked() -> None:
    """`92 days (every 30)`, with a word more for somebody whom nobody has called yet."""
    assert wait_words(92, 30, ever_contacted=True) == "92 days (every 30)"
    assert wait_words(1, 30, ever_contacted=True) == "1 day (every 30)"
    assert wait_words(1092, 30, ever_contacted=False) == "never contacted, 1,092 days (every 30)"


@given(st.lists(st.text(max_size=90), max_size=60), st.integers(100, 600))
def test_the_thread_holds_every_line_once_in_order(lines: list[str], limit: int) -> None:
    """However the list is cut into pages, nobody is lost and nobody comes twice."""
    pages = pack(lines, limit)
    assert [line for page in pages for line in page] == lines
    for page in pages:
        assert len(page) == 1 or sum(drawn_length(line) + 1 for line in page) <= limit
    for page, following in pairwise(pages):
        assert sum(drawn_length(line) + 1 for line in [*page, following[0]]) > limit


@pytest.mark.parametrize(("limit", "sizes"), [(3, [1, 1, 1, 1, 1]), (6, [2, 2, 1]), (8, [2, 2, 1]), (9, [3, 2])])
def test_a_page_is_filled_to_the_last_character(limit: int, sizes: list[int]) -> None:
    """Lines of two characters and their line breaks; a longer line than the page has one of its own."""
    assert [len(page) for page in pack(["aa"] * 5, limit)] == sizes
    assert pack(["a" * 20, "b"], limit) == [("a" * 20,), ("b",)]


def test_a_length_counts_what_slack_counts() -> None:
    """Escapes and characters beyond the first plane count for what they take."""
    assert drawn_length("abc") == 3
    assert drawn_length("<&>") == len("&lt;&amp;&gt;")
    assert drawn_length("🥐") == 2


def test_a_city_is_found_by_a_piece_of_its_name() -> None:
    """Typing "lis" or "new york" is enough; what nobody knows finds nothing."""
    assert find_zones("lisb") == ["Europe/Lisbon"]
    assert find_zones("New York") == ["America/New_York"]
    assert find_zones("nowhere") == []
    assert find_zones("lis")[:2] == ["Europe/Lisbon", "America/Indiana/Indianapolis"]
    assert len(find_zones("")) == 100
