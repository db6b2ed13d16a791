"""Words that several parts of Home use."""

from bot.people.rules import Mute, holiday_countries
from bot.people.schemas import Preferences
from bot.slack import blocks as ui

NAME_SHOWN = 80
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MUTED = {Mute.REMINDERS: "daily reminders are off", Mute.NEWS: "news are off"}


def name_of(name: str | None) -> str:
    """A name from outside, cut and escaped, that can't end what is bold around it."""
    return ui.escape(ui.cut(name or "", NAME_SHOWN)).replace("*", "∗")


def first_name(name: str) -> str:
    """What somebody is called to their face."""
    return ui.cut(name.split(maxsplit=1)[0] if name.split() else name, 40)


def customers(count: int) -> str:
    """`1 customer`, `1,204 customers`."""
    return ui.plural(count, "customer")


def weekdays(digits: str) -> str:
    """`Mon–Fri`, `Mon, Tue, Thu`."""
    numbers = sorted({int(digit) for digit in digits})
    run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))  # noqa: PLR2004 - two are named
    shown = (numbers[0], numbers[-1]) if run else numbers
    return ("–" if run else ", ").join(WEEKDAYS[number] for number in shown)


def hours_line(preferences: Preferences) -> str:
    """When reminders come and what counts as a working day, in one line."""
    country = holiday_countries().get(preferences.country or "")
    off = f"holidays of {ui.escape(country)}" if country else "no public holidays"
    muted = "".join(f" · {MUTED[mute]}" for mute in preferences.mutes)
    zone = preferences.zone.replace("_", " ")
    return f"Reminders at {preferences.hour:%H:%M} ({zone}), {weekdays(preferences.working_days)}, {off}{muted}"
