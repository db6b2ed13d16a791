"""Listeners of Home, of the preferences modal, and of Slack's events about people."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.home.listeners.actions import HomeListeners, ask_preferences, countries, save, update_person
from bot.home.listeners.publisher import HomePublisher
from bot.home.views.forms import CALLBACK, COUNTRY_MENU
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register the listeners, and publish open Homes again when something they show may have changed."""
    publisher = HomePublisher(runtime)
    runtime.on_change(publisher.changed)
    on, home = listen(app, runtime), HomeListeners(publisher)
    on.event("app_home_opened", home.opened)
    on.event("team_join", update_person)
    on.event("user_change", update_person)
    on.action("home.preferences", ask_preferences)
    on.view(CALLBACK, save, first_field="home.hour", prefix="home.")
    on.options(COUNTRY_MENU, countries)
    on.action("home.back", home.back)
    on.action("home.take", home.take)
    for control in ("home.team_back", "home.team_next"):
        on.action(control, home.turn)
