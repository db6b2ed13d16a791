"""The modals and messages about sharing the customers without an owner out among people."""

from uuid import UUID

from bot.customers.schemas.sharing import PoolShared, ShareDone, ShareForm, ShareSummary, ShareUndone
from bot.customers.views import NAME_SHOWN, UNDO_SHARE, UNDO_SHARE_CONFIRM, names_of, share_row
from bot.slack import blocks as ui

SHARED, AMONG = "customers.shared", "customers.among"
TITLE = "Share out"
PEOPLE_SHOWN = 40
EVENED = "Many of them are due on the same days: some come up a few days earlier, never after their cadence."
WHERE_ELSE = "You can undo this from our direct messages, too, or from /customers pool."


def share_out(schema: ShareForm) -> ui.Block:
    """Draw the modal that asks among whom to share the pool out."""
    names = names_of(schema.examples, schema.total)
    what = f"{ui.plural(schema.total, 'customer')} {'has' if schema.total == 1 else 'have'} no owner: {names}."
    people = ui.people_select(AMONG, initial=schema.among)
    blocks = [
        ui.section(what),
        ui.field_of("Share out among", people, block_id=AMONG,
                    hint="By the room people have where that is known, else evenly. Families stay together; size plays "
                         "no part. Each person gets one message."),
    ]  # fmt: skip
    return ui.modal(TITLE, blocks, callback_id=SHARED, submit=TITLE)


def shared(schema: ShareDone) -> ui.Block:
    """Draw who got how many, with *Undo*."""
    lines = [f"{_have_owners(schema.total)} Everybody who got some is told.", *share_lines(schema.shares)]
    if schema.is_evened:
        lines.append(EVENED)
    return _told([ui.section("\n".join(lines)), ui.actions(_undo(schema.id)), ui.context(WHERE_ELSE)])


def shared_out(schema: PoolShared) -> ui.Message:
    """Draw the message to who shared the pool out, with *Undo*."""
    text = f"{_have_owners(schema.total)} You shared them out."
    lines = ui.section("\n".join([text, *share_lines(schema.shares), *([EVENED] if schema.is_evened else [])]))
    return ui.Message(text=text, blocks=[lines, ui.actions(_undo(schema.share_id))])


def shared_before(summary: ShareSummary) -> ui.Message:
    """Draw the message about a sharing that was undone elsewhere; it has no *Undo* any more."""
    text = f"The sharing of {ui.plural(summary.total, 'customer')} was undone."
    return ui.Message(text=text, blocks=[share_row(summary)])


def unshared(schema: ShareUndone) -> ui.Block:
    """Draw what undoing a sharing did, as a modal."""
    return _told([ui.section(_undone(schema))])


def unshared_message(schema: ShareUndone) -> ui.Message:
    """Draw what undoing a sharing did, as a message."""
    text = _undone(schema)
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text)])


def _undone(schema: ShareUndone) -> str:
    back = f"{ui.plural(schema.back, 'customer')} {'has' if schema.back == 1 else 'have'} no owner again."
    if not schema.kept:
        return back
    one = schema.kept == 1
    stays, was, it = ("stays", "was", "it") if one else ("stay", "were", "them")
    return (
        f"{back if schema.back else 'Nothing was taken back.'} {names_of(schema.kept_names, schema.kept)} {stays}: "
        f"{'it' if one else 'they'} {was} handed on, or somebody has done something with {it} since."
    )


def _have_owners(total: int) -> str:
    return f"{ui.plural(total, 'customer')} {'has an owner' if total == 1 else 'have owners'} now."


def _undo(share_id: UUID) -> ui.Block:
    return ui.button("Undo", UNDO_SHARE, str(share_id), confirm=UNDO_SHARE_CONFIRM)


def share_lines(shares: tuple[tuple[str, int], ...]) -> list[str]:
    """Return a line for each person, by name and number."""
    lines = [f"• {ui.escape(ui.cut(name, NAME_SHOWN))}: {count:,}" for name, count in shares[:PEOPLE_SHOWN]]
    more = len(shares) - len(lines)
    return [*lines, f"and {ui.plural(more, 'person', 'people')} more"] if more > 0 else lines


def _told(blocks: list[ui.Block]) -> ui.Block:
    return ui.modal(TITLE, blocks, callback_id="customers.share_told", close="Close")
