"""Plans for thousands: carried out and undone in parts, which a job goes on with when the process is gone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from bot.core.batches import ManyTransactions
from bot.core.clock import new_id
from bot.core.database import Database
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.tables import Customer, WorkPart
from bot.customers.usecases import hand_over, parts
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.reviews.queries.capacity import get_capacity, read_team
from bot.reviews.queries.plans import get_proposal, make_plan
from bot.reviews.rules.plans import PlanKind
from bot.reviews.usecases import plans
from bot.workspaces.queries import get_workspace
from jobs.continue_work import continue_work
from tests.customers.test_tally import thrown_away
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.reviews.test_capacity import employ
from tests.reviews.test_plans import build, carry_out, customers, owners, propose, sent_to

MOVE, LENGTHEN = PlanKind.MOVE, PlanKind.LENGTHEN


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three customers are changed at once."""
    monkeypatch.setattr(parts, "PART", 3)


def begin(office: Office, kind: PlanKind = MOVE) -> UUID:
    """Begin a plan as Mara does, and do nothing of it."""
    plan_id = new_id()

    def start(session: Any, *, now: Any) -> None:
        plan = make_plan(session, kind=kind, owner="", now=now)
        plans.start_plan(session, plan=plan, plan_id=plan_id, by=MARA, now=now)

    office.do(start)
    return plan_id


def do_one_part(office: Office, plan_id: UUID) -> bool:
    """Do the next part of a plan or of its undo."""
    done: bool = office.do(parts.do_next_part, subject_id=plan_id, do=plans.change_part)
    return done


def left(office: Office) -> int:
    """How many parts are left."""
    count: int = office.look(lambda session: session.exec(select(func.count()).select_from(WorkPart)).one())
    return count


@pytest.mark.both_databases
def test_a_plan_in_many_transactions_is_carried_out_told_once_and_undone_to_the_byte(office: Office) -> None:
    """As in one transaction, over four parts and the last word."""
    build(office)
    before, seen = customers(office), propose(office, MOVE)
    batches = ManyTransactions(office.runtime, WORKSPACE)
    made = plans.run_plan(batches, kind=MOVE, owner="", fingerprint=seen.fingerprint, by=MARA, view_id="V1")
    assert (made.total, made.counts, left(office)) == (11, (("Bob Chen", 11),), 0)
    assert owners(office) == {ANA: 19, BOB: 21}
    assert [len(sent_to(office, person)) for person in (ANA, BOB, MARA)] == [1, 1, 1]
    with pytest.raises(AlreadyDone, match="saved already"):
        plans.run_plan(batches, kind=MOVE, owner="", fingerprint=seen.fingerprint, by=MARA, view_id="V1")
    office.runtime.clock.move(timedelta(hours=1))
    undone = plans.run_undo(batches, plan_id=made.plan_id, by=MARA)
    assert (undone.back, undone.kept, left(office)) == (11, 0, 0)
    assert customers(office) == before
    assert sent_to(office, ANA) == sent_to(office, BOB) == []
    with pytest.raises(AlreadyDone, match="undone already"):
        plans.run_undo(batches, plan_id=made.plan_id, by=MARA)


@pytest.mark.both_databases
async def test_a_plan_that_was_killed_in_between_goes_on(office: Office) -> None:
    """After a minute of quiet, by the job; until then nobody is told, it can't be undone, and no part is done twice."""
    build(office)
    before, plan_id = customers(office), begin(office)
    assert do_one_part(office, plan_id)
    assert owners(office) == {ANA: 27, BOB: 13}
    with pytest.raises(InvalidInput, match="still being carried out; undo it in a minute"):
        office.do(plans.undo_plan, plan_id=plan_id, by=MARA)
    assert await continue_work(office.runtime) == 0
    assert sent_to(office, MARA) == []
    office.runtime.clock.move(timedelta(minutes=2))
    assert await continue_work(office.runtime) == 1
    assert (owners(office), left(office)) == ({ANA: 19, BOB: 21}, 0)
    assert [sent_to(office, person)[0].kind for person in (MARA, ANA, BOB)] == [
        "reviews.plan_made", "reviews.plan_told", "reviews.plan_told"
    ]  # fmt: skip
    assert await continue_work(office.runtime) == 0
    office.do(plans.undo_plan, plan_id=plan_id, by=MARA)
    assert customers(office) == before


async def test_an_undo_that_was_killed_in_between_goes_on(office: Office) -> None:
    """Those who had heard of the plan hear of its undo, once."""
    employ(office, ANA, 30, a_day=1)
    before = customers(office)
    made = carry_out(office, LENGTHEN)
    pieces = office.do(plans.list_restorable, plan_id=made.plan_id, by=MARA)
    changes = [(str(piece.row.id), *piece.way_back) for piece in pieces]
    office.do(plans.start_undo, plan_id=made.plan_id, changes=changes, by=MARA)
    do_one_part(office, made.plan_id)
    with pytest.raises(AlreadyDone, match="undone already"):
        office.do(plans.undo_plan, plan_id=made.plan_id, by=MARA)
    office.runtime.clock.move(timedelta(minutes=2))
    assert await continue_work(office.runtime) == 1
    assert (customers(office), left(office)) == (before, 0)
    assert sent_to(office, ANA) == []


