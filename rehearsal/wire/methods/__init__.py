"""The Web API's methods and their handlers."""

from collections.abc import Awaitable, Callable
from typing import Any

from rehearsal.wire.calls import ApiCall
from rehearsal.wire.methods import about, blocks, chat, conversations, files, history, users, views
from rehearsal.wire.wire import Wire

Handler = Callable[[Wire, ApiCall], Awaitable[dict[str, Any]]]

HANDLERS: dict[str, Handler] = {
    "api.test": about.api_test,
    "auth.test": about.auth_test,
    "oauth.v2.access": about.oauth_access,
    "team.info": about.team_info,
    "bots.info": about.bots_info,
    "apps.connections.open": about.connections_open,
    "blocks.validate": blocks.validate,
    "users.list": users.list_,
    "users.info": users.info,
    "users.lookupByEmail": users.lookup_by_email,
    "users.conversations": conversations.of_user,
    "conversations.list": conversations.list_,
    "conversations.info": conversations.info,
    "conversations.open": conversations.open_,
    "conversations.members": conversations.members,
    "conversations.join": conversations.join,
    "conversations.history": history.history,
    "conversations.replies": history.replies,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "reactions.add": chat.add_reaction,
    "views.open": views.open_,
    "views.push": views.push,
    "views.update": views.update,
    "views.publish": views.publish,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.completeUploadExternal": files.complete_upload,
    "files.info": files.info,
}
