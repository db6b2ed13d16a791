"""The pretend workspace: everything that stands in it, and waiting for it to change."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from rehearsal.state.channels import Channel, Kind
from rehearsal.state.clock import Clock
from rehearsal.state.files import StoredFile
from rehearsal.state.inputs import collect_state, name_blocks
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.signal import Signal
from rehearsal.state.traffic import Exchange
from rehearsal.state.views import View

Json = dict[str, Any]
T = TypeVar("T")
SLACKBOT = "USLACKBOT"
_TRAFFIC_KEPT = 2000


class Workspace:
    """People, channels, messages, windows and files of one Slack team, and the app that is installed in it."""

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
        self.traffic: deque[Exchange] = deque(maxlen=_TRAFFIC_KEPT)
        self.changed = Signal()
        self.app_id, self.bot_id = "A0REHEARSAL", "B0REHEARSAL"
        self._serial = count(1)
        self._last_micro = 0
        self.app_name = app_name
        self.bot = self._settle(Person(id="U0REHEARSAL", name=_handle(app_name), real_name=app_name, is_bot=True))
        self._settle(Person(id=SLACKBOT, name="slackbot", real_name="Slackbot", is_bot=True))

    # --- ids and time ---------------------------------------------------------------------------------------------

    def new_id(self, letter: str) -> str:
        """An id such as `U00000001A`, never given before."""
        return f"{letter}0{next(self._serial):07d}"

    def new_ts(self) -> str:
        """A message's timestamp: now, and later than any before."""
        micro = max(int(self.clock.now().timestamp() * 1_000_000), self._last_micro + 1)
        self._last_micro = micro
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    def epoch(self) -> int:
        """Now in whole seconds since 1970."""
        return int(self.clock.now().timestamp())

    # --- people and channels --------------------------------------------------------------------------------------

    def _settle(self, person: Person) -> Person:
        person.updated = self.epoch()
        self.people[person.id] = person
        return person

    def add_person(self, name: str, **details: Any) -> Person:
        """Give *name* (a handle or a whole name) an account."""
        handle = _handle(name)
        details.setdefault("real_name", name)
        details.setdefault("email", f"{handle}@{self.domain}.example")
        person = self._settle(Person(id=details.pop("id", None) or self.new_id("U"), name=handle, **details))
        self.changed.raise_()
        return person

    def add_channel(self, name: str, *, kind: Kind = "public", members: Iterable[str] = (), **details: Any) -> Channel:
        """Open a channel with *members* (ids or names)."""
        ids = {self.person(member).id for member in members}
        channel_id = details.pop("id", None) or self.new_id("D" if kind == "im" else "C")
        channel = Channel(id=channel_id, name=name, kind=kind, members=ids, created=self.epoch(), **details)
        self.channels[channel.id] = channel
        self.messages[channel.id] = []
        self.changed.raise_()
        return channel

    def person(self, who: str | Person) -> Person:
        """The person with this id, handle or name."""
        if isinstance(who, Person):
            return who
        wanted = who.removeprefix("@")
        for person in self.people.values():
            if wanted in (person.id, person.name, person.real_name, person.display_name):
                return person
        raise LookupError(f"Nobody here is called {who}; add them with control.add_person.")

    def find_channel(self, where: str | Channel) -> Channel | None:
        """The channel with this id or name (with or without #); None when there is none."""
        if isinstance(where, Channel):
            return where
        if where in self.channels:
            return self.channels[where]
        wanted = where.removeprefix("#")
        return next((channel for channel in self.channels.values() if wanted and channel.name == wanted), None)

    def channel(self, where: str | Channel) -> Channel:
        """The channel with this id or name; an error that says so when there is none."""
        found = self.find_channel(where)
        if found is None:
            raise LookupError(f"There is no channel {where}; add it with control.add_channel.")
        return found

    def direct(self, person: Person) -> Channel:
        """The direct message between *person* and the bot, opened when it isn't there yet."""
        if person.id not in self._directs:
            self._directs[person.id] = self.add_channel("", kind="im", members=(person.id, self.bot.id))
        return self._directs[person.id]

    # --- messages -------------------------------------------------------------------------------------------------

    def post(self, channel: Channel, user: str, text: str, **details: Any) -> Message:
        """Put a message on screen."""
        details["blocks"] = name_blocks(details.get("blocks") or [])
        message = Message(channel=channel.id, ts=self.new_ts(), user=user, text=text, **details)
        self._add(message)
        seen_by = {message.ephemeral_to} if message.ephemeral_to else channel.members - {user}
        for member in seen_by:
            if member in self.people:
                self.people[member].unread.add(channel.id)
        self.changed.raise_()
        return message

    def restore(self, messages: Iterable[Message]) -> None:
        """Replace all messages on screen by *messages*, which were posted in this order at some earlier time."""
        for posted in self.messages.values():
            posted.clear()
        self._by_ts.clear()
        self._threads.clear()
        for message in messages:
            self._add(message)
        self.changed.raise_()

    def _add(self, message: Message) -> None:
        message.state = collect_state(message.blocks, message.state)
        self.messages[message.channel].append(message)
        self._by_ts[message.channel, message.ts] = message
        if message.is_reply:
            self._threads.setdefault((message.channel, message.thread_ts), []).append(message)

    def redraw(self, message: Message, *, text: str, blocks: list[Json]) -> None:
        """Change what a message says; entered values stay where block_id and action_id stayed."""
        message.text = text
        message.blocks = name_blocks(blocks)
        message.state = collect_state(message.blocks, message.state)
        self.changed.raise_()

    def remove(self, message: Message) -> None:
        """Take a message off everyone's screen."""
        message.deleted = True
        self.messages[message.channel].remove(message)
        del self._by_ts[message.channel, message.ts]
        if message.is_reply:
            self._threads[message.channel, message.thread_ts].remove(message)
        self.changed.raise_()

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """The message that everyone sees at *ts*; None when there is none."""
        message = self._by_ts.get((channel_id, ts))
        return message if message is not None and message.ephemeral_to is None else None

    def visible(self, channel: Channel, person: Person) -> list[Message]:
        """What *person* sees there, oldest first."""
        return [m for m in self.messages[channel.id] if m.ephemeral_to in (None, person.id)]

    def replies(self, message: Message) -> list[Message]:
        """The thread under *message*, oldest first."""
        return [m for m in self._threads.get((message.channel, message.ts), ()) if m.ephemeral_to is None]

    # --- windows --------------------------------------------------------------------------------------------------

    def new_hash(self) -> str:
        """A view's fingerprint, new at every change."""
        return f"{self.epoch()}.{next(self._serial):x}"

    def new_view(self, person: Person, payload: Json, *, under: View | None = None) -> View:
        """A window or Home tab of *person*; it isn't on screen yet."""
        view_id = self.new_id("V")
        root = under.root_id if under else view_id
        view = View(id=view_id, owner=person.id, payload={}, hash="", root_id=root)
        view.previous_id = under.id if under else None
        view.show(payload, self.new_hash())
        return view

    def find_view(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """An open modal or a Home tab, by id or by external id."""
        for person in self.people.values():
            for view in (*person.modals, *([person.home] if person.home else [])):
                if view.id == view_id or (external_id and view.payload.get("external_id") == external_id):
                    found: View = view
                    return found
        return None

    # --- waiting --------------------------------------------------------------------------------------------------

    async def until(self, predicate: Callable[["Workspace"], T | None], timeout: float = 5.0) -> T:  # noqa: ASYNC109 - the caller's patience
        """What *predicate* says once that is true; AssertionError with the screen after *timeout* real seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            answer = predicate(self)
            if answer:
                return answer
            try:
                await asyncio.wait_for(self.changed.wait(), deadline - loop.time())
            except TimeoutError:
                raise AssertionError(f"Waited {timeout} s in vain. On screen:\n{self.describe()}") from None

    def describe(self) -> str:
        """The last messages of each channel, open windows and the last traffic, for a failing test."""
        lines = []
        for channel in self.channels.values():
            for message in self.messages[channel.id][-5:]:
                only = f" (only {message.ephemeral_to})" if message.ephemeral_to else ""
                lines.append(f"{channel.name or channel.id}: {message.user}{only}: {message.text[:200]!r}")
        for person in self.people.values():
            lines += [f"{person.name} has a window open: {view.title!r} {view.errors}" for view in person.modals]
        traffic = [f"{e.direction} {e.name} {e.status} {e.summary} {e.problem}" for e in list(self.traffic)[-10:]]
        return "\n".join([*lines, "traffic:", *traffic])

    def note(self, direction: Any, name: str, summary: str, body: Any, status: int, problem: str = "") -> None:
        """Write one exchange into the traffic log."""
        now: datetime = self.clock.now()
        self.traffic.append(Exchange(now, direction, name, summary, body, status, problem))
        self.changed.raise_()


def _handle(name: str) -> str:
    return ".".join(name.lower().split())
