"""One customer as a row with its menu, the row after an action, and the small modals."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.checkins.schemas import ActionDone
from bot.customers.rules.due import SnoozeReason, Standing
from bot.customers.schemas import CustomerSchema
from bot.slack import blocks as ui

LOG, MORE, SNOOZE, WAKE, UNDO = "checkins.log", "checkins.more", "checkins.snooze", "checkins.wake", "checkins.undo"
START, QUEUE = "checkins.start", "checkins.queue"
PAGE_BACK, PAGE_ON = "checkins.page_back", "checkins.page_on"
SNOOZE_WEEK, SNOOZE_UNTIL, HAND_OVER, CARD = "snooze_week", "snooze_until", "hand_over", "card"
MENU = {SNOOZE_WEEK: "Snooze 1 week", SNOOZE_UNTIL: "Snooze until…", HAND_OVER: "Hand over", CARD: "Card"}

_MENU_TEXTS = [(what, ui.plain(text, ui.OPTION_TEXT)) for what, text in MENU.items()]  # the same in every row

NAME = 100  # characters of a customer's name in a row
LINES = 240  # characters of what is known about it
STAYS, MOST_STAYS = 200, 2  # characters of a sentence on what undoing left, and how many are told


def queue_row(schema: CustomerSchema, *, place: str, for_whom: str | None = None, full: bool = False) -> list[ui.Block]:
    """
    Draw a waiting customer: who, how long, what was last said, *Log* and a menu; two blocks.

    *place* begins the block ids and says where the row stands; it is unique for a list and comes back with each
    press. *full* tells the wait in words, as the reminder does.
    """
    whom = f" · for {ui.escape(ui.cut(for_whom, 40))}" if for_whom else ""
    wait, key = waited_in_words(schema) if full else waited(schema), str(schema.id)
    return [
        ui.section(f"{_name(schema)} · {wait}{whom}", accessory=ui.button("Log", LOG, key), block_id=f"{place}:{key}"),
        ui.section(what_we_know(schema), accessory=menu(key), block_id=f"{place}:{key}:more"),
    ]


def snoozed_row(schema: CustomerSchema, *, place: str, for_whom: str | None = None) -> list[ui.Block]:
    """Draw a snoozed customer: until when, at whose wish, and *Wake*."""
    whom = f" · for {ui.escape(ui.cut(for_whom, 40))}" if for_whom else ""
    text = f"{_name(schema)} {asleep(schema)}{whom}"
    return [ui.section(text, accessory=ui.button("Wake", WAKE, str(schema.id)), block_id=f"{place}:{schema.id}")]


def _name(schema: CustomerSchema) -> str:
    return ui.bold(ui.cut(schema.name, NAME))


def menu(key: str) -> ui.Block:
    """Draw the menu of a row; values are `what:customer`."""
    options = [{"text": text, "value": f"{what}:{key}"} for what, text in _MENU_TEXTS]
    return {"type": "overflow", "action_id": MORE, "options": options}


def waited(schema: CustomerSchema) -> str:
    """Return `47 of 30 days`, or that there was no contact yet."""
    if schema.last_contact_on is None:
        return f"never talked, {ui.days(schema.days_waiting)} of {schema.effective_cadence_days}"
    return f"{schema.days_waiting:,} of {ui.days(schema.effective_cadence_days)}"


def waited_in_words(schema: CustomerSchema) -> str:
    """Return `47 days since you talked (every 30)`."""
    if schema.last_contact_on is None:
        return f"never talked, customer for {ui.days(schema.days_waiting)} (every {schema.effective_cadence_days})"
    return f"{ui.days(schema.days_waiting)} since you talked (every {schema.effective_cadence_days})"


def asleep(schema: CustomerSchema) -> str:
    """Return `until 4 Jan, they asked ("after the fair")`."""
    until = ui.short_date(schema.snoozed_until, today=schema.today) if schema.snoozed_until else "today"
    who = ", they asked" if schema.snooze_reason is SnoozeReason.CUSTOMER_ASKED else ""
    note = f' ("{ui.escape(ui.cut(schema.snooze_note, 100))}")' if schema.snooze_note else ""
    return f"until {until}{who}{note}"


def what_we_know(schema: CustomerSchema) -> str:
    """Return what was last said, what is owed and what they prefer, or else since when it is due."""
    lines = [line.text for line in schema.lines]
    known = " ".join(lines)
    lines += [preference for preference in schema.preferences[:2] if preference not in known]
    return ui.escape(ui.cut(" · ".join(lines), LINES)) if lines else since(schema)


def since(schema: CustomerSchema) -> str:
    """Return `due since Fri 20 Nov`."""
    due = ui.short_date(schema.due_on, today=schema.today)
    if schema.standing is Standing.IN_CADENCE:
        return f"due {due}"
    return "due today" if schema.due_on >= schema.today else f"due since {due}"


def done_row(name: str, words: str, customer_action_id: UUID, *, block_id: str) -> list[ui.Block]:
    """Draw `✓ Bakery Lindqvist · talked · next 22 Dec` with *Undo*; one block."""
    text = f"✓ {ui.escape(ui.cut(name, NAME))} · {ui.escape(words)}"
    return [ui.section(text, accessory=ui.button("Undo", UNDO, str(customer_action_id)), block_id=block_id)]


def done_action_row(schema: ActionDone, *, place: str) -> list[ui.Block]:
    """Draw the row that shows what was just done, or that it was undone."""
    if schema.undone:
        words = [f"↩ {ui.escape(ui.cut(schema.customer.name, NAME))} is as it was", *_what_stays(schema)]
        return [ui.context(" · ".join(words), block_id=f"{place}:told")]
    return done_row(schema.customer.name, schema.words, schema.customer_action_id, block_id=f"{place}:told")


def done(schema: ActionDone) -> ui.Message:
    """Draw what was done, with *Undo*, for a screen that can't change in place."""
    name = ui.escape(ui.cut(schema.customer.name, NAME))
    if schema.undone:
        text = " ".join([f"Undone. {name} is as it was: {since(schema.customer)}.", *_what_stays(schema)])
        return ui.Message(text=text, blocks=[ui.section(text)])
    block_id = f"checkins.done:{schema.customer_action_id}"
    blocks = done_row(schema.customer.name, schema.words, schema.customer_action_id, block_id=block_id)
    return ui.Message(text=f"{name}: {ui.escape(schema.words)}.", blocks=blocks)


