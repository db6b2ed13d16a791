"""A careless quarter, found by the proof; a plan that mends it; and a quarter in which the proof shows that."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import select

from bot.checkins.rules import Channel, Result
from bot.checkins.usecases.recording import record_checkin
from bot.customers.gateways import read_drafts
from bot.customers.tables import Customer
from bot.customers.usecases.lists import apply_import
from bot.reviews.views import capacity as capacity_views
from demo.company import workday
from demo.quarter import LIST
from tests.checkins.test_stories import words
from tests.customers.screens import shown, window
from tests.makers import ANA, BOB, KIRI, MARA, ROOT, START, WORKSPACE
from tests.world import World, open_world

REAL = ROOT.parent / "shared/data/customers/crm_accounts.csv"
OWNERS = {"ana": ANA, "bob": BOB, "kiri": KIRI}
QUARTER, CATCHING_UP = timedelta(days=90), timedelta(days=21)
EVENLY, OFTEN, SELDOM = 25, 27, 75
"""Days between two contacts: of a fair colleague, and of Bob with his large and with his small customers."""
STEP = 5  # days between the first contacts with neighbours in somebody's list

Pace = Callable[[Customer], int]


@pytest.fixture
def accounts() -> bytes:
    """Return 85 real accounts, 7 of which have others below them; the demo's longer list where they aren't."""
    if not REAL.exists():
        rows = [line.rpartition(",")[0] for line in LIST.read_text(encoding="utf-8").splitlines()]  # without a past
        text = "\n".join(rows).replace("halden-voss.example", "example.test")
        return text.replace("iris@", "ana@").replace("tomas@", "kiri@").encode()
    head, *rows = REAL.read_text(encoding="utf-8-sig").strip().splitlines()
    owners = [f"{list(OWNERS)[number % 3]}@example.test" for number in range(len(rows))]
    return "\n".join([f"{head},Account Owner", *map(",".join, zip(rows, owners, strict=True))]).encode()


@pytest.mark.slow
async def test_the_proof_finds_it_the_plan_mends_it_and_the_next_quarter_shows_it(
    sqlite_url: str, accounts: bytes
) -> None:
    """Bob has more than he can do, and serves his large ones first."""
    async with open_world(sqlite_url) as world:
        mara = world.as_(MARA)
        _import(world, accounts, now=START - QUARTER)
        middle = sorted(row.headcount or 0 for row in _customers(world))[len(_customers(world)) // 2]
        _serve(world, START - QUARTER, START, lambda row: _careless(row, middle))
        [found] = (await mara.command("/evenhand proof")).messages
        assert _gap(found.text) > 1.2
        assert "large customers are favoured" in words(found.blocks).lower()
        [by_owner] = (await mara.command("/evenhand proof by owner")).messages
        shares = {name: _share(words(by_owner.blocks), name) for name in ("Ana Lima", "Bob Chen", "Kiri Walker")}
        assert shares["Bob Chen"] < min(shares["Ana Lima"], shares["Kiri Walker"]) - 10

        moved = await _carry_out_a_plan(world)
        assert 0 < moved < len(_customers(world)) // 3
        await world.rehearsal.control.move_to(START + CATCHING_UP + QUARTER + timedelta(hours=9))
        _serve(world, START, START + CATCHING_UP + QUARTER, lambda _row: EVENLY)
        [after] = (await mara.command("/evenhand proof")).messages
        assert 0.8 < _gap(after.text) < 1.2
        assert "no sign of favour" in words(after.blocks)


def _import(world: World, accounts: bytes, *, now: datetime) -> None:
    by_hand = {"revenue": "ignore"} if b"revenue" in accounts else {}
    drafts = read_drafts(accounts, name="accounts.csv", by_hand=by_hand, today=now.date(), default_source="list")
    with world.runtime.database.transaction(WORKSPACE) as session:
        apply_import(session, drafts=drafts, by=MARA, now=now)


def _customers(world: World) -> list[Customer]:
    with world.runtime.database.reading(WORKSPACE) as session:
        return list(session.exec(select(Customer).order_by(Customer.name_key)).all())


def _careless(row: Customer, middle: int) -> int:
    if row.owner_id != BOB:
        return EVENLY
    return OFTEN if (row.headcount or 0) >= middle else SELDOM


def _serve(world: World, since: datetime, until: datetime, pace: Pace) -> None:
    """Everybody talks to each of their customers in their *pace*, the first time within it."""
    for place, row in enumerate(_customers(world)):
        with world.runtime.database.transaction(WORKSPACE) as session:
            for day in _days(since.date(), until.date(), place, pace(row)):
                record_checkin(
                    session, customer_id=row.id, result=Result.TALKED, channel=Channel.CALL, happened_on=day,
                    by=str(row.owner_id), now=datetime.combine(day, time(15, tzinfo=UTC)),
                )  # fmt: skip


def _days(since: date, until: date, place: int, pace: int) -> Iterator[date]:
    day = since + timedelta(days=1 + place * STEP // len(OWNERS) % min(pace, CATCHING_UP.days))
    while workday(day) < until:
        yield workday(day)
        day += timedelta(days=pace)


async def _carry_out_a_plan(world: World) -> int:
    """Open the plan that moves customers, and give the word; return how many moved."""
    mara = world.as_(MARA)
    [answer] = (await mara.command("/evenhand capacity")).messages
    assert "Bob Chen" in words(answer.blocks).split("Ana Lima", 1)[0]
    await mara.press(answer, capacity_views.MOVE)
    form = await window(world, MARA, "Move customers", "would get another owner")
    await mara.submit(form)
    done = await window(world, MARA, "Move customers", "another owner now")
    await mara.close(done)
    [moved] = re.findall(r"(\d+) customers? ha\w+ another owner now", shown(done))
    return int(moved)


def _gap(sentence: str) -> float:
    """Return the ratio in `Small customers waited 1.86 times as long as large ones; …`, which leaves out a 1."""
    return 1 if "waited as long" in sentence else float(sentence.split("waited ", 1)[1].split(" ", 1)[0])


def _share(said: str, name: str) -> int:
    """Return the percent of days in cadence of somebody's customers."""
    return int(said.split(f"*{name}*", 1)[1].split("% of days in cadence", 1)[0].rsplit(" ", 1)[1])
