"""Draws the preferences modal."""

from collections.abc import Sequence
from datetime import time

from bot.people.rules import Mute, holiday_countries, person_key
from bot.people.schemas import Preferences
from bot.slack import blocks as ui

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALLBACK = "home.preferences_saved"
COUNTRY_MENU = "home.country_search"
NO_COUNTRY = "none"
MAX_COUNTRIES = 20
MUTES = {
    Mute.REMINDERS: ("The daily reminder", "Home and /checkin still show who waits"),
    Mute.NEWS: ("News", "hand-overs, cover, customers taken"),
}


def preferences(schema: Preferences) -> ui.Block:
    """Return the modal for working hours, mutes, days away and cover."""
    return ui.modal(
        "Preferences",
        [*_hours(schema), ui.divider(), *_away(schema)],
        callback_id=CALLBACK,
        submit="Save",
    )


def _hours(schema: Preferences) -> list[ui.Block]:
    days = [ui.Option(name, str(number)) for number, name in enumerate(WEEKDAYS)]
    mutes = [ui.Option(words, mute.value, description) for mute, (words, description) in MUTES.items()]
    named = holiday_countries().get(schema.country or "")
    chosen = ui.Option(named, schema.country or "") if named else ui.Option("No public holidays", NO_COUNTRY)
    menu = ui.external_select(COUNTRY_MENU, placeholder="Type a country", initial=chosen)
    return [
        ui.field_of(
            "Remind me at",
            ui.select("home.hour_chosen", _hour_options(schema.hour), initial=f"{schema.hour:%H:%M}"),
            block_id="home.hour",
        ),
        ui.context(f"Your time zone is {schema.zone}, as in your Slack profile."),
        ui.field_of(
            "On these days",
            ui.checkboxes("home.days_chosen", days, initial=schema.working_days),
            block_id="home.working_days",
            optional=True,
        ),
        ui.field_of("Public holidays of", menu, block_id="home.country", optional=True),
        ui.field_of(
            "Don't send me",
            ui.checkboxes("home.mutes_chosen", mutes, initial=[mute.value for mute in schema.mutes]),
            block_id="home.mutes",
            optional=True,
        ),
    ]


def _away(schema: Preferences) -> list[ui.Block]:
    absence = schema.absence
    first = ui.date_picker("home.first_day", initial=absence.first_day if absence else None)
    last = ui.date_picker("home.last_day", initial=absence.last_day if absence else None)
    cover = ui.person_select("home.cover_chosen", initial=absence.cover_id if absence else None)
    return [
        ui.section("*Away* · leave both days empty when you aren't"),
        ui.field_of("First day away", first, block_id="home.away_from", optional=True),
        ui.field_of("Last day away", last, block_id="home.away_to", optional=True),
        ui.field_of(
            "Who covers",
            cover,
            block_id="home.cover",
            optional=True,
            hint="Your customers' reminders go to them meanwhile; without a cover they wait until you are back.",
        ),
    ]


def _hour_options(chosen: time) -> list[ui.Option]:
    """Return every half hour of the day, and *chosen*."""
    hours = {time(hour, minute) for hour in range(24) for minute in (0, 30)} | {chosen}
    return [ui.Option(f"{hour:%H:%M}", f"{hour:%H:%M}") for hour in sorted(hours)]


def country_options(words: str) -> Sequence[ui.Block]:
    """Return the countries whose names contain *words*, those that begin with it first, and the choice of none."""
    wanted = person_key(words)
    names = {code: person_key(name) for code, name in holiday_countries().items()}
    found = sorted((not key.startswith(wanted), key, code) for code, key in names.items() if wanted in key)
    none = ui.Option("No public holidays", NO_COUNTRY).block()
    shown = [ui.Option(holiday_countries()[code], code).block() for _, _, code in found[: MAX_COUNTRIES - 1]]
    return [*shown, none]
