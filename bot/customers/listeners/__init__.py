"""Listeners of customers: the command, the buttons and the modals."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.customers import views
from bot.customers.listeners import editing, erasing, importing, looking
from bot.customers.views import card, forms, imports
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on, in_background = listen(app, runtime), listen(app, runtime.background)
    on.command("/customers", looking.command, suggest=views.choose)
    on.options(views.OPTIONS, looking.options)
    on.action({"action_id": views.OPTIONS, "block_id": forms.PARENT}, looking.ignore)
    on.action(views.CARD, looking.card)
    on.action(views.TAKE, looking.take)
    on.action(views.NEXT_PAGE, looking.turn)
    on.action(views.PAGE_BACK, looking.turn)
    on.action(views.ADD, editing.ask_new)
    on.action(views.EDIT, editing.ask_edit)
    on.action(views.STATUS, editing.ask_status)
    on.action(views.HAND_OVER, editing.ask_owner)
    on.view(forms.SAVE_NEW, editing.add, first_field=forms.NAME, fields=forms.FIELD_BLOCKS)
    on.view(forms.SAVE_EDIT, editing.edit, first_field=forms.NAME, fields=forms.FIELD_BLOCKS)
    on.view(forms.SAVE_STATUS, editing.change_status, first_field=forms.STATUS, fields=forms.FIELD_BLOCKS)
    on.view(forms.SAVE_OWNER, editing.change_owner, first_field=forms.TO, fields=forms.FIELD_BLOCKS)
    on.action(card.MORE, erasing.choose)
    on.view(card.ERASE_VIEW, erasing.erase, first_field=card.ERASE_NAME, fields={"name": card.ERASE_NAME})
    in_background.action(views.IMPORT, importing.ask_for_file)
    in_background.action(imports.COLUMNS, importing.ask_columns)
    in_background.action(views.UNDO, importing.undo)
    in_background.view(imports.SEND, importing.receive_file)
    in_background.view(imports.MAPPED, importing.map_columns)
    in_background.view(imports.CONFIRM, importing.import_list)
