"""Listeners for sharing the pool out among people, and undoing that."""

from uuid import UUID

from bot.core.errors import AlreadyDone, NotFound
from bot.customers.queries.screens import get_share_form, list_page
from bot.customers.queries.sharing import get_share_message
from bot.customers.usecases.sharing import check_among, run_sharing, run_unsharing
from bot.customers.views import SHARE_ROW, page
from bot.customers.views import sharing as views
from bot.slack.blocks import Block, Message
from bot.slack.callers import Caller
from bot.slack.message_refs import update_if_there
from bot.slack.payloads import block_in, uuid_in


async def ask_among(caller: Caller) -> None:
    """Open the modal that asks among whom to share the pool out."""
    await caller.open(views.share_out(await caller.read(get_share_form)))


async def share_out(caller: Caller) -> None:
    """Share the pool out, and show who got how many in the place of the modal."""
    people = await caller.check(check_among, among=caller.form.people(views.AMONG))
    inputs = {"among": people, "view_id": str(caller.view["id"]), "features": caller.features}

    async def work() -> Block:
        return views.shared(await caller.run_batches(run_sharing, **inputs))

    await caller.show_in_time(work(), title=views.TITLE)


async def undo(caller: Caller) -> None:
    """Undo a sharing, from its modal, its message or the list of the pool, and redraw its message."""
    share_id = uuid_in(caller.value)
    if share_id is None:
        raise NotFound("There is nothing to undo here; /customers pool shows who has no owner.")
    try:
        undone = await caller.run_batches(run_unsharing, share_id=share_id)
    except AlreadyDone:
        await _redraw_message(caller, share_id)
        raise
    if caller.modal is not None:
        await caller.update(views.unshared(undone))
    elif block_in(caller.body)[0] == SHARE_ROW:
        pool = page(await caller.read(list_page, pool=True))
        said = views.unshared_message(undone)
        await caller.replace(Message(text=said.text, blocks=[*said.blocks, *pool.blocks]))
    else:
        await caller.replace(views.unshared_message(undone))
        return
    await _redraw_message(caller, share_id)


async def _redraw_message(caller: Caller, share_id: UUID) -> None:
    """Draw the message about a sharing as it stands now, so that it offers no *Undo* that was used elsewhere."""
    found = await caller.read(get_share_message, share_id=share_id)
    if found is not None:
        await update_if_there(caller.client, found.channel, found.ts, views.shared_before(found.summary))
