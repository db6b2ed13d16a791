"""Plans: caps kept, families together, blind to size, stable; carried out once, told once, undone to the byte."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import record_checkin
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.customers.queries import get_customer
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.people.queries import get_person
from bot.people.rules import Mute
from bot.reviews.queries.plans import PAGE_ROWS, get_proposal
from bot.reviews.rules.capacity import UNIT
from bot.reviews.rules.plans import Group, PlanKind, count_surplus, newest_first, plan_moves
from bot.reviews.schemas.plans import PlanMade, Proposal
from bot.reviews.usecases.plans import carry_out_plan, undo_plan
from bot.reviews.views import capacity as capacity_views
from bot.reviews.views import plans as views
from tests.checkins.test_stories import words
from tests.customers.screens import shown, told, window
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.reviews.test_capacity import employ, talked_in_june
from tests.world import World, open_world

PEOPLE = ("U1", "U2", "U3", "U4")
MOVE, LENGTHEN = PlanKind.MOVE, PlanKind.LENGTHEN


@st.composite
def teams(draw: st.DrawFn) -> tuple[list[Group], dict[str, int]]:
    """Families of one to three customers with their owners, and what people can carry; of some it isn't known."""
    groups = []
    for number in range(draw(st.integers(1, 30))):
        members = tuple(UUID(int=10 * number + place) for place in range(draw(st.integers(1, 3))))
        since = draw(st.none() | st.dates(date(2025, 1, 1), date(2026, 11, 1)))
        load = len(members) * UNIT // draw(st.sampled_from([7, 30, 90]))
        groups.append(Group(draw(st.sampled_from(PEOPLE)), members, load, since))
    limits = {person: draw(st.integers(0, UNIT)) for person in PEOPLE if draw(st.booleans())}
    return groups, limits


def loads(groups: list[Group]) -> Counter[str]:
    """The load of each owner."""
    carried: Counter[str] = Counter()
    for group in groups:
        carried[group.owner] += group.load
    return carried


@given(teams())
def test_nobody_gets_above_their_own_capacity(team: tuple[list[Group], dict[str, int]]) -> None:
    """Only who is above it gives, only who is known takes part, and doing it again moves nothing."""
    groups, limits = team
    moves = plan_moves(groups, limits, PEOPLE)
    after = [group._replace(owner=moves.get(group, group.owner)) for group in groups]
    before, then = loads(groups), loads(after)
    for group, taker in moves.items():
        assert before[group.owner] > limits[group.owner]
        assert then[taker] <= limits[taker]
        assert taker != group.owner
    assert plan_moves(after, limits, PEOPLE) == {}


@given(teams(), st.randoms(use_true_random=False))
def test_the_order_of_customers_decides_nothing(team: tuple[list[Group], dict[str, int]], random: Random) -> None:
    """Nor does that of people."""
    groups, limits = team
    shuffled, people = list(groups), list(PEOPLE)
    random.shuffle(shuffled)
    random.shuffle(people)
    again = plan_moves(shuffled, dict(reversed(limits.items())), people)
    assert again == plan_moves(groups, limits, PEOPLE)


@given(teams())
def test_of_equal_customers_the_oldest_relationships_stay(team: tuple[list[Group], dict[str, int]]) -> None:
    """Everything that moves is newer than what stays of the same owner and load."""
    groups, limits = team
    moves = plan_moves(groups, limits, PEOPLE)
    ordered = newest_first(groups)
    for owner in PEOPLE:
        for load in {group.load for group in groups}:
            alike = [group in moves for group in ordered if (group.owner, group.load) == (owner, load)]
            assert alike == sorted(alike, reverse=True)


@given(teams(), st.integers(0, UNIT))
def test_the_surplus_is_what_has_to_go(team: tuple[list[Group], dict[str, int]], limit: int) -> None:
    """Without it the rest fits; nothing is surplus where all fits."""
    groups = newest_first([group._replace(owner="U1") for group in team[0]])
    gone = count_surplus(groups, limit)
    while gone:
        gone -= len(groups.pop(0).members)
    assert sum(group.load for group in groups) <= limit


