"""The check-in modal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.checkins.rules import Channel, Result
from bot.checkins.schemas import CheckinForm, Preview
from bot.checkins.views import MOODS, what_we_know
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerSchema
from bot.slack import blocks as ui

SAVE = "checkins.save"
CUSTOMER, RESULT, CHANNEL, WHEN = "checkins.customer", "checkins.result", "checkins.channel", "checkins.when"
MOOD, NOTE, NEXT, QUOTE = "checkins.mood", "checkins.note", "checkins.next", "checkins.quote"
ABOUT, LIVE = "checkins.about", "checkins.live"
WANT = "checkins.want"
OPTIONS = "customers.options"  # the customers feature answers it
FIELD_OF = {"when": WHEN, "customer": CUSTOMER}

RESULTS = (
    ui.Option("We talked", Result.TALKED.value),
    ui.Option("They contacted us", Result.THEY_CONTACTED_US.value),
    ui.Option("I tried", Result.TRIED.value, "an attempt; the clock keeps running"),
    ui.Option("They declined", Result.DECLINED.value, "an attempt; the clock keeps running"),
)
CHANNELS = tuple(ui.Option(channel.value.capitalize(), channel.value) for channel in Channel)


@dataclass(frozen=True)
class ExtraFields:
    """Fields of another feature: a button *label*, or once *is_open* the *blocks*, whose ids begin with *key*."""

    key: str
    label: str
    blocks: Sequence[Mapping[str, Any]]
    is_open: bool


def form(schema: CheckinForm, *, state: str, extras: Sequence[ExtraFields] = ()) -> ui.Block:
    """
    Draw the modal as it opens; *extras* are other features' fields, *state* its private metadata.

    Drawn again in an open modal, fields keep what was entered: Slack knows them by the ids of block and element.
    """
    how = schema.channel or (Channel.MESSAGE if schema.quote else Channel.CALL)
    result, day = Result.TALKED, schema.today
    if schema.preview:
        result, day = schema.preview.result, schema.preview.happened_on
    note = ui.text_input(NOTE, initial=schema.note, multiline=True)
    blocks = [
        _customer_field(schema),
        about(schema.preview),
        ui.field_of("What happened", ui.radio(RESULT, RESULTS, initial=result.value), block_id=RESULT, dispatch=True),
        ui.field_of("How", ui.select(CHANNEL, CHANNELS, initial=how.value), block_id=CHANNEL),
        ui.field_of("When", ui.date_picker(WHEN, initial=day), block_id=WHEN, dispatch=True),
        live(schema.preview),
        ui.field_of("How are they", ui.select(MOOD, MOODS, placeholder="Not sure"), block_id=MOOD, optional=True),
        ui.field_of("Note", note, block_id=NOTE, optional=True),
        ui.field_of("Next step", ui.text_input(NEXT, max_length=300), block_id=NEXT, optional=True),
        *([_quote_field(schema.quote)] if schema.quote else []),
        *_extra_blocks(extras),
    ]
    return ui.modal("Check-in", blocks, callback_id=SAVE, submit="Save", state=state)


def opened(view: Mapping[str, Any]) -> set[str]:
    """Return the prefixes of all block ids; an extra whose key is among them is open."""
    return {str(block.get("block_id")).rpartition(".")[0] for block in view["blocks"]}


def about(preview: Preview | None) -> ui.Block:
    """Draw `47 days · last: "waiting for the invoice fix" · promised: price list, Fri`."""
    if preview is None:
        return ui.context("Choose a customer to see when you last talked.", block_id=ABOUT)
    schema = preview.customer
    since = f"{ui.days(schema.days_waiting)} since the last contact"
    talked = since if schema.last_contact_on else "never talked so far"
    known = what_we_know(schema) if schema.lines or schema.preferences else []
    return ui.context(" · ".join([talked, *known]), block_id=ABOUT)


def live(preview: Preview | None) -> ui.Block:
    """Draw what saving would do: the next due date, or that an attempt is no contact."""
    return ui.context(_effect(preview), block_id=LIVE)


def customer_option(schema: CustomerSchema) -> ui.Option:
    """Return the customer as a chosen option."""
    return ui.Option(ui.cut(schema.name, ui.OPTION_TEXT), str(schema.id))


def _extra_blocks(extras: Sequence[ExtraFields]) -> list[ui.Block]:
    """Return the open fields, then a button for each closed one."""
    fields = [dict(block) for extra in extras if extra.is_open for block in extra.blocks]
    closed = [ui.button(extra.label, f"{WANT}.{extra.key}", extra.key) for extra in extras if not extra.is_open]
    return [*fields, *([ui.actions(*closed, block_id=WANT)] if closed else [])]


def _effect(preview: Preview | None) -> str:
    if preview is None:
        return "The next date shows here once a customer is chosen."
    if preview.problem:
        return ui.escape(preview.problem)
    schema = preview.customer
    if preview.next_due_on is None:
        return f"This customer is {Status(schema.status).value}, so nothing is due; the check-in is kept all the same."
    every = ui.days(schema.effective_cadence_days)
    due = f"{ui.short_date(preview.next_due_on)} {preview.next_due_on.year} (every {every})"
    if not preview.result.is_contact:
        return f"The clock keeps running: an attempt isn't a contact yet. Due {due}."
    if schema.last_contact_on and preview.happened_on < schema.last_contact_on:
        last = ui.short_date(schema.last_contact_on, today=schema.today)
        return f"You talked later than that, on {last}, so nothing moves. Next contact due {due}."
    return f"Next contact due {due}"


def _customer_field(schema: CheckinForm) -> ui.Block:
    initial = customer_option(schema.preview.customer) if schema.preview else None
    element = ui.external_select(OPTIONS, placeholder="Type a name", initial=initial)
    return ui.field_of("Customer", element, block_id=CUSTOMER, dispatch=True)


def _quote_field(quote: str) -> ui.Block:
    element = ui.text_input(QUOTE, initial=quote, multiline=True)
    return ui.field_of("Their words", element, block_id=QUOTE, optional=True, hint="Kept with the link to the message.")
