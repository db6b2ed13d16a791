"""What Slack sends about check-ins: the command, the shortcuts, the buttons, the modals."""

from slack_bolt.async_app import AsyncApp

from bot.checkins import views
from bot.checkins.listeners.acting import ActingListeners
from bot.checkins.listeners.places import Places
from bot.checkins.listeners.recording import RecordingListeners
from bot.checkins.views import form
from bot.core.feature import collect_extras
from bot.core.runtime import Runtime


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    places = Places(runtime)
    recording, acting = RecordingListeners(runtime, places), ActingListeners(runtime, places)
    app.command("/checkin")(recording.command)
    app.shortcut("checkins.record")(recording.shortcut)
    app.shortcut("checkins.log_message")(recording.log_message)
    app.action(views.START)(recording.start)
    app.action(views.LOG)(recording.log)
    app.action(views.QUEUE)(recording.see_all)
    app.action(views.PAGE_BACK)(recording.turn)
    app.action(views.PAGE_ON)(recording.turn)
    app.action({"action_id": form.OPTIONS, "block_id": form.CUSTOMER})(recording.changed)
    app.action(form.RESULT)(recording.changed)
    app.action(form.WHEN)(recording.changed)
    for extra in collect_extras(runtime.features):
        if extra.label:
            app.action(f"{form.WANT}.{extra.key}")(recording.changed)
    app.view(form.SAVE)(recording.save)
    app.action(views.MORE)(acting.more)
    app.action(views.SNOOZE)(acting.snooze)
    app.action(views.WAKE)(acting.wake)
    app.action(views.UNDO)(acting.undo)
    app.view(views.SNOOZED)(acting.snoozed)
    app.view(views.HANDED_OVER)(acting.handed_over)
