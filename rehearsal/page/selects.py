"""Draws the ten kinds of select, each with its own way to find choices."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rehearsal.page.actions import choose_value, current_value
from rehearsal.page.combobox import Choice, Combobox, Search, debounced, search_among
from rehearsal.page.screen import Container, Screen
from rehearsal.state.inputs import BlockElement

_ONE: Final = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
SELECTS: Final = frozenset(_ONE) | {f"multi_{name}" for name in _ONE}
_MIN_QUERY_LENGTH: Final = 3  # letters before an external select searches, unless it says otherwise
_KINDS: Final = {"public": "public", "private": "private", "im": "im"}


def draw_select(screen: Screen, container: Container, target: BlockElement) -> None:
    """Draw a select with its current choice."""
    kind = str(target.element["type"])
    multiple = kind.startswith("multi_")
    least = 0
    if "external" in kind:
        least = int(target.element.get("min_query_length", _MIN_QUERY_LENGTH))

    async def take(chosen: list[Choice]) -> None:
        values = [choice.value for choice in chosen]
        await choose_value(screen, container, target, values if multiple else values[0])

    Combobox(
        screen,
        name=target.element["action_id"],
        search=_search(screen, container, target),
        chosen=_chosen(screen, container, target),
        take=take,
        multiple=multiple,
        max_choices=target.element.get("max_selected_items"),
        placeholder=str((target.element.get("placeholder") or {}).get("text", "")),
        min_query_length=least,
    )


def _search(screen: Screen, container: Container, target: BlockElement) -> Search:
    kind = str(target.element["type"])
    if "external" in kind:
        return debounced(_ask_app(screen, container, target))
    if "users" in kind:
        people = [Choice(person.shown_name, person.id, f"@{person.name}") for person in screen.people()]
        return search_among(people)
    if "static" in kind:
        return search_among(_choices(target.element))
    return search_among(_places(screen, target.element))


def _ask_app(screen: Screen, container: Container, target: BlockElement) -> Search:
    async def search(text: str) -> Sequence[Choice]:
        action_id, block_id = target.element["action_id"], target.block["block_id"]
        found = await screen.perform(lambda: screen.actor.suggest(container, action_id, text, block_id=block_id))
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
    """Return channels and, for conversations, direct messages that pass the element's filter."""
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


def _chosen(screen: Screen, container: Container, target: BlockElement) -> list[Choice]:
    value = current_value(container, target).get(target.key)
    listed = value if isinstance(value, list) else [value] if value else []
    return [_choice(one) if isinstance(one, Mapping) else _named(screen, str(one)) for one in listed]


def _named(screen: Screen, identifier: str) -> Choice:
    if identifier.startswith(("U", "W")):
        return Choice(screen.person_name(identifier), identifier)
    return Choice(f"#{screen.channel_name(identifier)}", identifier)
