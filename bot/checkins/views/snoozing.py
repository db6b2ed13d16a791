"""The form for a snooze, which offers what is allowed and says once why no more is."""

from bot.checkins.rules import Preset
from bot.checkins.schemas import SnoozeForm
from bot.checkins.views import NAME, SNOOZED, asleep, waited_in_words
from bot.customers.rules.due import SnoozeReason, Standing
from bot.slack import blocks as ui

HOW_LONG, UNTIL, REASON, NOTE = "checkins.how_long", "checkins.until", "checkins.reason", "checkins.why"
FIELDS = {"until": UNTIL, "preset": HOW_LONG}
LENGTHS = {Preset.WEEK: "1 week", Preset.TWO_WEEKS: "2 weeks"}


def snooze_form(schema: SnoozeForm, *, state: str, reason: SnoozeReason | None = None) -> ui.Block:
    """Draw the modal: first why, then, once a *reason* is chosen, for how long; nothing is chosen beforehand."""
    customer = schema.customer
    is_asleep = customer.standing is Standing.SNOOZED
    standing = f"snoozed {asleep(customer)}" if is_asleep else waited_in_words(customer)
    blocks = [
        ui.section(f"{ui.bold(ui.cut(customer.name, NAME))} · {standing}"),
        ui.section(_limit(schema)),
        ui.field_of("Why", ui.radio(REASON, _reasons(schema)), block_id=REASON, dispatch=True),
        *(_how_long(schema, reason) if reason else ()),
        ui.field_of("Note", ui.text_input(NOTE, max_length=300), block_id=NOTE, optional=True),
    ]
    return ui.modal("Snooze", blocks, callback_id=SNOOZED, submit="Snooze", state=state)


def _reasons(schema: SnoozeForm) -> list[ui.Option]:
    ours = ui.Option("Our choice", SnoozeReason.DEFERRED.value, f"until {_last_day(schema)} at the latest")
    theirs = ui.Option("They asked", SnoozeReason.CUSTOMER_ASKED.value, "they are left alone until then")
    return [theirs, ours] if schema.may_defer else [theirs]


def _how_long(schema: SnoozeForm, reason: SnoozeReason) -> list[ui.Block]:
    """Return the fields for the length: the weeks that are allowed, with their days, and any other day."""
    lengths = [
        ui.Option(f"{LENGTHS[preset]}, until {ui.short_date(day)}", preset.value)
        for preset, day in schema.ends.items()
        if reason is SnoozeReason.CUSTOMER_ASKED or day <= schema.customer.neglected_after
    ]
    until = ui.date_picker(UNTIL)
    hint = "" if reason is SnoozeReason.CUSTOMER_ASKED else f"{_last_day(schema)} at the latest."
    if not lengths:
        return [ui.field_of("Until", until, block_id=UNTIL, hint=hint)]
    lengths.append(ui.Option("Until the day below", Preset.DATE.value))
    return [
        ui.field_of("For how long", ui.radio(HOW_LONG, lengths), block_id=HOW_LONG),
        ui.field_of("Until", until, block_id=UNTIL, optional=True, hint=hint),
    ]


def _limit(schema: SnoozeForm) -> str:
    if not schema.may_defer:
        return "It has waited too long for us to snooze it; say until when they asked to be left alone."
    return (
        f"By our own choice it can wait until {_last_day(schema)}, before it counts as neglected; longer if they asked."
    )


def _last_day(schema: SnoozeForm) -> str:
    return ui.short_date(schema.customer.neglected_after, today=schema.customer.today)
