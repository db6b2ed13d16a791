"""A person at their screen: what they can do, and what they see."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from rehearsal import entries
from rehearsal.entries import CannotDo
from rehearsal.state.channels import Channel
from rehearsal.state.files import StoredFile
from rehearsal.state.inputs import Placed, placed
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.views import View
from rehearsal.wire import acts
from rehearsal.wire.acts import Outcome
from rehearsal.wire.wire import Wire

Json = dict[str, Any]
Where = Message | View
T = TypeVar("T")


class Actor:
    """
    Acts as one person; every act that Slack's client would not allow raises CannotDo with the reason.

    *patience* is for how many real seconds they look at the screen after a command that was acknowledged without an
    answer, since one may still come.
    """

    patience = 0.0

    def __init__(self, wire: Wire, person: Person) -> None:
        self._wire = wire
        self._ws = wire.workspace
        self.person = person
        self._offered: dict[tuple[str, str], list[Json]] = {}

    # --- writing --------------------------------------------------------------------------------------------------

    async def command(self, text: str, channel: str | Channel | None = None) -> Outcome:
        """Type a slash command such as "/checkin acme" (in the bot's direct messages unless *channel* is given)."""
        self._must_be_here()
        place = self._place(channel)
        name, _, rest = text.strip().partition(" ")
        entry = self._wire.manifest.commands.get(name)
        if entry is None:
            known = ", ".join(sorted(self._wire.manifest.commands))
            raise CannotDo(f"{name} is not a command here; the manifest has {known or 'none'}.")
        rest = rest.strip()
        words = self._linked(rest, named=True) if entry.should_escape else rest
        windows = list(self.person.modals)
        outcome = await acts.run_command(self._wire, self.person, place, name, words)
        if outcome.acked and self.patience:
            with suppress(AssertionError):  # nothing came: what is on screen is what there is
                await self._ws.until(lambda _: outcome.messages or self.person.modals != windows, self.patience)
        return outcome

    async def say(
        self,
        channel: str | Channel | None,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[tuple[str, bytes]] | None = None,
    ) -> Message:
        """Write a message (in the bot's direct messages when *channel* is None) and have the bot hear of it."""
        self._must_be_here()
        place = self._place(channel)
        if place.is_archived:
            raise CannotDo(f"#{place.name} is archived; nobody can write there.")
        if place.kind == "im" and not self._wire.manifest.messages_tab:
            raise CannotDo("The manifest has the Messages tab turned off; nobody can write to the bot.")
        if thread_ts is not None and self._ws.find_message(place.id, thread_ts) is None:
            raise CannotDo(f"There is no message {thread_ts} in {place.name or place.id} to reply to.")
        shapes = [self._stored(name, data, place).shape(self._wire.url, self._ws.team_id) for name, data in files or ()]
        message = self._ws.post(place, self.person.id, self._linked(text), thread_ts=thread_ts, files=shapes)
        await self._wire.events.message(place, message)
        return message

    async def shortcut(self, callback_id: str, message: Message | None = None) -> Outcome:
        """Pick a shortcut from the composer's menu, or from *message*'s."""
        self._must_be_here()
        kind = "global" if message is None else "message"
        known = {shortcut.callback_id for shortcut in self._wire.manifest.shortcuts if shortcut.type == kind}
        if callback_id not in known:
            raise CannotDo(f"The manifest has no {kind} shortcut {callback_id}; it has {sorted(known)}.")
        if message is None:
            return await acts.global_shortcut(self._wire, self.person, callback_id)
        self._must_see(message)
        if message.ephemeral_to is not None:
            raise CannotDo("A message that only one person sees has no menu of shortcuts.")
        return await acts.message_shortcut(self._wire, self.person, callback_id, message)

    # --- clicking -------------------------------------------------------------------------------------------------

    async def press(
        self, where: Where, action_id: str, *, value: str | None = None, block_id: str | None = None, index: int = 0
    ) -> Outcome:
        """Press a button (and say yes where it asks); *value*, *block_id* or *index* tell equal ones apart."""
        spot = self._spot(where, action_id, {"button"}, value=value, block_id=block_id, index=index)
        return await acts.click(self._wire, self.person, where, entries.press_for(spot, self._ws.new_ts()))

    async def choose(
        self, where: Where, action_id: str, option: Any, *, block_id: str | None = None, index: int = 0
    ) -> Outcome | None:
        """
        Choose in a menu by text or value (a list of them in those that take several; a person's or channel's name
        where those are chosen). None when nothing is sent before submit.
        """
        spot = self._spot(where, action_id, None, block_id=block_id, index=index)
        if spot.element["type"] == "overflow":
            picked = entries.find_option(spot.element["options"], str(option))
            action = entries.action_for(spot, {"type": "overflow", "selected_option": picked}, self._ws.new_ts())
            return await acts.click(self._wire, self.person, where, action)
        return await self._enter(where, spot, option)

    async def pick_date(self, where: Where, action_id: str, day: str, *, block_id: str | None = None) -> Outcome | None:
        """Pick a day, written YYYY-MM-DD."""
        return await self._enter(where, self._spot(where, action_id, {"datepicker"}, block_id=block_id), day)

    async def pick_time(
        self, where: Where, action_id: str, time: str, *, block_id: str | None = None
    ) -> Outcome | None:
        """Pick a time, written HH:MM."""
        return await self._enter(where, self._spot(where, action_id, {"timepicker"}, block_id=block_id), time)

    async def suggest(self, where: Where, action_id: str, text: str, *, block_id: str | None = None) -> list[Json]:
        """Type *text* into a menu that searches; the options that the bot offers."""
        spot = self._spot(where, action_id, {"external_select", "multi_external_select"}, block_id=block_id)
        least = spot.element.get("min_query_length", 3)
        if len(text) < least:
            raise CannotDo(f"{action_id} searches from {least} letters on; {text!r} has {len(text)}.")
        ids = (spot.block["block_id"], spot.element["action_id"])
        self._offered[ids] = await acts.search(self._wire, self.person, where, ids, text)
        return self._offered[ids]

    async def fill(self, view: Where, **by_action_id: Any) -> None:
        """
        Fill fields by action_id (dots may be written as underscores): text, an option's text or value, a date,
        a list where several may be chosen, None to empty it, (name, bytes) for a file.
        """
        for name, raw in by_action_id.items():
            spot = self._spot(view, self._action_id(view, name), None)
            if spot.element["type"] == "file_input":
                await self.upload(view, spot.element["action_id"], *raw)
            else:
                await self._enter(view, spot, raw)

    async def upload(self, view: Where, action_id: str, name: str, data: bytes) -> StoredFile:
        """Put a file into a file field of a modal."""
        spot = self._spot(view, action_id, {"file_input"})
        kinds = spot.element.get("filetypes")
        if kinds and name.rpartition(".")[2].lower() not in kinds:
            raise CannotDo(f"{action_id} takes files of type {', '.join(kinds)}; {name} is none.")
        value = view.state[spot.block["block_id"]][spot.element["action_id"]]
        if len(value["files"]) >= spot.element.get("max_files", 10):
            raise CannotDo(f"{action_id} takes no more files.")
        stored = self._stored(name, data, None)
        value["files"] = [*value["files"], stored.shape(self._wire.url, self._ws.team_id)]
        self._ws.changed.raise_()
        return stored

    async def submit(self, view: View) -> dict[str, str] | None:
        """Send a modal; the errors under its fields by block_id, or None when it was taken."""
        self._must_see(view)
        if view.payload.get("submit") is None:
            raise CannotDo(f"{view.title!r} has no button that sends it.")
        view.errors = entries.client_errors(view)
        if view.errors:
            self._ws.changed.raise_()
            return view.errors
        return await acts.submit(self._wire, self.person, view)

    async def close(self, view: View, *, everything: bool = False) -> None:
        """Close the window on top, or all of them."""
        self._must_see(view)
        await acts.close(self._wire, self.person, view, everything=everything)

    async def open_home(self) -> View | None:
        """Open the bot's Home tab; what stands there now (the bot may still be drawing)."""
        self._must_be_here()
        if not self._wire.manifest.home_tab:
            raise CannotDo("The manifest has the Home tab turned off.")
        await self._wire.events.home_opened(self.person)
        return self.home()

    # --- seeing ---------------------------------------------------------------------------------------------------

    def sees(self, channel: str | Channel | None = None) -> list[Message]:
        """The messages on this person's screen, those only for them included, oldest first."""
        if channel is not None:
            return self._ws.visible(self._ws.channel(channel), self.person)
        mine = [c for c in self._ws.channels.values() if self.person.id in c.members or c.kind == "public"]
        return sorted((m for c in mine for m in self._ws.visible(c, self.person)), key=lambda m: m.ts)

    def dm(self) -> list[Message]:
        """The messages between this person and the bot."""
        return self.sees(self._ws.direct(self.person))

    def modal(self) -> View | None:
        """The window on top; None when none is open."""
        return self.person.modals[-1] if self.person.modals else None

    def home(self) -> View | None:
        """The bot's Home tab as it stands; None before the bot published one."""
        view: View | None = self.person.home
        return view

    def read(self, channel: str | Channel) -> None:
        """Mark a channel as read."""
        self.person.unread.discard(self._ws.channel(channel).id)
        self._ws.changed.raise_()

    async def until(self, look: Callable[["Actor"], T | None], timeout: float = 5.0) -> T:  # noqa: ASYNC109 - the caller's patience
        """What *look* says of this person's screen, once that is true."""
        return await self._ws.until(lambda _: look(self), timeout)

    async def modal_opened(self, title: str | None = None, timeout: float = 5.0) -> View:  # noqa: ASYNC109
        """The window on top, waited for (with this *title* when one is given)."""
        return await self.until(lambda me: _titled(me.modal(), title), timeout)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _enter(self, where: Where, spot: Placed, raw: Any) -> Outcome | None:
        if not spot.key or spot.element["type"] == "file_input":
            raise CannotDo(f"{spot.element['action_id']} is a {spot.element['type']}; it can't be filled like that.")
        options = await self._options(where, spot, raw)
        value = entries.value_for(self._ws, spot, raw, options)
        where.state.setdefault(spot.block["block_id"], {})[spot.element["action_id"]] = value
        self._ws.changed.raise_()
        if spot.block["type"] == "input" and not spot.block.get("dispatch_action"):
            return None
        action = entries.action_for(spot, value, self._ws.new_ts())
        return await acts.click(self._wire, self.person, where, action)

    async def _options(self, where: Where, spot: Placed, raw: Any) -> list[Json]:
        if not spot.element["type"].endswith("external_select") or raw is None:
            return entries.options_of(spot.element)
        ids = (spot.block["block_id"], spot.element["action_id"])
        known = [*self._offered.get(ids, []), *_initial(spot.element)]
        for word in raw if isinstance(raw, list | tuple | set) else [raw]:
            if not any(word in (option.get("value"), option["text"]["text"]) for option in known):
                known += await self.suggest(where, ids[1], str(word), block_id=ids[0])
        return known

    def _spot(
        self,
        where: Where,
        action_id: str,
        kinds: set[str] | None,
        *,
        value: str | None = None,
        block_id: str | None = None,
        index: int = 0,
    ) -> Placed:
        self._must_see(where)
        here = list(placed(where.blocks))
        fitting = [
            spot
            for spot in here
            if spot.element["action_id"] == action_id
            and (kinds is None or spot.element["type"] in kinds)
            and value in (None, spot.element.get("value"))
            and block_id in (None, spot.block["block_id"])
        ]
        if index < len(fitting):
            return fitting[index]
        shown = ", ".join(f"{spot.element['type']} {spot.element['action_id']}" for spot in here) or "nothing"
        raise CannotDo(f"There is no {action_id} (number {index}, value {value}) on screen; one can use: {shown}.")

    def _action_id(self, where: Where, name: str) -> str:
        known = [spot.element["action_id"] for spot in placed(where.blocks)]
        return next((known_id for known_id in known if name in (known_id, re.sub(r"\W", "_", known_id))), name)

    def _must_be_here(self) -> None:
        if self.person.deleted:
            raise CannotDo(f"{self.person.called} is deactivated and can't do anything here.")

    def _must_see(self, where: Where) -> None:
        self._must_be_here()
        if isinstance(where, View):
            if where is not self.person.home and where is not self.modal():
                raise CannotDo(f"The window {where.title!r} is not on top of {self.person.called}'s screen.")
            return
        channel = self._ws.channels[where.channel]
        outside = channel.kind != "public" and self.person.id not in channel.members
        if where.deleted or outside or where.ephemeral_to not in (None, self.person.id):
            raise CannotDo(f"The message {where.text[:80]!r} is not on {self.person.called}'s screen.")

    def _place(self, channel: str | Channel | None) -> Channel:
        place = self._ws.direct(self.person) if channel is None else self._ws.channel(channel)
        if self.person.id not in place.members:
            raise CannotDo(f"{self.person.called} is not in {place.name or place.id}; add them to its members.")
        return place

    def _stored(self, name: str, data: bytes, channel: Channel | None) -> StoredFile:
        stored = StoredFile(self._ws.new_id("F"), name, self.person.id, self._ws.epoch(), len(data), data=data)
        stored.channels = [channel.id] if channel else []
        self._ws.files[stored.id] = stored
        return stored

    def _linked(self, text: str, *, named: bool = False) -> str:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

        def link(found: re.Match[str]) -> str:
            if found[0].startswith("#"):
                channel = self._ws.find_channel(found[0])
                return f"<#{channel.id}|{channel.name if named else ''}>" if channel else found[0]
            people = (person for person in self._ws.people.values() if person.name == found[0][1:])
            person = next(people, None)
            return found[0] if person is None else f"<@{person.id}{'|' + person.name if named else ''}>"

        return re.sub(r"(?<!\w)[@#][\w.-]*\w", link, escaped)


def _initial(element: Json) -> list[Json]:
    one = [element["initial_option"]] if "initial_option" in element else []
    return one + list(element.get("initial_options") or [])


def _titled(view: View | None, title: str | None) -> View | None:
    return view if view is not None and title in (None, view.title) else None
