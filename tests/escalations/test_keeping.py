"""What the clock does: one warning, one word to the managers, the channel, nothing left with nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.errors import InvalidInput, NotAllowed
from bot.core.runtime import Runtime
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.escalations.queries import check, get_setup, list_to_warn
from bot.escalations.rules import EscalationState, Severity
from bot.escalations.schemas import Wishes
from bot.escalations.usecases import save_setup
from bot.escalations.usecases.scheduled import erase, lose_channel
from bot.home.usecases import sync_people_and_customers
from bot.people.schemas import SlackPerson
from bot.people.tables import Person
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.tables import AuditEntry
from jobs.watch_escalations import watch_escalations
from tests.checkins.office import at
from tests.escalations.helpers import answer, ask_whether, escalate, keep, listed, mend, mended, owed, stored, trail
from tests.home.homes import home_of
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

CARE = ChannelSchema(id="C0CARE", name="care", is_member=True)
WISHES = Wishes(stops="2 hours", hurts="1 day", annoys="3 days", channel_id="C0CARE")


def list_lost_channels(office: Office) -> tuple[str, ...]:
    """What a manager's Home says of channels that refuse."""
    team = home_of(office, MARA).team
    assert team
    return team.lost_channels


def set_up(office: Office, channel: ChannelSchema | None = CARE, by: str = MARA, **changes: str) -> Wishes:
    """Mara sets clocks and channel."""
    wishes: Wishes = office.do(save_setup, wishes=WISHES.model_copy(update=changes), channel=channel, by=by)
    return wishes


@pytest.mark.parametrize(
    ("person", "warned", "late"),
    [
        (ANA, datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC)),
        (BOB, datetime(2026, 11, 23, 17, tzinfo=UTC), datetime(2026, 11, 23, 18, tzinfo=UTC)),
        (KIRI, datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 0, tzinfo=UTC)),
    ],
)
def test_one_warning_before_and_one_word_after_in_each_ones_hours(
    office: Office, person: str, warned: datetime, late: datetime
) -> None:
    """An hour before to who is on it, then to both; never again, however often the clock looks."""
    schema = escalate(office, office.customer("Acme"), assignee_id=person, by=BOB if person != BOB else ANA)
    for instant, warnings, words in ((warned - timedelta(minutes=1), 0, 0), (warned, 1, 0), (late, 1, 1)):
        at(office, instant)
        keep(office)
        keep(office)
        assert len(owed(office, "warned", person)) == warnings
        assert (len(owed(office, "late", MARA)), len(owed(office, "late", person))) == (words, words)
    at(office, late + timedelta(days=9))
    keep(office)
    assert (len(owed(office, "warned")), len(owed(office, "late"))) == (1, 2)
    assert trail(office, schema)[-1] == "bot escalation.late"


def test_an_answer_in_time_is_the_end_of_it(office: Office) -> None:
    """No warning, no word."""
    answer(office, escalate(office, office.customer("Acme")))
    at(office, datetime(2026, 11, 30, 9, tzinfo=UTC))
    keep(office)
    assert owed(office, "warned") + owed(office, "late") == []


def test_a_run_that_was_missed_says_only_that_it_is_late(office: Office) -> None:
    """A warning after the fact helps nobody."""
    escalate(office, office.customer("Acme"))
    at(office, datetime(2026, 11, 24, 9, tzinfo=UTC))
    keep(office)
    assert (len(owed(office, "warned")), len(owed(office, "late"))) == (0, 2)


def test_what_is_no_alarm_waits_for_the_next_reminder(office: Office) -> None:
    """Ana, who was written to this morning, hears of it tomorrow; Bob, for whom nothing waited, now; Kiri sleeps."""
    acme = office.customer("Acme", owner=ANA, waited=50)
    at(office, datetime(2026, 11, 23, 16, tzinfo=UTC))
    for person in (ANA, BOB, KIRI):
        schema = escalate(office, acme, assignee_id=person, severity=Severity.HURTS, what=f"for {person}")
    at(office, datetime(2026, 11, 24, 14, tzinfo=UTC))
    assert office.do(enqueue_reminders, person_ids=[ANA, BOB], features=office.runtime.features) == 1
    at(office, datetime(2026, 11, 24, 16, tzinfo=UTC))
    keep(office)
    assert [len(owed(office, "late", person)) for person in (ANA, BOB, KIRI)] == [0, 1, 0]
    assert stored(office, schema).late_told_at is not None


