"""Listeners of check-ins: the command, the shortcuts, the buttons and the modals."""

from slack_bolt.async_app import AsyncApp

from bot.checkins import views
from bot.checkins.listeners import acting, recording
from bot.checkins.views import form
from bot.core.feature import collect_extras
from bot.core.runtime import Runtime
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    on.command("/checkin", recording.command)
    on.shortcut("checkins.record", recording.start_anywhere)
    on.shortcut("checkins.log_message", recording.log_message)
    on.action(views.START, recording.start)
    on.action(views.LOG, recording.log)
    on.action(views.QUEUE, recording.see_all)
    on.action(views.PAGE_BACK, recording.turn)
    on.action(views.PAGE_ON, recording.turn)
    on.action({"action_id": form.OPTIONS, "block_id": form.CUSTOMER}, recording.change)
    on.action(form.RESULT, recording.change)
    on.action(form.WHEN, recording.change)
    for extra in collect_extras(runtime.features):
        if extra.label:
            on.action(f"{form.WANT}.{extra.key}", recording.change)
    on.view(form.SAVE, recording.save, first_field=form.CUSTOMER, fields=form.FIELD_OF)
    on.action(views.MORE, acting.choose)
    on.action(views.SNOOZE, acting.ask_snooze)
    on.action(views.WAKE, acting.wake)
    on.action(views.UNDO, acting.undo)
    on.view(views.SNOOZED, acting.snooze, first_field=views.REASON, fields=views.SNOOZE_FIELDS)
    on.view(views.HANDED_OVER, acting.hand_over, first_field=views.TO, fields=views.HAND_OVER_FIELDS)
