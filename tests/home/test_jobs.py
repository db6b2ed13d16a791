"""The jobs that sync people from Slack and that clean up."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session, select

from bot.core import inbox
from bot.core.clock import MovableClock
from bot.core.feature import Feature
from bot.core.inbox import InboxEntry
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.core.runtime import Runtime
from bot.customers.queries import get_customer
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.tables import Upload
from bot.customers.usecases import hand_over
from bot.people.gateways import fetch_people, fetch_person
from bot.people.queries import find_person_row, list_people
from bot.people.tables import Person
from bot.slack.clients import build_client
from bot.workspaces.usecases import install_workspace
from jobs.housekeeping import housekeeping, report_problems
from jobs.sync_people import sync_people
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest
from tests.makers import ANA, BOB, MARA, ROOT, START, WORKSPACE, Office, add_person

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    """Return a rehearsal with Mara and Ana."""
    async with Rehearsal(manifest=Manifest.load(ROOT / "manifest.yml"), start=START, team_id=WORKSPACE) as running:
        running.control.add_person("mara", id=MARA, real_name="Mara Okafor", tz="Europe/London")
        running.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon")
        yield running


@pytest.fixture
def client(rehearsal: Rehearsal) -> AsyncWebClient:
    """Return the bot's client."""
    return build_client(token=rehearsal.bot_token, api_url=rehearsal.api_url)


