"""The pretend workspace: its contents, and waiting for changes."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from rehearsal.state.changes import ChangeSignal
from rehearsal.state.channels import Channel, Kind
from rehearsal.state.clock import Clock
from rehearsal.state.files import StoredFile
from rehearsal.state.inputs import add_ids, collect_state
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.traffic import Exchange
from rehearsal.state.views import View

Json = dict[str, Any]
T = TypeVar("T")
SLACKBOT = "USLACKBOT"
_MAX_TRAFFIC = 2000


class Workspace:
    """People, channels, messages, views and files of one Slack team, and the installed app."""

    def __init__(
        self, *, clock: Clock, team_id: str, name: str, app_name: str, enterprise_id: str | None = None
    ) -> None:
        self.clock = clock
        self.team_id = team_id
        self.name = name
        self.domain = "".join(letter for letter in name.lower() if letter.isalnum()) or "rehearsal"
        self.enterprise_id = enterprise_id
        self.is_org_install = False
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self._by_ts: dict[tuple[str, str], Message] = {}
        self._threads: dict[tuple[str, str | None], list[Message]] = {}
        self._directs: dict[str, Channel] = {}
        self.files: dict[str, StoredFile] = {}
        self.traffic: deque[Exchange] = deque(maxlen=_MAX_TRAFFIC)
        self.changed = ChangeSignal()
        self.app_id, self.bot_id = "A0REHEARSAL", "B0REHEARSAL"
        self._serial = count(1)
        self._last_micro = 0
        self.app_name = app_name
        self.bot = self._store_person(Person(id="U0REHEARSAL", name=_handle(app_name), real_name=app_name, is_bot=True))
        self._store_person(Person(id=SLACKBOT, name="slackbot", real_name="Slackbot", is_bot=True))

    # --- ids and time ---------------------------------------------------------------------------------------------

    def new_id(self, letter: str) -> str:
        """Return a new id such as `U00000001A`."""
        return f"{letter}0{next(self._serial):07d}"

    def new_ts(self) -> str:
        """Return a message timestamp: the current time, and later than all previous ones."""
        micro = max(int(self.clock.now().timestamp() * 1_000_000), self._last_micro + 1)
        self._last_micro = micro
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    def epoch(self) -> int:
        """Return the current time in whole seconds since 1970."""
        return int(self.clock.now().timestamp())

    # --- people and channels --------------------------------------------------------------------------------------

    def _store_person(self, person: Person) -> Person:
        person.updated = self.epoch()
        self.people[person.id] = person
        return person

    def add_person(self, name: str, **details: Any) -> Person:
        """Add a person; *name* is a handle or a full name."""
        handle = _handle(name)
        details.setdefault("real_name", name)
        details.setdefault("email", f"{handle}@{self.domain}.example")
        person = self._store_person(Person(id=details.pop("id", None) or self.new_id("U"), name=handle, **details))
        self.changed.notify()
        return person

    def add_channel(self, name: str, *, kind: Kind = "public", members: Iterable[str] = (), **details: Any) -> Channel:
        """Add a channel with *members* (ids or names)."""
        ids = {self.person(member).id for member in members}
        channel_id = details.pop("id", None) or self.new_id("D" if kind == "im" else "C")
        channel = Channel(id=channel_id, name=name, kind=kind, members=ids, created=self.epoch(), **details)
        self.channels[channel.id] = channel
        self.messages[channel.id] = []
        self.changed.notify()
        return channel

    def person(self, who: str | Person) -> Person:
        """Return the person with this id, handle or name."""
        if isinstance(who, Person):
            return who
        wanted = who.removeprefix("@")
        for person in self.people.values():
            if wanted in (person.id, person.name, person.real_name, person.display_name):
                return person
        raise LookupError(f"Nobody here is called {who}; add them with control.add_person.")

    def find_channel(self, name_or_id: str | Channel) -> Channel | None:
        """Return the channel with this id or name (with or without #), or None."""
        if isinstance(name_or_id, Channel):
            return name_or_id
        if name_or_id in self.channels:
            return self.channels[name_or_id]
        wanted = name_or_id.removeprefix("#")
        return next((channel for channel in self.channels.values() if wanted and channel.name == wanted), None)

    def channel(self, name_or_id: str | Channel) -> Channel:
        """Return the channel with this id or name; raise an error if there is none."""
        found = self.find_channel(name_or_id)
        if found is None:
            raise LookupError(f"There is no channel {name_or_id}; add it with control.add_channel.")
        return found

    def direct(self, person: Person) -> Channel:
        """Return the direct message between *person* and the bot, creating it if necessary."""
        if person.id not in self._directs:
            self._directs[person.id] = self.add_channel("", kind="im", members=(person.id, self.bot.id))
        return self._directs[person.id]

    # --- messages -------------------------------------------------------------------------------------------------

    def post(self, channel: Channel, user: str, text: str, **details: Any) -> Message:
        """Post a message."""
        details["blocks"] = add_ids(details.get("blocks") or [])
        message = Message(channel=channel.id, ts=self.new_ts(), user=user, text=text, **details)
        self._add(message)
        seen_by = {message.ephemeral_to} if message.ephemeral_to else channel.members - {user}
        for member in seen_by:
            if member in self.people:
                self.people[member].unread.setdefault(channel.id, message.ts)
        self.changed.notify()
        return message

    def restore(self, messages: Iterable[Message]) -> None:
        """Replace all messages by *messages*, in the order in which they were posted."""
        for posted in self.messages.values():
            posted.clear()
        self._by_ts.clear()
        self._threads.clear()
        for message in messages:
            self._add(message)
        self.changed.notify()

    def _add(self, message: Message) -> None:
        message.state = collect_state(message.blocks, message.state)
        self.messages[message.channel].append(message)
        self._by_ts[message.channel, message.ts] = message
        if message.is_reply:
            self._threads.setdefault((message.channel, message.thread_ts), []).append(message)

    def redraw(self, message: Message, *, text: str, blocks: list[Json]) -> None:
        """Change a message; entered values are kept where block_id and action_id are the same."""
        message.text = text
        message.blocks = add_ids(blocks)
        message.state = collect_state(message.blocks, message.state)
        self.changed.notify()

    def remove(self, message: Message) -> None:
        """Delete a message."""
        message.deleted = True
        self.messages[message.channel].remove(message)
        del self._by_ts[message.channel, message.ts]
        if message.is_reply:
            self._threads[message.channel, message.thread_ts].remove(message)
        self.changed.notify()

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """Return the message at *ts* that everyone can see, or None."""
        message = self._by_ts.get((channel_id, ts))
        return message if message is not None and message.ephemeral_to is None else None

    def visible(self, channel: Channel, person: Person) -> list[Message]:
        """Return the messages that *person* sees in the channel, the oldest first."""
        return [m for m in self.messages[channel.id] if m.ephemeral_to in (None, person.id)]

    def replies(self, message: Message) -> list[Message]:
        """Return the replies to *message*, the oldest first."""
        return [m for m in self._threads.get((message.channel, message.ts), ()) if m.ephemeral_to is None]

    # --- windows --------------------------------------------------------------------------------------------------

    def new_hash(self) -> str:
        """Return a new hash for a view."""
        return f"{self.epoch()}.{next(self._serial):x}"

    def new_view(self, person: Person, payload: Json, *, under: View | None = None) -> View:
        """Create a modal or Home tab of *person*, without showing it."""
        view_id = self.new_id("V")
        root = under.root_id if under else view_id
        view = View(id=view_id, owner=person.id, payload={}, hash="", root_id=root)
        view.previous_id = under.id if under else None
        view.show(payload, self.new_hash())
        return view

    def find_view(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """Return an open modal or Home tab by id or external id, or None."""
        for person in self.people.values():
            for view in (*person.modals, *([person.home] if person.home else [])):
                if view.id == view_id or (external_id and view.payload.get("external_id") == external_id):
                    found: View = view
                    return found
        return None

    # --- waiting --------------------------------------------------------------------------------------------------

    async def until(self, condition: Callable[["Workspace"], T | None], timeout: float = 5.0) -> T:  # noqa: ASYNC109 - a public parameter
        """
        Wait until *condition* returns a true value, and return that value.

        Raises:
            AssertionError: *timeout* real seconds have passed; the message describes the workspace.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            answer = condition(self)
            if answer:
                return answer
            try:
                await asyncio.wait_for(self.changed.wait(), deadline - loop.time())
            except TimeoutError:
                raise AssertionError(f"Waited {timeout} s in vain. On screen:\n{self.describe()}") from None

    def describe(self) -> str:
        """Return the latest messages of each channel, open modals and the latest traffic, for a failing test."""
        lines = []
        for channel in self.channels.values():
            for message in self.messages[channel.id][-5:]:
                only = f" (only {message.ephemeral_to})" if message.ephemeral_to else ""
                lines.append(f"{channel.name or channel.id}: {message.user}{only}: {message.text[:200]!r}")
        for person in self.people.values():
            lines += [f"{person.name} has a window open: {view.title!r} {view.errors}" for view in person.modals]
        traffic = [f"{e.direction} {e.name} {e.status} {e.summary} {e.problem}" for e in list(self.traffic)[-10:]]
        return "\n".join([*lines, "traffic:", *traffic])

    def log_traffic(self, direction: Any, name: str, summary: str, body: Any, status: int, problem: str = "") -> None:
        """Add an exchange to the traffic log."""
        now: datetime = self.clock.now()
        self.traffic.append(Exchange(now, direction, name, summary, body, status, problem))
        self.changed.notify()


def _handle(name: str) -> str:
    return ".".join(name.lower().split())
