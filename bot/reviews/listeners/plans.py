"""Listeners of plans: the window that shows one, the word, and *Undo*."""

from uuid import UUID

from bot.core.errors import AlreadyDone, NotFound
from bot.reviews.queries.capacity import get_capacity
from bot.reviews.queries.plan_trail import get_plan_message
from bot.reviews.queries.plans import get_proposal
from bot.reviews.rules.plans import PlanKind
from bot.reviews.schemas.plans import Proposal
from bot.reviews.usecases.plans import NOTHING, run_plan, run_undo
from bot.reviews.views import capacity as capacity_views
from bot.reviews.views import plans as views
from bot.slack.blocks import Block, Message
from bot.slack.callers import Caller
from bot.slack.listeners import Listeners
from bot.slack.message_refs import update_if_there
from bot.slack.payloads import block_in, page_in, uuid_in


def register(on: Listeners) -> None:
    """Register a listener for each button and for the window."""
    on.action(capacity_views.MOVE, propose_moves)
    on.action(capacity_views.LENGTHEN, propose_cadences)
    for control in (views.NEXT, views.PREVIOUS):
        on.action(control, turn)
    on.view(views.CARRY_OUT, carry_out)
    on.action(views.UNDO, undo)


async def propose_moves(caller: Caller) -> None:
    """Show which customers would go to whom."""
    await _propose(caller, PlanKind.MOVE)


async def propose_cadences(caller: Caller) -> None:
    """Show which customers would get which cadence."""
    await _propose(caller, PlanKind.LENGTHEN)


async def _propose(caller: Caller, kind: PlanKind) -> None:
    async def work() -> Block:
        return views.proposal(await caller.read(get_proposal, kind=kind, owner=caller.value))

    await caller.open_in_time(work, title=views.TITLES[kind])


async def turn(caller: Caller) -> None:
    """Show another page of a plan, made anew where things have changed."""
    state = views.PlanState.load(caller.view)
    shown = caller.read(
        get_proposal, kind=state.kind, owner=state.owner, seen=state.fingerprint, page=page_in(caller.value)
    )
    await caller.update(views.proposal(await shown))


async def carry_out(caller: Caller) -> None:
    """Carry out the plan that was shown, or show the one that it has become."""
    state = views.PlanState.load(caller.view)

    async def work() -> Block:
        done = await caller.run_batches(
            run_plan, kind=state.kind, owner=state.owner, fingerprint=state.fingerprint,
            view_id=str(caller.view["id"]),
        )  # fmt: skip
        return views.proposal(done) if isinstance(done, Proposal) else views.carried_out(done)

    await caller.show_in_time(work(), title=views.TITLES[state.kind])


async def undo(caller: Caller) -> None:
    """Undo a plan, from its window, its message or the capacity page, and redraw its message."""
    plan_id = uuid_in(caller.value)
    if plan_id is None:
        raise NotFound(NOTHING)
    try:
        undone = await caller.run_batches(run_undo, plan_id=plan_id)
    except AlreadyDone:
        await _redraw_message(caller, plan_id)
        raise
    if caller.modal is not None:
        await caller.update(views.undone(undone))
    elif block_in(caller.body)[0] == views.ROW:
        said, page = views.undone_message(undone), capacity_views.capacity(await caller.read(get_capacity))
        await caller.replace(Message(text=said.text, blocks=[*said.blocks, *page.blocks]))
    else:
        await caller.replace(views.undone_message(undone))
        return
    await _redraw_message(caller, plan_id)


async def _redraw_message(caller: Caller, plan_id: UUID) -> None:
    """Draw the message about a plan as it stands now, so that it offers no *Undo* that was used elsewhere."""
    found = await caller.read(get_plan_message, plan_id=plan_id)
    if found is not None:
        await update_if_there(caller.client, found.channel, found.ts, views.plan_before(found.summary))
