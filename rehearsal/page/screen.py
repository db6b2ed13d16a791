"""What one browser shows: as whom, where, which thread; and how a click becomes something a person does."""

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
_CALM = 0.06  # seconds between a change and the drawing of it, so that a burst is drawn once
Where = Message | View


@dataclass(eq=False)
class Screen:
    """One browser's view of the rehearsal. `place` is a channel's id, or `home` for the app's Home tab."""

    rehearsal: "Rehearsal"
    client: Client
    person: Person
    place: str
    thread: Message | None = None
    drawer: bool = False
    moving: str = ""
    drafts: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    regions: list[Callable[[], None]] = field(default_factory=list)
    dirty: bool = False
    hand: asyncio.Lock = field(default_factory=asyncio.Lock)

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Any:
        """The workspace behind the page."""
        return self.rehearsal.workspace

    @property
    def channel(self) -> Channel | None:
        """The conversation in the middle; None when the Home tab stands there."""
        found: Channel | None = self.workspace.channels.get(self.place)
        return found

    @property
    def zone(self) -> tzinfo:
        """The time zone of the person acted as."""
        return ZoneInfo(self.person.tz) if self.person.tz else UTC

    @property
    def now(self) -> datetime:
        """The rehearsal's time, on this person's wall."""
        now: datetime = self.workspace.clock.now()
        return now.astimezone(self.zone)

    @property
    def names(self) -> Names:
        """How ids read on this screen."""
        return Names(self.person_name, self.channel_name, self.zone)

    def person_name(self, user_id: str) -> str:
        """The name of a person; the id itself when nobody has it."""
        person = self.workspace.people.get(user_id)
        return person.called if person else user_id

    def channel_name(self, channel_id: str) -> str:
        """The name of a channel; the id itself when there is none."""
        channel = self.workspace.channels.get(channel_id)
        return channel.name if channel and channel.name else channel_id

    def people(self) -> list[Person]:
        """Everyone one can act as, in the order they came."""
        return [person for person in self.workspace.people.values() if not person.is_bot and not person.deleted]

    def channels(self) -> list[Channel]:
        """The channels this person can look into, by name."""
        here = [channel for channel in self.workspace.channels.values() if channel.kind != "im"]
        seen = [c for c in here if c.kind == "public" or self.person.id in c.members]
        return sorted((channel for channel in seen if not channel.is_archived), key=lambda channel: channel.name)

    def directs(self) -> list[Channel]:
        """This person's direct messages with others than the app."""
        bot = self.workspace.bot.id
        ours = [c for c in self.workspace.channels.values() if c.kind == "im" and self.person.id in c.members]
        return [channel for channel in ours if bot not in channel.members]

    # --- drawing ------------------------------------------------------------------------------------------------

    def region(self, draw: Callable[[], None]) -> None:
        """Have *draw* called now and at every change."""
        self.regions.append(draw)
        draw()

    def stale(self) -> None:
        """Something changed: draw soon, once."""
        if not self.dirty:
            self.dirty = True
            asyncio.get_running_loop().call_later(_CALM, self.draw)

    def draw(self) -> None:
        """Bring every region up to date."""
        self.dirty = False
        if self.client.id not in Client.instances:
            return
        self.person.unread.discard(self.place)
        with self.client:
            for draw in self.regions:
                draw()

    def watch(self) -> None:
        """Follow the workspace until the browser leaves."""
        stop = self.workspace.changed.watch(self.stale)
        self.client.on_delete(stop)

    # --- moving about -------------------------------------------------------------------------------------------

    async def become(self, person: Person) -> None:
        """Act as *person* from now on, looking at the same place where they can, else at the app's messages."""
        self.person, self.thread, self.drawer = person, None, False
        channel = self.channel
        if self.place == HOME:
            await self.go_home()
        elif channel is None or (channel.kind != "public" and person.id not in channel.members):
            self.go(self.workspace.direct(person).id)
        else:
            self.draw()

    def go(self, place: str) -> None:
        """Show the conversation with the id *place*."""
        self.place, self.thread, self.drawer = place, None, False
        self.draw()

    async def go_home(self) -> None:
        """Open the app's Home tab, which the app hears of."""
        self.go(HOME)
        await self.do(self.actor.open_home)

    def open_thread(self, message: Message | None) -> None:
        """Show the thread under *message* at the side, or no thread."""
        self.thread = message
        self.draw()

    # --- acting -------------------------------------------------------------------------------------------------

    @property
    def actor(self) -> "Actor":
        """The person at the screen, able to act."""
        return self.rehearsal.control.as_person(self.person.id)

    async def do(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do one thing at a time; what the workspace won't let a person do is told, not raised."""
        async with self.hand:
            try:
                return await act()
            except (LookupError, ValueError, RuntimeError, AssertionError, TimeoutError) as error:
                self.tell(str(error) or f"That took too long ({type(error).__name__}).")
                return None
            finally:
                self.stale()

    def tell(self, sentence: str) -> None:
        """Show *sentence* for a moment."""
        with contextlib.suppress(RuntimeError), self.client:
            ui.notify(sentence, position="top", color="dark", multi_line=True, classes="rh-notice")

    async def move(self, label: str, delta: timedelta) -> None:
        """Move the rehearsal's clock and wait for everything that happens on the way."""
        if self.moving:
            return
        self.moving = label
        self.draw()
        try:
            await self.do(lambda: self.rehearsal.control.move(delta))
        except Exception as error:  # noqa: BLE001 - whatever went wrong on the way, the person has to hear of it
            self.tell(f"Time went on, but something on the way failed: {error!r}.")
        finally:
            self.moving = ""
            self.draw()
