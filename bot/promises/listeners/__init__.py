"""What Slack sends about promises: the command, the shortcut, the buttons, the windows."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.promises.listeners.acting import ActingListeners
from bot.promises.listeners.places import Places
from bot.promises.listeners.recording import RecordingListeners
from bot.promises.views import forms, rows


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this room puts on screen."""
    places = Places(runtime)
    recording, acting = RecordingListeners(runtime), ActingListeners(runtime, places)
    app.command("/promise")(recording.command)
    app.shortcut("promises.promise_message")(recording.message)
    app.action(rows.PROMISE)(recording.offered)
    app.action({"action_id": forms.OPTIONS, "block_id": forms.CUSTOMER})(recording.changed)
    app.view(forms.SAVE)(recording.save)
    app.action(rows.PAGE_BACK)(recording.turn)
    app.action(rows.PAGE_ON)(recording.turn)
    app.action(rows.KEPT)(acting.press)
    app.action(rows.MORE)(acting.press)
    app.view(forms.MOVED)(acting.moved)
    app.view(forms.WITHDRAWN)(acting.withdrawn)
