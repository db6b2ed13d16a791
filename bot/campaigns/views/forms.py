"""The windows of campaigns: a new one with the draw that it would make, answers, a replacement."""

from collections.abc import Sequence
from datetime import date

from bot.campaigns.rules import FEWEST_CALLS, MOST_CALLS, NAME, REASON, SEED, WORDS, Purpose, size_problem
from bot.campaigns.rules.questions import MOST_QUESTIONS, Question
from bot.campaigns.schemas import BandShare, CallForm, CallRow, CampaignInput, Proposal
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Option

DRAW, ANSWERED, REPLACED = "campaigns.draw", "campaigns.answered", "campaigns.replaced"
FIELD = "campaigns.field."
"""What the ids of the fields of a new campaign begin with."""
ANSWERS = "campaigns.answers"
"""What the ids of the fields for answers begin with; number and campaign follow."""
REASON_FIELD = "campaigns.reason"
SALE = "campaigns.sale"
CUSTOMER, AMOUNT, CURRENCY = "campaigns.customer", "campaigns.amount", "campaigns.currency"
OPTIONS = "customers.options"  # the customers feature answers it
INPUT = "campaigns.input"
QUESTIONS = 2900
"""Characters of the questions, which a text field takes."""
SEED_HINT = "Any letters or digits; each draws another sample."
HINT = (
    "One in each line, fewer than ten. The end says how it is answered: (0-10), (nps), (yes/no), (mail/phone/visit);"
    " without it, in words."
)
PLACEHOLDER = "How good is our portal? (0-10)\nWhat would help you most?"


def campaign_form(settings: CampaignInput, proposal: Proposal | None, *, state: str, problem: str = "") -> Block:
    """Return the form of a new campaign; the draw that it would make, or what is wrong, stands above."""
    wrong = [ui.section(f"⚠ {ui.escape(ui.cut(problem, 500))}"), ui.divider()] if problem else []
    blocks = [*wrong, *(proposed(proposal) if proposal else ()), *_fields(settings)]
    submit = "Draw" if proposal else "Show the draw"
    return ui.modal("Campaign", blocks, callback_id=DRAW, submit=submit, state=state)


def proposed(proposal: Proposal) -> list[Block]:
    """Return what would be drawn: how many of whom, by whom, and what makes it repeatable."""
    busy = f" ({ui.plural(proposal.busy, 'more is', 'more are')} in a campaign that runs)" if proposal.busy else ""
    head = (
        f"*{proposal.size:,} of {proposal.listed:,}* {ui.escape(ui.cut(proposal.whom, 300))}{busy} would be called, and"
        f" {proposal.size:,} more are left alone to compare with: nobody is told who they are."
    )
    bands = " · ".join(_band(one) for one in proposal.bands)
    callers = "\n".join(
        f"{ui.escape(ui.cut(one.name, 80))}: {ui.plural(one.calls, 'call')}, {_from_to(one.first_on, one.last_on)},"
        f" at most {one.most_a_day:,} a day"
        for one in proposal.callers
    )
    first = ", ".join(ui.escape(ui.cut(name, 60)) for name in proposal.first_names)
    more = proposal.size - len(proposal.first_names)
    repeat = f"Seed {ui.escape(ui.cut(proposal.seed, SEED))}, list {ui.escape(proposal.fingerprint[:16])}"
    return [
        ui.section(head),
        ui.section(f"To call: {first}{f' and {more:,} more' if more > 0 else ''}"),
        ui.section(callers),
        ui.context(f"To call and left alone, by size: {bands}"),
        ui.context(f"{repeat}: the same two always draw the same. Nothing is drawn until you press Draw."),
        ui.divider(),
    ]


def answers_form(form: CallForm, *, state: str) -> Block:
    """Return the form for a customer's answers, filled with those that are known."""
    head = ui.section(f"{ui.bold(ui.cut(form.customer_name, 200))} · {ui.escape(ui.cut(form.campaign_name, NAME))}")
    blocks = [head, *question_fields(form)]
    return ui.modal("Answers", blocks, callback_id=ANSWERED, submit="Save", state=state)


def extra_fields(form: CallForm) -> list[Block]:
    """Return the questions of a campaign in the check-in form."""
    asked = f"{ui.escape(ui.cut(form.campaign_name, NAME))}: what did they answer?"
    head = ui.context(asked, block_id=f"{ANSWERS}.about")
    return [head, *question_fields(form)]


def question_fields(form: CallForm) -> list[Block]:
    """Return a field for each question of a campaign."""
    known = [*form.answers, *[""] * len(form.questions)]
    asked = list(zip(form.questions, known, strict=False))[:MOST_QUESTIONS]
    return [
        ui.field_of(
            ui.cut(one.text, 200), answer_input(one, answer, f"{ANSWERS}.{number}"), optional=True,
            block_id=f"{ANSWERS}.{number}:{form.campaign_id}",
        )
        for number, (one, answer) in enumerate(asked, start=1)
    ]  # fmt: skip


