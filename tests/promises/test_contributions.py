"""What other screens show of promises, the rates, and lists of thousands; on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.checkins.rules import Result
from bot.core.clock import new_id
from bot.core.errors import NotAllowed, NotFound
from bot.core.feature import collect_briefs, collect_timeline
from bot.customers.queries.screens import get_card
from bot.home.queries import get_home
from bot.promises.queries import list_due, list_overdue
from bot.promises.queries.contributions import (
    brief,
    commitments_section,
    due_counts,
    export,
    get_rates,
    home_section,
    timeline,
)
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.promises.usecases.scheduled import erase
from tests.checkins.office import log
from tests.commitments.helpers import planned
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, WORKSPACE, Office
from tests.promises.helpers import FRIDAY, at, kept, listed, moved, owed, promise, withdrawn

MANY = 5000
LATER = datetime(2026, 11, 30, 12, tzinfo=UTC)


def lines(office: Office, customer: UUID) -> list[tuple[str, bool]]:
    """What a brief of this feature says of a customer."""
    now = office.runtime.clock.now()
    found = office.look(lambda session: brief(session, [customer], now))
    return [(line.text, line.urgent) for line in found.get(customer, ())]


def test_what_is_owed_stands_in_the_brief(office: Office) -> None:
    """The weekday where it is near, the date where it isn't, and how many more."""
    acme = office.customer("Acme", owner=BOB)
    promise(office, acme)
    assert lines(office, acme) == [("promised: “send the new price list”, by Fri 27 Nov", False)]
    promise(office, acme, what="visit them", due_on=date(2026, 12, 11))
    promise(office, acme, what="call", due_on=date(2027, 1, 8))
    promise(office, acme, what="write", due_on=date(2027, 1, 8))
    assert lines(office, acme)[1:] == [("promised: “visit them”, by Fri 11 Dec", False), ("2 more promises", False)]
    at(office, datetime(2026, 11, 27, 9, tzinfo=UTC))
    log(office, acme)
    assert lines(office, acme)[0] == ("promised: “send the new price list”, due today", False)