def stays(schema: ActionDone) -> ui.Message:
    """Draw what undoing left as it was."""
    text = " ".join(_what_stays(schema))
    return ui.Message(text=text, blocks=[ui.section(text)])


def with_row_done(blocks: Sequence[Mapping[str, Any]], schema: ActionDone) -> list[Mapping[str, Any]] | None:
    """
    Return another feature's message with the customer's row replaced; None when the customer isn't in it.

    A row is every block whose id holds the customer's, such as `digests.row:{id}`.
    """
    wanted = str(schema.customer.id)
    rows = [index for index, block in enumerate(blocks) if wanted in str(block.get("block_id", ""))]
    if not rows:
        return None
    others = [block for index, block in enumerate(blocks) if index not in rows]
    return [*others[: rows[0]], *_instead(schema), *others[rows[0] :]]


def _what_stays(schema: ActionDone) -> list[str]:
    told = [ui.escape(ui.cut(sentence, STAYS)) for sentence in schema.stays[:MOST_STAYS]]
    more = len(schema.stays) - len(told)
    return [*told, *([f"And {more:,} more."] if more else [])]


def _instead(schema: ActionDone) -> list[ui.Block]:
    if schema.undone:
        return queue_row(schema.customer, place="checkins.row")
    block_id = f"checkins.done:{schema.customer.id}"
    return done_row(schema.customer.name, schema.words, schema.customer_action_id, block_id=block_id)


def foot(*buttons: ui.Block, words: str, block_id: str) -> list[ui.Block]:
    """Draw the last lines of a list: buttons, then small words."""
    return [*([ui.actions(*buttons, block_id=block_id)] if buttons else []), ui.context(words)]


def as_many_as_fit(rows: Sequence[Sequence[ui.Block]], *, beside: Sequence[ui.Block]) -> list[ui.Block]:
    """Return the blocks of as many rows, from the first on, as fit into one message *beside* other blocks."""
    most = ui.MESSAGE_CHARACTERS - ui.size(beside)
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - len(beside), most_characters=most)
    return [block for row in shown for block in row]


SNOOZED, HANDED_OVER, DONE = "checkins.snoozed", "checkins.handed_over", "checkins.done"
TO, WORDS = "checkins.to", "checkins.words"
HAND_OVER_FIELDS = {"to": TO}


def hand_over_form(schema: CustomerSchema, *, state: str) -> ui.Block:
    """Draw the modal for handing over."""
    note = ui.text_input(WORDS, multiline=True, max_length=300)
    blocks = [
        ui.section(f"{_name(schema)} · {_standing(schema)}"),
        ui.field_of("Who looks after them from now on", ui.person_select(TO), block_id=TO),
        ui.field_of("Note for them", note, block_id=WORDS, optional=True),
    ]
    return ui.modal("Hand over", blocks, callback_id=HANDED_OVER, submit="Hand over", state=state)


def done_form(schema: ActionDone, *, state: str) -> ui.Block:
    """Draw what was done, with *Undo*, as a modal."""
    title = "Undone" if schema.undone else "Saved"
    return ui.modal(title, list(done(schema).blocks), callback_id=DONE, close="Close", state=state)


def _standing(schema: CustomerSchema) -> str:
    return f"snoozed {asleep(schema)}" if schema.standing is Standing.SNOOZED else waited_in_words(schema)
