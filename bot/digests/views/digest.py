"""The digest in its channel, its thread, and the news that it has stopped."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.core.facts import Count
from bot.digests.facts import DigestPage, DigestStopped, NeglectedDigest, WaitingRow
from bot.digests.rules import NAME_IN_ROW, OWNER_IN_ROW, WORDS_IN_ROW, DigestKind, pack, wait_words
from bot.digests.views.ids import POOL, SETUP, TAKE, row_block
from bot.slack.blocks import (
    SECTION_TEXT,
    Block,
    Message,
    actions,
    bold,
    button,
    channel_link,
    cut,
    divider,
    escape,
    plural,
    section,
)
from bot.slack.footers import footer, notification, trial_note

COUNTS_SHOWN = 8
COUNT_TEXT = 70
REASON_SHOWN = 200
DONE_MARK = "✓"


def digest(fact: NeglectedDigest) -> Message:
    """A slot's message."""
    said = headline(fact)
    blocks = [section(escape(said)), *trial_note(is_test=fact.is_test)]
    if fact.rows:
        blocks += [divider(), *(block for row in fact.rows for block in _row(row))]
    blocks += _pool(fact)
    if fact.counts:
        blocks += [divider(), section(counts_line(fact.counts))]
    blocks += _footer(fact)
    return Message(text=escape(notification(said, is_test=fact.is_test)), blocks=blocks)


def headline(fact: NeglectedDigest) -> str:
    """The first line: how many are in cadence, what changed, how many have waited too long."""
    if not fact.active:
        return "There are no customers to look after yet. Bring them in with /customers import."
    customers = f"{plural(fact.active, 'customer')} {_be(fact.active)} in cadence{_change(fact)}."
    if fact.in_cadence == fact.active:
        return f"All {customers}{_longest(fact)}"
    coverage = f"{fact.percent} % of {customers}"
    if not fact.neglected:
        return f"{coverage} Nobody has waited too long; {fact.due:,} {_be(fact.due)} due.{_longest(fact)}"
    return f"{coverage} {fact.neglected:,} {_have(fact.neglected)} waited too long."


def page(fact: DigestPage) -> Message:
    """A piece of the whole list, in the thread."""
    which = "" if fact.pages == 1 else f", {fact.page} of {fact.pages}"
    title = f"All {fact.total:,} that have waited too long, longest first{which}"
    groups = pack(fact.lines, SECTION_TEXT)
    blocks = [section(f"*{title}*"), *(section(escape("\n".join(group))) for group in groups)]
    return Message(text=f"{title}.", blocks=blocks)


def stopped(fact: DigestStopped) -> Message:
    """To the managers: a digest couldn't be posted, and what mends it."""
    where = channel_link(fact.channel_id)
    name = f"#{fact.channel_name}" if fact.channel_name else "its channel"
    reason = cut(fact.reason, REASON_SHOWN)
    is_one = fact.digests == 1
    which = "The digest" if is_one else f"The {fact.digests:,} digests"
    if fact.is_over:
        told = f"{'has' if is_one else 'have'} stopped: {reason}"
        mend = f"Choose a channel in the setup, save, and {'it goes' if is_one else 'they go'} on."
    else:
        told, mend = f"couldn't be posted: {reason}", "I'll try again at the next time."
    return Message(
        text=escape(f"{which} to {name} {told} {mend}"),
        blocks=[section(f"{which} to {where} {escape(told)} {mend}"), actions(button("Open setup", SETUP))],
    )


def row_text(row: WaitingRow) -> str:
    """Who, since when, whose, and what was last said."""
    who = escape(cut(row.owner_name or "nobody yet", OWNER_IN_ROW)) if row.owner_id else "no owner"
    waited = wait_words(row.waited, row.rhythm, ever_contacted=row.ever_contacted)
    text = f"{bold(cut(row.name, NAME_IN_ROW))} · {waited} · {who}"
    return f"{text}\n{escape(cut(row.words, WORDS_IN_ROW))}" if row.words else text


def done_text(row: WaitingRow) -> str:
    """What was done about a row since it was posted."""
    name = bold(cut(row.name, NAME_IN_ROW))
    if row.done == "taken":
        return f"{DONE_MARK} {escape(cut(row.owner_name or 'Somebody', OWNER_IN_ROW))} took {name}"
    return f"{DONE_MARK} {name} {escape(row.done)}"


def take_value(row: WaitingRow, whose: str = "", page: int = 0) -> str:
    """What *I'll take it* brings back: which customer, whose it was when it was drawn, and the list it stands in."""
    return f"{row.id} {row.owner_id or '-'} {whose or '-'} {page}"


def redrawn(blocks: Sequence[Mapping[str, Any]], customer_id: UUID, taker: str, name: str) -> list[Block]:
    """A digest's *blocks* as Slack gave them back, with one row saying who took the customer."""
    block_id = row_block(customer_id)
    done = section(f"{DONE_MARK} {escape(taker)} took {bold(cut(name, NAME_IN_ROW))}", block_id=block_id)
    kept = [block for block in blocks if block.get("block_id") != _words_block(block_id)]
    return [done if block.get("block_id") == block_id else dict(block) for block in kept]


def _row(row: WaitingRow) -> list[Block]:
    block_id = row_block(row.id)
    if row.done:
        return [section(done_text(row), block_id=block_id)]
    take = button("I'll take it", TAKE, take_value(row))
    if not row.offers:
        return [section(row_text(row), accessory=take, block_id=block_id)]
    others = [button(offer.label, offer.action_id, offer.value) for offer in row.offers]
    return [section(row_text(row), block_id=_words_block(block_id)), actions(take, *others, block_id=block_id)]


def _words_block(block_id: str) -> str:
    """The id of a row's words, where its buttons are a block of their own."""
    return f"{block_id}:words"


def _pool(fact: NeglectedDigest) -> list[Block]:
    parts = []
    if fact.more:
        parts.append(f"{fact.more:,} more in the thread" if not fact.is_test else f"{fact.more:,} more")
    if fact.pool:
        parts.append(f"{plural(fact.pool, 'customer')} {_have(fact.pool)} no owner")
    if not parts:
        return []
    return [section(" · ".join(parts), accessory=button("Take one", POOL) if fact.pool else None)]


def counts_line(counts: Sequence[Count]) -> str:
    """The features' counts in one line, the urgent ones bold."""
    shown = [(escape(cut(count.text, COUNT_TEXT)), count.urgent) for count in counts[:COUNTS_SHOWN]]
    return " · ".join(f"*{text}*" if urgent else text for text, urgent in shown)


def _footer(fact: NeglectedDigest) -> list[Block]:
    return footer(
        made_at=fact.made_at, next_slot=fact.next_slot, zone=fact.zone, kind=DigestKind.NEGLECTED,
        note="longest wait first, size plays no part",
    )  # fmt: skip


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _change(fact: NeglectedDigest) -> str:
    if not fact.change:
        return ""
    return f" (▲{fact.change})" if fact.change > 0 else f" (▼{-fact.change})"


def _longest(fact: NeglectedDigest) -> str:
    return f" Longest wait: {fact.longest[0]:,} of {fact.longest[1]} days." if fact.longest else ""
