"""What Home shows, and to whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session

from bot.core.errors import NotAllowed
from bot.core.feature import Feature
from bot.core.heartbeats import begin_run, end_run
from bot.core.schemas import Line, OfferButton, OwedLine, Step
from bot.customers.queries.coverage import list_coming, list_coverages, list_team_coverage
from bot.customers.rules.due import SnoozeReason, Status
from bot.home.queries import get_home
from bot.home.usecases import save_preferences, sync_people_and_customers
from bot.home.views.tab import tab
from bot.people.rules import Mute
from bot.people.schemas import PreferencesInput
from bot.people.tables import Absence
from bot.promises.usecases import record_promise
from bot.promises.usecases.scheduled import break_overdue
from tests.home.homes import home_of, home_text, words_in
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.people.slack_people import slack_person

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def away(office: Office, person: str, first: date, last: date, cover: str | None = None) -> None:
    """Add an absence."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Absence(person_id=person, first_day=first, last_day=last, cover_id=cover))


def test_the_first_line_is_the_truth_in_numbers(office: Office) -> None:
    """What is late or due; only when nothing is does it say so, with what comes next."""
    assert home_text(home_of(office)).startswith("You look after no customers yet\n")
    office.customer("Fine", owner=ANA, waited=27)
    assert home_text(home_of(office)).startswith("All caught up: 1 customer in cadence, next due Thu\n")
    office.customer("Asleep", owner=ANA, waited=9, snoozed_until=TODAY + timedelta(9),
                    snooze_reason=SnoozeReason.CUSTOMER_ASKED)  # fmt: skip
    assert home_text(home_of(office)).startswith("All caught up: 1 customer in cadence, 1 snoozed, next due Thu\n")
    acme = office.customer("Acme", owner=ANA, waited=31)
    assert home_text(home_of(office)).startswith("1 customer due\n")
    office.customer("Bolt", owner=ANA, waited=46)
    office.customer("Asked", owner=ANA, waited=50, snoozed_until=TODAY + timedelta(9),
                    snooze_reason=SnoozeReason.CUSTOMER_ASKED)  # fmt: skip
    assert home_text(home_of(office)).startswith("1 neglected, 1 due, 1 snoozed past its cadence\n")
    office.do(record_promise, customer_id=acme, what="price list", due_on=TODAY, by=ANA)
    first = home_text(home_of(office)).partition("\n")[0]
    assert first == "1 neglected, 1 due, 1 promise due today, 1 snoozed past its cadence"


def test_a_managers_first_line_is_about_the_team(office: Office) -> None:
    """What anybody is late with, and what has no owner."""
    assert home_text(home_of(office, MARA)).startswith("There are no customers yet\n")
    office.customer("Fine", owner=ANA, waited=3)
    assert home_text(home_of(office, MARA)).startswith("All caught up: 1 customer in cadence, next due Mon 21 Dec\n")
    office.customer("Late", owner=BOB, waited=60)
    office.customer("Imported")
    first = home_text(home_of(office, MARA)).partition("\n")[0]
    assert first == "The team: 1 neglected, 1 never contacted, 1 without an owner"


def test_a_managers_home_begins_with_what_needs_her(office: Office) -> None:
    """Broken promises with whom, who hasn't acted for a week, the pool with its button; then the team."""
    acme = office.customer("Acme", owner=BOB, waited=60)
    office.customer("Pooled", waited=3)
    office.do(record_promise, customer_id=acme, what="price list", due_on=TODAY + timedelta(1), by=BOB)
    office.runtime.clock.move(timedelta(days=9))  # type: ignore[attr-defined]  # the tests' clock moves
    office.do(break_overdue)
    schema = home_of(office, MARA)
    words = home_text(schema)
    assert words.startswith("The team: 1 promise broken, 1 neglected, 1 without an owner\n")
    assert "*Needs you*\nAcme: “price list” (promised) · 8 days late · Bob Chen\nOpen\n" in words
    assert "*Bob Chen* hasn't acted for 5 working days: 1 neglected, 1 promise broken" in words
    assert "1 customer has no owner\nShare out" in words
    assert words.index("*Needs you*") < words.index("*Team*") < words.index("*Waiting*")
    assert "Needs you" not in home_text(home_of(office, BOB))


