"""Draws the windows of mentions: the answer, the customer, the settings, and the import of a list."""

from collections.abc import Sequence
from datetime import date

from bot.customers.rules.rows import Note, Refusal
from bot.mentions.rules.learning import FEWEST_CORRECTIONS
from bot.mentions.rules.mentions import ANSWER, ANSWER_DAYS_RANGE, LINK
from bot.mentions.rules.sentiment import Hint
from bot.mentions.schemas.feeling import FeelingSchema, LearntSchema
from bot.mentions.schemas.mentions import ListPlan, ListRead, MentionSchema, MentionSetup, OwnNames
from bot.mentions.views.cards import about_line
from bot.slack import blocks as ui

SAVE_ANSWER, SAVE_CUSTOMER = "mentions.save_answer", "mentions.save_customer"
WORDS, WHERE, WHOM = "mentions.words", "mentions.where", "mentions.whom"
FIELD_OF = {"words": WORDS, "link": WHERE, "customer": WHOM}
OPTIONS = "customers.options"  # answered by the customers feature
QUOTED = 300
MOST_HINTS = 8
SAVE = "mentions.save_setup"
GO_BACK, LEARN_AGAIN = "mentions.feeling_back", "mentions.feeling_again"
FEELING = "*Reading of feelings:*"
FIELDS = ("names", "domains", "handles", "answer_days", "phrases", "channel")
BLOCK_OF = {name: f"mentions.setup_{name}" for name in FIELDS}
LONG = 3000
TITLE = "Import mentions"
SEND, CONFIRM = "mentions.import_send", "mentions.import_confirm"
FILE = "mentions.file"
KINDS = ("csv", "tsv", "txt", "gz")
SHOWN = 5
NAME, HEADING, REASON = 120, 40, 300


def answer_form(
    schema: MentionSchema, *, state: str, words: str = "", where: str = "", hints: Sequence[Hint] = ()
) -> ui.Block:
    """Draw the form for an answer; with *hints*, phrases to reconsider before it is saved."""
    told = [ui.section(_hinted(hints))] if hints else []
    blocks = [
        ui.section(ui.quote(schema.said, QUOTED) or "> (without words)"),
        *told,
        ui.field_of(
            "What you answered", ui.text_input(WORDS, initial=words, multiline=True, max_length=ANSWER),
            block_id=WORDS, optional=True,
        ),
        ui.field_of(
            "Link to the answer", ui.text_input(WHERE, initial=where, max_length=LINK, placeholder="https://…"),
            block_id=WHERE, optional=True,
            hint="Words, a link, or both; the bot itself never writes to anybody out there.",
        ),
    ]  # fmt: skip
    return ui.modal(
        "Answered", blocks, callback_id=SAVE_ANSWER, submit="Keep it as it is" if hints else "Save", state=state
    )


def customer_form(schema: MentionSchema, *, state: str) -> ui.Block:
    """Draw the form for the customer that a mention is about, or none."""
    blocks = [
        ui.section(f"{ui.quote(schema.said, QUOTED)}\n{about_line(schema)}"),
        ui.field_of(
            "Which customer is it about", ui.external_select(OPTIONS, placeholder="Type a name"), block_id=WHOM,
            optional=True,
            hint="Leave it empty when it is about none of them. What was wrong is learnt for this source.",
        ),
    ]  # fmt: skip
    return ui.modal("Which customer", blocks, callback_id=SAVE_CUSTOMER, submit="Save", state=state)


def notice(title: str, *blocks: ui.Block) -> ui.Block:
    """Draw a window that only tells something."""
    return ui.modal(title, list(blocks), callback_id="told", close="Close")


def _hinted(hints: Sequence[Hint]) -> str:
    lines = [f"• “{ui.escape(hint.found)}” could be “{ui.escape(hint.kinder)}”" for hint in hints[:MOST_HINTS]]
    return "Before it is kept, a thought about the words; nothing has to change.\n" + "\n".join(lines)


