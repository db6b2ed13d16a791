"""The state of one browser: person, place and thread; and how clicks become actions of the person."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.client import Client

from rehearsal.page.mrkdwn import Names
from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.views import View

if TYPE_CHECKING:
    from rehearsal.actor import Actor
    from rehearsal.server import Rehearsal

HOME = "home"
REDRAW_DELAY_SECONDS = 0.06  # so that a burst of changes is drawn once
Container = Message | View


@dataclass
class Memory:
    """What stays as somebody left it when the page is opened again."""

    hints_closed: bool = False
    traffic_open: bool = False


@dataclass(eq=False)
class Screen:
    """One browser's view of the rehearsal. `place` is a channel's id, or `home` for the app's Home tab."""

    rehearsal: "Rehearsal"
    client: Client
    person: Person
    place: str
    memory: Memory = field(default_factory=Memory)
    thread: Message | None = None
    drawer: bool = False
    moving: str = ""
    moved: float = 0.0  # the part of a move that is over, from 0 to 1
    asked: Message | None = None  # what this person said last, until it is answered in its thread
    new_from: str = ""  # the ts of the first message that was unread when the place was opened
    drafts: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    regions: list[Callable[[], None]] = field(default_factory=list)
    dirty: bool = False
    action_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._arrive()

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Any:
        """Return the workspace."""
        return self.rehearsal.workspace

    @property
    def channel(self) -> Channel | None:
        """Return the current conversation, or None if the Home tab is shown."""
        found: Channel | None = self.workspace.channels.get(self.place)
        return found

    @property
    def zone(self) -> tzinfo:
        """Return the time zone of the current person."""
        return ZoneInfo(self.person.tz) if self.person.tz else UTC

    @property
    def now(self) -> datetime:
        """Return the rehearsal's time in the current person's zone."""
        now: datetime = self.workspace.clock.now()
        return now.astimezone(self.zone)

    @property
    def names(self) -> Names:
        """Return how ids are shown on this screen."""
        return Names(self.person_name, self.channel_name, self.zone)

    def person_name(self, user_id: str) -> str:
        """Return the name of a person, or the id if there is no such person."""
        person = self.workspace.people.get(user_id)
        return person.shown_name if person else user_id

    def channel_name(self, channel_id: str) -> str:
        """Return the name of a channel, or the id if there is no such channel."""
        channel = self.workspace.channels.get(channel_id)
        return channel.name if channel and channel.name else channel_id

    def people(self) -> list[Person]:
        """Return everyone one can act as, in the order in which they were added."""
        return [person for person in self.workspace.people.values() if not person.is_bot and not person.deleted]

    def channels(self) -> list[Channel]:
        """Return the channels this person can see, by name."""
        here = [channel for channel in self.workspace.channels.values() if channel.kind != "im"]
        seen = [c for c in here if c.kind == "public" or self.person.id in c.members]
        return sorted((channel for channel in seen if not channel.is_archived), key=lambda channel: channel.name)

    def directs(self) -> list[Channel]:
        """Return this person's direct messages with people other than the app."""
        bot = self.workspace.bot.id
        ours = [c for c in self.workspace.channels.values() if c.kind == "im" and self.person.id in c.members]
        return [channel for channel in ours if bot not in channel.members]

    # --- drawing ------------------------------------------------------------------------------------------------

    def region(self, draw: Callable[[], None]) -> None:
        """Call *draw* now and on every change."""
        self.regions.append(draw)
        draw()

    def mark_dirty(self) -> None:
        """Schedule one redraw."""
        if not self.dirty:
            self.dirty = True
            asyncio.get_running_loop().call_later(REDRAW_DELAY_SECONDS, self.draw)

    def draw(self) -> None:
        """Redraw every region."""
        self.dirty = False
        if self.client.id not in Client.instances:
            return
        self.person.unread.pop(self.place, None)
        if self.asked is not None and self.workspace.replies(self.asked):
            self.thread, self.asked = self.asked, None
        with self.client:
            for draw in self.regions:
                draw()

    def watch(self) -> None:
        """Follow the workspace until the browser disconnects."""
        stop = self.workspace.changed.watch(self.mark_dirty)
        self.client.on_delete(stop)

    # --- moving about -------------------------------------------------------------------------------------------

    async def act_as(self, person: Person) -> None:
        """Act as *person*, in the same place if they can see it, else in the app's direct messages."""
        self.person = person
        channel = self.channel
        if self.place == HOME:
            await self.go_home()
        elif channel is None or (channel.kind != "public" and person.id not in channel.members):
            self.go(self.workspace.direct(person).id)
        else:
            self.go(self.place)

    def go(self, place: str) -> None:
        """Show the conversation with the id *place*."""
        self.place, self.thread, self.drawer, self.asked = place, None, False, None
        self._arrive()
        self.draw()

    def _arrive(self) -> None:
        self.new_from = self.person.unread.pop(self.place, "")

    async def go_home(self) -> None:
        """Open the app's Home tab, and send the event to the app."""
        self.go(HOME)
        await self.perform(self.actor.open_home)

    def expect_answer(self, message: Message) -> None:
        """Open the thread of *message* as soon as somebody answers there."""
        self.asked = message
        self.mark_dirty()

    def open_thread(self, message: Message | None) -> None:
        """Show the thread of *message*, or no thread."""
        self.thread = message
        self.draw()

    # --- acting -------------------------------------------------------------------------------------------------

    @property
    def actor(self) -> "Actor":
        """Return the actor of the current person."""
        return self.rehearsal.control.as_person(self.person.id)

    async def perform(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Perform one action at a time; what the workspace refuses is shown to the person, not raised."""
        async with self.action_lock:
            try:
                return await act()
            except (LookupError, ValueError, RuntimeError, AssertionError, TimeoutError) as error:
                self.notify(str(error) or f"That took too long ({type(error).__name__}).")
                return None
            finally:
                self.mark_dirty()

    def notify(self, sentence: str) -> None:
        """Show *sentence* for a moment."""
        with contextlib.suppress(RuntimeError), self.client:
            ui.notify(sentence, position="top", color="dark", multi_line=True, classes="rh-notice")

    async def move(self, label: str, delta: timedelta) -> None:
        """Move the rehearsal's clock, and wait for everything that happens meanwhile."""
        if self.moving:
            return
        self.moving, self.moved, began = label, 0.0, self.now

        async def measure(now: datetime) -> None:
            self.moved = min((now - began) / delta, 1.0)
            self.mark_dirty()

        stop = self.workspace.clock.on_moved(measure)
        self.draw()
        try:
            await self.perform(lambda: self.rehearsal.control.move(delta))
        except Exception as error:  # noqa: BLE001 - whatever went wrong on the way, the person has to hear of it
            self.notify(f"Time went on, but something on the way failed: {error!r}.")
        finally:
            stop()
            self.moving = ""
            self.draw()
