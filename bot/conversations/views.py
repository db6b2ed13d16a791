"""What the bot answers to words: proposals with their buttons, a card's first line, and what one can say."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from bot.checkins.rules import Channel, Result
from bot.conversations.rules import Intent, ProposalKind
from bot.conversations.schemas import ProposalSchema, Reply
from bot.customers.rules.names import either
from bot.customers.schemas import Named
from bot.customers.views import ADD, CARD, OPTIONS, due_words
from bot.customers.views import card as card_view
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message

SAVE, CHANGE, NOT_THIS, DROP = (
    "conversations.save", "conversations.change", "conversations.not_this", "conversations.drop",
)  # fmt: skip
UNDO, HELP = "conversations.undo", "conversations.help"
CUSTOMER, DAY, PICK = "conversations.customer", "conversations.day", "conversations.pick"
CHANGED: Mapping[ProposalKind, str] = {
    kind: f"conversations.changed.{kind.value}" for kind in ProposalKind if kind is not ProposalKind.NOTE
}
START, QUEUE, LOG = "checkins.start", "checkins.queue", "checkins.log"  # the check-ins feature answers them

NAME, SAID, ASKED = 100, 600, 60
WHAT_TO_SAY = """*talked to Acme, they are happy*  a check-in; also *met Acme*, *tried Acme*, *Acme called me*
*who is waiting?*  your queue
*what about Acme*  how a customer stands
*remind me about Acme friday*  a follow-up for yourself
*promised Acme a price list by friday*  a promise
*problem at Acme: nothing works*  a problem, with the form for it
Nothing is saved before you press a button."""


def reply(schema: Reply) -> Message:
    """Draw the answer to a message."""
    if schema.proposal is not None:
        return proposal(schema.proposal)
    if schema.card is not None:
        return _card(schema)
    if schema.intent is Intent.HELP:
        return help_message()
    if schema.about is not None:
        name = ui.bold(ui.cut(schema.about.name, NAME))
        key = str(schema.about.id)
        buttons = (ui.button("Check-in", LOG, key), ui.button("Card", CARD, key), ui.button("Help", HELP))
        return _message(f"What about {name}? I didn't understand the rest.", ui.actions(*buttons))
    thanks = schema.intent is Intent.THANKS
    return _message("You're welcome." if thanks else "I didn't understand that. What would you like?", _menu())


def help_message() -> Message:
    """Draw what one can say."""
    return Message(text="What you can say to me.", blocks=[ui.section(WHAT_TO_SAY), _menu()])


def sentence(words: str) -> Message:
    """Draw a sentence, such as an error's."""
    return _message(ui.escape(words))


def proposal(schema: ProposalSchema) -> Message:
    """Draw a proposal as it stands: a question while something is open, what a press would save, or what was saved."""
    if schema.is_settled:
        return _settled(schema)
    if schema.customer_id is None:
        return _which_customer(schema)
    if schema.lacks_day:
        return _which_day(schema)
    key = str(schema.id)
    if schema.kind is ProposalKind.NOTE:
        buttons = [ui.button("Save", SAVE, key, style="primary"), ui.button("Not now", DROP, key)]
    elif schema.kind is ProposalKind.PROBLEM:
        buttons = [ui.button("How bad is it…", CHANGE, key, style="primary"), _not_this(schema)]
    else:
        buttons = [ui.button("Save", SAVE, key, style="primary"), ui.button("Change", CHANGE, key), _not_this(schema)]
    return _message(_said(schema), ui.actions(*buttons, block_id=f"conversations.do:{key}"))


def _not_this(schema: ProposalSchema) -> Block:
    return ui.button("Not this customer", NOT_THIS, str(schema.id))


def _said(schema: ProposalSchema) -> str:
    """Return the sentence that would be saved."""
    name, words = _name(schema), _quoted(schema)
    match schema.kind:
        case ProposalKind.CHECKIN:
            return f"{_contact(schema)}{f': {words}' if words else ''}. {_effect(schema)}".replace('.". ', '." ')
        case ProposalKind.FOLLOWUP:
            return f"You'll follow up with {name} by {_day(schema.day, schema)}: {_words(schema)}."
        case ProposalKind.PROMISE:
            return f"You promised {name} by {_day(schema.day, schema)}: {_words(schema)}."
        case ProposalKind.PROBLEM:
            return f"A problem at {name}: {words}. How bad is it for them?"
        case ProposalKind.NOTE:
            return f"Save this as a note to {name}? {words}"


def _contact(schema: ProposalSchema) -> str:
    """Return `We talked with *Acme* today`."""
    ago = (schema.today - schema.day).days if schema.day else 0
    name, when = _name(schema), {0: "today", 1: "yesterday"}.get(ago, f"on {_day(schema.day, schema)}")
    match schema.result:
        case Result.TALKED:
            verb = {Channel.MEETING: "met", Channel.VISIT: "visited"}.get(schema.channel, "talked with")
            return f"We {verb} {name} {when}"
        case Result.THEY_CONTACTED_US:
            return f"{name} contacted us {when}"
        case Result.DECLINED:
            return f"{name} declined to talk {when}"
        case _:
            return f"We tried to reach {name} {when}"


