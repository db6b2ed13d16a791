"""Home and the preferences modal with the longest and most hostile content: Slack accepts them."""

from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.checkins.schemas import IdlePerson
from bot.core.bulk import insert_many
from bot.core.heartbeats import JOB_WORDS
from bot.core.schemas import Count, Line, OfferButton, OwedLine, Step
from bot.customers.rules.due import SnoozeReason, Standing, Status
from bot.customers.schemas import Coverage, CustomerSchema, OwnerCoverage
from bot.customers.tables import Customer
from bot.home.rules import (
    COMING_ROWS,
    DEPARTURE_ROWS,
    LATE_ROWS,
    POOL_ROWS,
    SNOOZED_ROWS,
    TEAM_ROWS,
    WAITING_ROWS,
)
from bot.home.schemas import Departure, HomeSchema, JobHealth, Member, Team
from bot.home.views.forms import country_options, preferences
from bot.home.views.tab import closed, headline, tab, weekdays
from bot.people.rules import Mute
from bot.people.schemas import AbsenceSchema, CoverAsked, OwnerLeft, Preferences
from bot.people.tables import Person
from bot.people.views import cover_asked, owner_left
from rehearsal.strict import check_message, check_options, check_view
from tests.home.homes import home_of, home_text
from tests.makers import ANA, LONG_AGO, MARA, WORKSPACE, Office

HOSTILE = ("<!channel> & *bold* `code` _\u202e ~ <@U1> 👩‍👩‍👧‍👦" * 6)[:200]
ESCAPED = "&" * 200
LONG = "word " * 600
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def worst_customer(name: str, standing: Standing = Standing.NEGLECTED) -> CustomerSchema:
    """Return a customer in which every text is as long and hostile as possible."""
    return CustomerSchema(
        id=uuid4(),
        name=name,
        owner_id="U0OTHER",
        owner_name=name,
        standing=standing,
        today=TODAY,
        effective_cadence_days=365,
        waiting_since=date(1970, 1, 1),
        last_contact_on=date(1970, 1, 1),
        due_on=TODAY,
        neglected_after=TODAY,
        snoozed_until=date(2027, 12, 30),
        snooze_reason=SnoozeReason.CUSTOMER_ASKED,
        snooze_note=name + name[:100],
        preferences=(name, name, name),
        lines=tuple(Line(text=LONG, urgent=True, on=TODAY) for _ in range(9)),
    )


def worst_home(name: str) -> HomeSchema:
    """Return a Home with all sections, as long as possible."""
    crowd = Coverage(
        active=46_964, in_cadence=0, due=10_000, neglected=16_964, snoozed=10_000, snoozed_late=9_000,
        never_contacted=10_000, pool=46_964,
    )  # fmt: skip
    buttons = tuple(OfferButton(label=name, action_id=f"other.{number}", value="x" * 2000) for number in range(2))
    owed = OwedLine(text=LONG, urgent=True, on=date(2020, 1, 1), who=name, buttons=buttons)
    member = Member(
        owner=OwnerCoverage(person_id="U", name=name, coverage=crowd),
        away=AbsenceSchema(first_day=TODAY, last_day=date(2027, 12, 30), cover_id="U"),
    )
    return HomeSchema(
        person_id=ANA,
        name=name,
        now=NOW,
        today=TODAY,
        steps=tuple(Step(label=LONG, done=False, button=LONG, action_id="digests.setup") for _ in range(9)),
        counts=tuple(Count(text=f"9,999 promises {number}", urgent=True) for number in range(12)),
        standing=crowd,
        next_due_on=TODAY,
        owed=(owed,) * 500,
        news=(owed,) * 500,
        waiting=tuple(worst_customer(name) for _ in range(WAITING_ROWS)),
        coming=tuple(worst_customer(name) for _ in range(COMING_ROWS)),
        coming_total=46_964,
        snoozed=tuple(worst_customer(name, Standing.SNOOZED) for _ in range(SNOOZED_ROWS)),
        queue=crowd,
        mine=crowd.model_copy(update={"snoozed": 40_000}),
        covers_for=(name,) * 50,
        preferences=worst_preferences(name),
        cover_name=name,
        cover_problem="is away then, too",
        team=Team(
            coverage=crowd,
            late=(owed,) * LATE_ROWS,
            late_more=96,
            and_more=True,
            idle=tuple(
                IdlePerson(person_id=ANA, name=name, working_days=60, neglected=9, late=9, lines=(name,) * 4)
                for _ in range(50)
            ),
            members=(member,) * TEAM_ROWS,
            owners=5000,
            offset=TEAM_ROWS,
            departures=(Departure(name=name, customers=46_964, on=TODAY),) * DEPARTURE_ROWS,
        ),
        pool=tuple(worst_customer(name) for _ in range(POOL_ROWS)),
        pool_total=46_964,
        health=tuple(JobHealth(words=job, succeeded_at=LONG_AGO, failures_in_a_row=9999) for job in (*JOB_WORDS, name)),
    )


