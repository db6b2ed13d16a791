"""Bringing a list: the file, a look at what it would do, columns mapped by hand, what came of it."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.customers.rules.headers import LEAVE_OUT, Field
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import Drafts, ImportDone, ImportPlan, ImportSummary, ImportUndone
from bot.customers.views import NAME_SHOWN, WORDS_SHOWN
from bot.slack.blocks import (
    Block,
    Confirm,
    Message,
    Option,
    actions,
    bold,
    button,
    checkboxes,
    context,
    cut,
    divider,
    escape,
    field_of,
    file_input,
    modal,
    plural,
    section,
    select,
    short_date,
)

TITLE = "Import customers"
SEND, CONFIRM, MAPPED = "customers.import_send", "customers.import_confirm", "customers.import_mapped"
FILE, ERASE, COLUMNS, UNDO = "customers.file", "customers.erase", "customers.columns", "customers.undo"
COLUMN = "customers.column"
KINDS = ("csv", "tsv", "txt", "gz")
SHOWN = 5
HEADING_SHOWN = 75  # characters of a column's heading; fifty longer ones may be more than a window holds
MOST_COLUMNS = 60  # a menu is some 2,500 bytes, a view at most 250,000
AUTOMATIC = "-"
UNDO_CONFIRM = Confirm(
    "Undo this import?",
    "Customers it added go away and changes go back, except where somebody has done something since.",
    "Undo",
    danger=True,
)


def ask_for_file(earlier: Sequence[ImportSummary] = (), *, just_undone: ImportUndone | None = None) -> Block:
    """The window that takes the file; below it the lists that came *earlier*, each with its way back."""
    erase = checkboxes(ERASE, [Option("Empty cells erase what we have", "erase")])
    blocks = [
        *(undone(just_undone).blocks if just_undone else ()),
        section("A list from HubSpot, Salesforce, Pipedrive, or any CSV file. You see what it would do first."),
        field_of("List", file_input(FILE, types=KINDS), block_id=FILE),
        field_of("Empty cells", erase, block_id=ERASE, optional=True, hint="Leave this alone unless you mean it."),
        context("Names, owners, domains and the rest are found by their headings. Importing twice changes nothing."),
        *([divider(), section("*Earlier lists*")] if earlier else []),
        *(_earlier(summary) for summary in earlier),
    ]
    return modal(TITLE, blocks, callback_id=SEND, submit="Look at it")


def preview(plan: ImportPlan, drafts: Drafts, *, upload_id: UUID, erase: bool) -> Block:
    """What the list would do; nothing has changed yet."""
    blocks = [section(f"*{escape(cut(plan.file_name, NAME_SHOWN))}*\n{_numbers(plan)}")]
    if plan.late:
        late = plural(plan.late, "first call")
        blocks.append(context(f"{late} find no room inside the cadence and come after it, a few a day."))
    blocks += _refused(plan)
    blocks += _part("Worth a look", len(plan.remarks), [_refusal(note) for note in plan.remarks[:SHOWN]])
    changes = [
        f"• {escape(cut(change.name, NAME_SHOWN))}: {change.field} “{escape(cut(change.before, 60))}” → "
        f"“{escape(cut(change.after, 60))}”"
        for change in plan.changes[:SHOWN]
    ]
    blocks += _part("Changed", len(plan.changes), changes)
    blocks += [divider(), context(_columns(drafts))]
    blocks.append(actions(button("Choose columns", COLUMNS, memory(upload_id, erase=erase))))
    submit = "" if plan.changes_nothing else "Import"
    return modal(TITLE, blocks, callback_id=CONFIRM, submit=submit, memory=memory(upload_id, erase=erase))


def map_columns(drafts: Drafts, *, upload_id: UUID, by_hand: Mapping[str, str], erase: bool) -> Block:
    """A menu for each column of the list: which of our fields it is."""
    blocks = [section("\n".join(f":warning: {escape(cut(words, 600))}" for words in drafts.problems[:3]))]
    if not drafts.problems:
        blocks = [section("Which column is what? *Automatic* leaves the choice to the headings.")]
    read_as = {header: field.value for field, header in drafts.columns.items()}
    options = [
        Option("Automatic", AUTOMATIC),
        Option("Leave out", LEAVE_OUT),
        *(Option(field.header, field.value) for field in Field),
    ]
    for index, header in enumerate(drafts.headers[:MOST_COLUMNS]):
        chosen = by_hand.get(header, AUTOMATIC)
        now = read_as.get(header)
        hint = f"Read as {Field(now).header.lower()}" if now and now in set(Field) else ""
        menu = select(COLUMN, options, initial=chosen)
        label = cut(header, HEADING_SHOWN) or f"Column {index + 1}"
        blocks.append(field_of(label, menu, block_id=column_id(index), optional=True, hint=hint))
    return modal(TITLE, blocks, callback_id=MAPPED, submit="Look again", memory=memory(upload_id, erase=erase))


def done(result: ImportDone) -> Block:
    """The list is in."""
    plan = result.plan
    blocks = [section(f"*{escape(cut(plan.file_name, NAME_SHOWN))}* is in.\n{_numbers(plan, done=True)}")]
    blocks += _refused(plan)
    blocks.append(context("New customers have their first dates; owners get a message. You can undo this from yours."))
    return modal(TITLE, blocks, callback_id="customers.import_done", close="Close")


def undone(schema: ImportUndone) -> Message:
    """An import was taken back."""
    text = (
        f"{escape(cut(schema.file_name, NAME_SHOWN))} was undone: {plural(schema.removed, 'customer')} removed, "
        f"{schema.restored:,} put back, {schema.kept_total:,} left as they are."
    )
    kept = [f"• {bold(cut(name, NAME_SHOWN))}: {escape(why)}" for name, why in schema.kept[:10]]
    return Message(text=text, blocks=[section(text), *([section("\n".join(kept))] if kept else [])])


def _earlier(summary: ImportSummary) -> Block:
    when = short_date(summary.on, today=summary.today)
    undone_by = f" · undone by {escape(cut(summary.undone_by, NAME_SHOWN))}" if summary.undone_by else ""
    text = (
        f"{bold(cut(summary.file_name, NAME_SHOWN))} · {when}, {escape(cut(summary.by, NAME_SHOWN))}\n"
        f"{summary.added:,} added · {summary.changed:,} changed · {plural(summary.refused, 'row')} refused{undone_by}"
    )
    undo = button("Undo", UNDO, str(summary.id), confirm=UNDO_CONFIRM) if summary.may_undo else None
    return section(text, accessory=undo, block_id=f"customers.import_row:{summary.id}")


def memory(upload_id: UUID, *, erase: bool) -> str:
    """What a window of this import remembers."""
    return json.dumps({"upload": str(upload_id), "erase": erase})


def column_id(index: int) -> str:
    """The block of the *index*-th column's menu."""
    return f"{COLUMN}:{index}"


