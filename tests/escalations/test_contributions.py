"""What other screens show of escalations, rates that add up, and lists of thousands; on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.clock import new_id
from bot.core.feature import collect_timeline
from bot.customers.queries.screens import get_card
from bot.escalations.queries import list_for_channel, list_late, list_to_warn
from bot.escalations.queries.contributions import (
    brief,
    commitments_section,
    digest_section,
    due_counts,
    export,
    get_rate,
    home_section,
    list_repeats,
    timeline,
)
from bot.escalations.rules import Cause, EscalationState, Severity
from bot.escalations.tables import Escalation
from bot.home.queries import get_home
from tests.checkins.office import at
from tests.commitments.helpers import planned
from tests.escalations.helpers import answer, ask_whether, escalate, listed, mend, mended
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, WORKSPACE, Office

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 14, tzinfo=UTC)
MANY = 5000


def test_a_card_tells_what_is_open_and_what_happened(office: Office) -> None:
    """Urgent first; how many more there are; how the closed one ended."""
    acme = office.customer("Acme", owner=BOB, waited=10)
    ask_whether(office, mended(office, acme, words="nobody read it"), True)
    escalate(office, acme, what="late thing")
    for number in range(3):
        escalate(office, acme, what=f"thing {number}", severity=Severity.ANNOYS)
    at(office, LATER)
    card = office.ask(get_card, customer_id=acme, viewer=MARA, features=office.runtime.features)
    texts = [line.text for line in card.customer.lines]
    assert texts[0] == "went wrong: late thing (Ana Lima, answer was due today 13:00 Lisbon time)"
    assert "2 more problems" in texts
    history = [line.text for line in card.timeline]
    assert "the portal is down: fixed (hand-over, nobody read it; avoidable)" in history
    assert "the portal is down: they confirmed that the fix holds" in history


def test_a_fix_that_waits_is_in_the_briefing_and_on_home(office: Office) -> None:
    """So that the next call asks."""
    acme = office.customer("Acme")
    mended(office, acme)
    found = office.look(lambda session: brief(session, [acme], MONDAY))
    assert [line.text for line in found[acme]] == ["does the fix hold? the portal is down"]
    home = office.ask(get_home, person_id=ANA, features=office.runtime.features)
    assert "Acme: the portal is down (fixed, waiting for their word)" in [line.text for line in home.owed]


def test_the_digest_of_what_we_owe_names_who_waits_for_an_answer(office: Office) -> None:
    """Past its clock or within a day of it, the most late first; not what has a week, nor what was answered."""
    escalate(office, office.customer("Acme"))
    answer(office, escalate(office, office.customer("Golddex")))
    escalate(office, office.customer("Condax"), severity=Severity.ANNOYS)
    found = office.look(lambda session: commitments_section(session, LATER))
    assert [(line.text.partition(" (")[0], line.urgent) for line in found] == [("Acme: the portal is down", True)]
    assert found[0].who == "Ana Lima"


def test_the_digest_counts_what_is_open_and_late_and_names_what_comes_again(office: Office) -> None:
    """Nothing when nothing is."""

    def counts(now: datetime) -> list[str]:
        return [count.text for count in office.look(lambda session: digest_section(session, now))]

    assert counts(MONDAY) == []
    first = escalate(office, office.customer("Acme"))
    assert counts(MONDAY) == ["1 problem open"]
    assert counts(LATER) == ["1 problem past its time"]
    assert [one.text for one in office.look(lambda session: due_counts(session, LATER, ANA))] == counts(LATER)
    assert office.look(lambda session: due_counts(session, LATER, BOB)) == []
    second = escalate(office, office.customer("Later"))
    assert counts(LATER)[:2] == ["2 problems past their time"]
    answer(office, second)
    assert counts(LATER) == ["1 problem past its time", "1 other problem open"]
    mend(office, second)
    answer(office, first)
    mend(office, first)
    for name in ("Golddex", "Condax"):
        mended(office, office.customer(name))
    assert counts(LATER) == [
        "4 problems open",
        "the fourth hand-over that broke: Acme, Later, Golddex, Condax in 90 days",
    ]
    assert office.look(lambda session: list_repeats(session, now=LATER + timedelta(days=100))) == []


def test_rates_add_up_by_person(office: Office) -> None:
    """Avoidable ones of active customers count, once a customer; the pool has a line of its own."""
    customers = {name: office.customer(name, owner=owner) for name, owner in (
        ("Acme", ANA), ("Golddex", ANA), ("Condax", BOB), ("Bakery", None),
    )}  # fmt: skip
    for _ in range(2):
        mended(office, customers["Acme"])
    mended(office, customers["Condax"], avoidable=False)
    escalate(office, customers["Bakery"])
    rate = office.ask(get_rate, days=90, viewer=KIRI)
    assert (rate.active, rate.clean, rate.unjudged) == (4, 3, 1)
    assert [(line.name, line.clean, line.active) for line in rate.people] == [
        ("Ana Lima", 1, 2), ("Bob Chen", 1, 1), ("No owner", 1, 1),
    ]  # fmt: skip
    assert office.ask(get_rate, days=90, viewer=KIRI, person=ANA).active == 2
    at(office, MONDAY + timedelta(days=31))
    assert office.ask(get_rate, days=30, viewer=KIRI).clean == 4


def test_export_hands_out_everything_of_a_customer_and_a_person(office: Office) -> None:
    """Who raised it and who is on it; nothing of others."""
    acme = office.customer("Acme")
    escalate(office, acme)
    for kind, key in (("customer", str(acme)), ("person", ANA), ("person", MARA)):
        assert len(office.look(lambda session, k=kind, i=key: export(session, k, i))["escalations"]) == 1
    assert office.look(lambda session: export(session, "person", BOB)) == {}
    assert office.look(lambda session: export(session, "channel", "C1")) == {}


def fill(office: Office, count: int, *, over: bool = False) -> Any:
    """Thousands of escalations of one customer, half of them Ana's; all open, or all over."""
    acme = office.customer("Acme")
    state, closed = (EscalationState.CLOSED, LONG_AGO) if over else (EscalationState.OPEN, None)
    rows = [
        {
            "id": new_id(), "workspace_id": WORKSPACE, "customer_id": acme, "severity": Severity.HURTS,
            "what": f"thing {n}", "link": "", "raised_by": MARA, "raised_at": LONG_AGO, "state": state,
            "assignee_id": (ANA, KIRI)[n % 2], "clock_from": MONDAY, "clock_minutes": 480, "closed_at": closed,
            "answer_by": MONDAY + timedelta(hours=n % 90), "warn_at": MONDAY + timedelta(hours=n % 90),
            "cause_words": "", "reason": "", "reopened": 0, "channel_due": False,
        }
        for n in range(count)
    ]  # fmt: skip
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.insert(Escalation), rows)
    return acme


