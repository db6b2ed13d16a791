"""What Slack sends about escalations: the command, the shortcut, the buttons, the windows."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.escalations.listeners.acting import WINDOWS, ActingListeners
from bot.escalations.listeners.places import Memory, draw
from bot.escalations.listeners.raising import RaisingListeners
from bot.escalations.listeners.setup import SetupListeners
from bot.escalations.views import forms, rows
from bot.slack.places import Places
from bot.workspaces.listeners import Windows


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    places, setup = Places[Memory](partial(draw, runtime)), SetupListeners(runtime)
    raising, acting = RaisingListeners(runtime, setup), ActingListeners(runtime, places)
    windows = Windows(runtime, places, Memory, WINDOWS, about="escalation_id", fields=forms.FIELD_OF)
    app.command("/escalate")(raising.command)
    app.shortcut("escalations.escalate_message")(raising.message)
    app.action(rows.ESCALATE)(raising.offered)
    app.view(forms.SAVE)(raising.save)
    app.action(rows.PAGE_BACK)(raising.turn)
    app.action(rows.PAGE_ON)(raising.turn)
    app.action(rows.ANSWER)(acting.press)
    app.action(rows.FIX)(acting.press)
    app.action(rows.MORE)(acting.press)
    app.view(forms.ANSWERED)(windows.save)
    app.view(forms.FIXED)(windows.save)
    app.view(forms.GIVEN)(windows.save)
    app.view(forms.WITHDRAWN)(windows.save)
    app.view(forms.SET_UP)(setup.save)