def customers(office: Office) -> dict[str, dict[str, Any]]:
    """All that is stored of every customer, but the instant of its last change."""

    def read(session: Any) -> dict[str, dict[str, Any]]:
        return {row.name: row.model_dump(exclude={"changed_at"}) for row in session.exec(select(Customer)).all()}

    found: dict[str, dict[str, Any]] = office.look(read)
    return found


def owners(office: Office) -> Counter[str]:
    """How many customers each person has."""
    return Counter(row["owner_id"] for row in customers(office).values())


def propose(office: Office, kind: PlanKind, owner: str = "", **more: Any) -> Proposal:
    """What Mara sees of a plan."""
    seen: Proposal = office.ask(get_proposal, kind=kind, owner=owner, viewer=MARA, **more)
    return seen


def carry_out(office: Office, kind: PlanKind, owner: str = "") -> PlanMade:
    """Mara carries out what she sees."""
    seen = propose(office, kind, owner)
    made = office.do(carry_out_plan, kind=kind, owner=owner, fingerprint=seen.fingerprint, by=MARA)
    assert isinstance(made, PlanMade)
    return made


def sent_to(office: Office, person: str) -> list[OutboxMessage]:
    """The messages to a person that weren't cancelled."""
    query = select(OutboxMessage).where(OutboxMessage.recipient == person, OutboxMessage.state != DeliveryState.DEAD)
    return list(office.look(lambda session: session.exec(query).all()))


def build(office: Office) -> list[UUID]:
    """Ana makes one contact a day, enough for 19 of her 30 customers; Bob makes two, and has room for 29."""
    made = employ(office, ANA, 30, a_day=1)
    employ(office, BOB, 10, a_day=2)
    return made


@pytest.mark.both_databases
def test_a_plan_moves_customers_and_is_undone_to_the_byte(office: Office) -> None:
    """Each person concerned is told once; a message that wasn't sent yet is cancelled by the undo."""
    build(office)
    before = customers(office)
    seen = propose(office, MOVE)
    assert (seen.total, seen.left, seen.counts) == (11, 0, (("Bob Chen", 11),))
    made = carry_out(office, MOVE)
    assert owners(office) == {ANA: 19, BOB: 21}
    assert [row.kind for row in sent_to(office, ANA)] == ["reviews.plan_told"]
    assert sent_to(office, ANA)[0].body["gave"]["total"] == 11
    assert sent_to(office, BOB)[0].body["got"]["total"] == 11
    assert [row.kind for row in sent_to(office, MARA)] == ["reviews.plan_made"]
    with pytest.raises(InvalidInput, match="nothing to change"):
        propose(office, MOVE)
    undone = office.do(undo_plan, plan_id=made.plan_id, by=MARA)
    assert (undone.back, undone.kept) == (11, 0)
    assert customers(office) == before
    assert sent_to(office, ANA) == sent_to(office, BOB) == []


