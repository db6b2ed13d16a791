"""views.*: modals and the Home tab."""

import json
from typing import Any

from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.strict import check_view
from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
MOST_STACKED = 3


def read_view(wire: Wire, ask: Ask, kind: str) -> Json:
    """The view of the call, checked."""
    view = ask.args.get("view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            view = None
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] must provide an object"]})
    wire.check(ask.method, check_view(view))
    if view.get("type") != kind:
        wire.problem(ask.method, "invalid_arguments", f"{ask.method} takes a view of type {kind}.", "view.type")
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] type must be {kind}"]})
    return view


def unique_external_id(wire: Wire, payload: Json, own: View | None = None) -> None:
    """Refuse an external_id that another open view has."""
    external_id = payload.get("external_id")
    other = wire.workspace.find_view(external_id=external_id) if external_id else None
    if other is not None and other is not own:
        raise Refused("duplicate_external_id")


def _trigger(wire: Wire, ask: Ask) -> tuple[Person, View | None]:
    try:
        person_id, view = wire.triggers.use(ask.text("trigger_id") or ask.text("interactivity_pointer"))
    except Refused as refused:
        wire.problem(ask.method, refused.code, "A trigger id opens one window, within three seconds.")
        raise
    return wire.workspace.people[person_id], view


async def open_(wire: Wire, ask: Ask) -> Json:
    """views.open: a window on the screen of whoever typed or clicked."""
    payload = read_view(wire, ask, "modal")
    unique_external_id(wire, payload)
    person, _ = _trigger(wire, ask)
    for old in person.modals:
        old.closed = True
    view = wire.workspace.new_view(person, payload)
    person.modals = [view]
    wire.workspace.changed.raise_()
    return {"view": wire.view_shape(view)}


async def push(wire: Wire, ask: Ask) -> Json:
    """views.push: a window on top of the one that was clicked in; at most three lie on each other."""
    payload = read_view(wire, ask, "modal")
    unique_external_id(wire, payload)
    person, clicked = _trigger(wire, ask)
    if clicked is None or clicked not in person.modals:
        wire.problem(ask.method, "not_found", "views.push needs the trigger id of a click inside an open modal.")
        raise Refused("not_found")
    return {"view": wire.view_shape(push_on(wire, person, payload))}


def push_on(wire: Wire, person: Person, payload: Json) -> View:
    """Put a window on top of what is open."""
    if len(person.modals) >= MOST_STACKED:
        wire.problem("views.push", "push_limit_reached", "At most three windows lie on each other.")
        raise Refused("push_limit_reached")
    view = wire.workspace.new_view(person, payload, under=person.modals[-1])
    person.modals.append(view)
    wire.workspace.changed.raise_()
    return view


async def update(wire: Wire, ask: Ask) -> Json:
    """views.update: another content for an open view, by id or external id; `hash` guards against stale ones."""
    view = wire.workspace.find_view(view_id=ask.text("view_id") or None, external_id=ask.text("external_id") or None)
    if view is None:
        raise Refused("not_found")
    payload = read_view(wire, ask, view.type)
    unique_external_id(wire, payload, view)
    _fresh(ask, view)
    view.show(payload, wire.workspace.new_hash())
    wire.workspace.changed.raise_()
    return {"view": wire.view_shape(view)}


def _fresh(ask: Ask, view: View | None) -> None:
    if ask.text("hash") and view is not None and ask.text("hash") != view.hash:
        raise Refused("hash_conflict")


async def publish(wire: Wire, ask: Ask) -> Json:
    """views.publish: the Home tab of one person."""
    payload = read_view(wire, ask, "home")
    person = wire.workspace.people.get(ask.text("user_id"))
    if person is None or person.deleted:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] user_id is no active user"]})
    if not wire.manifest.home_tab:
        wire.problem(ask.method, "not_enabled", "Turn the Home tab on in the manifest.")
        raise Refused("not_enabled")
    _fresh(ask, person.home)
    if person.home is None:
        person.home = wire.workspace.new_view(person, payload)
    else:
        person.home.show(payload, wire.workspace.new_hash())
    wire.workspace.changed.raise_()
    return {"view": wire.view_shape(person.home)}
