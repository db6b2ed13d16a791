"""What we owe, in its channel, and the line of a digest that has nothing to tell."""

from collections.abc import Sequence
from datetime import date

from bot.core.facts import Count, Line
from bot.digests.facts import AllClear, OwedDigest
from bot.digests.rules import OWED_TEXT
from bot.slack.blocks import (
    NOTIFICATION_TEXT,
    Block,
    Message,
    cut,
    days,
    divider,
    escape,
    plural,
    section,
    short_date,
)
from bot.slack.footers import digest_footer, notification, trial_note

COUNT_TEXT = 70
CLEAR_TEXT = 300


def owed(fact: OwedDigest) -> Message:
    """A slot's message: the sum in a sentence, the most late things by name, how many more there are."""
    said = _headline(fact)
    blocks: list[Block] = [section(escape(said)), *trial_note(is_test=fact.slot.is_test)]
    if fact.lines:
        blocks += [divider(), section("\n".join(_line(line, fact.today) for line in fact.lines))]
    if fact.more or fact.and_more:
        blocks.append(section(f"and {'at least ' if fact.and_more else ''}{fact.more:,} more"))
    blocks += digest_footer(fact.slot, "most late first, size plays no part")
    return Message(text=escape(notification(said, is_test=fact.slot.is_test)), blocks=blocks)


def all_clear(fact: AllClear) -> Message:
    """One line, so that the silence isn't taken for a fault."""
    said = cut(fact.words, CLEAR_TEXT)
    blocks = [section(escape(said)), *trial_note(is_test=fact.slot.is_test), *digest_footer(fact.slot)]
    return Message(text=escape(notification(said, is_test=fact.slot.is_test)), blocks=blocks)


def _headline(fact: OwedDigest) -> str:
    if fact.counts:
        return cut(f"We owe: {_list(fact.counts)}.", NOTIFICATION_TEXT)
    total = len(fact.lines) + fact.more
    return f"We owe: {plural(total, 'thing')} due, nothing late."


def _list(counts: Sequence[Count]) -> str:
    ordered = sorted(counts, key=lambda count: not count.urgent)
    return ", ".join(cut(" ".join(count.text.split()), COUNT_TEXT) for count in ordered)


def _line(line: Line, today: date) -> str:
    text = escape(cut(" ".join(line.text.split()), OWED_TEXT))
    if line.on is None:
        when = "open"
    elif line.on < today:
        when = f"{days((today - line.on).days)} late"
    else:
        when = "today" if line.on == today else f"by {short_date(line.on, today=today)}"
    return f"• *{when}* · {text}" if line.urgent else f"• {when} · {text}"
