"""Bringing a list: the file, a look at what it would do, columns mapped by hand, what came of it."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.customers.rules.headers import LEAVE_OUT, Field
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import Drafts, ImportDone, ImportPlan, ImportSummary, ImportUndone
from bot.customers.views import NAME_SHOWN, UNDO, UNDO_CONFIRM, WORDS_SHOWN
from bot.slack import blocks as ui

TITLE = "Import customers"
SEND, CONFIRM, MAPPED = "customers.import_send", "customers.import_confirm", "customers.import_mapped"
FILE, ERASE, COLUMNS = "customers.file", "customers.erase", "customers.columns"
COLUMN = "customers.column"
KINDS = ("csv", "tsv", "txt", "gz")
SHOWN = 5
HEADING_SHOWN = 75  # characters of a column's heading; fifty longer ones may be more than a window holds
MOST_COLUMNS = 60  # a menu is some 2,500 bytes, a view at most 250,000
AUTOMATIC = "-"


def ask_for_file(earlier: Sequence[ImportSummary] = (), *, just_undone: ImportUndone | None = None) -> ui.Block:
    """Draw the modal that takes the file; below it *earlier* imports, each with *Undo*."""
    erase = ui.checkboxes(ERASE, [ui.Option("Empty cells erase what we have", "erase")])
    blocks = [
        *(undone(just_undone).blocks if just_undone else ()),
        ui.section("A list from HubSpot, Salesforce, Pipedrive, or any CSV file. You see what it would do first."),
        ui.field_of("List", ui.file_input(FILE, types=KINDS), block_id=FILE),
        ui.field_of("Empty cells", erase, block_id=ERASE, optional=True, hint="Leave this alone unless you mean it."),
        ui.context("Names, owners, domains and the rest are found by their headings. Importing twice changes nothing."),
        *([ui.divider(), ui.section("*Earlier lists*")] if earlier else []),
        *(_earlier(summary) for summary in earlier),
    ]
    return ui.modal(TITLE, blocks, callback_id=SEND, submit="Look at it")


def preview(plan: ImportPlan, drafts: Drafts, *, upload_id: UUID, erase: bool) -> ui.Block:
    """Draw what the list would do; nothing has changed yet."""
    blocks = [ui.section(f"*{ui.escape(ui.cut(plan.file_name, NAME_SHOWN))}*\n{_numbers(plan)}")]
    if plan.late:
        late = ui.plural(plan.late, "first call")
        blocks.append(ui.context(f"{late} find no room inside the cadence and come after it, a few a day."))
    blocks += _refused(plan)
    blocks += _part("Worth a look", len(plan.remarks), [_refusal(note) for note in plan.remarks[:SHOWN]])
    changes = [
        f"• {ui.escape(ui.cut(change.name, NAME_SHOWN))}: {change.field} “{ui.escape(ui.cut(change.before, 60))}” → "
        f"“{ui.escape(ui.cut(change.after, 60))}”"
        for change in plan.changes[:SHOWN]
    ]
    blocks += _part("Changed", len(plan.changes), changes)
    blocks += [ui.divider(), ui.context(_columns(drafts))]
    blocks.append(ui.actions(ui.button("Choose columns", COLUMNS, import_state(upload_id, erase=erase))))
    submit = "" if plan.changes_nothing else "Import"
    return ui.modal(TITLE, blocks, callback_id=CONFIRM, submit=submit, state=import_state(upload_id, erase=erase))


def map_columns(drafts: Drafts, *, upload_id: UUID, by_hand: Mapping[str, str], erase: bool) -> ui.Block:
    """Draw a menu for each column of the list: which field it is."""
    blocks = [ui.section("\n".join(f":warning: {ui.escape(ui.cut(words, 600))}" for words in drafts.problems[:3]))]
    if not drafts.problems:
        blocks = [ui.section("Which column is what? *Automatic* leaves the choice to the headings.")]
    read_as = {header: field.value for field, header in drafts.columns.items()}
    options = [
        ui.Option("Automatic", AUTOMATIC),
        ui.Option("Leave out", LEAVE_OUT),
        *(ui.Option(field.header, field.value) for field in Field),
    ]
    for index, header in enumerate(drafts.headers[:MOST_COLUMNS]):
        chosen = by_hand.get(header, AUTOMATIC)
        now = read_as.get(header)
        hint = f"Read as {Field(now).header.lower()}" if now and now in set(Field) else ""
        menu = ui.select(COLUMN, options, initial=chosen)
        label = ui.cut(header, HEADING_SHOWN) or f"Column {index + 1}"
        blocks.append(ui.field_of(label, menu, block_id=column_id(index), optional=True, hint=hint))
    return ui.modal(TITLE, blocks, callback_id=MAPPED, submit="Look again", state=import_state(upload_id, erase=erase))


def done(result: ImportDone) -> ui.Block:
    """Draw the result of an import."""
    plan = result.plan
    blocks = [ui.section(f"*{ui.escape(ui.cut(plan.file_name, NAME_SHOWN))}* is in.\n{_numbers(plan, done=True)}")]
    blocks += _refused(plan)
    blocks.append(
        ui.context("New customers have their first dates; owners get a message. You can undo this from yours.")
    )
    return ui.modal(TITLE, blocks, callback_id="customers.import_done", close="Close")


def undone(schema: ImportUndone) -> ui.Message:
    """Draw the result of undoing an import."""
    text = (
        f"{ui.escape(ui.cut(schema.file_name, NAME_SHOWN))} was undone: "
        f"{ui.plural(schema.removed, 'customer')} removed, {schema.restored:,} put back, "
        f"{schema.kept_total:,} left as they are."
    )
    kept = [f"• {ui.bold(ui.cut(name, NAME_SHOWN))}: {ui.escape(why)}" for name, why in schema.kept[:10]]
    return ui.Message(text=text, blocks=[ui.section(text), *([ui.section("\n".join(kept))] if kept else [])])


def _earlier(summary: ImportSummary) -> ui.Block:
    when = ui.short_date(summary.on, today=summary.today)
    undone_by = f" · undone by {ui.escape(ui.cut(summary.undone_by, NAME_SHOWN))}" if summary.undone_by else ""
    text = (
        f"{ui.bold(ui.cut(summary.file_name, NAME_SHOWN))} · {when}, {ui.escape(ui.cut(summary.by, NAME_SHOWN))}\n"
        f"{summary.added:,} added · {summary.changed:,} changed · "
        f"{ui.plural(summary.refused, 'row')} refused{undone_by}"
    )
    undo = ui.button("Undo", UNDO, str(summary.id), confirm=UNDO_CONFIRM) if summary.may_undo else None
    return ui.section(text, accessory=undo, block_id=f"customers.import_row:{summary.id}")


def import_state(upload_id: UUID, *, erase: bool) -> str:
    """Return what a modal of this import remembers."""
    return json.dumps({"upload": str(upload_id), "erase": erase})


def column_id(index: int) -> str:
    """Return the block id of the *index*-th column's menu."""
    return f"{COLUMN}:{index}"