def worst_preferences(name: str) -> Preferences:
    """Return preferences with everything chosen, and the longest zone name."""
    return Preferences(
        person_id=ANA,
        name=name,
        zone="America/Argentina/ComodRivadavia",
        hour=NOW.time().replace(minute=17),
        working_days="0123456",
        country="GS" if len(name) % 2 else "BA",
        mutes=tuple(Mute),
        absence=AbsenceSchema(first_day=TODAY, last_day=date(2027, 11, 22), cover_id="U0COVER"),
    )


@pytest.mark.parametrize("name", [HOSTILE, ESCAPED, "…" * 200, "x", "\u202b" + "م" * 199])
def test_the_fullest_home_is_taken_by_slack(name: str) -> None:
    """Slack accepts a Home with all sections at their limits, and its last line is shown."""
    view = tab(worst_home(name))
    assert check_view(view) == []
    assert len(view["blocks"]) < 100
    assert "failed 9,999 times in a row" in home_text(worst_home(name))
    assert headline(worst_home(name)).endswith("46,964 without an owner")


@pytest.mark.parametrize("name", [HOSTILE, ESCAPED, "x"])
def test_the_preferences_modal_is_taken_by_slack(name: str) -> None:
    """Slack accepts the modal with everything chosen, and with nothing."""
    assert check_view(preferences(worst_preferences(name))) == []
    bare = {"mutes": (), "absence": None, "country": None, "working_days": ""}
    assert check_view(preferences(worst_preferences(name).model_copy(update=bare))) == []


@pytest.mark.parametrize("words", ["", "port", "united", "zzzz", "a", "Å", "<!channel>", "x" * 5000])
def test_the_menu_of_countries_is_taken_by_slack(words: str) -> None:
    """Slack accepts the options for any typed text; *no holidays* is always among them."""
    options = country_options(words)
    assert check_options({"options": list(options)}) == []
    assert options[-1]["text"]["text"] == "No public holidays"


def test_a_country_is_found_by_how_it_begins() -> None:
    """Names that begin with the typed text come first."""
    assert [option["text"]["text"] for option in country_options("port")][:1] == ["Portugal"]
    assert [option["value"] for option in country_options("new z")][:1] == ["NZ"]


@pytest.mark.parametrize("name", [HOSTILE, ESCAPED, "x"])
def test_notices_about_people_are_taken_by_slack(name: str) -> None:
    """Slack accepts the notifications with one customer and with all of them."""
    left = OwnerLeft(owner=name, customers=46_964, examples=(name,) * 5)
    for message in (
        owner_left(left),
        owner_left(left.model_copy(update={"customers": 1, "examples": (name,), "became_guest": True})),
        cover_asked(CoverAsked(owner=name, first_day=TODAY, last_day=TODAY)),
        cover_asked(CoverAsked(owner=name, first_day=TODAY, last_day=date(2027, 11, 1))),
    ):
        assert check_message(message.body()) == []


