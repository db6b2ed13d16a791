"""How the question of every check-in looks: in the check-in form, its result, and the form that changes it."""

from bot.campaigns.rules import WHAT
from bot.campaigns.schemas import StandingForm, StandingResult
from bot.campaigns.views.forms import HINT, PLACEHOLDER, answer_input
from bot.campaigns.views.results import question_lines
from bot.commitments.views import plain
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message

EXTRA = "campaigns.standing"
ANSWER = f"{EXTRA}.answer"
"""What the id of the field in the check-in form begins with; the question's follows."""
CHANGE, FILE, SAVE, LINE = "campaigns.question", "campaigns.question_file", "campaigns.question_save", "campaigns.line"
METHOD = (
    "Each customer counts once, with its latest answer, however often it is called. Intervals hold 95 of 100 times."
)
OFF = "No question is part of every check-in."


def extra_field(form: StandingForm) -> list[Block]:
    """Return the question in the check-in form, with what the customer answered last."""
    last = ""
    if form.last and form.last_on:
        last = f"Last: {ui.cut(' '.join(form.last.split()), 100)} ({ui.short_date(form.last_on, today=form.today)})"
    element = answer_input(form.question, "", ANSWER)
    text = ui.cut(form.question.text, 200)
    field = ui.field_of(text, element, optional=True, block_id=f"{ANSWER}:{form.question_id}", hint=last)
    return [ui.context("Asked at every check-in", block_id=f"{EXTRA}.about"), field]


def standing(schema: StandingResult) -> Message:
    """Return the question of every check-in, and what was answered in the last days and in as many before."""
    change = [ui.button("Change" if schema.question else "Choose one", CHANGE)] if schema.may_set else []
    if schema.question is None or schema.answered is None or schema.before is None:
        text = (
            f"{OFF} One may be, such as whether they would recommend us; its result then stands here and in the review."
        )
        return Message(text=plain(text), blocks=[ui.section(text), *([ui.actions(*change)] if change else [])])
    since = ui.short_date(schema.set_on, today=schema.today) if schema.set_on and schema.today else ""
    who = f", chosen by {ui.escape(ui.cut(schema.set_by_name, 80))}" if schema.set_by_name else ""
    text = f"{ui.bold(ui.cut(schema.question.text, 200))} is part of every check-in since {since}{who}."
    files = [ui.button("As a file", FILE)] if schema.may_set else []
    buttons = [ui.actions(*change, *files)] if change else []
    blocks = [
        ui.section(text),
        ui.section(f"*The last {schema.days} days* · {question_lines(schema.answered)}"),
        ui.section(f"*The {schema.days} days before* · {question_lines(schema.before)}"),
        ui.context(METHOD), *buttons,
    ]  # fmt: skip
    return Message(text=plain(text), blocks=blocks)


def question_form(schema: StandingResult) -> Block:
    """Ask which question is part of every check-in."""
    words = ui.text_input(LINE, initial=schema.line, max_length=WHAT, placeholder=PLACEHOLDER.partition("\n")[0])
    kinds = HINT.partition(". ")[2]
    blocks = [
        ui.section("It stands in the check-in form of every customer, and may be left out. Empty: nothing is asked."),
        ui.field_of("Question", words, block_id=LINE, optional=True, hint=kinds),
    ]
    return ui.modal("Every check-in", blocks, callback_id=SAVE, submit="Save")


def saved(schema: StandingResult) -> str:
    """Return what is asked from now on."""
    return f"From now on, every check-in asks: {schema.question.text}" if schema.question else OFF
