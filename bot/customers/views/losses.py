"""The form about a lost customer with what came before, and the news for those who look after others of its family."""

from bot.core.schemas import Line
from bot.customers.rules.losses import LossReason
from bot.customers.schemas.losses import LossForm, RelativeLost
from bot.customers.views import CARD, NAME_SHOWN, WORDS_SHOWN, name_of
from bot.customers.views.families import in_family
from bot.slack import blocks as ui

SAVE = "customers.save_lost"
REASON, FORESEEN, LOST_ON, WORDS = (
    "customers.lost_reason", "customers.lost_foreseen", "customers.lost_on", "customers.lost_words",
)  # fmt: skip
FIELD_BLOCKS = {"lost_reason": REASON, "foreseen": FORESEEN, "lost_on": LOST_ON, "reason": WORDS}
"""Where a sentence about each field stands."""

YES, NO = "yes", "no"
NOTHING_BEFORE = "Nothing in the year before: no long silence, no broken promise, no complaint, no problem."


def lost_form(form: LossForm, *, state: str, words: str = "") -> ui.Block:
    """Draw the modal that asks why a customer was lost; *words* were written before it opened."""
    reasons = [ui.Option(_capital(one.words), one.value) for one in LossReason]
    answers = [ui.Option("Yes", YES), ui.Option("No", NO)]
    seen = None if form.foreseen is None else YES if form.foreseen else NO
    said = ui.text_input(WORDS, initial=words or form.words, multiline=True, max_length=280)
    chosen = form.reason.value if form.reason else None
    blocks = [
        ui.section(f"{name_of(form.customer)} · what came before"),
        ui.context("\n".join(_before(line, form) for line in form.before) or NOTHING_BEFORE),
        ui.field_of("Why did they leave", ui.select(REASON, reasons, initial=chosen), block_id=REASON),
        ui.field_of("Did we see it coming", ui.radio(FORESEEN, answers, initial=seen), block_id=FORESEEN),
        ui.field_of("Lost since", ui.date_picker(LOST_ON, initial=form.lost_on), block_id=LOST_ON),
        ui.field_of("In a few words", said, block_id=WORDS, optional=True),
    ]
    return ui.modal("Lost customer", blocks, callback_id=SAVE, submit="Save", state=state)


def relative_lost(schema: RelativeLost) -> ui.Message:
    """Draw the news that a customer was lost to whose family others belong that the reader looks after."""
    name, why = ui.bold(ui.cut(schema.name, NAME_SHOWN)), ui.escape(ui.cut(schema.why, WORDS_SHOWN))
    who = "The command line" if schema.by == "bot" else ui.mention(schema.by)
    yours = in_family(schema.names, schema.total, root_name=schema.root_name, of=schema.name)
    text = f"{who} noted that {name} is lost: {why}. {yours}"
    card = ui.button("Card", CARD, str(schema.customer_id))
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text, accessory=card)])


def _before(line: Line, form: LossForm) -> str:
    day = f"{ui.short_date(line.on, today=form.customer.today)} · " if line.on else ""
    return f"{day}{ui.escape(ui.cut(line.text, WORDS_SHOWN))}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
