"""What Slack sends about promises: the command, the shortcut, the buttons, the windows."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.promises.listeners.acting import WINDOWS, ActingListeners
from bot.promises.listeners.places import Memory, draw
from bot.promises.listeners.recording import RecordingListeners
from bot.promises.views import forms, rows
from bot.slack.places import Places
from bot.workspaces.listeners import Windows


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    places = Places[Memory](partial(draw, runtime))
    recording, acting = RecordingListeners(runtime), ActingListeners(runtime, places)
    windows = Windows(runtime, places, Memory, WINDOWS, about="promise_id", fields=forms.FIELD_OF)
    app.command("/promise")(recording.command)
    app.shortcut("promises.promise_message")(recording.message)
    app.action(rows.PROMISE)(recording.offered)
    app.action({"action_id": forms.OPTIONS, "block_id": forms.CUSTOMER})(recording.changed)
    app.view(forms.SAVE)(recording.save)
    app.action(rows.PAGE_BACK)(recording.turn)
    app.action(rows.PAGE_ON)(recording.turn)
    app.action(rows.KEPT)(acting.press)
    app.action(rows.MORE)(acting.press)
    app.view(forms.MOVED)(windows.save)
    app.view(forms.WITHDRAWN)(windows.save)
