"""The hourly look for problems: what a check finds is told, wherever it is, and nothing is asked where all is well."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog
from sqlmodel import Session

from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.core.clock import MovableClock
from bot.core.feature import Feature
from bot.core.outbox import OutboxMessage
from bot.core.runtime import Runtime
from bot.customers.queries import checking
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import Status
from bot.customers.tables import TALLY
from bot.digests.tables import Digest
from bot.escalations.rules import Severity
from bot.escalations.tables import Escalation, EscalationSettings
from bot.features import FEATURES
from bot.followups.tables import Followup
from bot.mentions.rules.sources import SourceKind
from bot.mentions.tables import Source
from bot.people.queries import get_person
from bot.people.rules import Role
from bot.promises.tables import Promise
from bot.reviews.tables import DailyReconciliation
from bot.workspaces.usecases import install_workspace, uninstall_workspace
from jobs.housekeeping import list_problems, report_problems
from tests.makers import ANA, MARA, START, WORKSPACE, Office, add_person

pytestmark = pytest.mark.both_databases

OTHER = "T0OTHER"
TODAY, DAY, HOUR = START.date(), timedelta(days=1), timedelta(hours=1)
Break = Callable[[Session], object]
FEED = {"kind": SourceKind.FEED, "name": "Feed", "added_by": MARA, "added_at": START}
DIGEST = {"channel_id": "C0ACCOUNTS", "zone": "UTC", "made_by": MARA}


def acme_owes(session: Session, kind: type[Followup | Promise | Escalation], **more: object) -> None:
    """Add a commitment of Ana's about Acme that is open and due tomorrow."""
    whose = {"customer_id": find_customer(session, "Acme").id, "what": "Send the offer", "assignee_id": ANA}
    values: dict[type, dict[str, object]] = {
        Followup: {"given_by": MARA, "given_at": START, "due_on": TODAY + DAY},
        Promise: {
            "promised_by": ANA, "recorded_by": ANA, "recorded_at": START, "promised_on": TODAY - 9 * DAY,
            "due_on": TODAY + DAY, "first_due_on": TODAY + DAY,
        },
        Escalation: {
            "severity": Severity.HURTS, "raised_by": ANA, "raised_at": START, "clock_from": START, "clock_minutes": 60,
            "answer_by": START + DAY, "warn_at": START + DAY,
        },
    }  # fmt: skip
    session.add(kind(**whose, **(values[kind] | more)))


def somebody_left(session: Session, kind: type[Followup | Promise | Escalation]) -> None:
    """Let Ana leave a commitment behind."""
    acme_owes(session, kind)
    get_person(session, ANA).is_deactivated = True


def lose_customer(session: Session, kind: type[Followup | Promise | Escalation]) -> None:
    """Lose Acme, to which something is owed."""
    acme_owes(session, kind)
    acme = find_customer(session, "Acme")
    acme.status, acme.status_reason, acme.status_by = Status.LOST, "closed", MARA


def forget_contact(session: Session) -> None:
    """Record a talk of last week without telling Acme's clock."""
    acme = find_customer(session, "Acme").id
    talk = {"result": Result.TALKED, "channel": Channel.CALL, "happened_on": TODAY - DAY, "recorded_at": START}
    session.add(Checkin(customer_id=acme, by=ANA, **talk))


BREAKS: dict[str, Break] = {
    "no manager": lambda session: setattr(get_person(session, MARA), "role", Role.MEMBER),
    "unknown zone": lambda session: setattr(get_person(session, ANA), "zone", "Mars/Olympus"),
    "message waits": lambda session: session.add(
        OutboxMessage(key="k", kind="k", body={}, recipient=ANA, enqueued_at=START - DAY, not_before=START - DAY)
    ),
    "wrong date": lambda session: setattr(find_customer(session, "Acme"), "due_on", TODAY - 300 * DAY),
    "wrong tally": lambda session: session.execute(sa.update(TALLY).values(number=7).where(TALLY.c.owner_id == ANA)),
    "forgotten contact": forget_contact,
    "follow-up of nobody": lambda session: somebody_left(session, Followup),
    "promise of nobody": lambda session: somebody_left(session, Promise),
    "problem of nobody": lambda session: somebody_left(session, Escalation),
    "follow-up about nobody": lambda session: lose_customer(session, Followup),
    "promise about nobody": lambda session: lose_customer(session, Promise),
    "problem about nobody": lambda session: lose_customer(session, Escalation),
    "promise nobody noticed": lambda session: acme_owes(session, Promise, due_on=TODAY - 4 * DAY),
    "channel of problems": lambda session: session.add(
        EscalationSettings(stops="1h", hurts="1d", annoys="2d", channel_name="care")
    ),
    "source fails": lambda session: session.add(Source(**FEED, channel_id="C0", failing_since=START - 3 * DAY)),
    "source without channel": lambda session: session.add(Source(**FEED)),
    "digest stopped": lambda session: session.add(
        Digest(**DIGEST, next_slot=START + DAY, stopped_because="It is archived.")
    ),
    "digest late": lambda session: session.add(Digest(**DIGEST, next_slot=START - DAY)),
    "not accounted for": lambda session: session.add(
        DailyReconciliation(on_day=TODAY, at=START, content={"discrepancies": ["One customer is nowhere."]})
    ),
}