def test_who_gets_no_reminders_is_told_of_everything_that_is_late(office: Office) -> None:
    """Bob switched reminders off: each problem of his that is past its time has a message of its own."""
    acme = office.customer("Acme")
    with office.runtime.database.transaction(WORKSPACE) as session:
        bob = session.get(Person, (WORKSPACE, BOB))
        assert bob is not None
        bob.mutes = ["reminders"]
    for what in ("one", "two"):
        escalate(office, acme, assignee_id=BOB, severity=Severity.ANNOYS, what=what)
    at(office, datetime(2026, 12, 1, 3, tzinfo=UTC))
    keep(office)
    assert len(owed(office, "late", BOB)) == 2


def test_a_manager_who_is_on_it_is_told_once(office: Office) -> None:
    """Mara is on it and manages: one message."""
    escalate(office, office.customer("Acme"), assignee_id=MARA, by=ANA)
    at(office, datetime(2026, 11, 24, 9, tzinfo=UTC))
    keep(office)
    assert len(owed(office, "late")) == 1


def test_what_is_opened_again_is_warned_of_anew(office: Office) -> None:
    """Once each round."""
    schema = escalate(office, office.customer("Acme", waited=10))
    at(office, datetime(2026, 11, 23, 12, tzinfo=UTC))
    keep(office)
    answer(office, schema)
    mend(office, schema)
    ask_whether(office, schema, False)
    at(office, datetime(2026, 11, 23, 15, tzinfo=UTC))
    keep(office)
    assert len(owed(office, "warned")) == 2


def test_what_somebody_who_left_was_on_goes_to_the_owner_else_a_manager(office: Office) -> None:
    """Who is told why; the trail has it."""
    bobs, pooled = escalate(office, office.customer("Acme", owner=BOB)), escalate(office, office.customer("Golddex"))
    left = SlackPerson(id=ANA, name="Ana Lima", is_deactivated=True)
    office.do(sync_people_and_customers, people=[left], complete=False)
    assert office.ask(check) != []
    keep(office)
    assert (stored(office, bobs).assignee_id, stored(office, pooled).assignee_id) == (BOB, MARA)
    assert owed(office, "raised", BOB)[-1].body["returned_from"] == "Ana Lima"
    assert trail(office, bobs)[-1] == "bot escalation.passed_on"
    assert office.ask(check) == []


@pytest.mark.parametrize("status", [Status.LOST, Status.EXCLUDED])
def test_losing_or_excluding_a_customer_closes_what_is_open_and_says_so(office: Office, status: Status) -> None:
    """Also a fix that waits; with the reason, to who is on it and who raised it."""
    acme = office.customer("Acme")
    schema, fixed, other = escalate(office, acme), mended(office, acme), escalate(office, office.customer("Golddex"))
    told = len(owed(office, "news"))
    office.do(set_status, customer_id=acme, status=status, reason="went bankrupt", by=MARA)
    keep(office)
    for one in (schema, fixed):
        assert (stored(office, one).state, stored(office, one).reason) == (
            EscalationState.CLOSED, f"the customer is {status.value}: went bankrupt",
        )  # fmt: skip
    assert sorted(row.recipient for row in owed(office, "news")[told:]) == [ANA, ANA, MARA, MARA]
    assert stored(office, other).state is EscalationState.OPEN


