"""What people do, carried to the bot, and what its acknowledgement puts on screen."""

from dataclasses import dataclass, field
from typing import Any

from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.state.workspace import SLACKBOT
from rehearsal.strict import check_options, check_view_response
from rehearsal.wire import payloads
from rehearsal.wire.asking import Refused
from rehearsal.wire.delivery import Ack, Kind
from rehearsal.wire.hooks import Hook
from rehearsal.wire.methods.views import push_on, unique_external_id
from rehearsal.wire.responses import show
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(eq=False)
class Outcome:
    """What came of an act: the acknowledgement, and the answers that appeared so far (more may follow)."""

    wire: Wire
    acked: bool
    ack_ms: float
    body: Any = None
    messages: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words of the first answer; empty while there is none."""
        return self.messages[0].text if self.messages else ""

    async def reply(self, timeout: float = 5.0) -> Message:  # noqa: ASYNC109 - the caller's patience
        """The first answer, waited for."""
        return await self.wire.workspace.until(lambda _: self.messages[0] if self.messages else None, timeout)


async def deliver(wire: Wire, kind: Kind, name: str, body: Json) -> Ack:
    """Bring an interactive payload to the bot once; a missed acknowledgement is a problem."""
    if kind == "interactive" and not wire.manifest.interactivity:
        ack = Ack(False, 0.0, reason="interactivity is off in the manifest", status=0)
    else:
        ack = await wire.delivery.send(kind, body)
    trouble = ""
    if not ack.ok:
        trouble = f"The bot did not acknowledge {name} within 3 s ({ack.reason})."
        wire.problem(name, "no_ack", trouble)
    wire.workspace.note("out", name, f"{ack.ms:.0f} ms", {"sent": body, "answered": ack.body}, ack.status, trouble)
    return ack


def complain(wire: Wire, person: Person, channel: Channel, what: str, ack: Ack) -> Message:
    """What Slack itself tells somebody whose act the bot didn't acknowledge."""
    code = "operation_timeout" if "timeout" in ack.reason else "dispatch_failed"
    text = f"{what} failed because {wire.workspace.app_name} did not respond (error: {code})."
    return wire.workspace.post(channel, SLACKBOT, text, ephemeral_to=person.id)


def _outcome(wire: Wire, ack: Ack, hook: Hook | None = None) -> Outcome:
    return Outcome(wire, ack.ok, ack.ms, ack.body, hook.answers if hook else [])


async def run_command(wire: Wire, person: Person, channel: Channel, name: str, text: str) -> Outcome:
    """Somebody typed a slash command."""
    hook = wire.hooks.new(person.id, channel.id, wire.workspace.clock.now())
    ack = await deliver(wire, "slash_commands", name, payloads.command(wire, person, channel, name, text, hook))
    if not ack.ok:
        hook.answers.append(complain(wire, person, channel, name, ack))
    elif ack.body:
        said = ack.body if isinstance(ack.body, dict) else {"text": str(ack.body)}
        _show_ack(wire, hook, said, name)
    return _outcome(wire, ack, hook)


def _show_ack(wire: Wire, hook: Hook, said: Json, name: str) -> None:
    try:
        show(wire, hook, said, f"ack of {name}")
    except Refused as refused:
        wire.workspace.note("in", f"ack of {name}", "", said, 0, refused.code)


async def click(wire: Wire, person: Person, where: Message | View, action: Json) -> Outcome:
    """Somebody pressed, chose or entered something on a message, in a modal or on the Home tab."""
    name = f"block_actions {action['action_id']}"
    if isinstance(where, View):
        ack = await deliver(wire, "interactive", name, payloads.view_click(wire, person, where, action))
        if not ack.ok:
            _trouble(wire, where)
        return _outcome(wire, ack)
    hook = wire.hooks.new(person.id, where.channel, wire.workspace.clock.now(), where)
    ack = await deliver(wire, "interactive", name, payloads.message_click(wire, person, where, action, hook))
    if not ack.ok:
        hook.answers.append(complain(wire, person, wire.workspace.channels[where.channel], "The button", ack))
    return _outcome(wire, ack, hook)


async def submit(wire: Wire, person: Person, view: View) -> dict[str, str] | None:
    """Somebody sent a modal; the errors that the bot puts under fields, or None when it took it."""
    view.errors, view.trouble = {}, ""
    name = f"view_submission {view.payload.get('callback_id', '')}"
    ack = await deliver(wire, "interactive", name, payloads.submission(wire, person, view))
    if not ack.ok:
        _trouble(wire, view)
        return None
    body = ack.body if isinstance(ack.body, dict) else {}
    try:
        wire.check(name, check_view_response(body, view.payload))
        _obey(wire, person, view, body)
    except Refused:
        _trouble(wire, view)
    wire.workspace.changed.raise_()
    return view.errors or None


def _obey(wire: Wire, person: Person, view: View, body: Json) -> None:
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
        _shut(person, list(person.modals))
    else:
        _shut(person, [view])


def _shut(person: Person, views: list[View]) -> None:
    for view in views:
        view.closed = True
        if view in person.modals:
            person.modals.remove(view)


def _trouble(wire: Wire, view: View) -> None:
    view.trouble = TROUBLE
    wire.workspace.changed.raise_()


async def close(wire: Wire, person: Person, view: View, *, everything: bool = False) -> None:
    """Somebody closed the top window, or all of them; the bot hears of those that asked for it."""
    gone = list(person.modals) if everything or view.payload.get("clear_on_close") else [view]
    _shut(person, gone)
    wire.workspace.changed.raise_()
    for closed in reversed(gone):
        if closed.payload.get("notify_on_close"):
            body = payloads.closing(wire, person, closed, cleared=len(gone) > 1)
            await deliver(wire, "interactive", f"view_closed {closed.payload.get('callback_id', '')}", body)


async def search(wire: Wire, person: Person, where: Message | View, ids: tuple[str, str], text: str) -> list[Json]:
    """Somebody types into an external select; the options that the bot offers."""
    block_id, action_id = ids
    name = f"block_suggestion {action_id}"
    ack = await deliver(wire, "interactive", name, payloads.search(wire, person, where, block_id, action_id, text))
    body = ack.body if ack.ok and isinstance(ack.body, dict) else {}
    if not ack.ok:
        return []
    try:
        wire.check(name, check_options(body))
    except Refused:
        return []
    grouped = [option for group in body.get("option_groups") or [] for option in group["options"]]
    return list(body.get("options") or []) + grouped


async def global_shortcut(wire: Wire, person: Person, callback_id: str) -> Outcome:
    """Somebody picked a shortcut from the composer's menu."""
    body = payloads.global_shortcut(wire, person, callback_id)
    ack = await deliver(wire, "interactive", f"shortcut {callback_id}", body)
    if not ack.ok:
        complain(wire, person, wire.workspace.direct(person), "The shortcut", ack)
    return _outcome(wire, ack)


async def message_shortcut(wire: Wire, person: Person, callback_id: str, message: Message) -> Outcome:
    """Somebody picked a shortcut from a message's menu."""
    hook = wire.hooks.new(person.id, message.channel, wire.workspace.clock.now(), message)
    body = payloads.message_shortcut(wire, person, callback_id, message, hook)
    ack = await deliver(wire, "interactive", f"message_action {callback_id}", body)
    if not ack.ok:
        complain(wire, person, wire.workspace.channels[message.channel], "The shortcut", ack)
    return _outcome(wire, ack, hook)
