"""Declares the check-ins feature: the queue, reminders, outcomes, snoozes."""

from bot.checkins import listeners
from bot.checkins.queries import history
from bot.checkins.schemas import NudgeDue, ReminderDue
from bot.checkins.usecases import recording
from bot.checkins.usecases.nudging import refresh_nudge
from bot.checkins.views import nudging
from bot.checkins.views.reminder import reminder
from bot.core.feature import Feature, Offer

FEATURE = Feature(
    name="checkins",
    registers_first=True,
    register=listeners.register,
    views={ReminderDue: reminder, NudgeDue: nudging.nudge},
    refresh={NudgeDue: refresh_nudge},
    brief=history.brief,
    timeline=history.timeline,
    setbacks=history.setbacks,
    offers=(
        Offer("Check-in", "checkins.log", lambda subject: subject.kind == "customer"),
        Offer("Snooze", "checkins.snooze", lambda subject: subject.kind == "customer", open=listeners.open_snooze),
    ),
    erase=recording.erase,
    export=history.export,
    check=history.check,
    suspects=history.list_suspects,
)
