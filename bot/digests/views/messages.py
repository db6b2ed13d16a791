"""Messages: digests in their channels and threads, the notice of a stopped digest, lists for one person."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot.core.schemas import Count, Line
from bot.customers.rules.due import words_beside_cadence
from bot.customers.schemas import CustomerSchema
from bot.digests.rules import (
    HANDED,
    NAME_IN_ROW,
    OWED_TEXT,
    OWNER_IN_ROW,
    TAKEN,
    THREAD_LINES,
    WITH,
    WORDS_IN_ROW,
    DigestKind,
    Whose,
    pack,
    wait_words,
)
from bot.digests.schemas import (
    AllClear,
    CommitmentsDigest,
    CustomerTakenOver,
    DigestPage,
    DigestStopped,
    NeglectedDigest,
    NeglectedList,
    NeglectedRow,
)
from bot.digests.views import BACK, LOG, MINE, NEXT, POOL, SETUP, TAKE, TEAM, UNDO, row_block
from bot.slack import blocks as ui
from bot.slack.footers import digest_footer, footer, notification_text, trial_note

COUNTS_SHOWN = 8
COUNT_TEXT = 70
CLEAR_TEXT = 300
REASON_SHOWN = 200
DONE_MARK = "✓"
ORDER = "furthest past their cadence first"


def digest(schema: NeglectedDigest) -> ui.Message:
    """Draw the digest of neglected customers."""
    body: list[ui.Block] = []
    if schema.rows:
        rows = [_digest_row(row, names_owners=schema.names_owners) for row in schema.rows]
        body += [ui.divider(), *rows, ui.context(f"{_more(schema)}{ORDER}; size plays no part")]
    if schema.counts:
        body += [ui.divider(), ui.section(counts_line(schema.counts))]
    body += footer(
        made_at=schema.made_at, next_slot=schema.next_slot, zone=schema.zone, kind=DigestKind.NEGLECTED
    )  # fmt: skip
    pool = ui.button("Take one", POOL) if schema.pool else None
    return _digest_message(headline(schema), body, is_test=schema.is_test, button=pool)


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
    """Draw a page of the list, in the digest's thread; the last one says where the rest of a long list is."""
    which = "" if schema.pages == 1 else f", {schema.page} of {schema.pages}"
    title = f"{ui.plural(schema.total, 'neglected customer')}, {ORDER}{which}"
    rest = [ui.context(f"and {schema.more:,} more: /neglected lists them all")] if schema.more > 0 else []
    return ui.Message(text=f"{title}.", blocks=[ui.section(f"*{title}*"), *paragraphs(schema.lines), *rest])


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
    blocks = list(taken(schema.taken).blocks) if schema.taken else []
    blocks.append(ui.section(ui.escape(title)))
    if schema.rows:
        blocks += [ui.divider(), *(_list_row(row, schema) for row in schema.rows), ui.divider()]
    blocks.append(ui.actions(*_list_buttons(schema)))
    where = f"Page {schema.page + 1:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(ui.context(f"{where}{ORDER.capitalize()}; size plays no part. Only you see this."))
    return ui.Message(text=taken(schema.taken).text if schema.taken else ui.escape(title), blocks=blocks)


def headline(schema: NeglectedDigest) -> str:
    """Return the first line of a digest: how many customers are in cadence, and what the others are; it adds up."""
    if not schema.active:
        return "There are no customers to look after yet. Bring them in with /customers import."
    owners = f" {schema.pool:,} {_have(schema.pool)} no owner." if schema.pool else ""
    if schema.in_cadence == schema.active and not any(count.urgent for count in schema.counts):
        who = "The one customer" if schema.active == 1 else f"All {schema.active:,} customers"
        return f"{who} {_be(schema.active)} in cadence{_change(schema, '')}.{_longest(schema)}{owners}"
    of_all = f"{schema.in_cadence:,} of {schema.active:,} customers {_be(schema.in_cadence)} in cadence"
    if schema.active == 1:
        of_all = f"The one customer {'is' if schema.in_cadence else 'is not'} in cadence"
    beside = words_beside_cadence(
        due=schema.due, neglected=schema.neglected, snoozed=schema.snoozed, snoozed_late=schema.snoozed_late,
        never_contacted=schema.never_contacted,
    )  # fmt: skip
    share = f"({schema.percent}%{_change(schema, ', ')})"
    return f"{' · '.join((f'{of_all} {share}', *beside))}.{owners}"


def _change(schema: NeglectedDigest, before: str) -> str:
    if not schema.change:
        return ""
    moved = f"{'▲' if schema.change > 0 else '▼'}{abs(schema.change)}"
    return f"{before}{moved}" if before else f" ({moved})"


def _longest(schema: NeglectedDigest) -> str:
    return f" Longest wait: {schema.longest[0]:,} of {schema.longest[1]} days." if schema.longest else ""


def row_text(row: NeglectedRow, *, names_owners: bool = True) -> str:
    """Return a row's text: name, days waited, the owner if it is named, and what other features know."""
    waited = wait_words(row.waited, row.cadence, ever_contacted=row.ever_contacted)
    text = f"{ui.bold(ui.cut(row.name, NAME_IN_ROW))} · {waited}"
    if not row.owner_id:
        text += " · no owner"
    elif names_owners and row.owner_name:
        text += f" · {ui.escape(ui.cut(row.owner_name, OWNER_IN_ROW))}"
    return f"{text}\n{ui.escape(ui.cut(row.words, WORDS_IN_ROW))}" if row.words else text