def test_home_tells_the_day_once(office: Office) -> None:
    """It stands before the line, so that only the hour stands in it."""
    escalate(office, office.customer("Acme"), what="late thing")
    [line] = office.look(lambda session: home_section(session, ANA, LATER))
    assert (line.text, line.urgent, line.on) == ("Acme: late thing (answer was due 13:00)", True, MONDAY.date())


@pytest.mark.slow
def test_five_thousand_open_items_stay_readable(office: Office) -> None:
    """Pages, lines and Home stay short, and say how many more there are."""
    acme = fill(office, MANY)
    with office.runtime.database.reading(WORKSPACE) as session:
        assert [len(lines) for lines in brief(session, [acme], LATER).values()] == [3]
        assert len(timeline(session, acme, LATER)) <= 20
        assert len(collect_timeline(office.runtime.features, session, acme, LATER, 10)) == 10
        lines = home_section(session, ANA, LATER)
    assert (len(lines), lines[-1].text) == (61, "2,440 more problems; /escalate list shows them all")
    page = listed(office, "team", page=300)
    assert (page.total, page.page, len(page.rows)) == (MANY, 300, 8)


@pytest.mark.parametrize("whose", [f"p-{BOB}", "c-{}", "team", "open"])
@pytest.mark.both_databases
def test_the_plan_of_a_page_uses_an_index(office: Office, whose: str) -> None:
    """Neither the count nor the rows read all that ever went wrong."""
    fill(office, MANY, over=True)
    whose = whose.format(office.customer("Golddex"))
    plans = planned(office, "escalations", lambda: listed(office, whose))
    assert len(plans) == 2
    for plan in plans:
        assert "ix_escalations_workspace_id" in plan, plan


@pytest.mark.both_databases
def test_what_the_clock_asks_every_minute_uses_an_index(office: Office) -> None:
    """Warnings, lateness, the channel: those that are over aren't read."""
    fill(office, MANY, over=True)
    asked = (
        lambda: office.ask(list_to_warn, limit=9),
        lambda: office.ask(list_late, limit=9),
        lambda: office.look(lambda session: list_for_channel(session, limit=9)),
        lambda: office.look(lambda session: brief(session, [new_id()], LATER)),
        lambda: office.look(lambda session: home_section(session, BOB, LATER)),
    )
    for act in asked:
        for plan in planned(office, "escalations", act):
            assert "ix_escalations_workspace_id" in plan, plan


@pytest.mark.both_databases
def test_rates_and_repeats_read_by_an_index(office: Office) -> None:
    """Thousands that were understood years ago lie beside a few of this quarter; each statement begins at its index."""
    fill(office, MANY, over=True)
    long_ago = {"avoidable": True, "cause": Cause.OTHER, "fixed_at": LONG_AGO, "asks": 0}
    with office.runtime.database.transaction(WORKSPACE) as session:
        key = sa.literal("other:") + sa.cast(sa.func.substr(sa.column("what"), 7, 3), sa.String)
        session.execute(sa.update(Escalation).values(cause_key=key, **long_ago))
    for name in ("Golddex", "Condax"):
        mended(office, office.customer(name))
    repeats = ["fixed_at", "cause_key_fixed_at"]
    expected: tuple[tuple[Callable[[], Any], list[str]], ...] = (
        (lambda: office.ask(get_rate, days=90, viewer=KIRI), ["avoidable_raised_at", "avoidable_raised_at", *repeats]),
        (lambda: office.ask(list_repeats), repeats),
    )
    for act, indexes in expected:
        for plan, index in zip(planned(office, "escalations", act), indexes, strict=True):
            assert f"ix_escalations_workspace_id_{index}" in plan, plan
            assert "Seq Scan on escalations" not in plan, plan
