"""The quarter's review counts the customers that were lost, by reason and by size."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.customers.rules.due import Status
from bot.customers.rules.losses import LossReason
from bot.customers.schemas.losses import LossDetails
from bot.customers.usecases.details import set_status
from bot.reviews.queries.review import get_review
from bot.reviews.rules import Period
from bot.reviews.schemas import Review
from tests.checkins.test_stories import words
from tests.customers.lists import take_in
from tests.makers import ANA, MARA, Office
from tests.reviews.test_queries import TODAY
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def lose_some(office: Office) -> None:
    """Ten customers of different sizes; four others are lost in the quarter, one before it; one comes back."""
    for number in range(1, 11):
        office.customer(f"Size {number}", owner=ANA, headcount=number * 10, added_on=TODAY - timedelta(days=300))
    lost = (
        (5, LossReason.PRICE, True, 2), (7, LossReason.PRICE, False, 90), (200, LossReason.LET_GO, None, 30),
        (None, LossReason.MOVED, True, 3), (300, LossReason.SERVICE, True, 91),
    )  # fmt: skip
    for headcount, reason, foreseen, ago in lost:
        key = office.customer(f"Lost {ago}", headcount=headcount, added_on=TODAY - timedelta(days=300))
        details = LossDetails(reason=reason, foreseen=foreseen, lost_on=TODAY - timedelta(days=ago))
        office.do(set_status, customer_id=key, status=Status.LOST, loss=details, by=ANA)
        if reason is LossReason.PRICE and foreseen:
            office.do(set_status, customer_id=key, status=Status.ACTIVE, by=ANA)


@pytest.mark.both_databases
def test_a_quarter_counts_them_by_reason_and_size(office: Office) -> None:
    """Those lost within its 91 days, also who is back; of the customers of each size, lost ones counted too."""
    lose_some(office)
    told: Review = office.ask(get_review, viewer=MARA, period=Period.QUARTER)
    assert told.lost == (
        "4 customers were lost: price 2, moved 1, let go by us 1. 2 of 3 were seen coming.",
        "By size: smallest fifth 2 of 3, largest fifth 1 of 3, size not known 1 of 1.",
        "1 customer was won back.",
    )


def test_who_was_lost_when_a_list_brought_it_isnt_counted(office: Office) -> None:
    """Nobody ever had to look after it; one that a list says has left since is counted, its reason not known."""
    office.customer("Acme", owner=ANA, added_on=TODAY - timedelta(days=300))
    take_in(office, "Name,Status\nAcme,lost\nGolddex,lost\nCondax,lost\n")
    office.runtime.clock.move(timedelta(days=1))
    told: Review = office.ask(get_review, viewer=MARA, period=Period.QUARTER)
    assert told.lost == ("1 customer was lost: not known 1.", "By size: size not known 1 of 1.")


def test_a_week_and_a_quarter_without_losses_say_nothing_of_them(office: Office) -> None:
    """No heading stands without lines below it."""
    office.customer("Acme", owner=ANA)
    assert office.ask(get_review, viewer=MARA, period=Period.QUARTER).lost == ()
    lose_some(office)
    assert office.ask(get_review, viewer=MARA, period=Period.WEEK).lost == ()


async def test_a_manager_reads_it_in_the_quarters_review(world: World) -> None:
    """As a paragraph of its own."""
    lose_some(world.office)
    shown = (await world.as_(MARA).command("/evenhand review quarter")).messages[-1]
    assert "*Lost customers*\\n• 4 customers were lost: price 2" in words(shown.blocks).replace("\n", "\\n")