@pytest.fixture
def two(office: Office) -> Office:
    """Return an office with a customer beside another workspace, where all is well."""
    office.customer("Acme", owner=ANA, waited=2)
    with office.runtime.database.transaction(OTHER) as session:
        install_workspace(session, name="Other", bot_user_id="U0B", now=START)
        add_person(session, "U0X", "Xi", role=Role.MANAGER)
    return office


async def hour(runtime: Runtime, *, passes: timedelta = HOUR) -> list[tuple[str, str]]:
    """Let time pass; return the problems that the job logs, with their workspaces."""
    assert isinstance(runtime.clock, MovableClock)
    runtime.clock.move(passes)
    with structlog.testing.capture_logs() as lines:
        await report_problems(runtime)
    return [(line["workspace"], line["problem"]) for line in lines if line["event"] == "house.problem"]


@pytest.mark.parametrize("name", BREAKS)
async def test_what_a_check_finds_is_told_within_the_hour(two: Office, name: str) -> None:
    """Whatever /evenhand health would say of the workspace is logged; of the other one nothing."""
    runtime = two.runtime
    assert await hour(runtime) == []
    with runtime.database.transaction(WORKSPACE) as session:
        BREAKS[name](session)
    told = await hour(runtime)
    assert told
    assert told == [(WORKSPACE, one) for one in two.ask(list_problems, features=FEATURES)]


async def test_where_all_is_well_no_check_is_asked(two: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tally is looked at once in each round of a list."""
    asked: list[tuple[str, str]] = []

    def noting(feature: Feature) -> Feature:
        def check(session: Session, _now: object) -> list[str]:
            asked.append((feature.name, session.info["workspace"]))
            return []

        return replace(feature, check=check)

    monkeypatch.setattr(checking, "LEAST_PART", 1)
    two.runtime.features = tuple(noting(feature) for feature in FEATURES if feature.check)
    await hour(two.runtime)
    assert asked == [("customers", OTHER)]  # it has no customers, so that each hour ends a round
    await hour(two.runtime)
    assert sorted(asked[1:]) == [("customers", WORKSPACE), ("customers", OTHER)]


async def test_a_workspace_is_looked_at_once_an_hour_by_one_of_many_processes(two: Office) -> None:
    """What is wrong is told once by two processes, and not again before the hour is over."""
    with two.runtime.database.transaction(WORKSPACE) as session:
        BREAKS["no manager"](session)
    assert isinstance(two.runtime.clock, MovableClock)
    replica = Runtime(two.runtime.database, two.runtime.clock, FEATURES)
    assert len(await hour(two.runtime)) == 1
    assert await hour(replica, passes=timedelta(0)) == []
    assert await hour(replica, passes=HOUR - timedelta(minutes=1)) == []
    assert len(await hour(replica, passes=timedelta(minutes=1))) == 1


async def test_a_check_that_fails_stops_no_other_workspace_and_is_tried_again(two: Office) -> None:
    """Its error is the job's; a quarter of an hour later it is asked again."""
    asked = []

    def check(session: Session, _now: object) -> list[str]:
        asked.append(session.info["workspace"])
        raise OSError("The check is broken")

    two.runtime.features = (Feature("broken", check=check),)
    for _ in range(2):
        with pytest.raises(OSError, match="broken"):
            await report_problems(two.runtime)
    assert sorted(asked) == [WORKSPACE, WORKSPACE, OTHER, OTHER]


async def test_a_workspace_without_the_app_is_left_alone(two: Office) -> None:
    """It has no manager, and nobody is told."""
    with two.runtime.database.transaction(WORKSPACE) as session:
        BREAKS["no manager"](session)
        uninstall_workspace(session, now=START)
    assert await hour(two.runtime) == []
