"""Other measures than waits, and other groups than sizes: counted another way, partitions, and on the screen."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.rules.due import Status
from bot.escalations.rules import Cause, EscalationState, Severity
from bot.escalations.tables import Escalation
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import Tier
from bot.mentions.tables import Mention
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.reviews.queries import PAGE_ROWS, get_proof, list_who_waited
from bot.reviews.queries.measures import count_measures
from bot.reviews.rules import Band
from bot.reviews.rules.groups import Age, Counts, Grouping, add_up, age_at
from bot.reviews.views import proof, read_page, read_view
from bot.slack.blocks import Message
from rehearsal.strict import check_message
from tests.checkins.test_stories import words
from tests.makers import ANA, BOB, LONG_AGO, MARA, WORKSPACE, Office
from tests.reviews.test_queries import TODAY, contact
from tests.world import World, open_world

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def store(office: Office, *rows: Any) -> None:
    """Store rows as they are."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add_all(rows)


def promised(customer: UUID, state: PromiseState, ago: int = 3) -> Promise:
    """A promise that was due so many days ago."""
    broken, owed = state in {PromiseState.BROKEN, PromiseState.KEPT_LATE}, state is PromiseState.OPEN
    return Promise(
        customer_id=customer, what="call back", promised_by=ANA, assignee_id=ANA, recorded_by=ANA, state=state,
        recorded_at=LONG_AGO, promised_on=TODAY - (ago + 9) * DAY, due_on=TODAY - ago * DAY, is_owed=owed,
        first_due_on=TODAY - ago * DAY, broken_at=NOON if broken else None, ended_at=None if owed else NOON,
    )  # fmt: skip


def problem(
    customer: UUID, *, ago: int = 3, late: int = 0, avoidable: bool | None = None, asks: int | None = None
) -> Escalation:
    """A problem to answer so many days ago, answered some hours *late*; fixed at that time where somebody judged it."""
    due = NOON - ago * DAY
    fix = {} if avoidable is None else {"fixed_at": due, "cause": Cause.WORKLOAD, "avoidable": avoidable, "asks": asks}
    return Escalation(
        customer_id=customer, what="it broke", severity=Severity.HURTS, raised_by=ANA, raised_at=due - DAY,
        assignee_id=ANA, clock_from=due - DAY, clock_minutes=480, answer_by=due, warn_at=due,
        state=EscalationState.ANSWERED if avoidable is None else EscalationState.FIXED,
        answered_at=due + timedelta(hours=late), answered_by=ANA, **fix,
    )  # fmt: skip


def mention(customer: UUID | None, state: MentionState, *, late: int = 0, ago: int = 3) -> Mention:
    """A mention that somebody wanted to answer by then."""
    due = NOON - ago * DAY
    closed = {"closed_at": due + timedelta(hours=late), "closed_by": ANA} if state is not MentionState.OPEN else {}
    return Mention(
        fingerprint=f"{customer}{state}{late}{ago}"[-60:],
        kind=SourceKind.FEED, found_at=due - DAY, customer_id=customer, feeling=Sentiment.NEUTRAL, state=state,
        about_us=True, tier=Tier.LIKELY, taken_by=ANA, taken_at=due - DAY, answer_due_at=due, **closed,
    )  # fmt: skip


def count(office: Office, days: int = 30) -> dict[UUID, Counts]:
    """What is counted of the days up to today."""
    return office.look(lambda session: count_measures(session, since=TODAY - days * DAY, until=TODAY))


def fill(office: Office, customer: UUID) -> None:
    """Give a customer promises, problems and mentions of each kind; some lie outside the last thirty days."""
    states = (PromiseState.KEPT, PromiseState.KEPT, *PromiseState)
    store(office, *(promised(customer, state) for state in states), promised(customer, PromiseState.KEPT, 30))
    store(
        office,
        problem(customer), problem(customer, late=1), problem(customer, avoidable=True, asks=3, ago=4),
        problem(customer, avoidable=False, asks=0, late=2), problem(customer, ago=31, avoidable=True, asks=9),
    )  # fmt: skip
    answered, away = MentionState.ANSWERED, MentionState.DISMISSED
    store(
        office,
        mention(customer, answered, late=-1), mention(customer, answered, late=1), mention(customer, away),
        mention(customer, MentionState.OPEN), mention(customer, answered, ago=31),
    )  # fmt: skip


