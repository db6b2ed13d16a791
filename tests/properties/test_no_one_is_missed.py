"""No customer is missed, and an attempt is not a contact, for any sequence of actions."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import col, select

from bot.checkins.queries.queue import get_queue
from bot.checkins.rules import Channel, Preset, Result, latest_contact
from bot.checkins.usecases import hand_over_from_list, snooze_from_list, undo_action, wake_from_list
from bot.checkins.usecases.recording import record_checkin
from bot.core.errors import BotError
from bot.customers.queries import list_neglected, list_pool
from bot.customers.queries.coverage import get_coverage, list_tally_problems
from bot.customers.queries.due import neglected, sleeping, standing_of, waiting
from bot.customers.queries.screens import get_details
from bot.customers.rules.due import SnoozeReason, Standing, Status
from bot.customers.schemas import CustomerDetails
from bot.customers.tables import Customer
from bot.customers.usecases.details import add_customer, edit_customer, set_status, wake_paused
from bot.customers.usecases.lists import apply_import
from bot.customers.usecases.scheduling import end_snoozes
from bot.customers.usecases.undoing import undo_import
from bot.home.usecases import save_preferences, sync_people_and_customers
from bot.people.queries import get_today, list_people
from bot.people.schemas import PreferencesInput, SlackPerson
from tests.customers.lists import read
from tests.makers import ANA, BOB, KIRI, MARA
from tests.properties.histories import PEOPLE, History, begin, library

pytestmark = pytest.mark.slow

OWNERS = (ANA, BOB, KIRI)
people = st.sampled_from([MARA, *OWNERS])
which = st.integers(0, 30)
few_days = st.integers(0, 40)


class Care(RuleBasedStateMachine):
    """A state machine over a workspace, with a separate record of the real contacts."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.history: History
        self.told: dict[UUID, dict[UUID, date]] = {}  # customer → its live contacts, by action
        self.known: dict[UUID, date | None] = {}  # customer → the contact its list knew of
        self.actions: list[tuple[UUID, UUID, str]] = []  # action, customer, who
        self.imports: list[UUID] = []
        self.lists = 0

    @initialize()
    def begin(self) -> None:
        """Create a workspace with four people and two customers."""
        self.history = begin(self.stack.enter_context(library()))
        self.add(0, ANA)
        self.add(1, None)

    def teardown(self) -> None:
        """Close the database."""
        self.stack.close()

    # --- what people do -------------------------------------------------------------------------------------------

    @rule(number=st.integers(2, 9), owner=st.none() | st.sampled_from(OWNERS))
    def add(self, number: int, owner: str | None) -> None:
        """Add a customer; an existing name is refused."""
        schema = self._try(add_customer, details=CustomerDetails(name=f"Shop {number}", owner_id=owner), by=MARA)
        if schema:
            self.known[schema.id] = None

    @rule(waits=st.lists(st.none() | st.integers(0, 120), min_size=1, max_size=4), owner=st.sampled_from(["", *OWNERS]))
    def bring_a_list(self, waits: list[int | None], owner: str) -> None:
        """Import a list, with or without last contacts."""
        self.lists += 1
        today = self.history.now.date()
        days = ["" if wait is None else (today - timedelta(days=wait)).isoformat() for wait in waits]
        lines = [f"List {self.lists} {number},{owner},{day}" for number, day in enumerate(days)]
        done = self._try(apply_import, drafts=read("name,owner,last contact\n" + "\n".join(lines)), by=MARA)
        self.imports.append(done.id)
        for customer in self.history.customers():
            self.known.setdefault(customer.id, customer.last_contact_on)

    @precondition(lambda self: self.imports)
    @rule()
    def take_a_list_back(self) -> None:
        """Undo the last import; customers changed since then stay."""
        self._try(undo_import, import_id=self.imports.pop(), by=MARA)
        left = {customer.id for customer in self.history.customers()}
        assert all(contacts == {} for customer, contacts in self.told.items() if customer not in left)
        self.known = {customer: day for customer, day in self.known.items() if customer in left}

    @rule(index=which, result=st.sampled_from(list(Result)), ago=few_days, by=people)
    def log(self, index: int, result: Result, ago: int, by: str) -> None:
        """Log a check-in of today or of the past."""
        customer = self._pick(index)
        on = self._today(by) - timedelta(days=ago)
        schema = self._try(
            record_checkin, customer_id=customer.id, result=result, channel=Channel.CALL, happened_on=on, by=by
        )
        if schema:
            self.actions.append((schema.customer_action_id, customer.id, by))
            if result in {Result.TALKED, Result.THEY_CONTACTED_US}:
                self.told.setdefault(customer.id, {})[schema.customer_action_id] = on

    @rule(index=which, reason=st.sampled_from(list(SnoozeReason)), days=st.integers(1, 90), by=people)
    def snooze(self, index: int, reason: SnoozeReason, days: int, by: str) -> None:
        """Snooze a customer, if the rules allow it."""
        customer, until = self._pick(index), self._today(by) + timedelta(days=days)
        inputs = {"preset": Preset.DATE, "until": until, "reason": reason, "by": by}
        self._remember(self._try(snooze_from_list, customer_id=customer.id, **inputs), customer, by)

    @rule(index=which, by=people)
    def wake(self, index: int, by: str) -> None:
        """End a snooze."""
        customer = self._pick(index)
        self._remember(self._try(wake_from_list, customer_id=customer.id, by=by), customer, by)

    @rule(index=which, to=people, by=people)
    def hand_over(self, index: int, to: str, by: str) -> None:
        """Hand a customer over."""
        customer = self._pick(index)
        self._remember(self._try(hand_over_from_list, customer_id=customer.id, to=to, by=by), customer, by)

    @precondition(lambda self: self.actions)
    @rule(index=which, by=st.none() | people)
    def undo(self, index: int, by: str | None) -> None:
        """Undo an earlier action."""
        customer_action_id, customer_id, who = self.actions[index % len(self.actions)]
        if self._try(undo_action, customer_action_id=customer_action_id, by=by or who):
            self.told.get(customer_id, {}).pop(customer_action_id, None)

    @rule(index=which, status=st.sampled_from(list(Status)), until=st.none() | st.integers(1, 20), by=people)
    def say_how_it_stands(self, index: int, status: Status, until: int | None, by: str) -> None:
        """Pause, lose, exclude or reactivate a customer."""
        day = self._today(by) + timedelta(days=until) if until else None
        self._try(set_status, customer_id=self._pick(index).id, status=status, reason="moving", until=day, by=by)

    @rule(index=which, cadence=st.none() | st.integers(1, 120), by=people)
    def change_the_cadence(self, index: int, cadence: int | None, by: str) -> None:
        """Change a customer's cadence."""
        customer = self._pick(index)
        details = self.history.look(lambda session: get_details(session, session.get_one(Customer, customer.id)))
        self._try(
            edit_customer, customer_id=customer.id, details=details.model_copy(update={"cadence_days": cadence}), by=by
        )

    @rule(by=people, days=st.integers(0, 15), cover=people)
    def go_away(self, by: str, days: int, cover: str) -> None:
        """Add an absence with a cover, or end it."""
        today = self._today(by)
        away = {"away_from": today, "away_to": today + timedelta(days=days), "cover_id": cover} if days else {}
        self._try(save_preferences, preferences=PreferencesInput(hour=time(9), working_days="01234", **away), by=by)

    @rule(person=st.sampled_from(OWNERS), gone=st.booleans())
    def leave_or_return(self, person: str, gone: bool) -> None:
        """Deactivate or reactivate a person in Slack."""
        name, zone, _ = PEOPLE[person]
        told = SlackPerson(id=person, name=name, zone=zone, is_deactivated=gone)
        self._try(sync_people_and_customers, people=[told], complete=False)

    @rule(days=st.integers(1, 25), hours=st.integers(0, 23))
    def days_pass(self, days: int, hours: int) -> None:
        """Move time and run the jobs' use cases."""
        self.history.now += timedelta(days=days, hours=hours)
        self._try(wake_paused)
        self._try(end_snoozes)

    # --- what holds at every moment -------------------------------------------------------------------------------

    @invariant()
    def everybody_stands_somewhere_once(self) -> None:
        """Each active customer has exactly one standing in all queries, and the counts add up."""
        for today in sorted({self._today(person) for person in PEOPLE}):
            self._stand(today, [one for one in self.history.customers() if one.status is Status.ACTIVE])

    @invariant()
    def who_is_left_alone_has_a_reason_and_a_name(self) -> None:
        """Paused, lost, excluded and snoozed customers have a reason and a responsible person."""
        for customer in self.history.customers():
            if customer.status is not Status.ACTIVE:
                assert customer.status_reason
                assert customer.status_by in PEOPLE
            if customer.snoozed_until is not None:
                assert customer.snooze_reason is not None
                assert customer.snoozed_by in PEOPLE

    @invariant()
    def who_waits_is_on_somebodys_list(self) -> None:
        """A waiting customer is in the queue of an active owner, or in the pool."""
        here = {person.id for person in self.history.look(list_people)}
        queued: set[UUID] = set()
        for person in here:
            queued |= self._queued(person)
        pool = {one.id for one in self.history.look(lambda s: list_pool(s, today=self.history.now.date()))}
        for customer in self.history.customers():
            if customer.status is Status.ACTIVE:
                assert (customer.id in pool) == (customer.owner_id is None)
                if customer.owner_id is not None:
                    assert customer.owner_id in here
                    asked = standing_of(customer, self._today(customer.owner_id))
                    assert asked is Standing.IN_CADENCE or customer.id in queued

    @invariant()
    def only_contacts_count(self) -> None:
        """The stored last contact is the latest real one; attempts, snoozes and undone check-ins don't count."""
        for customer in self.history.customers():
            expected = latest_contact(self.known[customer.id], *self.told.get(customer.id, {}).values())
            assert customer.last_contact_on == expected, customer.name
            assert customer.waiting_since == (expected or customer.added_on)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _stand(self, today: date, active: Sequence[Customer]) -> None:
        counts = Counter(standing_of(customer, today) for customer in active)
        coverage = self.history.look(lambda session: get_coverage(session, today=today))
        assert coverage.active == len(active) == counts.total()
        assert coverage.in_cadence + coverage.never_contacted == counts[Standing.IN_CADENCE]
        assert (coverage.due, coverage.neglected) == (counts[Standing.DUE], counts[Standing.NEGLECTED])
        assert coverage.snoozed == counts[Standing.SNOOZED]
        assert self.history.look(list_tally_problems) == []
        late = {one.id for one in self.history.look(lambda session: list_neglected(session, today=today))}
        assert late == {one.id for one in active if standing_of(one, today) is Standing.NEGLECTED}
        for condition, standings in (
            (waiting(today), {Standing.DUE, Standing.NEGLECTED}),
            (neglected(today), {Standing.NEGLECTED}),
            (sleeping(today), {Standing.SNOOZED}),
        ):
            found = self._where(condition)
            assert found == {one.id for one in active if standing_of(one, today) in standings}

    def _where(self, condition: Any) -> set[UUID]:
        query = select(Customer.id).where(condition, col(Customer.status) == Status.ACTIVE)
        return set(self.history.look(lambda session: session.exec(query).all()))

    def _queued(self, person: str) -> set[UUID]:
        """Return the ids on all pages of a person's queue."""
        features, found, page, pages = self.history.runtime.features, set(), 0, 1
        while page < pages:
            queue = self.history.ask(get_queue, viewer=person, features=features, page=page)
            found |= {row.customer.id for row in queue.rows}
            page, pages = page + 1, queue.pages
        return found

    def _pick(self, index: int) -> Customer:
        customers = self.history.customers()
        return customers[index % len(customers)]

    def _today(self, person: str) -> date:
        day: date = self.history.ask(lambda session, now: get_today(session, person_id=person, now=now))
        return day

    def _remember(self, schema: Any, customer: Customer, by: str) -> None:
        if schema:
            self.actions.append((schema.customer_action_id, customer.id, by))

    def _try(self, use_case: Any, **inputs: Any) -> Any:
        """Run a use case; return None if it was refused, which changes nothing."""
        try:
            return self.history.do(use_case, **inputs)
        except BotError:
            return None


TestCare = Care.TestCase
TestCare.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
