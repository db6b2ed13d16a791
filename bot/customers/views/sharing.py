"""The modals that share the customers without an owner out among people."""

from bot.customers.schemas import ShareDone, ShareForm, ShareUndone
from bot.customers.views import NAME_SHOWN, names_of
from bot.slack import blocks as ui

SHARED, UNDO_SHARE, AMONG = "customers.shared", "customers.share_undo", "customers.among"
TITLE = "Share out"
PEOPLE_SHOWN = 40
UNDO_CONFIRM = ui.Confirm(
    "Undo this?", "The customers go back to the pool, except those that somebody has handed on since.", "Undo"
)


def share_out(schema: ShareForm) -> ui.Block:
    """Draw the modal that asks among whom to share the pool out."""
    names = names_of(schema.examples, schema.total)
    what = f"{ui.plural(schema.total, 'customer')} {'has' if schema.total == 1 else 'have'} no owner: {names}."
    people = ui.people_select(AMONG, initial=schema.among)
    blocks = [
        ui.section(what),
        ui.field_of("Share out among", people, block_id=AMONG,
                    hint="Evenly by number, families together. Size plays no part. Each person gets one message."),
    ]  # fmt: skip
    return ui.modal(TITLE, blocks, callback_id=SHARED, submit=TITLE)


def shared(schema: ShareDone) -> ui.Block:
    """Draw who got how many, with *Undo*."""
    verb = "has an owner" if schema.total == 1 else "have owners"
    head = f"{ui.plural(schema.total, 'customer')} {verb} now. Everybody who got some is told."
    undo = ui.button("Undo", UNDO_SHARE, str(schema.id), confirm=UNDO_CONFIRM)
    return _told([head, *share_lines(schema.shares)], undo)


def unshared(schema: ShareUndone) -> ui.Block:
    """Draw what undoing a sharing did."""
    back = f"{ui.plural(schema.back, 'customer')} {'has' if schema.back == 1 else 'have'} no owner again."
    kept = f" {ui.plural(schema.kept, 'customer')} had been handed on since, and stayed." if schema.kept else ""
    return _told([back + kept])


def share_lines(shares: tuple[tuple[str, int], ...]) -> list[str]:
    """Return a line for each person, by name and number."""
    lines = [f"• {ui.escape(ui.cut(name, NAME_SHOWN))}: {count:,}" for name, count in shares[:PEOPLE_SHOWN]]
    more = len(shares) - len(lines)
    return [*lines, f"and {ui.plural(more, 'person', 'people')} more"] if more > 0 else lines


def _told(lines: list[str], *buttons: ui.Block) -> ui.Block:
    blocks = [ui.section("\n".join(lines)), *([ui.actions(*buttons)] if buttons else [])]
    return ui.modal(TITLE, blocks, callback_id="customers.share_told", close="Close")
