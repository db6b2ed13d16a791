"""What we owe, in its channel, and the line of a digest that has nothing to tell."""

from collections.abc import Sequence
from datetime import date

from bot.core.schemas import Count, Line
from bot.digests.rules import OWED_TEXT
from bot.digests.schemas import AllClear, CommitmentsDigest
from bot.slack import blocks as ui
from bot.slack.footers import digest_footer, notification_text, trial_note

COUNT_TEXT = 70
CLEAR_TEXT = 300


def owed(schema: CommitmentsDigest) -> ui.Message:
    """A slot's message: the sum in a sentence, the most late things by name, how many more there are."""
    said = _headline(schema)
    blocks: list[ui.Block] = [ui.section(ui.escape(said)), *trial_note(is_test=schema.slot.is_test)]
    if schema.lines:
        blocks += [ui.divider(), ui.section("\n".join(_line(line, schema.today) for line in schema.lines))]
    if schema.more or schema.and_more:
        blocks.append(ui.section(f"and {'at least ' if schema.and_more else ''}{schema.more:,} more"))
    blocks += digest_footer(schema.slot, "most late first, size plays no part")
    return ui.Message(text=ui.escape(notification_text(said, is_test=schema.slot.is_test)), blocks=blocks)


def all_clear(schema: AllClear) -> ui.Message:
    """One line, so that the silence isn't taken for a fault."""
    said = ui.cut(schema.words, CLEAR_TEXT)
    blocks = [ui.section(ui.escape(said)), *trial_note(is_test=schema.slot.is_test), *digest_footer(schema.slot)]
    return ui.Message(text=ui.escape(notification_text(said, is_test=schema.slot.is_test)), blocks=blocks)


def _headline(schema: CommitmentsDigest) -> str:
    if schema.counts:
        return ui.cut(f"We owe: {_list(schema.counts)}.", ui.NOTIFICATION_TEXT)
    total = len(schema.lines) + schema.more
    return f"We owe: {ui.plural(total, 'thing')} due, nothing late."


def _list(counts: Sequence[Count]) -> str:
    ordered = sorted(counts, key=lambda count: not count.urgent)
    return ", ".join(ui.cut(" ".join(count.text.split()), COUNT_TEXT) for count in ordered)


def _line(line: Line, today: date) -> str:
    text = ui.escape(ui.cut(" ".join(line.text.split()), OWED_TEXT))
    if line.on is None:
        when = "open"
    elif line.on < today:
        when = f"{ui.days((today - line.on).days)} late"
    else:
        when = "today" if line.on == today else f"by {ui.short_date(line.on, today=today)}"
    return f"• *{when}* · {text}" if line.urgent else f"• {when} · {text}"