def counts_line(counts: Sequence[Count]) -> str:
    """Return the features' counts in one line, the urgent ones bold."""
    shown = [(ui.escape(ui.cut(count.text, COUNT_TEXT)), count.urgent) for count in counts[:COUNTS_SHOWN]]
    return " · ".join(f"*{text}*" if urgent else text for text, urgent in shown)


def paragraphs(lines: Sequence[str]) -> list[ui.Block]:
    """Return *lines* of plain text in as few sections as hold them."""
    return [ui.section(ui.escape("\n".join(group))) for group in pack(lines, ui.SECTION_TEXT)]


def read_page(value: str) -> tuple[str, int]:
    """Return the list and page in the value of a list's button; the first page when the number is invalid."""
    whose, _, number = value.partition(" ")
    return whose or Whose.TEAM, int(number) if number.isdecimal() and len(number) < len("1000000") else 0


def taken(schema: CustomerTakenOver) -> ui.Message:
    """Draw the answer to who took a customer, with *Undo*."""
    name = ui.bold(ui.cut(schema.customer.name, NAME_IN_ROW))
    told = f"; {ui.escape(ui.cut(schema.former_name, OWNER_IN_ROW))} is told" if schema.former_name else ""
    text = f"{DONE_MARK} {name} is yours now{told}."
    buttons = ui.actions(_undo(schema.customer_action_id), ui.button("Log", LOG, str(schema.customer.id)))
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text), buttons])


def given_back(schema: CustomerSchema, viewer: str) -> ui.Message:
    """Draw the answer to who undid that they took a customer."""
    owner = ui.escape(ui.cut(schema.owner_name, OWNER_IN_ROW)) if schema.owner_name else ""
    where = f"is with {owner} again" if owner else "has no owner again"
    text = f"Undone. {ui.bold(ui.cut(schema.name, NAME_IN_ROW))} {where}."
    lists = ui.actions(ui.button("Mine", MINE, f"{viewer} 0"), ui.button("The team's", TEAM, f"{Whose.TEAM} 0"))
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text), lists])


def _undo(customer_action_id: UUID) -> ui.Block:
    return ui.button("Undo", UNDO, str(customer_action_id))


def _digest_message(
    text: str, body: Sequence[ui.Block], *, is_test: bool, button: ui.Block | None = None
) -> ui.Message:
    blocks = [ui.section(ui.escape(text), accessory=button), *trial_note(is_test=is_test), *body]
    return ui.Message(text=ui.escape(notification_text(text, is_test=is_test)), blocks=blocks)


def _digest_row(row: NeglectedRow, *, names_owners: bool) -> ui.Block:
    block_id = row_block(row.id)
    if row.done:
        undo = _undo(row.undo_id) if row.undo_id else None
        return ui.section(f"{DONE_MARK} {_done_text(row)}", accessory=undo, block_id=block_id)
    text = row_text(row.model_copy(update={"words": ""}), names_owners=names_owners)
    return ui.section(text, accessory=_take(row, names_owners=names_owners), block_id=block_id)


def _done_text(row: NeglectedRow) -> str:
    name, owner = ui.bold(ui.cut(row.name, NAME_IN_ROW)), ui.escape(ui.cut(row.owner_name or "Somebody", OWNER_IN_ROW))
    return {
        TAKEN: f"{owner} took {name}",
        HANDED: f"{ui.escape(ui.cut(row.by, OWNER_IN_ROW))} handed {name} to {owner}",
        WITH: f"{name} is with {owner} now",
    }.get(row.done, f"{name} {ui.escape(row.done)}")


def _take(row: NeglectedRow, whose: str = "", page: int = 0, *, names_owners: bool = True) -> ui.Block:
    """Return *I'll take it*, which asks first where the customer has an owner."""
    value = f"{row.id} {row.owner_id or '-'} {whose or '-'} {page}"
    if not row.owner_id:
        return ui.button("I'll take it", TAKE, value)
    owner = ui.cut(row.owner_name or "", OWNER_IN_ROW) if names_owners else ""
    who = f"{owner} looks" if owner else "A colleague looks"
    text = f"{who} after {ui.cut(row.name, NAME_IN_ROW)} and will be told that you take over."
    return ui.button("I'll take it", TAKE, value, confirm=ui.Confirm("Take this customer over?", text, "Take over"))


def _more(schema: NeglectedDigest) -> str:
    if not schema.more:
        return ""
    if schema.is_test or schema.neglected <= THREAD_LINES:
        return f"{schema.more:,} more{'' if schema.is_test else ' in the thread'} · "
    return f"{schema.more:,} more, the first {THREAD_LINES:,} in the thread and all with /neglected · "


def _commitments_headline(schema: CommitmentsDigest) -> str:
    if not schema.counts:
        return f"We owe: {ui.plural(len(schema.lines) + schema.more, 'thing')} late or due."
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
        control = _take(row, schema.whose, schema.page)
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
        who = ui.plural(total, "customer") if total else "No customer"
    elif total:
        who = f"{total:,} of yours" if is_own else f"{total:,} of {name}'s"
    else:
        who = "None of yours" if is_own else f"None of {name}'s"
    return f"{who} {_be(max(total, 1))} neglected."


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
