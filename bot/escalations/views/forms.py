"""The windows: escalate, answered, fixed, somebody else, by mistake, setup; and the fields in the check-in form."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.checkins.rules import Channel, Result
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
from bot.escalations.schemas import Draft, EscalationSchema, Waiting, Wishes
from bot.escalations.views.rows import SAID, name, status
from bot.slack.blocks import (
    OPTION_TEXT,
    Block,
    Option,
    channel_link,
    channel_select,
    context,
    cut,
    date_picker,
    divider,
    escape,
    external_select,
    field_of,
    modal,
    number_input,
    person_select,
    quote,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.forms import Form

SAVE, ANSWERED, FIXED = "escalations.save", "escalations.answered", "escalations.fixed"
GIVEN, WITHDRAWN, SET_UP = "escalations.given", "escalations.withdrawn", "escalations.set_up"
OPTIONS = "customers.options"  # the customers feature answers it
CUSTOMER, WORDS, SEVERITY = "escalations.customer", "escalations.words", "escalations.severity"
WHO, SAID_FIELD, CHECKIN, HOW = "escalations.who", "escalations.said", "escalations.checkin", "escalations.how"
CAUSE, CAUSE_SAID, AVOIDABLE = "escalations.cause", "escalations.cause_words", "escalations.avoidable"
ASKS, CHANGE, CHANGE_BY = "escalations.asks", "escalations.change", "escalations.change_by"
CHANGE_ON, TO, WHY, CHANNEL = "escalations.change_on", "escalations.to", "escalations.why", "escalations.channel"
CLOCKS = {one: f"escalations.clock_{one.value}" for one in Severity}
FIELD_OF = {
    "customer": CUSTOMER, "what": WORDS, "severity": SEVERITY, "on_it": WHO, "said": SAID_FIELD, "cause": CAUSE,
    "words": CAUSE_SAID, "avoidable": AVOIDABLE, "asks": ASKS, "change": CHANGE, "change_by": CHANGE_BY,
    "change_on": CHANGE_ON, "to": TO, "reason": WHY, "channel": CHANNEL,
    **{one.value: block for one, block in CLOCKS.items()},
}  # fmt: skip
YES, NO, UNASKED = "yes", "no", "unasked"

SEVERITIES = tuple(
    Option(text, one.value)
    for one, text in (
        (Severity.STOPS, "It stops their work"),
        (Severity.HURTS, "It hurts them"),
        (Severity.ANNOYS, "It annoys them"),
    )
)
CAUSES = tuple(Option(cause.words.capitalize(), cause.value) for cause in Cause)
AVOIDABLES = (Option("Yes, we could have avoided it", YES), Option("No, we couldn't", NO))
ANSWERS = (Option("Yes, it holds", YES), Option("No, it is still wrong", NO), Option("Didn't ask", UNASKED))
RESULTS = (
    Option("We talked", Result.TALKED.value),
    Option("They contacted us", Result.THEY_CONTACTED_US.value),
)
CHANNELS = tuple(Option(channel.value.capitalize(), channel.value) for channel in Channel)


def raise_form(schema: Draft, *, memory: str) -> Block:
    """Which customer, what happened, how bad, who is on it; what couldn't be told is asked for on top."""
    chosen = Option(cut(schema.customer_name, OPTION_TEXT), str(schema.customer_id)) if schema.customer_id else None
    asked = [section(escape(schema.problem))] if schema.problem else []
    words = text_input(WORDS, initial=schema.what, multiline=True, max_length=WHAT)
    hint = "Empty: whoever looks after the customer, else you."
    blocks = [
        *asked,
        field_of("Customer", external_select(OPTIONS, placeholder="Type a name", initial=chosen), block_id=CUSTOMER),
        field_of("What happened", words, block_id=WORDS),
        field_of("How bad is it", radio(SEVERITY, SEVERITIES), block_id=SEVERITY),
        field_of(
            "Who is on it", person_select(WHO, initial=schema.assignee_id), block_id=WHO, optional=True, hint=hint
        ),
    ]
    return modal("Escalate", blocks, callback_id=SAVE, submit="Escalate", memory=memory)


def answer_form(schema: EscalationSchema, *, memory: str) -> Block:
    """What the customer was told; a check-in may be kept with it."""
    hint = "Kept with the customer, as if you had written /checkin."
    said = text_input(SAID_FIELD, multiline=True, max_length=NOTE)
    blocks = [
        _about(schema),
        field_of("What you told them", said, block_id=SAID_FIELD, optional=True),
        field_of(
            "Record a check-in, too", select(CHECKIN, RESULTS, placeholder="No check-in"), block_id=CHECKIN,
            optional=True, hint=hint,
        ),
        field_of("How", select(HOW, CHANNELS, initial=Channel.CALL.value), block_id=HOW, optional=True),
    ]  # fmt: skip
    return modal("Answered", blocks, callback_id=ANSWERED, submit="Save", memory=memory)


