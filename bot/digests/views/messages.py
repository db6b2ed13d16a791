"""Messages: digests in their channels and threads, the notice of a stopped digest, lists for one person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from bot.core.schemas import Count, Line
from bot.digests.rules import NAME_IN_ROW, OWED_TEXT, OWNER_IN_ROW, WORDS_IN_ROW, DigestKind, Whose, pack, wait_words
from bot.digests.schemas import (
    AllClear,
    CommitmentsDigest,
    DigestPage,
    DigestStopped,
    NeglectedDigest,
    NeglectedList,
    NeglectedRow,
)
from bot.digests.views import BACK, LOG, MINE, NEXT, POOL, SETUP, TAKE, TEAM, row_block
from bot.slack import blocks as ui
from bot.slack.footers import digest_footer, footer, notification_text, trial_note

COUNTS_SHOWN = 8
COUNT_TEXT = 70
CLEAR_TEXT = 300
REASON_SHOWN = 200
NOTE_SHOWN = 120
DONE_MARK = "✓"


def digest(schema: NeglectedDigest) -> ui.Message:
    """Draw the digest of neglected customers."""
    body: list[ui.Block] = []
    if schema.rows:
        body += [ui.divider(), *(block for row in schema.rows for block in _digest_row(row))]
    body += _more_and_pool(schema)
    if schema.counts:
        body += [ui.divider(), ui.section(counts_line(schema.counts))]
    body += footer(
        made_at=schema.made_at, next_slot=schema.next_slot, zone=schema.zone, kind=DigestKind.NEGLECTED,
        note="longest wait first, size plays no part",
    )  # fmt: skip
    return _digest_message(headline(schema), body, is_test=schema.is_test)


def commitments(schema: CommitmentsDigest) -> ui.Message:
    """Draw the digest of commitments: their counts, the latest ones by name, the number of others."""
    body: list[ui.Block] = []
    if schema.lines:
        body += [ui.divider(), ui.section("\n".join(_commitment(line, schema.today) for line in schema.lines))]
    if schema.more or schema.and_more:
        body.append(ui.section(f"and {'at least ' if schema.and_more else ''}{schema.more:,} more"))
    body += digest_footer(schema.slot, "most late first, size plays no part")
    return _digest_message(_commitments_headline(schema), body, is_test=schema.slot.is_test)


def all_clear(schema: AllClear) -> ui.Message:
    """Draw the one line of a digest that has nothing to report."""
    text = ui.cut(schema.words, CLEAR_TEXT)
    return _digest_message(text, digest_footer(schema.slot), is_test=schema.slot.is_test)


def page(schema: DigestPage) -> ui.Message:
    """Draw a page of the whole list, in the digest's thread."""
    which = "" if schema.pages == 1 else f", {schema.page} of {schema.pages}"
    title = f"All {schema.total:,} that have waited too long, longest first{which}"
    return ui.Message(text=f"{title}.", blocks=[ui.section(f"*{title}*"), *paragraphs(schema.lines)])


def stopped(schema: DigestStopped) -> ui.Message:
    """Draw the notice to managers that digests could not be posted, and what to do about it."""
    where = ui.channel_link(schema.channel_id)
    name = f"#{schema.channel_name}" if schema.channel_name else "its channel"
    reason = ui.cut(schema.reason, REASON_SHOWN)
    is_one = schema.digests == 1
    which = "The digest" if is_one else f"The {schema.digests:,} digests"
    if schema.is_over:
        what = f"{'has' if is_one else 'have'} stopped: {reason}"
        advice = f"Choose a channel in the setup, save, and {'it goes' if is_one else 'they go'} on."
    else:
        what, advice = f"couldn't be posted: {reason}", "I'll try again at the next time."
    text = ui.section(f"{which} to {where} {ui.escape(what)} {advice}")
    return ui.Message(
        text=ui.escape(f"{which} to {name} {what} {advice}"),
        blocks=[text, ui.actions(ui.button("Open setup", SETUP))],
    )