def test_what_is_owed_has_its_buttons_and_news_their_customer(office: Office) -> None:
    """A promise can be kept from Home; a mention opens the card."""
    acme = office.customer("Acme", owner=ANA, waited=3)
    promise = office.do(record_promise, customer_id=acme, what="price list", due_on=TODAY, by=ANA)
    news = OwedLine(text="Acme: praise", buttons=(OfferButton(label="Open", action_id="customers.card", value="x"),))
    feature = Feature("tests", news_section=lambda *_: [news] * 4)
    view = tab(office.ask(get_home, person_id=ANA, features=[*office.runtime.features, feature]))
    owed = next(block for block in view["blocks"] if block.get("block_id") == "home.owed:0")
    assert [(one["action_id"], one["value"]) for one in owed["elements"]] == [
        ("promises.kept", str(promise.id)), ("customers.card", str(acme)),
    ]  # fmt: skip
    shown = "\n".join(words_in(view["blocks"]))
    assert "*News to bring*\nAcme: praise\nOpen\n" in shown
    assert "1 more" in shown


def test_who_waits_stands_by_the_longest_wait(office: Office) -> None:
    """Customers are ordered by overdue ratio, not by days or names."""
    office.customer("Acme", owner=ANA, waited=40)
    office.customer("Weekly", owner=ANA, waited=20, cadence_days=7)
    office.customer("Not yet", owner=ANA, waited=3)
    office.customer("Not mine", owner=BOB, waited=99)
    schema = home_of(office)
    assert [row.name for row in schema.waiting] == ["Weekly", "Acme"]
    assert (schema.queue.neglected, schema.queue.due) == (1, 1)
    assert "*Acme* · 40 days" in home_text(schema)
    assert "1 neglected · 1 due" in home_text(schema)


def test_what_features_know_of_a_customer_stands_in_its_row(office: Office) -> None:
    """A row shows the briefs of all features, urgent ones first."""
    acme = office.customer("Acme", owner=ANA, waited=40)
    feature = Feature(
        "tests", brief=lambda _session, ids, _now: {one: [Line(text="promised: a price list")] for one in ids}
    )
    schema = office.ask(get_home, person_id=ANA, features=[feature])
    assert schema.waiting[0].id == acme
    assert "promised: a price list" in home_text(schema)


def test_what_is_owed_stands_first_by_date(office: Office) -> None:
    """Commitments of all features are in one list, by date."""

    def owed(_session: Session, person: str, _now: datetime) -> Sequence[OwedLine]:
        return [OwedLine(text=f"later, {person}", on=date(2026, 12, 1)), OwedLine(text="now", on=TODAY, urgent=True)]

    office.customer("Acme", owner=ANA, waited=40)
    words = home_text(office.ask(get_home, person_id=ANA, features=[Feature("tests", home_section=owed)]))
    assert words.index("We owe them") < words.index("Mon 23 Nov · now · past its time")
    assert words.index("now · past") < words.index(f"Tue 1 Dec · later, {ANA}") < words.index("*Waiting*")


def test_the_coming_week_is_told_ahead(office: Office) -> None:
    """Customers due from tomorrow to a week from now are listed by date, without snoozed or later ones."""
    office.customer("Friday", owner=ANA, waited=26)
    office.customer("Tomorrow", owner=ANA, waited=29)
    office.customer("Much later", owner=ANA, waited=1)
    office.customer("Asleep", owner=ANA, waited=29, snoozed_until=TODAY + timedelta(9),
                    snooze_reason=SnoozeReason.CUSTOMER_ASKED)  # fmt: skip
    schema = home_of(office)
    assert [row.name for row in schema.coming] == ["Tomorrow", "Friday"]
    assert "Tue 24 Nov · *Tomorrow*" in home_text(schema)