def fix_form(schema: EscalationSchema, *, memory: str) -> Block:
    """Why it happened, and what changes so that it doesn't happen again."""
    later = "It becomes a follow-up. If it couldn't be avoided, this may stay empty."
    change = text_input(CHANGE, max_length=REASON)
    blocks = [
        _about(schema),
        field_of("Root cause", select(CAUSE, CAUSES, placeholder="What was behind it"), block_id=CAUSE),
        field_of("In words", text_input(CAUSE_SAID, max_length=CAUSE_WORDS), block_id=CAUSE_SAID, optional=True),
        field_of("Could it have been avoided", radio(AVOIDABLE, AVOIDABLES), block_id=AVOIDABLE),
        field_of(
            "How often they had to ask", number_input(ASKS, initial=1, lowest=0, highest=MOST_ASKS), block_id=ASKS
        ),
        field_of("What changes, so that it doesn't happen again", change, block_id=CHANGE, optional=True, hint=later),
        field_of("Who sees to that", person_select(CHANGE_BY), block_id=CHANGE_BY, optional=True, hint="Empty: you."),
        field_of("By when", date_picker(CHANGE_ON), block_id=CHANGE_ON, optional=True),
        context("It is closed for good once the customer says, in a later check-in, that the fix holds."),
    ]
    return modal("Fixed", blocks, callback_id=FIXED, submit="Save", memory=memory)


def give_form(schema: EscalationSchema, *, memory: str) -> Block:
    """Somebody else is on it from now on."""
    hint = "The time that is left runs on in their own working hours."
    blocks = [_about(schema), field_of("Who is on it", person_select(TO), block_id=TO, hint=hint)]
    return modal("Give to somebody else", blocks, callback_id=GIVEN, submit="Give", memory=memory)


def withdraw_form(schema: EscalationSchema, *, memory: str) -> Block:
    """Why it was a mistake."""
    blocks = [_about(schema), field_of("Why", text_input(WHY, max_length=REASON), block_id=WHY)]
    return modal("Raised by mistake", blocks, callback_id=WITHDRAWN, submit="Close it", close="Keep it", memory=memory)


def setup_form(schema: Wishes) -> Block:
    """How fast customers are answered, and where escalations are posted."""
    labels = {Severity.STOPS: "It stops their work", Severity.HURTS: "It hurts them", Severity.ANNOYS: "It annoys them"}
    clocks = [
        field_of(
            label, text_input(CLOCKS[one], initial=getattr(schema, one.value), max_length=30), block_id=CLOCKS[one]
        )
        for one, label in labels.items()
    ]
    channel = channel_select(CHANNEL, initial=schema.channel_id)
    blocks = [
        section("*A first answer within* · working hours or days of who is on it"),
        *clocks,
        divider(),
        field_of("Channel for escalations", channel, block_id=CHANNEL, optional=True, hint="Empty: people alone."),
    ]
    return modal("Escalations", blocks, callback_id=SET_UP, submit="Save")


def setup_saved(schema: Wishes) -> Block:
    """What is so from now on."""
    where = f"New ones are posted to {channel_link(schema.channel_id)}." if schema.channel_id else "No channel is told."
    words = f"Saved. A first answer within {schema.stops}, {schema.hurts} or {schema.annoys} of work. {where}"
    return modal("Escalations", [section(words)], callback_id="told", close="Close")


def saved(words: str) -> Block:
    """What was done, in words that are markup already."""
    return modal("Saved", [section(words)], callback_id="told", close="Close")


# --- in the check-in form ----------------------------------------------------------------------------------------


def raised_fields(_about: object) -> list[Block]:
    """*Something went wrong…*: how bad, and what."""
    severity = select(RAISED_SEVERITY, SEVERITIES, placeholder="How bad is it")
    words = text_input(RAISED_WHAT, multiline=True, max_length=WHAT)
    return [
        field_of("What went wrong", words, block_id=RAISED_WHAT, optional=True, hint="It is escalated."),
        field_of("How bad is it", severity, block_id=RAISED_SEVERITY, optional=True),
    ]


def read_raised(state: Mapping[str, Any]) -> dict[str, Any]:
    """What went wrong, if anything was said or chosen."""
    form = Form(state)
    what, chosen = form.text(RAISED_WHAT), form.choice(RAISED_SEVERITY)
    severity = next((one for one in Severity if one.value == chosen), None)
    return {"what": what, "severity": severity} if what or severity else {}


def holds_fields(schema: Waiting | None) -> list[Block]:
    """*Does the fix hold?*, for each fix that waits for the customer's word."""
    return [_holds_field(one) for one in schema.rows] if schema else []


def read_holds(state: Mapping[str, Any]) -> dict[str, Any]:
    """What the customer said of each fix they were asked about."""
    form, answers = Form(state), {}
    for block_id in state.get("values") or {}:
        key, chosen = _uuid(str(block_id).removeprefix(f"{HOLDS}.")), form.choice(block_id)
        if str(block_id).startswith(f"{HOLDS}.") and key and chosen in {YES, NO}:
            answers[key] = chosen == YES
    return {"answers": answers} if answers else {}


def _holds_field(one: EscalationSchema) -> Block:
    block_id = f"{HOLDS}.{one.id}"
    label = f"Does the fix hold? {cut(' '.join(one.what.split()), SAID)}"
    return field_of(label, radio(block_id, ANSWERS, initial=UNASKED), block_id=block_id, optional=True)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _about(schema: EscalationSchema) -> Block:
    return section(f"{name(schema)} · {schema.severity.words}\n{quote(schema.what, SAID)}\n{status(schema)}")