def neglected_list(schema: NeglectedList) -> ui.Message:
    """Draw a page of a list, with buttons for other pages and lists."""
    title = _title(schema)
    blocks = [ui.section(ui.escape(f"{DONE_MARK} {ui.cut(schema.note, NOTE_SHOWN)}"))] if schema.note else []
    blocks.append(ui.section(ui.escape(title)))
    if schema.rows:
        blocks += [ui.divider(), *(_list_row(row, schema) for row in schema.rows), ui.divider()]
    blocks.append(ui.actions(*_list_buttons(schema)))
    where = f"Page {schema.page + 1:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(ui.context(f"{where}Longest wait first; size plays no part. Only you see this."))
    return ui.Message(text=ui.escape(schema.note or title), blocks=blocks)


def headline(schema: NeglectedDigest) -> str:
    """Return the first line of a digest: the share in cadence, its change, how many customers are neglected."""
    if not schema.active:
        return "There are no customers to look after yet. Bring them in with /customers import."
    change = f" ({'▲' if schema.change > 0 else '▼'}{abs(schema.change)})" if schema.change else ""
    customers = f"{ui.plural(schema.active, 'customer')} {_be(schema.active)} in cadence{change}."
    longest = f" Longest wait: {schema.longest[0]:,} of {schema.longest[1]} days." if schema.longest else ""
    if schema.in_cadence == schema.active:
        return f"All {customers}{longest}"
    coverage = f"{schema.percent} % of {customers}"
    if not schema.neglected:
        return f"{coverage} Nobody has waited too long; {schema.due:,} {_be(schema.due)} due.{longest}"
    return f"{coverage} {schema.neglected:,} {_have(schema.neglected)} waited too long."


def row_text(row: NeglectedRow) -> str:
    """Return a row's text: name, days waited, owner, and what other features know."""
    who = ui.escape(ui.cut(row.owner_name or "nobody yet", OWNER_IN_ROW)) if row.owner_id else "no owner"
    waited = wait_words(row.waited, row.cadence, ever_contacted=row.ever_contacted)
    text = f"{ui.bold(ui.cut(row.name, NAME_IN_ROW))} · {waited} · {who}"
    return f"{text}\n{ui.escape(ui.cut(row.words, WORDS_IN_ROW))}" if row.words else text


def counts_line(counts: Sequence[Count]) -> str:
    """Return the features' counts in one line, the urgent ones bold."""
    shown = [(ui.escape(ui.cut(count.text, COUNT_TEXT)), count.urgent) for count in counts[:COUNTS_SHOWN]]
    return " · ".join(f"*{text}*" if urgent else text for text, urgent in shown)


def paragraphs(lines: Sequence[str]) -> list[ui.Block]:
    """Return *lines* of plain text in as few sections as hold them."""
    return [ui.section(ui.escape("\n".join(group))) for group in pack(lines, ui.SECTION_TEXT)]


def take_value(row: NeglectedRow, whose: str = "", page: int = 0) -> str:
    """Return the value of *I'll take it*: the customer, its owner when drawn, and the list and page around it."""
    return f"{row.id} {row.owner_id or '-'} {whose or '-'} {page}"


def read_page(value: str) -> tuple[str, int]:
    """Return the list and page in the value of a list's button; the first page when the number is invalid."""
    whose, _, number = value.partition(" ")
    return whose or Whose.TEAM, int(number) if number.isdecimal() and len(number) < len("1000000") else 0


def mark_taken(blocks: Sequence[Mapping[str, Any]], customer_id: UUID, taker: str, name: str) -> list[ui.Block]:
    """Return the *blocks* of a posted digest, with one customer's row replaced by who took it."""
    block_id = row_block(customer_id)
    done = ui.section(_taken_text(taker, name), block_id=block_id)
    kept = [block for block in blocks if block.get("block_id") != _text_block(block_id)]
    return [done if block.get("block_id") == block_id else dict(block) for block in kept]


def _digest_message(text: str, body: Sequence[ui.Block], *, is_test: bool) -> ui.Message:
    blocks = [ui.section(ui.escape(text)), *trial_note(is_test=is_test), *body]
    return ui.Message(text=ui.escape(notification_text(text, is_test=is_test)), blocks=blocks)