def test_who_is_changed_meanwhile_stays_and_is_not_counted(office: Office) -> None:
    """Handed on between the preview and its part, by a person."""
    build(office)
    plan_id = begin(office)
    planned = [row for row in customers(office).values() if row["owner_id"] == ANA]
    for row in planned:
        office.do(hand_over, customer_id=row["id"], to=KIRI, by=ANA)
    while do_one_part(office, plan_id):
        pass
    assert Counter(owners(office)) == {KIRI: 30, BOB: 10}
    made = plans.go_on_with_plan(ManyTransactions(office.runtime, WORKSPACE), subject_id=plan_id)
    assert (made.total, made.counts) == (0, ())


def test_two_processes_tell_once(office: Office) -> None:
    """Whoever ends the work tells; the other one only says what was done."""
    build(office)
    plan_id = begin(office)
    batches = ManyTransactions(office.runtime, WORKSPACE)
    first, second = (plans.go_on_with_plan(batches, subject_id=plan_id) for _ in range(2))
    assert first == second
    assert [len(sent_to(office, person)) for person in (ANA, BOB, MARA)] == [1, 1, 1]


def test_a_process_that_stops_says_that_the_plan_goes_on(office: Office) -> None:
    """Nothing is lost, and nothing is told before it is true."""
    build(office)
    plan_id = begin(office)
    office.runtime.closing.set()
    with pytest.raises(InvalidInput, match="goes on by itself; you get a message when it is done"):
        plans.go_on_with_plan(ManyTransactions(office.runtime, WORKSPACE), subject_id=plan_id)
    assert (owners(office), left(office)) == ({ANA: 30, BOB: 10}, 5)


def test_a_plan_asks_for_level_days(office: Office) -> None:
    """Those who get customers may have too many on one day then."""
    build(office)
    carry_out(office, MOVE)
    assert office.ask(get_capacity, viewer=MARA).plans[0].total == 11
    assert office.look(lambda session: get_workspace(session).load_levelled_on) is None
    with pytest.raises(InvalidInput, match="nothing to change"):
        office.ask(get_proposal, kind=MOVE, owner="", viewer=MARA)


DRAWN = st.tuples(st.none() | st.integers(1, 120), st.none() | st.integers(0, 60), st.booleans())
"""A cadence of its own, days since the last contact, and whether it belongs to another one."""


@pytest.fixture
def team(office: Office) -> Office:
    """Ana with more than she can do, and Bob with room."""
    build(office)
    return office


def vary(session: Session, drawn: Sequence[tuple[int | None, int | None, bool]], *, now: datetime) -> None:
    """Let the customers be as they were drawn, with the schedules that follow."""
    rows = session.exec(select(Customer).order_by(col(Customer.id))).all()
    for place, (row, (cadence, waited, belongs)) in enumerate(zip(rows, drawn, strict=False)):
        row.cadence_days, row.parent_id = cadence, rows[place // 3].id if belongs and place else None
        row.last_contact_on = None if waited is None else now.date() - timedelta(days=waited)
    reschedule_workspace(session, now=now)
    session.flush()


def whole(session: Session) -> list[dict[str, Any]]:
    """All that is stored of every customer, but the instant of its last change."""
    session.expire_all()
    return [row.model_dump(exclude={"changed_at"}) for row in session.exec(select(Customer)).all()]


@pytest.mark.slow
@pytest.mark.both_databases
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DRAWN, max_size=40), st.sampled_from(PlanKind))
def test_whatever_is_planned_keeps_the_caps_and_is_undone_to_the_byte(
    team: Office, database: Database, drawn: list[tuple[int | None, int | None, bool]], kind: PlanKind
) -> None:
    """Any cadences, contacts and families; nobody gets above their own capacity, and planning again moves nothing."""
    now = team.runtime.clock.now()
    with thrown_away(database) as session:
        vary(session, drawn, now=now)
        before = whole(session)
        try:
            plan = make_plan(session, kind=kind, owner="", now=now)
        except InvalidInput:
            return
        made = plans.carry_out_plan(session, kind=kind, owner="", fingerprint=plan.fingerprint, by=MARA, now=now)
        assert whole(session) != before
        assert (after := read_team(session, now=now)).load(BOB) <= after.limits[BOB] or kind is LENGTHEN
        with pytest.raises(InvalidInput):
            make_plan(session, kind=kind, owner="", now=now)
        plans.undo_plan(session, plan_id=made.plan_id, by=MARA, now=now)
        assert sorted(whole(session), key=str) == sorted(before, key=str)
