"""A person of the pretend workspace: what they can do in Slack's client, and what they see."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from rehearsal import fields
from rehearsal.fields import ActorError
from rehearsal.state.channels import Channel
from rehearsal.state.files import StoredFile
from rehearsal.state.inputs import BlockElement, iter_elements
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.wire import interactions
from rehearsal.wire.interactions import Outcome
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
Container = Message | View
T = TypeVar("T")


class Actor:
    """
    Acts as one person. An action that Slack's client wouldn't allow raises ActorError with the reason.

    *response_timeout* is the number of real seconds to wait for a reply after a command that was acknowledged without
    one.
    """

    response_timeout = 0.0

    def __init__(self, wire: Wire, person: Person) -> None:
        self._wire = wire
        self._ws = wire.workspace
        self.person = person
        self._suggestions: dict[tuple[str, str], list[Json]] = {}

    # --- writing --------------------------------------------------------------------------------------------------

    async def command(self, text: str, channel: str | Channel | None = None) -> Outcome:
        """Type a slash command such as "/checkin acme", in *channel* or in the bot's direct messages."""
        self._require_active()
        place = self._resolve_channel(channel)
        name, _, rest = text.strip().partition(" ")
        entry = self._wire.manifest.commands.get(name)
        if entry is None:
            known = ", ".join(sorted(self._wire.manifest.commands))
            raise ActorError(f"{name} is not a command here; the manifest has {known or 'none'}.")
        rest = rest.strip()
        words = self._expand_mentions(rest, named=True) if entry.should_escape else rest
        open_modals = list(self.person.modals)
        outcome = await interactions.run_command(self._wire, self.person, place, name, words)
        if outcome.acked and self.response_timeout:
            with suppress(AssertionError):  # no reply within the timeout
                await self._ws.until(
                    lambda _: outcome.messages or self.person.modals != open_modals, self.response_timeout
                )
        return outcome

    async def say(
        self,
        channel: str | Channel | None,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[tuple[str, bytes]] | None = None,
    ) -> Message:
        """Post a message in *channel*, or in the bot's direct messages if it is None, and send the event to the bot."""
        self._require_active()
        place = self._resolve_channel(channel)
        if place.is_archived:
            raise ActorError(f"#{place.name} is archived; nobody can write there.")
        if place.kind == "im" and not self._wire.manifest.messages_tab:
            raise ActorError("The manifest has the Messages tab turned off; nobody can write to the bot.")
        if thread_ts is not None and self._ws.find_message(place.id, thread_ts) is None:
            raise ActorError(f"There is no message {thread_ts} in {place.name or place.id} to reply to.")
        shapes = [
            self._store_file(name, data, place).to_json(self._wire.url, self._ws.team_id) for name, data in files or ()
        ]
        message = self._ws.post(place, self.person.id, self._expand_mentions(text), thread_ts=thread_ts, files=shapes)
        await self._wire.events.message(place, message)
        return message

    async def shortcut(self, callback_id: str, message: Message | None = None) -> Outcome:
        """Choose a global shortcut, or one from the menu of *message*."""
        self._require_active()
        kind = "global" if message is None else "message"
        known = {shortcut.callback_id for shortcut in self._wire.manifest.shortcuts if shortcut.type == kind}
        if callback_id not in known:
            raise ActorError(f"The manifest has no {kind} shortcut {callback_id}; it has {sorted(known)}.")
        if message is None:
            return await interactions.global_shortcut(self._wire, self.person, callback_id)
        self._require_visible(message)
        if message.ephemeral_to is not None:
            raise ActorError("A message that only one person sees has no menu of shortcuts.")
        return await interactions.message_shortcut(self._wire, self.person, callback_id, message)

    # --- clicking -------------------------------------------------------------------------------------------------

    async def press(
        self,
        container: Container,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        index: int = 0,
    ) -> Outcome:
        """Press a button, confirming it if asked; *value*, *block_id* and *index* select one of several matches."""
        target = self._find_element(container, action_id, {"button"}, value=value, block_id=block_id, index=index)
        return await interactions.click(
            self._wire, self.person, container, fields.button_action(target, self._ws.new_ts())
        )

    async def choose(
        self, container: Container, action_id: str, option: Any, *, block_id: str | None = None, index: int = 0
    ) -> Outcome | None:
        """
        Choose options in a menu by text or value, or people and channels by name; a list selects several.

        Returns None when nothing is sent before the modal is submitted.
        """
        target = self._find_element(container, action_id, None, block_id=block_id, index=index)
        if target.element["type"] == "overflow":
            picked = fields.find_option(target.element["options"], str(option))
            action = fields.field_action(target, {"type": "overflow", "selected_option": picked}, self._ws.new_ts())
            return await interactions.click(self._wire, self.person, container, action)
        return await self._set_value(container, target, option)

    async def pick_date(
        self, container: Container, action_id: str, day: str, *, block_id: str | None = None
    ) -> Outcome | None:
        """Pick a date, as YYYY-MM-DD."""
        return await self._set_value(
            container, self._find_element(container, action_id, {"datepicker"}, block_id=block_id), day
        )

    async def pick_time(
        self, container: Container, action_id: str, time: str, *, block_id: str | None = None
    ) -> Outcome | None:
        """Pick a time, as HH:MM."""
        return await self._set_value(
            container, self._find_element(container, action_id, {"timepicker"}, block_id=block_id), time
        )

    async def suggest(
        self, container: Container, action_id: str, text: str, *, block_id: str | None = None
    ) -> list[Json]:
        """Type *text* into an external select; return the options that the bot suggests."""
        target = self._find_element(
            container, action_id, {"external_select", "multi_external_select"}, block_id=block_id
        )
        least = target.element.get("min_query_length", 3)
        if len(text) < least:
            raise ActorError(f"{action_id} searches from {least} letters on; {text!r} has {len(text)}.")
        ids = (target.block["block_id"], target.element["action_id"])
        self._suggestions[ids] = await interactions.search(self._wire, self.person, container, ids, text)
        return self._suggestions[ids]

    async def fill(self, view: Container, **by_action_id: Any) -> None:
        """
        Fill fields by action_id, in which dots may be written as underscores.

        A value is a text, an option's text or value, a date, a list for several options, None to clear the field, or
        (name, bytes) for a file.
        """
        for name, raw in by_action_id.items():
            target = self._find_element(view, self._action_id(view, name), None)
            if target.element["type"] == "file_input":
                await self.upload(view, target.element["action_id"], *raw)
            else:
                await self._set_value(view, target, raw)

    async def upload(self, view: Container, action_id: str, name: str, data: bytes) -> StoredFile:
        """Upload a file to a file input of a modal."""
        target = self._find_element(view, action_id, {"file_input"})
        kinds = target.element.get("filetypes")
        if kinds and name.rpartition(".")[2].lower() not in kinds:
            raise ActorError(f"{action_id} takes files of type {', '.join(kinds)}; {name} is none.")
        value = view.state[target.block["block_id"]][target.element["action_id"]]
        if len(value["files"]) >= target.element.get("max_files", 10):
            raise ActorError(f"{action_id} takes no more files.")
        stored = self._store_file(name, data, None)
        value["files"] = [*value["files"], stored.to_json(self._wire.url, self._ws.team_id)]
        self._ws.changed.notify()
        return stored

    async def submit(self, view: View) -> dict[str, str] | None:
        """Submit a modal; return errors by block_id, or None if it was accepted."""
        self._require_visible(view)
        if view.payload.get("submit") is None:
            raise ActorError(f"{view.title!r} has no button that sends it.")
        view.errors = fields.validate_view(view)
        if view.errors:
            self._ws.changed.notify()
            return view.errors
        return await interactions.submit(self._wire, self.person, view)

    async def close(self, view: View, *, everything: bool = False) -> None:
        """Close the modal on top, or all of them."""
        self._require_visible(view)
        await interactions.close(self._wire, self.person, view, everything=everything)

    async def open_home(self) -> View | None:
        """Open the bot's Home tab; return it as it is now, since the bot may still be updating it."""
        self._require_active()
        if not self._wire.manifest.home_tab:
            raise ActorError("The manifest has the Home tab turned off.")
        await self._wire.events.home_opened(self.person)
        return self.home()

    # --- seeing ---------------------------------------------------------------------------------------------------

    def sees(self, channel: str | Channel | None = None) -> list[Message]:
        """Return the messages this person can see, including ephemeral ones, the oldest first."""
        if channel is not None:
            return self._ws.visible(self._ws.channel(channel), self.person)
        mine = [c for c in self._ws.channels.values() if self.person.id in c.members or c.kind == "public"]
        return sorted((m for c in mine for m in self._ws.visible(c, self.person)), key=lambda m: m.ts)

    def dm(self) -> list[Message]:
        """Return the messages between this person and the bot."""
        return self.sees(self._ws.direct(self.person))

    def modal(self) -> View | None:
        """Return the modal on top, or None."""
        return self.person.modals[-1] if self.person.modals else None

    def home(self) -> View | None:
        """Return the bot's Home tab, or None if the bot hasn't published it."""
        view: View | None = self.person.home
        return view

    def read(self, channel: str | Channel) -> None:
        """Mark a channel as read."""
        self.person.unread.pop(self._ws.channel(channel).id, None)
        self._ws.changed.notify()

    async def until(self, look: Callable[["Actor"], T | None], timeout: float = 5.0) -> T:  # noqa: ASYNC109 - a public parameter
        """Wait until *look* returns a true value for this actor, and return that value."""
        return await self._ws.until(lambda _: look(self), timeout)

    async def modal_opened(self, title: str | None = None, timeout: float = 5.0) -> View:  # noqa: ASYNC109
        """Wait for a modal on top, with this *title* if one is given, and return it."""
        return await self.until(lambda me: _if_titled(me.modal(), title), timeout)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _set_value(self, container: Container, target: BlockElement, raw: Any) -> Outcome | None:
        if not target.key or target.element["type"] == "file_input":
            raise ActorError(
                f"{target.element['action_id']} is a {target.element['type']}; it can't be filled like that."
            )
        options = await self._options(container, target, raw)
        value = fields.field_value(self._ws, target, raw, options)
        container.state.setdefault(target.block["block_id"], {})[target.element["action_id"]] = value
        self._ws.changed.notify()
        if target.block["type"] == "input" and not target.block.get("dispatch_action"):
            return None
        action = fields.field_action(target, value, self._ws.new_ts())
        return await interactions.click(self._wire, self.person, container, action)

    async def _options(self, container: Container, target: BlockElement, raw: Any) -> list[Json]:
        if not target.element["type"].endswith("external_select") or raw is None:
            return fields.list_options(target.element)
        ids = (target.block["block_id"], target.element["action_id"])
        known = [*self._suggestions.get(ids, []), *_initial_options(target.element)]
        for word in raw if isinstance(raw, list | tuple | set) else [raw]:
            if not any(word in (option.get("value"), option["text"]["text"]) for option in known):
                known += await self.suggest(container, ids[1], str(word), block_id=ids[0])
        return known

    def _find_element(
        self,
        container: Container,
        action_id: str,
        kinds: set[str] | None,
        *,
        value: str | None = None,
        block_id: str | None = None,
        index: int = 0,
    ) -> BlockElement:
        self._require_visible(container)
        here = list(iter_elements(container.blocks))
        matches = [
            target
            for target in here
            if target.element["action_id"] == action_id
            and (kinds is None or target.element["type"] in kinds)
            and value in (None, target.element.get("value"))
            and block_id in (None, target.block["block_id"])
        ]
        if index < len(matches):
            return matches[index]
        shown = ", ".join(f"{target.element['type']} {target.element['action_id']}" for target in here) or "nothing"
        raise ActorError(f"There is no {action_id} (number {index}, value {value}) on screen; one can use: {shown}.")

    def _action_id(self, container: Container, name: str) -> str:
        known = [target.element["action_id"] for target in iter_elements(container.blocks)]
        return next((known_id for known_id in known if name in (known_id, re.sub(r"\W", "_", known_id))), name)

    def _require_active(self) -> None:
        if self.person.deleted:
            raise ActorError(f"{self.person.shown_name} is deactivated and can't do anything here.")

    def _require_visible(self, container: Container) -> None:
        self._require_active()
        if isinstance(container, View):
            if container is not self.person.home and container is not self.modal():
                raise ActorError(f"The window {container.title!r} is not on top of {self.person.shown_name}'s screen.")
            return
        channel = self._ws.channels[container.channel]
        outside = channel.kind != "public" and self.person.id not in channel.members
        if container.deleted or outside or container.ephemeral_to not in (None, self.person.id):
            raise ActorError(f"The message {container.text[:80]!r} is not on {self.person.shown_name}'s screen.")

    def _resolve_channel(self, channel: str | Channel | None) -> Channel:
        place = self._ws.direct(self.person) if channel is None else self._ws.channel(channel)
        if self.person.id not in place.members:
            raise ActorError(f"{self.person.shown_name} is not in {place.name or place.id}; add them to its members.")
        return place

    def _store_file(self, name: str, data: bytes, channel: Channel | None) -> StoredFile:
        stored = StoredFile(self._ws.new_id("F"), name, self.person.id, self._ws.epoch(), len(data), data=data)
        stored.channels = [channel.id] if channel else []
        self._ws.files[stored.id] = stored
        return stored

    def _expand_mentions(self, text: str, *, named: bool = False) -> str:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

        def link(found: re.Match[str]) -> str:
            if found[0].startswith("#"):
                channel = self._ws.find_channel(found[0])
                return f"<#{channel.id}|{channel.name if named else ''}>" if channel else found[0]
            people = (person for person in self._ws.people.values() if person.name == found[0][1:])
            person = next(people, None)
            return found[0] if person is None else f"<@{person.id}{'|' + person.name if named else ''}>"

        return re.sub(r"(?<!\w)[@#][\w.-]*\w", link, escaped)


def _initial_options(element: Json) -> list[Json]:
    one = [element["initial_option"]] if "initial_option" in element else []
    return one + list(element.get("initial_options") or [])


def _if_titled(view: View | None, title: str | None) -> View | None:
    return view if view is not None and title in (None, view.title) else None
