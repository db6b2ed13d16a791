"""The weekly review: what it counts, how it is drawn, and its way to the channel."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from bot.core.errors import NotAllowed
from bot.features import FEATURES
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.reviews.queries.review import get_review
from bot.reviews.rules import Band, Period
from bot.reviews.schemas import WeeklyReview
from bot.reviews.views import review, weekly
from bot.workspaces.schemas import ChannelSchema
from rehearsal.strict import check_message
from tests.checkins.test_stories import words
from tests.digests.digest_office import arrange, owed, post_next
from tests.digests.test_stories import main
from tests.makers import ANA, BOB, LONG_AGO, MARA, WORKSPACE, Office
from tests.reviews.test_measures import problem, store
from tests.reviews.test_queries import TODAY, build, contact
from tests.world import World, open_world

CHARTS = "data_visualization"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def promised(office: Office, customer_id, **more) -> None:  # noqa: ANN001, ANN003 - as the row takes them
    """Store a promise that was due three days ago."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(
            Promise(
                customer_id=customer_id, what="call back", promised_by=ANA, assignee_id=ANA, recorded_by=ANA,
                recorded_at=LONG_AGO, promised_on=TODAY - timedelta(days=9), due_on=TODAY - timedelta(days=3),
                first_due_on=TODAY - timedelta(days=3), **more,
            )
        )  # fmt: skip


def test_the_week_shows_its_course_and_what_moved(office: Office) -> None:
    """Twelve weeks by band; the line on the band that moved most; the wait that ended, a promise, how many talked."""
    made = build(office)
    office.customer("Forgotten", owner=BOB, added_on=TODAY - timedelta(days=300))
    contact(office, made[59], 2)
    late = office.customer("Late Bloomer", owner=ANA, added_on=TODAY - timedelta(days=300))
    contact(office, late, 1)
    promised(office, late, state=PromiseState.KEPT, is_owed=False, ended_at=office.runtime.clock.now())
    told = office.ask(get_review, viewer=MARA)
    assert len(told.labels) == 12
    assert (told.labels[0], told.labels[-1]) == ("7 Sep", "23 Nov")
    assert [course.band for course in told.courses] == list(Band)
    by_band = {course.band: course.percents for course in told.courses}
    assert by_band[Band.LARGEST] == (100,) * 12
    assert min(share for share in by_band[Band.SMALLEST] if share is not None) < 50
    assert told.moved[0].startswith("Smallest fifth: ") or told.moved[0].startswith("Size not known: ")
    assert told.moved[0].endswith("% the week before.")
    assert "Late Bloomer was talked to after 299 days." in told.well
    assert "1 promise due in this time was kept." in told.well
    assert told.proof.gap is not None


def test_who_is_far_behind_the_team_needs_help(office: Office) -> None:
    """Bob's customers wait; without names nobody is named."""
    for number in range(10):
        key = office.customer(f"Of Ana {number}", owner=ANA, added_on=TODAY - timedelta(days=300))
        contact(office, key, 10)
    for number in range(3):
        office.customer(f"Of Bob {number}", owner=BOB, added_on=TODAY - timedelta(days=300))
    told = office.ask(get_review, viewer=MARA, period=Period.MONTH)
    assert told.needs == ("Bob Chen's customers: 0% of days in cadence, the team 30%.",)
    for names_owners in (False, True):
        arrange(office, "review", features=FEATURES, names_owners=names_owners)
        post_next(office, "review", features=FEATURES)
    unnamed, named = owed(office, WeeklyReview)
    assert unnamed.review.needs == ()
    assert named.review.needs[0].startswith("Bob Chen's customers")


def test_a_quarter_tells_what_was_right_the_first_time(office: Office) -> None:
    """The share without an avoidable problem, and how often small and large customers asked; a week doesn't tell."""
    made = build(office)
    assert office.ask(get_review, viewer=MARA, period=Period.QUARTER).first_time == (
        "No problem was fixed in this time, so nobody had to ask.",
    )
    for customer, avoidable, asks in ((made[0], True, 4), (made[1], False, 1), (made[59], True, 1)):
        store(office, problem(customer, avoidable=avoidable, asks=asks))
    told = office.ask(get_review, viewer=MARA, period=Period.QUARTER)
    assert told.first_time == (
        "96% of customers (58 of 60) had no problem that could have been avoided.",
        "3 problems were fixed; customers asked 2.0 times for each (small ones 2.5, large ones 1.0).",
    )
    assert "*Right first time*" in words(review(told).blocks)
    assert office.ask(get_review, viewer=MARA).first_time == ()


def test_charts_are_told_in_words_and_taken_by_slack(office: Office) -> None:
    """Two charts in the channel; the figures below them say the same; none where there is no course yet."""
    build(office)
    arrange(office, "review", features=FEATURES)
    post_next(office, "review", features=FEATURES)
    [posted] = owed(office, WeeklyReview)
    drawn = weekly(posted)
    assert check_message({"text": drawn.text, "blocks": list(drawn.blocks)}) == []
    course, waits = [block["chart"] for block in drawn.blocks if block["type"] == CHARTS]
    assert (course["type"], len(course["series"])) == ("line", 5)
    assert waits["series"][0]["data"][0] == {"label": "Smallest fifth", "value": posted.review.proof.groups[0].half}
    assert "Largest fifth 100 → 100%" in words(drawn.blocks)
    assert drawn.text.startswith("Small customers waited ")


def test_without_customers_there_is_nothing_to_review(office: Office) -> None:
    """The channel gets the one line of a quiet day; a manager is told how to bring customers in."""
    arrange(office, "review", features=FEATURES)
    post_next(office, "review", features=FEATURES)
    assert owed(office, WeeklyReview) == []
    assert "no customers to compare" in review(office.ask(get_review, viewer=MARA)).text
    office.customer("New", added_on=date(2026, 11, 20))
    drawn = review(office.ask(get_review, viewer=MARA))
    assert [block["chart"]["type"] for block in drawn.blocks if block["type"] == CHARTS] == ["bar"]
    with pytest.raises(NotAllowed, match="Only managers can see whether small"):
        office.ask(get_review, viewer=ANA)


async def test_a_manager_reads_the_week_the_month_and_who_waited(world: World) -> None:
    """Over the wire: the command, another period, the figures; and a channel that gets it with its charts."""
    build(world.office)
    mara = world.as_(MARA)
    [answer] = (await mara.command("/evenhand review")).messages
    said = answer.text
    assert said.startswith("Small customers waited 3.")
    assert "*Went well*" in words(answer.blocks)
    await mara.press(answer, "reviews.review.month")
    month = await mara.until(
        lambda me: next((one for one in me.sees() if "reviews.review.week" in str(one.blocks)), None)
    )
    await mara.press(month, "reviews.proof")
    await mara.until(lambda me: next((one for one in me.sees() if "*Smallest fifth*" in words(one.blocks)), None))
    [odd] = (await mara.command("/evenhand review year")).messages
    assert odd.text == "Say which review: /evenhand review week, month or quarter."
    place = ChannelSchema(id=world.rehearsal.workspace.channel("accounts").id, name="accounts", is_member=True)
    arrange(world.office, "review", features=FEATURES, channel_id=place.id, channel=place)
    await world.rehearsal.control.move_to(world.office.runtime.clock.now() + timedelta(days=4))
    await world.run_jobs()
    assert any(CHARTS in str(one.blocks) for one in main(world))
