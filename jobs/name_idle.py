"""Names to managers, once a week, who hasn't acted for a working week."""

from bot.checkins.usecases.nudging import name_idle as name_idle_in
from bot.core.runtime import Runtime
from bot.workspaces.queries import list_workspaces


async def name_idle(runtime: Runtime) -> int:
    """Enqueue the week's message to each manager whose first working day has begun; return the number of messages."""
    count = 0
    for workspace in await runtime.read(list_workspaces, workspace=None):
        count += await runtime.run(name_idle_in, workspace=workspace, features=runtime.features)
    return count
