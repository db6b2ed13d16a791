"""The digest in its channel, its thread, and the news that it has stopped."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.core.schemas import Count
from bot.digests.rules import NAME_IN_ROW, OWNER_IN_ROW, WORDS_IN_ROW, DigestKind, pack, wait_words
from bot.digests.schemas import DigestPage, DigestStopped, NeglectedDigest, WaitingRow
from bot.digests.views.ids import POOL, SETUP, TAKE, row_block
from bot.slack import blocks as ui
from bot.slack.footers import footer, notification_text, trial_note

COUNTS_SHOWN = 8
COUNT_TEXT = 70
REASON_SHOWN = 200
DONE_MARK = "✓"


def digest(schema: NeglectedDigest) -> ui.Message:
    """A slot's message."""
    said = headline(schema)
    blocks = [ui.section(ui.escape(said)), *trial_note(is_test=schema.is_test)]
    if schema.rows:
        blocks += [ui.divider(), *(block for row in schema.rows for block in _row(row))]
    blocks += _pool(schema)
    if schema.counts:
        blocks += [ui.divider(), ui.section(counts_line(schema.counts))]
    blocks += _footer(schema)
    return ui.Message(text=ui.escape(notification_text(said, is_test=schema.is_test)), blocks=blocks)


def headline(schema: NeglectedDigest) -> str:
    """The first line: how many are in cadence, what changed, how many have waited too long."""
    if not schema.active:
        return "There are no customers to look after yet. Bring them in with /customers import."
    customers = f"{ui.plural(schema.active, 'customer')} {_be(schema.active)} in cadence{_change(schema)}."
    if schema.in_cadence == schema.active:
        return f"All {customers}{_longest(schema)}"
    coverage = f"{schema.percent} % of {customers}"
    if not schema.neglected:
        return f"{coverage} Nobody has waited too long; {schema.due:,} {_be(schema.due)} due.{_longest(schema)}"
    return f"{coverage} {schema.neglected:,} {_have(schema.neglected)} waited too long."


def page(schema: DigestPage) -> ui.Message:
    """A piece of the whole list, in the thread."""
    which = "" if schema.pages == 1 else f", {schema.page} of {schema.pages}"
    title = f"All {schema.total:,} that have waited too long, longest first{which}"
    groups = pack(schema.lines, ui.SECTION_TEXT)
    blocks = [ui.section(f"*{title}*"), *(ui.section(ui.escape("\n".join(group))) for group in groups)]
    return ui.Message(text=f"{title}.", blocks=blocks)


def stopped(schema: DigestStopped) -> ui.Message:
    """To the managers: a digest couldn't be posted, and what mends it."""
    where = ui.channel_link(schema.channel_id)
    name = f"#{schema.channel_name}" if schema.channel_name else "its channel"
    reason = ui.cut(schema.reason, REASON_SHOWN)
    is_one = schema.digests == 1
    which = "The digest" if is_one else f"The {schema.digests:,} digests"
    if schema.is_over:
        told = f"{'has' if is_one else 'have'} stopped: {reason}"
        mend = f"Choose a channel in the setup, save, and {'it goes' if is_one else 'they go'} on."
    else:
        told, mend = f"couldn't be posted: {reason}", "I'll try again at the next time."
    return ui.Message(
        text=ui.escape(f"{which} to {name} {told} {mend}"),
        blocks=[ui.section(f"{which} to {where} {ui.escape(told)} {mend}"), ui.actions(ui.button("Open setup", SETUP))],
    )


def row_text(row: WaitingRow) -> str:
    """Who, since when, whose, and what was last said."""
    who = ui.escape(ui.cut(row.owner_name or "nobody yet", OWNER_IN_ROW)) if row.owner_id else "no owner"
    waited = wait_words(row.waited, row.cadence, ever_contacted=row.ever_contacted)
    text = f"{ui.bold(ui.cut(row.name, NAME_IN_ROW))} · {waited} · {who}"
    return f"{text}\n{ui.escape(ui.cut(row.words, WORDS_IN_ROW))}" if row.words else text


def done_text(row: WaitingRow) -> str:
    """What was done about a row since it was posted."""
    name = ui.bold(ui.cut(row.name, NAME_IN_ROW))
    if row.done == "taken":
        return f"{DONE_MARK} {ui.escape(ui.cut(row.owner_name or 'Somebody', OWNER_IN_ROW))} took {name}"
    return f"{DONE_MARK} {name} {ui.escape(row.done)}"


def take_value(row: WaitingRow, whose: str = "", page: int = 0) -> str:
    """What *I'll take it* brings back: which customer, whose it was when it was drawn, and the list it stands in."""
    return f"{row.id} {row.owner_id or '-'} {whose or '-'} {page}"


def redrawn(blocks: Sequence[Mapping[str, Any]], customer_id: UUID, taker: str, name: str) -> list[ui.Block]:
    """A digest's *blocks* as Slack gave them back, with one row saying who took the customer."""
    block_id = row_block(customer_id)
    done = ui.section(f"{DONE_MARK} {ui.escape(taker)} took {ui.bold(ui.cut(name, NAME_IN_ROW))}", block_id=block_id)
    kept = [block for block in blocks if block.get("block_id") != _words_block(block_id)]
    return [done if block.get("block_id") == block_id else dict(block) for block in kept]


def _row(row: WaitingRow) -> list[ui.Block]:
    block_id = row_block(row.id)
    if row.done:
        return [ui.section(done_text(row), block_id=block_id)]
    take = ui.button("I'll take it", TAKE, take_value(row))
    if not row.offers:
        return [ui.section(row_text(row), accessory=take, block_id=block_id)]
    others = [ui.button(offer.label, offer.action_id, offer.value) for offer in row.offers]
    return [ui.section(row_text(row), block_id=_words_block(block_id)), ui.actions(take, *others, block_id=block_id)]


def _words_block(block_id: str) -> str:
    """The id of a row's words, where its buttons are a block of their own."""
    return f"{block_id}:words"


def _pool(schema: NeglectedDigest) -> list[ui.Block]:
    parts = []
    if schema.more:
        parts.append(f"{schema.more:,} more in the thread" if not schema.is_test else f"{schema.more:,} more")
    if schema.pool:
        parts.append(f"{ui.plural(schema.pool, 'customer')} {_have(schema.pool)} no owner")
    if not parts:
        return []
    return [ui.section(" · ".join(parts), accessory=ui.button("Take one", POOL) if schema.pool else None)]


def counts_line(counts: Sequence[Count]) -> str:
    """The features' counts in one line, the urgent ones bold."""
    shown = [(ui.escape(ui.cut(count.text, COUNT_TEXT)), count.urgent) for count in counts[:COUNTS_SHOWN]]
    return " · ".join(f"*{text}*" if urgent else text for text, urgent in shown)


def _footer(schema: NeglectedDigest) -> list[ui.Block]:
    return footer(
        made_at=schema.made_at, next_slot=schema.next_slot, zone=schema.zone, kind=DigestKind.NEGLECTED,
        note="longest wait first, size plays no part",
    )  # fmt: skip


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _change(schema: NeglectedDigest) -> str:
    if not schema.change:
        return ""
    return f" (▲{schema.change})" if schema.change > 0 else f" (▼{-schema.change})"


def _longest(schema: NeglectedDigest) -> str:
    return f" Longest wait: {schema.longest[0]:,} of {schema.longest[1]} days." if schema.longest else ""
