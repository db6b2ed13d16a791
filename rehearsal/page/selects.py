"""The ten kinds of select, each a field that finds its choices in its own way."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rehearsal.page.combobox import Choice, Combobox, Search, debounced, search_among
from rehearsal.page.hands import entered, use
from rehearsal.page.screen import Screen, Where
from rehearsal.state.inputs import Placed

_ONE: Final = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
SELECTS: Final = frozenset(_ONE) | {f"multi_{name}" for name in _ONE}
_LEAST_TYPED: Final = 3  # letters before an external select searches, unless it says otherwise
_KINDS: Final = {"public": "public", "private": "private", "im": "im"}


def draw_select(screen: Screen, where: Where, spot: Placed) -> None:
    """Draw the select at *spot* with what is chosen now."""
    kind = str(spot.element["type"])
    several = kind.startswith("multi_")
    least = 0
    if "external" in kind:
        least = int(spot.element.get("min_query_length", _LEAST_TYPED))

    async def take(chosen: list[Choice]) -> None:
        values = [choice.value for choice in chosen]
        await use(screen, where, spot, values if several else values[0])

    Combobox(
        screen,
        name=spot.element["action_id"],
        search=_search(screen, where, spot),
        chosen=_chosen(screen, where, spot),
        take=take,
        several=several,
        most=spot.element.get("max_selected_items"),
        placeholder=str((spot.element.get("placeholder") or {}).get("text", "")),
        least_typed=least,
    )


def _search(screen: Screen, where: Where, spot: Placed) -> Search:
    kind = str(spot.element["type"])
    if "external" in kind:
        return debounced(_ask_app(screen, where, spot))
    if "users" in kind:
        people = [Choice(person.called, person.id, f"@{person.name}") for person in screen.people()]
        return search_among(people)
    if "static" in kind:
        return search_among(_choices(spot.element))
    return search_among(_places(screen, spot.element))


def _ask_app(screen: Screen, where: Where, spot: Placed) -> Search:
    async def search(text: str) -> Sequence[Choice]:
        action_id, block_id = spot.element["action_id"], spot.block["block_id"]
        found = await screen.do(lambda: screen.actor.suggest(where, action_id, text, block_id=block_id))
        return [_choice(option) for option in found or ()]

    return search


def _choices(element: Mapping[str, Any]) -> list[Choice]:
    groups = element.get("option_groups")
    if not groups:
        return [_choice(option) for option in element.get("options", ())]
    return [
        _choice(option, group=str(group.get("label", {}).get("text", "")))
        for group in groups
        for option in group.get("options", ())
    ]


def _choice(option: Mapping[str, Any], group: str = "") -> Choice:
    description = option.get("description") or {}
    return Choice(str(option["text"]["text"]), str(option["value"]), str(description.get("text", "")), group)


def _places(screen: Screen, element: Mapping[str, Any]) -> list[Choice]:
    """Channels, and for conversations also direct messages, as the element's filter allows."""
    rules = element.get("filter") or {}
    direct = "conversations" in str(element["type"])
    kinds = set(rules.get("include") or (["public", "private", "im"] if direct else ["public"]))
    shared_too = not rules.get("exclude_external_shared_channels")
    found = [
        Choice(f"#{channel.name}", channel.id)
        for channel in screen.channels()
        if _KINDS.get(channel.kind) in kinds and (shared_too or not channel.is_ext_shared)
    ]
    if "im" in kinds:
        found += [Choice(screen.person_name(c.other(screen.person.id)), c.id) for c in screen.directs()]
    return found


def _chosen(screen: Screen, where: Where, spot: Placed) -> list[Choice]:
    value = entered(where, spot).get(spot.key)
    listed = value if isinstance(value, list) else [value] if value else []
    return [_choice(one) if isinstance(one, Mapping) else _named(screen, str(one)) for one in listed]


def _named(screen: Screen, identifier: str) -> Choice:
    if identifier.startswith(("U", "W")):
        return Choice(screen.person_name(identifier), identifier)
    return Choice(f"#{screen.channel_name(identifier)}", identifier)