def _numbers(plan: ImportPlan, *, done: bool = False) -> str:
    would = "" if done else " would be"
    return (
        f"{len(plan.added):,}{would} added · {plan.changed:,}{would} changed · {plan.left_alone:,} left alone · "
        f"{plural(plan.refused, 'row')} refused"
    )


def _part(title: str, total: int, lines: Sequence[str]) -> list[Block]:
    if not lines:
        return []
    more = f"\nand {total - len(lines):,} more" if total > len(lines) else ""
    return [divider(), section(f"*{title}*\n" + "\n".join(lines) + more)]


def _refused(plan: ImportPlan) -> list[Block]:
    return _part("Refused", len(plan.refusals), [_refusal(refusal) for refusal in plan.refusals[:SHOWN]])


def _refusal(row: Refusal | Note) -> str:
    column = f", {escape(cut(row.column, 40))}" if row.column else ""
    return f"• Row {row.row_number:,}{column}: {escape(cut(row.reason, 2 * WORDS_SHOWN))}"


def _columns(drafts: Drafts) -> str:
    read = ", ".join(f"{cut(header, 40)} → {field.header.lower()}" for field, header in drafts.columns.items())
    left = f" Not read: {', '.join(cut(header, 40) for header in drafts.unmapped[:10])}." if drafts.unmapped else ""
    system = f"Looks like {drafts.system}. " if drafts.system else ""
    return escape(cut(f"{system}Read: {read}.{left}", 1800))
