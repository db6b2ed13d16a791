"""One customer as a row with its menu, the row after an action, and the small modals."""

from collections.abc import Sequence
from uuid import UUID

from bot.checkins.rules import Mood, pick_facts
from bot.checkins.schemas import ActionDone
from bot.customers.rules.due import SnoozeReason, Standing
from bot.customers.schemas import CustomerSchema
from bot.slack import blocks as ui

TALKED, LOG, MORE, SNOOZE = "checkins.talked", "checkins.log", "checkins.more", "checkins.snooze"
WAKE, UNDO, NOTE_LATER = "checkins.wake", "checkins.undo", "checkins.note_later"
START, QUEUE, REMINDER = "checkins.start", "checkins.queue", "checkins.reminder"
PAGE_BACK, PAGE_ON = "checkins.page_back", "checkins.page_on"
TRIED, SNOOZE_UNTIL, HAND_OVER, CARD = "tried", "snooze_until", "hand_over", "card"
SNOOZE_WEEK = "snooze_week"  # in the menus of messages from before version 0.3
ASK = "followups.assign"  # the followups feature opens it
MENU = {TRIED: "Tried", SNOOZE_UNTIL: "Snooze", HAND_OVER: "Hand over", ASK: "Ask somebody", CARD: "Card"}
ORDER = "furthest past their cadence first; size plays no part"

_MENU_TEXTS = [(what, ui.plain(text, ui.OPTION_TEXT)) for what, text in MENU.items()]  # the same in every row

NAME = 100  # characters of a customer's name in a row
FACT, PREFERENCE = 140, 60  # characters of one thing that is known about it, and of a preference beside it
ASIDE = 300  # characters of a sentence on a customer's family
STAYS, MOST_STAYS = 200, 2  # characters of a sentence on what undoing left, and how many are told


def queue_row(schema: CustomerSchema, *, place: str, for_whom: str | None = None) -> list[ui.Block]:
    """
    Draw a waiting customer: who and how long, two lines of what is known, and a line of buttons; two blocks.

    *place* begins the block ids and says where the row stands; it is unique for a list and comes back with each
    press. *for_whom* is the absent colleague who owns the customer.
    """
    key = str(schema.id)
    head = f"{_name(schema)} · {waited(schema)}{_for_whom(for_whom)}"
    buttons = (ui.button("Talked", TALKED, key), ui.button("Log…", LOG, key), menu(key))
    return [
        ui.section("\n".join([head, *what_we_know(schema)]), block_id=f"{place}:{key}"),
        ui.actions(*buttons, block_id=f"{place}:{key}:do"),
    ]


def snoozed_row(schema: CustomerSchema, *, place: str, for_whom: str | None = None) -> list[ui.Block]:
    """Draw a snoozed customer: until when, at whose wish, how far past its cadence, and *Wake*."""
    past = schema.days_waiting - schema.effective_cadence_days
    late = f", {ui.days(past)} past its cadence" if past > 0 else ""
    text = f"{_name(schema)} {asleep(schema)}{late}{_for_whom(for_whom)}"
    return [ui.section(text, accessory=ui.button("Wake", WAKE, str(schema.id)), block_id=f"{place}:{schema.id}")]


def _name(schema: CustomerSchema) -> str:
    return ui.bold(ui.cut(schema.name, NAME))


def _for_whom(name: str | None) -> str:
    return f" · for {ui.escape(ui.cut(name, 40))}, who is away" if name else ""


def menu(key: str) -> ui.Block:
    """Draw the menu of a row; values are `what:customer`."""
    options = [{"text": text, "value": f"{what}:{key}"} for what, text in _MENU_TEXTS]
    return {"type": "overflow", "action_id": MORE, "options": options}


def waited(schema: CustomerSchema) -> str:
    """Return `47 days (every 30)`, or that there was no contact yet."""
    if schema.last_contact_on is None:
        return f"never talked, added {ui.days(schema.days_waiting)} ago (every {schema.effective_cadence_days})"
    return f"{ui.days(schema.days_waiting)} (every {schema.effective_cadence_days})"


def waited_in_words(schema: CustomerSchema) -> str:
    """Return `47 days since the last contact (every 30)`."""
    if schema.last_contact_on is None:
        return waited(schema)
    return f"{ui.days(schema.days_waiting)} since the last contact (every {schema.effective_cadence_days})"


def asleep(schema: CustomerSchema) -> str:
    """Return `until 4 Jan, they asked ("after the fair")`."""
    until = ui.short_date(schema.snoozed_until, today=schema.today) if schema.snoozed_until else "today"
    who = ", they asked" if schema.snooze_reason is SnoozeReason.CUSTOMER_ASKED else ""
    note = f' ("{ui.escape(ui.cut(schema.snooze_note, 100))}")' if schema.snooze_note else ""
    return f"until {until}{who}{note}"


def what_we_know(schema: CustomerSchema) -> list[str]:
    """Return the lines below a customer's name: what `pick_facts` chooses, or else since when it is due."""
    facts = pick_facts([line.text for line in schema.lines], schema.preferences)
    return [_fact(*fact) for fact in facts] or [since(schema)]


