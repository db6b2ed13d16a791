"""A bot's way to Slack, in one process with a clock that can be wrong: to see what Slack and clocks do to messages."""

import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import select

from bot.core import outbox
from bot.core.database import Database
from bot.core.outbox import UNDELIVERED, DeliveryState, OutboxMessage
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.slack.app import build_client
from bot.workspaces.schemas import ChannelSchema
from jobs.check_installation import check_installation
from jobs.clock_watch import ClockWatch
from jobs.deliver_outbox import deliver_outbox
from jobs.schedule import on_dead
from rehearsal.control import Control
from rehearsal.server import Rehearsal
from rehearsal.state.clock import Clock
from rehearsal.state.messages import Message
from rehearsal.wire.faults import Faults
from tests.digests.digest_office import set_up
from tests.faults.ledger import Ledger, read_ledger
from tests.jobs.mail import MAIL, Letter
from tests.makers import ANA, MARA, START, WORKSPACE, open_office
from tests.shell.outside import rehearsal

STEP = timedelta(seconds=30)


class WrongClock:
    """The rehearsal's time, and *wrong* by so much; monotonic and wall time are real."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.wrong = timedelta()

    def now(self) -> datetime:
        """Return what the bot takes for the present instant."""
        return self._clock.now() + self.wrong

    def monotonic(self) -> float:
        """Return real seconds, for leases and watchdogs."""
        return time.monotonic()

    def wall(self) -> float:
        """Return real seconds since 1970, for the age of signatures."""
        return time.time()  # noqa: TID251 - the rehearsal signs with real time, as Slack does


@dataclass
class Line:
    """Stores letters and delivers them to the rehearsal with the bot's own jobs."""

    slack: Rehearsal
    runtime: Runtime
    clock: WrongClock
    deleted: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the one client, with connections that are kept, as the bot does."""
        self.client = build_client(token=self.slack.bot_token, api_url=self.slack.api_url)
        self.client.keep_connections()
        self.clock_watch = ClockWatch(self.runtime.background)

    @property
    def control(self) -> Control:
        """Return what controls Slack."""
        return self.slack.control

    @property
    def faults(self) -> Faults:
        """Return Slack's faults."""
        return self.slack.control.faults

    def set_wrong(self, **by: float) -> None:
        """Let the bot's clock be wrong by `hours=…`, `minutes=…`."""
        self.clock.wrong = timedelta(**by)

    @property
    def general(self) -> str:
        """Return the id of #general, where a digest of Mara's is set up."""
        return self.slack.workspace.channel("general").id

    def owe(self, key: str, to: str, *, reply_to: str | None = None) -> None:
        """Store a letter with a unique *key* to a person or channel."""
        letter = Letter(words=f"This is {key}.")
        self.runtime.run_now(
            outbox.enqueue, workspace=WORKSPACE, notification=letter, to=to, key=key, reply_to=reply_to
        )

    async def deliver(self) -> None:
        """Do once what the jobs do: look at the clock and whether the token works again, and deliver what is due."""
        background = self.runtime.background
        await self.clock_watch.look()
        await check_installation(background, lambda _: self.client)
        await deliver_outbox(background, lambda _: self.client, on_dead)

    async def run(self, duration: timedelta, step: timedelta = STEP) -> None:
        """Let time pass in steps, and deliver after each."""
        for _ in range(duration // step):
            await self.control.move(step)
            await self.deliver()

    async def run_until_settled(self, longest: timedelta = timedelta(hours=2)) -> None:
        """Let time pass until nothing waits any more, but not longer than that."""
        for _ in range(longest // STEP):
            if not self.states(UNDELIVERED):
                return
            await self.run(STEP)

    def rows(self) -> list[OutboxMessage]:
        """Return everything in the outbox."""
        with self.runtime.database.reading(WORKSPACE) as session:
            return list(session.exec(select(OutboxMessage)).all())

    def states(self, of: Collection[DeliveryState] = tuple(DeliveryState)) -> dict[str, str]:
        """Return the key of each message in one of these states, with the reason of its last failure."""
        return {row.key: row.reason or "" for row in self.rows() if row.state in of}

    def said(self, channel: str = "") -> list[Message]:
        """Return the bot's messages in a channel, or in all of them."""
        found = [message for messages in self.slack.workspace.messages.values() for message in messages]
        return [message for message in found if message.bot_id and channel in ("", message.channel)]

    def delete_all(self) -> None:
        """Let a person delete everything that the bot has said so far."""
        for message in self.said():
            self.slack.workspace.remove(message)
            self.deleted.append(message)

    def ledger(self) -> Ledger:
        """Compare what is owed with what was said, also where a person has deleted it since."""
        return read_ledger(self.slack, self.runtime.database, deleted=self.deleted)

    def chat(self, messages: int) -> None:
        """Let Ana say so much in #general."""
        place = self.slack.workspace.channel("general")
        for number in range(messages):
            self.slack.workspace.post(place, ANA, f"news {number}")


@asynccontextmanager
async def open_line(database_url: str, start: datetime = START) -> AsyncIterator[Line]:
    """Open a rehearsal with Mara, Ana and #general, and a bot's database, clock and jobs without a process."""
    async with rehearsal(start=start) as slack:
        slack.control.add_person("mara", id=MARA, tz="Europe/London")
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon")
        general = slack.control.add_channel("general", members=[MARA, ANA])
        clock = WrongClock(slack.workspace.clock)
        runtime = Runtime(Database(database_url), clock, [*FEATURES, MAIL])
        office = open_office(runtime)
        channel = ChannelSchema(id=general.id, name="general", is_member=True)
        set_up(office, channel=channel, channel_id=general.id)
        line = Line(slack, runtime, clock)
        try:
            yield line
        finally:
            await line.client.close()
            runtime.close()
