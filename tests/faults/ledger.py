"""
The ledger of a test with faults: what was owed, what was said, what was said twice, and what is lost.

`Ledger(owed, said)` compares keys: of messages, or of anything else that has to be there exactly once, such as imported
customers. `read_ledger(slack, database)` reads the keys of messages: *owed* is what the outbox holds and hasn't given
up, *said* is what stands in the rehearsal's channels by the key in each message's metadata. `assert_balanced()` ends a
test:

    ledger = read_ledger(slack, database)
    ledger.assert_balanced()                       # lost 0, said twice 0
    ledger.assert_balanced(twice={"letter/3"})     # exactly what docs/delivery.md names, and nothing else
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from bot.core.database import Database
from bot.core.outbox import DeliveryState, OutboxMessage
from rehearsal.server import Rehearsal
from rehearsal.state.messages import Message
from tests.makers import WORKSPACE


@dataclass(frozen=True)
class Ledger:
    """What was owed and what was said, by key; *unsettled* is what the bot would still send or look for."""

    owed: frozenset[str]
    said: Counter[str]
    unsettled: frozenset[str] = frozenset()

    @property
    def said_twice(self) -> set[str]:
        """Return what was said more than once."""
        return {key for key, times in self.said.items() if times > 1}

    @property
    def lost(self) -> set[str]:
        """Return what was owed and never said."""
        return set(self.owed - self.said.keys())

    @property
    def unasked(self) -> set[str]:
        """Return what was said and not owed."""
        return set(self.said.keys() - self.owed)

    def __str__(self) -> str:
        """Return the figures, and the first keys behind those that aren't zero."""
        sets = {"said twice": self.said_twice, "lost": self.lost, "unasked": self.unasked, "unsettled": self.unsettled}
        counts = [f"owed {len(self.owed)}", f"said {self.said.total()}"]
        counts += [" ".join([f"{name} {len(keys)}", *sorted(keys)[:5]]) for name, keys in sets.items()]
        return ", ".join(counts)

    def assert_balanced(self, *, twice: Collection[str] = ()) -> None:
        """Fail unless what was owed was said once, except *twice*, and nothing else was said or is left to do."""
        off = self.lost or self.unasked or self.unsettled or self.said_twice != set(twice)
        assert not off, str(self)


def read_ledger(
    slack: Rehearsal, database: Database, *, owed: Iterable[str] = (), deleted: Iterable[Message] = ()
) -> Ledger:
    """
    Compare the outbox with the channels of *slack*.

    *owed* names messages that have to be there whatever the outbox holds: those that a killed job may never have
    stored. *deleted* are messages that a person has deleted since: they were said.
    """
    query = sa.select(col(OutboxMessage.key), col(OutboxMessage.state))
    with database.reading(WORKSPACE) as session:
        states = {row.key: row.state for row in session.execute(query)}
    kept = {key for key, state in states.items() if state is not DeliveryState.DEAD}
    unsettled = {key for key in kept if states[key] is not DeliveryState.SENT}
    return Ledger(frozenset({*owed, *kept}), Counter(list_said(slack, deleted)), frozenset(unsettled))


def list_said(slack: Rehearsal, deleted: Iterable[Message] = ()) -> list[str]:
    """Return the key of each message that the bot has delivered, and of those that were *deleted* since."""
    posted = [message for channel in slack.workspace.messages.values() for message in channel]
    payloads = [(message.metadata or {}).get("event_payload", {}) for message in (*posted, *deleted)]
    return [payload["key"] for payload in payloads if "key" in payload]
