"""The work that faults strike: reminders, digests, imports and delivery, each with what it owes."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import col, select

from bot.core import outbox
from bot.core.outbox import NewNotification
from bot.customers.rules.batches import ImportState
from bot.customers.tables import Customer, Import
from bot.digests.tables import Digest
from tests.faults.ledger import Ledger, read_ledger
from tests.faults.stage import GONE, LONDON, Stage
from tests.faults.steps import ANSWER, BEGIN, CALL, COMMIT, Errand, ImportList, RunJobs, Step
from tests.jobs.mail import Letter
from tests.makers import ANA, MARA, WORKSPACE

EVERY_DAY = "01234"
SATURDAY = 5
DELIVERED = (
    Step(BEGIN, "claim"), Step(COMMIT, "claim"), Step(COMMIT, "mark_sending"), Step(CALL, "chat.postMessage"),
    Step(ANSWER, "chat.postMessage"), Step(COMMIT, "mark_sent"),
)  # fmt: skip


async def next_morning(stage: Stage) -> datetime:
    """Move to a minute past nine of the next working day; return that day's nine o'clock."""
    day = stage.clock.now().replace(hour=9, minute=0) + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    await stage.move(day + timedelta(minutes=1) - stage.clock.now())
    return day


class Work(Protocol):
    """Work that is done again and again, each time with another fault."""

    steps: tuple[Step, ...]
    """Some of its steps, by which a test knows that it looks at the right thing; the work may have more."""

    async def prepare(self, stage: Stage) -> None:
        """Make what it needs, once."""
        ...

    async def begin(self, stage: Stage, number: int) -> set[str]:
        """Make what the run of that *number* needs; return the keys of what it owes."""
        ...

    def errand(self, stage: Stage, *, finish: bool = False) -> Errand:
        """Return what a process does of it, or does to *finish* it."""
        ...

    def read_ledger(self, stage: Stage, owed: set[str]) -> Ledger:
        """Return the ledger of all runs."""
        ...


class Delivery:
    """Delivers a message to a channel, one in its thread, one to a person, and one to somebody who has left."""

    steps = DELIVERED

    async def prepare(self, stage: Stage) -> None:
        """Nothing is needed."""

    async def begin(self, stage: Stage, number: int) -> set[str]:
        """Enqueue four messages on the next working day; the last one can't be delivered, and is passed on to Mara."""
        await next_morning(stage)
        return self.enqueue(stage, number)

    def enqueue(self, stage: Stage, number: int) -> set[str]:
        """Enqueue them now."""
        first, reply, direct, gone = (f"{number}/{name}" for name in ("first", "reply", "direct", "gone"))
        now = stage.clock.now()
        addresses = [
            (first, stage.general, None),
            (reply, stage.general, first),
            (direct, ANA, None),
            (gone, GONE, None),
        ]
        new = [
            NewNotification(Letter(words=key), to, key, not_before=now - timedelta(seconds=4 - place), reply_to=above)
            for place, (key, to, above) in enumerate(addresses)
        ]
        with stage.database.transaction(WORKSPACE) as session:
            outbox.enqueue_all(session, new, now=now)
            passed_on = session.scalar(sa.select(col(outbox.OutboxMessage.id)).where(outbox.OutboxMessage.key == gone))
        return {first, reply, direct, f"passed_on:{passed_on}:{MARA}"}

    def errand(self, stage: Stage, *, finish: bool = False) -> Errand:
        """Deliver what waits."""
        return RunJobs(["deliver_outbox"], finish=finish, **stage.bot)

    def read_ledger(self, stage: Stage, owed: set[str]) -> Ledger:
        """Compare the outbox with Slack."""
        return read_ledger(stage.slack, stage.database, owed=owed)


class Reminders(Delivery):
    """Reminds Mara and Ana of their customers on each working day, and delivers that."""

    steps = (*DELIVERED, Step(COMMIT, "take_turns"), Step(COMMIT, "enqueue_reminders"), Step(COMMIT, "end_turns"))

    async def prepare(self, stage: Stage) -> None:
        """Give each of them customers that wait."""
        for number, owner in enumerate((MARA, ANA, ANA)):
            stage.office.customer(f"Waiting {number}", owner=owner, waited=80)

    async def begin(self, stage: Stage, _number: int) -> set[str]:
        """Wait for the next working day's nine o'clock; both are owed a reminder of that day."""
        await next_morning(stage)
        return _reminders_of(stage.clock.now())

    def errand(self, stage: Stage, *, finish: bool = False) -> Errand:
        """Remind people, and deliver what waits."""
        return RunJobs(["send_morning_messages", "deliver_outbox"], finish=finish, **stage.bot)


