"""Draws lists that were imported, or are being imported or undone."""

from bot.customers.schemas import ImportSummary
from bot.customers.views import NAME_SHOWN, UNDO, UNDO_CONFIRM, refused_button, resume_buttons
from bot.slack import blocks as ui


def imported_before(summary: ImportSummary) -> ui.Message:
    """Draw the message about an import as it stands in the database; undone, it has no *Undo* any more."""
    text = ui.escape(
        f"{ui.cut(summary.file_name, NAME_SHOWN)} {'was undone' if summary.undone_by else 'was imported'}."
    )
    return ui.Message(text=text, blocks=draw_earlier(summary))


def draw_earlier(summary: ImportSummary) -> list[ui.Block]:
    """Draw the row of an import, with the ways on and back that there are."""
    when = ui.short_date(summary.on, today=summary.today)
    undone_by = f" · undone by {ui.escape(ui.cut(summary.undone_by, NAME_SHOWN))}" if summary.undone_by else ""
    text = (
        f"{ui.bold(ui.cut(summary.file_name, NAME_SHOWN))} · {when}, {ui.escape(ui.cut(summary.by, NAME_SHOWN))}\n"
        f"{summary.added:,} added · {summary.changed:,} changed · "
        f"{ui.plural(summary.refused, 'row')} refused{undone_by}"
    )
    row = f"customers.import_row:{summary.id}"
    if summary.is_interrupted:
        what = "undoing" if summary.is_undoing else "import"
        buttons = [resume_buttons(summary.id, is_undo=summary.is_undoing)] if summary.may_undo else []
        return [ui.section(f"{text}\n:warning: The {what} was interrupted.", block_id=row), *buttons]
    if summary.is_running:
        return [ui.section(f"{text}\n{'Is being undone' if summary.is_undoing else 'Is coming in'}…", block_id=row)]
    undo = ui.button("Undo", UNDO, str(summary.id), confirm=UNDO_CONFIRM) if summary.may_undo else None
    refused = [ui.actions(refused_button(summary.id))] if summary.has_refused else []
    return [ui.section(text, accessory=undo, block_id=row), *refused]
