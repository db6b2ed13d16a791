"""Who the app is, where it is installed, and how it opens a socket."""

from typing import Any

from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.wire import Wire

Json = dict[str, Any]


async def api_test(_wire: Wire, ask: Ask) -> Json:
    """api.test: whatever was sent comes back; `error` makes it fail."""
    if ask.text("error"):
        raise Refused(ask.text("error"), args=ask.args)
    return {"args": ask.args}


async def auth_test(wire: Wire, _ask: Ask) -> Json:
    """auth.test: the team, the bot's user and the bot of this token."""
    ws = wire.workspace
    body: Json = {
        "url": f"https://{ws.domain}.slack.com/",
        "team": ws.name,
        "user": ws.bot.name,
        "team_id": ws.team_id,
        "user_id": ws.bot.id,
        "bot_id": ws.bot_id,
        "is_enterprise_install": ws.is_org_install,
    }
    return body | ({"enterprise_id": ws.enterprise_id} if ws.enterprise_id else {})


async def team_info(wire: Wire, ask: Ask) -> Json:
    """team.info: name and domain of the workspace."""
    ws = wire.workspace
    if ask.text("team") not in ("", ws.team_id):
        raise Refused("team_not_found")
    team: Json = {"id": ws.team_id, "name": ws.name, "domain": ws.domain, "email_domain": "", "icon": {}}
    if ws.enterprise_id:
        team |= {"enterprise_id": ws.enterprise_id, "enterprise_name": ws.name}
    return {"team": team}


async def bots_info(wire: Wire, ask: Ask) -> Json:
    """bots.info: the app's own bot."""
    ws = wire.workspace
    if ask.text("bot") not in ("", ws.bot_id):
        raise Refused("bot_not_found")
    bot = wire.identity()["bot_profile"]
    return {"bot": {name: value for name, value in bot.items() if name != "team_id"}}


async def connections_open(wire: Wire, _ask: Ask) -> Json:
    """apps.connections.open: an address that opens one WebSocket, once."""
    if not wire.sockets.enabled or not wire.manifest.socket_mode:
        wire.problem("apps.connections.open", "forbidden_team", "Turn Socket Mode on in the manifest.")
        raise Refused("forbidden_team")
    base = wire.url.replace("http://", "ws://")
    return {"url": f"{base}/link?ticket={wire.sockets.ticket()}&app_id={wire.workspace.app_id}"}
