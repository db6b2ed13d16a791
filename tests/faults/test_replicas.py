"""Several processes in Socket Mode: Slack hands each press, command and event to one of them, and each counts once."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot.conversations.tables import Proposal
from bot.core.clock import WallClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.tables import Customer
from bot.followups.tables import Followup
from bot.slack.callers import PATIENCE_SECONDS, PRESS_PATIENCE_SECONDS
from bot.workspaces.queries import list_audit
from rehearsal.server import Rehearsal
from rehearsal.wire.interactions import Outcome
from tests.faults.ledger import Ledger
from tests.faults.processes import START_SECONDS, running
from tests.makers import ANA, Office
from tests.shell.outside import rehearsal

pytestmark = pytest.mark.slow

REPLICAS, EACH = 3, 6
PATIENCE = 120.0
WARM = {f"warm {number}" for number in range(REPLICAS)}


class Team:
    """Ana, and what she does while several processes run; each thing has a word of its own."""

    def __init__(self, slack: Rehearsal, office: Office, processes: list[Process]) -> None:
        self.slack, self.office, self.processes = slack, office, processes

    async def see(self, words: Iterable[str]) -> None:
        """Add a customer to the pool and one of Ana's for each word, and show her the pool."""
        self.pressable = {word: self.office.customer(f"Pool {word}") for word in sorted(words)}
        for word in self.pressable:
            self.office.customer(f"Task {word}", owner=ANA)
        ana = self.slack.control.as_person(ANA)
        async with asyncio.timeout(PATIENCE):
            while not (shown := await ana.command("/customers pool")).acked:
                pass  # a process' first answer may take longer than Slack waits
            self.pool = await shown.reply(PATIENCE)

    async def act(self) -> dict[str, set[str]]:
        """Say, press and type something for each word, at once; return by kind what was acknowledged in time."""
        ana, words = self.slack.control.as_person(ANA), self.pressable
        said = [asyncio.create_task(ana.say(None, f"talked to Acme, {word}")) for word in words]
        presses = {
            word: asyncio.create_task(ana.press(self.pool, "customers.take", value=str(customer)))
            for word, customer in words.items()
        }
        commands = {
            word: asyncio.create_task(ana.command(f"/assign @ana Task {word} tomorrow call {word}")) for word in words
        }
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*said, *presses.values(), *commands.values())
        return {
            "pressed": {word for word, done in presses.items() if _in_time(done.result(), PRESS_PATIENCE_SECONDS)},
            "typed": {word for word, done in commands.items() if _in_time(done.result(), PATIENCE_SECONDS)},
        }

    async def until_open(self, number: int) -> None:
        """Wait until so many envelopes are sent and not acknowledged."""
        async with asyncio.timeout(PATIENCE):
            while sum(len(one.waiting) for one in self.slack.wire.sockets.connections) < number:  # noqa: ASYNC110 - an open envelope tells nobody
                await asyncio.sleep(0.001)

    async def repeat(self, **wanted: set[str]) -> dict[str, Counter[str]]:
        """Let Slack send again what wasn't acknowledged, and wait for *wanted*; return all that is stored."""
        for minutes in (1, 5):
            await self.slack.control.move(timedelta(minutes=minutes))
        await self.slack.workspace.until(
            lambda _: all(words <= self.stored()[kind].keys() for kind, words in wanted.items()), timeout=PATIENCE
        )
        return self.stored()

    def stored(self) -> dict[str, Counter[str]]:
        """Return how often each word is in the database, by its kind."""
        stored: dict[str, Counter[str]] = self.office.look(_stored)
        return stored

    def late(self) -> set[str]:
        """Return the words of events that may have been acknowledged before they were stored, on a busy machine."""
        traffic = [one for one in self.slack.workspace.traffic if one.name == "event message" and not one.problem]
        slow = [one for one in traffic if float(one.summary.partition(" ms")[0]) >= PATIENCE_SECONDS * 1000]
        return {str(one.body["event"]["text"]).partition(", ")[2] for one in slow}


def _in_time(outcome: Outcome, seconds: float) -> bool:
    return outcome.acked and outcome.ack_ms < seconds * 1000


def _stored(session: Session) -> dict[str, Counter[str]]:
    taken = [
        name.removeprefix("Pool ")
        for customer_id, name in session.exec(
            select(Customer.id, Customer.name).where(col(Customer.name).startswith("Pool "))
        )
        for entry in list_audit(session, subject_kind="customer", subject_id=str(customer_id))
        if entry.action == "customer.handed_over"
    ]
    asked = [what.removeprefix("call ") for what in session.exec(select(Followup.what))]
    said = Counter(session.exec(select(Proposal.words)).all())
    return {"said": said, "pressed": Counter(taken), "typed": Counter(asked)}


@asynccontextmanager
async def team(url: str, folder: Path) -> AsyncIterator[Team]:
    """Run three processes on one database, connected one after the other."""
    async with rehearsal() as slack, AsyncExitStack() as stack:
        office = Office(stack.enter_context(closing(Runtime(Database(url), WallClock()))))
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon", email="ana@example.test")
        slack.control.limit_rates(on=False)
        processes = []
        for number in range(REPLICAS):
            place = folder / str(number)
            place.mkdir()
            processes.append(await stack.enter_async_context(running(slack, url, place)))
            await slack.wait_connected(number + 1, timeout=START_SECONDS)
        office.customer("Acme", owner=ANA)
        made = Team(slack, office, processes)
        await made.see(WARM)
        await made.act()  # a process' first press takes long
        await made.repeat(said=WARM, pressed=WARM, typed=WARM)
        yield made


async def test_each_press_command_and_event_counts_once_over_three_sockets(postgres_url: str, tmp_path: Path) -> None:
    """Every process gets its share, and whatever Ana does is stored once."""
    async with team(postgres_url, tmp_path) as made:
        words = {f"number {number}" for number in range(EACH)}
        await made.see(words)
        await made.act()
        owed = words | WARM
        for stored in (await made.repeat(said=owed, pressed=owed, typed=owed)).values():
            Ledger(frozenset(owed), stored).assert_balanced()
        sockets = made.slack.wire.sockets.connections
        assert len(sockets) == REPLICAS
        assert min(socket.sent for socket in sockets) > 0


@pytest.mark.parametrize("at", ["before it works", "while it works"])
async def test_what_a_killed_process_left_open_goes_to_another(postgres_url: str, tmp_path: Path, at: str) -> None:
    """
    A process is killed with envelopes open: Slack sends events again to another, which counts them once; presses and
    commands that were acknowledged are stored, and of the others Ana reads that they failed.
    """
    async with team(postgres_url, tmp_path) as made:
        victim, words = made.processes[0], {f"number {number}" for number in range(EACH)}
        await made.see(words)
        if at == "before it works":
            victim.send_signal(signal.SIGSTOP)
        acting = asyncio.create_task(made.act())
        await made.until_open(EACH)
        victim.kill()
        await victim.wait()
        acknowledged = await acting
        owed = {"said": (words | WARM) - made.late(), **acknowledged}
        for kind, stored in (await made.repeat(**owed)).items():
            Ledger(frozenset(owed[kind] | stored.keys()), stored).assert_balanced()
            assert stored.keys() <= words | WARM
        assert at == "while it works" or any(one.problem for one in made.slack.workspace.traffic)
        assert len(made.slack.wire.sockets.connections) <= REPLICAS - 1
