"""users.*: people of the workspace."""

from typing import Any

from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.paging import page
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
# Above this many people Slack wants a limit and a cursor.
_MAX_PAGE = 1000


async def list_(wire: Wire, call: ApiCall) -> Json:
    """users.list: list all people, including bots and deactivated ones, paginated."""
    people = list(wire.workspace.people.values())
    if len(people) > _MAX_PAGE and not call.text("limit"):
        raise ApiError("limit_required")
    part, cursor = page(call, people, _MAX_PAGE)
    members = [wire.user_json(person) for person in part]
    metadata = {"next_cursor": cursor}
    return {"members": members, "cache_ts": wire.workspace.epoch(), "response_metadata": metadata}


async def info(wire: Wire, call: ApiCall) -> Json:
    """users.info: return one person."""
    person = wire.workspace.people.get(call.text("user"))
    if person is None:
        raise ApiError("user_not_found")
    return {"user": wire.user_json(person)}


async def lookup_by_email(wire: Wire, call: ApiCall) -> Json:
    """users.lookupByEmail: return the active person with this address."""
    wanted = call.text("email").casefold()
    for person in wire.workspace.people.values():
        if not person.deleted and not person.is_bot and (person.email or "").casefold() == wanted:
            return {"user": wire.user_json(person)}
    raise ApiError("users_not_found")