# --- what is counted ---------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_what_came_of_promises_problems_and_mentions(office: Office) -> None:
    """Kept late, renegotiated and broken are not kept; open and withdrawn ones, and other days, don't count."""
    full, bare = office.customer("Acme"), office.customer("Bare")
    fill(office, full)
    expected = Counts(
        promises=6, kept=3, problems=4, answered=2, fixed=2, avoidable=1, asked=3, mentions=3, told=1,
    )  # fmt: skip
    assert count(office) == {full: expected}
    fill(office, bare)
    assert add_up(count(office).values()) == Counts(*(2 * number for number in expected))
    assert add_up([]) == Counts()


def test_a_closed_problem_that_nobody_answered_asks_for_no_answer(office: Office) -> None:
    """It was withdrawn; one that is open and past its time was not answered in time."""
    customer = office.customer("Acme")
    closed, waits = problem(customer), problem(customer)
    for one, state in ((closed, EscalationState.CLOSED), (waits, EscalationState.OPEN)):
        one.state, one.answered_at, one.answered_by = state, None, None
    closed.closed_at = NOON
    store(office, closed, waits)
    assert count(office)[customer] == Counts(problems=1)


@pytest.mark.both_databases
def test_the_figures_are_what_plain_sql_finds(office: Office) -> None:
    """Counted row by row from the tables, without the queries."""
    made = [office.customer(f"C{number}", owner=(ANA, BOB)[number % 2], headcount=number) for number in range(10)]
    for number, customer in enumerate(made):
        states = list(PromiseState)[: 1 + number % 6]
        store(office, *(promised(customer, state, ago=number) for state in states))
        store(office, problem(customer, late=number % 3 - 1, avoidable=number % 2 == 0, asks=number, ago=number))
    told = office.ask(get_proof, viewer=MARA, days=30, by=Grouping.OWNER)
    since = TODAY - 30 * DAY
    with office.runtime.database.engine.connect() as connection:
        owners = dict(connection.execute(sa.text("SELECT name, owner_id FROM customers")).all())
        ids = dict(connection.execute(sa.text("SELECT id, name FROM customers")).all())
        promises = connection.execute(sa.text("SELECT customer_id, state, due_on FROM promises")).all()
        problems = connection.execute(sa.text("SELECT customer_id, asks, avoidable FROM escalations")).all()
    counted: dict[str, Counter[str]] = {ANA: Counter(), BOB: Counter()}
    for customer_id, state, due_on in promises:
        inside = since < date.fromisoformat(str(due_on)) <= TODAY and state not in {"open", "withdrawn"}
        counted[owners[ids[customer_id]]].update(promises=inside, kept=inside and state == "kept")
    for customer_id, asks, avoidable in problems:
        counted[owners[ids[customer_id]]].update(fixed=1, asked=asks, avoidable=bool(avoidable))
    for group in told.groups:
        shown = group.measures.model_dump()
        assert {name: shown[name] for name in counted[group.key]} == counted[group.key]


# --- groups ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 5000))
def test_everybody_has_one_age(days: int) -> None:
    """Older ones are never in a younger group."""
    ages = list(Age)
    assert ages.index(age_at(TODAY, TODAY - days * DAY)) <= ages.index(age_at(TODAY, TODAY - (days + 1) * DAY))
    assert [age_at(TODAY, TODAY - ago * DAY) for ago in (0, 90, 91, 365, 366, 1095, 1096)] == [
        Age.NEW, Age.NEW, Age.YOUNG, Age.YOUNG, Age.KNOWN, Age.KNOWN, Age.OLD
    ]  # fmt: skip