def _fact(first: str, *beside: str) -> str:
    told = [ui.cut(first, FACT), *(ui.cut(preference, PREFERENCE) for preference in beside)]
    return " · ".join(ui.escape(" ".join(words.split())) for words in told)


def since(schema: CustomerSchema) -> str:
    """Return `due since Fri 20 Nov`."""
    due = ui.short_date(schema.due_on, today=schema.today)
    if schema.standing is Standing.IN_CADENCE:
        return f"due {due}"
    return "due today" if schema.due_on >= schema.today else f"due since {due}"


def done_row(
    name: str, words: str, customer_action_id: UUID, *, block_id: str, can_note: bool = False
) -> list[ui.Block]:
    """Draw `✓ Bakery Lindqvist · talked · next 22 Dec` with *Add a note*, if there is none, and *Undo*; two blocks."""
    text = f"✓ {ui.escape(ui.cut(name, NAME))} · {ui.escape(words)}"
    key = str(customer_action_id)
    note = [ui.button("Add a note", NOTE_LATER, key)] if can_note else []
    undo = ui.button("Undo", UNDO, key)
    return [ui.section(text, block_id=block_id), ui.actions(*note, undo, block_id=f"{block_id}:do")]


def done_action_row(schema: ActionDone, *, place: str) -> list[ui.Block]:
    """Draw the row that shows what was just done, or that it was undone."""
    if schema.undone:
        words = [f"↩ {ui.escape(ui.cut(schema.customer.name, NAME))} is as it was", *_what_stays(schema)]
        return [ui.context(" · ".join(words), block_id=f"{place}:told")]
    return _row_of(schema, block_id=f"{place}:told")


def done(schema: ActionDone) -> ui.Message:
    """Draw what was done, with *Undo*, for a screen that can't change in place."""
    name = ui.escape(ui.cut(schema.customer.name, NAME))
    if schema.undone:
        text = " ".join([f"Undone. {name} is as it was: {since(schema.customer)}.", *_what_stays(schema)])
        return ui.Message(text=text, blocks=[ui.section(text)])
    blocks = _row_of(schema, block_id=f"checkins.done:{schema.customer_action_id}")
    return ui.Message(text=f"{name}: {ui.escape(schema.words)}.", blocks=blocks)


def stays(schema: ActionDone) -> ui.Message:
    """Draw what undoing left as it was."""
    text = " ".join(_what_stays(schema))
    return ui.Message(text=text, blocks=[ui.section(text)])


def aside(schema: ActionDone) -> ui.Message:
    """Draw what is told of the family once somebody has talked to one of it."""
    text = _aside(schema)
    return ui.Message(text=text, blocks=[ui.context(text)])


def _aside(schema: ActionDone) -> str:
    return ui.escape(ui.cut(schema.aside, ASIDE))


def _row_of(schema: ActionDone, *, block_id: str) -> list[ui.Block]:
    words = f'{schema.words} · "{ui.cut(schema.note, FACT)}"' if schema.note else schema.words
    name, key = schema.customer.name, schema.customer_action_id
    row = done_row(name, words, key, block_id=block_id, can_note=schema.can_note)
    return [*row, ui.context(_aside(schema))] if schema.aside else row


def _what_stays(schema: ActionDone) -> list[str]:
    told = [ui.escape(ui.cut(sentence, STAYS)) for sentence in schema.stays[:MOST_STAYS]]
    more = len(schema.stays) - len(told)
    return [*told, *([f"And {more:,} more."] if more else [])]


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
NOTED, SAID, MOOD = "checkins.noted", "checkins.said", "checkins.felt"
HAND_OVER_FIELDS = {"to": TO}
NOTE_FIELDS = {"note": SAID}

MOODS = tuple(ui.Option(mood.value.capitalize(), mood.value) for mood in Mood)


def hand_over_form(schema: CustomerSchema, *, state: str) -> ui.Block:
    """Draw the modal for handing over."""
    note = ui.text_input(WORDS, multiline=True, max_length=300)
    blocks = [
        ui.section(f"{_name(schema)} · {_standing(schema)}"),
        ui.field_of("Who looks after them from now on", ui.person_select(TO), block_id=TO),
        ui.field_of("Note for them", note, block_id=WORDS, optional=True),
    ]
    return ui.modal("Hand over", blocks, callback_id=HANDED_OVER, submit="Hand over", state=state)


def note_form(schema: CustomerSchema, *, state: str) -> ui.Block:
    """Draw the modal for what was said in a check-in that was logged in one press."""
    blocks = [
        ui.section(f"What was said with {_name(schema)}?"),
        ui.field_of("Note", ui.text_input(SAID, multiline=True), block_id=SAID),
        ui.field_of("How are they", ui.select(MOOD, MOODS, placeholder="Not sure"), block_id=MOOD, optional=True),
    ]
    return ui.modal("Add a note", blocks, callback_id=NOTED, submit="Save", state=state)


def done_form(schema: ActionDone, *, state: str) -> ui.Block:
    """Draw what was done, with *Undo*, as a modal."""
    title = "Undone" if schema.undone else "Saved"
    return ui.modal(title, list(done(schema).blocks), callback_id=DONE, close="Close", state=state)


def _standing(schema: CustomerSchema) -> str:
    return f"snoozed {asleep(schema)}" if schema.standing is Standing.SNOOZED else waited_in_words(schema)