def setup_form(ours: OwnNames, schema: MentionSetup, feeling: FeelingSchema) -> ui.Block:
    """Draw the settings: our own names, the time for an answer, phrases to avoid, the channel for saved mentions."""
    low, high = ANSWER_DAYS_RANGE
    blocks = [
        ui.section(
            "A mention is about us when it holds one of these. Customers are found by their own names and domains."
        ),
        lines_field(BLOCK_OF["names"], "What we are called", ours.names, "One a line: the company, its products."),
        lines_field(BLOCK_OF["domains"], "Our domains", ours.domains, "One a line, such as golddex.example."),
        lines_field(BLOCK_OF["handles"], "Our handles", ours.handles, "One a line, such as @golddex."),
        ui.field_of(
            "Working days for an answer",
            ui.number_input(BLOCK_OF["answer_days"], initial=schema.answer_days, lowest=low, highest=high),
            block_id=BLOCK_OF["answer_days"],
        ),
        lines_field(
            BLOCK_OF["phrases"], "Phrases to avoid", [f"{words} = {kinder}" for words, kinder in schema.phrases],
            "One a line, with a kinder one: no problem = you're welcome. They are pointed out, nothing more.",
        ),
        ui.field_of(
            "Channel for what people save", ui.channel_select(BLOCK_OF["channel"], initial=schema.channel_id or None),
            block_id=BLOCK_OF["channel"], optional=True, hint="Empty: it is kept, and only who saved it sees the card.",
        ),
        _feeling(feeling),
    ]  # fmt: skip
    return ui.modal("Mentions", blocks, callback_id=SAVE, submit="Save")


def _feeling(feeling: FeelingSchema) -> ui.Block:
    """Draw what was learnt from corrections, with the button that goes back or learns again."""
    if feeling.aside:
        aside = (
            f"What was learnt on {_day(feeling.aside.learnt_on)} is set aside, and nothing new is learnt. "
            f"Mentions are read {_as_learnt(feeling.used)}."
        )
        return ui.section(f"{FEELING} {aside}", accessory=ui.button("Learn again", LEARN_AGAIN))
    if feeling.used is None:
        return ui.section(f"{FEELING} {_untaught(feeling)}")
    learnt = feeling.used
    corrections = ui.plural(learnt.corrections, "correction")
    told = f"learnt from {corrections} on {_day(learnt.learnt_on)}. {_figures(learnt)}"
    since = feeling.refused
    more = f" What was learnt on {_day(since.learnt_on)} is no better, so it isn't used." if since else ""
    return ui.section(f"{FEELING} {told}{more}", accessory=ui.button("Go back", GO_BACK))


def _as_learnt(learnt: LearntSchema | None) -> str:
    return f"as learnt on {_day(learnt.learnt_on)}" if learnt else "as the bot came"


def _untaught(feeling: FeelingSchema) -> str:
    """Say that the bot reads as it came, and when that changes."""
    if feeling.refused:
        on = _day(feeling.refused.learnt_on)
        return f"as the bot came. What was learnt on {on} is no better, so it isn't used; more corrections help."
    if feeling.corrections < FEWEST_CORRECTIONS:
        so_far = f"{feeling.corrections:,} so far" if feeling.corrections else "none so far"
        return f"as the bot came. It learns from {FEWEST_CORRECTIONS} corrections ({so_far}); ⋯ on a card corrects one."
    return f"as the bot came. It learns from {feeling.corrections:,} corrections in the coming night."