def _effect(schema: ProposalSchema) -> str:
    """Return what the check-in does to the next date."""
    if schema.next_due_on is None:
        return "They aren't active, so nothing is due."
    if schema.result.is_contact:
        return f"Next contact {ui.short_date(schema.next_due_on, today=schema.today)}."
    due = due_words(schema.next_due_on, schema.today)
    return f"The clock keeps running: an attempt isn't a contact yet. It is {due}."


def _which_customer(schema: ProposalSchema) -> Message:
    """Ask for the customer: those who may be meant as buttons, a menu with all, and *Add* for an unknown name."""
    asked, key = ui.cut(schema.asked, ASKED), str(schema.id)
    question = (
        "Which customer is this note about?" if schema.kind is ProposalKind.NOTE else "Which customer is it about?"
    )
    if asked:
        names = either([ui.escape(ui.cut(one.name, ASKED)) for one in schema.candidates]) if schema.candidates else ""
        question = (
            f"No customer is called {ui.bold(asked)}.{f' Did you mean {names}?' if names else ' Which one is it?'}"
        )
    heard = _quoted(schema)
    text = f"{question} You said: {heard}" if heard else question
    buttons = [_candidate(schema.id, one) for one in schema.candidates]
    buttons += [ui.button(f"Add {asked}", ADD, ui.cut(schema.asked, 500))] if asked else []
    buttons += [ui.button("Not now", DROP, key)]
    menu = ui.external_select(OPTIONS, placeholder="Another customer")
    return _message(
        text,
        ui.actions(*buttons, block_id=f"conversations.which:{key}"),
        ui.actions(menu, block_id=f"{PICK}:{key}"),
    )


def _candidate(proposal_id: UUID, one: Named) -> Block:
    made = ui.button(ui.cut(one.name, ui.BUTTON_TEXT), CUSTOMER, f"{proposal_id}:{one.id}")
    return {**made, "action_id": f"{CUSTOMER}:{one.id}"}


def _which_day(schema: ProposalSchema) -> Message:
    """Ask for the day: those that may be meant as buttons, and the form for any other."""
    what = {ProposalKind.CHECKIN: "When was that", ProposalKind.PROMISE: "By when is it promised"}
    text = f"{what.get(schema.kind, 'By when')}? {_name(schema)}{f': {_quoted(schema)}' if schema.words else ''}"
    buttons = [
        {**ui.button(_day(day, schema), DAY, f"{schema.id}:{day.isoformat()}"), "action_id": f"{DAY}:{day.isoformat()}"}
        for day in schema.day_options
    ]
    buttons += [ui.button("Another day…", CHANGE, str(schema.id)), _not_this(schema)]
    return _message(text, ui.actions(*buttons, block_id=f"conversations.when:{schema.id}"))


def _settled(schema: ProposalSchema) -> Message:
    """Draw what was saved, with *Undo*, or that nothing was."""
    name, key = _name(schema), str(schema.id)
    if schema.is_undone:
        return _message(" ".join([f"Undone: {name} is as it was.", *map(ui.escape, schema.stays)]))
    if schema.saved_id is None:
        return _message("Fine, nothing is saved.")
    words = f"✓ Noted for {name}: {_quoted(schema)}" if schema.kind is ProposalKind.NOTE else f"✓ {_said(schema)}"
    undo = ui.button("Undo", UNDO, key)
    saved = ui.section(words, accessory=undo, block_id=f"conversations.done:{key}")
    aside = [ui.context(ui.escape(ui.cut(schema.aside, SAID)))] if schema.aside else []
    return Message(text=_plain(words), blocks=[saved, *aside])


def _card(schema: Reply) -> Message:
    """Draw a customer's card below the line about it."""
    if schema.card is None:
        return sentence(schema.line)
    line = f"{ui.bold(ui.cut(schema.card.customer.name, NAME))}: {ui.escape(schema.line)}"
    head = ui.section(line)
    rows = ui.fitting(
        [[block] for block in card_view.message(schema.card).blocks],
        most_blocks=ui.MESSAGE_BLOCKS - 1,
        most_characters=ui.MESSAGE_CHARACTERS - ui.size([head]),
    )
    return Message(text=_plain(line), blocks=[head, *(block for row in rows for block in row)])


def _menu() -> Block:
    return ui.actions(
        ui.button("My queue", QUEUE), ui.button("Record a check-in", START), ui.button("Help", HELP)
    )  # fmt: skip


def _message(text: str, *blocks: Block) -> Message:
    return Message(text=_plain(text), blocks=[ui.section(text), *blocks])


def _plain(text: str) -> str:
    return ui.cut_markup(text.replace("*", ""), ui.NOTIFICATION_TEXT)


def _name(schema: ProposalSchema) -> str:
    return ui.bold(ui.cut(schema.customer_name, NAME))


def _words(schema: ProposalSchema) -> str:
    return ui.escape(ui.cut(schema.words, SAID))


def _quoted(schema: ProposalSchema) -> str:
    return f'"{_words(schema)}"' if schema.words else ""


def _day(day: date | None, schema: ProposalSchema) -> str:
    return ui.short_date(day, today=schema.today) if day else ""
