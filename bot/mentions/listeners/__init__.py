"""Listeners for the command, the shortcut, buttons and windows of mentions; webhooks."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.mentions.listeners.acting import ActingListeners, Memory, draw
from bot.mentions.listeners.adding import AddingListeners, ImportingListeners, SetupListeners
from bot.mentions.listeners.sources import SourceListeners
from bot.mentions.views import cards, forms, sources
from bot.slack.places import Places


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register the listeners of this feature."""
    acting = ActingListeners(runtime, Places[Memory](partial(draw, runtime)))
    where, ours = SourceListeners(runtime), SetupListeners(runtime)
    bringing = ImportingListeners(runtime)
    adding = AddingListeners(runtime, where, ours, bringing)
    app.command("/mentions")(adding.command)
    app.shortcut("mentions.save_message")(adding.message)
    app.action(cards.PAGE_BACK)(adding.turn)
    app.action(cards.PAGE_ON)(adding.turn)
    for pressed in (cards.TAKE, cards.ANSWERED, cards.YES, cards.NO, cards.MORE):
        app.action(pressed)(acting.press)
    app.action(cards.OPEN)(acting.opened)
    app.view(forms.SAVE_ANSWER)(acting.answered)
    app.view(forms.SAVE_CUSTOMER)(acting.chosen)
    app.view(forms.SAVE)(ours.save)
    app.view(forms.SEND)(bringing.sent)
    app.view(forms.CONFIRM)(bringing.confirmed)
    app.action(sources.ADD)(where.add)
    app.action(sources.KIND)(where.kind_chosen)
    app.action(sources.MORE)(where.choose)
    app.action(sources.PAGE_BACK)(where.turn)
    app.action(sources.PAGE_ON)(where.turn)
    app.view(sources.PREVIEW)(where.preview)
    app.view(sources.SAVE)(where.save)
    app.view(sources.EDITED)(where.preview_edit)
    app.view(sources.CHANGE)(where.save_edit)
    app.view(sources.REMOVED)(where.removed)
