"""The app's identity, its installation, and the opening of sockets."""

from typing import Any

from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.wire import Wire

Json = dict[str, Any]


async def api_test(_wire: Wire, call: ApiCall) -> Json:
    """api.test: return the arguments; `error` makes it fail."""
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


async def auth_test(wire: Wire, _ask: ApiCall) -> Json:
    """auth.test: return the team, the bot's user and the bot of the token."""
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


async def team_info(wire: Wire, call: ApiCall) -> Json:
    """team.info: return name and domain of the workspace."""
    ws = wire.workspace
    if call.text("team") not in ("", ws.team_id):
        raise ApiError("team_not_found")
    team: Json = {"id": ws.team_id, "name": ws.name, "domain": ws.domain, "email_domain": "", "icon": {}}
    if ws.enterprise_id:
        team |= {"enterprise_id": ws.enterprise_id, "enterprise_name": ws.name}
    return {"team": team}


async def bots_info(wire: Wire, call: ApiCall) -> Json:
    """bots.info: return the app's own bot."""
    ws = wire.workspace
    if call.text("bot") not in ("", ws.bot_id):
        raise ApiError("bot_not_found")
    bot = wire.bot_identity()["bot_profile"]
    return {"bot": {name: value for name, value in bot.items() if name != "team_id"}}


async def connections_open(wire: Wire, _ask: ApiCall) -> Json:
    """apps.connections.open: return an address that opens one WebSocket once."""
    if not wire.sockets.enabled or not wire.manifest.socket_mode:
        wire.problem("apps.connections.open", "forbidden_team", "Turn Socket Mode on in the manifest.")
        raise ApiError("forbidden_team")
    base = wire.url.replace("http://", "ws://")
    return {"url": f"{base}/link?ticket={wire.sockets.new_ticket()}&app_id={wire.workspace.app_id}"}
