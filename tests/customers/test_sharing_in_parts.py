"""Sharing thousands out, and taking them back: in parts, which a job goes on with when the process is gone."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from bot.core.batches import ManyTransactions
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.tables import Customer, WorkPart
from bot.customers.usecases import hand_over, parts, sharing
from jobs.continue_work import continue_work
from tests.customers.test_sharing import owners, sent_to
from tests.makers import ANA, BOB, KIRI, MARA, START, WORKSPACE, Office


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three customers are changed at once."""
    monkeypatch.setattr(parts, "PART", 3)


def fill(office: Office) -> list[UUID]:
    """Ten customers of nobody, half of whom were talked to."""
    return [office.customer(f"Shop {one}", waited=20 if one % 2 else None, added_on=START.date()) for one in range(10)]


def stored(office: Office) -> dict[str, Any]:
    """All that is stored of every customer, but the instant of its last change."""

    def read(session: Any) -> dict[str, Any]:
        return {row.name: row.model_dump(exclude={"changed_at"}) for row in session.exec(select(Customer)).all()}

    found: dict[str, Any] = office.look(read)
    return found


def begin(office: Office) -> UUID:
    """Begin to share out among Ana and Bob, and give nothing away."""
    share_id, among = new_id(), [ANA, BOB]

    def start(session: Any, *, now: Any) -> None:
        shares = sharing.plan_sharing(session, among=among, by=MARA, features=(), now=now)
        sharing.start_sharing(session, shares=shares, among=among, share_id=share_id, by=MARA, view_id="", now=now)

    office.do(start)
    return share_id


@pytest.mark.both_databases
def test_many_transactions_do_what_one_does(office: Office) -> None:
    """The same owners, days and messages; taken back, nobody owns any of them."""
    fill(office)
    batches = ManyTransactions(office.runtime, WORKSPACE)
    with office.runtime.database.transaction(WORKSPACE) as session:
        sharing.share_out_pool(session, among=[ANA, BOB], by=MARA, now=office.runtime.clock.now())
        session.flush()
        session.expire_all()
        expected = {row.name: (row.owner_id, row.due_on) for row in session.exec(select(Customer)).all()}
        session.rollback()
    done = sharing.run_sharing(batches, among=[ANA, BOB], by=MARA, view_id="V1")
    assert {name: (row["owner_id"], row["due_on"]) for name, row in stored(office).items()} == expected
    assert (done.total, [count for _, count in done.shares]) == (10, [5, 5])
    assert [len(sent_to(office, person)) for person in (ANA, BOB, MARA)] == [1, 1, 1]
    with pytest.raises(AlreadyDone, match="Every customer has an owner already"):
        sharing.run_sharing(batches, among=[ANA, BOB], by=MARA, view_id="V1")
    office.runtime.clock.move(timedelta(hours=1))
    undone = sharing.run_unsharing(batches, share_id=done.id, by=MARA)
    assert (undone.back, undone.kept) == (10, 0)
    assert set(owners(office).values()) == {None}
    assert office.look(lambda session: session.exec(select(WorkPart)).all()) == []


@pytest.mark.both_databases
async def test_what_was_killed_in_between_goes_on(office: Office) -> None:
    """The sharing, and then its undo; each is told once, by the job; somebody who took one meanwhile keeps it."""
    first = fill(office)[0]
    share_id = begin(office)
    office.do(parts.do_next_part, subject_id=share_id, do=sharing.share_part)
    assert Counter(owners(office).values())[None] == 7
    with pytest.raises(InvalidInput, match="still being shared out; undo it in a minute"):
        office.do(sharing.undo_share_out, share_id=share_id, by=MARA)
    assert await continue_work(office.runtime) == 0
    office.runtime.clock.move(timedelta(minutes=2))
    assert await continue_work(office.runtime) == 1
    assert Counter(owners(office).values()) == {ANA: 5, BOB: 5}
    assert [len(sent_to(office, person)) for person in (ANA, BOB, MARA)] == [1, 1, 1]
    back = office.do(sharing.list_returnable, share_id=share_id, by=MARA)
    office.do(sharing.start_unsharing, share_id=share_id, back=back, by=MARA)
    office.do(hand_over, customer_id=first, to=KIRI, by=MARA)
    office.runtime.clock.move(timedelta(minutes=2))
    assert await continue_work(office.runtime) == 1
    assert Counter(owners(office).values()) == {None: 9, KIRI: 1}
    with pytest.raises(AlreadyDone, match="undone already"):
        office.do(sharing.undo_share_out, share_id=share_id, by=MARA)
