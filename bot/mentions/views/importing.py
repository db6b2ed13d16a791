"""Bringing a list of mentions: the file, a look at what it would do, what came of it."""

from collections.abc import Sequence

from bot.customers.rules.rows import Refusal
from bot.mentions.schemas.lists import ListPlan, ListRead
from bot.slack.blocks import (
    Block,
    channel_link,
    context,
    cut,
    divider,
    escape,
    field_of,
    file_input,
    modal,
    plural,
    section,
)

TITLE = "Import mentions"
SEND, CONFIRM = "mentions.import_send", "mentions.import_confirm"
FILE = "mentions.file"
KINDS = ("csv", "tsv", "txt", "gz")
SHOWN = 5
NAME, HEADING, REASON = 120, 40, 300


def ask_for_file() -> Block:
    """The window that takes the file."""
    blocks = [
        section("Reviews, posts or articles, one a row, as any program exports them. You see what it would do first."),
        field_of("List", file_input(FILE, types=KINDS), block_id=FILE),
        context(
            "Columns are found by their headings: Text, Title, Link, Author, Date, Rating, Source, Language. "
            "Importing twice keeps nothing twice."
        ),
    ]
    return modal(TITLE, blocks, callback_id=SEND, submit="Look at it")


def preview(plan: ListPlan, read: ListRead, *, memory: str) -> Block:
    """What the list would do; nothing has changed yet."""
    blocks = [
        section(f"{_name(plan)}\n{numbers(plan, done=False)}"),
        *_told(plan),
        *_refused(plan, read.refusals),
        divider(),
        context(_columns(read)),
    ]
    return modal(TITLE, blocks, callback_id=CONFIRM, submit="Import" if plan.new else "", memory=memory)


def done(plan: ListPlan, read: ListRead) -> Block:
    """The list is in."""
    blocks = [section(f"{_name(plan)} is in.\n{numbers(plan, done=True)}"), *_refused(plan, read.refusals)]
    return modal(TITLE, [*blocks, *_told(plan)], callback_id="mentions.import_done", close="Close")


def numbers(plan: ListPlan, *, done: bool) -> str:
    """`12 would be kept · 3 known already · 1 row refused`."""
    kept = "kept" if done else "would be kept"
    parts = [f"{plan.new:,} {kept}", f"{plan.known:,} known already"]
    if plan.repeated:
        parts.append(f"{plan.repeated:,} said twice in the list")
    return " · ".join([*parts, f"{plural(plan.refused, 'row')} refused"])


def _name(plan: ListPlan) -> str:
    return f"*{escape(cut(plan.file_name, NAME)).replace('*', '∗')}*"


def _told(plan: ListPlan) -> list[Block]:
    """What of it people are told, and where; the rest is history."""
    if not plan.new:
        return []
    older = plan.new - plan.recent
    if plan.recent and plan.channel_id:
        words = f"{plan.recent:,} of the last two weeks go to {channel_link(plan.channel_id)}, a few cards at a time"
    elif plan.recent:
        words = f"{plan.recent:,} of the last two weeks wait in `/mentions`; `/mentions setup` names a channel for them"
    else:
        words = "Nothing is of the last two weeks, so nothing is posted"
    rest = f" {older:,} older or without a date are kept for the customers' cards, and not posted." if older else ""
    return [context(f"{words}.{rest}")]


def _refused(plan: ListPlan, refusals: Sequence[Refusal]) -> list[Block]:
    if not refusals:
        return []
    lines = [_refusal(refusal) for refusal in refusals[:SHOWN]]
    more = f"\nand {len(refusals) - SHOWN:,} more" if len(refusals) > SHOWN else ""
    head = f"*Refused: {plural(plan.refused, 'row')}*"
    return [divider(), section("\n".join([head, *lines]) + more)]


def _refusal(row: Refusal) -> str:
    column = f", {escape(cut(row.column, HEADING))}" if row.column else ""
    return f"• Row {row.row_number:,}{column}: {escape(cut(row.reason, REASON))}"


def _columns(read: ListRead) -> str:
    found = ", ".join(f"{cut(header, HEADING)} → {column.value}" for column, header in read.columns.items())
    left = f" Not read: {', '.join(cut(header, HEADING) for header in read.unmapped[:10])}." if read.unmapped else ""
    return escape(cut(f"Read: {found}.{left}", 1800))
