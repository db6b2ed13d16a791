"""The windows: escalate, answered, fixed, somebody else, by mistake, setup; and the fields in the check-in form."""

from bot.commitments import views as shared
from bot.commitments.schemas import ParsedCommand
from bot.commitments.views import SAID, customer_name
from bot.escalations.rules import (
    CAUSE_WORDS,
    HOLDS,
    MOST_ASKS,
    NOTE,
    RAISED_SEVERITY,
    RAISED_WHAT,
    REASON,
    WHAT,
    Cause,
    Severity,
)
from bot.escalations.schemas import EscalationSchema, Waiting, Wishes
from bot.escalations.views import status
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Option

SAVE, ANSWERED, FIXED = "escalations.save", "escalations.answered", "escalations.fixed"
GIVEN, WITHDRAWN, SET_UP = "escalations.given", "escalations.withdrawn", "escalations.set_up"
CUSTOMER, WORDS, SEVERITY = "escalations.customer", "escalations.words", "escalations.severity"
WHO, SAID_FIELD, CHECKIN, HOW = "escalations.who", "escalations.said", "escalations.checkin", "escalations.how"
CAUSE, CAUSE_SAID, AVOIDABLE = "escalations.cause", "escalations.cause_words", "escalations.avoidable"
ASKS, CHANGE, CHANGE_BY = "escalations.asks", "escalations.change", "escalations.change_by"
CHANGE_ON, TO, WHY, CHANNEL = "escalations.change_on", "escalations.to", "escalations.why", "escalations.channel"
CLOCKS = {one: f"escalations.clock_{one.value}" for one in Severity}
FIELD_OF = {
    "what": WORDS, "customer": CUSTOMER, "severity": SEVERITY, "on_it": WHO, "said": SAID_FIELD, "cause": CAUSE,
    "words": CAUSE_SAID, "avoidable": AVOIDABLE, "asks": ASKS, "change": CHANGE, "change_by": CHANGE_BY,
    "change_on": CHANGE_ON, "to": TO, "reason": WHY, "channel": CHANNEL,
    **{one.value: block for one, block in CLOCKS.items()},
}  # fmt: skip
YES, NO, UNASKED = "yes", "no", "unasked"

SEVERITIES = tuple(
    Option(text, one.value)
    for one, text in (
        (Severity.STOPS, "It stops their work"),
        (Severity.HURTS, "It hurts their work"),
        (Severity.ANNOYS, "It is a nuisance"),
    )
)
CAUSES = tuple(Option(cause.words.capitalize(), cause.value) for cause in Cause)
AVOIDABLES = (Option("Yes, we could have avoided it", YES), Option("No, we couldn't", NO))
ANSWERS = (Option("Yes, it holds", YES), Option("No, it is still wrong", NO), Option("Didn't ask", UNASKED))
RESULTS = (shared.TALKED, shared.THEY_CONTACTED_US)


def raise_form(parsed: ParsedCommand, *, state: str) -> Block:
    """Return the form: which customer, what happened, how bad, who is on it; what couldn't be told is asked on top."""
    words = ui.text_input(WORDS, initial=parsed.what, multiline=True, max_length=WHAT)
    who = ui.person_select(WHO, initial=parsed.assignee_id)
    hint = "Empty: whoever looks after the customer, else you."
    blocks = [
        *shared.asked(parsed),
        shared.customer_field(parsed, CUSTOMER),
        ui.field_of("What happened", words, block_id=WORDS),
        ui.field_of("How bad is it", ui.radio(SEVERITY, SEVERITIES), block_id=SEVERITY),
        ui.field_of("Who is on it", who, block_id=WHO, optional=True, hint=hint),
    ]
    return ui.modal("Record a problem", blocks, callback_id=SAVE, submit="Save", state=state)


def answer_form(schema: EscalationSchema, *, state: str) -> Block:
    """Ask what the customer was told; a check-in may be kept with it."""
    said = ui.text_input(SAID_FIELD, multiline=True, max_length=NOTE)
    blocks = [
        _about(schema),
        ui.field_of("What you told them", said, block_id=SAID_FIELD, optional=True),
        *shared.checkin_fields(RESULTS, result_id=CHECKIN, channel_id=HOW),
    ]
    return ui.modal("Answered", blocks, callback_id=ANSWERED, submit="Save", state=state)


