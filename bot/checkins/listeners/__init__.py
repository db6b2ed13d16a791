"""What Slack sends about check-ins: the command, the shortcuts, the buttons, the modals."""

from slack_bolt.async_app import AsyncApp

from bot.checkins.listeners.acting import ActingListeners
from bot.checkins.listeners.places import Places
from bot.checkins.listeners.recording import RecordingListeners
from bot.checkins.views import form, put_off, rows
from bot.core.feature import collect_extras
from bot.core.runtime import Runtime


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    places = Places(runtime)
    recording, acting = RecordingListeners(runtime, places), ActingListeners(runtime, places)
    app.command("/checkin")(recording.command)
    app.shortcut("checkins.record")(recording.shortcut)
    app.shortcut("checkins.log_message")(recording.log_message)
    app.action(rows.START)(recording.start)
    app.action(rows.LOG)(recording.log)
    app.action(rows.QUEUE)(recording.see_all)
    app.action(rows.PAGE_BACK)(recording.turn)
    app.action(rows.PAGE_ON)(recording.turn)
    app.action({"action_id": form.OPTIONS, "block_id": form.CUSTOMER})(recording.changed)
    app.action(form.RESULT)(recording.changed)
    app.action(form.WHEN)(recording.changed)
    for extra in collect_extras(runtime.features):
        if extra.label:
            app.action(f"{form.WANT}.{extra.key}")(recording.changed)
    app.view(form.SAVE)(recording.save)
    app.action(rows.MORE)(acting.more)
    app.action(rows.SNOOZE)(acting.snooze)
    app.action(rows.WAKE)(acting.wake)
    app.action(rows.UNDO)(acting.undo)
    app.view(put_off.SNOOZED)(acting.snoozed)
    app.view(put_off.HANDED_OVER)(acting.handed_over)
