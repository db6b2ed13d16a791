"""The windows around a mention: the answer, whom it is about, and what was done."""

from collections.abc import Sequence

from bot.mentions.rules.mentions import ANSWER, LINK
from bot.mentions.rules.phrases import Hint
from bot.mentions.schemas.mentions import MentionSchema
from bot.mentions.views.cards import about_line
from bot.slack.blocks import (
    Block,
    escape,
    external_select,
    field_of,
    modal,
    quote,
    section,
    text_input,
)

SAVE_ANSWER, SAVE_CUSTOMER = "mentions.save_answer", "mentions.save_customer"
WORDS, WHERE, WHOM = "mentions.words", "mentions.where", "mentions.whom"
FIELD_OF = {"words": WORDS, "link": WHERE, "customer": WHOM}
OPTIONS = "customers.options"  # the customers feature answers it
QUOTED = 300
MOST_HINTS = 8


def answer_form(
    schema: MentionSchema, *, memory: str, words: str = "", where: str = "", hints: Sequence[Hint] = ()
) -> Block:
    """What was answered and where; with *hints*, phrases to think about before it is kept as it is."""
    told = [section(_hinted(hints))] if hints else []
    blocks = [
        section(quote(f"{schema.title} {schema.words}".strip(), QUOTED) or "> (without words)"),
        *told,
        field_of(
            "What you answered",
            text_input(WORDS, initial=words, multiline=True, max_length=ANSWER),
            block_id=WORDS,
            optional=True,
        ),
        field_of(
            "Link to the answer",
            text_input(WHERE, initial=where, max_length=LINK, placeholder="https://…"),
            block_id=WHERE,
            optional=True,
            hint="Words, a link, or both; the bot itself never writes to anybody out there.",
        ),
    ]
    return modal(
        "Answered", blocks, callback_id=SAVE_ANSWER, submit="Keep it as it is" if hints else "Save", memory=memory
    )


def customer_form(schema: MentionSchema, *, memory: str) -> Block:
    """Whom a mention is about; nobody is an answer, too."""
    blocks = [
        section(f"{quote(f'{schema.title} {schema.words}'.strip(), QUOTED)}\n{about_line(schema)}"),
        field_of(
            "Which customer is it about",
            external_select(OPTIONS, placeholder="Type a name"),
            block_id=WHOM,
            optional=True,
            hint="Leave it empty when it is about none of them. What was wrong is learnt for this source.",
        ),
    ]
    return modal("Which customer", blocks, callback_id=SAVE_CUSTOMER, submit="Save", memory=memory)


def saved(words: str) -> Block:
    """What was done, where no message can tell it."""
    return modal("Saved", [section(escape(words))], callback_id="told", close="Close")


def _hinted(hints: Sequence[Hint]) -> str:
    lines = [f"• “{escape(hint.found)}” could be “{escape(hint.kinder)}”" for hint in hints[:MOST_HINTS]]
    return "Before it is kept, a thought about the words; nothing has to change.\n" + "\n".join(lines)
