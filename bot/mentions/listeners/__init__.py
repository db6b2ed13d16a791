"""Listeners of mentions: the command, the shortcut, buttons and modals; webhooks."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.mentions.listeners import acting, adding, sources
from bot.mentions.views import cards, forms
from bot.mentions.views import sources as source_views
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on, in_background = listen(app, runtime), listen(app, runtime.background)
    on.command("/mentions", adding.command)
    on.shortcut("mentions.save_message", adding.save_message)
    on.action(cards.PAGE_BACK, adding.turn)
    on.action(cards.PAGE_ON, adding.turn)
    for action_id in (cards.TAKE, cards.ANSWERED, cards.YES, cards.NO, cards.MORE):
        on.action(action_id, acting.press)
    on.action(cards.OPEN, acting.ignore)
    on.view(forms.SAVE_ANSWER, acting.save_answer, first_field=forms.WORDS, fields=forms.FIELD_OF)
    on.view(forms.SAVE_CUSTOMER, acting.save_customer, first_field=forms.WHOM, fields=forms.FIELD_OF)
    on.view(forms.SAVE, adding.save_setup, first_field=forms.BLOCK_OF["names"], fields=forms.BLOCK_OF)
    on.action(forms.GO_BACK, adding.go_back)
    on.action(forms.LEARN_AGAIN, adding.learn_again)
    in_background.view(forms.SEND, adding.receive_file)
    in_background.view(forms.CONFIRM, adding.import_list)
    on.action(source_views.ADD, sources.add)
    on.action(source_views.KIND, sources.change_kind)
    on.action(source_views.SAVE_ANYWAY, sources.save_anyway)
    on.action(source_views.MORE, sources.choose)
    on.action(source_views.PAGE_BACK, sources.turn)
    on.action(source_views.PAGE_ON, sources.turn)
    fields = source_views.BLOCK_OF
    on.view(source_views.PREVIEW, sources.preview, first_field=source_views.KIND, fields=fields)
    on.view(source_views.SAVE, sources.save)
    on.view(source_views.EDITED, sources.preview_edit, first_field=fields["channel"], fields=fields)
    on.view(source_views.CHANGE, sources.save_edit)
    on.view(source_views.REMOVED, sources.remove)
