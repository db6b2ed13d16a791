"""Interactive payloads: commands, block actions, views, shortcuts, suggestions."""

from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.wire.response_urls import ResponseUrl
from rehearsal.wire.wire import Wire

Json = dict[str, Any]


def _user(wire: Wire, person: Person) -> Json:
    return {"id": person.id, "username": person.name, "name": person.name, "team_id": wire.workspace.team_id}


def _enterprise(wire: Wire) -> Json | None:
    ws = wire.workspace
    return {"id": ws.enterprise_id, "name": ws.name} if ws.enterprise_id else None


def _base(wire: Wire, kind: str, person: Person) -> Json:
    ws = wire.workspace
    team: Json = {"id": ws.team_id, "domain": ws.domain}
    if ws.enterprise_id:
        team |= {"enterprise_id": ws.enterprise_id, "enterprise_name": ws.name}
    return {
        "type": kind,
        "team": None if ws.is_org_install else team,
        "user": _user(wire, person),
        "api_app_id": ws.app_id,
        "token": wire.verification_token,
        "enterprise": _enterprise(wire),
        "is_enterprise_install": ws.is_org_install,
    }


def channel_name(channel: Channel) -> str:
    """Return the channel's name as payloads show it."""
    return {"public": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind]


def response_url_address(wire: Wire, response_url: ResponseUrl) -> str:
    """Return the address of a response_url."""
    return f"{wire.url}/hooks/{wire.workspace.team_id}/{response_url.id}"


def command(wire: Wire, person: Person, channel: Channel, name: str, text: str, response_url: ResponseUrl) -> Json:
    """Return the payload of a slash command, which Slack sends as a form."""
    ws = wire.workspace
    enterprise = {"enterprise_id": ws.enterprise_id, "enterprise_name": ws.name} if ws.enterprise_id else {}
    return {
        "token": wire.verification_token,
        "team_id": ws.team_id,
        "team_domain": ws.domain,
        **enterprise,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": ws.app_id,
        "is_enterprise_install": "true" if ws.is_org_install else "false",
        "response_url": response_url_address(wire, response_url),
        "trigger_id": wire.triggers.new(person.id),
    }


def message_click(wire: Wire, person: Person, message: Message, action: Json, response_url: ResponseUrl) -> Json:
    """Return block_actions on a message; as in Slack, an ephemeral message isn't included."""
    channel = wire.workspace.channels[message.channel]
    container_json: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container_json["thread_ts"] = message.thread_ts
    body = _base(wire, "block_actions", person) | {
        "container": container_json,
        "trigger_id": wire.triggers.new(person.id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": message.state},
        "response_url": response_url_address(wire, response_url),
        "actions": [action],
    }
    if message.ephemeral_to is None:
        body["message"] = wire.message_json(message, with_metadata=True)
    return body


def view_click(wire: Wire, person: Person, view: View, action: Json) -> Json:
    """Return block_actions in a modal or on the Home tab."""
    return _base(wire, "block_actions", person) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": wire.triggers.new(person.id, view),
        "view": wire.view_json(view),
        "actions": [action],
    }


def submission(wire: Wire, person: Person, view: View) -> Json:
    """Return view_submission."""
    return _base(wire, "view_submission", person) | {
        "trigger_id": wire.triggers.new(person.id, view),
        "view": wire.view_json(view),
        "response_urls": [],
    }


def closing(wire: Wire, person: Person, view: View, *, cleared: bool) -> Json:
    """Return view_closed."""
    return _base(wire, "view_closed", person) | {"view": wire.view_json(view), "is_cleared": cleared}


def search(wire: Wire, person: Person, container: Message | View, block_id: str, action_id: str, text: str) -> Json:
    """Return block_suggestion with the text typed into an external select."""
    body = _base(wire, "block_suggestion", person) | {"action_id": action_id, "block_id": block_id, "value": text}
    if isinstance(container, View):
        return body | {"container": {"type": "view", "view_id": container.id}, "view": wire.view_json(container)}
    channel = wire.workspace.channels[container.channel]
    container_json = {"type": "message", "message_ts": container.ts, "channel_id": channel.id}
    return body | {
        "container": container_json | {"is_ephemeral": container.ephemeral_to is not None},
        "channel": {"id": channel.id, "name": channel_name(channel)},
    }


def global_shortcut(wire: Wire, person: Person, callback_id: str) -> Json:
    """Return the payload of a global shortcut, which has neither channel nor response_url."""
    ts = wire.workspace.new_ts()
    trigger_id = wire.triggers.new(person.id)
    return _base(wire, "shortcut", person) | {"callback_id": callback_id, "trigger_id": trigger_id, "action_ts": ts}


def message_shortcut(wire: Wire, person: Person, callback_id: str, message: Message, response_url: ResponseUrl) -> Json:
    """Return the payload of a message shortcut."""
    channel = wire.workspace.channels[message.channel]
    return _base(wire, "message_action", person) | {
        "callback_id": callback_id,
        "trigger_id": wire.triggers.new(person.id),
        "action_ts": wire.workspace.new_ts(),
        "response_url": response_url_address(wire, response_url),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": wire.message_json(message),
    }
