"""What a workspace sets about mentions: what it is called, how long an answer may take, phrases to avoid."""

from collections.abc import Sequence

from bot.mentions.rules.mentions import ANSWER_DAYS_RANGE
from bot.mentions.schemas.matches import OwnNames
from bot.mentions.schemas.mentions import MentionSetup
from bot.slack.blocks import Block, channel_select, field_of, modal, number_input, section, text_input

SAVE = "mentions.save_setup"
FIELDS = ("names", "domains", "handles", "answer_days", "phrases", "channel")
BLOCK_OF = {name: f"mentions.setup_{name}" for name in FIELDS}
LONG = 3000


def setup_form(ours: OwnNames, schema: MentionSetup) -> Block:
    """Our own names, the time for an answer, the phrases with kinder ones, and where people's finds go."""
    low, high = ANSWER_DAYS_RANGE
    phrases = "\n".join(f"{words} = {kinder}" for words, kinder in schema.phrases)
    blocks = [
        section(
            "A mention is about us when it holds one of these. Customers are found by their own names and domains."
        ),
        _lines("names", "What we are called", ours.names, "One a line: the company, its products."),
        _lines("domains", "Our domains", ours.domains, "One a line, such as golddex.example."),
        _lines("handles", "Our handles", ours.handles, "One a line, such as @golddex."),
        field_of(
            "Working days for an answer",
            number_input(BLOCK_OF["answer_days"], initial=schema.answer_days, lowest=low, highest=high),
            block_id=BLOCK_OF["answer_days"],
        ),
        field_of(
            "Phrases to avoid",
            text_input(BLOCK_OF["phrases"], initial=phrases, multiline=True, max_length=LONG),
            block_id=BLOCK_OF["phrases"],
            optional=True,
            hint="One a line, with a kinder one: no problem = you're welcome. They are pointed out, nothing more.",
        ),
        field_of(
            "Channel for what people save",
            channel_select(BLOCK_OF["channel"], initial=schema.channel_id or None),
            block_id=BLOCK_OF["channel"],
            optional=True,
            hint="Empty: it is kept, and only who saved it sees the card.",
        ),
    ]
    return modal("Mentions", blocks, callback_id=SAVE, submit="Save")


def _lines(name: str, label: str, words: Sequence[str], hint: str) -> Block:
    box = text_input(BLOCK_OF[name], initial="\n".join(words), multiline=True, max_length=LONG)
    return field_of(label, box, block_id=BLOCK_OF[name], optional=True, hint=hint)