@pytest.mark.parametrize("seed", range(4))
def test_undoing_restores_whatever_there_was(office: Office, seed: int) -> None:
    """Customers with all kinds of cadences, families, snoozes and contacts; first moved, then lengthened."""
    dice = Random(seed)  # noqa: S311 - a test's own numbers
    made = employ(office, ANA, 40, a_day=1)
    employ(office, BOB, 5, a_day=2)
    with office.runtime.database.transaction(WORKSPACE) as session:
        for place, key in enumerate(made):
            customer = get_customer(session, key)
            customer.cadence_days = dice.choice([None, 7, 45, 95])
            customer.cadence_approved_by = MARA if customer.cadence_days == 95 else None
            customer.parent_id = made[place // 3] if place % 3 else None
            customer.last_contact_on = dice.choice([None, date(2026, 11, 1)])
    office.do(reschedule_all)
    start = customers(office)
    moved = carry_out(office, MOVE)
    between = customers(office)
    longer = carry_out(office, LENGTHEN, ANA)
    assert customers(office) != between
    office.do(undo_plan, plan_id=longer.plan_id, by=MARA)
    assert customers(office) == between
    office.do(undo_plan, plan_id=moved.plan_id, by=MARA)
    assert customers(office) == start


def reschedule_all(session: Any, *, now: Any) -> None:
    """The schedules follow from the facts."""
    reschedule_workspace(session, now=now)


def test_families_stay_together(office: Office) -> None:
    """Also where the parent isn't a customer of the same owner."""
    made = build(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        for place, key in enumerate(made):
            get_customer(session, key).parent_id = made[place - place % 5] if place % 5 else None
    carry_out(office, MOVE)
    kept = customers(office)
    family = [{kept[f"{ANA} {place}"]["owner_id"] for place in range(first, first + 5)} for first in range(0, 30, 5)]
    assert all(len(one) == 1 for one in family)
    assert owners(office)[ANA] == 15


def test_size_plays_no_part_in_a_plan(office: Office) -> None:
    """The same customers with other sizes: the same proposals."""
    build(office)
    before = [propose(office, MOVE), propose(office, MOVE, ANA), propose(office, LENGTHEN, ANA)]
    with office.runtime.database.transaction(WORKSPACE) as session:
        for place, customer in enumerate(session.exec(select(Customer)).all()):
            customer.annual_value, customer.headcount = Decimal(10) ** (place % 9), 10 ** (place % 7)
    assert [propose(office, MOVE), propose(office, MOVE, ANA), propose(office, LENGTHEN, ANA)] == before


def test_whom_somebody_has_talked_to_longest_stays(office: Office) -> None:
    """Customers without a contact go first, then the newest relationships."""
    employ(office, ANA, 30, a_day=1, cadence_days=60)
    employ(office, BOB, 10, a_day=2)
    office.customer("New", owner=ANA, cadence_days=2)
    carry_out(office, MOVE)
    stay = customers(office)
    assert stay["New"]["owner_id"] == BOB
    assert owners(office)[ANA] == 30


def test_cadences_grow_evenly_and_a_manager_approves_long_ones(office: Office) -> None:
    """All of Ana's customers every 46 days, and the one every 60 days every 92, which is above the floor."""
    employ(office, ANA, 29, a_day=1)
    employ(office, ANA, 1, a_day=1, days=1, prefix="slow", cadence_days=60)
    seen = propose(office, LENGTHEN, ANA)
    assert (seen.total, seen.above, seen.floor) == (30, 1, 90)
    made = carry_out(office, LENGTHEN, ANA)
    assert {row["cadence_days"] for row in customers(office).values()} == {46, 92}
    assert customers(office)["slow 0"]["cadence_approved_by"] == MARA
    assert customers(office)[f"{ANA} 1"]["cadence_approved_by"] is None
    assert sent_to(office, ANA)[0].body["longer"]["total"] == 30
    with pytest.raises(InvalidInput, match="nothing to change"):
        propose(office, LENGTHEN, ANA)
    office.do(undo_plan, plan_id=made.plan_id, by=MARA)
    assert {row["cadence_days"] for row in customers(office).values()} == {None, 60}


def test_everybodys_cadences_grow_with_those_of_the_pool(office: Office) -> None:
    """By what the whole team makes; afterwards customers can be moved until everybody can do it."""
    employ(office, ANA, 60, a_day=1)
    employ(office, BOB, 10, a_day=1)
    office.customer("Nobody's")
    office.customer("Kiri's", owner=KIRI)
    assert propose(office, LENGTHEN).total == 72
    carry_out(office, LENGTHEN)
    assert len({row["effective_cadence_days"] for row in customers(office).values()}) == 1
    assert propose(office, MOVE).left <= 1


def test_a_plan_that_became_stale_is_shown_again(office: Office) -> None:
    """Nothing is changed, nobody is told; so it is on another page, too."""
    made = build(office)
    seen = propose(office, MOVE)
    office.do(hand_over, customer_id=made[0], to=KIRI, by=ANA)
    told_before = len(sent_to(office, ANA))
    again = office.do(carry_out_plan, kind=MOVE, owner="", fingerprint=seen.fingerprint, by=MARA, view_id="V1")
    assert (again.is_stale, again.total) == (True, 10)
    assert owners(office) == {ANA: 29, BOB: 10, KIRI: 1}
    assert len(sent_to(office, ANA)) == told_before
    assert propose(office, MOVE, seen=seen.fingerprint).is_stale
    done = office.do(carry_out_plan, kind=MOVE, owner="", fingerprint=again.fingerprint, by=MARA, view_id="V1")
    assert done.total == 10
    with pytest.raises(AlreadyDone, match="saved already"):
        office.do(carry_out_plan, kind=MOVE, owner="", fingerprint=again.fingerprint, by=MARA, view_id="V1")


def test_what_was_changed_since_stays_and_is_named(office: Office) -> None:
    """Talked to, handed on, or its former owner has left; who heard of the plan hears of the undo."""
    build(office)
    office.person("U0EVA", "Eva Nagy")
    employ(office, "U0EVA", 30, a_day=1)
    made = carry_out(office, MOVE)
    office.runtime.clock.move(timedelta(hours=1))
    moved = [row for row in customers(office).values() if row["owner_id"] == BOB and row["name"].startswith(ANA)]
    office.do(record_checkin, customer_id=moved[0]["id"], by=BOB, result=Result.TRIED, channel=Channel.CALL)
    office.do(hand_over, customer_id=moved[1]["id"], to=KIRI, by=BOB)
    with office.runtime.database.transaction(WORKSPACE) as session:
        get_person(session, "U0EVA").is_deactivated = True
        for row in session.exec(select(OutboxMessage)).all():
            row.state = DeliveryState.SENT
    undone = office.do(undo_plan, plan_id=made.plan_id, by=MARA)
    assert (undone.back, undone.kept) == (9, made.total - 9)
    assert {moved[0]["name"], moved[1]["name"]} <= set(undone.kept_names)
    (news,) = [row for row in sent_to(office, ANA) if row.state is DeliveryState.PENDING and row.kind.startswith("r")]
    assert (news.body["is_undone"], news.body["gave"]["total"]) == (True, 9)
    with pytest.raises(AlreadyDone, match="undone already"):
        office.do(undo_plan, plan_id=made.plan_id, by=MARA)


def test_a_cadence_that_was_edited_since_stays(office: Office) -> None:
    """The others get theirs back; a message that waits says what is left of it."""
    employ(office, ANA, 30, a_day=1)
    made = carry_out(office, LENGTHEN)
    with office.runtime.database.transaction(WORKSPACE) as session:
        get_customer(session, customers(office)[f"{ANA} 3"]["id"]).cadence_days = 20
    undone = office.do(undo_plan, plan_id=made.plan_id, by=MARA)
    assert (undone.back, undone.kept, undone.kept_names) == (29, 1, (f"{ANA} 3",))
    assert sent_to(office, ANA)[0].body["longer"] == {"names": [f"{ANA} 3"], "total": 1}


def test_who_muted_news_or_has_left_hears_nothing(office: Office) -> None:
    """As of any other news."""
    build(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        get_person(session, ANA).mutes = [Mute.NEWS.value]
    carry_out(office, MOVE)
    assert sent_to(office, ANA) == []
    assert len(sent_to(office, BOB)) == 1


def test_plans_refuse_what_they_cannot_do(office: Office) -> None:
    """One sentence each: no manager, no room, nothing to do, no such plan, a plan of last week, cadences of a year."""
    with pytest.raises(NotAllowed, match="Only managers can make a plan for the team"):
        office.ask(get_proposal, kind=MOVE, owner="", viewer=ANA)
    with pytest.raises(NotAllowed, match="Only managers"):
        office.do(carry_out_plan, kind=MOVE, owner="", fingerprint="", by=ANA)
    for kind in PlanKind:
        with pytest.raises(InvalidInput, match="there is nothing to change"):
            propose(office, kind)
    employ(office, ANA, 30, a_day=1)
    with pytest.raises(InvalidInput, match="No colleague has room for these customers; make the cadences longer"):
        propose(office, MOVE)
    with pytest.raises(NotFound, match="nothing to undo here"):
        office.do(undo_plan, plan_id=UUID(int=1), by=MARA)
    made = carry_out(office, LENGTHEN)
    with pytest.raises(NotAllowed, match="Only managers can undo that"):
        office.do(undo_plan, plan_id=made.plan_id, by=ANA)
    office.runtime.clock.move(timedelta(days=7, seconds=1))
    with pytest.raises(InvalidInput, match="can be undone for a week"):
        office.do(undo_plan, plan_id=made.plan_id, by=MARA)


def test_who_makes_nothing_gets_no_longer_cadences(office: Office) -> None:
    """No cadence of a year would suffice: the window says so."""
    talked_in_june(office, employ(office, ANA, 30, a_day=0)[0])
    employ(office, BOB, 1, a_day=1)
    with pytest.raises(InvalidInput, match="No cadence of up to a year suffices"):
        propose(office, LENGTHEN, ANA)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def open_plan(world: World, action: str, title: str, value: str | None = None) -> Any:
    """Mara asks for capacity and presses a plan, the first one or that of a person; return its window."""
    mara = world.as_(MARA)
    [answer] = (await mara.command("/evenhand capacity")).messages
    await mara.press(answer, action, value=value)
    return await window(world, MARA, title, "You can undo it for a week")


async def test_a_manager_moves_customers_and_takes_it_back(world: World) -> None:
    """Previewed name by name, page by page; done at a word; each is told once; undone from the message."""
    employ(world.office, ANA, 60, a_day=1)
    employ(world.office, BOB, 10, a_day=2)
    before = customers(world.office)
    mara = world.as_(MARA)
    form = await open_plan(world, capacity_views.MOVE, "Move customers")
    assert "*29 customers would get another owner.*\n• Bob Chen: 29\nThere is no room for 12 customers more" in shown(
        form
    ).replace("\\n", "\n")
    assert shown(form).count("Ana Lima → Bob Chen") == PAGE_ROWS
    await mara.press(form, views.NEXT)
    form = await window(world, MARA, "Move customers", "Page 2 of 2")
    await mara.press(form, views.PREVIOUS)
    form = await window(world, MARA, "Move customers", "Page 1 of 2")
    await mara.submit(form)
    done = await window(world, MARA, "Move customers", "29 customers have another owner now.")
    assert owners(world.office) == {ANA: 31, BOB: 39}
    await mara.close(done)
    await world.run_jobs()
    await told(world, ANA, "gave colleagues 29 customers")
    message = await told(world, MARA, "29 customers have another owner now.")
    await mara.press(message, views.UNDO)
    await told(world, MARA, "29 customers have their owner again.")
    assert customers(world.office) == before
    await world.run_jobs()
    await told(world, ANA, "took back 29 customers")


async def test_a_plan_that_became_stale_is_shown_again_over_the_wire(world: World) -> None:
    """With a sentence on top; the next word carries it out. It is undone from the page of capacity."""
    made = employ(world.office, ANA, 30, a_day=1)
    form = await open_plan(world, capacity_views.LENGTHEN, "Longer cadences")
    assert "30 → 47 days" in shown(form)
    world.office.do(hand_over, customer_id=made[0], to=KIRI, by=ANA)
    mara = world.as_(MARA)
    await mara.submit(form)
    again = await window(world, MARA, "Longer cadences", "Things have changed since you looked. Nothing was done")
    assert {row["cadence_days"] for row in customers(world.office).values()} == {None}
    await mara.submit(again)
    done = await window(world, MARA, "Longer cadences", "have a longer cadence now.")
    await mara.close(done)
    [answer] = (await mara.command("/evenhand capacity")).messages
    assert "30 customers with longer cadences · Mon 23 Nov, Mara Okafor" in words(answer.blocks)
    await mara.press(answer, views.UNDO)
    await told(world, MARA, "30 customers have their cadence again.")
    assert {row["cadence_days"] for row in customers(world.office).values()} == {None}


async def test_a_plan_is_undone_in_its_window_and_its_message_follows(world: World) -> None:
    """The message offers no *Undo* any more; pressing it twice says so, and members are refused."""
    employ(world.office, ANA, 30, a_day=1)
    mara = world.as_(MARA)
    await mara.submit(await open_plan(world, capacity_views.LENGTHEN, "Longer cadences"))
    done = await window(world, MARA, "Longer cadences", "have a longer cadence now.")
    await world.run_jobs()
    message = await told(world, MARA, "30 customers have a longer cadence now.")
    await mara.press(done, views.UNDO)
    await window(world, MARA, "Longer cadences", "30 customers have their cadence again.")
    gone = await told(world, MARA, "undone by Mara Okafor")
    assert gone.ts == message.ts
    assert views.UNDO not in shown(gone)
