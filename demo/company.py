"""Loads the sample company: customers, check-ins, follow-ups, promises, escalations and digests."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.rules import Channel, Mood, Result
from bot.checkins.usecases.recording import record_checkin
from bot.core.feature import Feature
from bot.core.outbox import OutboxMessage
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts
from bot.customers.queries.searching import find_customer
from bot.customers.rules.due import SnoozeReason
from bot.customers.usecases.lists import apply_import
from bot.customers.usecases.scheduling import snooze_customer
from bot.digests.rules import DigestKind
from bot.digests.schemas import DigestInput, SetupInput
from bot.digests.usecases import save_digest, save_setup
from bot.escalations.rules import Cause, Severity
from bot.escalations.schemas import Fix
from bot.escalations.usecases import answer_escalation, fix_escalation, raise_escalation
from bot.escalations.usecases.confirming import settle_fixes
from bot.followups.usecases import assign_followup
from bot.promises.usecases import keep_promise, record_promise
from bot.workspaces.schemas import ChannelSchema
from demo.people import ANA, BOB, IRIS, KIRI, MARA, TOMAS

SAMPLE = Path(__file__).parent / "customers.csv"
TALKED, TRIED, THEY = Result.TALKED, Result.TRIED, Result.THEY_CONTACTED_US

# Days ago, customer, person, result, channel, mood, note.
CHECKINS: Sequence[tuple[int, str, str, Result, Channel, Mood | None, str]] = (
    (47, "Bakery Lindqvist", ANA, TALKED, Channel.CALL, Mood.UNEASY, "Waiting for the invoice fix."),
    (12, "Bakery Lindqvist", ANA, TRIED, Channel.CALL, None, "Voicemail."),
    (31, "Goldfinch Dental", ANA, TALKED, Channel.EMAIL, Mood.CONTENT, "Happy with the new forms."),
    (26, "Kanto Tooling", ANA, TALKED, Channel.VISIT, Mood.NEUTRAL, "Asked for a second line in spring."),
    (9, "Meridian Holdings", ANA, TALKED, Channel.MEETING, Mood.CONTENT, "Board liked the report."),
    (80, "Casa do Livro", ANA, TALKED, Channel.CALL, Mood.DELIGHTED, "Recommended us to a neighbour."),
    (20, "Tejo Sailing School", ANA, THEY, Channel.MESSAGE, Mood.NEUTRAL, "Season is over, back in March."),
    (62, "Harlem Print Works", BOB, TALKED, Channel.CALL, Mood.UNEASY, "Second late delivery this year."),
    (5, "Blue Heron Logistics", BOB, TALKED, Channel.MEETING, Mood.CONTENT, "Renewal looks good."),
    (71, "Cobbler & Daughter", BOB, TALKED, Channel.VISIT, Mood.DELIGHTED, "Showed us the new shop window."),
    (29, "Ninth Street Vet", BOB, TALKED, Channel.CALL, Mood.NEUTRAL, "Wants shorter mails."),
    (33, "Orchard Elevators", BOB, TALKED, Channel.EMAIL, Mood.CONTENT, "All quiet."),
    (51, "Sunset Diner", BOB, THEY, Channel.CALL, Mood.ANGRY, "Charged twice in September."),
    (90, "Waitākere Pottery", KIRI, TALKED, Channel.CALL, Mood.CONTENT, "Kiln is back in service."),
    (3, "Southern Wind Power", KIRI, TALKED, Channel.MEETING, Mood.CONTENT, "Steering committee, no open points."),
    (30, "Kauri Kindergarten", KIRI, TALKED, Channel.VISIT, Mood.DELIGHTED, "The children drew us a card."),
    (44, "Harbour Bikes", KIRI, TALKED, Channel.MESSAGE, Mood.NEUTRAL, "Stock take until Friday."),
    (41, "Tūī Translations", KIRI, TALKED, Channel.CALL, Mood.CONTENT, "New colleague from June."),
    (15, "Fjord Ferries", IRIS, TALKED, Channel.CALL, Mood.CONTENT, "Winter timetable is set."),
    (37, "Lantmäteriet Café", IRIS, TALKED, Channel.VISIT, Mood.DELIGHTED, "Cardamom buns."),
    (28, "Polar Optics", IRIS, TALKED, Channel.EMAIL, Mood.NEUTRAL, "Budget round in December."),
    (58, "Vasa Violins", IRIS, TALKED, Channel.CALL, Mood.CONTENT, "Knows a quartet that needs us."),
    (34, "Quinta da Serra", TOMAS, TALKED, Channel.VISIT, Mood.CONTENT, "Harvest was late but good."),
    (11, "Atlas Elevação", TOMAS, TALKED, Channel.MEETING, Mood.NEUTRAL, "Contract to legal."),
    (66, "Papelaria Central", TOMAS, TALKED, Channel.VISIT, Mood.CONTENT, "Nobody has come by since summer."),
)

# Days ago, days ahead, customer, person, note: the customer asked to be left alone until then.
SNOOZES: Sequence[tuple[int, int, str, str, str]] = (
    (20, 98, "Tejo Sailing School", ANA, "Season is over, back in March."),
    (3, 4, "Harbour Bikes", KIRI, "Stock take until Friday."),
)

# Due in days, customer, manager, assignee, task.
FOLLOWUPS: Sequence[tuple[int, str, str, str, str]] = (
    (1, "Sunset Diner", MARA, BOB, "Pay back what was charged twice in September"),
    (3, "Bakery Lindqvist", MARA, ANA, "Tell them when the invoice fix is live"),
    (10, "Polar Optics", IRIS, IRIS, "Send figures for their budget round"),
)

# Due in days, customer, assignee, contact, promise, whether it was kept. A past one that was not kept is broken.
PROMISES: Sequence[tuple[int, str, str, str, str, bool]] = (
    (0, "Goldfinch Dental", ANA, "Dr Rui Prata", "send the new price list", False),
    (4, "Harlem Print Works", BOB, "", "name a carrier that is on time", False),
    (-3, "Sunset Diner", BOB, "", "say who charged twice, and why", False),
    (-2, "Fjord Ferries", IRIS, "", "confirm the winter timetable", True),
    (9, "Bakery Lindqvist", ANA, "Maja Lindqvist", "show them the corrected invoice", False),
)
PROMISED_BEFORE = timedelta(days=10)
"""How long before its due date each promise was made."""
IMPORTED_BEFORE, ASKED_BEFORE = timedelta(days=11), timedelta(days=4)
STOPS, HURTS, ANNOYS = Severity.STOPS, Severity.HURTS, Severity.ANNOYS

# Days ago, customer, raised by, assignee, severity, problem, progress: "", "fixed" or "confirmed".
ESCALATIONS: Sequence[tuple[int, str, str, str, Severity, str, str]] = (
    (0, "Harlem Print Works", MARA, BOB, ANNOYS, "Third late delivery; they ask what we do about it", ""),
    (6, "Kanto Tooling", MARA, ANA, HURTS, "The new line stands still, a part is missing", ""),
    (9, "Vasa Violins", IRIS, IRIS, HURTS, "Two invoices for one order", "fixed"),
    (20, "Goldfinch Dental", ANA, ANA, STOPS, "Nobody there could log in after the change of forms", "confirmed"),
)


def load_company(runtime: Runtime, *, workspace: str, digest_channel: tuple[str, str]) -> int:
    """
    Load the sample company with the use cases that commands run; return the number of customers.

    *digest_channel* is the id and name of the channel that gets two digests: neglected customers on Mondays and
    Thursdays at nine in Lisbon, and commitments on Tuesdays and Fridays.
    """
    return runtime.run_now(_load, workspace=workspace, digest_channel=digest_channel, features=runtime.features)


def _load(session: Session, *, digest_channel: tuple[str, str], features: Sequence[Feature], now: datetime) -> int:
    today, imported = now.date(), now - IMPORTED_BEFORE
    drafts = read_drafts(SAMPLE.read_bytes(), name=SAMPLE.name, today=imported.date(), default_source="sample")
    done = apply_import(session, drafts=drafts, by=MARA, now=imported)
    for days_ago, customer, person, result, channel, mood, words in CHECKINS:
        day = workday(today - timedelta(days=days_ago))
        record_checkin(
            session,
            customer_id=find_customer(session, customer).id,
            result=result,
            channel=channel,
            mood=mood,
            note=words,
            happened_on=day,
            by=person,
            now=datetime.combine(day, now.timetz()),
        )
    for days_ago, days_ahead, customer, person, note in SNOOZES:
        snooze_customer(
            session,
            customer_id=find_customer(session, customer).id,
            until=today + timedelta(days=days_ahead),
            reason=SnoozeReason.CUSTOMER_ASKED,
            note=note,
            by=person,
            now=now - timedelta(days=days_ago),
        )
    for in_days, customer, asks, asked, what in FOLLOWUPS:
        assign_followup(
            session,
            customer_id=find_customer(session, customer).id,
            assignee_id=asked,
            due_on=today + timedelta(days=in_days),
            what=what,
            by=asks,
            now=now - ASKED_BEFORE,
        )
    _load_promises(session, now=now)
    for row in ESCALATIONS:
        _load_escalation(session, *row, now=now)
    forget_messages(session, now=now)
    _load_digests(session, *digest_channel, features=features, now=now)
    return len(done.plan.added)


def forget_messages(session: Session, *, now: datetime) -> None:
    """Delete the messages of the past: they would all be sent when the demo opens."""
    session.exec(sa.delete(OutboxMessage).where(col(OutboxMessage.enqueued_at) < now - timedelta(days=1)))


def _load_digests(session: Session, channel_id: str, name: str, *, features: Sequence[Feature], now: datetime) -> None:
    """Schedule the digests of neglected customers and of commitments."""
    channel = ChannelSchema(id=channel_id, name=name, is_member=True)
    when = {"hour": time(9, 0), "zone": "Europe/Lisbon", "channel_id": channel_id}
    setup = SetupInput(cadence=30, floor=90, factor=1.5, first_calls=8, days="03", **when)
    save_setup(session, settings=setup, channel=channel, by=MARA, now=now)
    owed = DigestInput(days="14", **when)
    save_digest(
        session, kind=DigestKind.OWED, settings=owed, channel=channel, by=MARA, features=features, now=now
    )  # fmt: skip


def _load_promises(session: Session, *, now: datetime) -> None:
    """Record the promises; the jobs will notify people of broken ones."""
    for in_days, customer, person, contact, what, is_kept in PROMISES:
        day = now + timedelta(days=in_days)
        schema = record_promise(
            session,
            customer_id=find_customer(session, customer).id,
            due_on=day.date(),
            contact=contact,
            what=what,
            by=person,
            now=min(day - PROMISED_BEFORE, now),
        )
        if is_kept:
            keep_promise(session, promise_id=schema.id, by=person, now=day)


def workday(day: date) -> date:
    """Return *day*, or the Friday before a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _load_escalation(
    session: Session,
    days_ago: int,
    customer: str,
    by: str,
    assignee: str,
    severity: Severity,
    what: str,
    progress: str,
    *,
    now: datetime,
) -> None:
    """Something went wrong so many days ago, and has come so far."""
    raised, account = now - timedelta(days=days_ago), find_customer(session, customer)
    schema = raise_escalation(
        session, customer_id=account.id, what=what, severity=severity, assignee_id=assignee, by=by, now=raised
    )
    if not progress:
        return
    answer_escalation(session, escalation_id=schema.id, by=assignee, now=raised + timedelta(hours=1))
    fix = Fix(
        cause=Cause.HAND_OVER, words="nobody had read the notes", avoidable=True, asks=2,
        change="Hand over with a check-list", change_on=now.date() + timedelta(days=7),
    )  # fmt: skip
    fix_escalation(session, escalation_id=schema.id, fix=fix, by=assignee, now=raised + timedelta(days=1))
    if progress == "confirmed":
        called = now - timedelta(days=5)
        done = record_checkin(
            session, customer_id=account.id, result=TALKED, channel=Channel.CALL, note="All is well again.",
            by=assignee, now=called,
        )  # fmt: skip
        said = {schema.id: True}
        settle_fixes(session, customer_id=account.id, checkin_id=done.checkin_id, answers=said, by=assignee, now=called)
