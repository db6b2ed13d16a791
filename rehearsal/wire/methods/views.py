"""views.*: modals and the Home tab."""

import json
from typing import Any

from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.strict import check_view
from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
MAX_STACKED = 3


def read_view(wire: Wire, call: ApiCall, kind: str) -> Json:
    """Return the view of the call after checking it."""
    view = call.args.get("view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            view = None
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] must provide an object"]})
    wire.check(call.method, check_view(view))
    if view.get("type") != kind:
        wire.problem(call.method, "invalid_arguments", f"{call.method} takes a view of type {kind}.", "view.type")
        raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] type must be {kind}"]})
    return view


def unique_external_id(wire: Wire, payload: Json, own: View | None = None) -> None:
    """Raise ApiError if another open view has the same external_id."""
    external_id = payload.get("external_id")
    other = wire.workspace.find_view(external_id=external_id) if external_id else None
    if other is not None and other is not own:
        raise ApiError("duplicate_external_id")


def _trigger(wire: Wire, call: ApiCall) -> tuple[Person, View | None]:
    try:
        person_id, view = wire.triggers.use(call.text("trigger_id") or call.text("interactivity_pointer"))
    except ApiError as error:
        wire.problem(call.method, error.code, "A trigger id opens one window, within three seconds.")
        raise
    return wire.workspace.people[person_id], view


async def open_(wire: Wire, call: ApiCall) -> Json:
    """views.open: open a modal for the person of the trigger id."""
    payload = read_view(wire, call, "modal")
    unique_external_id(wire, payload)
    person, _ = _trigger(wire, call)
    for old in person.modals:
        old.closed = True
    view = wire.workspace.new_view(person, payload)
    person.modals = [view]
    wire.workspace.changed.notify()
    return {"view": wire.view_json(view)}


async def push(wire: Wire, call: ApiCall) -> Json:
    """views.push: push a modal onto the one in which the person acted; at most three can be stacked."""
    payload = read_view(wire, call, "modal")
    unique_external_id(wire, payload)
    person, clicked = _trigger(wire, call)
    if clicked is None or clicked not in person.modals:
        wire.problem(call.method, "not_found", "views.push needs the trigger id of a click inside an open modal.")
        raise ApiError("not_found")
    return {"view": wire.view_json(push_on(wire, person, payload))}


def push_on(wire: Wire, person: Person, payload: Json) -> View:
    """Push a modal onto the person's open modals."""
    if len(person.modals) >= MAX_STACKED:
        wire.problem("views.push", "push_limit_reached", "At most three windows lie on each other.")
        raise ApiError("push_limit_reached")
    view = wire.workspace.new_view(person, payload, under=person.modals[-1])
    person.modals.append(view)
    wire.workspace.changed.notify()
    return view


async def update(wire: Wire, call: ApiCall) -> Json:
    """views.update: replace the content of an open view, by id or external id; `hash` prevents lost updates."""
    view = wire.workspace.find_view(view_id=call.text("view_id") or None, external_id=call.text("external_id") or None)
    if view is None:
        raise ApiError("not_found")
    payload = read_view(wire, call, view.type)
    unique_external_id(wire, payload, view)
    _fresh(call, view)
    view.show(payload, wire.workspace.new_hash())
    wire.workspace.changed.notify()
    return {"view": wire.view_json(view)}


def _fresh(call: ApiCall, view: View | None) -> None:
    if call.text("hash") and view is not None and call.text("hash") != view.hash:
        raise ApiError("hash_conflict")


async def publish(wire: Wire, call: ApiCall) -> Json:
    """views.publish: publish the Home tab of one person."""
    payload = read_view(wire, call, "home")
    person = wire.workspace.people.get(call.text("user_id"))
    if person is None or person.deleted:
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] user_id is no active user"]})
    if not wire.manifest.home_tab:
        wire.problem(call.method, "not_enabled", "Turn the Home tab on in the manifest.")
        raise ApiError("not_enabled")
    _fresh(call, person.home)
    if person.home is None:
        person.home = wire.workspace.new_view(person, payload)
    else:
        person.home.show(payload, wire.workspace.new_hash())
    wire.workspace.changed.notify()
    return {"view": wire.view_json(person.home)}
