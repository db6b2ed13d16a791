"""The app's identity, its installation, and the opening of sockets."""

from typing import Any

from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.tokens import LIFE
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


async def oauth_access(wire: Wire, call: ApiCall) -> Json:
    """oauth.v2.access: exchange a refresh token for the next bot token; an app of one workspace has no codes."""
    if call.text("grant_type") != "refresh_token":
        raise ApiError("invalid_grant_type")
    ws = wire.workspace
    if not wire.installed:
        raise ApiError("invalid_refresh_token")
    pair = wire.tokens.refresh(
        client_id=call.text("client_id"), client_secret=call.text("client_secret"),
        refresh_token=call.text("refresh_token"), now=ws.clock.now(),
    )  # fmt: skip
    return {
        "access_token": pair.token,
        "token_type": "bot",
        "scope": ",".join(sorted(wire.scopes)),
        "bot_user_id": ws.bot.id,
        "app_id": ws.app_id,
        "expires_in": int(LIFE.total_seconds()),
        "refresh_token": pair.refresh_token,
        "team": {"id": ws.team_id, "name": ws.name},
        "enterprise": None,
        "is_enterprise_install": ws.is_org_install,
    }
