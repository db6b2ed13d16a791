"""The windows: assign, done, can't, another day, somebody else, cancel."""

from bot.checkins.rules import Channel, Result
from bot.followups.rules import NOTE, REASON, WHAT
from bot.followups.schemas import Draft, FollowupSchema
from bot.followups.views.rows import NAME
from bot.slack.blocks import (
    OPTION_TEXT,
    Block,
    Option,
    bold,
    cut,
    date_picker,
    escape,
    external_select,
    field_of,
    modal,
    person_select,
    section,
    select,
    short_date,
    text_input,
)

SAVE, COMPLETED, DECLINED = "followups.save", "followups.completed", "followups.declined"
MOVED, REASSIGNED, CANCELLED = "followups.moved", "followups.reassigned", "followups.cancelled"
OPTIONS = "customers.options"  # the customers feature answers it
WHO, CUSTOMER, DUE = "followups.who", "followups.customer", "followups.due"
WORDS, SAID, WHY = "followups.words", "followups.said", "followups.why"
CHECKIN, HOW, TO = "followups.checkin", "followups.how", "followups.to"
FIELD_OF = {"assignee": WHO, "customer": CUSTOMER, "due": DUE, "what": WORDS, "note": SAID, "reason": WHY, "to": TO}

RESULTS = (
    Option("We talked", Result.TALKED.value),
    Option("They contacted us", Result.THEY_CONTACTED_US.value),
    Option("I tried", Result.TRIED.value, "an attempt; the clock keeps running"),
    Option("They declined", Result.DECLINED.value, "an attempt; the clock keeps running"),
)
CHANNELS = tuple(Option(channel.value.capitalize(), channel.value) for channel in Channel)


def assign_form(schema: Draft, *, memory: str) -> Block:
    """Who, which customer, by when, what; what couldn't be told is asked for on top."""
    chosen = Option(cut(schema.customer_name, OPTION_TEXT), str(schema.customer_id)) if schema.customer_id else None
    asked = [section(escape(" ".join(schema.problems)))] if schema.problems else []
    blocks = [
        *asked,
        field_of("Who", person_select(WHO, initial=schema.assignee_id), block_id=WHO),
        field_of("Customer", external_select(OPTIONS, placeholder="Type a name", initial=chosen), block_id=CUSTOMER),
        field_of("By when", date_picker(DUE, initial=schema.due_on), block_id=DUE),
        field_of("What is to be done", text_input(WORDS, initial=schema.what, max_length=WHAT), block_id=WORDS),
    ]
    return modal("Assign a follow-up", blocks, callback_id=SAVE, submit="Assign", memory=memory)


def done_form(schema: FollowupSchema, *, memory: str) -> Block:
    """What came of it; a check-in may be kept with it."""
    hint = "Kept with the customer, as if you had written /checkin."
    blocks = [
        _about(schema),
        field_of("What came of it", text_input(SAID, multiline=True, max_length=NOTE), block_id=SAID, optional=True),
        field_of(
            "Record a check-in, too", select(CHECKIN, RESULTS, placeholder="No check-in"), block_id=CHECKIN,
            optional=True, hint=hint,
        ),
        field_of("How", select(HOW, CHANNELS, initial=Channel.CALL.value), block_id=HOW, optional=True),
    ]  # fmt: skip
    return modal("Done", blocks, callback_id=COMPLETED, submit="Save", memory=memory)


def cant_form(schema: FollowupSchema, *, memory: str) -> Block:
    """Why it can't be done; who asked for it reads that."""
    words = text_input(SAID, multiline=True, max_length=NOTE)
    blocks = [_about(schema), field_of("Why not", words, block_id=SAID, hint="Who asked for it is told.")]
    return modal("Can't be done", blocks, callback_id=DECLINED, submit="Save", memory=memory)


def later_form(schema: FollowupSchema, *, memory: str) -> Block:
    """Another day."""
    blocks = [
        _about(schema),
        field_of("By when", date_picker(DUE, initial=max(schema.due_on, schema.today)), block_id=DUE),
        field_of("Why", text_input(WHY, max_length=REASON), block_id=WHY, optional=True),
    ]
    return modal("Another day", blocks, callback_id=MOVED, submit="Change", memory=memory)


def reassign_form(schema: FollowupSchema, *, memory: str) -> Block:
    """Somebody else."""
    blocks = [_about(schema), field_of("Who is to do it", person_select(TO), block_id=TO)]
    return modal("Give to somebody else", blocks, callback_id=REASSIGNED, submit="Give", memory=memory)


def cancel_form(schema: FollowupSchema, *, memory: str) -> Block:
    """Why it needn't be done any more."""
    blocks = [_about(schema), field_of("Why", text_input(WHY, max_length=REASON), block_id=WHY)]
    return modal("Cancel", blocks, callback_id=CANCELLED, submit="Cancel it", close="Keep it", memory=memory)


def saved(words: str) -> Block:
    """What was done, where no message can tell it."""
    return modal("Saved", [section(escape(words))], callback_id="told", close="Close")


def _about(schema: FollowupSchema) -> Block:
    name, what = bold(cut(schema.customer_name, NAME)), escape(cut(schema.what, WHAT))
    return section(f"{name} · {what}\ndue {short_date(schema.due_on, today=schema.today)}")