def team(office: Office) -> None:
    """Five customers of different owners, tags, countries and ages."""
    old = {"added_on": TODAY - 400 * DAY}
    office.customer("A", owner=ANA, tags=["north", "shop"], country="PT", **old)
    office.customer("B", owner=ANA, tags=["north"], country="PT", **old)
    office.customer("C", owner=BOB, country="US", added_on=TODAY - 2 * DAY)
    office.customer("D", added_on=TODAY - 200 * DAY)
    office.customer("E", owner=BOB, tags=["shop"], status=Status.LOST, status_reason="closed", status_by=MARA)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Grouping.SIZE, {"Size not known": 4}),
        (Grouping.OWNER, {"Ana Lima": 2, "Bob Chen": 1, "No owner": 1}),
        (Grouping.TAG, {"north": 2, "shop": 1, "No tag": 2}),
        (Grouping.COUNTRY, {"PT": 2, "US": 1, "Country not known": 1}),
        (
            Grouping.AGE,
            {f"Customers for {Age.NEW}": 1, f"Customers for {Age.YOUNG}": 1, f"Customers for {Age.KNOWN}": 2},
        ),
    ],
)
def test_customers_are_compared_by_what_was_asked(office: Office, by: Grouping, expected: dict[str, int]) -> None:
    """Each group in its order; the list behind its figure holds its customers, in the one order."""
    team(office)
    told = office.ask(get_proof, viewer=MARA, by=by)
    assert [(group.words, group.customers) for group in told.groups] == list(expected.items())
    for group in told.groups:
        listed = office.ask(list_who_waited, key=group.key, by=by, viewer=MARA)
        assert (listed.words, listed.total) == (group.words, group.customers)
        ratios = [row.customer.days_waiting / row.customer.effective_cadence_days for row in listed.rows]
        assert ratios == sorted(ratios, reverse=True)
    assert office.ask(list_who_waited, key="nobody at all", by=by, viewer=MARA).total == 0


@given(by=st.sampled_from(Grouping), seed=st.integers(0, 999))
def test_a_buttons_value_comes_back(by: Grouping, seed: int) -> None:
    """Also with spaces in a tag; what is invalid shows the usual view."""
    key = f"tag {seed} of ours"
    assert read_page(f"365 {by.value} {seed} {key}") == (365, by, seed, key)
    assert read_page("") == (90, Grouping.SIZE, 0, "")
    assert read_page("7 weight -1 x") == (90, Grouping.SIZE, 0, "x")
    assert read_view("30") == (30, Grouping.SIZE)


def test_the_screen_shows_the_measures_of_each_group(office: Office) -> None:
    """In one line, where there are any; forty tags leave room for Slack, and it says how many more there are."""
    customer = office.customer("Acme", owner=ANA, tags=[f"tag {number:02}" for number in range(40)])
    fill(office, customer)
    contact(office, customer, 2)
    drawn = proof(office.ask(get_proof, viewer=MARA, days=30, by=Grouping.TAG))
    assert taken(drawn)
    told = words(drawn.blocks)
    assert "*tag 00* · 1 customer\n" in told
    line = (
        "3 of 6 promises kept · 2 of 4 problems answered in time · 1 of 2 fixed problems avoidable, asked 1.5 times "
        "for each · 1 of 3 mentions answered in time"
    )
    assert told.count(line) == 15
    assert "25 more groups." in told


def taken(message: Message) -> bool:
    """Whether Slack takes it."""
    return check_message({"text": message.text, "blocks": list(message.blocks)}) == []


async def test_a_manager_compares_owners_and_opens_a_tag(world: World) -> None:
    """Over the wire: by words, by the menu, the list behind it, and back to the same groups."""
    team(world.office)
    mara = world.as_(MARA)
    [answer] = (await mara.command("/evenhand proof 30 by owner")).messages
    assert "*Ana Lima* · 2 customers" in words(answer.blocks)
    await mara.choose(answer, "reviews.group", "By tag")
    by_tag = await mara.until(lambda me: next((one for one in me.sees() if "*north* ·" in words(one.blocks)), None))
    await mara.press(by_tag, "reviews.who")
    listed = await mara.until(lambda me: next((one for one in me.sees() if one.text == "north: 2 customers."), None))
    assert len([block for block in listed.blocks if "longest wait" in str(block)]) == 2 <= PAGE_ROWS
    await mara.press(listed, "reviews.proof")
    back = await mara.until(lambda me: next((one for one in me.sees() if "*north* ·" in words(one.blocks)), None))
    assert "30 days" not in [element.get("text", {}).get("text") for element in back.blocks[-1]["elements"]]
    [odd] = (await mara.command("/evenhand proof by weight")).messages
    assert odd.text.startswith("Say over how many days and by what:")
    assert Band.UNKNOWN.words in words((await mara.command("/evenhand proof by size")).messages[0].blocks)