@pytest.mark.both_databases
def test_nobody_stands_in_two_lists(office: Office) -> None:
    """Waiting, coming and snoozed customers are disjoint on every day."""
    for waited in range(20, 60):
        snoozed = {"snoozed_until": TODAY + timedelta(5), "snooze_reason": SnoozeReason.DEFERRED} if waited % 3 else {}
        office.customer(f"Customer {waited}", owner=ANA, waited=waited, **snoozed)
    schema = home_of(office)
    ids = [row.id for rows in (schema.waiting, schema.coming, schema.snoozed) for row in rows]
    assert len(ids) == len(set(ids)) > 10


def test_put_off_customers_say_until_when_and_why(office: Office) -> None:
    """Snoozed customers show date, reason and note, and a button to end the snooze."""
    office.customer("Condax", owner=ANA, waited=40, snoozed_until=date(2027, 1, 4),
                    snooze_reason=SnoozeReason.CUSTOMER_ASKED, snooze_note="after the fair")  # fmt: skip
    words = home_text(home_of(office))
    assert "*Snoozed* · 1" in words
    assert 'until Mon 4 Jan 2027, they asked ("after the fair")' in words


def test_a_cover_sees_whom_they_stand_in_for(office: Office) -> None:
    """While Ana is away, her waiting customers are on Bob's Home, with her name."""
    office.customer("Acme", owner=ANA, waited=40)
    away(office, ANA, TODAY, TODAY, BOB)
    schema = home_of(office, BOB)
    assert [row.name for row in schema.waiting] == ["Acme"]
    assert "with those of Ana Lima" in home_text(schema)
    assert "for Ana Lima" in home_text(schema)


def test_the_own_cadence_counts_only_ones_own_customers(office: Office) -> None:
    """The person's coverage excludes customers of a covered colleague."""
    office.customer("Acme", owner=ANA, waited=40)
    office.customer("Bolt", owner=BOB, waited=1)
    away(office, ANA, TODAY, TODAY, BOB)
    assert "*My cadence* · 1 customer, in cadence" in home_text(home_of(office, BOB))


def test_preferences_are_told_in_a_line(office: Office) -> None:
    """Preferences show hour, zone, days, holidays, mutes, days away and cover."""
    preferences = PreferencesInput(
        hour=time(8, 30), working_days="0124", country="PT", mutes=(Mute.NEWS,),
        away_from=date(2026, 12, 1), away_to=date(2026, 12, 9), cover_id=KIRI,
    )  # fmt: skip
    office.do(save_preferences, preferences=preferences, by=ANA)
    words = home_text(home_of(office))
    assert "Reminders at 08:30 (Europe/Lisbon), Mon, Tue, Wed, Fri, holidays of Portugal · news are off" in words
    assert "You are away from Tue 1 Dec to Wed 9 Dec; Kiri Walker covers." in words
    assert "I'm back" not in words


def test_who_is_away_now_can_be_back(office: Office) -> None:
    """A current absence shows its end, a missing cover, and a button to end it."""
    away(office, ANA, TODAY, date(2026, 11, 27))
    words = home_text(home_of(office))
    assert "You are away until Fri 27 Nov; nobody covers." in words
    assert "I'm back" in words


@pytest.mark.parametrize(("how", "trouble"), [("left", "has left"), ("away", "is away then, too")])
def test_a_cover_who_cant_is_named(office: Office, how: str, trouble: str) -> None:
    """A cover who left or is away, too, is reported."""
    office.person("U0DEE", "Dee Fox", is_deactivated=how == "left")
    away(office, ANA, date(2026, 12, 1), date(2026, 12, 9), "U0DEE")
    if how == "away":
        away(office, "U0DEE", date(2026, 12, 9), date(2026, 12, 10))
    assert f"Dee Fox covers, but {trouble}: choose somebody else in Preferences." in home_text(home_of(office))


def test_members_see_neither_team_nor_first_steps(office: Office) -> None:
    """Those sections are for managers."""
    feature = Feature("tests", first_steps=lambda *_: [Step(label="Choose a channel", done=False)])
    schema = office.ask(get_home, person_id=ANA, features=[feature])
    assert (schema.team, schema.steps) == (None, ())
    assert "Team" not in home_text(schema)


