"""What happens on Home, in the preferences modal, and when Slack tells of people."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.home.listeners.actions import HomeListeners
from bot.home.listeners.publisher import HomePublisher
from bot.home.listeners.user_events import UserEvents
from bot.home.views.forms import CALLBACK, COUNTRY_MENU


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to Home, and keep the open ones up to date."""
    publisher = HomePublisher(runtime)
    runtime.on_change(publisher.changed)
    listeners, user_events = HomeListeners(runtime, publisher), UserEvents(runtime)
    app.event("app_home_opened")(listeners.opened)
    app.event("team_join")(user_events.handle)
    app.event("user_change")(user_events.handle)
    app.action("home.preferences")(listeners.ask_preferences)
    app.view(CALLBACK)(listeners.save)
    app.options(COUNTRY_MENU)(listeners.countries)
    app.action("home.back")(listeners.back)
    app.action("home.take")(listeners.take)
    for turn in ("home.team_back", "home.team_next"):
        app.action(turn)(listeners.turn)
