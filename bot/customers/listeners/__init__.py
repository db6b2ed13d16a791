"""What Slack sends about customers: the command, the buttons, the windows."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.customers import views
from bot.customers.listeners.editing import EditingListeners
from bot.customers.listeners.erasing import ErasingListeners
from bot.customers.listeners.importing import ImportingListeners
from bot.customers.listeners.looking import LookingListeners
from bot.customers.views import card, forms, imports


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    importing = ImportingListeners(runtime)
    editing = EditingListeners(runtime)
    erasing = ErasingListeners(runtime)
    looking = LookingListeners(runtime, editing, importing)
    app.command("/customers")(looking.command)
    app.options(views.OPTIONS)(looking.options)
    app.action({"action_id": views.OPTIONS, "block_id": forms.PARENT})(looking.nothing)
    app.action(views.CARD)(looking.card)
    app.action(views.TAKE)(looking.take)
    app.action(views.NEXT_PAGE)(looking.turn)
    app.action(views.PAGE_BACK)(looking.turn)
    app.action(views.ADD)(editing.add)
    app.action(views.EDIT)(editing.edit)
    app.action(views.STATUS)(editing.status)
    app.action(views.HAND_OVER)(editing.hand_over)
    app.view(forms.SAVE_NEW)(editing.save_new)
    app.view(forms.SAVE_EDIT)(editing.save_edit)
    app.view(forms.SAVE_STATUS)(editing.save_status)
    app.view(forms.SAVE_OWNER)(editing.save_owner)
    app.action(card.MORE)(erasing.more)
    app.view(card.ERASE_VIEW)(erasing.erase)
    app.action(views.IMPORT)(importing.start)
    app.action(imports.COLUMNS)(importing.columns)
    app.action(views.UNDO)(importing.undo)
    app.view(imports.SEND)(importing.sent)
    app.view(imports.MAPPED)(importing.mapped)
    app.view(imports.CONFIRM)(importing.confirmed)
