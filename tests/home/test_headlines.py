"""Headlines against the database, for arbitrary histories: what they count is so, and they never hide what is late."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from bot.checkins.queries.queue import get_queue
from bot.checkins.views.queue import queue
from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.core.schemas import DigestSlot
from bot.customers.rules.due import SnoozeReason, Standing, Status, standing
from bot.customers.tables import Customer
from bot.digests.queries import compose_neglected
from bot.digests.rules import DigestKind
from bot.digests.views.messages import headline as digest_headline
from bot.escalations.rules import EscalationState, Severity
from bot.escalations.tables import Escalation
from bot.escalations.usecases import answer_escalation, raise_escalation
from bot.followups.rules import FollowupState
from bot.followups.tables import Followup
from bot.followups.usecases import assign_followup, complete_followup
from bot.home.queries import get_home
from bot.home.schemas import HomeSchema
from bot.home.views.tab import headline
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.promises.usecases import keep_promise, record_promise
from bot.promises.usecases.scheduled import break_overdue
from tests.makers import ANA, BOB, KIRI, MARA, add_customer
from tests.properties.histories import PEOPLE, History, begin, library

NUMBERS = {
    "neglected": r"(\d+) neglected",
    "due": r"(\d+)(?: customers?)? due(?=,|$)",
    "snoozed past": r"(\d+) snoozed past (?:its|their) cadence",
    "never contacted": r"(\d+) never contacted",
    "no owner": r"(\d+) without an owner",
    "problems late": r"(\d+) problems? past (?:its|their) time",
    "promises broken": r"(\d+) promises? broken",
    "promises due": r"(\d+) promises? due today",
    "follow-ups late": r"(\d+) follow-ups? late",
    "follow-ups due": r"(\d+) follow-ups? due today",
    "follow-ups asked for late": r"(\d+) follow-ups? you asked for late",
}
"""What each number of a headline counts, and how it is written."""

LULLING = re.compile(r"\b(in time|nobody|no one|no customer|none|all|everything)\b", re.IGNORECASE)

people = st.sampled_from([MARA, ANA, BOB, KIRI])
some_days = st.integers(0, 9)
deeds = st.one_of(
    st.tuples(st.just("promise"), people, some_days),
    st.tuples(st.just("ask"), people, some_days),
    st.tuples(st.just("problem"), people, st.sampled_from(list(Severity))),
    st.tuples(st.just("finish"), people, st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(0, 6), st.integers(0, 23)),
    st.tuples(st.just("breaking promises"), st.just(""), st.just(0)),
)
customers = st.tuples(
    st.none() | people,
    st.none() | st.integers(0, 60),
    st.none() | st.tuples(st.sampled_from(list(SnoozeReason)), st.integers(1, 30)),
    st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.LOST]),
)

FINE = (ANA, 3, None, Status.ACTIVE)
"""A customer of Ana's that is in cadence."""


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    """A database in which each example has a workspace of its own."""
    with library() as opened:
        yield opened


def play(history: History, made: list[Any], done: list[Any]) -> None:
    """Let people have customers and do things about them; what the rules refuse doesn't happen."""
    ids = [_add(history, number, *one) for number, one in enumerate(made)]
    left: list[tuple[Any, str, UUID]] = []
    for what, who, number in done:
        if what == "wait":
            history.now += timedelta(days=who, hours=number)
        elif what == "breaking promises":
            history.do(break_overdue)
        elif what == "finish":
            if left:
                use_case, name, key = left.pop(number % len(left))
                _try(history, use_case, **{name: key}, by=who)
        elif ids:
            left += _owe(history, what, who, number, ids[len(left) % len(ids)])


def _add(history: History, number: int, owner: str | None, waited: int | None, snooze: Any, status: Status) -> UUID:
    today = history.now.date()
    more: dict[str, Any] = {"owner": owner, "status": status}
    if waited is not None:
        more["last_contact_on"] = today - timedelta(days=waited)
    if snooze is not None:
        more |= {"snooze_reason": snooze[0], "snoozed_until": today + timedelta(days=snooze[1])}
    if status is not Status.ACTIVE:
        more["status_reason"] = "moved away"
    with history.runtime.database.transaction(history.workspace) as session:
        return add_customer(session, f"Customer {number}", **more).id


