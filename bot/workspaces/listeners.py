"""What every room's listeners do about somebody who presses what isn't theirs to press."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.core.errors import NotAllowed, NotFound
from bot.core.runtime import Runtime
from bot.slack.replies import people_in, workspace_in
from bot.workspaces.usecases.refusing import record_refused_press


@asynccontextmanager
async def refusals_kept(runtime: Runtime, body: Mapping[str, Any], *, action: str, key: object) -> AsyncIterator[None]:
    """Inside, whoever is refused for what they pressed is refused, and the audit trail says so."""
    try:
        yield
    except (NotAllowed, NotFound):
        if key:
            await runtime.run(
                record_refused_press, workspace=workspace_in(body), by=people_in(body), action=action, key=str(key)
            )
        raise
