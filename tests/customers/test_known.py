"""A list that comes again: its known customers are read in parts, and none is taken for another at their borders."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.core.clock import new_id
from bot.core.database import see_one_state
from bot.core.runtime import Runtime
from bot.customers.gateways import read_upload
from bot.customers.rules.batches import ImportState
from bot.customers.schemas import CustomerDetails, ImportDone, ImportPlan
from bot.customers.tables import Customer, Import, ImportChange
from bot.customers.usecases import known
from bot.customers.usecases.comparing import Comparison, ImportOptions
from bot.customers.usecases.details import edit_customer
from bot.customers.usecases.known import Details
from bot.customers.usecases.lists import plan_import
from bot.customers.usecases.undoing import undo_import
from bot.customers.usecases.uploads import import_upload, resume_import, store_upload
from tests.customers.lists import read, take_in
from tests.customers.test_batches import Killed, SmallBatches, after_lease, kill_at
from tests.customers.test_importing import everyone, state
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

FIRST = """Name,External id,Domain,Aliases,Owner,Country,Parent,Headcount
Hanse,1,hanse.com,,Ana Lima,DE,,10
Kogge,2,,,Ana Lima,DE,Hanse,20
Ewer,,ewer.com,,Bob Chen,DE,,30
Golddex,,,Gold,Bob Chen,DE,,40
Loop,,,,Kiri Walker,DE,,50
Loop,,,,Kiri Walker,DE,,60
Nacre,7,nacre.com,,Kiri Walker,DE,,70
Prow,,prow.com,,,DE,,80
"""
AGAIN = """Name,External id,Domain,Owner,Country,Parent,Headcount
Hanse Group,1,,Ana Lima,FR,,10
Kogge,2,,Ana Lima,DE,Hanse,20
Ewers,,ewer.com,Bob Chen,FR,,30
Gold,,,Bob Chen,DE,,41
Loop,,,Kiri Walker,DE,,50
Loop,,,Kiri Walker,FR,,60
Nacre,7,nacre.com,Kiri Walker,DE,Prow,70
Prow,,prow.com,,DE,,80
Quay,,,,DE,,90
"""
"""The first is known by its id, the third by its domain, the fourth by another name, a namesake by what it says."""


@pytest.fixture(params=[1, 2, 3, 8, 1000])
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many customers are read at once: each on its own, borders in between and behind the last, and all."""
    count: int = request.param
    monkeypatch.setattr(known, "AT_ONCE", count)
    return count


def brought(office: Office) -> list[tuple[Any, ...]]:
    """What lists have brought of every customer, by headcount, which names no row."""
    customers = everyone(office).values()
    names = {customer.id: customer.name for customer in customers}
    return [
        (one.headcount, one.name, one.owner_id, one.country, names.get(one.parent_id))
        for one in office.look(lambda session: session.exec(select(Customer).order_by(Customer.headcount)).all())  # type: ignore[arg-type]
    ]


@pytest.mark.usefixtures("at_once")
def test_every_customer_is_found_wherever_a_part_ends(office: Office) -> None:
    """By its id, domain, name, other name, or by what it says among namesakes; what differs is told, and undone."""
    take_in(office, FIRST)
    before = state(office)
    done = take_in(office, AGAIN)
    changes = [(change.row_number, change.field, change.before, change.after) for change in done.plan.changes]
    assert sorted(change for change in changes if change[1] != "parent") == [
        (2, "country", "DE", "FR"), (2, "name", "Hanse", "Hanse Group"), (4, "country", "DE", "FR"),
        (4, "name", "Ewer", "Ewers"), (5, "headcount", "40", "41"), (7, "country", "DE", "FR"),
    ]  # fmt: skip
    assert [change[0] for change in changes if change[1] == "parent"] == [8]
    plan = done.plan
    assert (plan.added, plan.changed, plan.left_alone, plan.refusals) == (("Quay",), 5, 3, ())
    assert brought(office) == [
        (10, "Hanse Group", ANA, "FR", None), (20, "Kogge", ANA, "DE", "Hanse Group"), (30, "Ewers", BOB, "FR", None),
        (41, "Golddex", BOB, "DE", None), (50, "Loop", KIRI, "DE", None), (60, "Loop", KIRI, "FR", None),
        (70, "Nacre", KIRI, "DE", "Prow"), (80, "Prow", None, "DE", None), (90, "Quay", None, "DE", None),
    ]  # fmt: skip
    office.do(undo_import, import_id=done.id, by=MARA)
    assert state(office) == before


@pytest.mark.usefixtures("at_once")
def test_a_list_that_comes_again_changes_nothing_wherever_a_part_ends(office: Office) -> None:
    """All of its customers are left alone, namesakes too, and progress is told to the end."""
    take_in(office, FIRST)
    before, told = state(office), list[tuple[int, int]]()
    plan = take_in(office, FIRST, progress=lambda done, total: told.append((done, total))).plan
    assert (plan.added, plan.changed, plan.left_alone, plan.refusals) == ((), 0, 8, ())
    assert state(office) == before
    planned: ImportPlan = office.do(plan_import, drafts=read(FIRST), by=MARA, progress=lambda *at: told.append(at))
    assert planned.left_alone == plan.left_alone
    assert told[-1] == (8, 8)