def _owe(history: History, what: str, who: str, number: Any, customer_id: UUID) -> list[tuple[Any, str, UUID]]:
    today = history.now.date()
    if what == "promise":
        about = {"what": "price list", "due_on": today + timedelta(days=number)}
        made = _try(history, record_promise, customer_id=customer_id, by=who, **about)
        return [(keep_promise, "promise_id", made.id)] if made else []
    if what == "ask":
        about = {"what": "call", "due_on": today + timedelta(days=number), "assignee_id": who}
        made = _try(history, assign_followup, customer_id=customer_id, by=MARA, **about)
        return [(complete_followup, "followup_id", made.id)] if made else []
    about = {"what": "it is down", "severity": number, "assignee_id": who}
    made = _try(history, raise_escalation, customer_id=customer_id, by=MARA, **about)
    return [(answer_escalation, "escalation_id", made.id)] if made else []


def _try(history: History, use_case: Any, **inputs: Any) -> Any:
    try:
        return history.do(use_case, **inputs)
    except BotError:
        return None


def counted(history: History, person: str) -> dict[str, int]:
    """Count from the rows alone what *person*'s headline has to tell; Mara's is about everybody."""
    team = person == MARA
    today = history.now.astimezone(ZoneInfo(PEOPLE[person][1])).date()
    rows = [one for one in history.customers() if one.status is Status.ACTIVE and (team or one.owner_id == person)]
    stands = [(one, _standing(one, today)) for one in rows]
    owed = [one for one in _all(history, Promise) if one.is_owed and (team or one.assignee_id == person)]
    tasks = [one for one in _all(history, Followup) if one.state is FollowupState.OPEN]
    mine = [one for one in tasks if team or one.assignee_id == person]
    others = [one for one in tasks if not team and one.assignee_id != person and one.given_by == person]
    problems = [one for one in _all(history, Escalation) if team or one.assignee_id == person]
    due_promises = [one for one in owed if one.state is PromiseState.OPEN and one.due_on == today]
    return {
        "neglected": sum(where is Standing.NEGLECTED for _, where in stands),
        "due": sum(where is Standing.DUE for _, where in stands),
        "snoozed past": sum(
            where is Standing.SNOOZED and (one.due_on <= today or one.neglected_after < today) for one, where in stands
        ),
        "never contacted": sum(
            where is Standing.IN_CADENCE and one.last_contact_on is None and not _is_in_first_cadence(one, today)
            for one, where in stands
        ),
        "no owner": sum(one.owner_id is None for one in rows) if team else 0,
        "problems late": sum(one.state is EscalationState.OPEN and one.answer_by <= history.now for one in problems),
        "promises broken": sum(one.due_on <= today for one in owed) - len(due_promises),
        "promises due": len(due_promises),
        "follow-ups late": sum(one.due_on < today for one in mine),
        "follow-ups due": sum(one.due_on == today for one in mine),
        "follow-ups asked for late": sum(one.due_on < today for one in others),
    }


def _standing(customer: Customer, today: date) -> Standing:
    return standing(
        today, due_on=customer.due_on, neglected_after=customer.neglected_after, snoozed_until=customer.snoozed_until,
        snooze_reason=customer.snooze_reason,
    )  # fmt: skip


def _is_in_first_cadence(customer: Customer, today: date) -> bool:
    return customer.owner_id is not None and (today - customer.added_on).days <= customer.effective_cadence_days


def _all(history: History, table: type[SQLModel]) -> list[Any]:
    return list(history.look(lambda session: session.exec(select(table)).all()))


def numbers_in(text: str) -> dict[str, int]:
    """Return each number that a headline tells, 0 where it tells none."""
    found = {name: re.search(pattern, text) for name, pattern in NUMBERS.items()}
    return {name: int(match[1]) if match else 0 for name, match in found.items()}