class Digests(Delivery):
    """Posts a digest with a list in its thread on each working day."""

    steps = (*DELIVERED, Step(CALL, "conversations.info"), Step(COMMIT, "post_digest"))

    async def prepare(self, stage: Stage) -> None:
        """Neglect seven customers, and let #general have a digest."""
        for number in range(7):
            stage.office.customer(f"Neglected {number}", owner=ANA, waited=80)
        digest = Digest(
            channel_id=stage.general, days=EVERY_DAY, zone=LONDON, made_by=MARA,
            next_slot=stage.clock.now() + timedelta(days=1),
        )  # fmt: skip
        self._id = digest.id
        with stage.database.transaction(WORKSPACE) as session:
            session.add(digest)

    async def begin(self, stage: Stage, _number: int) -> set[str]:
        """Wait for the next working day's nine o'clock; the channel is owed that day's digest and its list."""
        slot = await next_morning(stage)
        key = f"digest:{self._id}:{slot:%Y%m%dT%H%MZ}"
        return {key, f"{key}:1"}

    def errand(self, stage: Stage, *, finish: bool = False) -> Errand:
        """Post the digest, and deliver what waits."""
        return RunJobs(["post_digests", "deliver_outbox"], finish=finish, **stage.bot)


class Imports:
    """Imports a list from the command line, in batches; the ledger compares rows with customers."""

    steps = (Step(COMMIT, "store_upload"), Step(COMMIT, "start_import"))

    async def prepare(self, stage: Stage) -> None:
        """Nothing is needed."""

    async def begin(self, stage: Stage, number: int) -> set[str]:
        """Write a list of nine customers, each with the one before as its parent."""
        names = [f"Import {number}, row {row}" for row in range(9)]
        rows = [
            f'"{name}",{number}-{row},Ana Lima,"{above}",Jo {row}'
            for row, (name, above) in enumerate(zip(names, ["", *names], strict=False))
        ]
        self._file = stage.folder / f"list-{number}.csv"
        self._file.write_text("\n".join(["Name,External id,Owner,Parent,Contact name", *rows]))
        return set(names)

    def errand(self, stage: Stage, *, finish: bool = False) -> Errand:
        """Import the list."""
        return ImportList(self._file, stage.url, stage.clock, finish=finish)

    def read_ledger(self, stage: Stage, owed: set[str]) -> Ledger:
        """Compare the rows of all lists with the customers; an import that isn't finished is unsettled."""
        with stage.database.reading(WORKSPACE) as session:
            names = Counter(session.exec(select(Customer.name)).all())
            open_ = session.exec(select(Import.id).where(Import.state != ImportState.IMPORTED)).all()
        return Ledger(frozenset(owed), names, frozenset(map(str, open_)))


class Everything(Digests):
    """Reminds people, posts the digest and delivers messages, all in the same minute."""

    async def prepare(self, stage: Stage) -> None:
        """Make what each of them needs."""
        await Reminders().prepare(stage)
        await super().prepare(stage)

    async def begin(self, stage: Stage, number: int) -> set[str]:
        """Wait for the next working day's nine o'clock, and enqueue messages then."""
        digest = await super().begin(stage, number)
        return digest | _reminders_of(stage.clock.now()) | self.enqueue(stage, number)

    def errand(self, stage: Stage, *, finish: bool = False) -> Errand:
        """Do all of it."""
        return RunJobs(["send_morning_messages", "post_digests", "deliver_outbox"], finish=finish, **stage.bot)


def _reminders_of(now: datetime) -> set[str]:
    return {f"reminder:{person}:{now.date().isoformat()}" for person in (MARA, ANA)}


WORKS: dict[str, type[Work]] = {
    "reminders": Reminders, "digests": Digests, "imports": Imports, "delivery": Delivery
}  # fmt: skip
