"""The life of promises: whatever people and the clock do, in whatever order, nothing owed is ever out of sight."""

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import select

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases import undo_action
from bot.checkins.usecases.recording import record_checkin
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.errors import BotError
from bot.core.feature import collect_undos
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerDetails
from bot.customers.usecases.details import add_customer, set_status
from bot.features import FEATURES
from bot.home.usecases import sync_people_and_customers
from bot.people.queries import get_today
from bot.people.schemas import SlackPerson
from bot.promises.queries import audit_state, get_list
from bot.promises.queries.contributions import brief, get_rates, home_section
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.promises.usecases import (
    keep_promise,
    promise_in_checkin,
    record_promise,
    renegotiate_promise,
    withdraw_promise,
)
from bot.promises.usecases.scheduled import break_overdue, inherit_orphaned, withdraw_inactive
from bot.workspaces.tables import AuditEntry
from tests.makers import ANA, BOB, KIRI, MARA
from tests.properties.histories import PEOPLE, History, begin, library

pytestmark = pytest.mark.slow

NEXT = {
    PromiseState.OPEN: set(PromiseState),
    PromiseState.BROKEN: {PromiseState.BROKEN, PromiseState.KEPT_LATE},
    **{
        state: {state}
        for state in (PromiseState.KEPT, PromiseState.KEPT_LATE, PromiseState.RENEGOTIATED, PromiseState.WITHDRAWN)
    },
}
"""What a state may become from one look to the next."""

people = st.sampled_from([MARA, ANA, BOB, KIRI])
which, few_days = st.integers(0, 50), st.integers(-1, 12)