def replace_form(form: CallForm, *, state: str) -> Block:
    """Ask why a customer can't be called."""
    told = (
        f"Another customer of the same size is drawn in the place of {ui.bold(ui.cut(form.customer_name, 200))}, by the"
        f" seed of {ui.bold(ui.cut(form.campaign_name, NAME))}. The result tells that it was replaced and why."
    )
    words = ui.text_input(REASON_FIELD, max_length=REASON, placeholder="They closed last week")
    blocks = [ui.section(told), ui.field_of("Why it can't be called", words, block_id=REASON_FIELD)]
    return ui.modal("Replace", blocks, callback_id=REPLACED, submit="Replace", close="Keep it", state=state)


def sale_form(*, state: str) -> Block:
    """Ask what a customer bought."""
    amount = ui.number_input(AMOUNT, lowest=0, decimals=True)
    blocks = [
        ui.section("What customers of either group bought, so that the two can be compared."),
        ui.field_of("Customer", ui.external_select(OPTIONS, placeholder="Type a name"), block_id=CUSTOMER),
        ui.field_of("Amount", amount, block_id=AMOUNT),
        ui.field_of("Currency", ui.text_input(CURRENCY, max_length=3, placeholder="EUR"), block_id=CURRENCY),
    ]
    return ui.modal("Sold", blocks, callback_id=SALE, submit="Save", state=state)


def replaced(made: CallRow) -> Block:
    """Say who is called instead."""
    who = ui.escape(ui.cut(made.caller_name, 80))
    text = f"{ui.bold(ui.cut(made.customer_name, 200))} was drawn instead; {who} calls by {ui.short_date(made.due_on)}."
    return ui.modal("Replaced", [ui.section(text)], callback_id="told", close="Close")


def _band(one: BandShare) -> str:
    return f"{ui.escape(ui.cut(one.band, 40)).lower()} {one.called:,} and {one.control:,} of {one.listed:,}"


def _fields(settings: CampaignInput) -> Sequence[Block]:
    purposes = [Option(one.words.capitalize(), one.value) for one in Purpose]
    known_size = None if size_problem(settings.size) else settings.size
    size = ui.number_input(INPUT, initial=known_size, lowest=FEWEST_CALLS, highest=MOST_CALLS)
    questions = ui.text_input(
        INPUT, initial=settings.questions, multiline=True, max_length=QUESTIONS, placeholder=PLACEHOLDER
    )
    channel = ui.channel_select(INPUT, initial=settings.channel_id)
    every_size = ui.checkboxes(
        INPUT, [Option("Every size of customer gets its share", "yes")], initial=["yes"] if settings.stratified else ()
    )
    return [
        _field("name", "Name", ui.text_input(INPUT, initial=settings.name, max_length=NAME)),
        _field("purpose", "What for", ui.select(INPUT, purposes, initial=settings.purpose.value)),
        _field("size", "How many calls", size),
        _field("callers", "Who calls", ui.people_select(INPUT, initial=settings.caller_ids)),
        _field("until", "Until", ui.date_picker(INPUT, initial=settings.until)),
        _field("questions", "Questions", questions, optional=True, hint=HINT),
        _field("owners", "Only customers of", ui.people_select(INPUT, initial=settings.owner_ids), optional=True),
        _field("tag", "Only with the tag", _short(settings.tag), optional=True),
        _field("country", "Only in the country", _short(settings.country), optional=True),
        _field("channel", "Channel that sees how far it is", channel, optional=True),
        _field("strata", "Sizes", every_size, optional=True),
        _field("seed", "Seed", ui.text_input(INPUT, initial=settings.seed, max_length=SEED), hint=SEED_HINT),
    ]


def _short(initial: str) -> Block:
    return ui.text_input(INPUT, initial=initial, max_length=60)


def _field(name: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    named = {**element, "action_id": f"{FIELD}{name}"}
    return ui.field_of(label, named, block_id=f"{FIELD}{name}", optional=optional, hint=hint)


def answer_input(question: Question, answer: str, action_id: str) -> Block:
    """Return the field for the answer to a question: a menu of its options, else a text."""
    if not question.options:
        return ui.text_input(action_id, initial=answer, multiline=True, max_length=WORDS)
    options = [Option(text, str(place)) for place, text in enumerate(question.options)]
    chosen = str(question.options.index(answer)) if answer in question.options else None
    return ui.select(action_id, options, initial=chosen)


def _from_to(first: date, last: date) -> str:
    return f"{ui.short_date(first)} to {ui.short_date(last)}" if first != last else ui.short_date(first)