def _numbers(plan: ImportPlan, *, done: bool = False) -> str:
    would = "" if done else " would be"
    return (
        f"{len(plan.added):,}{would} added · {plan.changed:,}{would} changed · {plan.left_alone:,} left alone · "
        f"{ui.plural(plan.refused, 'row')} refused"
    )


def _part(title: str, total: int, lines: Sequence[str]) -> list[ui.Block]:
    if not lines:
        return []
    more = f"\nand {total - len(lines):,} more" if total > len(lines) else ""
    return [ui.divider(), ui.section(f"*{title}*\n" + "\n".join(lines) + more)]


def _refused(plan: ImportPlan) -> list[ui.Block]:
    return _part("Refused", len(plan.refusals), [_refusal(refusal) for refusal in plan.refusals[:SHOWN]])


def _refusal(row: Refusal | Note) -> str:
    column = f", {ui.escape(ui.cut(row.column, 40))}" if row.column else ""
    return f"• Row {row.row_number:,}{column}: {ui.escape(ui.cut(row.reason, 2 * WORDS_SHOWN))}"


def _columns(drafts: Drafts) -> str:
    read = ", ".join(f"{ui.cut(header, 40)} → {field.header.lower()}" for field, header in drafts.columns.items())
    left = f" Not read: {', '.join(ui.cut(header, 40) for header in drafts.unmapped[:10])}." if drafts.unmapped else ""
    system = f"Looks like {drafts.system}. " if drafts.system else ""
    return ui.escape(ui.cut(f"{system}Read: {read}.{left}", 1800))