def test_a_notice_about_somebody_who_left_reads_as_a_sentence() -> None:
    """The notification says who left, how many customers, which, and what to do."""
    message = owner_left(OwnerLeft(owner="Ana Lima", customers=7, examples=("Acme", "Bolt")))
    assert message.text == "Ana Lima was deactivated in Slack; their 7 customers have no owner now."
    assert message.blocks[1]["text"]["text"] == "Furthest past their cadence first: *Acme*, *Bolt* and 5 others."


def test_a_notice_to_a_cover_says_when() -> None:
    """The notification names one day, or the first and the last."""
    one = CoverAsked(owner="Ana Lima", first_day=TODAY, last_day=TODAY)
    more = one.model_copy(update={"last_day": date(2026, 11, 27)})
    assert cover_asked(one).text == "Ana Lima is away on Mon 23 Nov and asked you to cover."
    assert cover_asked(more).text == "Ana Lima is away from Mon 23 Nov to Fri 27 Nov and asked you to cover."


def test_a_closed_home_is_taken_by_slack() -> None:
    """Slack accepts the sentence with hostile text."""
    assert check_view(closed(HOSTILE)) == []


@pytest.mark.parametrize(
    ("digits", "words"),
    [("01234", "Mon–Fri"), ("0123456", "Mon–Sun"), ("01", "Mon, Tue"), ("620", "Mon, Wed, Sun"), ("4", "Fri")],
)
def test_working_days_are_told_as_a_run_or_one_by_one(digits: str, words: str) -> None:
    """Three or more days in a row are written with a dash."""
    assert weekdays(digits) == words


def fill(office: Office, people: int, customers: int) -> None:
    """Add a large company: many owners, most customers late, hostile names, one customer in ten without an owner."""
    usual = Person(id="", name="", name_key="", synced_at=LONG_AGO).model_dump() | {"workspace_id": WORKSPACE}
    owners = [f"U{number:05}" for number in range(people)]
    bare = Customer(
        name="", name_key="", added_on=TODAY, effective_cadence_days=30, waiting_since=TODAY, due_on=TODAY,
        neglected_after=TODAY, changed_at=LONG_AGO, status=Status.ACTIVE,
    )  # fmt: skip
    with office.runtime.database.transaction(WORKSPACE) as session:
        persons = [usual | {"id": one, "name": f"{one} {HOSTILE}"[:200], "name_key": one} for one in owners]
        people_table = cast("sa.Table", Person.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
        insert_many(session.connection(), people_table, list(persons[0]), persons)
        template = bare.model_dump() | {"workspace_id": WORKSPACE}
        rows = [
            template | _spread(number) | {"owner_id": _owner(number, owners), "name_key": f"customer {number}"}
            for number in range(customers)
        ]
        customers_table = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
        insert_many(session.connection(), customers_table, list(rows[0]), rows)


def _owner(number: int, owners: list[str]) -> str | None:
    if number % 10 == 0:
        return None
    return ANA if number % 3 else owners[number % len(owners)]


def _spread(number: int) -> dict[str, object]:
    since = TODAY - timedelta(days=number % 90)
    return {
        "id": uuid4(),
        "name": f"{number} {HOSTILE}"[:200],
        "added_on": since,
        "waiting_since": since,
        "last_contact_on": since if number % 2 else None,
        "due_on": since + timedelta(days=30),
        "neglected_after": since + timedelta(days=45),
    }


@pytest.mark.slow
def test_home_stays_small_at_5000_people_and_46964_customers(office: Office) -> None:
    """The Homes of a manager and an owner stay within Slack's limits."""
    fill(office, 5000, 46_964)
    for person in (MARA, ANA):
        view = tab(home_of(office, person))
        assert check_view(view) == []
        assert len(view["blocks"]) <= 100
    schema = home_of(office, MARA)
    assert schema.team is not None
    assert schema.team.owners > 4000
    assert schema.pool_total == 4697