def test_of_customers_that_are_left_alone_little_is_kept(office: Office) -> None:
    """Neither what is stored nor what the rows say; of the others, both until they are written."""
    take_in(office, FIRST)

    def compare(session: Session, **_: object) -> dict[str, tuple[bool, bool]]:
        drafts = read(AGAIN)
        prepared = Comparison(session, drafts, ImportOptions(), by=MARA, import_id=new_id()).run()
        return {target.name: (target.current is None, target.different is None) for target in prepared.known}

    assert office.look(compare) == {
        "Hanse": (False, False), "Kogge": (True, True), "Ewer": (False, False), "Golddex": (False, False),
        "Loop": (False, False), "Nacre": (False, False), "Prow": (True, True),
    }  # fmt: skip


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_list_that_comes_again_goes_on_after_a_kill(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each customer that it changes is changed once, and all of it can be undone."""
    monkeypatch.setattr(known, "AT_ONCE", 2)
    take_in(office, FIRST)
    before = state(office)
    upload_id = office.do(store_upload, file_name="list.csv", content=AGAIN.encode(), by=MARA)
    inputs = {"upload_id": upload_id, "drafts": read(AGAIN), "erase_blanks": False, "by": MARA}
    with pytest.raises(Killed):
        import_upload(SmallBatches(office, kill_at(step)), **inputs)
    after_lease(office)
    last = office.look(lambda session: session.exec(select(Import).where(Import.state == ImportState.IMPORTING)).one())
    done = resume_import(SmallBatches(office), import_id=last.id, by=MARA, read=read_upload)
    assert isinstance(done, ImportDone)
    plan = done.plan
    assert (len(plan.added), plan.changed, plan.left_alone, plan.refusals) == (1, 5, 3, ())
    changed = office.look(lambda session: session.exec(
        select(ImportChange.customer_id).where(ImportChange.import_id == done.id)
    ).all())  # fmt: skip
    assert len(changed) == len(set(changed)) == 6
    office.do(undo_import, import_id=done.id, by=MARA)
    assert state(office) == before


def test_what_somebody_changes_while_a_list_is_compared_is_compared_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison sees one state of the database, though it reads it in many statements."""
    take_in(office, FIRST)
    ewer = everyone(office)["Ewer"]
    reads: list[int] = []
    meanwhile = _once(reads, lambda: office.do(
        edit_customer, customer_id=ewer.id, details=CustomerDetails(name="Ewer", owner_id=BOB, country="AT"), by=MARA
    ))  # fmt: skip
    read_details = Details.read

    def read_after_others(details: Details, targets: Any) -> None:
        meanwhile()
        read_details(details, targets)

    monkeypatch.setattr(Details, "read", read_after_others)
    drafts = read("Name,Domain,Headcount\nEwer,ewer.com,31\n")
    plan = office.runtime.read_now(plan_import, workspace=WORKSPACE, drafts=drafts, by=MARA)
    assert everyone(office)["Ewer"].domain is None
    assert [(change.field, change.before) for change in plan.changes] == [("headcount", "30")]

    reads.clear()
    upload_id = office.do(store_upload, file_name="list.csv", content=b"Name\n", by=MARA)
    inputs = {"upload_id": upload_id, "erase_blanks": False, "by": MARA}
    import_upload(SmallBatches(office), drafts=read("Name,Headcount\nEwer,32\n"), **inputs)
    assert (everyone(office)["Ewer"].headcount, everyone(office)["Ewer"].country) == (32, "AT")


def _once(reads: list[int], work: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        if not reads:
            reads.append(1)
            work()

    return run


def test_a_session_that_sees_one_state_sees_nothing_newer(office: Office, runtime: Runtime) -> None:
    """What others commit meanwhile, it sees only when it is opened anew."""

    def names(session: Session) -> list[str]:
        return sorted(session.exec(select(Customer.name)).all())

    office.customer("Acme")
    with runtime.database.reading(WORKSPACE) as session:
        see_one_state(session)
        assert names(session) == ["Acme"]
        office.customer("Zenith")
        assert names(session) == ["Acme"]
    with runtime.database.reading(WORKSPACE) as session:
        assert names(session) == ["Acme", "Zenith"]
    with runtime.database.transaction(WORKSPACE) as session:
        names(session)
        see_one_state(session)
        assert names(session) == ["Acme", "Zenith"]


def test_a_parent_is_found_by_another_name_that_its_own_row_uses(office: Office) -> None:
    """It is one customer, however many of its names lead to it."""
    take_in(office, "Name,Aliases\nAcme,Loop\n")
    plan = take_in(office, "Name,Parent\nLoop,\nShop,Loop\n").plan
    assert plan.remarks == ()
    customers = everyone(office)
    assert customers["Shop"].parent_id == customers["Acme"].id
