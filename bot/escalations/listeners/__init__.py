"""What Slack sends about escalations: the command, the shortcut, the buttons, the windows."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.escalations.listeners.acting import ActingListeners
from bot.escalations.listeners.places import Places
from bot.escalations.listeners.raising import RaisingListeners
from bot.escalations.listeners.setup import SetupListeners
from bot.escalations.views import forms, rows


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this room puts on screen."""
    setup, acting = SetupListeners(runtime), ActingListeners(runtime, Places(runtime))
    raising = RaisingListeners(runtime, setup)
    app.command("/escalate")(raising.command)
    app.shortcut("escalations.escalate_message")(raising.message)
    app.action(rows.ESCALATE)(raising.offered)
    app.view(forms.SAVE)(raising.save)
    app.action(rows.PAGE_BACK)(raising.turn)
    app.action(rows.PAGE_ON)(raising.turn)
    app.action(rows.ANSWER)(acting.press)
    app.action(rows.FIX)(acting.press)
    app.action(rows.MORE)(acting.press)
    app.view(forms.ANSWERED)(acting.answered)
    app.view(forms.FIXED)(acting.fixed)
    app.view(forms.GIVEN)(acting.given)
    app.view(forms.WITHDRAWN)(acting.withdrawn)
    app.view(forms.SET_UP)(setup.save)
