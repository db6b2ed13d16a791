"""The life of escalations, whatever people do in whatever order: no step that isn't allowed, nothing open unseen."""

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from bot.checkins.usecases import undo_action
from bot.commitments.rules import BRIEF_LINES
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import BotError
from bot.core.feature import collect_undos
from bot.core.runtime import Runtime
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.escalations.queries.contributions import brief, get_rate, home_section
from bot.escalations.rules import MOVES, EscalationState, Severity
from bot.escalations.schemas import EscalationSchema
from bot.escalations.tables import Escalation
from bot.escalations.usecases import give_escalation, withdraw_escalation
from bot.features import FEATURES
from bot.workspaces.tables import AuditEntry
from tests.escalations.helpers import answer, ask_whether, escalate, keep, listed, mend, owed
from tests.makers import ANA, BOB, KIRI, MARA, START, open_office

pytestmark = pytest.mark.slow

PEOPLE = st.sampled_from([MARA, ANA, BOB, KIRI])
UNDONE = {(EscalationState.CONFIRMED, EscalationState.FIXED), (EscalationState.OPEN, EscalationState.FIXED)}


class Life(RuleBasedStateMachine):
    """Four people, three customers, and everything that can be done about their problems."""

    template: Path

    @initialize()
    def move_in(self) -> None:
        """A fresh office; Acme is Ana's, Golddex Bob's, Condax nobody's."""
        self.folder = tempfile.mkdtemp()
        path = Path(self.folder) / "evenhand.db"
        shutil.copy(self.template, path)
        self.clock = MovableClock(START)
        self.office = open_office(Runtime(Database(f"sqlite:///{path}"), self.clock, FEATURES))
        owners = {"Acme": ANA, "Golddex": BOB, "Condax": None}
        self.customers = [self.office.customer(name, owner=owner, waited=5) for name, owner in owners.items()]
        self.schemas: list[EscalationSchema] = []
        self.logged: list[Any] = []
        self.was: dict[UUID, EscalationState] = {}

    def teardown(self) -> None:
        """Give the database back."""
        self.office.runtime.close()
        shutil.rmtree(self.folder)

    def attempt(self, act: Any, *, undoing: bool = False) -> Any:
        """Do something, or be refused with a sentence; no state goes where it may not."""
        done = None
        with suppress(BotError):
            done = act()
        for row in self.rows():
            before = self.was.get(row.id, EscalationState.OPEN)
            legal = row.state is before or row.state in MOVES[before] or (undoing and (before, row.state) in UNDONE)
            assert legal, (before, row.state)
            self.was[row.id] = row.state
        return done

    def rows(self) -> list[Escalation]:
        """All that are stored."""
        return list(self.office.look(lambda session: session.exec(select(Escalation)).all()))

    @rule(customer=st.integers(0, 2), by=PEOPLE, severity=st.sampled_from(Severity), assignee=st.none() | PEOPLE)
    def something_goes_wrong(self, customer: int, by: str, severity: Severity, assignee: str | None) -> None:
        """Anybody raises it."""
        what = f"thing {len(self.schemas)}"
        schema = self.attempt(
            lambda: escalate(
                self.office, self.customers[customer], by=by, severity=severity, assignee_id=assignee, what=what
            )
        )
        self.schemas += [schema] if schema else []

    @precondition(lambda self: self.schemas)
    @rule(which=st.integers(0), by=PEOPLE)
    def somebody_answers(self, which: int, by: str) -> None:
        """Whoever it is."""
        self.attempt(lambda: answer(self.office, self.one(which), by=by))

    @precondition(lambda self: self.schemas)
    @rule(which=st.integers(0), by=PEOPLE, avoidable=st.booleans())
    def somebody_fixes(self, which: int, by: str, avoidable: bool) -> None:
        """With a follow-up of their own."""
        day = self.clock.now().date() + timedelta(days=7)
        self.attempt(lambda: mend(self.office, self.one(which), by=by, avoidable=avoidable, change_on=day))

    @precondition(lambda self: self.schemas)
    @rule(which=st.integers(0), by=PEOPLE, to=PEOPLE)
    def somebody_gives_it_on(self, which: int, by: str, to: str) -> None:
        """To anyone."""
        self.attempt(lambda: self.office.do(give_escalation, escalation_id=self.one(which).id, to=to, by=by))

    @precondition(lambda self: self.schemas)
    @rule(which=st.integers(0), by=PEOPLE)
    def somebody_says_it_was_a_mistake(self, which: int, by: str) -> None:
        """Whether they may or not."""
        one = self.one(which).id
        self.attempt(lambda: self.office.do(withdraw_escalation, escalation_id=one, reason="wrong", by=by))

    @precondition(lambda self: self.schemas)
    @rule(which=st.integers(0), by=PEOPLE, holds=st.booleans())
    def the_customer_is_asked(self, which: int, by: str, holds: bool) -> None:
        """In a check-in."""
        recorded = self.attempt(lambda: ask_whether(self.office, self.one(which), holds, by=by))
        self.logged += [recorded] if recorded else []

    @precondition(lambda self: self.logged)
    @rule(which=st.integers(0), by=PEOPLE)
    def a_check_in_is_undone(self, which: int, by: str) -> None:
        """Any of them."""
        action = self.logged[which % len(self.logged)].customer_action_id
        self.attempt(
            lambda: self.office.do(
                undo_action, customer_action_id=action, by=by, undos=collect_undos(self.office.runtime.features)
            ),
            undoing=True,
        )

    @rule(hours=st.integers(1, 60))
    def time_goes_by(self, hours: int) -> None:
        """The clock does what it does, twice."""
        self.clock.move(timedelta(hours=hours))
        for _ in range(2):
            self.attempt(lambda: keep(self.office))

    @rule(customer=st.integers(0, 2))
    def a_customer_is_lost(self, customer: int) -> None:
        """With a reason; what is open with it is closed."""
        lost = self.customers[customer]
        self.attempt(lambda: self.office.do(set_status, customer_id=lost, status=Status.LOST, reason="gone", by=MARA))
        self.attempt(lambda: keep(self.office))

    def one(self, which: int) -> EscalationSchema:
        """One of those that were raised."""
        return self.schemas[which % len(self.schemas)]

    @invariant()
    def nothing_open_is_invisible(self) -> None:
        """In the team's, the person's and the customer's list, on Home, and in the customer's lines."""
        if not hasattr(self, "office"):
            return
        live = [row for row in self.rows() if not row.state.is_over]
        now = self.clock.now()
        assert listed(self.office).total == len(live)
        for person, count in Counter(row.assignee_id for row in live).items():
            assert listed(self.office, f"p-{person}").total == count
            texts = [line.text for line in self.office.look(lambda session, p=person: home_section(session, p, now))]
            assert all(any(row.what in text for text in texts) for row in live if row.assignee_id == person)
        found = self.office.look(lambda session: brief(session, self.customers, now))
        for customer, count in Counter(row.customer_id for row in live).items():
            assert listed(self.office, f"c-{customer}").total == count
            assert len(found[customer]) == min(count, BRIEF_LINES + 1)

    @invariant()
    def rates_add_up(self) -> None:
        """The team's is the sum of everyone's, and what the rows say."""
        if not hasattr(self, "office"):
            return
        rate = self.office.ask(get_rate, days=90, viewer=MARA)
        assert (rate.active, rate.clean) == tuple(
            sum(getattr(line, name) for line in rate.people) for name in ("active", "clean")
        )
        assert 0 <= rate.clean <= rate.active <= len(self.customers)

    @invariant()
    def nothing_is_said_twice_and_every_step_is_in_the_trail(self) -> None:
        """At most one warning a round, and one word to each person; the last line of the trail says how each stands."""
        if not hasattr(self, "office"):
            return
        rounds = {str(row.id): 1 for row in self.rows()}
        query = select(AuditEntry).where(AuditEntry.subject_kind == "escalation")
        entries = self.office.look(lambda session: session.exec(query).all())
        for entry in sorted(entries, key=lambda entry: entry.id):
            rounds[entry.subject_id] += entry.action == "escalation.reopened"
        warned = Counter(row.body["escalation"]["id"] for row in owed(self.office, "warned"))
        assert all(count <= rounds[key] for key, count in warned.items())
        late = Counter((row.body["escalation"]["id"], row.recipient) for row in owed(self.office, "late"))
        assert all(count <= rounds[key] for (key, _), count in late.items())
        last = {entry.subject_id: entry.after["state"] for entry in sorted(entries, key=lambda entry: entry.id)}
        assert last == {str(row.id): row.state.value for row in self.rows()}


def test_whatever_people_do_every_escalation_is_seen_until_it_is_over(sqlite_template: Path) -> None:
    """Half a dozen lives of up to eighteen steps."""
    Life.template = sqlite_template
    run_state_machine_as_test(Life, settings=settings(max_examples=6, stateful_step_count=18, deadline=None))
