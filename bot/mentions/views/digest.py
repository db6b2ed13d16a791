"""The digest of what customers say: how much, how it reads, how it was answered, what waits."""

from bot.mentions.schemas.digest import MentionsDigest
from bot.slack.blocks import Block, Message, bold, context, cut, escape, plural, quote, section
from bot.slack.charts import chart
from bot.slack.footers import digest_footer, notification_text, trial_note

NAME, TOLD = 80, 220


def digest(schema: MentionsDigest) -> Message:
    """`14 mentions (▲3): 4 read as complaints (▲1), 6 as praise. 5 were answered, 4 of them in time.`"""
    head, by_day = _head(schema), _by_day_in_words(schema)
    blocks = [section(head), *trial_note(is_test=schema.slot.is_test)]
    if schema.days:
        blocks += [_chart(schema), context(by_day)]
    blocks += [*_waiting(schema), *_most(schema), *_praise(schema), *digest_footer(schema.slot)]
    return Message(text=notification_text(f"{head} {by_day}".rstrip(), is_test=schema.slot.is_test), blocks=blocks)


def _head(schema: MentionsDigest) -> str:
    said = f"{plural(schema.total, 'mention')}{_change(schema.total - schema.before)}"
    if schema.total:
        complaints = (
            f"{schema.complaints:,} {'reads as a complaint' if schema.complaints == 1 else 'read as complaints'}"
        )
        said += f": {complaints}{_change(schema.complaints - schema.complaints_before)}, {schema.praise:,} as praise"
    if not schema.answered:
        return f"{said}."
    were = "was" if schema.answered == 1 else "were"
    return f"{said}. {schema.answered:,} {were} answered, {schema.in_time:,} in time."


def _chart(schema: MentionsDigest) -> Block:
    days = schema.days
    return chart(
        f"What was written in {len(days)} days",
        [day.label for day in days],
        {
            "praise": [day.praise for day in days],
            "complaints": [day.complaints for day in days],
            "neither": [day.others for day in days],
        },
    )


def _by_day_in_words(schema: MentionsDigest) -> str:
    """Return the chart's figures in words; "" when there are no days to show."""
    if not schema.days:
        return ""
    busiest = max(schema.days, key=lambda day: day.praise + day.complaints + day.others)
    said = f"Mentions of the last {len(schema.days)} days: {_sum(schema, 'complaints')} read as complaints, "
    said += f"{_sum(schema, 'praise')} as praise, {_sum(schema, 'others')} as neither."
    return f"{said} Most on {escape(busiest.label)}."


def _sum(schema: MentionsDigest, name: str) -> int:
    return sum(getattr(day, name) for day in schema.days)


def _waiting(schema: MentionsDigest) -> list[Block]:
    if not schema.open_now:
        return [section("Nothing waits for an answer.")]
    rows = "\n".join(f"• {_line(line.text, urgent=line.urgent)}" for line in schema.waiting)
    more = schema.open_now - len(schema.waiting)
    rest = f"\n{more:,} more; `/mentions` shows them all." if more > 0 else ""
    waits = "mention waits" if schema.open_now == 1 else "mentions wait"
    return [section(f"*{schema.open_now:,} {waits} for an answer*, the oldest first\n{rows}{rest}")]


def _line(text: str, *, urgent: bool) -> str:
    said = cut(text, TOLD)
    return f"{escape(said)} · *past the time for it*" if urgent else escape(said)


def _most(schema: MentionsDigest) -> list[Block]:
    if not schema.top:
        return []
    return [section("Most about " + ", ".join(f"{bold(cut(name, NAME))} ({number:,})" for name, number in schema.top))]


def _praise(schema: MentionsDigest) -> list[Block]:
    if not schema.praise_words:
        return []
    about = f" about {bold(cut(schema.praise_about, NAME))}" if schema.praise_about else ""
    return [section(f"Worth passing on{about}\n{quote(schema.praise_words)}")]


def _change(by: int) -> str:
    return "" if not by else f" (▲{by:,})" if by > 0 else f" (▼{-by:,})"
