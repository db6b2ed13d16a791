"""Rules of digests: slots, limits of what is shown, and how numbers and days are written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import available_timezones

from bot.people.rules import DAY, Calendar, known_zone

ROWS_IN_MESSAGE = 5
ROWS_ON_PAGE = 8
NAME_IN_ROW = 90  # characters of a name in a row of its own: eight rows of nothing but & have to fit as well
OWNER_IN_ROW = 60
NAME_IN_LIST = 80  # and in the thread's lines
WORDS_IN_ROW = 100
PAGE_CHARACTERS = 10_000  # of a thread message: Slack refuses from about 13,000 on
THREAD_LINES = 1_000  # customers in a thread; nobody reads further, and ten thousand would take Slack a minute
PAGE_PAUSE = timedelta(seconds=1)  # between the thread's messages: Slack takes one a second a channel
WEEK_DAYS = 7
SECONDS_OF_GRACE = 900  # after a slot, before its silence is called a failure
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DEFAULT_DAYS = "03"
DEFAULT_HOUR = time(9)
KIND_LENGTH = 40  # characters of a kind's key
OWED_SHOWN = 10  # commitments in one message
OWED_TEXT = 200  # characters of such a line
NO_SUCH_KIND = "Nothing here makes this kind of digest any more."
NUMBERS = ("cadence", "floor", "factor", "first_calls")  # settings of the workspace
WITH, TAKEN, HANDED = "with", "taken", "handed"  # what was done about a row whose customer has another owner now
SWITCHED_OFF = "Switched off: no day is chosen."


class DigestKind(StrEnum):
    """The built-in kinds of digest; features declare others under keys of their own."""

    NEGLECTED = "neglected"
    OWED = "owed"


NAMING_KINDS = frozenset(kind.value for kind in DigestKind)  # kinds that can name who looks after what is late


class Whose(StrEnum):
    """Lists that belong to no single person."""

    TEAM = "team"
    POOL = "pool"


@dataclass(frozen=True)
class Schedule:
    """The slots of a digest: weekdays (Monday is 0) at a time of day in a time zone."""

    days: frozenset[int]
    hour: time
    zone: str

    def next_after(self, instant: datetime) -> datetime | None:
        """Return the first slot after *instant*; None without any day."""
        return next((slot for slot in self._slots(instant, range(-1, WEEK_DAYS + 2)) if slot > instant), None)

    def latest_by(self, instant: datetime) -> datetime | None:
        """Return the last slot at or before *instant*; None without any day."""
        return next((slot for slot in self._slots(instant, range(1, -WEEK_DAYS - 2, -1)) if slot <= instant), None)

    def _slots(self, instant: datetime, offsets: Iterable[int]) -> Iterator[datetime]:
        calendar = Calendar(zone=self.zone)
        today = calendar.today(instant)
        for day in (today + DAY * offset for offset in offsets):
            if day.weekday() in self.days:
                yield calendar.at(day, self.hour)


def schedule_of(days: str, hour: time, zone: str) -> Schedule:
    """Return the schedule for *days* such as `"03"` (Monday and Thursday)."""
    return Schedule(frozenset(int(day) for day in days), hour, known_zone(zone, "UTC"))


def day_words(days: str) -> str:
    """Return `Mon and Thu`, `Mon, Wed and Fri`, `every day` or `no day`."""
    names = [DAY_NAMES[int(day)] for day in sorted(set(days))]
    if len(names) == WEEK_DAYS:
        return "every day"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "no day"


def percent(part: int, whole: int) -> int:
    """Return *part* of *whole* in whole percent, rounded down so that 100 means all; 0 if *whole* is 0."""
    return part * 100 // whole if whole else 0


def wait_words(waited: int, cadence: int, *, ever_contacted: bool) -> str:
    """Return `92 days (every 30)`, or `never contacted, 56 days (every 30)` without any contact."""
    days = f"{'1 day' if waited == 1 else f'{waited:,} days'} (every {cadence})"
    return days if ever_contacted else f"never contacted, {days}"


def drawn_length(text: str) -> int:
    """Return the length of *text* in UTF-16 units, the strictest count, once `&`, `<` and `>` are escaped."""
    escaped = 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + escaped


def pack(lines: Sequence[str], limit: int) -> list[tuple[str, ...]]:
    """Split *lines*, in order, into groups of at most *limit* drawn characters, counting a line break for each line."""
    groups: list[tuple[str, ...]] = []
    group: list[str] = []
    used = 0
    for line in lines:
        length = drawn_length(line) + 1
        if group and used + length > limit:
            groups.append(tuple(group))
            group, used = [], 0
        group.append(line)
        used += length
    return [*groups, tuple(group)] if group else groups


def find_zones(words: str, limit: int = 100) -> list[str]:
    """Return IANA zones whose name contains *words*, those whose city begins with it first, then by name."""
    wanted = "_".join(words.lower().split())
    found = [zone for zone in _all_zones() if wanted in zone.lower()]
    return sorted(found, key=lambda zone: (not zone.lower().rsplit("/", 1)[-1].startswith(wanted), zone))[:limit]


@lru_cache(maxsize=1)
def _all_zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if known_zone(zone, "UTC") == zone))
