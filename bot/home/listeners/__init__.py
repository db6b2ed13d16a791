"""Listeners of Home, of the preferences modal, and of Slack's events about people."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import time

from slack_bolt.async_app import AsyncApp

from bot.core.errors import NotFound
from bot.core.runtime import Runtime
from bot.customers.usecases import hand_over
from bot.home.listeners.publisher import HomePublisher
from bot.home.usecases import end_absence, save_preferences, sync_people_and_customers
from bot.home.views.forms import CALLBACK, COUNTRY_MENU, NO_COUNTRY, country_options, preferences
from bot.people.gateways import person_from
from bot.people.queries import get_preferences
from bot.people.rules import Mute
from bot.people.schemas import PreferencesInput
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.payloads import Form, uuid_in
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register the listeners, and publish open Homes again when something they show may have changed."""
    publisher = HomePublisher(runtime)
    runtime.on_change(publisher.changed)
    on, home = listen(app, runtime), HomeListeners(publisher)
    on.event("app_home_opened", home.open_home)
    on.event("team_join", update_person)
    on.event("user_change", update_person)
    on.action("home.preferences", open_preferences)
    on.view(CALLBACK, save_preferences_modal, first_field="home.hour", prefix="home.")
    on.options(COUNTRY_MENU, suggest_countries)
    on.action("home.back", home.end_absence_early)
    on.action("home.take", home.take_customer)
    for control in ("home.team_back", "home.team_next"):
        on.action(control, home.turn_page)


class HomeListeners:
    """Listeners of the Home tab, which *publisher* publishes."""

    def __init__(self, publisher: HomePublisher) -> None:
        self._publisher = publisher

    async def open_home(self, caller: Caller) -> None:
        """Publish the Home tab that was opened."""
        if caller.body["event"].get("tab", "home") == "home":
            await self._publish(caller)

    async def turn_page(self, caller: Caller) -> None:
        """Publish Home with another page of the team's coverage."""
        value = caller.value
        await self._publish(caller, int(value) if value.isdecimal() and len(value) < 10 else 0)  # noqa: PLR2004 - beyond any team

    async def end_absence_early(self, caller: Caller) -> None:
        """End the person's absence today; the change publishes Home again."""
        async with self._redraw_on_error(caller):
            await caller.run(end_absence)

    async def take_customer(self, caller: Caller) -> None:
        """Take a customer from the pool; the change publishes Home again."""
        async with self._redraw_on_error(caller):
            customer_id = uuid_in(caller.value)
            if customer_id is None:
                raise NotFound("That customer isn't here any more; look it up with /customers.")
            await caller.run(hand_over, customer_id=customer_id, to=caller.person)

    async def _publish(self, caller: Caller, team_offset: int = 0) -> None:
        await self._publisher.open(caller.workspace, caller.person, caller.client, team_offset=team_offset)

    @asynccontextmanager
    async def _redraw_on_error(self, caller: Caller) -> AsyncIterator[None]:
        """Explain an error in a modal, then publish Home as it is now."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the last line before silence
            await caller.explain(error)
            await self._publish(caller)


async def open_preferences(caller: Caller) -> None:
    """Open the preferences modal with the current values."""
    found = await caller.runtime.read(get_preferences, workspace=caller.workspace, person_id=caller.person)
    await caller.open(preferences(found))


async def save_preferences_modal(caller: Caller) -> None:
    """Save the preferences."""
    await caller.run(save_preferences, preferences=preferences_in(caller.form))


async def suggest_countries(caller: Caller) -> Iterable[Block]:
    """Return the countries that match the typed text."""
    return country_options(caller.typed)


async def update_person(caller: Caller) -> None:
    """Store a person as `team_join` or `user_change` describes them, once for each event."""
    await caller.runtime.run(
        sync_people_and_customers,
        workspace=caller.workspace,
        people=[person_from(caller.body["event"]["user"])],
        complete=False,
        event_id=str(caller.body.get("event_id") or ""),
    )


def preferences_in(form: Form) -> PreferencesInput:
    """Return the preferences in a submitted modal."""
    country = form.choice("home.country")
    return PreferencesInput(
        hour=time.fromisoformat(form.choice("home.hour") or "09:00"),
        working_days="".join(sorted(form.choices("home.working_days"))),
        country=None if country in (None, NO_COUNTRY) else country,
        mutes=tuple(Mute(mute) for mute in form.choices("home.mutes")),
        away_from=form.day("home.away_from"),
        away_to=form.day("home.away_to"),
        cover_id=form.person("home.cover"),
    )