def test_silence_about_a_running_promise_shows_and_ends_with_a_contact(office: Office) -> None:
    """More than half of its time gone: the owner reads since when; an attempt is no contact, talking is."""
    acme = office.customer("Acme", owner=ANA, waited=40)
    promise(office, acme, what="price list")
    at(office, datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert lines(office, acme) == [("promised: “price list”, by Fri 27 Nov", False)]
    at(office, datetime(2026, 11, 26, 9, tzinfo=UTC))
    silent = "promised: “price list”, by Fri 27 Nov; they have heard nothing since 23 Nov"
    assert lines(office, acme) == [(silent, True)]
    log(office, acme, Result.TRIED)
    assert lines(office, acme) == [(silent, True)]
    log(office, acme)
    assert lines(office, acme) == [("promised: “price list”, by Fri 27 Nov", False)]


def test_broken_promises_stay_in_sight_until_they_are_made_good(office: Office) -> None:
    """Brief, Home and list; then nowhere."""
    acme = office.customer("Acme", owner=BOB)
    schema = promise(office, acme)
    at(office, LATER)
    assert lines(office, acme) == [("promise broken: “send the new price list”, due Fri 27 Nov", True)]
    [line] = office.look(lambda session: home_section(session, ANA, LATER))
    assert (line.text, line.urgent, line.on) == ("Acme: “send the new price list” (broken)", True, FRIDAY)
    assert listed(office, f"c-{acme}").late == 1
    kept(office, schema)
    assert lines(office, acme) == []
    assert office.look(lambda session: home_section(session, ANA, LATER)) == []


def test_the_digest_of_what_we_owe_names_what_is_broken_and_due(office: Office) -> None:
    """The most late first, by whom; what is due later, kept or withdrawn isn't in there."""
    acme, golddex = office.customer("Acme", owner=BOB), office.customer("Golddex")
    promise(office, golddex, due_on=date(2026, 11, 26), what="a visit", by=BOB)
    promise(office, acme)
    promise(office, acme, due_on=date(2026, 11, 30))
    kept(office, promise(office, acme))
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    found = office.look(lambda session: commitments_section(session, friday))
    assert [(line.text, line.who, line.urgent, line.on) for line in found] == [
        ("Golddex: “a visit” (promised)", "Bob Chen", True, date(2026, 11, 26)),
        ("Acme: “send the new price list” (promised)", "Ana Lima", False, FRIDAY),
    ]
    assert [button.value for button in found[0].buttons] == [str(golddex)]


def test_home_shows_what_one_is_to_keep(office: Office) -> None:
    """By date, with the silence; nothing for whom it isn't."""
    acme = office.customer("Acme", owner=BOB)
    promise(office, acme, due_on=date(2026, 11, 30))
    promise(office, acme, what="call")
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    texts = [line.text for line in office.look(lambda session: home_section(session, ANA, now))]
    assert texts == [
        "Acme: “call” (promised); they have heard nothing since 23 Nov",
        "Acme: “send the new price list” (promised)",
    ]
    assert office.look(lambda session: home_section(session, BOB, now)) == []
    home = office.ask(get_home, person_id=ANA, features=office.runtime.features)
    assert [line.on for line in home.owed] == [FRIDAY, date(2026, 11, 30)]


def test_the_digest_counts_what_is_due_and_what_is_broken(office: Office) -> None:
    """By the workspace's day; broken ones until they are made good; nothing when there is nothing."""
    acme = office.customer("Acme")

    def counts(now: datetime) -> list[tuple[str, bool]]:
        return [(one.text, one.urgent) for one in office.look(lambda session: due_counts(session, now))]

    assert counts(LATER) == []
    first, _ = promise(office, acme), promise(office, acme)
    assert counts(datetime(2026, 11, 26, 12, tzinfo=UTC)) == []
    assert counts(datetime(2026, 11, 27, 12, tzinfo=UTC)) == [("2 promises due today", False)]
    at(office, LATER)
    promise(office, acme, due_on=date(2026, 11, 30))
    assert counts(LATER) == [("1 promise due today", False), ("2 promises broken", True)]
    kept(office, first)
    assert counts(LATER)[1:] == [("1 promise broken", True)]
    assert [one.text for one in office.look(lambda session: due_counts(session, LATER, ANA))] == [
        "1 promise due today",
        "1 promise broken",
    ]
    assert office.look(lambda session: due_counts(session, LATER, BOB)) == []


def test_the_card_tells_what_was_promised_and_what_became_of_it(office: Office) -> None:
    """The whole chain of a moved promise, with what was agreed."""
    acme = office.customer("Acme")
    second = moved(office, promise(office, acme), date(2026, 12, 4))
    at(office, datetime(2026, 12, 5, 12, tzinfo=UTC))
    kept(office, second)
    withdrawn(office, promise(office, acme, what="call", due_on=date(2026, 12, 11)))
    card = office.ask(get_card, customer_id=acme, viewer=MARA, features=office.runtime.features)
    told = [line.text for line in card.timeline]
    for text in (
        "Ana Lima promised: “send the new price list”, by 27 Nov",
        '“send the new price list”: renegotiated, now by 4 Dec (Ana Lima): "they are away"',
        "Ana Lima promised anew: “send the new price list”, by 4 Dec",
        "Not kept by 4 Dec: “send the new price list”",
        "“send the new price list”: kept late (Ana Lima)",
        '“call”: withdrawn (Ana Lima): "no longer wanted"',
    ):
        assert text in told


def test_lines_of_many_customers_stay_apart(office: Office) -> None:
    """Each its own; none for a customer without."""
    first, second, third = (office.customer(name) for name in ("Acme", "Golddex", "Bakery"))
    promise(office, first)
    promise(office, second, what="visit")
    found = office.look(lambda session: collect_briefs(office.runtime.features, session, [first, second, third], LATER))
    assert [len([line for line in found[one] if "promise" in line.text]) for one in (first, second, third)] == [1, 1, 0]


def test_export_and_erasure_of_a_customer(office: Office) -> None:
    """Everything is handed out; then the whole chain is gone, and assignee and owner are told without names."""
    acme = office.customer("Acme", owner=BOB)
    moved(office, promise(office, acme), date(2026, 12, 4))
    promise(office, acme, promised_by=KIRI)
    sizes = [("customer", str(acme), 3), ("person", ANA, 3), ("person", KIRI, 1)]
    for kind, key, size in sizes:
        assert len(office.look(lambda session, k=kind, i=key: export(session, k, i))["promises"]) == size
    assert office.look(lambda session: export(session, "person", MARA)) == {}
    assert office.look(lambda session: export(session, "channel", "C1")) == {}
    told = len(owed(office, "news"))
    with office.runtime.database.transaction(WORKSPACE) as session:
        assert erase(session, "person", ANA, LATER) == 0
        assert erase(session, "customer", str(acme), LATER) == 3
    assert listed(office, "team").total == 0
    news = owed(office, "news")[told:]
    assert sorted(row.recipient for row in news) == [ANA, BOB, BOB, KIRI]
    assert all("Acme" not in str(row.body) and "price" not in str(row.body) for row in news)


# --- rates -----------------------------------------------------------------------------------------------------------


def test_the_rates_add_up_by_person_team_and_size(office: Office) -> None:
    """Each promise counts for who gave their word; unknown sizes are a band of their own."""
    bands = {"small": 6, "large": 420, "unknown": None}
    small, large, unknown = (office.customer(name, headcount=people) for name, people in bands.items())
    for customer in (small, small, unknown):
        kept(office, promise(office, customer))
    late = promise(office, large, due_on=date(2026, 11, 23), by=BOB)
    promise(office, large, due_on=date(2026, 11, 23), by=BOB)
    at(office, datetime(2026, 11, 25, 12, tzinfo=UTC))
    kept(office, late, BOB)
    kept(office, promise(office, large))
    moved(office, promise(office, small, by=KIRI), date(2026, 12, 4), KIRI)
    withdrawn(office, promise(office, small))
    found = office.ask(get_rates, viewer=ANA)
    assert {one.name: one.counts for one in found.people} == {
        "Ana Lima": {PromiseState.KEPT: 4, PromiseState.WITHDRAWN: 1},
        "Bob Chen": {PromiseState.KEPT_LATE: 1, PromiseState.BROKEN: 1},
        "Kiri Walker": {PromiseState.RENEGOTIATED: 1, PromiseState.OPEN: 1},
    }
    assert [(one.name, one.rate) for one in found.bands] == [
        ("up to 49 people", 2 / 3),
        ("250 people and more", 1 / 3),
        ("size unknown", 1.0),
    ]
    sums = [sum(one.total for one in group) for group in ((found.team,), found.people, found.bands)]
    assert sums == [9, 9, 9]
    with pytest.raises(NotAllowed):
        office.ask(get_rates, viewer="U0STRANGER")


def test_rates_are_of_the_last_year(office: Office) -> None:
    """What was due before doesn't count any more."""
    promise(office, office.customer("Acme"))
    at(office, datetime(2027, 11, 27, 12, tzinfo=UTC))
    assert office.ask(get_rates, viewer=ANA).team.total == 1
    at(office, datetime(2027, 11, 28, 12, tzinfo=UTC))
    assert office.ask(get_rates, viewer=ANA).team.total == 0


# --- thousands -------------------------------------------------------------------------------------------------------


def fill(office: Office, count: int = MANY) -> UUID:
    """Thousands of open promises to one customer, half of them Ana's."""
    acme = office.customer("Acme")
    rows = [
        {
            "id": new_id(), "workspace_id": WORKSPACE, "customer_id": acme, "promised_by": (ANA, KIRI)[n % 2],
            "assignee_id": (ANA, KIRI)[n % 2], "recorded_by": MARA, "recorded_at": LONG_AGO, "what": f"thing {n}",
            "contact": "", "link": "", "note": "", "promised_on": LONG_AGO.date(), "moves": 0, "reminded": 0,
            "due_on": date(2026, 11, 27) + timedelta(days=n % 60), "first_due_on": date(2026, 11, 27),
            "state": PromiseState.OPEN, "is_owed": True,
        }
        for n in range(count)
    ]  # fmt: skip
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.insert(Promise), rows)
    with office.runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE promises")
        connection.commit()
    return acme


