"""What every feature registers its listeners with."""

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.slack.callers import Listeners
from bot.workspaces.usecases import record_denial


def listen(app: AsyncApp, runtime: Runtime) -> Listeners:
    """Return the helper that a feature registers its listeners with; refusals are recorded in the audit trail."""
    return Listeners(app, runtime, audit=record_denial)