def _figures(learnt: LearntSchema) -> str:
    """Say how many complaints are found, and how many of those are some, each with the number before."""
    before, after = learnt.before, learnt.after
    if not after.found:
        return f"It reads {_of_100(after.accuracy)} of 100 mentions right (before {_of_100(before.accuracy)})."
    earlier = f" (before {_of_100(before.precision)})" if before.called else ""
    return (
        f"It finds {_of_100(after.recall)} of 100 complaints (before {_of_100(before.recall)}); "
        f"of 100 that it reads as complaints, {_of_100(after.precision)} are{earlier}."
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _of_100(share: float) -> int:
    return round(100 * share)


def lines_field(block_id: str, label: str, words: Sequence[str], hint: str, *, most: int = LONG) -> ui.Block:
    """Draw a field that takes one entry a line."""
    box = ui.text_input(block_id, initial="\n".join(words), multiline=True, max_length=most)
    return ui.field_of(label, box, block_id=block_id, optional=True, hint=hint)


def ask_for_file() -> ui.Block:
    """Draw the window that takes the file."""
    blocks = [
        ui.section(
            "Reviews, posts or articles, one a row, as any program exports them. You see what it would do first."
        ),
        ui.field_of("List", ui.file_input(FILE, types=KINDS), block_id=FILE),
        ui.context(
            "Columns are found by their headings: Text, Title, Link, Author, Date, Rating, Source, Language. "
            "Importing twice keeps nothing twice."
        ),
    ]
    return ui.modal(TITLE, blocks, callback_id=SEND, submit="Look at it")


def preview(plan: ListPlan, read: ListRead, *, state: str) -> ui.Block:
    """Draw what importing the list would do."""
    blocks = [
        ui.section(f"{_name(plan)}\n{numbers(plan, done=False)}"),
        *_told(plan),
        *_refused(plan, read.refusals),
        *[ui.context(_row(remark)) for remark in read.remarks],
        ui.divider(),
        ui.context(_columns(read)),
    ]
    return ui.modal(TITLE, blocks, callback_id=CONFIRM, submit="Import" if plan.new else "", state=state)


def done(plan: ListPlan, read: ListRead) -> ui.Block:
    """Draw what importing the list did."""
    blocks = [ui.section(f"{_name(plan)} is in.\n{numbers(plan, done=True)}"), *_refused(plan, read.refusals)]
    return ui.modal(TITLE, [*blocks, *_told(plan)], callback_id="mentions.import_done", close="Close")


def numbers(plan: ListPlan, *, done: bool) -> str:
    """Return `12 would be kept · 3 known already · 1 row refused`."""
    kept = "kept" if done else "would be kept"
    parts = [f"{plan.new:,} {kept}", f"{plan.known:,} known already"]
    if plan.repeated:
        parts.append(f"{plan.repeated:,} said twice in the list")
    return " · ".join([*parts, f"{ui.plural(plan.refused, 'row')} refused"])


def _name(plan: ListPlan) -> str:
    return f"*{ui.escape(ui.cut(plan.file_name, NAME)).replace('*', '∗')}*"


def _told(plan: ListPlan) -> list[ui.Block]:
    """Draw how many items are posted, and where."""
    if not plan.new:
        return []
    older = plan.new - plan.recent
    if plan.recent and plan.channel_id:
        words = f"{plan.recent:,} of the last two weeks go to {ui.channel_link(plan.channel_id)}, a few cards at a time"
    elif plan.recent:
        words = f"{plan.recent:,} of the last two weeks wait in `/mentions`; `/mentions setup` names a channel for them"
    else:
        words = "Nothing is of the last two weeks, so nothing is posted"
    rest = f" {older:,} older or without a date are kept for the customers' cards, and not posted." if older else ""
    return [ui.context(f"{words}.{rest}")]


def _refused(plan: ListPlan, refusals: Sequence[Refusal]) -> list[ui.Block]:
    if not refusals:
        return []
    lines = [f"• {_row(refusal)}" for refusal in refusals[:SHOWN]]
    more = f"\nand {len(refusals) - SHOWN:,} more" if len(refusals) > SHOWN else ""
    head = f"*Refused: {ui.plural(plan.refused, 'row')}*"
    return [ui.divider(), ui.section("\n".join([head, *lines]) + more)]


def _row(row: Refusal | Note) -> str:
    column = f", {ui.escape(ui.cut(row.column, HEADING))}" if row.column else ""
    return f"Row {row.row_number:,}{column}: {ui.escape(ui.cut(row.reason, REASON))}"


def _columns(read: ListRead) -> str:
    found = ", ".join(f"{ui.cut(header, HEADING)} → {column.value}" for column, header in read.columns.items())
    left = f" Not read: {', '.join(ui.cut(header, HEADING) for header in read.unmapped[:10])}." if read.unmapped else ""
    return ui.escape(ui.cut(f"Read: {found}.{left}", 1800))
