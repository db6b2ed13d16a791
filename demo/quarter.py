"""
Loads a longer list and a past for the sample company, from which its proof, review and capacity are drawn.

Everybody calls each customer about every four weeks. In the last quarter Bob, who got busy, calls his largest ones more
often and his small ones seldom.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.rules import Channel, Mood, Result
from bot.checkins.tables import Checkin
from bot.checkins.usecases.recording import record_checkin
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts
from bot.customers.tables import Customer
from bot.customers.usecases.lists import apply_import
from bot.digests.schemas import DigestInput
from bot.digests.usecases import save_digest
from bot.workspaces.schemas import ChannelSchema
from demo.company import forget_messages, workday
from demo.people import ANA, BOB, IRIS, KIRI, MARA, TOMAS

LIST = Path(__file__).parent / "quarter.csv"
BEGUN_BEFORE, QUARTER, FORTNIGHT = timedelta(days=230), timedelta(days=90), timedelta(days=14)
TEA_TIME = time(15, 0, tzinfo=UTC)
PACES = {ANA: 24, BOB: 26, IRIS: 23, KIRI: 27, TOMAS: 25}
"""Days between two contacts of a customer, by owner."""
LARGE, OFTEN, SELDOM = Decimal(200_000), 19, 58
"""From which annual value on Bob calls often in the last quarter; the days between his calls there, and elsewhere."""
STEP = 7  # by which the first contacts of neighbours in the list differ, in days
SAID = (
    ("All quiet.", Mood.CONTENT), ("Asked for the price list.", Mood.NEUTRAL), ("New colleague there.", Mood.CONTENT),
    ("Likes the short mails.", Mood.DELIGHTED), ("Asked who calls next time.", Mood.NEUTRAL),
)  # fmt: skip
CHANNELS = (Channel.CALL, Channel.EMAIL, Channel.CALL, Channel.VISIT)


def load_quarters(runtime: Runtime, *, workspace: str, review_channel: tuple[str, str]) -> int:
    """
    Load the customers of the longer list with what was talked about for half a year; return how many there are.

    *review_channel* is the id and name of the channel that gets the weekly review, on Mondays at nine in Lisbon.
    """
    return runtime.run_now(_load, workspace=workspace, channel=review_channel, features=runtime.features)


def _load(session: Session, *, channel: tuple[str, str], features: Sequence[Feature], now: datetime) -> int:
    begun = now - BEGUN_BEFORE
    drafts = read_drafts(LIST.read_bytes(), name=LIST.name, today=begun.date(), default_source="sample")
    done = apply_import(session, drafts=drafts, by=MARA, now=begun)
    rows = session.exec(select(Customer).where(col(Customer.owner_id).is_not(None)).order_by(col(Customer.external_id)))
    known = _list_first_contacts(session)
    for place, row in enumerate(rows.all()):
        owner, value = str(row.owner_id), row.annual_value or Decimal(0)
        since, until = max(row.added_on, begun.date()), known.get(row.id, now.date())
        days = list(_list_days(owner, value, place, since, until, now.date()))
        contacts = [_contact(row, place + number, day) for number, day in enumerate(days)]
        if contacts and row.id not in known:
            last = contacts.pop()
            record_checkin(
                session, now=last.recorded_at,
                **last.model_dump(include={"customer_id", "by", "result", "channel", "mood", "note", "happened_on"}),
            )  # fmt: skip
        session.add_all(contacts)
    session.flush()
    forget_messages(session, now=now)
    where = ChannelSchema(id=channel[0], name=channel[1], is_member=True)
    when = DigestInput(days="0", hour=time(9, 0), zone="Europe/Lisbon", channel_id=where.id)
    save_digest(session, kind="review", settings=when, channel=where, by=MARA, features=features, now=now)
    return len(done.plan.added)


def _contact(customer: Customer, number: int, day: date) -> Checkin:
    """Return what is stored of a contact; the latest one of a customer is recorded by its use case."""
    note, mood = SAID[number % len(SAID)]
    return Checkin(
        workspace_id=customer.workspace_id, customer_id=customer.id, by=str(customer.owner_id), result=Result.TALKED,
        channel=CHANNELS[number % len(CHANNELS)], mood=mood, note=note, happened_on=day,
        recorded_at=datetime.combine(day, TEA_TIME),
    )  # fmt: skip


def _list_first_contacts(session: Session) -> dict[UUID, date]:
    """Return the first day that is told of each customer of the short list, a fortnight before it."""
    query = select(col(Checkin.customer_id), sa.func.min(Checkin.happened_on)).group_by(col(Checkin.customer_id))
    return {customer_id: day - FORTNIGHT for customer_id, day in session.exec(query).all()}


def _list_days(owner: str, value: Decimal, place: int, since: date, until: date, today: date) -> Iterator[date]:
    """Yield the days of an owner's contacts with a customer that stands at *place* in the list, before *until*."""
    usual, pace = PACES[owner], PACES[owner]
    if owner == BOB:
        pace = OFTEN if value >= LARGE else SELDOM
    day = since + timedelta(days=1 + place * STEP % usual)
    while (worked := workday(day)) < until:
        yield worked
        day += timedelta(days=usual if day < today - QUARTER else pace)