class Promises(RuleBasedStateMachine):
    """A workspace in which anything may be promised; beside it, a plain account of what was seen before."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.history: History
        self.customers: list[UUID] = []
        self.actions: list[UUID] = []
        self.seen: dict[UUID, tuple[PromiseState, bool]] = {}
        self.ever_broken: set[UUID] = set()

    @initialize()
    def begin(self) -> None:
        """Four people, three customers: small, large, of unknown size and in the pool."""
        self.history = begin(self.stack.enter_context(library()))
        for name, owner, size in (("Small", ANA, 6), ("Large", BOB, 420), ("Unknown", None, None)):
            details = CustomerDetails(name=name, owner_id=owner, headcount=size)
            self.customers.append(self.history.do(add_customer, details=details, by=MARA).id)

    def teardown(self) -> None:
        """Throw the database away."""
        self.stack.close()

    # --- what people and the clock do ---------------------------------------------------------------------------

    @rule(number=which, by=people, assignee=people, days=few_days)
    def promise(self, number: int, by: str, assignee: str, days: int) -> None:
        """Somebody writes down what somebody promised."""
        due_on = self.today(by) + timedelta(days=days)
        customer = self.customers[number % len(self.customers)]
        self._try(record_promise, customer_id=customer, what="x", due_on=due_on, by=by, promised_by=assignee)

    @rule(number=which, by=people)
    def keep(self, number: int, by: str) -> None:
        """Somebody says that it was kept, perhaps too late, perhaps twice, perhaps not theirs."""
        self._on(number, keep_promise, by=by)

    @rule(number=which, by=people, days=few_days, agreed=st.booleans())
    def renegotiate(self, number: int, by: str, days: int, *, agreed: bool) -> None:
        """Another day, agreed or not."""
        due_on = self.today(by) + timedelta(days=days)
        self._on(number, renegotiate_promise, by=by, due_on=due_on, words="x", agreed=agreed)

    @rule(number=which, by=people)
    def withdraw(self, number: int, by: str) -> None:
        """It isn't owed any more."""
        self._on(number, withdraw_promise, by=by, words="x")

    @rule(number=which, by=people, days=few_days, promising=st.booleans())
    def talk(self, number: int, by: str, days: int, *, promising: bool) -> None:
        """The customer hears something, perhaps a promise."""
        wish = {"what": "x", "due_on": self.today(by) + timedelta(days=days), "block_ids": {}}
        extras = [lambda session, **more: promise_in_checkin(session, **wish, **more)] if promising else []
        about = {"customer_id": self.customers[number % len(self.customers)], "extras": extras}
        if done := self._try(record_checkin, result=Result.TALKED, channel=Channel.CALL, by=by, **about):
            self.actions.append(done.customer_action_id)

    @rule(number=which, by=people)
    def undo(self, number: int, by: str) -> None:
        """A check-in is taken back, perhaps with what was promised in it."""
        if self.actions:
            action = self.actions[number % len(self.actions)]
            self._try(undo_action, customer_action_id=action, by=by, undos=collect_undos(FEATURES))

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        """Whoever asks for what, the jobs run."""
        self.history.now += timedelta(hours=hours)
        self._jobs()

    @rule(hours=st.integers(1, 30))
    def time_passes_unnoticed(self, hours: int) -> None:
        """The bot was off."""
        self.history.now += timedelta(hours=hours)

    @rule(number=which, status=st.sampled_from([Status.LOST, Status.ACTIVE]))
    def lose_or_win_back(self, number: int, status: Status) -> None:
        """A customer goes, or comes back."""
        customer = self.customers[number % len(self.customers)]
        self._try(set_status, customer_id=customer, status=status, reason="x", by=MARA)
        self._jobs()

    @rule(person=st.sampled_from([ANA, BOB, KIRI]), gone=st.booleans())
    def leave_or_return(self, person: str, *, gone: bool) -> None:
        """Somebody is deactivated in Slack, or comes back."""
        name, zone, _ = PEOPLE[person]
        told = SlackPerson(id=person, name=name, zone=zone, is_deactivated=gone)
        self._try(sync_people_and_customers, people=[told], complete=False)
        self._jobs()

    # --- what has to be so, always ----------------------------------------------------------------------------------

    @invariant()
    def no_state_becomes_what_it_cant(self) -> None:
        """Ends are ends; nothing that was broken is ever kept on time, moved or withdrawn; nothing is owed again."""
        for row in self._rows():
            before, was_owed = self.seen.get(row.id, (PromiseState.OPEN, True))
            assert row.state in NEXT[before], (before, row.state)
            assert was_owed or not row.is_owed
            self.ever_broken |= {row.id} if row.state is PromiseState.BROKEN else set()
            assert row.id not in self.ever_broken or row.state in {PromiseState.BROKEN, PromiseState.KEPT_LATE}
            self.seen[row.id] = (row.state, row.is_owed)

    @invariant()
    def a_moved_promise_has_one_that_follows_it(self) -> None:
        """And each that follows another knows since when and how often."""
        rows = {row.id: row for row in self._rows()}
        followed = {row.follows_id for row in rows.values() if row.follows_id}
        assert {row.id for row in rows.values() if row.moved_to} == followed
        for row in rows.values():
            if row.follows_id:
                before = rows[row.follows_id]
                assert (row.moves, row.first_due_on) == (before.moves + 1, before.first_due_on)

    @invariant()
    def nothing_owed_is_out_of_sight(self) -> None:
        """The assignee's list and Home, the team's list, the customer's list and brief: each holds every one."""
        rows = [row for row in self._rows() if row.is_owed]
        assert all(row.is_owed for row in self._rows() if row.state is PromiseState.OPEN)
        by_keeper, by_customer = Counter(row.assignee_id for row in rows), Counter(row.customer_id for row in rows)
        assert self._listed("team") == len(rows)
        for person in PEOPLE:
            assert self._listed(f"p-{person}") == by_keeper[person]
            now = self.history.now
            assert len(self.history.look(lambda s, p=person, n=now: home_section(s, p, n))) == by_keeper[person]  # type: ignore[misc]  # bound now
        for customer in self.customers:
            assert self._listed(f"c-{customer}") == by_customer[customer]
            assert self._briefed(customer) == by_customer[customer]

    @invariant()
    def rates_add_up(self) -> None:
        """Kept, late, renegotiated, broken, withdrawn and open are all there are: of the team, by person, by size."""
        truth = Counter(row.state for row in self._rows())
        rates = self.history.ask(get_rates, viewer=MARA)
        for group in ((rates.team,), rates.people, rates.bands):
            total: Counter[PromiseState] = Counter()
            for one in group:
                total.update(one.counts)
            assert +total == truth

    @invariant()
    def every_step_is_in_the_trail(self) -> None:
        """Each line begins where the one before it ended; the last one says how the promise stands."""
        query = select(AuditEntry).where(AuditEntry.subject_kind == "promise").order_by("id")
        told: dict[str, Any] = {}
        for entry in self.history.look(lambda session: session.exec(query).all()):
            assert entry.before == told.get(entry.subject_id, {})
            told[entry.subject_id] = {key: said for key, said in entry.after.items() if key != "words"}
        assert told == {str(row.id): audit_state(row) for row in self._rows()}

    # --- inside ----------------------------------------------------------------------------------

    def today(self, person: str) -> Any:
        """The date on that person's wall."""
        return self.history.ask(get_today, person_id=person)

    def _rows(self) -> list[Promise]:
        return list(self.history.look(lambda session: session.exec(select(Promise).order_by("id")).all()))

    def _listed(self, whose: str) -> int:
        return int(self.history.ask(get_list, whose=whose, viewer=MARA, page=0).total)

    def _briefed(self, customer: UUID) -> int:
        now = self.history.now
        texts = [line.text for line in self.history.look(lambda s: brief(s, [customer], now)).get(customer, ())]
        more = [int(text.split(" ")[0]) for text in texts if " more promise" in text]
        return len(texts) - len(more) + sum(more)

    def _jobs(self) -> None:
        for job in (withdraw_inactive, inherit_orphaned, break_overdue):
            self.history.do(job)
        self.history.do(enqueue_reminders, person_ids=list(PEOPLE), features=self.history.runtime.features)

    def _on(self, number: int, use_case: Any, **inputs: Any) -> None:
        if rows := self._rows():
            self._try(use_case, promise_id=rows[number % len(rows)].id, **inputs)

    def _try(self, use_case: Any, **inputs: Any) -> Any:
        """Do it, or be refused with a sentence."""
        try:
            return self.history.do(use_case, **inputs)
        except BotError as refused:
            assert str(refused).endswith((".", "?"))  # noqa: PT017 - most acts are allowed; a refusal is one more outcome
            return None


TestPromises = Promises.TestCase
TestPromises.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