def digest_of(history: History) -> str:
    """The first line of a digest of this moment."""

    def compose(session: Session, *, now: datetime) -> str:
        slot = DigestSlot(digest_id=UUID(int=1), kind=DigestKind.NEGLECTED, slot=now, since=now, made_at=now,
                          next_slot=None, zone="Europe/London")  # fmt: skip
        return digest_headline(compose_neglected(session, slot, now, features=history.runtime.features))

    return str(history.ask(compose))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(made=[FINE, FINE], done=[("promise", ANA, 0), ("wait", 2, 0)])
@example(made=[FINE, FINE], done=[("problem", ANA, Severity.STOPS), ("wait", 6, 0)])
@example(made=[FINE, FINE], done=[("ask", ANA, 1), ("wait", 4, 0)])
@given(made=st.lists(customers, max_size=6), done=st.lists(deeds, max_size=12))
def test_a_headline_tells_what_the_database_holds_and_hides_nothing(
    runtime: Runtime, made: list[Any], done: list[Any]
) -> None:
    """Home's of a manager and of owners, the digest's and the queue's: each number is right, and none of them lulls."""
    history = begin(runtime)
    play(history, made, done)
    for person in (MARA, ANA, KIRI):
        home: HomeSchema = history.ask(get_home, person_id=person, features=runtime.features)
        text, expected = headline(home), counted(history, person)
        assert numbers_in(text) == expected, text
        if any(expected.values()):
            assert not LULLING.search(text), text
        else:
            assert text.startswith(("All caught up: ", "You look after no customers yet", "There are no customers yet"))
            assert not any(line.urgent for line in home.owed), "a line of Home is late"
    team, first_line = counted(history, MARA), digest_of(history)
    assert not (LULLING.search(first_line) and any(team[name] for name in NUMBERS if name not in UNTOLD)), first_line


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(made=[FINE], done=[("promise", ANA, 0), ("wait", 2, 0)])
@example(made=[(ANA, 40, (SnoozeReason.CUSTOMER_ASKED, 20), Status.ACTIVE)], done=[])
@given(made=st.lists(customers, max_size=6), done=st.lists(deeds, max_size=12))
def test_the_queue_tells_what_waits_and_is_clear_only_when_nothing_is_late(
    runtime: Runtime, made: list[Any], done: list[Any]
) -> None:
    """Its first line counts the person's customers; without any it names what else is late or due."""
    history = begin(runtime)
    play(history, made, done)
    for person in (ANA, KIRI):
        text = queue(history.ask(get_queue, viewer=person, features=runtime.features)).text
        expected = counted(history, person)
        numbers = {what: int(number) for number, what in re.findall(r"(\d+) (neglected|due|snoozed)", text)}
        if text.startswith("Your queue: "):
            assert {what: numbers.get(what, 0) for what in ("neglected", "due")} == {
                what: expected[what] for what in ("neglected", "due")
            }, text
            assert numbers.get("snoozed", 0) >= expected["snoozed past"], text
        else:
            assert [expected[what] for what in ("neglected", "due", "snoozed past")] == [0, 0, 0], text
            assert not (text.startswith("All caught up") and any(expected.values())), (text, expected)


UNTOLD = ("no owner", "promises due", "follow-ups due", "follow-ups asked for late")
"""What isn't late, or is told beside the digest's first line."""


def test_the_numbers_of_a_digest_add_up_to_the_active_customers(runtime: Runtime) -> None:
    """One of each: in cadence, due, neglected, snoozed, never contacted."""
    history = begin(runtime)
    asked, later = SnoozeReason.CUSTOMER_ASKED, 30
    play(history, [(ANA, 3, None, Status.ACTIVE), (ANA, 31, None, Status.ACTIVE), (BOB, 60, None, Status.ACTIVE),
                   (BOB, 40, (asked, later), Status.ACTIVE), (None, None, None, Status.ACTIVE)], [])  # fmt: skip
    assert digest_of(history) == (
        "1 of 5 customers is in cadence (20%) · 1 due · 1 neglected · 1 snoozed (1 past its cadence)"
        " · 1 never contacted. 1 has no owner."
    )
    assert numbers_in(headline(history.ask(get_home, person_id=MARA, features=runtime.features))) == counted(
        history, MARA
    )
