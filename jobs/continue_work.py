"""Goes on with plans, sharings and their undoing that were interrupted because their process is gone."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.core.runtime import Runtime
from bot.customers.usecases import sharing
from bot.customers.usecases.parts import list_interrupted, list_workspaces_to_go_on
from bot.reviews.usecases import plans

GO_ON: Mapping[str, Callable[..., Any]] = {
    sharing.SHARE: sharing.go_on_sharing,
    sharing.UNSHARE: sharing.go_on_unsharing,
    plans.PLAN: plans.go_on_with_plan,
    plans.PLAN_UNDO: plans.go_on_undoing,
}
"""What goes on with work of each kind; if two processes do it at once, they take turns."""


async def continue_work(runtime: Runtime) -> int:
    """Do what is left of long work on customers at which nobody is any more; return how many plans that were."""
    done = 0
    for workspace in await runtime.read(list_workspaces_to_go_on, workspace=None):
        for kind, subject_id in await runtime.read(list_interrupted, workspace=workspace):
            await runtime.run_batches(GO_ON[kind], workspace=workspace, subject_id=subject_id)
            done += 1
    return done
