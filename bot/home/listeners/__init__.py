"""What happens on Home, in the preferences modal, and when Slack tells of people."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.home.listeners.acts import HomeActs
from bot.home.listeners.comings import Comings
from bot.home.listeners.keeper import Keeper
from bot.home.views.forms import CALLBACK, COUNTRY_MENU


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to Home, and keep the open ones up to date."""
    keeper = Keeper(runtime)
    runtime.on_change(keeper.changed)
    acts, comings = HomeActs(runtime, keeper), Comings(runtime)
    app.event("app_home_opened")(acts.opened)
    app.event("team_join")(comings.told)
    app.event("user_change")(comings.told)
    app.action("home.preferences")(acts.ask_preferences)
    app.view(CALLBACK)(acts.save)
    app.options(COUNTRY_MENU)(acts.countries)
    app.action("home.back")(acts.back)
    app.action("home.take")(acts.take)
    for turn in ("home.team_back", "home.team_next"):
        app.action(turn)(acts.turn)
