"""What people type and press around digests."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.digests.listeners.kinds import KindListeners
from bot.digests.listeners.lists import ListListeners
from bot.digests.listeners.setup import SetupListeners
from bot.digests.views import ids


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to /neglected, /evenhand, and every control that this feature puts on screen."""
    lists, kinds = ListListeners(runtime), KindListeners(runtime)
    setup = SetupListeners(runtime, kinds)
    app.command("/neglected")(lists.neglected)
    app.action(ids.POOL)(lists.open_pool)
    for turning in (ids.BACK, ids.NEXT, ids.MINE, ids.TEAM):
        app.action(turning)(lists.turn)
    app.action(ids.TAKE)(lists.take)
    app.command("/evenhand")(setup.evenhand)
    app.action(ids.SETUP)(setup.open)
    app.view(ids.SETUP)(setup.save)
    app.action(ids.ARRANGE)(kinds.open)
    app.view(ids.ARRANGE)(kinds.save)
    app.action(ids.TEST)(kinds.test)
    app.options(ids.ZONES)(setup.zones)
