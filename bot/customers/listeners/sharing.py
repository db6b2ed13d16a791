"""Listeners for sharing the pool out among people, and undoing that."""

from bot.core.errors import NotFound
from bot.customers.queries.screens import get_share_form
from bot.customers.usecases.sharing import share_out_pool, undo_share_out
from bot.customers.views import sharing as views
from bot.slack.callers import Caller
from bot.slack.payloads import uuid_in


async def ask_among(caller: Caller) -> None:
    """Open the modal that asks among whom to share the pool out."""
    await caller.open(views.share_out(await caller.read(get_share_form)))


async def share_out(caller: Caller) -> None:
    """Share the pool out, and show who got how many in the place of the modal."""
    among = caller.form.people(views.AMONG)
    done = await caller.run(share_out_pool, among=among, view_id=str(caller.view["id"]))
    await caller.show(views.shared(done))


async def undo(caller: Caller) -> None:
    """Undo a sharing, and say so in the place of the modal."""
    share_id = uuid_in(caller.value)
    if share_id is None:
        raise NotFound("There is nothing to undo here; /customers pool shows who has no owner.")
    await caller.update(views.unshared(await caller.run(undo_share_out, share_id=share_id)))
