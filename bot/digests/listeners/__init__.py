"""Listeners of digests: `/neglected`, `/evenhand`, the buttons and the forms."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.digests.listeners import lists, setup
from bot.digests.views import ids
from bot.digests.views.setup import block_of
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    on.command("/neglected", lists.neglected)
    on.action(ids.POOL, lists.open_pool)
    for control in (ids.BACK, ids.NEXT, ids.MINE, ids.TEAM):
        on.action(control, lists.turn)
    on.action(ids.TAKE, lists.take)
    on.command("/evenhand", setup.evenhand)
    on.action(ids.SETUP, setup.open_setup, title=setup.TITLE)
    on.view(ids.SETUP, setup.save, first_field=block_of("cadence"), prefix=block_of(""))
    on.action(ids.ARRANGE, setup.open_kind, title=setup.KIND_TITLE)
    on.view(ids.ARRANGE, setup.save_kind, first_field=block_of("channel"), prefix=block_of(""))
    on.action(ids.TEST, setup.post_test, title="Test")
    on.options(ids.ZONES, setup.zones)