def test_erasing_a_customer_tells_whom_it_concerned_without_names(office: Office) -> None:
    """A person's name goes with the person; their escalations stay with the customers."""
    acme = office.customer("Acme")
    escalate(office, acme)
    now = office.runtime.clock.now()
    with office.runtime.database.transaction(WORKSPACE) as session:
        assert erase(session, "person", ANA, now) == 0
        assert erase(session, "customer", str(acme), now) == 1
    news = owed(office, "news")
    assert sorted(row.recipient for row in news) == [ANA, MARA]
    assert all("Acme" not in str(row.body) and "portal" not in str(row.body) for row in news)
    assert listed(office).total == 0


def test_the_channel_gets_one_message_and_in_its_thread_how_it_stands(office: Office) -> None:
    """Raised, late, answered; nothing twice."""
    set_up(office)
    schema = escalate(office, office.customer("Acme"))
    keep(office)
    keep(office)
    [posted] = owed(office, "posted")
    assert posted.recipient == "C0CARE"
    at(office, datetime(2026, 11, 23, 11, tzinfo=UTC))
    keep(office)
    answer(office, schema)
    keep(office)
    keep(office)
    assert [row.reply_to for row in owed(office, "update")] == [posted.key, posted.key]
    assert [row.body["escalation"]["state"] for row in owed(office, "update")] == ["open", "answered"]


def test_without_a_channel_nothing_waits_for_one(office: Office) -> None:
    """One that is chosen later hears of what comes then."""
    escalate(office, office.customer("Acme"))
    keep(office)
    set_up(office)
    keep(office)
    assert owed(office, "posted") == []


def test_a_channel_that_is_gone_gets_nothing_and_the_managers_are_told(office: Office) -> None:
    """Once; another channel's trouble is not ours."""
    set_up(office)
    assert office.do(lose_channel, channel="C0OTHER", reason="is_archived") is False
    assert office.do(lose_channel, channel="C0CARE", reason="ratelimited") is False
    assert office.do(lose_channel, channel="C0CARE", reason="is_shared") is True
    assert office.do(lose_channel, channel="C0CARE", reason="is_shared") is False
    [notification] = owed(office, "channel_lost")
    assert (notification.recipient, notification.body["reason"]) == (MARA, "it is shared with outsiders now")
    (sentence,) = list_lost_channels(office)
    assert sentence.startswith("Problems aren't posted to #care any more, since it refused them; ")
    set_up(office)
    assert list_lost_channels(office) == ()


def test_only_managers_set_it_up_and_it_is_in_the_trail(office: Office) -> None:
    """Clocks that run keep their time; the next one has the new."""
    before = escalate(office, office.customer("Acme"))
    for act in (lambda: set_up(office, by=ANA), lambda: office.ask(get_setup, viewer=ANA)):
        with pytest.raises(NotAllowed, match="Only managers can set problems up; ask Mara"):
            act()
    assert set_up(office) == WISHES
    set_up(office)
    query = select(AuditEntry).where(col(AuditEntry.action) == "escalations.set_up")
    assert len(office.look(lambda session: session.exec(query).all())) == 1
    after = escalate(office, before.customer_id)
    assert (before.answer_by - after.answer_by) == timedelta(hours=2)
    assert office.ask(get_setup, viewer=MARA).channel_id == "C0CARE"


def test_what_cant_be_set_up_is_said_under_its_field(office: Office) -> None:
    """An unreadable clock; a channel shared with outsiders."""
    with pytest.raises(InvalidInput) as refused:
        set_up(office, CARE.model_copy(update={"is_shared": True}), stops="soon", hurts="99 days")
    assert set(refused.value.fields) == {"stops", "hurts", "channel"}
    assert office.ask(get_setup, viewer=MARA).stops == "4 hours"


async def test_the_job_does_it_all_for_every_workspace(runtime: Runtime, office: Office) -> None:
    """One pass; the next one finds nothing."""
    escalate(office, office.customer("Acme"), severity=Severity.STOPS)
    at(office, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert await watch_escalations(runtime) > 0
    assert await watch_escalations(runtime) == 0
    assert office.ask(list_to_warn, limit=9) == []