def test_managers_see_first_steps_until_all_are_done(office: Office) -> None:
    """Done steps are ticked, the next has a button; the section disappears when all are done."""

    def steps(done: bool) -> Feature:
        made = [
            Step(label="Name managers", done=True, button="Name", action_id="digests.setup"),
            Step(label="Choose a channel", done=done, button="Choose", action_id="digests.setup"),
        ]
        return Feature("tests", first_steps=lambda *_: made)

    words = home_text(office.ask(get_home, person_id=MARA, features=[steps(done=False)]))
    assert "*First steps* · 1 of 2 done\n✓ Name managers\n2. Choose a channel\nChoose" in words
    assert "First steps" not in home_text(office.ask(get_home, person_id=MARA, features=[steps(done=True)]))


def test_managers_see_the_team_with_who_is_most_behind_first(office: Office) -> None:
    """Owners show customers, coverage, neglected ones and absence; only people with customers are listed."""
    office.customer("A", owner=ANA, waited=1)
    office.customer("B", owner=ANA, waited=60)
    office.customer("C", owner=BOB, waited=60)
    office.customer("D", owner=KIRI, waited=1)
    office.customer("E", owner=KIRI, waited=1, status=Status.LOST, status_reason="closed")
    away(office, KIRI, TODAY, date(2026, 11, 27))
    words = home_text(home_of(office, MARA))
    assert "*Team* · 4 customers: 2 in cadence (50%) · 2 neglected" in words
    rows = [
        "*Bob Chen* · 1 customer: 0 in cadence (0%) · 1 neglected\nOpen",
        "*Ana Lima* · 2 customers: 1 in cadence (50%) · 1 neglected\nOpen",
        "*Kiri Walker* · 1 customer, in cadence · away until Fri 27 Nov\nOpen",
    ]
    assert "\n".join(rows) in words


def test_a_large_team_comes_in_pages(office: Office) -> None:
    """Ten owners per page; a page beyond the end shows the first."""
    for number in range(25):
        owner = office.person(f"U1{number:03}", f"Owner {number:03}")
        office.customer(f"Customer {number}", owner=owner, waited=1)
    first, last = home_of(office, MARA), home_of(office, MARA, team_offset=20)
    assert "1–10 of 25 owners" in home_text(first)
    assert "21–25 of 25 owners" in home_text(last)
    assert home_of(office, MARA, team_offset=900) == first
    assert last.team is not None
    assert [member.owner.name for member in last.team.members] == [f"Owner {number:03}" for number in range(20, 25)]


def test_the_team_is_the_same_whatever_customers_are_worth(office: Office) -> None:
    """Revenue and headcount don't change the order."""
    for number, value in enumerate([5, 500, 50]):
        owner = office.person(f"U{number}", f"Owner {number}")
        office.customer(f"Customer {number}", owner=owner, waited=60, annual_value=value, headcount=value)
    owners, _ = office.look(
        lambda session: list_team_coverage(session, coverages=list_coverages(session, today=TODAY), limit=9)
    )
    assert [owner.name for owner in owners] == ["Owner 0", "Owner 1", "Owner 2"]


def test_managers_see_the_pool_and_who_left(office: Office) -> None:
    """The pool is ordered by the longest wait, with a button each; departures show the number of customers."""
    office.customer("Acme", owner=ANA, waited=60)
    office.customer("Pooled", waited=50)
    office.do(sync_people_and_customers, people=[slack_person(ANA, is_deactivated=True)], complete=False)
    words = home_text(home_of(office, MARA))
    assert "*No owner* · 2 customers\n*Acme* · 60 days" in words
    assert words.index("*Acme* · 60 days") < words.index("*Pooled* · 50 days")
    assert "Ana Lima left on Mon 23 Nov; 1 customer had no owner after that" in words


def test_who_has_no_customers_is_shown_the_pool(office: Office) -> None:
    """People without customers see the pool; others don't."""
    office.customer("Pooled", waited=50)
    assert "take one that has no owner, below" in home_text(home_of(office))
    assert "*No owner* · 1 customer" in home_text(home_of(office))
    office.customer("Acme", owner=ANA, waited=1)
    assert "*No owner*" not in home_text(home_of(office))


