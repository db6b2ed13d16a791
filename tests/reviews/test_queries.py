"""The proof from the database: its figures counted another way, who may see it, and blindness to size."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, update

from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.core.errors import NotAllowed
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.reviews.queries import PAGE_ROWS, get_proof, list_who_waited
from bot.reviews.rules import Band
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office

TODAY = date(2026, 11, 23)


def contact(office: Office, customer: UUID, ago: int, *, result: Result = Result.TALKED, undone: bool = False) -> None:
    """A check-in that was recorded so many days ago."""
    now = office.runtime.clock.now()
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(
            Checkin(
                customer_id=customer, by=ANA, result=result, channel=Channel.CALL,
                happened_on=TODAY - timedelta(days=ago), recorded_at=now, undone_at=now if undone else None,
            )
        )  # fmt: skip


def build(office: Office, count: int = 60, *, favours: bool = True) -> list[UUID]:
    """Customers of growing value; the smallest are talked to every 60 days, the others every 20."""
    made = []
    for number in range(count):
        value = Decimal(1000 * number + 1000)
        key = office.customer(
            f"Customer {number}", owner=(ANA, BOB)[number % 2], added_on=TODAY - timedelta(days=300),
            annual_value=value, currency="EUR",
        )  # fmt: skip
        step = 60 if favours and number < count / 5 else 20
        for ago in range(number % 20 + 1, 250, step):
            contact(office, key, ago)
        made.append(key)
    return made


def test_the_proof_finds_whom_the_team_lets_wait(office: Office) -> None:
    """Small ones wait three times as long: the gap is wide, surely no chance, and the figures stand beside it."""
    build(office)
    proof = office.ask(get_proof, viewer=MARA)
    assert [band.key for band in proof.groups] == list(Band)[:5]
    assert [band.customers for band in proof.groups] == [12] * 5
    assert proof.gap.low > 2
    assert proof.gap.chance < 1
    smallest, largest = proof.groups[0], proof.groups[-1]
    assert (smallest.half, smallest.nine_in_ten) == (60, 60)
    assert (largest.half, largest.percent, largest.never) == (20, 100, 0)
    assert smallest.values == (1000, 12000)
    assert proof.currency == "EUR"
    assert proof.foreign == 0


def test_an_even_team_gets_no_accusation(office: Office) -> None:
    """All are talked to every 20 days."""
    build(office, favours=False)
    proof = office.ask(get_proof, viewer=MARA)
    assert proof.gap.ratio == 1
    assert proof.gap.chance > 99


def test_the_longest_wait_is_what_sql_finds(office: Office) -> None:
    """By a window over all days of contact, written another way; attempts and undone check-ins don't count."""
    made = build(office)
    contact(office, made[0], 5, result=Result.TRIED)
    contact(office, made[1], 5, undone=True)
    statement = sa.text("""
        WITH days AS (
            SELECT customer_id AS id, happened_on AS day FROM checkins
            WHERE undone_at IS NULL AND result IN ('talked', 'they_contacted_us')
            UNION SELECT id, added_on FROM customers
            UNION SELECT id, DATE '2026-11-23' FROM customers),
        waits AS (SELECT id, day, LAG(day) OVER (PARTITION BY id ORDER BY day) AS before FROM days)
        SELECT id, day, before FROM waits WHERE before IS NOT NULL""")
    if office.runtime.database.dialect == "sqlite":
        statement = sa.text(str(statement).replace("DATE ", ""))
    rows = office.look(lambda session: session.connection().execute(statement).all())
    longest: dict[UUID, int] = {}
    for key, day, before in rows:
        end, begin = (date.fromisoformat(str(one)) for one in (day, before))
        if end > TODAY - timedelta(days=90):
            customer = key if isinstance(key, UUID) else UUID(str(key))
            longest[customer] = max(longest.get(customer, 0), (end - begin).days)
    for band in list(Band)[:5]:
        page, told = 0, []
        while True:
            shown = office.ask(list_who_waited, key=band, viewer=MARA, page=page)
            told += shown.rows
            page += 1
            if page == shown.pages:
                break
        assert len(told) == 12
        assert {row.customer.id: row.longest for row in told} == {
            row.customer.id: longest[row.customer.id] for row in told
        }


def test_lists_behind_the_figures_are_in_the_one_order(office: Office) -> None:
    """Furthest past their cadence first, in pages; sizes shuffled within a band change nothing about it."""
    made = build(office)
    first = office.ask(list_who_waited, key="smallest", viewer=MARA)
    ratios = [row.customer.days_waiting / row.customer.effective_cadence_days for row in first.rows]
    assert ratios == sorted(ratios, reverse=True)
    assert (len(first.rows), first.total, first.pages) == (PAGE_ROWS, 12, 2)
    beyond = office.ask(list_who_waited, key="smallest", viewer=MARA, page=99)
    assert (beyond.page, len(beyond.rows)) == (1, 4)
    with office.runtime.database.transaction(WORKSPACE) as session:
        _swap_values(session, made[0], made[11])
    assert office.ask(list_who_waited, key="smallest", viewer=MARA) == first


def _swap_values(session: Session, one: UUID, other: UUID) -> None:
    values = {key: session.get_one(Customer, key).annual_value for key in (one, other)}
    for key, value in ((one, values[other]), (other, values[one])):
        session.execute(update(Customer).where(col(Customer.id) == key).values(annual_value=value))


def test_who_is_lost_or_new_isnt_compared(office: Office) -> None:
    """Only active customers count; one that was added today has waited no day."""
    office.customer("Lost", status=Status.LOST, status_reason="closed", status_by=MARA, headcount=5)
    office.customer("New", added_on=TODAY, headcount=5)
    office.customer("Known", waited=12, added_on=TODAY - timedelta(days=40))
    proof = office.ask(get_proof, viewer=MARA, days=7)
    assert proof.days == 90
    assert {band.key: (band.customers, band.half, band.never) for band in proof.groups} == {
        Band.THIRD: (1, 0, 1), Band.UNKNOWN: (1, 28, 0)
    }  # fmt: skip
    assert proof.gap is None


def test_the_proof_is_for_managers(office: Office) -> None:
    """Others are told whom to ask."""
    with pytest.raises(NotAllowed, match="Only managers can see whether small"):
        office.ask(get_proof, viewer=ANA)
    with pytest.raises(NotAllowed, match="Mara Okafor"):
        office.ask(list_who_waited, key="smallest", viewer=ANA)
