"""Sends interactions of people to the bot, and shows the result of the acknowledgement."""

from dataclasses import dataclass, field
from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.state.workspace import SLACKBOT
from rehearsal.strict import check_options, check_view_response
from rehearsal.wire import payloads
from rehearsal.wire.calls import ApiError
from rehearsal.wire.delivery import Ack, Kind
from rehearsal.wire.methods.views import push_on, unique_external_id
from rehearsal.wire.response_urls import ResponseUrl
from rehearsal.wire.responses import show
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
CONNECTION_ERROR = "We had some trouble connecting. Try again?"


@dataclass(eq=False)
class Outcome:
    """The result of an interaction: the acknowledgement, and the replies so far; more may follow."""

    wire: Wire
    acked: bool
    ack_ms: float
    body: Any = None
    messages: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text of the first reply; empty if there is none yet."""
        return self.messages[0].text if self.messages else ""

    async def reply(self, timeout: float = 5.0) -> Message:  # noqa: ASYNC109 - a public parameter
        """Wait for the first reply, and return it."""
        return await self.wire.workspace.until(lambda _: self.messages[0] if self.messages else None, timeout)


async def deliver(wire: Wire, kind: Kind, name: str, body: Json) -> Ack:
    """Send an interactive payload to the bot once; a missing acknowledgement is recorded as a problem."""
    if kind == "interactive" and not wire.manifest.interactivity:
        ack = Ack(False, 0.0, reason="interactivity is off in the manifest", status=0)
    else:
        ack = await wire.delivery.send(kind, body)
    trouble = ""
    if not ack.ok:
        trouble = f"The bot did not acknowledge {name} within 3 s ({ack.reason})."
        wire.problem(name, "no_ack", trouble)
    wire.workspace.log_traffic(
        "out", name, f"{ack.ms:.0f} ms", {"sent": body, "answered": ack.body}, ack.status, trouble
    )
    return ack


def post_failure(wire: Wire, person: Person, channel: Channel, what: str, ack: Ack) -> Message:
    """Post the message that Slack shows when the bot doesn't acknowledge an interaction."""
    code = "operation_timeout" if "timeout" in ack.reason else "dispatch_failed"
    text = f"{what} failed because {wire.workspace.app_name} did not respond (error: {code})."
    return wire.workspace.post(channel, SLACKBOT, text, ephemeral_to=person.id)


def _outcome(wire: Wire, ack: Ack, response_url: ResponseUrl | None = None) -> Outcome:
    return Outcome(wire, ack.ok, ack.ms, ack.body, response_url.answers if response_url else [])


async def run_command(wire: Wire, person: Person, channel: Channel, name: str, text: str) -> Outcome:
    """Send a slash command."""
    response_url = wire.response_urls.new(person.id, channel.id, wire.workspace.clock.now())
    ack = await deliver(wire, "slash_commands", name, payloads.command(wire, person, channel, name, text, response_url))
    if not ack.ok:
        response_url.answers.append(post_failure(wire, person, channel, name, ack))
    elif ack.body:
        answer = ack.body if isinstance(ack.body, dict) else {"text": str(ack.body)}
        _show_answer(wire, response_url, answer, name)
    return _outcome(wire, ack, response_url)


def _show_answer(wire: Wire, response_url: ResponseUrl, answer: Json, name: str) -> None:
    try:
        show(wire, response_url, answer, f"ack of {name}")
    except ApiError as error:
        wire.workspace.log_traffic("in", f"ack of {name}", "", answer, 0, error.code)


async def click(wire: Wire, person: Person, container: Message | View, action: Json) -> Outcome:
    """Send a press, choice or input in a message, in a modal or on the Home tab."""
    name = f"block_actions {action['action_id']}"
    if isinstance(container, View):
        ack = await deliver(wire, "interactive", name, payloads.view_click(wire, person, container, action))
        if not ack.ok:
            _show_failure(wire, container)
        return _outcome(wire, ack)
    response_url = wire.response_urls.new(person.id, container.channel, wire.workspace.clock.now(), container)
    ack = await deliver(
        wire, "interactive", name, payloads.message_click(wire, person, container, action, response_url)
    )
    if not ack.ok:
        response_url.answers.append(
            post_failure(wire, person, wire.workspace.channels[container.channel], "The button", ack)
        )
    return _outcome(wire, ack, response_url)


