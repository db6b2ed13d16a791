"""The digest of what customers say: how much, how it reads, how it was answered, what waits."""

from bot.mentions.facts.digest import MentionsDigest
from bot.slack.blocks import Block, Message, bold, cut, escape, plural, quote, section
from bot.slack.charts import Chart, place_for
from bot.slack.footers import digest_footer, notification, trial_note

NAME, TOLD = 80, 220


def digest(fact: MentionsDigest) -> Message:
    """`14 mentions (▲3): 4 read as complaints (▲1), 6 as praise. 5 were answered, 4 of them in time.`"""
    head, chart = _head(fact), _chart(fact)
    blocks = [section(head), *trial_note(is_test=fact.slot.is_test), place_for(chart), *_waiting(fact), *_most(fact)]
    text = notification(head, is_test=fact.slot.is_test)
    return Message(text=text, blocks=[*blocks, *_praise(fact), *digest_footer(fact.slot)], chart=chart)


def _head(fact: MentionsDigest) -> str:
    said = f"{plural(fact.total, 'mention')}{_change(fact.total - fact.before)}"
    if fact.total:
        complaints = f"{fact.complaints:,} {'reads as a complaint' if fact.complaints == 1 else 'read as complaints'}"
        said += f": {complaints}{_change(fact.complaints - fact.complaints_before)}, {fact.praise:,} as praise"
    if not fact.answered:
        return f"{said}."
    were = "was" if fact.answered == 1 else "were"
    return f"{said}. {fact.answered:,} {were} answered, {fact.in_time:,} in time."


def _chart(fact: MentionsDigest) -> Chart:
    days = fact.days
    busiest = max(days, key=lambda day: day.praise + day.complaints + day.others, default=None)
    alt = f"Mentions of the last {len(days)} days: {_sum(fact, 'complaints')} read as complaints, "
    alt += f"{_sum(fact, 'praise')} as praise, {_sum(fact, 'others')} as neither."
    if busiest:
        alt += f" Most on {busiest.label}."
    return Chart(
        title=f"What was written in {len(days)} days",
        alt=alt,
        labels=[day.label for day in days],
        series={
            "praise": [day.praise for day in days],
            "complaints": [day.complaints for day in days],
            "neither": [day.others for day in days],
        },
    )


def _sum(fact: MentionsDigest, name: str) -> int:
    return sum(getattr(day, name) for day in fact.days)


def _waiting(fact: MentionsDigest) -> list[Block]:
    if not fact.open_now:
        return [section("Nothing waits for an answer.")]
    rows = "\n".join(f"• {_line(line.text, urgent=line.urgent)}" for line in fact.waiting)
    more = fact.open_now - len(fact.waiting)
    rest = f"\n{more:,} more; `/mentions` shows them all." if more > 0 else ""
    waits = "mention waits" if fact.open_now == 1 else "mentions wait"
    return [section(f"*{fact.open_now:,} {waits} for an answer*, the oldest first\n{rows}{rest}")]


def _line(text: str, *, urgent: bool) -> str:
    said = cut(text, TOLD)
    return f"{escape(said)} · *past the time for it*" if urgent else escape(said)


def _most(fact: MentionsDigest) -> list[Block]:
    if not fact.top:
        return []
    return [section("Most about " + ", ".join(f"{bold(cut(name, NAME))} ({number:,})" for name, number in fact.top))]


def _praise(fact: MentionsDigest) -> list[Block]:
    if not fact.praise_words:
        return []
    about = f" about {bold(cut(fact.praise_about, NAME))}" if fact.praise_about else ""
    return [section(f"Worth passing on{about}\n{quote(fact.praise_words)}")]


def _change(by: int) -> str:
    return "" if not by else f" (▲{by:,})" if by > 0 else f" (▼{-by:,})"
