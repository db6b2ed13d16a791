"""The small modals: snooze, hand over, and the one that says what was done."""

from datetime import timedelta

from bot.checkins.rules import Preset
from bot.checkins.schemas import ActionDone
from bot.checkins.views.rows import NAME, asleep, done, waited_in_words
from bot.customers.rules.due import SnoozeReason, Standing
from bot.customers.schemas import CustomerSchema
from bot.slack import blocks as ui

SNOOZED, HANDED_OVER, DONE = "checkins.snoozed", "checkins.handed_over", "checkins.done"
HOW_LONG, UNTIL, REASON, NOTE = "checkins.how_long", "checkins.until", "checkins.reason", "checkins.why"
TO, WORDS = "checkins.to", "checkins.words"
SNOOZE_FIELDS = {"until": UNTIL, "preset": HOW_LONG}
HAND_OVER_FIELDS = {"to": TO}

PRESETS = (
    ui.Option("1 week", Preset.WEEK.value),
    ui.Option("2 weeks", Preset.TWO_WEEKS.value),
    ui.Option("Until the day below", Preset.DATE.value),
)
REASONS = (
    ui.Option("They asked", SnoozeReason.CUSTOMER_ASKED.value, "they are left alone until then"),
    ui.Option("We put it off", SnoozeReason.DEFERRED.value, "never past the day they count as neglected"),
)


def snooze_form(
    schema: CustomerSchema, *, state: str, preset: Preset = Preset.WEEK, refused: str = "", asked: bool = False
) -> ui.Block:
    """Until when, and why; *refused* says why the short way didn't work."""
    why = SnoozeReason.CUSTOMER_ASKED if asked else SnoozeReason.DEFERRED
    blocks = [
        ui.section(f"{ui.bold(ui.cut(schema.name, NAME))} · {_standing(schema)}"),
        *([ui.section(ui.escape(refused))] if refused else []),
        ui.field_of("For how long", ui.radio(HOW_LONG, PRESETS, initial=preset.value), block_id=HOW_LONG),
        ui.field_of(
            "Until", ui.date_picker(UNTIL, initial=schema.today + timedelta(weeks=1)), block_id=UNTIL, optional=True
        ),
        ui.field_of("Why", ui.radio(REASON, REASONS, initial=why.value), block_id=REASON),
        ui.field_of("Note", ui.text_input(NOTE, max_length=300), block_id=NOTE, optional=True),
        ui.section(_latest(schema)),
    ]
    return ui.modal("Snooze", blocks, callback_id=SNOOZED, submit="Snooze", state=state)


def hand_over_form(schema: CustomerSchema, *, state: str) -> ui.Block:
    """To whom, with a note for them."""
    blocks = [
        ui.section(f"{ui.bold(ui.cut(schema.name, NAME))} · {_standing(schema)}"),
        ui.field_of("Who looks after them from now on", ui.person_select(TO), block_id=TO),
        ui.field_of(
            "Note for them", ui.text_input(WORDS, multiline=True, max_length=300), block_id=WORDS, optional=True
        ),
    ]
    return ui.modal("Hand over", blocks, callback_id=HANDED_OVER, submit="Hand over", state=state)


def done_form(schema: ActionDone, *, state: str) -> ui.Block:
    """What was done, with *Undo*, where no message could change in place."""
    title = "Undone" if schema.undone else "Saved"
    return ui.modal(title, list(done(schema).blocks), callback_id=DONE, close="Close", state=state)


def _standing(schema: CustomerSchema) -> str:
    return f"put off {asleep(schema)}" if schema.standing is Standing.SNOOZED else waited_in_words(schema)


def _latest(schema: CustomerSchema) -> str:
    if schema.neglected_after <= schema.today:
        return "They have waited too long for us to put it off; only their own wish counts now."
    latest = ui.short_date(schema.neglected_after, today=schema.today)
    return f"Without their asking, {latest} is the last day: after that they count as neglected."
