"""The control interface for other processes: JSON over /control/…"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rehearsal.fields import ActorError
from rehearsal.state.files import StoredFile
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from rehearsal.wire.interactions import Outcome

if TYPE_CHECKING:
    from rehearsal.server import Rehearsal

Json = dict[str, Any]
_ACTS = frozenset(
    {"command", "say", "press", "choose", "pick_date", "pick_time", "suggest", "fill", "submit", "close", "shortcut"}
    | {"open_home", "upload"}
)
_OF_MESSAGE = ("channel", "ts", "user", "text", "blocks", "thread_ts", "ephemeral_to", "edited")
_OF_VIEW = ("id", "title", "blocks", "state", "errors", "trouble")
_FAULTS = frozenset(
    {"next", "answer_after", "drop_before", "drop_after", "accept_late", "slow", "duplicate_delivery", "clear"}
)
_EVENTS = frozenset({"join_team", "change_person", "join_channel", "leave_channel", "archive", "disconnect"})


def add_control_routes(app: Starlette, rehearsal: "Rehearsal") -> None:
    """Add the control interface of *rehearsal* to *app*, under /control/."""
    remote = _Remote(rehearsal)
    for name in ("people", "channels", "act", "screen", "fault", "event", "move", "problems"):
        app.add_route(f"/control/{name}", _json(getattr(remote, name)), methods=["GET", "POST"])


def _json(handler: Callable[[Json], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.json() if await request.body() else dict(request.query_params)
            return JSONResponse(await handler(body))
        except (ActorError, LookupError, TypeError, ValueError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return endpoint


class _Remote:
    """Handlers of the control interface; each takes and returns JSON values."""

    def __init__(self, rehearsal: "Rehearsal") -> None:
        self._rehearsal = rehearsal
        self._ws = rehearsal.workspace
        self._control = rehearsal.control

    async def people(self, body: Json) -> Any:
        """Add a person (`name`, …); without a body, list the people."""
        if body:
            self._control.add_person(**body)
        return [{"id": p.id, "name": p.name, "real_name": p.real_name} for p in self._ws.people.values()]

    async def channels(self, body: Json) -> Any:
        """Add a channel (`name`, `members`, …); without a body, list the channels."""
        if body:
            self._control.add_channel(**body)
        return [{"id": c.id, "name": c.name, "kind": c.kind} for c in self._ws.channels.values()]

    async def act(self, body: Json) -> Any:
        """
        Let `person` perform the action `do` on `on`: {"channel", "ts"}, "modal" or "home".

        The other keys are the action's arguments; `with` holds positional ones, and a file's `data` is text.
        """
        actor, do = self._control.as_person(body.pop("person")), body.pop("do")
        if do not in _ACTS:
            raise ActorError(f"Nobody can {do}; they can {', '.join(sorted(_ACTS))}.")
        on = body.pop("on", None)
        if do == "upload":
            body["data"] = str(body["data"]).encode()
        place = [] if on is None else [self._on_screen(actor.person.id, on)]
        return _plain(await getattr(actor, do)(*place, *body.pop("with", []), **body))

    def _on_screen(self, person_id: str, on: Any) -> Message | View:
        person = self._ws.people[person_id]
        found: Any = None
        if on == "modal":
            found = person.modals[-1] if person.modals else None
        elif on == "home":
            found = person.home
        else:
            stand = self._ws.visible(self._ws.channel(on["channel"]), person)
            found = next((message for message in stand if message.ts == on["ts"]), None)
        if found is None:
            raise ActorError(f"{on} is not on {person.shown_name}'s screen.")
        view_or_message: Message | View = found
        return view_or_message

    async def screen(self, body: Json) -> Any:
        """Return what `person` sees, in `channel` if it is given: messages, the modal on top, the Home tab."""
        actor = self._control.as_person(body["person"])
        views = {"modal": actor.modal(), "home": actor.home()}
        messages = [_plain(message) for message in actor.sees(body.get("channel"))]
        return {"messages": messages} | {name: _plain(view) for name, view in views.items()}

    async def fault(self, body: Json) -> Any:
        """Add a fault: its `kind` (next, drop_before, …) and arguments."""
        kind = body.pop("kind")
        if kind not in _FAULTS:
            raise ActorError(f"There is no fault {kind}; there are {', '.join(sorted(_FAULTS))}.")
        getattr(self._control.faults, kind)(**body)
        return {"ok": True}

    async def event(self, body: Json) -> Any:
        """Trigger an event: its `kind` (join_team, change_person, …) and arguments."""
        kind = body.pop("kind")
        if kind not in _EVENTS:
            raise ActorError(f"Nothing called {kind} can happen; there are {', '.join(sorted(_EVENTS))}.")
        await getattr(self._control, kind)(**body)
        return {"ok": True}

    async def move(self, body: Json) -> Any:
        """Move the clock by `seconds`, or to the instant `to` (ISO 8601 with a zone)."""
        if "to" in body:
            now = await self._control.move_to(datetime.fromisoformat(body["to"]))
        else:
            now = await self._control.move(timedelta(seconds=float(body.get("seconds", 0))))
        return {"now": now.isoformat()}

    async def problems(self, _body: Json) -> Any:
        """Return everything that Slack would have refused."""
        return [vars(problem) for problem in self._rehearsal.problems]


def _plain(thing: Any) -> Any:
    """Return the result of an action as JSON values."""
    if isinstance(thing, Outcome):
        return {"acked": thing.acked, "ack_ms": thing.ack_ms, "text": thing.text}
    if isinstance(thing, Message):
        return {name: getattr(thing, name) for name in _OF_MESSAGE}
    if isinstance(thing, View):
        return {name: getattr(thing, name) for name in _OF_VIEW}
    return {"id": thing.id} if isinstance(thing, StoredFile) else thing