def test_an_empty_workspace_says_how_to_begin(office: Office) -> None:
    """Without customers, Home offers to add one or to import a list."""
    assert "/customers add" in home_text(home_of(office))
    assert "no customers yet: /customers import" in home_text(home_of(office, MARA))


def run(office: Office, name: str, error: str | None = None, minutes: int = 0) -> None:
    """Record a run of a job, *minutes* from now."""
    now = NOW + timedelta(minutes=minutes)
    with office.runtime.database.transaction(None) as session:
        fence = begin_run(session, name=name, lease=timedelta(minutes=1), now=now)
        assert fence is not None
        end_run(session, name=name, fence=fence, error=error, now=now)


def test_jobs_that_go_well_are_not_mentioned(office: Office) -> None:
    """Home says nothing of them, before their first run and after it."""
    before = home_text(home_of(office))
    run(office, "post_digests")
    assert home_text(home_of(office)) == before


def test_a_failing_job_is_told_in_words(office: Office) -> None:
    """A failing job shows how often and since when, by what it does and in the viewer's zone."""
    run(office, "collect_mentions")
    run(office, "collect_mentions", "KeyError: 'x'", 1)
    failed = "⚠ Collecting mentions failed once; it last worked"
    assert f"{failed} today at 09:00. I keep trying; my log says why." in home_text(home_of(office))
    assert f"{failed} today at 22:00." in home_text(home_of(office, KIRI))
    run(office, "collect_mentions", "KeyError: 'x'", 2)
    run(office, "sync_people", "ratelimited", 2)
    words = home_text(home_of(office))
    assert "⚠ Collecting mentions failed 2 times in a row; it last worked today at 09:00" in words
    assert "⚠ Reading people from Slack failed once; it has never worked" in words
    assert "KeyError" not in words
    office.runtime.clock.move(timedelta(days=1))  # type: ignore[attr-defined]  # the tests' clock moves
    assert "it last worked Mon 23 Nov at 09:00" in home_text(home_of(office))


@pytest.mark.parametrize("flag", ["is_guest", "is_bot", "is_deactivated"])
def test_home_is_for_full_members(office: Office, flag: str) -> None:
    """Guests, bots and people who left get a sentence."""
    office.person("U0X", "Xi", **{flag: True})
    with pytest.raises(NotAllowed, match="full members"):
        home_of(office, "U0X")


def test_another_workspaces_customers_are_nowhere_on_home(office: Office) -> None:
    """A manager of another workspace sees none of this one's customers."""
    office.customer("Acme", owner=ANA, waited=60)
    office.customer("Pooled", waited=60)
    elsewhere = Office(office.runtime)
    with office.runtime.database.transaction("T0OTHER") as session:
        from bot.workspaces.usecases import install_workspace  # noqa: PLC0415
        from tests.makers import add_person  # noqa: PLC0415

        install_workspace(session, name="Other", bot_user_id="U0B", now=NOW)
        add_person(session, MARA, "Other Mara", role="admin")
    schema = elsewhere.runtime.read_now(get_home, workspace="T0OTHER", person_id=MARA, features=())
    assert schema.team is not None
    assert (schema.team.coverage.active, schema.pool_total, schema.team.owners) == (0, 0, 0)


def test_coming_customers_are_counted_beyond_those_shown(office: Office) -> None:
    """The count includes all coming customers, and the rows the first few."""
    for number in range(9):
        office.customer(f"Customer {number}", owner=ANA, waited=28)
    rows, total = office.look(
        lambda session: list_coming(session, owner_ids=[ANA], today=TODAY, until=TODAY + timedelta(7), limit=5)
    )
    assert (len(rows), total) == (5, 9)
    assert "6 more this week" in home_text(home_of(office))


def test_features_are_values_that_home_only_asks(office: Office) -> None:
    """A feature without contributions changes nothing on Home."""
    plain = Feature("tests")
    assert office.ask(get_home, person_id=ANA, features=[plain, replace(plain, name="more")]) == office.ask(
        get_home, person_id=ANA, features=[]
    )