@pytest.mark.slow
async def test_five_thousand_people_come_in_pages(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """People are fetched a thousand at a time, within Slack's twenty calls a minute."""
    for number in range(5000):
        rehearsal.control.add_person(f"p{number}", real_name=f"Person {number}", tz="Europe/Berlin")
    people = await fetch_people(client)
    assert len({person.id for person in people}) == len(people) == 5004  # Mara, Ana, the bot and Slackbot, too
    calls = [exchange for exchange in rehearsal.workspace.traffic if exchange.name == "users.list"]
    assert len(calls) == 6
    rehearsal.assert_clean()


async def test_a_busy_slack_is_asked_again_when_it_said(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Every Retry-After is obeyed, and nobody is missing."""
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    rehearsal.control.faults.next("users.list", status=429, retry_after=7, times=2)
    assert len(await fetch_people(client, sleep=pause)) == 4
    assert waits == [7, 7]


async def test_a_slack_that_stays_busy_ends_the_run(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The job fails after ten attempts, and is tried again at its next run."""

    async def pause(_seconds: float) -> None:
        return None

    rehearsal.control.faults.next("users.list", status=429, times=20)
    with pytest.raises(SlackApiError):
        await fetch_people(client, sleep=pause)


async def test_one_person_can_be_asked_for(client: AsyncWebClient) -> None:
    """One person can be fetched; an unknown one is an error."""
    assert (await fetch_person(client, ANA)).name == "Ana Lima"
    with pytest.raises(SlackApiError, match="user_not_found"):
        await fetch_person(client, "U0NOBODY")


async def test_the_job_takes_everybody_in_and_then_only_what_changed(
    office: Office, rehearsal: Rehearsal, client: AsyncWebClient, clock: MovableClock
) -> None:
    """Bob and Kiri, who aren't in this Slack, have left; a second run changes nothing. Six hours pass between runs."""
    assert await sync_people(office.runtime, lambda _workspace: client) > 0
    assert [person.id for person in office.look(list_people)] == [ANA, MARA]
    clock.move(timedelta(hours=6))
    assert await sync_people(office.runtime, lambda _workspace: client) == 0
    rehearsal.workspace.person(ANA).real_name = "Ana Sousa"
    assert await sync_people(office.runtime, lambda _workspace: client) == 0
    clock.move(timedelta(hours=6))
    assert await sync_people(office.runtime, lambda _workspace: client) == 1


async def test_a_workspace_whose_token_is_gone_doesnt_stop_the_others(
    office: Office, client: AsyncWebClient, rehearsal: Rehearsal
) -> None:
    """The other workspaces are synced; the job raises the error, and asks that one again at its next run."""
    office.runtime.run_now(install_workspace, workspace="T0AAA", name="First", bot_user_id="U0B")
    gone = build_client(token="xoxb-gone", api_url=rehearsal.api_url)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await sync_people(office.runtime, lambda workspace: gone if workspace == "T0AAA" else client)
    assert [person.id for person in office.look(list_people)] == [ANA, MARA]
    asked: list[str] = []
    await sync_people(office.runtime, lambda workspace: asked.append(workspace) or client)
    assert asked == ["T0AAA"]


def count(runtime: Runtime, table: Any) -> int:
    """Return the number of rows in a table."""
    with runtime.database.reading(None, across=True) as session:
        found: int = session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    return found


async def test_a_quiet_house_is_left_alone(office: Office) -> None:
    """When nothing is old or ended, nothing changes."""
    office.customer("Acme", owner=ANA, waited=3, snoozed_until=TODAY + timedelta(3), snooze_reason="deferred")
    office.customer("Paused", owner=ANA, status=Status.PAUSED, status_reason="fair", status_until=TODAY + timedelta(9))
    assert await housekeeping(office.runtime) == 0


async def test_old_messages_and_deliveries_are_forgotten_after_a_month(office: Office) -> None:
    """Pending messages stay, however old they are."""
    acme = office.customer("Acme", owner=ANA)
    office.do(hand_over, customer_id=acme, to=BOB, by=MARA, now=NOW - timedelta(days=40))
    office.do(inbox.record_received, source="event", external_id="Ev1", now=NOW - timedelta(days=31))
    office.do(inbox.record_received, source="event", external_id="Ev2", now=NOW - timedelta(days=29))
    before = count(office.runtime, OutboxMessage)
    settle(office, NOW - timedelta(days=31))
    assert await housekeeping(office.runtime) == 2
    assert count(office.runtime, OutboxMessage) == before - 1 > 0
    assert count(office.runtime, InboxEntry) == 1


def settle(office: Office, at: datetime) -> None:
    """Mark one of the messages as sent."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        row = session.exec(select(OutboxMessage)).first()
        assert row is not None
        row.state, row.finished_at = DeliveryState.SENT, at


async def test_uploads_nobody_confirmed_are_gone_after_a_day(office: Office) -> None:
    """An unconfirmed list is deleted after a day."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        for hours in (25, 23):
            at = NOW - timedelta(hours=hours)
            session.add(Upload(by=ANA, at=at, file_name=f"{hours}.csv", content=b"name"))
    assert await housekeeping(office.runtime) == 1
    assert count(office.runtime, Upload) == 1


async def test_paused_customers_are_active_again_on_their_day(office: Office) -> None:
    """From that day on they are due like others."""
    acme = office.customer("Acme", owner=ANA, status=Status.PAUSED, status_reason="fair", status_until=TODAY)
    assert await housekeeping(office.runtime) == 1
    assert office.look(lambda session: get_customer(session, acme).status) is Status.ACTIVE


@pytest.mark.parametrize(("until", "cleared"), [(TODAY - timedelta(1), True), (TODAY, False)])
async def test_a_snooze_is_cleared_once_its_day_has_come_everywhere(office: Office, until: date, cleared: bool) -> None:
    """A snooze ends when its day has begun in every zone; at nine in London it is still yesterday in the Pacific."""
    acme = office.customer("Acme", owner=ANA, waited=50, snoozed_until=until, snooze_note="after the fair",
                           snooze_reason=SnoozeReason.CUSTOMER_ASKED, snoozed_by=ANA)  # fmt: skip
    assert await housekeeping(office.runtime) == int(cleared)
    row = office.look(lambda session: get_customer(session, acme))
    kept = (row.snoozed_until, row.snooze_reason, row.snooze_note, row.snoozed_by)
    assert (kept == (None, None, None, None)) is cleared


async def test_each_workspace_is_tidied(office: Office) -> None:
    """Snoozes of another workspace end, too."""
    with office.runtime.database.transaction("T0OTHER") as session:
        install_workspace(session, name="Other", bot_user_id="U0B", now=NOW)
        add_person(session, "U0X", "Xi")
    other = Office(office.runtime)
    office.customer("Acme", owner=ANA, snoozed_until=date(2026, 11, 1), snooze_reason="deferred")
    assert other is not office
    assert await housekeeping(office.runtime) == 1


async def test_what_features_find_wrong_is_said_and_stops_nothing(office: Office) -> None:
    """Every feature's check runs for every workspace, and problems are logged."""
    asked: list[str] = []

    def check(session: Session, _now: datetime) -> list[str]:
        asked.append(session.info["workspace"])
        return ["Something is wrong."]

    office.runtime.features = (Feature("tests", check=check),)
    assert await report_problems(office.runtime) == 0
    assert asked == [WORKSPACE]


async def test_a_person_can_be_exported_and_forgotten(office: Office) -> None:
    """A person's data can be exported and erased; a later sync doesn't restore the name."""
    feature = next(feature for feature in office.runtime.features if feature.name == "people")
    assert feature.export is not None
    assert feature.erase is not None
    export, erase = feature.export, feature.erase
    exported = office.look(lambda session: export(session, "person", ANA))
    assert (exported["name"], exported["email"], exported["absences"]) == ("Ana Lima", "ana@example.test", [])
    assert office.look(lambda session: export(session, "customer", ANA)) == {}
    with office.runtime.database.transaction(WORKSPACE) as session:
        assert erase(session, "person", ANA, NOW) == 1
        assert erase(session, "person", "U0NOBODY", NOW) == 0
    row: Person = office.look(lambda session: find_person_row(session, ANA))
    assert (row.name, row.email, row.handle, row.is_deactivated) == ("Somebody who left", None, "", True)


async def test_a_house_without_managers_says_so(office: Office) -> None:
    """Missing managers are reported, and unknown zones with their person."""
    feature = next(feature for feature in office.runtime.features if feature.name == "people")
    assert feature.check is not None
    check = feature.check
    assert office.look(lambda session: check(session, NOW)) == []
    with office.runtime.database.transaction(WORKSPACE) as session:
        for person_id in (MARA, ANA):
            row = find_person_row(session, person_id)
            assert row is not None
            row.role, row.zone = "member", "Mars/Olympus"
    problems = office.look(lambda session: check(session, NOW))
    assert problems[0].startswith("Nobody here is a manager; let a Slack admin name one")
    assert problems[1].startswith("The time zone of Ana Lima, Mara Okafor is unknown")
