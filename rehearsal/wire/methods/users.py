"""users.*"""

from typing import Any

from rehearsal.wire.asking import Ask, Refused
from rehearsal.wire.paging import page
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
# Above this many people Slack wants a limit and a cursor.
_MOST_AT_ONCE = 1000


async def list_(wire: Wire, ask: Ask) -> Json:
    """users.list: everyone, bots and deactivated ones included, page by page."""
    people = list(wire.workspace.people.values())
    if len(people) > _MOST_AT_ONCE and not ask.text("limit"):
        raise Refused("limit_required")
    part, cursor = page(ask, people, _MOST_AT_ONCE)
    members = [wire.user_shape(person) for person in part]
    metadata = {"next_cursor": cursor}
    return {"members": members, "cache_ts": wire.workspace.epoch(), "response_metadata": metadata}


async def info(wire: Wire, ask: Ask) -> Json:
    """users.info: one person."""
    person = wire.workspace.people.get(ask.text("user"))
    if person is None:
        raise Refused("user_not_found")
    return {"user": wire.user_shape(person)}


async def lookup_by_email(wire: Wire, ask: Ask) -> Json:
    """users.lookupByEmail: the active person with this address."""
    wanted = ask.text("email").casefold()
    for person in wire.workspace.people.values():
        if not person.deleted and not person.is_bot and (person.email or "").casefold() == wanted:
            return {"user": wire.user_shape(person)}
    raise Refused("users_not_found")