async def submit(wire: Wire, person: Person, view: View) -> dict[str, str] | None:
    """Submit a modal; return the bot's errors by block_id, or None if it accepted the modal."""
    view.errors, view.trouble = {}, ""
    name = f"view_submission {view.payload.get('callback_id', '')}"
    ack = await deliver(wire, "interactive", name, payloads.submission(wire, person, view))
    if not ack.ok:
        _show_failure(wire, view)
        return None
    body = ack.body if isinstance(ack.body, dict) else {}
    try:
        wire.check(name, check_view_response(body, view.payload))
        _apply_response(wire, person, view, body)
    except ApiError:
        _show_failure(wire, view)
    wire.workspace.changed.notify()
    return view.errors or None


def _apply_response(wire: Wire, person: Person, view: View, body: Json) -> None:
    action = body.get("response_action")
    if action == "errors":
        view.errors = dict(body.get("errors", {}))
    elif action == "update":
        unique_external_id(wire, body["view"], view)
        view.show(body["view"], wire.workspace.new_hash())
    elif action == "push":
        unique_external_id(wire, body["view"])
        push_on(wire, person, body["view"])
    elif action == "clear":
        _close_views(person, list(person.modals))
    else:
        _close_views(person, [view])


def _close_views(person: Person, views: list[View]) -> None:
    for view in views:
        view.closed = True
        if view in person.modals:
            person.modals.remove(view)


def _show_failure(wire: Wire, view: View) -> None:
    view.trouble = CONNECTION_ERROR
    wire.workspace.changed.notify()


async def close(wire: Wire, person: Person, view: View, *, everything: bool = False) -> None:
    """Close the modal on top, or all of them, and send view_closed for those that ask for it."""
    closed_views = list(person.modals) if everything or view.payload.get("clear_on_close") else [view]
    _close_views(person, closed_views)
    wire.workspace.changed.notify()
    for closed in reversed(closed_views):
        if closed.payload.get("notify_on_close"):
            body = payloads.closing(wire, person, closed, cleared=len(closed_views) > 1)
            await deliver(wire, "interactive", f"view_closed {closed.payload.get('callback_id', '')}", body)


async def search(wire: Wire, person: Person, container: Message | View, ids: tuple[str, str], text: str) -> list[Json]:
    """Send the text typed into an external select; return the bot's options."""
    block_id, action_id = ids
    name = f"block_suggestion {action_id}"
    ack = await deliver(wire, "interactive", name, payloads.search(wire, person, container, block_id, action_id, text))
    body = ack.body if ack.ok and isinstance(ack.body, dict) else {}
    if not ack.ok:
        return []
    try:
        wire.check(name, check_options(body))
    except ApiError:
        return []
    grouped = [option for group in body.get("option_groups") or [] for option in group["options"]]
    return list(body.get("options") or []) + grouped


async def global_shortcut(wire: Wire, person: Person, callback_id: str) -> Outcome:
    """Send a shortcut chosen from the composer's menu."""
    body = payloads.global_shortcut(wire, person, callback_id)
    ack = await deliver(wire, "interactive", f"shortcut {callback_id}", body)
    if not ack.ok:
        post_failure(wire, person, wire.workspace.direct(person), "The shortcut", ack)
    return _outcome(wire, ack)


async def message_shortcut(wire: Wire, person: Person, callback_id: str, message: Message) -> Outcome:
    """Send a shortcut chosen from a message's menu."""
    response_url = wire.response_urls.new(person.id, message.channel, wire.workspace.clock.now(), message)
    body = payloads.message_shortcut(wire, person, callback_id, message, response_url)
    ack = await deliver(wire, "interactive", f"message_action {callback_id}", body)
    if not ack.ok:
        post_failure(wire, person, wire.workspace.channels[message.channel], "The shortcut", ack)
    return _outcome(wire, ack, response_url)
