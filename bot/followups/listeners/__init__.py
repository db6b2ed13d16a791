"""What Slack sends about follow-ups: the command, the shortcut, the buttons, the windows."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.followups.listeners.acting import WINDOWS, ActingListeners
from bot.followups.listeners.assigning import AssigningListeners
from bot.followups.listeners.places import Memory, draw
from bot.followups.views import forms, rows
from bot.slack.places import Places
from bot.workspaces.listeners import Windows


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Listen to everything that this feature puts on screen."""
    places = Places[Memory](partial(draw, runtime))
    assigning, acting = AssigningListeners(runtime), ActingListeners(runtime, places)
    windows = Windows(runtime, places, Memory, WINDOWS, about="followup_id", fields=forms.FIELD_OF)
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
    app.view(forms.COMPLETED)(windows.save)
    app.view(forms.DECLINED)(windows.save)
    app.view(forms.MOVED)(windows.save)
    app.view(forms.REASSIGNED)(windows.save)
    app.view(forms.CANCELLED)(windows.save)