def fix_form(schema: EscalationSchema, *, state: str) -> Block:
    """Ask why it happened, and what changes so that it doesn't happen again."""
    later = "It becomes a follow-up. If it couldn't be avoided, this may stay empty."
    change = ui.text_input(CHANGE, max_length=REASON)
    blocks = [
        _about(schema),
        ui.field_of("Root cause", ui.select(CAUSE, CAUSES, placeholder="What was behind it"), block_id=CAUSE),
        ui.field_of("In words", ui.text_input(CAUSE_SAID, max_length=CAUSE_WORDS), block_id=CAUSE_SAID, optional=True),
        ui.field_of("Could it have been avoided", ui.radio(AVOIDABLE, AVOIDABLES), block_id=AVOIDABLE),
        ui.field_of(
            "How often they had to ask", ui.number_input(ASKS, initial=1, lowest=0, highest=MOST_ASKS), block_id=ASKS
        ),
        ui.field_of(
            "What changes, so that it doesn't happen again", change, block_id=CHANGE, optional=True, hint=later
        ),
        ui.field_of(
            "Who sees to that", ui.person_select(CHANGE_BY), block_id=CHANGE_BY, optional=True, hint="Empty: you."
        ),
        ui.field_of("By when", ui.date_picker(CHANGE_ON), block_id=CHANGE_ON, optional=True),
        ui.context("It is closed for good once the customer says, in a later check-in, that the fix holds."),
    ]
    return ui.modal("Fixed", blocks, callback_id=FIXED, submit="Save", state=state)


def give_form(schema: EscalationSchema, *, state: str) -> Block:
    """Ask who is on it from now on."""
    hint = "The time that is left runs on in their own working hours."
    blocks = [_about(schema), ui.field_of("Who is on it", ui.person_select(TO), block_id=TO, hint=hint)]
    return ui.modal("Give to somebody else", blocks, callback_id=GIVEN, submit="Give", state=state)


def withdraw_form(schema: EscalationSchema, *, state: str) -> Block:
    """Ask why it was a mistake."""
    blocks = [_about(schema), ui.field_of("Why", ui.text_input(WHY, max_length=REASON), block_id=WHY)]
    return ui.modal("Raised by mistake", blocks, callback_id=WITHDRAWN, submit="Close it", close="Keep it", state=state)


def setup_form(schema: Wishes) -> Block:
    """Ask how fast customers are answered, and where escalations are posted."""
    clocks = [
        ui.field_of(
            option.text,
            ui.text_input(CLOCKS[one], initial=getattr(schema, one.value), max_length=30),
            block_id=CLOCKS[one],
        )
        for one, option in zip(Severity, SEVERITIES, strict=True)
    ]
    channel = ui.channel_select(CHANNEL, initial=schema.channel_id)
    blocks = [
        ui.section("*A first answer within* · working hours or days of who is on it"),
        *clocks,
        ui.divider(),
        ui.field_of("Channel for problems", channel, block_id=CHANNEL, optional=True, hint="Empty: people alone."),
    ]
    return ui.modal("Problems", blocks, callback_id=SET_UP, submit="Save")


def setup_saved(schema: Wishes) -> Block:
    """Return what is so from now on."""
    where = (
        f"New ones are posted to {ui.channel_link(schema.channel_id)}." if schema.channel_id else "No channel is told."
    )
    words = f"Saved. A first answer within {schema.stops}, {schema.hurts} or {schema.annoys} of work. {where}"
    return ui.modal("Problems", [ui.section(words)], callback_id="told", close="Close")


def raised_fields(_about: object) -> list[Block]:
    """Return the fields of *Something went wrong…*: how bad, and what."""
    severity = ui.select(RAISED_SEVERITY, SEVERITIES, placeholder="How bad is it")
    words = ui.text_input(RAISED_WHAT, multiline=True, max_length=WHAT)
    return [
        ui.field_of(
            "What went wrong",
            words,
            block_id=RAISED_WHAT,
            optional=True,
            hint="It becomes a problem with a time to answer.",
        ),
        ui.field_of("How bad is it", severity, block_id=RAISED_SEVERITY, optional=True),
    ]


def holds_fields(schema: Waiting | None) -> list[Block]:
    """Return *Does the fix hold?*, for each fix that waits for the customer's word."""
    return [_holds_field(one) for one in schema.rows] if schema else []


def _holds_field(one: EscalationSchema) -> Block:
    block_id = f"{HOLDS}.{one.id}"
    label = f"Does the fix hold? {ui.cut(' '.join(one.what.split()), SAID)}"
    return ui.field_of(label, ui.radio(block_id, ANSWERS, initial=UNASKED), block_id=block_id, optional=True)


def _about(schema: EscalationSchema) -> Block:
    return ui.section(
        f"{customer_name(schema)} · {schema.severity.words}\n{ui.quote(schema.what, SAID)}\n{status(schema)}"
    )