def _digest_row(row: NeglectedRow) -> list[ui.Block]:
    block_id = row_block(row.id)
    if row.done:
        text = f"{DONE_MARK} {ui.bold(ui.cut(row.name, NAME_IN_ROW))} {ui.escape(row.done)}"
        if row.done == "taken":
            text = _taken_text(ui.cut(row.owner_name or "Somebody", OWNER_IN_ROW), row.name)
        return [ui.section(text, block_id=block_id)]
    take = ui.button("I'll take it", TAKE, take_value(row))
    if not row.offers:
        return [ui.section(row_text(row), accessory=take, block_id=block_id)]
    others = [ui.button(offer.label, offer.action_id, offer.value) for offer in row.offers]
    return [ui.section(row_text(row), block_id=_text_block(block_id)), ui.actions(take, *others, block_id=block_id)]


def _taken_text(taker: str, name: str) -> str:
    return f"{DONE_MARK} {ui.escape(taker)} took {ui.bold(ui.cut(name, NAME_IN_ROW))}"


def _text_block(block_id: str) -> str:
    """Return the block id of a row's text, for rows whose buttons are in a block of their own."""
    return f"{block_id}:words"


def _more_and_pool(schema: NeglectedDigest) -> list[ui.Block]:
    parts = []
    if schema.more:
        parts.append(f"{schema.more:,} more" if schema.is_test else f"{schema.more:,} more in the thread")
    if schema.pool:
        parts.append(f"{ui.plural(schema.pool, 'customer')} {_have(schema.pool)} no owner")
    button = ui.button("Take one", POOL) if schema.pool else None
    return [ui.section(" · ".join(parts), accessory=button)] if parts else []


def _commitments_headline(schema: CommitmentsDigest) -> str:
    if not schema.counts:
        return f"We owe: {ui.plural(len(schema.lines) + schema.more, 'thing')} due, nothing late."
    ordered = sorted(schema.counts, key=lambda count: not count.urgent)
    counts = ", ".join(ui.cut(" ".join(count.text.split()), COUNT_TEXT) for count in ordered)
    return ui.cut(f"We owe: {counts}.", ui.NOTIFICATION_TEXT)


def _commitment(line: Line, today: date) -> str:
    text = ui.escape(ui.cut(" ".join(line.text.split()), OWED_TEXT))
    if line.on is None:
        when = "open"
    elif line.on < today:
        when = f"{ui.days((today - line.on).days)} late"
    else:
        when = "today" if line.on == today else f"by {ui.short_date(line.on, today=today)}"
    return f"• *{when}* · {text}" if line.urgent else f"• {when} · {text}"


def _list_row(row: NeglectedRow, schema: NeglectedList) -> ui.Block:
    if row.owner_id == schema.viewer:
        control = ui.button("Log", LOG, str(row.id))
    else:
        control = ui.button("I'll take it", TAKE, take_value(row, schema.whose, schema.page))
    return ui.section(row_text(row), accessory=control, block_id=row_block(row.id))


def _list_buttons(schema: NeglectedList) -> list[ui.Block]:
    buttons = (
        (schema.page > 0, "Back", BACK, f"{schema.whose} {schema.page - 1}"),
        (schema.page + 1 < schema.pages, "Next", NEXT, f"{schema.whose} {schema.page + 1}"),
        (schema.whose != schema.viewer, "Mine", MINE, f"{schema.viewer} 0"),
        (schema.whose != Whose.TEAM, "The team's", TEAM, f"{Whose.TEAM} 0"),
        (schema.whose != Whose.POOL and schema.pool, f"No owner ({schema.pool:,})", POOL, f"{Whose.POOL} 0"),
    )
    return [ui.button(label, action_id, value) for is_shown, label, action_id, value in buttons if is_shown]


def _title(schema: NeglectedList) -> str:
    total, name = schema.total, ui.cut(schema.whose_name, OWNER_IN_ROW)
    is_own = schema.whose == schema.viewer
    if schema.whose == Whose.POOL:
        return f"{ui.plural(total, 'customer')} without an owner." if total else "Every customer has an owner."
    if schema.whose == Whose.TEAM:
        who = ui.plural(total, "customer") if total else "Nobody"
    elif total:
        who = f"{total:,} of yours" if is_own else f"{total:,} of {name}'s"
    else:
        who = "None of yours" if is_own else f"None of {name}'s customers"
    return f"{who} {_have(max(total, 1))} waited too long."


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