@pytest.mark.slow
def test_five_thousand_open_promises_stay_readable(office: Office) -> None:
    """Pages, lines, Home and reminders stay short; the page that isn't there becomes the last one."""
    acme = fill(office)
    with office.runtime.database.reading(WORKSPACE) as session:
        assert [len(found) for found in brief(session, [acme], LATER).values()] == [3]
        assert len(timeline(session, acme, LATER)) == 20
        assert len(collect_timeline(office.runtime.features, session, acme, LATER, 10)) == 10
        assert len(home_section(session, ANA, LATER)) == 60
    page = listed(office, "team", page=300)
    assert (page.total, page.page, len(page.rows)) == (MANY, 300, 8)
    assert listed(office, "team", page=10**6).page == 624
    with pytest.raises(NotFound):
        listed(office, "c-nonsense")
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    due = office.look(lambda session: list_due(session, {ANA: ANA}, noon))
    assert [*due] == [ANA]  # Tuesday is a holiday
    assert len(due[ANA]) == 3 * 84


@pytest.mark.parametrize(
    ("whose", "index"),
    [(f"p-{BOB}", "assignee_id_is_owed_due_on"), ("c-{}", "customer_id_is_owed_due_on")],
)
@pytest.mark.both_databases
def test_the_plan_of_a_page_uses_its_index(office: Office, whose: str, index: str) -> None:
    """Neither the count nor the rows of one person or customer read everybody's."""
    fill(office)
    whose = whose.format(office.customer("Golddex"))
    plans = planned(office, "promises", lambda: listed(office, whose))
    assert len(plans) == 2
    for plan in plans:
        assert f"ix_promises_workspace_id_{index}" in plan


