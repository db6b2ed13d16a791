"""What Slack sends about follow-ups: the command, the shortcut, the buttons, the windows."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.followups.listeners.acting import ActingListeners
from bot.followups.listeners.assigning import AssigningListeners
from bot.followups.listeners.places import Places
from bot.followups.views import forms, rows


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this room puts on screen."""
    places = Places(runtime)
    assigning, acting = AssigningListeners(runtime), ActingListeners(runtime, places)
    app.command("/assign")(assigning.command)
    app.shortcut("followups.assign_message")(assigning.message)
    app.action(rows.ASSIGN)(assigning.offered)
    app.action(rows.TAKE)(assigning.take)
    app.view(forms.SAVE)(assigning.save)
    app.action(rows.PAGE_BACK)(assigning.turn)
    app.action(rows.PAGE_ON)(assigning.turn)
    app.action(rows.DONE)(acting.press)
    app.action(rows.CANT)(acting.press)
    app.action(rows.LATER)(acting.press)
    app.action(rows.MORE)(acting.press)
    app.view(forms.COMPLETED)(acting.completed)
    app.view(forms.DECLINED)(acting.declined)
    app.view(forms.MOVED)(acting.moved)
    app.view(forms.REASSIGNED)(acting.reassigned)
    app.view(forms.CANCELLED)(acting.cancelled)
