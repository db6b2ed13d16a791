"""
Loads two campaigns of the sample company: one that ended in October, and one that is under way.

In the first, who was reached follows from the contacts of the half year before. It ended as most do: something was
learned, and of most differences there are too few customers to tell. In the second, one call is late.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.campaigns.queries import get_row, list_members, schema_of
from bot.campaigns.rules import Arm, Purpose
from bot.campaigns.schemas import CampaignInput, CampaignSchema
from bot.campaigns.tables import CampaignMember
from bot.campaigns.usecases import draw_campaign, plan_campaign, replace_member
from bot.campaigns.usecases.answering import answer_questions
from bot.campaigns.usecases.ending import end_campaigns
from bot.campaigns.usecases.progress import complete_reached, post_progress
from bot.campaigns.usecases.selling import record_sale
from bot.checkins.queries.history import CONTACTS
from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.checkins.usecases.recording import record_checkin
from bot.core.runtime import Runtime
from bot.promises.usecases import keep_promise, record_promise
from bot.workspaces.schemas import ChannelSchema
from demo.company import forget_messages
from demo.people import ANA, BOB, IRIS, KIRI, MARA, TOMAS
from demo.quarter import TEA_TIME

BEGUN_BEFORE, LASTED = timedelta(days=77), timedelta(days=25)
RUNS_SINCE, RUNS_ON = timedelta(days=5), timedelta(days=11)
CALLERS = (ANA, BOB, IRIS, KIRI, TOMAS)
ENDED = CampaignInput(
    name="After the new portal", purpose=Purpose.LISTEN, size=15, caller_ids=CALLERS, seed="autumn",
    questions="How likely would you recommend us? (nps)\nIs the portal easier? (yes/no)\nWhat would help you most?",
)  # fmt: skip
RUNNING = CampaignInput(
    name="The new price list", purpose=Purpose.TELL, size=15, caller_ids=CALLERS, seed="winter",
    questions="How clear is the price list? (0-10)\nWhat did they ask?",
)  # fmt: skip

# Points, whether it is easier (the place of the answer), words; for each customer that was reached, in turn.
ANSWERS: Sequence[tuple[int, int, str]] = (
    (9, 0, "One page with all invoices"), (10, 0, ""), (6, 1, "Somebody who calls back the same day"), (8, 0, ""),
    (9, 0, "A mail when something ships"), (3, 1, "The old portal knew our order numbers"), (10, 0, ""),
    (7, 0, "Shorter forms"), (9, 0, "Nothing, keep calling"), (5, 1, "A way to download everything"),
)  # fmt: skip
CLEAR: Sequence[tuple[int, str]] = (
    (9, "From when it holds"), (7, "What became of the discount"), (8, ""), (4, "Why transport is extra"), (9, ""),
    (10, "Whether they get it as a file"), (8, ""),
)  # fmt: skip
SOLD: Sequence[tuple[Arm, int]] = ((Arm.CALLED, 1200), (Arm.CALLED, 350), (Arm.CONTROL, 900))
PROMISED = "put their order numbers into the portal"


def load_campaigns(runtime: Runtime, *, workspace: str, channel: tuple[str, str]) -> None:
    """Load both campaigns; the one that is under way has its message in *channel*, whose id and name these are."""
    where = ChannelSchema(id=channel[0], name=channel[1], is_member=True)
    runtime.run_now(_load, workspace=workspace, channel=where)


def _load(session: Session, *, channel: ChannelSchema, now: datetime) -> None:
    _load_ended(session, now=now)
    running = _draw(session, RUNNING, until=(now + RUNS_ON).date(), channel=channel, now=now - RUNS_SINCE)
    _call(session, running, today=now.date())
    for (member, day), (points, words) in zip(_list_reached(session, running), CLEAR, strict=False):
        answers = {1: str(points), **({2: words} if words else {})}
        _answer(session, member, answers, day)
    complete_reached(session, now=now)
    forget_messages(session, now=now)
    row = get_row(session, running.id)
    schema = schema_of(session, row, viewer=None, now=now)
    row.shown = schema.counts
    post_progress(session, schema, to=channel.id, now=now)


def _load_ended(session: Session, *, now: datetime) -> None:
    """Draw the campaign of autumn, let it run, and end it on the morning after its last day."""
    begun = now - BEGUN_BEFORE
    campaign = _draw(session, ENDED, until=(begun + LASTED).date(), channel=None, now=begun)
    closed = list_members(session, campaign.id, Arm.CALLED)[-1]
    replace_member(session, member_id=closed.id, reason="moved house that week", by=MARA, now=begun + timedelta(days=3))
    reached = list(_list_reached(session, campaign))
    for (member, day), (points, easier, words) in zip(reached, ANSWERS, strict=False):
        answers = {1: str(points), 2: str(easier), **({3: words} if words else {})}
        _answer(session, member, answers, day)
    _promise(session, *next(one for one, said in zip(reached, ANSWERS, strict=False) if said[1]))
    groups = {arm: [one for one in list_members(session, campaign.id, arm) if not one.replaced_at] for arm in Arm}
    for place, (arm, amount) in enumerate(SOLD):
        record_sale(
            session, campaign_id=campaign.id, customer_id=groups[arm][place].customer_id, amount=Decimal(amount),
            currency="EUR", by=MARA, now=begun + timedelta(days=14 + place),
        )  # fmt: skip
    end_campaigns(session, now=begun + LASTED + timedelta(days=1))


def _call(session: Session, campaign: CampaignSchema, *, today: date) -> None:
    """Make the calls that were due before *today*, but for the last one, which is late."""
    due = [one for one in list_members(session, campaign.id, Arm.CALLED) if one.due_on and one.due_on < today]
    for member in due[:-1]:
        day = member.due_on or today
        record_checkin(
            session, customer_id=member.customer_id, result=Result.TALKED, channel=Channel.CALL, happened_on=day,
            note="Told them of the new price list.", by=str(member.caller_id), now=datetime.combine(day, TEA_TIME),
        )  # fmt: skip


def _draw(
    session: Session, settings: CampaignInput, *, until: date, channel: ChannelSchema | None, now: datetime
) -> CampaignSchema:
    wish = settings.model_copy(update={"until": until, "channel_id": channel.id if channel else None})
    seen = plan_campaign(session, settings=wish, by=MARA, now=now).key
    made = draw_campaign(session, settings=wish, seen=seen, channel=channel, by=MARA, now=now)
    if not isinstance(made, CampaignSchema):
        raise TypeError("The draw changed while it was made.")
    return made


def _list_reached(session: Session, campaign: CampaignSchema) -> Iterator[tuple[CampaignMember, date]]:
    """Yield the customers that are called and were talked to since, and the day, in the order of these days."""
    members = {
        one.customer_id: one for one in list_members(session, campaign.id, Arm.CALLED) if one.replaced_at is None
    }
    first = sa.func.min(Checkin.happened_on)
    query = (
        select(col(Checkin.customer_id), first)
        .where(col(Checkin.customer_id).in_(members), col(Checkin.result).in_(CONTACTS))
        .where(col(Checkin.happened_on) > campaign.began_on, col(Checkin.happened_on) <= campaign.until)
        .group_by(col(Checkin.customer_id))
    )
    found = sorted(((day, members[key].due_on, key) for key, day in session.exec(query)), key=str)
    yield from ((members[key], day) for day, _, key in found)


def _answer(session: Session, member: CampaignMember, answers: dict[int, str], day: date) -> None:
    at = datetime.combine(day, TEA_TIME)
    answer_questions(session, member_id=member.id, answers=answers, by=str(member.caller_id), now=at)


def _promise(session: Session, member: CampaignMember, day: date) -> None:
    """Promise a customer what it missed, and keep it within a week."""
    at = datetime.combine(day, TEA_TIME)
    made = record_promise(
        session, customer_id=member.customer_id, what=PROMISED, due_on=day + timedelta(days=7),
        by=str(member.caller_id), now=at,
    )  # fmt: skip
    keep_promise(session, promise_id=made.id, by=str(member.caller_id), now=at + timedelta(days=5))