def test_the_teams_list_reads_what_is_owed_and_not_what_was_kept(office: Office) -> None:
    """Years of kept promises lie beside a few owed ones; neither the count nor the rows read them."""
    fill(office)
    kept_long_ago = {"state": PromiseState.KEPT, "is_owed": False, "ended_at": LONG_AGO, "ended_by": ANA}
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.update(Promise).where(sa.column("due_on") > date(2026, 11, 27)).values(**kept_long_ago))
    plans = planned(office, "promises", lambda: listed(office, "team"))
    assert len(plans) == 2
    for plan in plans:
        assert "ix_promises_workspace_id" in plan


@pytest.mark.both_databases
def test_what_cards_home_and_the_clock_ask_uses_an_index(office: Office) -> None:
    """Nothing is due for months, and almost nothing is owed to or by those who are asked about."""
    fill(office)
    golddex, now = office.customer("Golddex"), office.runtime.clock.now()
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.update(Promise).values(due_on=date(2027, 6, 1)))
    asked: dict[str, Callable[[], Any]] = {
        "customer_id_is_owed_due_on": lambda: office.look(lambda session: brief(session, [golddex], now)),
        "assignee_id_is_owed_due_on": lambda: office.look(lambda session: home_section(session, BOB, now)),
        "is_owed_due_on": lambda: office.look(lambda session: list_due(session, {ANA: ANA}, now)),
        "workspace_id_is_owed_due_on": lambda: office.ask(list_overdue, limit=200),
        "_owed_due_on": lambda: office.look(lambda session: due_counts(session, now)),
        "is_owed_due": lambda: office.look(lambda session: commitments_section(session, now)),
    }
    for index, ask in asked.items():
        plans = planned(office, "promises", ask)
        assert plans
        assert all("ix_promises_workspace_id" in plan and index in plan for plan in plans), (index, plans)


def test_the_kept_rate_reads_the_last_year_and_not_what_came_before(office: Office) -> None:
    """Thousands of old promises lie beside the few that count."""
    fill(office)
    promise(office, office.customer("Golddex"))
    with office.runtime.database.transaction(WORKSPACE) as session:
        old = {"promised_on": date(2024, 6, 1), "due_on": date(2024, 6, 1)}
        session.execute(sa.update(Promise).where(sa.column("due_on") != date(2026, 11, 27)).values(**old))
    [plan] = planned(office, "promises", lambda: office.ask(get_rates, viewer=ANA))
    assert any("due_on>?" in step or ("Index Cond" in step and "due_on >=" in step) for step in plan.splitlines()), plan
