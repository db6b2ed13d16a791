"""Looks whether the bot's token works again in workspaces where Slack refused it as that of a removed app."""

from bot.core.errors import SettingsError
from bot.core.runtime import Runtime
from bot.slack.app import auth_test
from bot.workspaces.queries import list_uninstalled
from bot.workspaces.usecases import install_workspace
from jobs.deliver_outbox import Clients


async def check_installation(runtime: Runtime, clients: Clients) -> int:
    """Install the bot again where Slack takes its token; return in how many workspaces. What waits there goes out."""
    installed = 0
    for workspace in await runtime.read(list_uninstalled, workspace=None):
        try:
            who = await auth_test(clients(workspace))
        except SettingsError:
            continue
        if who["team_id"] == workspace:
            names = {"name": who["team"], "bot_user_id": who["user_id"]}
            await runtime.run(install_workspace, workspace=workspace, **names)
            installed += 1
    return installed
